"""The office's page of members' import: a file, what it would do, and then it is done."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from passkoop_node.core.feature import Job, Needs, Pages, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import CLOCK, caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.core.paging import Paged, page_of
from passkoop_node.core.settings import SettingsStore
from passkoop_node.members import form_pages, working
from passkoop_node.members.choices import remembered
from passkoop_node.members.columns import Columns, guessed
from passkoop_node.members.drafts import KEPT, Draft, Drafts
from passkoop_node.members.exports import EXPORTS
from passkoop_node.members.imports import (
    FoundColumn,
    LineReport,
    Outcome,
    found_columns,
)
from passkoop_node.members.modes import TITLES, Mode
from passkoop_node.members.text import shown
from passkoop_node.members.wording import COUNTED, FIELDS, OUTCOMES, OWN_WORDS
from passkoop_node.members.working import DRAFTS, READING, Working, said

MEMBERS, IMPORT = "/bureau/membres", "/bureau/membres/importer"
PREVIEW, DONE, WORKING = f"{IMPORT}/apercu", f"{IMPORT}/fait", f"{IMPORT}/en-cours"
MAX_BYTES = 30_000_000
MAX_LINES = 100_000  # `passkoop member import` takes more
_EVERY = 3  # seconds between two looks of a browser
SECONDS = 180  # in which the file has to have come
PER_PAGE = 50
_COLUMN = "colonne-"
_HERE = Path(__file__).parent


# --- the file ---


async def import_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/importer."""
    return _import_page(request, Form({"facon": Mode.AUTO}))


