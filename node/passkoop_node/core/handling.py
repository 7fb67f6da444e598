"""What a handler asks of the house: its services, the database's thread, the time, the caller."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from aiohttp import web

from passkoop_node.core.caller import NOBODY, Caller
from passkoop_node.core.feature import Route
from passkoop_node.core.hosts import LOOPBACK, host_name
from passkoop_node.core.worker import Worker

Service = TypeVar("Service")
Given = ParamSpec("Given")
Result = TypeVar("Result")

WORKER = web.AppKey("WORKER", Worker)
CLOCK: web.AppKey[Callable[[], int]] = web.AppKey("CLOCK")
NOW = web.RequestKey("NOW", int)
CALLER = web.RequestKey("CALLER", Caller)
ROUTE = web.RequestKey("ROUTE", Route)
IS_HTTPS = web.RequestKey("IS_HTTPS", bool)
ADDRESS = web.RequestKey("ADDRESS", str)  # of whoever asks, behind a proxy that we believe


class Services:
    """One of each kind: stores, issuers and the like, asked for by their class."""

    def __init__(self, services: Iterable[object]) -> None:
        self._by_kind: dict[type, object] = {type(one): one for one in services}

    def the(self, kind: type[Service]) -> Service:
        """Return the one of this kind."""
        found = self._by_kind[kind]
        assert isinstance(found, kind)
        return found


@dataclass(slots=True)
class Whereabouts:
    """What is known of the node's address once it answers."""

    for_others: str = ""  # on the shop's network, without the last slash; "" if it is not there


WHEREABOUTS = web.AppKey("WHEREABOUTS", Whereabouts)
SERVICES = web.AppKey("SERVICES", Services)


def the(request: web.Request, kind: type[Service]) -> Service:
    """Return the service of this kind: `the(request, TillStore)`.

    What touches the database is called through `run`.
    """
    return request.app[SERVICES].the(kind)


async def run(
    request: web.Request,
    function: Callable[Given, Result],
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> Result:
    """Return what `function` returns, called in the thread that owns the database."""
    return await request.app[WORKER].run(function, *args, **kwargs)


def now(request: web.Request) -> int:
    """Return when the request came: seconds, UTC."""
    return request[NOW]


def caller(request: web.Request) -> Caller:
    """Return who asks."""
    who: Caller = request.get(CALLER, NOBODY)
    return who


def address_for_others(request: web.Request) -> str:
    """Return where another device finds this node: `localhost` would be that device itself."""
    scheme = "https" if request[IS_HTTPS] else "http"
    found = request.app[WHEREABOUTS].for_others
    if found and host_name(request.host) in LOOPBACK:
        return found
    return f"{scheme}://{request.host}"


def local_path(text: str) -> str:
    """Return an address on this node that somebody may be sent to, or "/"."""
    # "//other.example" and "/\other.example" are other machines to a browser.
    safe = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if safe and text.isprintable() and len(text) <= 500 else "/"
