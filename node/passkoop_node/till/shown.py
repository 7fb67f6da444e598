"""An answer on a till's screen, and what became of it."""

import datetime
from dataclasses import dataclass, replace
from enum import Enum

from passkoop_node.members.member import Member
from passkoop_node.till.standing import DUES, Owing
from passkoop_node.visits.days import local_day
from passkoop_node.visits.reception import Answer
from passkoop_protocol.verdict import Outcome

# Answers that the till adds to those of a verdict and of `visits.counting`.
CODES = {
    "member": Outcome.WELCOME,  # of ours, found by name or by their badge
    "member_left": Outcome.REFUSED,
    "badge_elsewhere": Outcome.UNVERIFIED,  # the bar code of some co-op: it names nobody to us
    **DUES,
}


class State(Enum):
    """What became of an answer."""

    OPEN = "open"
    NOTED = "noted"
    CANCELLED = "cancelled"
    DISMISSED = "dismissed"


class AnswerGone(Exception):
    """The answer is not, or no longer, on this till."""


@dataclass(kw_only=True, slots=True)
class Shown:
    """An answer on a till's screen. In memory alone: it names people."""

    id: str  # also the line of the visit: pressed twice, it is one visit
    till: str
    at: int  # seconds, UTC
    answer: Answer
    name: str = ""
    text: str = ""  # what was read, to judge it again
    by_news: bool = False  # the lists were brought up to date for it
    member: Member | None = None  # of ours
    owing: Owing | None = None  # when their dues fall due
    earlier: int | None = None  # when this person was here before, today at this till
    state: State = State.OPEN
    seq: int = 0  # of the visit in the register
    amount: int | None = None  # cents

    @property
    def welcomes(self) -> bool:
        """Whether the rules let the person in, be it with a remark."""
        return self.answer.outcome in (Outcome.WELCOME, Outcome.REMARK)


def has_left(member: Member, *, now: int) -> bool:
    """Return whether a member is none any more today."""
    return member.left is not None and member.left <= local_day(now)


def last_day_of_card(expires_at: int) -> datetime.date:
    """Return the last day on which a card is good: it expires at noon UTC after it."""
    return datetime.datetime.fromtimestamp(expires_at - 86_400, datetime.UTC).date()


def left(answer: Answer) -> Answer:
    """Return the answer, once it is known that the member is none any more."""
    outcome = max(answer.outcome, CODES["member_left"])
    return replace(answer, outcome=outcome, codes=("member_left", *answer.codes))


def rank(answer: Answer) -> int:
    """Return how little an answer says: of several readings, the one that says most is meant."""
    if answer.verdict is None or answer.verdict.holder is not None:
        return 0
    order = ("key_withdrawn", "forged", "newer_format", "unknown_issuer", "damaged")
    return order.index(answer.codes[0]) + 1 if answer.codes[0] in order else len(order) + 1


def ref_of(shown: Shown) -> tuple[bytes, bytes] | None:
    """Return what tells whether two answers are about one person; None: nothing does."""
    if shown.answer.verdict and (holder := shown.answer.verdict.holder):
        return holder.coop, holder.card.member_ref
    if shown.answer.guest:
        return b"", shown.answer.guest.ref
    return None
