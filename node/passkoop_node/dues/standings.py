"""Where everybody stands with the dues, at once."""

from datetime import date

from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Standing, Yearly, situation
from passkoop_node.members.choosing import Chooser


def standings_of_all(ledger: Ledger, *, on: date) -> dict[int, tuple[Standing, date | None]]:
    """Return what `Ledger.stands` says of each member, also of those who left; none without dues.

    A principal pays for the household.
    """
    plan = ledger.plan
    if plan.yearly is Yearly.NONE:
        return {}
    chooser = Chooser(ledger.members.db)
    paid, joined = ledger.payments.paid_until_of_all(), chooser.days("joined")
    principals = ledger.households.store.principals_of_all()
    found = {}
    for id in chooser.everybody():
        payer = principals.get(id, id)
        until = paid.get(payer)
        found[id] = situation(plan, paid_until=until, joined=joined.get(payer), on=on), until
    return found