def _import_page(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    draft = _draft(request)
    return render(
        request,
        "members/import.html",
        status=status,
        form=form,
        waiting=draft if draft and not draft.is_done else None,
        modes=TITLES,
        size=MAX_BYTES // 1_000_000,
        lines=MAX_LINES,
    )


async def take_file(request: web.Request) -> web.Response:
    """POST /bureau/membres/importer: a file, read and planned; nothing is changed."""
    sent = (await request.post()).get("fichier")
    form = await read_form(request)
    mode = _mode(form)
    title, data = await asyncio.to_thread(_content, sent)
    if not title:
        form.wrong("fichier", N_("Choisissez un fichier."))
        return _import_page(request, form, status=422)
    kept = await run(request, remembered, the(request, SettingsStore))
    draft = Draft(owner=caller(request).session, title=title, at=now(request), data=data, mode=mode)
    before = _draft(request)
    if before is not None and before.is_worked_on:
        return go_to(request, WORKING)
    draft.before = before
    request.app[DRAFTS].keep(draft)
    return await _work(request, draft, _working(request, draft).read(kept, most=MAX_LINES))


def _content(sent: object) -> tuple[str, bytes]:
    """Return the name and the bytes of a file that was sent; no name if none was."""
    if not isinstance(sent, web.FileField):
        return "", b""
    with sent.file:
        return shown(sent.filename), sent.file.read()


# --- the work on it ---


def _working(request: web.Request, draft: Draft) -> Working:
    return Working(request.app, draft, now=now(request), actor=caller(request).actor)


async def _work(
    request: web.Request, draft: Draft, work: Coroutine[Any, Any, None], *, say: str = ""
) -> web.Response:
    """Begin the work, and say where it led; if that takes long, show how far it is."""
    draft.work = asyncio.create_task(work, name="import")
    return await _go_on(request, draft, say=say)


async def _go_on(request: web.Request, draft: Draft, *, say: str = "") -> web.Response:
    if draft.work is not None:
        await asyncio.wait({draft.work}, timeout=working.PATIENCE)
        if draft.is_worked_on:
            return go_to(request, WORKING)
        ended, draft.work = draft.work, None
        if ended.cancelled() or ended.exception() is not None:
            request.app[DRAFTS].drop(draft.owner)
        await ended  # what nobody foresaw is for the page of errors
    before, draft.before = draft.before, None
    if draft.fault is not None:
        request.app[DRAFTS].drop(draft.owner)
        if before is not None:
            request.app[DRAFTS].keep(before)
        form = Form({"facon": draft.mode})
        form.wrong("fichier", draft.fault)
        return _import_page(request, form, status=422)
    if draft.is_done:
        return go_to(request, DONE)
    if draft.fault_of_plan is not None:
        say, draft.fault_of_plan = str(draft.fault_of_plan), None
    return go_to(request, PREVIEW, say=say)


async def working_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/importer/en-cours: how far it is; browsers ask again by themselves."""
    draft = _draft(request)
    if draft is not None and not draft.is_worked_on:
        return await _go_on(request, draft)
    response = render(request, "members/working.html", draft=draft)
    if draft is not None:
        response.headers["Refresh"] = str(_EVERY)
    return response


# --- what it would do ---


async def preview_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/importer/apercu?montrer=error&page=2."""
    draft = _draft(request)
    if draft is not None and draft.is_worked_on:
        return go_to(request, WORKING)
    if draft is None or draft.table is None:
        return go_to(request, IMPORT, say=_("Choisissez le fichier à importer."))
    plan = draft.plan
    columns = plan.found if plan else found_columns(draft.table, _guessed(draft, draft.chosen))
    return render(
        request,
        "members/preview.html",
        draft=draft,
        plan=plan,
        fault=said(draft.problem) if draft.problem else None,
        columns=columns,
        fields=FIELDS,
        own_words=OWN_WORDS,
        column=_COLUMN,
        form=Form({"facon": draft.mode}),
        modes=TITLES,
        **(_lines(request, plan.lines, done=False) if plan else {}),
    )


async def choose_columns(request: web.Request) -> web.Response:
    """POST /bureau/membres/importer/colonnes: read the file again, with other columns."""
    draft = _draft(request)
    if draft is not None and draft.is_worked_on:
        return go_to(request, WORKING)
    if draft is None or draft.table is None:
        return _gone(request)
    form = await read_form(request)
    columns = found_columns(draft.table, _guessed(draft, {}))
    before = draft.mode, draft.chosen
    draft.mode = _mode(form)
    draft.chosen = {one.key: said for one in columns if (said := _chosen(form, one)) is not None}
    request.app[DRAFTS].keep(draft)
    changed = before != (draft.mode, draft.chosen)
    say = _("Le fichier est relu ainsi.") if changed else _("Rien n'a changé.")
    answer = await _work(request, draft, _working(request, draft).plan(), say=say)
    return go_to(request, PREVIEW) if draft.problem else answer


def _mode(form: Form) -> Mode:
    return Mode(form["facon"]) if form["facon"] in set(Mode) else Mode.AUTO


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
    draft = _draft(request)
    if draft is not None and draft.is_worked_on:
        return go_to(request, WORKING)
    request.app[DRAFTS].drop(caller(request).session)
    return go_to(request, IMPORT, say=_("Rien n'a été importé, le fichier est oublié."))


# --- and then it is done ---


async def confirm(request: web.Request) -> web.Response:
    """POST /bureau/membres/importer/confirmer."""
    draft = _draft(request)
    if draft is not None and (draft.is_worked_on or draft.is_done):
        return await _go_on(request, draft)  # whoever presses twice waits, and finds it done
    if draft is None or draft.plan is None:
        return _gone(request)
    form = await read_form(request)
    if form["apercu"] != draft.id:  # another tab has read the file otherwise since
        return go_to(request, PREVIEW, say=_("Cet aperçu n'était plus le dernier : le voici."))
    return await _work(request, draft, _working(request, draft).put_in())


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


async def _sweep(app: web.Application) -> None:
    app[DRAFTS].sweep(now=app[CLOCK]())


def _set_up(app: web.Application) -> None:
    app[DRAFTS] = Drafts()
    app[READING] = asyncio.Semaphore(1)
    app.cleanup_ctx.append(_life)


async def _life(app: web.Application) -> AsyncIterator[None]:
    """Stop the work on files before the database closes: a register is written whole or not."""
    yield
    works = app[DRAFTS].works()
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)


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
            get(WORKING, working_page, needs=office),
            get(DONE, done_page, needs=office),
        ),
        jobs=(Job(name="members.drafts", every=KEPT // 6, work=_sweep),),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=_set_up,
    )
