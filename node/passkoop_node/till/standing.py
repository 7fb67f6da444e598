"""What the register knows of a member of ours at our own door: whether the dues are paid.

Other co-ops see a plain welcome; it is no business of theirs.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from passkoop_node.core.language import N_, Message
from passkoop_node.dues.lapsing import Lapsing
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.members.member import Member
from passkoop_node.visits.counting import OFFERS
from passkoop_node.visits.reception import Answer
from passkoop_protocol.verdict import OUTCOMES, Outcome

# Answers that dues add to those of a verdict. They are not kept with the visit.
DUES: Mapping[str, Outcome] = {
    "dues_grace": Outcome.REMARK,
    "dues_lapsed": Outcome.REMARK,
    "dues_suspended": Outcome.REFUSED,
}
SENTENCES: Mapping[str, Message] = {
    "dues_grace": N_("Cotisation à régler avant le %(day)s : dites-le."),
    "dues_lapsed": N_("Cotisation à renouveler : proposez de la régler, ici ou au bureau."),
    "dues_suspended": N_(
        "Carte suspendue, cotisation à renouveler : dès qu'elle est réglée, la carte revit."
    ),
}
SOON = 14  # days ahead that a till may be alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Owing:
    """When dues fall due, and when the delay is over: as `dues.plan.situation` has it."""

    since: datetime.date  # the first day that is not paid for
    lapses: datetime.date  # the first day after the delay
    is_held: bool = False  # the card is suspended for it

    def code(self, today: datetime.date, codes: tuple[str, ...] = ()) -> str:
        """Return what is to be said on a day, beside the codes of a card; "" if nothing is."""
        if today < self.since:
            return ""
        if today < self.lapses:
            return "dues_grace"
        return "dues_suspended" if self.is_held and "suspended" in codes else "dues_lapsed"


def owing(
    plan: Plan, *, until: datetime.date | None, joined: datetime.date | None, is_held: bool = False
) -> Owing | None:
    """Return from when on a member owes dues; None: the co-op asks for none."""
    if plan.yearly is Yearly.NONE or until == datetime.date.max:
        return None
    day = datetime.timedelta(days=1)
    since = until + day if until is not None else datetime.date.min
    begins = joined or datetime.date.min if until is None else since
    grace = datetime.timedelta(days=plan.grace_days)
    lapses = begins + grace if begins < datetime.date.max - grace else datetime.date.max
    return Owing(since=since, lapses=lapses, is_held=is_held)


def owing_of(lapsing: Lapsing, member: Member) -> Owing | None:
    """Return from when on a member of ours owes dues, or the principal for them."""
    ledger = lapsing.ledger
    plan = ledger.plan
    if plan.yearly is Yearly.NONE:
        return None
    payer = ledger.payer_of(member)
    until = ledger.payments.paid_until(payer.id)
    return owing(plan, until=until, joined=payer.joined, is_held=lapsing.is_held(member))


def with_dues(answer: Answer, found: Owing | None, *, today: datetime.date) -> Answer:
    """Return the answer for a member of ours, with what is to be said of the dues."""
    code = found.code(today, answer.codes) if found else ""
    if not code:
        return answer
    outcomes = {**OUTCOMES, **OFFERS, **DUES}
    codes = (code, *answer.codes) if code == "dues_suspended" else (*answer.codes, code)
    if answer.codes == ("member",):
        codes = (code,)  # found by name: nothing else is to be said
    ranked = sorted(codes, key=lambda one: -outcomes.get(one, Outcome.WELCOME))
    return replace(answer, outcome=max(answer.outcome, DUES[code]), codes=tuple(ranked))


def without_dues(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return what of the codes is kept with a visit: who paid what is no business of it."""
    return tuple(one for one in codes if one not in DUES)
