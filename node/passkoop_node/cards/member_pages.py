"""The office's page of one member: what the register holds, the cards, what was done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from passkoop_node.cards.deeds import DEEDS, HELD_DEEDS, MAX_REASON, Deed, do, sight
from passkoop_node.cards.history import history
from passkoop_node.cards.household_pages import household_of
from passkoop_node.cards.issuing import Issuer, NoCard, last_day
from passkoop_node.cards.mailing import CardMail
from passkoop_node.cards.saying import today, why_not
from passkoop_node.cards.situations import SITUATIONS, Situation, situation_of, situations
from passkoop_node.cards.store import StoredCard
from passkoop_node.core.accounts import AccountStore
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.mail_words import STATES
from passkoop_node.errors import NodeError
from passkoop_node.members.member import Member, display_name
from passkoop_node.members.store import MemberStore
from passkoop_node.members.wording import FIELDS

MEMBERS = "/bureau/membres"
ONE = f"{MEMBERS}/{{id:[0-9]{{1,9}}}}"

# Which questions a card's situation raises.
_POSSIBLE = {
    Situation.VALID: ("remplacer", "suspendre", "annuler"),
    Situation.SUSPENDED: ("reprendre", "remplacer", "annuler"),
    Situation.EXPIRED: ("remplacer",),
}
_SHOWN = (
    "number",
    "email",
    "phone",
    "address",
    "postcode",
    "town",
    "country",
    "birth_year",
    "joined",
    "left",
    "badge",
    "referred_by",
    "notes",
)
_KINDS = {0: N_("membre"), 1: N_("foyer d'un membre")}  # as a card says it
_CHANGED = N_("Ses cartes ont changé entre-temps : regardez où elles en sont, puis recommencez.")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCard:
    """A card as the page shows it."""

    card: StoredCard
    situation: Situation
    last_day: object


@dataclass(frozen=True, kw_only=True, slots=True)
class Aside:
    """What another room adds to the page of a member: a sentence, and the way to more."""

    name: str  # of the section in the page
    title: Message
    says: str  # large; "" if the lines say it all
    path: str
    link: Message
    lines: Sequence[str] = ()
    warnings: Sequence[str] = ()


# Asked in the database's thread; None: nothing to say of this member.
ASIDES: web.AppKey[Sequence[Callable[[web.Request, Member], Aside | None]]] = web.AppKey("ASIDES")


async def member_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>."""
    return await _show(request)


async def _show(request: web.Request, fault: Message | None = None) -> web.Response:
    def look() -> dict[str, Any]:
        member, issuer = _member(request), the(request, Issuer)
        stands = situations(issuer, [member], now=now(request))[member.id]
        current = issuer.current(now=now(request), of=[member]).get(member.id)
        pending = the(request, CardMail).pending(member)
        accounts = the(request, AccountStore).all()
        return {
            "member": member,
            "cards": _cards(request, member),
            "situation": stands,
            "deeds": {name: DEEDS[name] for name in _possible(stands, current)},
            "held": _held(stands, current),
            "named_otherwise": current.holder_name
            if current and current.holder_name != display_name(member)
            else "",
            "kind_otherwise": _KINDS.get(current.category)
            if current and current.category != member.category
            else None,
            "can_print": current is not None and current.data is not None,
            "pending": pending,
            "pending_shown": STATES[pending.state] if pending else None,
            "history": history(the(request, AuditStore), member),
            **household_of(request, member),
            "asides": [
                said for ask in request.app.get(ASIDES, ()) if (said := ask(request, member))
            ],
            "actors": {f"account:{one.id}": one.name for one in accounts},
        }

    found = await run(request, look)
    left = found["member"].left
    return render(
        request,
        "cards/member.html",
        status=422 if fault else 200,
        fault=fault,
        has_left=left is not None and left <= today(request),
        known=[
            (FIELDS[name], value) for name in _SHOWN if (value := getattr(found["member"], name))
        ],
        shown=SITUATIONS,
        today=today(request),
        **found,
    )


