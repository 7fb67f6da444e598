"""Whose own page is asked for."""

from aiohttp import web

from passkoop_node.core.handling import caller, the
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore


def me(request: web.Request) -> Member:
    """Return the member whose own page this is; to be called in the database's thread."""
    id = caller(request).member
    assert id is not None, "the route needs no member"
    return the(request, MemberStore).get(id)
