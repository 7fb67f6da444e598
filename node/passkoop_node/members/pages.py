"""The office's page of members' import: a file, what it would do, and then it is done."""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Job, Needs, Pages, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import CLOCK, caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.paging import Paged, page_of
from passkoop_node.core.settings import SettingsStore
from passkoop_node.errors import NodeError, NoNameColumn, RegisterChanged
from passkoop_node.members import form_pages
from passkoop_node.members.choices import remember, remembered
from passkoop_node.members.columns import Columns, guessed
from passkoop_node.members.csvfiles import Table
from passkoop_node.members.drafts import KEPT, Draft, Drafts, new_id
from passkoop_node.members.exports import EXPORTS
from passkoop_node.members.imports import (
    FoundColumn,
    LineReport,
    Outcome,
    apply,
    found_columns,
    plan_import,
    read_list,
)
from passkoop_node.members.store import MemberStore
from passkoop_node.members.text import shown
from passkoop_node.members.wording import COUNTED, FIELDS, OUTCOMES, OWN_WORDS, file_fault

MEMBERS, IMPORT = "/bureau/membres", "/bureau/membres/importer"
PREVIEW, DONE = f"{IMPORT}/apercu", f"{IMPORT}/fait"
MAX_BYTES = 8_000_000
MAX_LINES = 10_000  # more would hold up a till for long: `passkoop member import` takes them
SECONDS = 180  # in which the file has to have come
PER_PAGE = 50
_COLUMN = "colonne-"
_HERE = Path(__file__).parent

DRAFTS = web.AppKey("DRAFTS", Drafts)
READING = web.AppKey("READING", asyncio.Semaphore)  # of files: one at a time


# --- the file ---


async def import_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/importer."""
    return _import_page(request, Form())


def _import_page(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    draft = _draft(request)
    return render(
        request,
        "members/import.html",
        status=status,
        form=form,
        waiting=draft if draft and not draft.is_done else None,
        size=MAX_BYTES // 1_000_000,
        lines=MAX_LINES,
    )


async def take_file(request: web.Request) -> web.Response:
    """POST /bureau/membres/importer: a file, read and planned; nothing is changed."""
    sent = (await request.post()).get("fichier")
    form = Form()
    title, data = await asyncio.to_thread(_content, sent)
    if not title:
        form.wrong("fichier", N_("Choisissez un fichier."))
        return _import_page(request, form, status=422)
    async with request.app[READING]:
        try:
            kept = await run(request, remembered, the(request, SettingsStore))
            table = await asyncio.to_thread(read_list, data, kept)
        except NodeError as error:
            form.wrong("fichier", _said(error))
            return _import_page(request, form, status=422)
        if len(table.rows) > MAX_LINES:
            form.wrong("fichier", _too_long(len(table.rows)))
            return _import_page(request, form, status=422)
        draft = Draft(
            owner=caller(request).session,
            title=title,
            at=now(request),
            data=data,
            table=table,
            chosen=_choices_for(table, kept),
        )
        await _plan(request, draft)
    if draft.problem is not None and not isinstance(draft.problem, NoNameColumn):
        form.wrong("fichier", _said(draft.problem))
        return _import_page(request, form, status=422)
    request.app[DRAFTS].keep(draft)
    return go_to(request, PREVIEW)


def _content(sent: object) -> tuple[str, bytes]:
    """Return the name and the bytes of a file that was sent; no name if none was."""
    if not isinstance(sent, web.FileField):
        return "", b""
    with sent.file:
        return shown(sent.filename), sent.file.read()


async def _plan(request: web.Request, draft: Draft) -> None:
    """Reckon what a draft would do; the register is read, and then left to the others."""
    store = the(request, MemberStore)
    assert draft.table is not None
    revision, members = await run(request, lambda: (store.revision(), store.members()))
    draft.problem, draft.plan, draft.id = None, None, new_id()
    try:
        draft.plan = await asyncio.to_thread(
            plan_import,
            draft.table,
            draft.data,
            members,
            revision=revision,
            now=now(request),
            chosen=draft.chosen,
        )
    except NodeError as error:
        draft.problem = error


def _choices_for(table: Table, kept: Mapping[str, str]) -> Mapping[str, str]:
    """Return what was chosen before for columns that this file has."""
    keys = {one.key for one in found_columns(table, None)}
    return {key: field for key, field in kept.items() if key in keys}


# --- what it would do ---


async def preview_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/importer/apercu?montrer=error&page=2."""
    draft = _draft(request)
    if draft is None or draft.is_done:
        return go_to(request, IMPORT, say=_("Choisissez le fichier à importer."))
    assert draft.table is not None
    plan = draft.plan
    columns = plan.found if plan else found_columns(draft.table, _guessed(draft, draft.chosen))
    return render(
        request,
        "members/preview.html",
        draft=draft,
        plan=plan,
        fault=_said(draft.problem) if draft.problem else None,
        columns=columns,
        fields=FIELDS,
        own_words=OWN_WORDS,
        column=_COLUMN,
        **(_lines(request, plan.lines, done=False) if plan else {}),
    )


async def choose_columns(request: web.Request) -> web.Response:
    """POST /bureau/membres/importer/colonnes: read the file again, with other columns."""
    draft = _draft(request)
    if draft is None or draft.table is None:
        return _gone(request)
    form = await read_form(request)
    columns = found_columns(draft.table, _guessed(draft, {}))
    before = draft.chosen
    draft.chosen = {one.key: said for one in columns if (said := _chosen(form, one)) is not None}
    async with request.app[READING]:
        await _plan(request, draft)
    request.app[DRAFTS].keep(draft)
    if draft.problem:
        return go_to(request, PREVIEW)
    changed = before != draft.chosen
    say = _("Le fichier est relu avec ces colonnes.") if changed else _("Rien n'a changé.")
    return go_to(request, PREVIEW, say=say)


