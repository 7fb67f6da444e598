"""What a till takes with it while the node is there, and hands over when it is there again."""

import datetime
import hmac
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from passkoop_node.core.caller import NOBODY
from passkoop_node.core.cookies import JAR
from passkoop_node.core.feature import Needs, Route
from passkoop_node.core.frame import PAGES, render
from passkoop_node.core.handling import CALLER, caller, now, run
from passkoop_node.core.language import current
from passkoop_node.core.sessions import LONGEST_SECONDS
from passkoop_node.till import alone, kept
from passkoop_node.till.handover import MOST_LINES, hand_over
from passkoop_node.till.room import DESK, READY, till_of

WORKER = f"{READY}/sw.js"
SHELL = f"{READY}/coquille"
WAITING = f"{READY}/attente"
STATE = f"{READY}/hors-ligne.json"
PARTS = f"{READY}/hors-ligne"
HAND_OVER = f"{READY}/visites"
_MOST_BYTES = 128_000  # of visits in one go
_HERE = Path(__file__).parent
_KEPT = re.compile(r"(?:core/.*\.(?:css|svg)|(?:till|verifier|browser)/[\w-]+\.(?:css|js))")


def routes() -> list[Route]:
    """Return the addresses of this file."""
    return [
        _api("GET", WORKER, worker, needs=Needs.NOTHING),
        Route(method="GET", path=SHELL, handler=shell, needs=Needs.NOTHING),
        Route(method="GET", path=WAITING, handler=waiting_page, needs=Needs.TILL),
        _api("GET", STATE, state),
        _api("GET", f"{PARTS}/listes", lists),
        _api("GET", f"{PARTS}/visites", visits),
        _api("GET", f"{PARTS}/pages", pages),
        _api("POST", HAND_OVER, take_visits, max_body=_MOST_BYTES),
    ]


def _api(
    method: str,
    path: str,
    handler: "Callable[[web.Request], Any]",
    *,
    needs: Needs = Needs.TILL,
    max_body: int = 0,
) -> Route:
    return Route(
        method=method, path=path, handler=handler, needs=needs, max_body=max_body, is_api=True
    )


async def worker(request: web.Request) -> web.Response:
    """GET /caisse/sw.js: the service worker, which holds the page and its files. No secret."""
    static = request.app[PAGES].static
    told = {
        "BASE": static.base,
        "FILES": [static.address(one) for one in static.names() if _KEPT.fullmatch(one)],
        "SHELL": SHELL,
    }
    lines = [f"const {name} = {json.dumps(value)};" for name, value in told.items()]
    text = "\n".join([*lines, (_HERE / "worker.js").read_text("utf-8")])
    headers = {"Service-Worker-Allowed": READY, "Cache-Control": "no-cache"}
    return web.Response(text=text, content_type="text/javascript", headers=headers)


async def shell(request: web.Request) -> web.Response:
    """GET /caisse/coquille: an empty page, shown while the node is away; the same for everybody."""
    request[CALLER] = NOBODY
    return render(request, "till/shell.html", alone=True)


async def waiting_page(request: web.Request) -> web.Response:
    """GET /caisse/attente: the visits that wait on this device; the device itself knows them."""
    return render(request, "till/waiting.html")


async def state(request: web.Request) -> web.Response:
    """GET /caisse/hors-ligne.json: what is new, and with what the device proves who it is."""
    who, moment, desk = till_of(request), now(request), request.app[DESK]
    lists_now, visits_now, amounts, shown = await run(
        request,
        lambda: (
            kept.lists_revision(desk),
            kept.visits_revision(desk, now=moment),
            desk.counts_amounts,
            f"{desk.stays} {desk.asks_name}",
        ),
    )
    files, coop = request.app[PAGES].static.base, request.app[PAGES].coop
    zone = datetime.datetime.fromtimestamp(moment).astimezone().utcoffset()
    return web.json_response(
        {
            "token": caller(request).form_token,
            "who": who,
            "proof": proof_of(request, who),
            "now": moment,
            "zone": int(zone.total_seconds()) if zone else 0,
            # Whoever entered with a password leaves at the end of the day, node or no node.
            "until": moment + LONGEST_SECONDS if caller(request).account else None,
            "amounts": amounts,
            "lists": lists_now,
            "visits": visits_now,
            "pages": f"{files} {current()} {coop} {who} {shown}",
        }
    )


async def lists(request: web.Request) -> web.Response:
    """GET /caisse/hors-ligne/listes: the signed documents."""
    desk = request.app[DESK]
    body, newest = await run(request, lambda: (kept.lists(desk), desk.lists_from()))
    headers = {"X-Passkoop-Listes": str(newest or "")}
    return web.Response(body=body, content_type="application/octet-stream", headers=headers)


async def visits(request: web.Request) -> web.Response:
    """GET /caisse/hors-ligne/visites: the rules, and how often people came."""
    told = await run(
        request, kept.visits, request.app[DESK], who=till_of(request), now=now(request)
    )
    return web.json_response(told)


async def pages(request: web.Request) -> web.Response:
    """GET /caisse/hors-ligne/pages: the words and pages, in the language of this till."""
    desk = request.app[DESK]
    stays, asks_name = await run(request, lambda: (desk.stays, desk.asks_name))
    return web.json_response(alone.words(request, stays=stays, asks_name=asks_name))


async def take_visits(request: web.Request) -> web.Response:
    """POST /caisse/visites: the answer says of each line what became of it."""
    try:
        told = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if not isinstance(told, dict):
        raise web.HTTPBadRequest
    who, lines = told.get("who"), told.get("lines")
    if not isinstance(who, str) or not isinstance(lines, list) or len(lines) > MOST_LINES:
        raise web.HTTPBadRequest
    # Somebody else may have entered since: the visits stay those of who noted them.
    proof = str(told.get("proof")).encode(errors="replace")
    if not hmac.compare_digest(proof, proof_of(request, who).encode()):
        raise web.HTTPBadRequest
    taken = await run(request, hand_over, request.app[DESK], lines, who=who, now=now(request))
    return web.json_response({"lines": taken})


def proof_of(request: web.Request, who: str) -> str:
    """Return what proves that a device was this till."""
    key = request.app[JAR].key
    return hmac.new(key, b"till:" + who.encode(errors="replace"), "sha256").hexdigest()[:32]
