"""The office's page of lists for a spreadsheet: members, payments, visits."""

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from passkoop_node.core import formats
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_
from passkoop_node.core.sheets import FORMATS, Sheet
from passkoop_node.dues import listing as payments_listing
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.members import listing
from passkoop_node.members.beside import known_in
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore
from passkoop_node.members.wording import FIELDS
from passkoop_node.takeout import whole_pages
from passkoop_node.visits.asked import note_export
from passkoop_node.visits.knowing import naming, trust_of
from passkoop_node.visits.room import VisitRoom

LISTS = "/bureau/exporter"
PART = 2_000  # members that are read before a till gets its turn
WRITING = web.AppKey("WRITING_SHEETS", asyncio.Semaphore)  # of long tables: one at a time
_HERE = Path(__file__).parent

WHO = {
    "present": (N_("Les membres d'aujourd'hui"), ""),
    "all": (N_("Tout le registre"), N_("Aussi ceux qui sont partis.")),
}
SHAPES = {
    "xlsx": (
        N_("Classeur (XLSX)"),
        N_("Excel, LibreOffice : ils y reconnaissent dates et montants."),
    ),
    "csv": (N_("CSV"), N_("Pour un autre logiciel.")),
}
_COLUMN = "colonne-"


async def lists_page(request: web.Request) -> web.Response:
    """GET /bureau/exporter."""
    typed = {"qui": "present", "format": "xlsx"}
    usual = {f"{_COLUMN}{name}": "oui" for name in listing.USUAL}
    return await _lists(request, Form(typed | usual))


async def _lists(request: web.Request, form: Form) -> web.Response:
    def look() -> dict[str, Any]:
        ledger = the(request, Ledger)
        has_dues = ledger.plan.yearly is not Yearly.NONE or ledger.payments.any_ever()
        return {"members": the(request, MemberStore).count(), "has_dues": has_dues}

    found = await run(request, look)
    return render(
        request,
        "takeout/lists.html",
        status=200 if form.ok else 422,
        form=form,
        who=WHO,
        shapes=SHAPES,
        columns={f"{_COLUMN}{name}": FIELDS[name] for name in listing.COLUMNS},
        **found,
    )


async def members_file(request: web.Request) -> web.Response:
    """POST /bureau/exporter/membres."""
    form = await read_form(request)
    who, shape = form.choice("qui", WHO), form.choice("format", SHAPES)
    columns = [name for name in listing.COLUMNS if form[f"{_COLUMN}{name}"] == "oui"]
    if not columns:
        form.wrong("colonnes", N_("Choisissez au moins une colonne."))
    if not form.ok or who is None or shape is None:
        return await _lists(request, form)
    day = formats.local_day(now(request))
    async with request.app[WRITING]:
        members = await _members(request, on=day if form["qui"] == "present" else None)
        numbers = {one.id: one.number for one in members}

        def rest() -> Sheet:
            store = the(request, MemberStore)
            known = known_in(store)
            missing = [one for one in set(known.principals.values()) if one not in numbers]
            numbers.update((one.id, one.number) for one in store.of_ids(missing))
            details = {"members": len(members), "format": form["format"], "columns": columns}
            _note(request, "member.export", details)
            return listing.sheet_of(members, columns, numbers=numbers, known=known)

        return await _answer(await run(request, rest), form["format"], f"membres-{day}")


async def _members(request: web.Request, *, on: date | None) -> Sequence[Member]:
    members: list[Member] = []
    store = the(request, MemberStore)
    while True:
        read = partial(store.members, on=on, limit=PART, offset=len(members))
        part = await run(request, read)
        members += part
        if len(part) < PART:
            return members


async def payments_file(request: web.Request) -> web.Response:
    """POST /bureau/exporter/paiements."""
    form = await read_form(request)
    since, until = _days(form, "p")
    if form.choice("format", SHAPES) is None or not form.ok:
        return await _lists(request, form)

    def look() -> Sheet:
        payments = the(request, Ledger).payments.noted(since=since, until=until)
        ids = list({one.member_id for one in payments})
        people = {one.id: one for one in the(request, MemberStore).of_ids(ids)}
        _note(request, "dues.export", {"payments": len(payments), "format": form["format"]})
        return payments_listing.sheet_of(payments, people)

    async with request.app[WRITING]:
        return await _answer(
            await run(request, look), form["format"], _named("paiements", since, until)
        )


async def visits_file(request: web.Request) -> web.Response:
    """POST /bureau/exporter/visites: without names."""
    from passkoop_node.visits.proof import register_sheet  # and with it the writer of PDF

    form = await read_form(request)
    since, until = _days(form, "v")
    if form.choice("format", SHAPES) is None or not form.ok:
        return await _lists(request, form)

    def write() -> bytes:
        name_of = naming(request, trust_of(request))
        store = the(request, VisitRoom).store
        sheet = register_sheet(store, since=since, until=until, name_of=name_of)
        note_export(request, form["format"])
        return FORMATS[form["format"]][1](sheet)

    async with request.app[WRITING]:
        data = await run(request, write)
    kind = FORMATS[form["format"]][0]
    return file_answer(data, f"{_named('visites', since, until)}.{form['format']}", kind)


# --- shared ---


async def _answer(sheet: Sheet, shape: str, name: str) -> web.Response:
    kind, write = FORMATS[shape]
    return file_answer(await asyncio.to_thread(write, sheet), f"{name}.{shape}", kind)


def _days(form: Form, which: str) -> tuple[date | None, date | None]:
    since, until = (_day(form, f"{which}-{name}") for name in ("du", "au"))
    if since and until and until < since:
        form.wrong(f"{which}-au", N_("Ce jour est avant l'autre."))
    return since, until


def _day(form: Form, name: str) -> date | None:
    text = form[name].strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        form.wrong(name, N_("Écrivez un jour comme 2026-11-30."))
        return None


def _named(name: str, since: date | None, until: date | None) -> str:
    return "-".join([name, *(day.isoformat() for day in (since, until) if day)])


def _note(request: web.Request, action: str, details: dict[str, Any]) -> None:
    the(request, AuditStore).add(
        action, now=now(request), actor=caller(request).actor, details=details
    )


def _set_up(app: web.Application) -> None:
    app[WRITING] = asyncio.Semaphore(1)
    whole_pages.set_up(app)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(LISTS, lists_page, needs=office),
        post(f"{LISTS}/membres", members_file, needs=office),
        post(f"{LISTS}/paiements", payments_file, needs=office),
        post(f"{LISTS}/visites", visits_file, needs=office),
        *whole_pages.routes(),
    )


def pages() -> Pages:
    """Return what the room shows."""
    return Pages(
        routes=routes(),
        menu=(
            MenuEntry(
                group=Group.FIGURES,
                title=N_("Exporter"),
                path=LISTS,
                needs=Needs.OFFICE,
                says=N_("Membres, paiements et visites pour un tableur."),
                icon="list",
            ),
            MenuEntry(
                group=Group.UPKEEP,
                title=N_("Emporter toutes les données"),
                path=whole_pages.WHOLE,
                needs=Needs.ADMINISTRATOR,
                says=whole_pages.SAYS,
                icon="list",
            ),
        ),
        jobs=(whole_pages.JOB,),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=_set_up,
    )
