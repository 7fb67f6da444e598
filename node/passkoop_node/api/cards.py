"""A member's cards, for programs: made, shown, suspended, taken back, replaced."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from aiohttp import web

from passkoop_node.api.asked import Impossible, body_of, no_body_of, query_of, token_of
from passkoop_node.api.members import id_of
from passkoop_node.api.models_members import DEED
from passkoop_node.api.tokens import Scope
from passkoop_node.cards.deeds import DEEDS, WORDS, CardChanged, ReasonMissing, card_of, do_to_card
from passkoop_node.cards.following import HeldByPrincipal
from passkoop_node.cards.issuing import HasCard, HasLeft, Issuer, NoCard, NoPlaceLeft, last_day
from passkoop_node.cards.saying import why_not
from passkoop_node.cards.store import StoredCard
from passkoop_node.coops.ourselves import MustCatchUp
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.language import N_, Message
from passkoop_node.errors import BadMember, NodeError
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore
from passkoop_protocol.text import encode_text

Result = TypeVar("Result")

_OURS: Mapping[type[NodeError], Message] = {
    NoCard: N_("Ce membre n'a pas de carte qui puisse changer ainsi."),
    CardChanged: N_("Ce membre a une carte plus récente : relisez ses cartes."),
    HeldByPrincipal: N_("La carte du titulaire du foyer est suspendue : c'est elle d'abord."),
    ReasonMissing: N_("Dites pourquoi dans « reason »."),
}
_OF_OFFICE = (HasCard, HasLeft, HeldByPrincipal, NoPlaceLeft, MustCatchUp, BadMember)


class NeverSigned(NodeError):
    """A card whose place was chosen, and which nobody ever signed."""

    code = "card_not_found"
    hint = "Faites une carte à ce membre."

    def __init__(self) -> None:
        super().__init__("cette carte n’a jamais été signée")


async def list_cards(request: web.Request) -> web.Response:
    """GET /api/v1/members/<id>/cards: newest first, without what is in their codes."""
    await token_of(request, Scope.CARDS_READ)
    query_of(request, {})

    def look(member: Member, issuer: Issuer) -> list[StoredCard]:
        return issuer.cards.of_member(member.id)

    cards = await _of_member(request, look)
    return web.json_response({"cards": [told_card(one) for one in cards]})


async def text(request: web.Request) -> web.Response:
    """GET /api/v1/members/<id>/cards/<card>/text: what its code holds."""
    await token_of(request, Scope.CARDS_READ)
    query_of(request, {})
    return web.json_response({"text": await _text(request)})


async def picture(request: web.Request) -> web.Response:
    """GET /api/v1/members/<id>/cards/<card>/picture: its code as a PNG."""
    await token_of(request, Scope.CARDS_READ)
    query_of(request, {})
    held = await _text(request)

    def draw() -> bytes:
        # What draws is loaded once somebody wants a card.
        from passkoop_protocol.qr import qr_png

        return qr_png(held)

    return web.Response(body=await run(request, draw), content_type="image/png")


async def issue(request: web.Request) -> web.Response:
    """POST /api/v1/members/<id>/cards: of who has one there is no second one."""
    token = await token_of(request, Scope.CARDS_WRITE)
    await no_body_of(request)

    def make(member: Member, issuer: Issuer) -> StoredCard:
        return issuer.issue([member], now=now(request), actor=token.till)[0]

    return web.json_response(told_card(await _of_member(request, make)))


async def act(request: web.Request) -> web.Response:
    """POST /api/v1/members/<id>/cards/<card>/suspend, /resume, /revoke, /replace."""
    token = await token_of(request, Scope.CARDS_WRITE)
    reason = " ".join((await body_of(request, DEED)).get("reason", "").split())
    deed = DEEDS[WORDS[request.match_info["deed"]]]

    def do(member: Member, issuer: Issuer) -> StoredCard:
        return do_to_card(
            deed,
            issuer,
            member,
            id_of(request, "card"),
            reason=reason,
            now=now(request),
            actor=token.till,
        )

    return web.json_response(told_card(await _of_member(request, do)))


def told_card(card: StoredCard) -> dict[str, Any]:
    """Return a card as programs read one, without what its code holds."""
    return {
        "id": card.id,
        "state": card.state.name.lower(),
        "reason": card.reason,
        "name": card.holder_name,
        "category": card.category,
        "issued_at": card.issued_at,
        "valid_until": last_day(card).isoformat(),
        "changed_at": card.changed_at,
    }


async def _text(request: web.Request) -> str:
    def look(member: Member, issuer: Issuer) -> str:
        data = card_of(issuer, member, id_of(request, "card")).data
        if data is None:
            raise NeverSigned
        return encode_text(data)

    return await _of_member(request, look)


async def _of_member(request: web.Request, work: Callable[[Member, Issuer], Result]) -> Result:
    """Return what is done about the member of the address, in the database's thread."""

    def found() -> Result:
        return work(the(request, MemberStore).get(id_of(request)), the(request, Issuer))

    try:
        return await run(request, found)
    except tuple(_OURS) as error:
        raise Impossible(error.code, _OURS[type(error)]) from error
    except _OF_OFFICE as error:
        raise Impossible(error.code, why_not(error)) from error
