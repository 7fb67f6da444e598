"""A member leaves the co-op on a day, and may come back."""

import datetime
from collections.abc import Sequence

from aiohttp import web

from passkoop_node.cards.issuing import Issuer, NoCard
from passkoop_node.cards.saying import today, why_not
from passkoop_node.cards.store import CardState
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import Message, _
from passkoop_node.errors import NodeError
from passkoop_node.members.cells import BadCell, read_typed
from passkoop_node.members.keeping import note_left
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore

_ONE = "/bureau/membres/{id:[0-9]{1,9}}"
_LEAVING = "départ"  # why a card was revoked, as the log keeps it


async def leave_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/depart."""
    form = Form({"jour": today(request).isoformat(), "annuler": "oui"})
    return _page(request, form, await _member(request))


async def leave(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/depart: on a day; their card is revoked if that is wanted."""
    form = await read_form(request)
    member = await _member(request)
    day = _day(form, today(request))
    if day is None:
        return _page(request, form, member)
    kept = await _keep(request, day)
    if kept.left != day:
        return go_to(request, _path(member), say=_("Un autre départ était déjà noté : le voici."))
    if day > today(request):
        said = _("Le départ est noté. Ce jour-là, annulez sa carte ici.")
        return go_to(request, _path(member), say=said)
    if form["annuler"] != "oui":
        said = _("Le départ est noté. La carte reste acceptée par les autres coops.")
        return go_to(request, _path(member), say=said)
    try:
        await run(
            request,
            the(request, Issuer).set_state,
            member,
            CardState.REVOKED,
            reason=_LEAVING,
            now=now(request),
            actor=caller(request).actor,
        )
    except NoCard:
        return go_to(request, _path(member), say=_("Le départ est noté."))
    except NodeError as error:
        said = _("Le départ est noté.")
        return go_to(request, _path(member), say=f"{said} {why_not(error)}")
    return go_to(request, _path(member), say=_("Le départ est noté, la carte est annulée."))


async def come_back(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/retour."""
    member = await _keep(request, None)
    return go_to(request, _path(member), say=_("De nouveau membre. Une carte annulée le reste."))


def _day(form: Form, today: datetime.date) -> datetime.date | None:
    """Return the first day as no member, by the rules of a file's cells."""
    text = form.text("jour", most=20)
    if not form.ok:
        return None
    try:
        day = read_typed("left", text, today=today)
    except BadCell as problem:
        says = str(problem)
        form.wrong("jour", Message("%(says)s.", {"says": says[:1].upper() + says[1:]}))
        return None
    assert isinstance(day, datetime.date)
    return day


async def _keep(request: web.Request, left: datetime.date | None) -> Member:
    return await run(
        request,
        note_left,
        the(request, MemberStore),
        the(request, AuditStore),
        int(request.match_info["id"]),
        left,
        actor=caller(request).actor,
        now=now(request),
    )


def _page(request: web.Request, form: Form, member: Member) -> web.Response:
    status = 200 if form.ok else 422
    return render(request, "cards/leaving.html", status=status, form=form, member=member)


async def _member(request: web.Request) -> Member:
    return await run(request, the(request, MemberStore).get, int(request.match_info["id"]))


def _path(member: Member) -> str:
    return f"/bureau/membres/{member.id}"


def routes() -> Sequence[Route]:
    """Return the ways to leave and to come back."""
    office = Needs.OFFICE
    return (
        get(f"{_ONE}/depart", leave_page, needs=office),
        post(f"{_ONE}/depart", leave, needs=office),
        post(f"{_ONE}/retour", come_back, needs=office),
    )
