"""Members, for programs: read in pages, handed over in lines, and leaving."""

import datetime
from typing import Any

from aiohttp import web

from passkoop_node.api.asked import Impossible, body_of, no_body_of, query_of, token_of
from passkoop_node.api.models_members import (
    LEAVE,
    MEMBER,
    MEMBERS_QUERY,
    MOST_MEMBERS,
    PUT,
    PUTS_ENVELOPE,
)
from passkoop_node.api.shapes import WrongShape, check_shape
from passkoop_node.api.tokens import Scope
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.formats import local_day
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.language import N_
from passkoop_node.members.cells import BadCell, read_typed
from passkoop_node.members.households import Households
from passkoop_node.members.keeping import note_left
from passkoop_node.members.member import Member
from passkoop_node.members.putting import Fate, Put, Said, put_members
from passkoop_node.members.store import MemberStore


async def list_members(request: web.Request) -> web.Response:
    """GET /api/v1/members: a page of them."""
    await token_of(request, Scope.MEMBERS_READ)
    query = query_of(request, MEMBERS_QUERY)
    limit = query.get("limit", MOST_MEMBERS)
    found = await run(
        request,
        the(request, MemberStore).since,
        query.get("changed_since", 0),
        after=query.get("after", 0),
        limit=limit + 1,
        number=query.get("number", ""),
        email=query.get("email", ""),
    )
    shown = found[:limit]
    return web.json_response(
        {
            "members": [told_member(one) for one in shown],
            "next": shown[-1].id if len(found) > limit else None,
            "now": now(request),
        }
    )


async def one_member(request: web.Request) -> web.Response:
    """GET /api/v1/members/<id>."""
    await token_of(request, Scope.MEMBERS_READ)
    query_of(request, {})
    member = await run(request, the(request, MemberStore).get, id_of(request))
    return web.json_response(told_member(member))


async def put(request: web.Request) -> web.Response:
    """POST /api/v1/members: the answer says of each line what became of it."""
    token = await token_of(request, Scope.MEMBERS_WRITE)
    body = await body_of(request, PUTS_ENVELOPE)
    parsed = [_parse(line) for line in body["members"]]
    taken = iter(
        await run(
            request,
            put_members,
            the(request, MemberStore),
            the(request, AuditStore),
            the(request, Households),
            [line for line in parsed if not isinstance(line, Put)],
            today=local_day(now(request)),
            actor=token.till,
            now=now(request),
        )
    )
    fates = [line if isinstance(line, Put) else next(taken) for line in parsed]
    return web.json_response({"members": [_told(one) for one in fates]})


async def leave(request: web.Request) -> web.Response:
    """POST /api/v1/members/<id>/leave: their cards are not touched."""
    token = await token_of(request, Scope.MEMBERS_WRITE)
    body = await body_of(request, LEAVE)
    try:
        day = read_typed("left", body["on"], today=local_day(now(request)))
    except BadCell as error:
        raise Impossible("bad_day", N_("Ce jour est bien trop lointain.")) from error
    assert isinstance(day, datetime.date)
    member = await _note_left(request, day, token.till)
    if member.left != day:
        raise Impossible("left_already", N_("Un autre départ est déjà noté."))
    return web.json_response(told_member(member))


async def come_back(request: web.Request) -> web.Response:
    """POST /api/v1/members/<id>/return: a card that was revoked stays so."""
    token = await token_of(request, Scope.MEMBERS_WRITE)
    await no_body_of(request)
    return web.json_response(told_member(await _note_left(request, None, token.till)))


async def _note_left(request: web.Request, day: datetime.date | None, actor: str) -> Member:
    return await run(
        request,
        note_left,
        the(request, MemberStore),
        the(request, AuditStore),
        id_of(request),
        day,
        actor=actor,
        now=now(request),
    )


def id_of(request: web.Request, name: str = "id") -> int:
    """Return a number of the address."""
    return int(request.match_info[name])


def told_member(member: Member) -> dict[str, Any]:
    """Return a member as programs read one."""
    found: dict[str, Any] = {}
    for name in MEMBER["properties"]:
        value = member.updated_at if name == "changed_at" else getattr(member, name)
        found[name] = value.isoformat() if isinstance(value, datetime.date) else value
    return found


def _parse(line: Any) -> Said | Put:
    """Return what a line says, or why it says nothing."""
    try:
        check_shape(line, PUT)
    except WrongShape as error:
        says = N_("Ce champ manque, est de trop, ou ne convient pas.")
        return Put(fate=Fate.REFUSED, code="bad_line", field=error.place, says=says)
    return {name: "" if value is None else str(value) for name, value in line.items()}


def _told(put: Put) -> dict[str, Any]:
    told: dict[str, Any] = {"fate": put.fate.value}
    if put.member is not None:
        told |= {"id": put.member.id, "number": put.member.number}
    if put.changes:
        told["changes"] = list(put.changes)
    if put.says is not None:
        told |= {"code": put.code, "says": str(put.says)}
    if put.field:
        told["field"] = put.field
    return told
