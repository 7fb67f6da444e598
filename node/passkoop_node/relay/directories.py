"""The pages of the federations that are followed: whose directory is believed, and its age."""

from aiohttp import web

from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.paging import page_of
from passkoop_node.core.reach import BadWebAddress, parse_web_address
from passkoop_node.errors import FederationUnreachable, NodeError
from passkoop_node.relay import following
from passkoop_node.relay.first_fetch import fetch_federation
from passkoop_node.relay.following import FollowedFederation, NotThatFederation
from passkoop_node.relay.room import RelayRoom
from passkoop_node.relay.wire import SYNC
from passkoop_protocol.directory import FederationId
from passkoop_protocol.errors import BadPairingCode, ProtocolError
from passkoop_protocol.keys import parse_pairing_code

DIRECTORIES = "/reglages/annuaires"
ONE = f"{DIRECTORIES}/{{id:[0-9a-f]{{20}}}}"
_PER_PAGE = 50
_SECONDS, _MOST_ASKED = 10, 8  # somebody waits for it


class FederationNotFound(NodeError):
    """No such federation is followed."""

    code = "federation_not_found"
    hint = "Choisissez-la dans la liste."

    def __init__(self) -> None:
        super().__init__("votre coop ne suit pas cette fédération")


async def list_page(request: web.Request) -> web.Response:
    """GET /reglages/annuaires."""
    return await _list(request, Form())


async def follow(request: web.Request) -> web.Response:
    """POST /reglages/annuaires: one more federation, by its fingerprint."""
    form = await read_form(request)
    room, actor = the(request, RelayRoom), caller(request).actor
    federation, address, documents = _fingerprint(form), _address(form), list[bytes]()
    if federation and address and form.ok:
        try:
            documents = await fetch_federation(address, federation, now=now(request))
        except FederationUnreachable as error:
            form.wrong("adresse", told(error))
        except ProtocolError:
            form.wrong("adresse", N_("Cette adresse répond, mais pas comme un Pass'Koop."))
    if federation is None or not form.ok:
        return await _list(request, form, status=422)
    try:
        await run(
            request, following.follow, room, federation, documents, actor=actor, now=now(request)
        )
    except NotThatFederation as error:
        form.wrong("adresse", told(error))
        return await _list(request, form, status=422)
    except ProtocolError:
        form.wrong("adresse", N_("Les documents de la fédération sont abîmés à cette adresse."))
        return await _list(request, form, status=422)
    if address:
        await run(request, room.add_typed, address, actor=actor, now=now(request))
    await request.app[SYNC].round(width=_MOST_ASKED, insist=True, seconds=_SECONDS)
    return go_to(request, DIRECTORIES, say=_("La fédération est suivie."))


async def one_page(request: web.Request) -> web.Response:
    """GET /reglages/annuaires/<id>?page=2: its co-ops."""
    one = await _one(request)
    page = page_of(sorted(one.rows, key=lambda row: row.name), request, size=_PER_PAGE)
    return render(request, "relay/directory.html", one=one, page=page)


async def ask_leave(request: web.Request) -> web.Response:
    """GET /reglages/annuaires/<id>/quitter."""
    return render(request, "relay/leave.html", one=await _one(request))


async def leave(request: web.Request) -> web.Response:
    """POST /reglages/annuaires/<id>/quitter."""
    one, actor = await _one(request), caller(request).actor
    room = the(request, RelayRoom)
    await run(request, following.unfollow, room, one.id, actor=actor, now=now(request))
    return go_to(request, DIRECTORIES, say=_("La fédération n'est plus suivie."))


async def _list(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    found = await run(request, following.followed, the(request, RelayRoom))
    return render(request, "relay/directories.html", status=status, form=form, found=found)


async def _one(request: web.Request) -> FollowedFederation:
    wanted = bytes.fromhex(request.match_info["id"])
    for one in await run(request, following.followed, the(request, RelayRoom)):
        if one.id == wanted:
            return one
    raise FederationNotFound


def _fingerprint(form: Form) -> FederationId | None:
    try:
        return FederationId(parse_pairing_code(form["empreinte"]))
    except BadPairingCode as error:
        form.wrong("empreinte", _said(error))
        return None


def _said(error: BadPairingCode) -> Message:
    if error.group:
        return N_(
            "Le groupe n° %(group)s est mal recopié : comparez-le avec celui de la fédération.",
            group=error.group,
        )
    return N_("Une empreinte compte quatre groupes de cinq lettres.")


def _address(form: Form) -> str:
    if not form["adresse"].strip():
        return ""
    try:
        return parse_web_address(form["adresse"])
    except BadWebAddress as error:
        form.wrong("adresse", told(error))
        return ""


def routes() -> list[Route]:
    """Return the pages of the federations."""
    needs = Needs.ADMINISTRATOR
    return [
        get(DIRECTORIES, list_page, needs=needs),
        post(DIRECTORIES, follow, needs=needs),
        get(ONE, one_page, needs=needs),
        get(f"{ONE}/quitter", ask_leave, needs=needs),
        post(f"{ONE}/quitter", leave, needs=needs),
    ]
