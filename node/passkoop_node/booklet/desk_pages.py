"""The office's page of members' own pages: what they ask, documents for all, and the choices."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.booklet.changing import BY_OFFICE
from passkoop_node.booklet.documents import LONGEST_TITLE, BadDocument
from passkoop_node.booklet.erasing import YEARS
from passkoop_node.booklet.office_pages import FORM_WITH_FILE, keep_document, read_document
from passkoop_node.booklet.record_pages import changing
from passkoop_node.booklet.room import OwnRoom
from passkoop_node.booklet.wishes import Asked, Wish
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Group, MenuEntry, Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.core.settings import SettingsStore
from passkoop_node.members.store import MemberStore
from passkoop_node.members.wording import FIELDS

DESK = "/bureau/carnets"
MOST_YEARS = 50
_YEARS = "annees"


async def desk(request: web.Request) -> web.Response:
    """GET /bureau/carnets."""
    return await _desk(request, Form())


async def _desk(request: web.Request, form: Form, *, choices: Form | None = None) -> web.Response:
    def look() -> dict[str, Any]:
        room, settings = the(request, OwnRoom), the(request, SettingsStore)
        wishes = room.wishes.all()
        members = the(request, MemberStore).of_ids([one.member_id for one in wishes])
        typed = {
            _YEARS: str(settings.get(YEARS) or ""),
            "bureau": "oui" if settings.get(BY_OFFICE) else "",
        }
        return {
            "wishes": wishes,
            "people": {one.id: one for one in members},
            "documents": room.documents.of_all(),
            "choices": choices or Form(typed),
        }

    found = await run(request, look)
    ok = form.ok and (choices is None or choices.ok)
    return render(
        request,
        "booklet/desk.html",
        status=200 if ok else 422,
        form=form,
        names=FIELDS,
        longest=LONGEST_TITLE,
        kinds=Wish,
        **found,
    )


async def answer(request: web.Request) -> web.Response:
    """POST /bureau/carnets/demande: agrees to a change, refuses it, or has seen a departure."""
    form = await read_form(request)
    id, agrees = form["demande"], form["reponse"] == "oui"

    def do() -> str:
        room = the(request, OwnRoom)
        asked = room.wishes.get(int(id)) if id.isdecimal() and len(id) <= 12 else None
        if asked is None:
            return _("Quelqu'un a déjà répondu.")
        if form["vu"] != asked.version:  # what is agreed to is what was seen
            return _("Cette demande vient de changer : regardez de nouveau.")
        return _answer(request, room, asked, agrees=agrees)

    return go_to(request, DESK, say=await run(request, do))


def _answer(request: web.Request, room: OwnRoom, asked: Asked, *, agrees: bool) -> str:
    member = the(request, MemberStore).get(asked.member_id)
    who: dict[str, Any] = {"actor": caller(request).actor, "now": now(request)}
    if asked.kind is Wish.CHANGE and agrees:
        changing(request).agree(member, asked.details, **who)
        return _("C'est changé.")
    with writing(room.wishes.db):
        room.wishes.forget(member.id, asked.kind)
        if asked.kind is not Wish.LEFT:
            the(request, AuditStore).add("own.refuse", subject=member.number, **who)
    return _("C'est vu.") if asked.kind is Wish.LEFT else _("La demande est écartée.")


async def put(request: web.Request) -> web.Response:
    """POST /bureau/carnets/document: for all members."""
    form, title, data = await read_document(request)
    if form.ok:
        try:
            await run(request, keep_document, request, None, title, data)
        except BadDocument as error:
            form.wrong("fichier", told(error))
        else:
            return go_to(request, DESK, say=_("Le document est dans tous les carnets."))
    return await _desk(request, form)


async def remove(request: web.Request) -> web.Response:
    """POST /bureau/carnets/document/retirer."""
    form = await read_form(request)

    def forget() -> None:
        store = the(request, OwnRoom).documents
        if found := {str(one.id): one for one in store.of_all()}.get(form["document"]):
            store.remove(found.id, actor=caller(request).actor, number="", now=now(request))

    await run(request, forget)
    return go_to(request, DESK, say=_("Le document est retiré."))


async def choose(request: web.Request) -> web.Response:
    """POST /bureau/carnets/choix: who agrees to changes, and when those who left are erased."""
    form = await read_form(request)
    text = form[_YEARS].strip()
    years = int(text) if text.isdecimal() and len(text) <= 3 else 0
    if text and not 1 <= years <= MOST_YEARS:
        form.wrong(_YEARS, N_("Un nombre d'années de 1 à 50, ou rien."))
        return await _desk(request, Form(), choices=form)

    def keep() -> None:
        settings = the(request, SettingsStore)
        with writing(settings.db):
            settings.set(YEARS, years)
            settings.set(BY_OFFICE, form["bureau"] == "oui")
            the(request, AuditStore).add(
                "own.choices", now=now(request), actor=caller(request).actor
            )

    await run(request, keep)
    return go_to(request, DESK, say=_("C'est enregistré."))


MENU = MenuEntry(
    group=Group.MEMBERS,
    title=N_("Pages et carnets"),
    path=DESK,
    needs=Needs.OFFICE,
    says=N_("Ce que les membres demandent, et les documents pour tous."),
    icon="person",
)


def routes() -> Sequence[Route]:
    """Return the ways to it."""
    office = Needs.OFFICE
    return (
        get(DESK, desk, needs=office),
        post(f"{DESK}/demande", answer, needs=office),
        Route(
            method="POST",
            path=f"{DESK}/document",
            handler=put,
            needs=office,
            max_body=FORM_WITH_FILE,
            seconds=120,
        ),
        post(f"{DESK}/document/retirer", remove, needs=office),
        post(f"{DESK}/choix", choose, needs=Needs.ADMINISTRATOR),
    )
