"""The verdict: what a text scanned at the till means, here and now (SPEC 9). A pure function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from . import cose
from .card import AAD, MAX_CARD, Card, Category, parse_claims
from .claims import Anchor, Home, Signer, Standing
from .descriptor import KeyState
from .errors import IndexOutOfRange, Malformed, NewerFormat
from .holdings import HeldList
from .keys import CoopId, KeyId
from .status import status_at
from .text import looks_like_a_card, readings
from .trust import TrustStore
from .welcome import NO_VISITS, Policy, Visits, welcome_reasons

LEEWAY = 300  # seconds that the clocks of two co-ops may differ
LIST_IS_OLD = 864_000  # seconds: ten days without news of a co-op's cards
CLOCK_IS_SLOW = 600  # seconds that an accepted document is ahead of our clock

VisitsOf = Callable[[CoopId, bytes], Visits]


class Outcome(IntEnum):
    """What the cashier sees; the worst reason decides."""

    WELCOME = 0
    REMARK = 1
    REFUSED = 2
    UNVERIFIED = 3

    @property
    def word(self) -> str:
        """Return the stable name."""
        return self.name.lower()


# SPEC 11: every reason there is, and what it makes of the verdict.
OUTCOMES: Mapping[str, Outcome] = {
    "not_a_card": Outcome.UNVERIFIED,
    "damaged": Outcome.UNVERIFIED,
    "newer_format": Outcome.UNVERIFIED,
    "unknown_issuer": Outcome.UNVERIFIED,
    "forged": Outcome.REFUSED,
    "key_withdrawn": Outcome.REFUSED,
    "key_retired": Outcome.REFUSED,
    "coop_blocked": Outcome.REFUSED,
    "coop_replaced": Outcome.REFUSED,
    "coop_suspended": Outcome.REFUSED,
    "not_yet_valid": Outcome.REFUSED,
    "expired": Outcome.REFUSED,
    "revoked": Outcome.REFUSED,
    "suspended": Outcome.REFUSED,
    "index_unknown": Outcome.REFUSED,
    "visitor_elsewhere": Outcome.REFUSED,
    "not_welcome": Outcome.REFUSED,
    "coop_not_welcome": Outcome.REFUSED,
    "country_not_welcome": Outcome.REFUSED,
    "limit_reached": Outcome.REFUSED,
    "already_today": Outcome.REMARK,
    "last_visit": Outcome.REMARK,
    "issuer_disputed": Outcome.REMARK,
    "suspension_disputed": Outcome.REMARK,
    "index_ahead": Outcome.REMARK,
    "no_list": Outcome.REMARK,
    "old_list": Outcome.REMARK,
    "old_directory": Outcome.REMARK,
    "clock_slow": Outcome.REMARK,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the verdict is what it is: a stable code, and the facts for its sentence."""

    code: str
    facts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Whose card it is. Only a good signature makes one."""

    card: Card
    kid: KeyId
    home: Home  # the co-op that issued it

    @property
    def coop(self) -> CoopId:
        """Return the home co-op's present id."""
        return self.home.present_id

    @property
    def coop_name(self) -> str:
        """Return the home co-op's name."""
        return self.home.name

    @property
    def coop_place(self) -> str:
        """Return where the home co-op is."""
        return self.home.place

    @property
    def country(self) -> str:
        """Return the home co-op's country (ISO 3166-1 alpha-2)."""
        return self.home.country


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What to do with this card."""

    outcome: Outcome
    reasons: tuple[Reason, ...]  # the ones that decide first
    holder: Holder | None = None
    list_issued_at: int | None = None  # of the status list that was used; seconds, UTC


class _Unproven(Exception):
    """The reading carries nothing that is proven."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_DEFAULT_POLICY = Policy()


def judge(
    text: str,
    trust: TrustStore,
    *,
    now: int,
    policy: Policy = _DEFAULT_POLICY,
    visits_of: VisitsOf | None = None,
) -> Verdict:
    """Return what `text`, scanned or typed, means for the co-op that holds `trust`.

    Args:
        now: seconds since 1970, UTC.
        policy: the rules of welcome; by default the whole network is.
        visits_of: tells what is noted here of a holder, by (co-op, member ref); None: nothing is.
    """
    failure: str | None = None
    for data in readings(text):  # step 1
        try:
            signer, signed = _proven(data, trust)
        except _Unproven as why:
            failure = failure or why.code
            continue
        return _judge_signed(signer, signed, trust, now=now, policy=policy, visits_of=visits_of)
    if failure is None:
        failure = "damaged" if looks_like_a_card(text) else "not_a_card"
    return _verdict([Reason(failure)])