def _chosen(form: Form, column: FoundColumn) -> str | None:
    """Return what somebody said that a column is, None if it is what it was taken for."""
    said = form.typed.get(f"{_COLUMN}{column.key}")
    if said is None or not column.key or said == column.field or column.field in OWN_WORDS:
        return None
    return said if said in FIELDS or said == "" else None


def _guessed(draft: Draft, chosen: Mapping[str, str]) -> Columns:
    assert draft.table is not None
    return guessed(draft.table.headers, EXPORTS, chosen)


async def give_up(request: web.Request) -> web.Response:
    """POST /bureau/membres/importer/abandonner: the file is forgotten."""
    request.app[DRAFTS].drop(caller(request).session)
    return go_to(request, IMPORT, say=_("Rien n'a été importé, le fichier est oublié."))


# --- and then it is done ---


async def confirm(request: web.Request) -> web.Response:
    """POST /bureau/membres/importer/confirmer."""
    async with request.app[READING]:  # whoever presses twice waits, and finds it done
        return await _confirm(request)


async def _confirm(request: web.Request) -> web.Response:
    draft = _draft(request)
    if draft is not None and draft.is_done:
        return go_to(request, DONE)
    if draft is None or draft.plan is None:
        return _gone(request)
    form = await read_form(request)
    if form["apercu"] != draft.id:  # another tab has read the file otherwise since
        return go_to(request, PREVIEW, say=_("Cet aperçu n'était plus le dernier : le voici."))
    plan = draft.plan
    store, audit = the(request, MemberStore), the(request, AuditStore)

    def keep() -> None:
        with writing(store.db):
            apply(plan, store, now=now(request))
            remember(the(request, SettingsStore), plan.chosen)
            audit.add(
                "member.import",
                now=now(request),
                actor=caller(request).actor,
                details=plan.counts,
            )

    try:
        await run(request, keep)
    except RegisterChanged as error:
        await _plan(request, draft)
        request.app[DRAFTS].keep(draft)
        return go_to(request, PREVIEW, say=_said(error))
    request.app[DRAFTS].keep(
        Draft(
            owner=draft.owner,
            title=draft.title,
            at=now(request),
            data=b"",
            table=None,
            plan=dataclasses.replace(plan, data=b"", additions=(), updates=(), found=()),
        )
    )
    return go_to(request, DONE)


async def done_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/importer/fait: the report."""
    draft = _draft(request)
    if draft is None or not draft.is_done or draft.plan is None:
        return go_to(request, MEMBERS)
    shown_lines = _lines(request, draft.plan.lines, done=True)
    return render(request, "members/done.html", draft=draft, plan=draft.plan, **shown_lines)


def _lines(request: web.Request, lines: Sequence[LineReport], *, done: bool) -> dict[str, Any]:
    """Return a page of the lines, all or those with one outcome."""
    asked = request.query.get("montrer", "")
    wanted = [one for one in lines if one.outcome == asked] or list(lines)
    page: Paged[LineReport] = page_of(wanted, request, size=PER_PAGE)
    counts = {one: sum(line.outcome is one for line in lines) for one in Outcome}
    return {
        "page": page,
        "asked": asked if any(one.outcome == asked for one in lines) else "",
        "counts": {one: count for one, count in counts.items() if count},
        "counted": {one: says[done] for one, says in COUNTED.items()},
        "outcomes": {one: says[done] for one, says in OUTCOMES.items()},
        "field_names": FIELDS,
    }


# --- shared ---


def _draft(request: web.Request) -> Draft | None:
    return request.app[DRAFTS].of(caller(request).session, now=now(request))


def _gone(request: web.Request) -> web.Response:
    return go_to(request, IMPORT, say=_("Ce fichier n'est plus là : choisissez-le de nouveau."))


def _said(error: NodeError) -> Message:
    """Return what is wrong with a file; another fault is for the page of errors."""
    fault = file_fault(error)
    if fault is None:
        raise error
    return fault


def _too_long(lines: int) -> Message:
    return N_(
        "Ce fichier a %(num)s lignes : cette page en prend %(most)s au plus. La commande "
        "« passkoop member import » les prend toutes.",
        num=lines,
        most=MAX_LINES,
    )


async def _sweep(app: web.Application) -> None:
    app[DRAFTS].sweep(now=app[CLOCK]())


def _set_up(app: web.Application) -> None:
    app[DRAFTS] = Drafts()
    app[READING] = asyncio.Semaphore(1)


def pages() -> Pages:
    """Return the pages of the office about members."""
    office = Needs.OFFICE
    return Pages(
        routes=(
            *form_pages.routes(),
            get(IMPORT, import_page, needs=office),
            Route(
                method="POST",
                path=IMPORT,
                handler=take_file,
                needs=office,
                max_body=MAX_BYTES,
                seconds=SECONDS,
            ),
            get(PREVIEW, preview_page, needs=office),
            post(f"{IMPORT}/colonnes", choose_columns, needs=office, max_body=1_000_000),
            post(f"{IMPORT}/abandonner", give_up, needs=office),
            post(f"{IMPORT}/confirmer", confirm, needs=office),
            get(DONE, done_page, needs=office),
        ),
        jobs=(Job(name="members.drafts", every=KEPT // 6, work=_sweep),),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=_set_up,
    )
