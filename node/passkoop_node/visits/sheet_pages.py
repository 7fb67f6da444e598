"""The office's pages of the visitors' sheet: blank, and typed in afterwards."""

import asyncio
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.language import N_, _, ngettext
from passkoop_node.errors import NodeError
from passkoop_node.visits.days import local_day, month_of, parse_day
from passkoop_node.visits.knowing import coop_called, names_of_others, naming, trust_of
from passkoop_node.visits.register import Fate, Noted
from passkoop_node.visits.room import VisitRoom
from passkoop_node.visits.sheet import (
    LINES,
    SheetRow,
    clean_number,
    entries_from_sheet,
    new_number,
    note_sheet,
)
from passkoop_node.visits.visit import LONGEST, NewVisit, check_visit
from passkoop_node.visits.wording import rules_in_sentences
from passkoop_protocol.keys import CoopId
from passkoop_protocol.welcome import Policy

SHEET, BLANK = "/bureau/visites/feuille", "/bureau/fiche-visiteurs.pdf"
VISITS = "/bureau/visites"
AT_ONCE = 10  # lines on one page
_SAYING = ("nom", "coop", "montant", "note")  # a day alone says nothing
_FIELDS = (*_SAYING, "jour")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    """What is known here when a sheet is typed in."""

    names: Mapping[str, CoopId]
    policy: Policy
    now: int


async def blank_sheet(request: web.Request) -> web.Response:
    """GET /bureau/fiche-visiteurs.pdf: a blank sheet with a number of its own."""

    def look() -> tuple[str, list[str]]:
        ourselves = the(request, Ourselves)
        name_of = naming(request, trust_of(request))
        return ourselves.profile.name, rules_in_sentences(ourselves.policy, name_of=name_of)

    name, sentences = await run(request, look)

    def write() -> bytes:
        from passkoop_node.visits.blank_sheet import visitors_sheet

        return visitors_sheet([new_number()], coop_name=name, sentences=sentences)

    return file_answer(await asyncio.to_thread(write), "visiteurs.pdf", "application/pdf")


async def sheet_page(request: web.Request) -> web.Response:
    """GET /bureau/visites/feuille: ten lines of a sheet to type in."""
    query = {name: request.query.get(name, "")[:20] for name in ("fiche", "date", "premiere")}
    desk = await run(request, _look, request)
    return _sheet(request, Form(query), desk)


async def keep_sheet(request: web.Request) -> web.Response:
    """POST /bureau/visites/feuille: all of its lines, or none if one is faulty."""
    form = await read_form(request)
    desk = await run(request, _look, request)
    lines = _read(form, desk)
    if not lines and form.ok:
        form.wrong("nom-1", N_("Aucune ligne n'est remplie."))
    if not form.ok:
        return _sheet(request, form, desk, status=422)

    def keep() -> list[Noted]:
        register = the(request, VisitRoom).register
        return note_sheet(register, lines, now=desk.now, trust=trust_of(request))

    noted = await run(request, keep)
    return _after(request, form, desk, noted)


def _after(request: web.Request, form: Form, desk: _Desk, noted: Sequence[Noted]) -> web.Response:
    """Say what became of the lines; go on with the next ten, or show those that are flagged."""
    count = {fate: sum(one.fate is fate for one in noted) for fate in Fate}
    said = [
        ngettext("%(num)s visite notée.", "%(num)s visites notées.", count[Fate.NOTED])
        if count[Fate.NOTED]
        else _("Rien de nouveau à noter.")
    ]
    if count[Fate.KNOWN]:
        said.append(ngettext("%(num)s l'était déjà.", "%(num)s l'étaient déjà.", count[Fate.KNOWN]))
    flagged = [one for one in noted if one.fate in (Fate.CONFLICT, Fate.REFUSED)]
    if not flagged:
        month = month_of(max(one.visit.day for one in noted if one.visit))
        return go_to(request, f"{VISITS}?mois={month}", say=" ".join(said))
    for one in flagged:
        if one.error is not None:
            form.wrong(f"nom-{one.line}", told(one.error))
            continue
        form.wrong(
            f"nom-{one.line}",
            N_("Déjà notée autrement : la première reste. Corrigez-la au registre, plus bas."),
        )
    return _sheet(request, form, desk, said=" ".join(said), flagged=flagged)