def _possible(stands: Situation, card: StoredCard | None) -> Sequence[str]:
    """Return what may be done to the card of a member, the first to come first."""
    possible: tuple[str, ...] = _POSSIBLE.get(stands, ())
    if stands is Situation.SUSPENDED and card is not None and card.held_for:
        possible = (*possible, "suspendre")  # for a reason of its own, which no payment ends
    return possible


def _held(stands: Situation, card: StoredCard | None) -> Message | None:
    """Return why a card is suspended, where that ends by itself."""
    if card is None or stands is not Situation.SUSPENDED:
        return None
    if card.with_principal:
        return N_("Suspendue avec celle de la personne titulaire du foyer.")
    return N_("Cotisation à renouveler : un paiement la réveille.") if card.held_for else None


def _cards(request: web.Request, member: Member) -> Sequence[ShownCard]:
    issuer = the(request, Issuer)
    gone = issuer.withdrawn_keys()
    return [
        ShownCard(
            card=one,
            situation=situation_of(one, gone, now=now(request)),
            last_day=last_day(one),
        )
        for one in issuer.cards.of_member(member.id)
    ]


async def make(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/cartes/faire."""
    member = await run(request, _member, request)
    issue = the(request, Issuer).issue
    try:
        (card,) = await run(request, issue, [member], now=now(request), actor=caller(request).actor)
    except NodeError as error:
        return await _show(request, why_not(error))
    if card.held_for:
        said = _("La carte est faite, suspendue : la cotisation est à payer d'abord.")
        return go_to(request, _path(member), say=said)
    return go_to(request, _path(member), say=_("La carte est faite."))


async def ask(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/cartes/annuler, suspendre, …: asks first."""
    return await _ask(request, _deed(request), Form())


async def _ask(request: web.Request, deed: Deed, form: Form) -> web.Response:
    def look() -> tuple[Member, str, bool]:
        member, issuer = _member(request), the(request, Issuer)
        card = issuer.current(now=now(request), of=[member]).get(member.id)
        return member, sight(issuer, member), card is not None and card.held_for != ""

    member, seen, held = await run(request, look)
    return render(
        request,
        "cards/deed.html",
        status=200 if form.ok else 422,
        member=member,
        seen=seen,
        deed=deed,
        more=HELD_DEEDS.get(request.match_info["deed"]) if held else None,
        form=form,
        longest=MAX_REASON,
    )


async def act(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/cartes/annuler, suspendre, …."""
    deed = _deed(request)
    form = await read_form(request)
    reason = form.text("raison", most=MAX_REASON, optional=not deed.needs_reason)
    if not form.ok:
        return await _ask(request, deed, form)
    member = await run(request, _member, request)
    try:
        done = await run(
            request,
            do,
            deed,
            the(request, Issuer),
            member,
            seen=form["vu"],
            reason=reason,
            now=now(request),
            actor=caller(request).actor,
        )
    except NodeError as error:
        return await _show(request, _CHANGED if isinstance(error, NoCard) else why_not(error))
    if not done:
        return await _show(request, _CHANGED)
    says = str(deed.done)
    return go_to(request, _path(member), say=f"{says} {_NEWS}" if deed.is_final else says)


_NEWS = N_("Les autres coops l'apprennent d'elles-mêmes à leur prochaine mise à jour.")


def _deed(request: web.Request) -> Deed:
    return DEEDS[request.match_info["deed"]]


def _member(request: web.Request) -> Member:
    return the(request, MemberStore).get(int(request.match_info["id"]))


def _path(member: Member) -> str:
    return f"{MEMBERS}/{member.id}"


def routes() -> Sequence[Route]:
    """Return the ways to the page of one member."""
    office = Needs.OFFICE
    deed = f"{ONE}/cartes/{{deed:{'|'.join(DEEDS)}}}"
    return (
        get(ONE, member_page, needs=office),
        post(f"{ONE}/cartes/faire", make, needs=office),
        get(deed, ask, needs=office),
        post(deed, act, needs=office),
    )
