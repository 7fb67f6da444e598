"""The page of the network: whom this co-op calls, and when they answered."""

from dataclasses import dataclass

from aiohttp import web

from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.reach import BadWebAddress, parse_web_address
from passkoop_node.relay.following import followed
from passkoop_node.relay.planning import Peer
from passkoop_node.relay.room import RelayRoom
from passkoop_node.relay.wire import NEIGHBOURS, SYNC
from passkoop_node.relay.words import FAILURES, said_came

NETWORK = "/reglages/reseau"
_SECONDS, _MOST_ASKED = 10, 8  # somebody waits for it


@dataclass(frozen=True, kw_only=True, slots=True)
class Relay:
    """A line of the page."""

    address: str
    from_: Message
    typed: bool
    answered_at: int  # seconds, UTC; 0: never
    said: Message  # of the last try


async def network_page(request: web.Request) -> web.Response:
    """GET /reglages/reseau."""
    return await _page(request, Form())


async def add(request: web.Request) -> web.Response:
    """POST /reglages/reseau: one more address."""
    form = await read_form(request)
    try:
        address = parse_web_address(form["adresse"])
    except BadWebAddress:
        form.wrong(
            "adresse",
            N_(
                "Ce n'est pas une adresse web utilisable : donnez-la en entier, "
                "avec https:// devant."
            ),
        )
        return await _page(request, form, status=422)
    room, actor = the(request, RelayRoom), caller(request).actor
    await run(request, room.add_typed, address, actor=actor, now=now(request))
    return go_to(request, NETWORK, say=_("C'est noté."))


async def remove(request: web.Request) -> web.Response:
    """POST /reglages/reseau/retirer: one address less."""
    form = await read_form(request)
    room, actor = the(request, RelayRoom), caller(request).actor
    await run(request, room.remove_typed, form["adresse"], actor=actor, now=now(request))
    return go_to(request, NETWORK, say=_("C'est noté."))


async def fetch(request: web.Request) -> web.Response:
    """POST /reglages/reseau/maintenant: a round now."""
    called = await request.app[SYNC].round(width=_MOST_ASKED, insist=True, seconds=_SECONDS)
    return go_to(request, NETWORK, say=said_came(called))


async def _page(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    near = request.app[NEIGHBOURS].addresses
    room = the(request, RelayRoom)
    relays, published = await run(request, _relays, room, near)
    return render(
        request,
        "relay/network.html",
        status=status,
        form=form,
        relays=relays,
        published=published,
        found=await run(request, followed, room),
    )


def _relays(room: RelayRoom, near: list[str]) -> tuple[list[Relay], tuple[str, ...]]:
    situation, typed = room.situation(near), set(room.typed)
    federal = set(room.named_by_federations())
    relays = []
    for address in sorted(situation.addresses):
        peer = situation.peers.get(address) or Peer(address=address)
        relays.append(
            Relay(
                address=address,
                from_=N_("vous")
                if address in typed
                else N_("ce réseau")
                if address in near
                else N_("une fédération")
                if address in federal
                else N_("une coop"),
                typed=address in typed,
                answered_at=peer.answered_at,
                said=FAILURES[peer.said]
                if peer.said
                else N_("bon")
                if peer.asked_at
                else N_("à venir"),
            )
        )
    return relays, room.ourselves.addresses
