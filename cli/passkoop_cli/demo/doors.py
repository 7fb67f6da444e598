"""The doors: links that open once, and let a browser in that nobody has to tell a password."""

import secrets
from dataclasses import dataclass

from aiohttp import web

from passkoop_node.core.cookies import JAR
from passkoop_node.core.feature import Needs, Pages, get
from passkoop_node.core.frame import go_to


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """What a door gives to whoever opens it."""

    cookie: str  # "session" or "caisse": see `core.cookies`
    secret: str
    path: str  # where it leads


class Doors:
    """The tickets of one co-op that were not used yet."""

    def __init__(self) -> None:
        self._open: dict[str, Ticket] = {}

    def path(self, ticket: Ticket) -> str:
        """Return the address of a new door, on its co-op's node."""
        secret = secrets.token_urlsafe(24)
        self._open[secret] = ticket
        return f"/demo/{secret}"

    def pages(self) -> Pages:
        """Return the page of the doors, to be served beside the co-op's own."""
        way = "/demo/{ticket:[A-Za-z0-9_-]{20,60}}"
        return Pages(routes=(get(way, self._enter, needs=Needs.NOTHING),))

    async def _enter(self, request: web.Request) -> web.Response:
        """GET /demo/<ticket>: the browser keeps the secret until it is closed."""
        ticket = self._open.pop(request.match_info["ticket"], None)
        if ticket is None:  # used before: the browser holds it already
            return go_to(request, "/")
        response = go_to(request, ticket.path)
        request.app[JAR].keep(request, response, ticket.cookie, ticket.secret)
        return response
