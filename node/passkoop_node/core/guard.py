"""What every request passes before a handler sees it, and what every answer carries."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import AbstractRoute
from yarl import URL

from passkoop_node.core import cookies, language
from passkoop_node.core.bodies import take_in
from passkoop_node.core.caller import Caller, form_token_of
from passkoop_node.core.cookies import JAR
from passkoop_node.core.crowd import CROWD
from passkoop_node.core.devices import Kind, Till, TillStore
from passkoop_node.core.failures import (
    FormFromElsewhere,
    MustEnter,
    NotAKiosk,
    NotAllowed,
    TillRevoked,
    UnknownHost,
)
from passkoop_node.core.feature import Needs, Route
from passkoop_node.core.handling import ADDRESS, CALLER, CLOCK, IS_HTTPS, NOW, ROUTE, run, the
from passkoop_node.core.hosts import Hosts
from passkoop_node.core.limits import Limit, neighbourhood
from passkoop_node.core.sessions import Session, SessionStore
from passkoop_node.core.switches import SWITCHES
from passkoop_node.core.ways import Way, way_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HOSTS = web.AppKey("HOSTS", Hosts)
ROUTES: web.AppKey[dict[AbstractRoute, Route]] = web.AppKey("ROUTES")
HAS_PSEUDO = web.AppKey("HAS_PSEUDO", bool)
# Returns whose own page somebody opened, by the member's internal id; None: nobody's.
OWN_PAGE: web.AppKey[Callable[[web.Request], Awaitable[int | None]]] = web.AppKey("OWN_PAGE")
OWN_DOOR = "/moi"  # where a member asks for the link to their own page
WAYS: web.AppKey[set[Way]] = web.AppKey("WAYS")  # in which pages were opened of late
STRANGERS = web.AppKey("STRANGERS", Limit)  # how often somebody who has not entered may ask

_SAFE = {"GET", "HEAD", "OPTIONS"}
# Of what is open to everybody a kiosk shows this: elsewhere, what somebody typed would stay behind.
_AT_A_KIOSK = {"/", "/langue", "/jumeler", "/entrer", "/sortir"}
_TOKEN_HEADER = "X-Passkoop-Jeton"  # noqa: S105 - the name of a header

HEADERS = {
    # Nothing is loaded from anywhere else, nothing inline runs.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data: blob:; connect-src 'self'; media-src 'self' blob:; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: under it a browser sends "Origin: null" with our own forms, and where a
    # shop's network has no https the Origin is all that tells our forms from a stranger's.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}


def is_for_the_log(record: logging.LogRecord) -> bool:
    """Return whether a line of the web server's belongs in the log.

    What is no HTTP does not: anybody can send it without end, and aiohttp quotes it. A header that
    is too long may begin with the cookie that opens a session.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put on every answer what keeps browsers safe."""
    response.headers["Server"] = "passkoop"
    route = request.get(ROUTE)
    if route is not None and route.is_wire and response.status == 204:
        return  # nothing to keep safe, and this would be ten times what is said
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if route is not None and route.runs_wasm:
        policy = HEADERS["Content-Security-Policy"]
        wasm = policy.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
        response.headers["Content-Security-Policy"] = wasm
    who = request.get(CALLER)
    is_its_own = route is not None and route.needs is Needs.KIOSK and response.status < 400
    if who is not None and who.kiosk and not who.account and not is_its_own:
        # A kiosk's own pages go back to the first one by themselves; from here nobody else would.
        response.headers.setdefault("Refresh", "60; url=/")
    # Pages name people: after somebody left, the way back must not show them.
    response.headers.setdefault("Cache-Control", "no-store")


@web.middleware
async def know_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Note when and whence the request came, and speak its language. Asks nobody anything."""
    app = request.app
    request[NOW] = app[CLOCK]()
    request[ADDRESS], request[IS_HTTPS] = _whence(request, app[HOSTS])
    route = app[ROUTES].get(request.match_info.route)
    if route is not None:
        request[ROUTE] = route
    spoken = language.chosen(
        request.cookies.get(cookies.LANGUAGE, ""),
        request.headers.get("Accept-Language", ""),
        pseudo=app[HAS_PSEUDO],
    )
    with language.speaking(spoken), app[CROWD].answering(request.protocol):
        return await handler(request)


