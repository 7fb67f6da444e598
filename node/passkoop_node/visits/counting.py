"""What somebody without a card gets, by the rules of welcome and the visits they made."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from passkoop_node.visits.guests import Guest, needs_of
from passkoop_node.visits.visit import Rule
from passkoop_protocol.verdict import OUTCOMES, Outcome, Verdict
from passkoop_protocol.welcome import Policy, Without

RULES = {
    Without.REFUSAL: Rule.ANYWAY,
    Without.WORD: Rule.WORD,
    Without.VISITS: Rule.VISITS,
    Without.DAYS: Rule.DAYS,
    Without.SPONSOR: Rule.SPONSOR,
}

# Each answer there is, and what it looks like at the till.
OFFERS = {
    "without_refused": Outcome.REFUSED,  # nobody comes in without a card
    "word": Outcome.WELCOME,  # their word is enough
    "word_last": Outcome.REMARK,  # next time a card is asked
    "card_asked": Outcome.REFUSED,  # this time it is
    "trial_first": Outcome.REMARK,  # the cashier writes them down
    "trial": Outcome.WELCOME,
    "trial_today": Outcome.REMARK,  # a second purchase of one day uses no visit up
    "trial_last": Outcome.REMARK,
    "trial_over": Outcome.REFUSED,
    "guest_unknown": Outcome.REFUSED,  # a visitor's card of ours whose holder was erased
}

# Refusals after which the person may still come in as if they had no card: a date, a limit, a rule
# of ours, or nothing proven. Whoever carries a forged or a revoked card is not among them.
AS_IF_WITHOUT = frozenset(
    {
        "expired",
        "not_yet_valid",
        "limit_reached",
        "not_welcome",
        "coop_not_welcome",
        "country_not_welcome",
        "visitor_elsewhere",
        "coop_replaced",
        "key_withdrawn",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What somebody without a card gets, here and now."""

    code: str  # one of OFFERS
    kind: Without
    used: int = 0  # earlier days on which they came
    left: int | None = None  # visits or days they still have, this one included; None: no number
    last_day: datetime.date | None = None
    card_from: int = 1  # a card is asked from this visit on
    needs: tuple[str, ...] = ()  # what to ask of somebody new: "name", "email", "sponsor"

    @property
    def outcome(self) -> Outcome:
        """What it looks like at the till."""
        return OFFERS[self.code]

    @property
    def welcomes(self) -> bool:
        """Whether the person may come in."""
        return self.outcome is not Outcome.REFUSED

    @property
    def rule(self) -> Rule:
        """Under which rule the visit is noted."""
        return RULES[self.kind] if self.welcomes else Rule.ANYWAY


def offer_for(
    policy: Policy,
    *,
    day: datetime.date,
    guest: Guest | None = None,
    came: Sequence[datetime.date] = (),
) -> Offer:
    """Return what somebody without a card gets on `day`.

    Args:
        guest: the person, if we know them; what they were promised stands, whatever the rules are.
        came: the days on which they came, each once.
    """
    kind = guest.kind if guest else policy.without
    allowed = guest.allowed if guest else policy.without_limit
    used = sum(one < day for one in came)
    if kind is Without.REFUSAL:
        return Offer(code="without_refused", kind=kind)
    if kind is Without.WORD:
        return _word(policy, used)
    if kind is Without.VISITS:
        left = allowed - used
        last_day = None
    else:
        last_day = (
            guest.last_day
            if guest and guest.last_day
            else day + datetime.timedelta(days=allowed - 1)
        )
        left = (last_day - day).days + 1
    if left <= 0:
        code = "trial_over"
    elif day in came:
        code = "trial_today"
    elif left == 1:
        code = "trial_last"
    else:
        code = "trial" if guest else "trial_first"
    return Offer(
        code=code,
        kind=kind,
        used=used,
        left=max(0, left),
        last_day=last_day,
        needs=() if guest or code == "trial_over" else needs_of(kind),
    )


def instead(
    verdict: Verdict,
    policy: Policy,
    *,
    day: datetime.date,
    guest: Guest | None = None,
    came: Sequence[datetime.date] = (),
) -> Offer | None:
    """Return what is offered to whoever shows a card that does not do: never less than without it.

    Args:
        came: the days on which the holder of the card came; visits with it are visits.

    Returns:
        None if the card does, or if what is wrong with it is no matter of dates, limits or rules.
    """
    if verdict.outcome is Outcome.REFUSED:
        refusals = {one.code for one in verdict.reasons if OUTCOMES[one.code] is Outcome.REFUSED}
        if not refusals <= AS_IF_WITHOUT:
            return None
    elif verdict.outcome is not Outcome.UNVERIFIED:
        return None
    return offer_for(policy, day=day, guest=guest, came=came)


def _word(policy: Policy, used: int) -> Offer:
    left = policy.card_from - 1 - used
    if policy.card_from <= 1 or left > 1:
        code = "word"
    else:
        code = "word_last" if left == 1 else "card_asked"
    return Offer(code=code, kind=Without.WORD, used=used, card_from=policy.card_from)