def _proven(data: bytes, trust: TrustStore) -> tuple[Signer, cose.Sign1]:
    """Return who signed the card, and the card taken apart."""
    if not data.startswith(b"\xd2\x84"):
        raise _Unproven("not_a_card")
    if len(data) > MAX_CARD:
        raise _Unproven("damaged")
    try:
        signed = cose.parse_sign1(data)  # step 2
    except NewerFormat:
        raise _Unproven("newer_format") from None
    except Malformed:
        raise _Unproven("damaged") from None
    signers = trust.signers(signed.kid)
    if not signers:  # step 3
        raise _Unproven("unknown_issuer")
    # A kid is a short name, not a proof: two keys may share one, the signature decides.
    for signer in signers:
        if signed.holds(signer.key, AAD):  # step 4
            return signer, signed
    raise _Unproven("forged")


def _judge_signed(
    signer: Signer,
    signed: cose.Sign1,
    trust: TrustStore,
    *,
    now: int,
    policy: Policy,
    visits_of: VisitsOf | None,
) -> Verdict:
    if signer.withdrawn:  # step 5
        return _verdict([Reason("key_withdrawn")])
    try:
        card = parse_claims(signed.payload)  # step 6
    except NewerFormat:
        return _verdict([Reason("newer_format")])
    home = signer.home
    holder = Holder(card=card, kid=signed.kid, home=home)
    held = trust.status_list(home.coop, signed.kid)
    reasons = _key_and_dates(card, signer.anchor, trust, now)  # step 7
    reasons += _status(card, held, now)  # step 8
    if home.standing is not Standing.OWN:
        reasons += _standing(home, now)  # step 9
        if signer.disputed:
            reasons.append(Reason("issuer_disputed"))
        reasons += _welcome(holder, policy, visits_of)  # step 10
    return _verdict(reasons, holder, held.issued_at if held else None)


def _key_and_dates(card: Card, anchor: Anchor, trust: TrustStore, now: int) -> list[Reason]:
    reasons = []
    if anchor.state is KeyState.RETIRED and card.issued_at > anchor.since:
        reasons.append(Reason("key_retired", {"since": anchor.since}))
    # What others dated later than our clock shows has happened: a slow clock refuses no card.
    if card.issued_at > max(now, trust.newest_from_others) + LEEWAY:
        reasons.append(Reason("not_yet_valid", {"from": card.issued_at}))
    if now >= card.expires_at + LEEWAY:
        reasons.append(Reason("expired", {"at": card.expires_at}))
    if trust.newest_from_others > now + CLOCK_IS_SLOW:
        reasons.append(Reason("clock_slow", {"at_least": trust.newest_from_others}))
    return reasons


def _status(card: Card, held: HeldList | None, now: int) -> list[Reason]:
    if held is None:
        return [Reason("no_list")]
    reasons = []
    try:
        code = _STATUS_CODES[status_at(held.array, card.status_index, bits=2)]
    except IndexOutOfRange:
        code = "index_ahead" if card.issued_at > held.issued_at else "index_unknown"
    if code:
        reasons.append(Reason(code, {"listed": held.issued_at}))
    if now > held.issued_at + LIST_IS_OLD:
        reasons.append(Reason("old_list", {"listed": held.issued_at}))
    return reasons


_STATUS_CODES = ("", "revoked", "suspended", "revoked")
_STANDING_CODES = {
    Standing.BLOCKED: "coop_blocked",
    Standing.REPLACED: "coop_replaced",
    Standing.SUSPENDED: "coop_suspended",
    Standing.DISPUTED: "suspension_disputed",
}


def _standing(home: Home, now: int) -> list[Reason]:
    if home.standing is Standing.PAIRED:
        return []
    reasons = []
    if home.standing is not Standing.LISTED:
        reasons.append(Reason(_STANDING_CODES[home.standing]))
    if home.listed_at is not None and now >= home.listed_until:
        reasons.append(Reason("old_directory", {"listed": home.listed_at}))
    return reasons


def _welcome(holder: Holder, policy: Policy, visits_of: VisitsOf | None) -> list[Reason]:
    visits = visits_of(holder.coop, holder.card.member_ref) if visits_of else NO_VISITS
    codes = welcome_reasons(policy, coop=holder.coop, country=holder.country, visits=visits)
    if holder.card.category == Category.VISITOR:
        codes.append("visitor_elsewhere")
    return [Reason(code) for code in codes]


def _verdict(
    reasons: list[Reason], holder: Holder | None = None, list_issued_at: int | None = None
) -> Verdict:
    if len(reasons) > 1:
        reasons.sort(key=lambda reason: -OUTCOMES[reason.code])
    return Verdict(
        outcome=OUTCOMES[reasons[0].code] if reasons else Outcome.WELCOME,
        reasons=tuple(reasons),
        holder=holder,
        list_issued_at=list_issued_at,
    )
