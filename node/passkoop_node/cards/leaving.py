"""A member leaves the co-op on a day, and may come back.

When the principal of a household leaves, the office says what becomes of the others.
"""

import datetime
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiohttp import web

from passkoop_node.cards import household_acts
from passkoop_node.cards.issuing import Issuer, NoCard
from passkoop_node.cards.saying import today, why_not
from passkoop_node.cards.store import CardState
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.errors import NodeError
from passkoop_node.members.cells import BadCell, read_typed
from passkoop_node.members.households import BadHousehold, Households, NotInHousehold
from passkoop_node.members.keeping import note_left
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore

_ONE = "/bureau/membres/{id:[0-9]{1,9}}"
ALL, EACH = "partent", "restent"  # what becomes of the others of a household
_LEAVING = "départ"  # why a card was revoked, as the log keeps it


async def leave_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/depart."""
    form = Form({"jour": today(request).isoformat(), "annuler": "oui"})
    member = await _member(request)
    return _page(request, form, member, await _others(request, member))


async def leave(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/depart: on a day; their card is revoked if that is wanted."""
    form = await read_form(request)
    member = await _member(request)
    others = await _others(request, member)
    day = _day(form, today(request))
    fate = form.choice("foyer", _fates(others)) if others else None
    if day is None or not form.ok:
        return _page(request, form, member, others)
    try:
        kept = await _keep(request, day, others=others, fate=form["foyer"])
    except NodeError as error:
        if isinstance(error, BadHousehold | NotInHousehold):  # it is another one since
            form.errors["foyer"] = N_("Ce foyer vient de changer : regardez, puis choisissez.")
            return _page(request, form, member, await _others(request, member))
        form.errors["foyer"] = why_not(error)
        return _page(request, form, member, others)
    if kept.left != day:
        return go_to(request, _path(member), say=_("Un autre départ était déjà noté : le voici."))
    leaving = [member, *(others if fate is not None and form["foyer"] == ALL else ())]
    if day > today(request):
        said = _("Le départ est noté. Ce jour-là, annulez sa carte ici.")
        return go_to(request, _path(member), say=said)
    if form["annuler"] != "oui":
        said = _("Le départ est noté. La carte reste acceptée par les autres coops.")
        return go_to(request, _path(member), say=said)
    revoked = 0
    try:
        for one in leaving:
            with suppress(NoCard):
                revoked += await run(
                    request,
                    the(request, Issuer).set_state,
                    one,
                    CardState.REVOKED,
                    reason=_LEAVING,
                    now=now(request),
                    actor=caller(request).actor,
                )
    except NodeError as error:
        said = _("Le départ est noté.")
        return go_to(request, _path(member), say=f"{said} {why_not(error)}")
    if not revoked:
        return go_to(request, _path(member), say=_("Le départ est noté."))
    if len(leaving) > 1:
        said = _("Le départ du foyer est noté, leurs cartes sont annulées.")
        return go_to(request, _path(member), say=said)
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


async def _others(request: web.Request, member: Member) -> Sequence[Member]:
    """Return those of whom a principal who leaves decides: who is affiliated, and stays."""

    def look() -> Sequence[Member]:
        household = the(request, Households).of(member)
        if household is None or household.principal.id != member.id or member.left is not None:
            return ()
        return [one for one in household.affiliated if one.left is None]

    return await run(request, look)


def _fates(others: Sequence[Member]) -> Mapping[str, tuple[Message, str]]:
    """Return what may become of a household whose principal leaves."""
    return {
        **{
            str(one.id): (N_("%(name)s devient titulaire", name=one.full_name), "")
            for one in others
        },
        ALL: (N_("Tout le foyer part le même jour"), ""),
        EACH: (N_("Chacun reste membre pour soi"), ""),
    }


def _settle(
    request: web.Request, member: Member, others: Sequence[Member], fate: str, left: datetime.date
) -> None:
    """Do what was decided of the others, inside `writing`."""
    issuer, store = the(request, Issuer), the(request, MemberStore)
    who: dict[str, Any] = {"now": now(request), "actor": caller(request).actor}
    for one in others:
        if fate == EACH:
            household_acts.part(issuer, one, **who)
        elif fate == ALL:
            note_left(store, the(request, AuditStore), one.id, left, **who)
        elif fate == str(one.id):
            household_acts.lead(issuer, one, **who)
            household_acts.part(issuer, member, **who)


async def _keep(
    request: web.Request,
    left: datetime.date | None,
    *,
    others: Sequence[Member] = (),
    fate: str = "",
) -> Member:
    store, audit = the(request, MemberStore), the(request, AuditStore)
    who: dict[str, Any] = {"now": now(request), "actor": caller(request).actor}

    def keep() -> Member:
        with writing(store.db):
            before = store.get(int(request.match_info["id"]))
            kept = note_left(store, audit, before.id, left, **who)
            if left is not None and before.left is None:
                _settle(request, kept, others, fate, left)
        if others:
            the(request, Issuer).lists.refresh(now=now(request))
        return kept

    return await run(request, keep)


def _page(
    request: web.Request, form: Form, member: Member, others: Sequence[Member]
) -> web.Response:
    return render(
        request,
        "cards/leaving.html",
        status=200 if form.ok else 422,
        form=form,
        member=member,
        fates=_fates(others) if others else None,
    )


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