@web.middleware
async def check_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer only to our own names; but a page that says so may look like one of ours.

    What other nodes ask for is the same for everybody, whatever they call us.
    """
    route = request.get(ROUTE)
    if request.path.startswith("/static/") or (route is not None and route.is_wire):
        return await handler(request)
    socket = request.transport.get_extra_info("sockname") if request.transport else None
    arrived_at = socket[0] if isinstance(socket, tuple) else ""
    if not request.app[HOSTS].knows(request.host, arrived_at=arrived_at):
        raise UnknownHost(request.host)
    if route is not None and not route.is_api:
        request.app[WAYS].add(way_of(request.host, https=request[IS_HTTPS]))
    return await handler(request)


@web.middleware
async def check_access(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who asks, and whether the page opens for them."""
    if request.path.startswith("/static/"):  # the same for everybody
        return await handler(request)
    route = request.get(ROUTE)
    is_open = request.app[SWITCHES].is_open(request.path)
    if route is not None and route.by_token:
        if not is_open:
            raise web.HTTPNotFound
        return await handler(request)
    who = request[CALLER] = await _who(request)
    if not who.is_known:
        key = neighbourhood(request[ADDRESS])
        request.app[STRANGERS].take(key, now=asyncio.get_running_loop().time())
    if route is None:
        # No such page says so to everybody; one that nobody said the needs of opens for nobody.
        if request.match_info.http_exception is None:
            raise NotAllowed
        return await handler(request)
    if not is_open:
        raise web.HTTPNotFound
    anybody = route.needs in (Needs.NOTHING, Needs.MEMBER)
    if anybody and who.kiosk and not who.account and route.path not in _AT_A_KIOSK:
        raise NotAllowed
    if route.needs is Needs.MEMBER:
        who = request[CALLER] = replace(who, member=await request.app[OWN_PAGE](request))
        if who.member is None:
            raise web.HTTPSeeOther(OWN_DOOR)
    if not who.may(route.needs):
        if route.needs is Needs.KIOSK:
            raise NotAKiosk
        if route.needs is Needs.TILL and who.till_is_revoked:
            raise TillRevoked
        raise NotAllowed if who.is_known else MustEnter
    return await handler(request)


@web.middleware
async def check_form(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take in what was sent, within its limits, and only from a page of ours."""
    route = request.get(ROUTE)
    if request.method in _SAFE or route is None:
        return await handler(request)
    if not (route.is_wire or _is_from_us(request)):
        raise FormFromElsewhere
    request = request.clone(client_max_size=route.max_body)
    token = await take_in(request, route)
    token = request.headers.get(_TOKEN_HEADER) or token
    expected = "" if route.is_wire else request[CALLER].form_token
    # A header may hold bytes that are no text.
    told = token.encode(errors="replace")
    if expected and not hmac.compare_digest(told, expected.encode()):
        raise FormFromElsewhere
    return await handler(request)


def _whence(request: web.Request, hosts: Hosts) -> tuple[str, bool]:
    """Return the address of whoever asks, and whether they came by https."""
    address = neighbour = request.remote or ""
    is_https = request.secure
    if neighbour in hosts.proxies:
        # The last one is what our proxy saw; those before it are hearsay.
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        address = told or neighbour
        is_https = request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
    return address, is_https


async def _who(request: web.Request) -> Caller:
    jar = request.app[JAR]
    session_secret = jar.read(request, cookies.SESSION)
    till_secret = jar.read(request, cookies.TILL)
    kiosk_secret = jar.read(request, cookies.KIOSK)
    if not (session_secret or till_secret or kiosk_secret):
        return Caller()
    session, till, kiosk = await run(
        request, _look_up, request, session_secret, till_secret, kiosk_secret
    )
    secret = session_secret if session else till_secret if till else kiosk_secret if kiosk else ""
    return Caller(
        account=session.account if session else None,
        session=session.token_hash if session else b"",
        till=till,
        kiosk=kiosk,
        till_is_revoked=bool(till_secret) and till is None,
        form_token=form_token_of(secret) if secret else "",
    )


def _look_up(
    request: web.Request, session_secret: str, till_secret: str, kiosk_secret: str
) -> tuple[Session | None, Till | None, Till | None]:
    now = request[NOW]
    session = the(request, SessionStore).find(session_secret, now=now) if session_secret else None
    till = _in_use(request, till_secret, Kind.TILL)
    return session, till, _in_use(request, kiosk_secret, Kind.KIOSK)


def _in_use(request: web.Request, secret: str, kind: Kind) -> Till | None:
    """Return the device of a secret, unless it was revoked."""
    found = the(request, TillStore).find(secret, now=request[NOW], kind=kind) if secret else None
    return found if found is not None and found.revoked_at is None else None


def _is_from_us(request: web.Request) -> bool:
    """Return whether the browser says that a page of ours sent this.

    `Sec-Fetch-Site` cannot be forged by a page; browsers send it over https and to localhost.
    Over plain http there is the `Origin`. A program that is no browser sends neither, and holds
    no cookie that a stranger's page could misuse: it names the Origin itself.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    try:
        origin = URL(request.headers.get("Origin", ""))
        ours = URL.build(
            scheme="https" if request[IS_HTTPS] else "http", authority=request.host.lower()
        )
    except ValueError:
        return False
    return origin.is_absolute() and origin.origin() == ours.origin()
