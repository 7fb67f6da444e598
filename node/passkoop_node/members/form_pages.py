"""The office's pages on which a member is added or corrected by hand."""

from collections.abc import Sequence

from aiohttp import web

from passkoop_node.core import formats
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.errors import BadgeTaken, NumberTaken
from passkoop_node.members.editing import (
    CATEGORIES,
    read_member,
    say_changed,
    say_taken,
    typed_of,
    version_of,
)
from passkoop_node.members.households import Households
from passkoop_node.members.keeping import add_member, correct_member
from passkoop_node.members.member import LONGEST, LONGEST_TEXT, Member, MemberData, tidy
from passkoop_node.members.store import MemberStore
from passkoop_node.members.wording import FIELDS

MEMBERS = "/bureau/membres"
NEW = f"{MEMBERS}/nouveau"
EDIT = f"{MEMBERS}/{{id:[0-9]{{1,9}}}}/corriger"


async def new_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/nouveau."""
    return _form(request, Form(typed_of(MemberData(joined=formats.local_day(now(request))))))


async def add(request: web.Request) -> web.Response:
    """POST /bureau/membres/nouveau."""
    form = await read_form(request)
    store, audit = the(request, MemberStore), the(request, AuditStore)
    today = formats.local_day(now(request))
    data = read_member(form, MemberData(), today=today, numbered=False)

    namesakes: list[Member] = []

    def keep() -> Member | None:
        if form["autre"] != "oui":
            namesakes.extend(store.by_name(data.given_name, data.family_name))
            if namesakes:
                return None
        try:
            return add_member(store, audit, data, actor=caller(request).actor, now=now(request))
        except (NumberTaken, BadgeTaken) as error:
            say_taken(form, error, store)
            return None

    member = await run(request, keep) if form.ok else None
    if member is None:
        return _form(request, form, namesakes=namesakes)
    said = _("%(name)s est membre n° %(number)s.", name=member.full_name, number=member.number)
    return go_to(request, f"{MEMBERS}/{member.id}", say=said)


async def edit_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/corriger."""
    member = await _member(request)
    return _form(request, Form(typed_of(member)), member)


async def edit(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/corriger: nothing of what somebody else wrote meanwhile is lost."""
    form = await read_form(request)
    member = await _member(request)
    store, audit = the(request, MemberStore), the(request, AuditStore)
    today = formats.local_day(now(request))
    if form["version"] != version_of(member):
        say_changed(form, member)
        return _form(request, form, member, has_changed=True)
    data = read_member(form, member, today=today, numbered=True)
    if data.category != member.category:
        household = await run(request, the(request, Households).of, member)
        if household is not None:
            form.wrong("category", N_("Le foyer en décide : changez-le d'abord sur la fiche."))
    if form.ok and tidy(data) == member:
        return go_to(request, f"{MEMBERS}/{member.id}", say=_("Rien n'a changé."))

    def keep() -> Member:
        """Return the member as the register had it: `member`, if this was kept."""
        with writing(store.db):
            held = store.get(member.id)
            if held == member:
                actor = caller(request).actor
                correct_member(store, audit, member, data, actor=actor, now=now(request))
            return held

    if form.ok:
        try:
            held = await run(request, keep)
        except (NumberTaken, BadgeTaken) as error:
            await run(request, say_taken, form, error, store)
        else:
            if held == member:
                return go_to(request, f"{MEMBERS}/{member.id}", say=_("C'est changé."))
            say_changed(form, held)
            return _form(request, form, held, has_changed=True)
    return _form(request, form, member)


def _form(
    request: web.Request,
    form: Form,
    member: Member | None = None,
    *,
    has_changed: bool = False,
    namesakes: Sequence[Member] = (),
) -> web.Response:
    return render(
        request,
        "members/form.html",
        status=200 if form.ok and not has_changed and not namesakes else 422,
        form=form,
        member=member,
        version=version_of(member) if member else "",
        has_changed=has_changed,
        namesakes=namesakes,
        names=FIELDS,
        most={name: LONGEST.get(name, LONGEST_TEXT) for name in FIELDS},
        categories=CATEGORIES,
    )


async def _member(request: web.Request) -> Member:
    return await run(request, the(request, MemberStore).get, int(request.match_info["id"]))


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(NEW, new_page, needs=office),
        post(NEW, add, needs=office),
        get(EDIT, edit_page, needs=office),
        post(EDIT, edit, needs=office),
    )
