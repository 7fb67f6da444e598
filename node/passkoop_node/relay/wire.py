"""What a node answers other nodes (SPEC 12). Documents authenticate themselves: anybody may ask."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import formatdate

from aiohttp import web

from passkoop_node.core.feature import Needs, Route
from passkoop_node.core.handling import ADDRESS, CLOCK, SERVICES, WORKER, now, run, the
from passkoop_node.core.limits import Limit, neighbourhood
from passkoop_node.relay.calling import LOG, UPTO, slices
from passkoop_node.relay.intake import Hearsay
from passkoop_node.relay.neighbours import Neighbours
from passkoop_node.relay.room import RelayRoom
from passkoop_node.relay.sync import Sync
from passkoop_protocol.bundle import read_bundle, write_bundle
from passkoop_protocol.errors import ProtocolError

MOST_PUSHED = 262_144  # bytes of one POST: ourselves, not the rest of the world
MOST_AT_ONCE = 64  # documents of one POST
_KINDS = {"descriptor", "status_list", "root", "directory"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SYNC = web.AppKey("SYNC", Sync)
NEIGHBOURS = web.AppKey("NEIGHBOURS", Neighbours)
_PUSHES = web.AppKey("PUSHES", Limit)


async def changes(request: web.Request) -> web.Response:
    """GET /p2p/v1/changes?since=N&log=ID: what came after N; 204: nothing."""
    since = request.query.get("since", "0")
    log = request.query.get("log", "")
    if not re.fullmatch(r"[0-9]{1,15}", since) or not re.fullmatch(r"[0-9a-f]{0,64}", log):
        raise web.HTTPBadRequest
    found = await run(request, the(request, RelayRoom).feed.changes, log, int(since))
    if found is None:
        return web.Response(status=204, headers=_dated(request))
    told = {LOG: found.log, UPTO: str(found.upto)}
    return _bundle(found.documents, told | _dated(request))


async def documents(request: web.Request) -> web.Response:
    """GET /p2p/v1/documents/<kind>/<id>: what is held of a co-op or a federation."""
    kind, subject = request.match_info["kind"], bytes.fromhex(request.match_info["id"])
    if kind not in _KINDS:
        raise web.HTTPNotFound
    found = await run(request, the(request, RelayRoom).feed.documents, kind, subject)
    if not found:
        raise web.HTTPNotFound
    return _bundle(found)


async def push(request: web.Request) -> web.Response:
    """POST /p2p/v1/documents: what a node behind a router has to say."""
    clock = asyncio.get_running_loop().time()
    request.app[_PUSHES].take(neighbourhood(request[ADDRESS]), now=clock)
    body = await request.read()
    try:
        brought = read_bundle(body)
    except ProtocolError as error:
        raise web.HTTPBadRequest from error
    if len(brought) > MOST_AT_ONCE:
        raise web.HTTPBadRequest
    tally = {"accepted": 0, "known": 0, "parked": 0, "refused": 0}
    intake, hearsay = the(request, RelayRoom).intake, Hearsay()
    for part in slices(brought):
        received = await run(request, intake.take_from_relay, part, hearsay, now=now(request))
        for name in tally:
            tally[name] += len(getattr(received, name))
    return web.json_response(tally)


def _wire(method: str, path: str, handler: Handler) -> Route:
    return Route(
        method=method,
        path=path,
        handler=handler,
        needs=Needs.NOTHING,
        max_body=MOST_PUSHED,
        is_api=True,
        is_wire=True,
    )


def _bundle(found: list[bytes], headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=write_bundle(found), content_type="application/octet-stream", headers=headers
    )


def _dated(request: web.Request) -> dict[str, str]:
    """Return the header that tells others what time it is here: theirs may be wrong."""
    return {"Date": formatdate(now(request), usegmt=True)}


async def tick(app: web.Application) -> None:
    """Do what is due: our lists, what was parked, a round, something new of ours."""
    await app[SYNC].tick()


def set_up(app: web.Application) -> None:
    """Begin once the co-op is open."""

    async def begin(app: web.Application) -> AsyncIterator[None]:
        room = app[SERVICES].the(RelayRoom)
        app[SYNC] = Sync(room, app[WORKER].run, app[CLOCK])
        app[_PUSHES] = Limit(20, 15)
        neighbours = app[NEIGHBOURS] = Neighbours()
        app[SYNC].near = lambda: neighbours.addresses
        yield
        await neighbours.stop()

    app.cleanup_ctx.append(begin)


def routes() -> list[Route]:
    """Return what other nodes ask for."""
    base = "/p2p/v1"
    return [
        _wire("GET", f"{base}/changes", changes),
        _wire("GET", base + "/documents/{kind:[a-z_]{1,20}}/{id:[0-9a-f]{20}}", documents),
        _wire("POST", f"{base}/documents", push),
    ]
