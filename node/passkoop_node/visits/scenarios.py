"""« With these rules, here is what happens to… »: typical visitors before the real judge.

Nothing here is a table of expected answers: invented co-ops sign real cards, and `judge` and
`counting` are asked, so that the page cannot say anything else than the till will.
"""

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from nacl.signing import SigningKey

from passkoop_node.core.language import _, ngettext
from passkoop_node.visits.counting import Offer, instead, offer_for
from passkoop_node.visits.guests import TRIALS, Guest
from passkoop_node.visits.wording import offer_in_a_sentence
from passkoop_protocol.card import Card, Category, issue_card
from passkoop_protocol.descriptor import (
    Descriptor,
    IssuingKey,
    KeyState,
    prove_possession,
    sign_descriptor,
)
from passkoop_protocol.keys import CoopId, PublicKey, coop_id_of, key_id_of
from passkoop_protocol.status import MIN_ENTRIES, StatusList, pack, sign_list
from passkoop_protocol.text import encode_text
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.verdict import Outcome, Verdict, judge
from passkoop_protocol.welcome import Policy, Visits, Who, Without

_NOW = 1_800_000_000
_DAY = 86_400
_REVOKED = 7  # the place of a revoked card in each list
_REF = bytes(8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """A typical person, and what the rules make of them."""

    code: str  # stable, English
    person: str
    outcome: Outcome
    codes: tuple[str, ...]
    sentence: str
    offer: Offer | None = None  # what is offered in place of a card that does not do


@dataclass(frozen=True, kw_only=True, slots=True)
class _Coop:
    id: CoopId
    key: SigningKey
    documents: tuple[bytes, ...]

    def card(self, *, expires_at: int = _NOW + 300 * _DAY, index: int = 1) -> str:
        card = Card(
            status_index=index,
            member_ref=_REF,
            holder_name="Camille Exemple",
            category=Category.MEMBER,
            issued_at=_NOW - 400 * _DAY,
            expires_at=expires_at,
        )
        return encode_text(issue_card(card, key=self.key))


def scenarios(policy: Policy, *, today: datetime.date) -> list[Scenario]:
    """Return typical people, with and without cards, and what this policy makes of each."""
    return [*_with_cards(policy, today), *_without_cards(policy, today)]


def _with_cards(policy: Policy, today: datetime.date) -> Iterator[Scenario]:
    ours, near, far, other, stranger = map(_coop, ("ours", "near", "far", "other", "stranger"))
    if policy.accepted:  # the member of « a French co-op » is of one that was chosen
        policy = replace(policy, accepted=policy.accepted | {near.id, far.id})
    if policy.refused:
        policy = replace(policy, refused=policy.refused | {other.id})
    seen = partial(_seen, policy=policy, today=today)
    yield seen("own_member", _("Un membre de notre coop, avec sa carte"), ours)
    yield seen("near_first", _("Une membre d'une coop de France, première visite"), near)
    if policy.who is not Who.NOBODY:
        yield seen("near_twice", _("La même, deuxième achat le même jour"), near, again=True)
        yield seen("near_third", _("La même, troisième visite"), near, times=2)
        yield seen("near_fourth", _("La même, quatrième visite"), near, times=3)
    yield seen("far_first", _("Un membre d'une coop du Québec, première visite"), far)
    if policy.accepted or policy.refused:
        yield seen("other_first", _("Un membre d'une coop que nous n'accueillons pas"), other)
    yield seen("expired", _("Une membre dont la carte est périmée"), near, expires_at=_NOW - _DAY)
    yield seen("revoked", _("Quelqu'un avec une carte déclarée perdue"), near, index=_REVOKED)
    yield seen("unknown_coop", _("Un membre d'une coop que personne ne connaît"), stranger)


def _without_cards(policy: Policy, today: datetime.date) -> Iterator[Scenario]:
    # One visit a week, the present one today.
    weeks = [today - datetime.timedelta(days=7 * ago) for ago in (3, 2, 1)]
    people: Sequence[tuple[str, str, list[datetime.date]]] = (
        ("without_first", _("Quelqu'un sans carte, première visite"), []),
        ("without_third", _("La même personne, troisième visite en deux semaines"), weeks[1:]),
        ("without_fourth", _("La même personne, quatrième visite en trois semaines"), weeks),
    )
    for code, person, came in people if policy.without is not Without.REFUSAL else people[:1]:
        yield _offered(code, person, policy, today, came)
    if policy.without in (Without.DAYS, Without.SPONSOR):
        limit = policy.without_limit
        for code, person, ago in (
            ("without_last_day", _("La même personne, le dernier jour"), limit - 1),
            ("without_day_after", _("La même personne, le lendemain"), limit),
        ):
            yield _offered(code, person, policy, today, [today - datetime.timedelta(days=ago)])


def _seen(
    code: str,
    person: str,
    coop: _Coop,
    *,
    policy: Policy,
    today: datetime.date,
    times: int = 0,
    again: bool = False,
    expires_at: int = _NOW + 300 * _DAY,
    index: int = 1,
) -> Scenario:
    """Return what the judge says of a card of `coop`, after so many weekly visits."""
    came = [today - datetime.timedelta(days=7 * (ago + 1)) for ago in range(times)]
    since = today - datetime.timedelta(days=max(policy.period, 1) - 1)
    visits = Visits(in_period=sum(since <= one for one in came), today=again)
    verdict = judge(
        coop.card(expires_at=expires_at, index=index),
        _trust(),
        now=_NOW,
        policy=policy,
        visits_of=lambda _coop, _ref: visits,
    )
    own = coop is _coop("ours")
    offer = None if own else instead(verdict, policy, day=today, came=came)
    return Scenario(
        code=code,
        person=person,
        outcome=verdict.outcome,
        codes=tuple(reason.code for reason in verdict.reasons),
        sentence=_sentence(verdict, offer, own=own, policy=policy),
        offer=offer,
    )


def _offered(
    code: str, person: str, policy: Policy, today: datetime.date, came: list[datetime.date]
) -> Scenario:
    guest = None
    if came and policy.without in TRIALS:
        limit, lasts = policy.without_limit, policy.without is not Without.VISITS
        guest = Guest(
            id=0,
            ref=_REF,
            name="Camille Exemple",
            email="",
            sponsor_id=None,
            kind=policy.without,
            allowed=limit,
            first_day=came[0],
            last_day=came[0] + datetime.timedelta(days=limit - 1) if lasts else None,
            created_at=_NOW,
        )
    offer = offer_for(policy, day=today, guest=guest, came=came)
    return Scenario(
        code=code,
        person=person,
        outcome=offer.outcome,
        codes=(offer.code,),
        sentence=offer_in_a_sentence(offer),
        offer=offer,
    )


def _sentence(verdict: Verdict, offer: Offer | None, *, own: bool, policy: Policy) -> str:
    codes = [reason.code for reason in verdict.reasons]
    if not codes:
        said = _("Bienvenue, comme toujours.") if own else _("Bienvenue : la carte suffit.")
    else:
        said = _reason(codes[0], policy)
    if offer is None or not offer.welcomes:
        return said
    instead_of_it = offer_in_a_sentence(offer)
    return _(
        "%(refusal)s On peut encore l'accueillir comme sans carte : %(offer)s",
        refusal=said,
        offer=instead_of_it[:1].lower() + instead_of_it[1:],
    )


def _reason(code: str, policy: Policy) -> str:
    match code:
        case "already_today":
            return _("À noter : déjà passée aujourd'hui ; ce second achat n'use pas de visite.")
        case "last_visit":
            return _("À noter : c'est la dernière visite prévue par nos règles.")
        case "limit_reached":
            return ngettext(
                "Refusée : la visite prévue par nos règles est faite.",
                "Refusée : les %(num)s visites prévues par nos règles sont faites.",
                policy.visits,
            )
        case "not_welcome":
            return _("Refusée : nos règles n'accueillent que nos membres.")
        case "coop_not_welcome":
            return _("Refusée : nos règles n'accueillent pas cette coop.")
        case "country_not_welcome":
            return _("Refusée : nos règles n'accueillent pas ce pays.")
        case "expired":
            return _("Refusée : la carte est périmée.")
        case "revoked":
            return _("Refusée : la carte a été annulée.")
    return _("Non vérifiée : rien ne prouve d'où vient cette carte.")


@cache
def _coop(name: str) -> _Coop:
    """Return an invented co-op with its signed documents, always the same one."""
    identity, key = (
        SigningKey(hashlib.sha256(f"passkoop/scenario/{name}/{part}".encode()).digest())
        for part in ("identity", "issuing")
    )
    public, issuing = (PublicKey(bytes(one.verify_key)) for one in (identity, key))
    coop = coop_id_of(public)
    descriptor = Descriptor(
        issued_at=_NOW - _DAY,
        identity_key=public,
        name="Coop",
        place="Ville",
        country="CA" if name == "far" else "FR",
        keys=(
            IssuingKey(
                key=issuing, state=KeyState.ACTIVE, since=0, proof=prove_possession(key, coop)
            ),
        ),
    )
    statuses = [0] * MIN_ENTRIES
    statuses[_REVOKED] = 1
    listed = StatusList(kid=key_id_of(issuing), issued_at=_NOW - 3600, array=pack(statuses))
    return _Coop(
        id=coop,
        key=key,
        documents=(sign_descriptor(descriptor, key=identity), sign_list(listed, key=key)),
    )


@cache
def _trust() -> TrustStore:
    """Return what a co-op believes that knows all of these but the stranger."""
    trust = TrustStore(own=_coop("ours").id)
    for name in ("ours", "near", "far", "other"):
        coop = _coop(name)
        if name != "ours":
            trust.pair(coop.id)
        for document in coop.documents:
            trust.add(document, now=_NOW)
    return trust
