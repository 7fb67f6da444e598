"""The addresses that programs ask. Each proves itself by its token; cookies count for nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web

from passkoop_node.api import cards, members, noting, openapi, token_pages, verifying
from passkoop_node.api.asked import CALLS
from passkoop_node.api.openapi import BASE
from passkoop_node.cards.deeds import WORDS
from passkoop_node.core.feature import Needs, Pages, Route, Switch
from passkoop_node.core.language import N_
from passkoop_node.core.limits import Limit

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MOST_BYTES, _MOST_BYTES_OF_LINES = 16_000, 128_000
_MEMBERS = f"{BASE}/members"
_MEMBER = f"{_MEMBERS}/{{id:[0-9]{{1,9}}}}"
_CARD = f"{_MEMBER}/cards/{{card:[0-9]{{1,9}}}}"


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
            _call("POST", f"{BASE}/visits", noting.note, max_body=_MOST_BYTES_OF_LINES),
            _call("GET", _MEMBERS, members.list_members),
            _call("POST", _MEMBERS, members.put, max_body=_MOST_BYTES_OF_LINES),
            _call("GET", _MEMBER, members.one_member),
            _call("POST", f"{_MEMBER}/leave", members.leave),
            _call("POST", f"{_MEMBER}/return", members.come_back),
            _call("GET", f"{_MEMBER}/cards", cards.list_cards),
            _call("POST", f"{_MEMBER}/cards", cards.issue),
            _call("GET", f"{_CARD}/text", cards.text),
            _call("GET", f"{_CARD}/picture", cards.picture),
            _call("POST", f"{_CARD}/{{deed:{'|'.join(WORDS)}}}", cards.act),
            Route(
                method="GET",
                path=f"{BASE}/openapi.json",
                handler=openapi.document,
                needs=Needs.NOTHING,
                is_api=True,
            ),
            *token_pages.routes(),
        ],
        menu=[token_pages.MENU],
        switches=(
            Switch(
                name="api",
                title=N_("Les logiciels"),
                says=N_(
                    "Ils vérifient des cartes, notent des visites ou tiennent les membres, par "
                    "l'adresse /api/v1."
                ),
                paths=(BASE, token_pages.MENU.path),
            ),
        ),
        templates=Path(__file__).parent / "templates",
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
