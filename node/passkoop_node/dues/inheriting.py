"""What a household paid stays with who leaves it, and with who leads it next."""

from passkoop_node.core.formats import local_day
from passkoop_node.core.language import _
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Period, Yearly
from passkoop_node.members.member import Member


def inherit(ledger: Ledger, member: Member, former: Member, *, now: int) -> None:
    """Give a member the days that are paid for by the principal they had, inside `writing`."""
    if ledger.plan.yearly is Yearly.NONE:
        return
    today, paid = local_day(now), ledger.payments.paid_until(former.id)
    own = ledger.payments.paid_until(member.id)
    if paid is not None and paid >= today and (own is None or own < paid):
        period = Period(first=today, last=paid)
        ledger.grants.add(member.id, period, why=_("payé avec le foyer"), now=now)
