"""The addresses that programs ask. Each proves itself by its token; cookies count for nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from passkoop_node.api import noting, openapi, verifying
from passkoop_node.api.asked import CALLS
from passkoop_node.api.openapi import BASE
from passkoop_node.core.feature import Needs, Pages, Route
from passkoop_node.core.limits import Limit

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MOST_BYTES, _MOST_BYTES_OF_VISITS = 16_000, 128_000


def set_up(app: web.Application) -> None:
    """Count the calls of each token, and say with what to come back."""

    async def begin(app: web.Application) -> AsyncIterator[None]:
        app[CALLS] = Limit(600, 0.05)  # all tills of a shop, and their queues after an absence
        yield

    app.cleanup_ctx.append(begin)
    app.on_response_prepare.append(_ask_for_a_token)


async def _ask_for_a_token(request: web.Request, response: web.StreamResponse) -> None:
    if response.status == 401 and request.path.startswith(BASE):
        response.headers["WWW-Authenticate"] = "Bearer"


def pages() -> Pages:
    """Return the addresses, version 1."""
    return Pages(
        routes=[
            _call("GET", f"{BASE}/status", verifying.status),
            _call("POST", f"{BASE}/verify", verifying.verify),
            _call("POST", f"{BASE}/visits", noting.note, max_body=_MOST_BYTES_OF_VISITS),
            Route(
                method="GET",
                path=f"{BASE}/openapi.json",
                handler=openapi.document,
                needs=Needs.NOTHING,
                is_api=True,
            ),
        ],
        set_up=set_up,
    )


def _call(method: str, path: str, handler: Handler, *, max_body: int = _MOST_BYTES) -> Route:
    return Route(
        method=method,
        path=path,
        handler=handler,
        needs=Needs.NOTHING,
        max_body=max_body,
        is_api=True,
        is_wire=True,
        by_token=True,
    )