def _sheet(
    request: web.Request,
    form: Form,
    desk: _Desk,
    *,
    status: int = 200,
    said: str = "",
    flagged: Sequence[Noted] = (),
) -> web.Response:
    first = _first(form)
    return render(
        request,
        "visits/sheet.html",
        status=status,
        form=form,
        first=first,
        numbers=range(first, first + AT_ONCE),
        parts=range(1, LINES + 1, AT_ONCE),
        at_once=AT_ONCE,
        names=desk.names,
        today=local_day(desk.now).isoformat(),
        longest=LONGEST,
        blank=BLANK,
        said=said,
        flagged=[one for one in flagged if one.visit],
    )


def _first(form: Form) -> int:
    """Return the number of the first line on the page: 1 or 11."""
    asked = form["premiere"]
    return int(asked) if asked in map(str, range(1, LINES + 1, AT_ONCE)) else 1


def _look(request: web.Request) -> _Desk:
    policy = the(request, Ourselves).policy
    return _Desk(names=names_of_others(trust_of(request)), policy=policy, now=now(request))


# --- what was typed ---


def _read(form: Form, desk: _Desk) -> list[NewVisit]:
    """Return the lines that were typed, each fault noted beside what was typed there."""
    number = form["fiche"]
    try:
        number = clean_number(number)
    except NodeError as error:
        form.wrong("fiche", told(error))
        number = "A" * 6  # the lines are looked at all the same
    day = _day(form, "date", None)
    lines = []
    first = _first(form)
    for row in range(first, first + AT_ONCE):
        if any(form[f"{name}-{row}"].strip() for name in _SAYING):
            line = _read_row(form, row, number, day, desk)
            lines += [line] if line else []
    return lines


def _read_row(
    form: Form, row: int, number: str, sheet_day: datetime.date | None, desk: _Desk
) -> NewVisit | None:
    """Return one line, None if something is wrong with it."""
    day = _day(form, f"jour-{row}", sheet_day)
    name = form.text(f"nom-{row}", most=LONGEST["name"], optional=True)
    note = form.text(f"note-{row}", most=LONGEST["reason"], optional=True)
    home, written = None, form[f"coop-{row}"]
    if written.strip():
        home = coop_called(written, desk.names)
        if home is None:
            form.wrong(
                f"coop-{row}",
                N_("Cette coop n'est pas connue ici : choisissez-la, ou laissez vide."),
            )
    if day is None or any(f"{one}-{row}" in form.errors for one in _FIELDS):
        return None
    typed: dict[str, Any] = {"name": name, "home": home, "note": note}
    try:
        (line,) = entries_from_sheet(
            number,
            day,
            [SheetRow(row=row, amount=form[f"montant-{row}"].strip(), **typed)],
            policy=desk.policy,
            now=desk.now,
        )
    except NodeError as error:
        form.wrong(f"montant-{row}", told(error))
        return None
    try:
        check_visit(line, now=desk.now)
    except NodeError as error:
        # The day of a line is the sheet's, unless it says its own.
        at_fault = f"jour-{row}" if form[f"jour-{row}"].strip() else "date"
        form.wrong(at_fault if error.code == "visit_in_future" else f"nom-{row}", told(error))
        return None
    return line


def _day(form: Form, name: str, otherwise: datetime.date | None) -> datetime.date | None:
    """Return the day that was typed, `otherwise` if none was."""
    typed = form[name].strip()
    if not typed and otherwise is not None:
        return otherwise
    if not typed and name != "date":
        return None  # the sheet's own day is at fault already
    try:
        return parse_day(typed)
    except ValueError:
        form.wrong(name, N_("Écrivez le jour comme 31/12/2028."))
        return None


def routes() -> Sequence[Route]:
    """Return the routes of these pages."""
    return (
        get(BLANK, blank_sheet, needs=Needs.OFFICE),
        get(SHEET, sheet_page, needs=Needs.OFFICE),
        post(SHEET, keep_sheet, needs=Needs.OFFICE),
    )
