"""The page of the log, and the same lines as a file."""

import csv
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from passkoop_node.core.accounts import AccountStore
from passkoop_node.core.audit import AuditEntry, AuditStore
from passkoop_node.core.devices import TillStore
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, get
from passkoop_node.core.files import file_answer, spreadsheet_cell
from passkoop_node.core.forms import Form
from passkoop_node.core.frame import render
from passkoop_node.core.handling import run, the
from passkoop_node.core.language import N_, _
from passkoop_node.journal.lines import Line, Names, read
from passkoop_node.journal.wording import KINDS
from passkoop_node.members.store import MemberStore

JOURNAL, FILE = "/reglages/journal", "/reglages/journal.csv"
PER_PAGE = 50
BATCH = 2_000  # lines of the file read before the database is given to a till that waits
_LONGEST = 100  # of what stands in an address
_HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which lines are asked for."""

    kind: str = ""
    who: str = ""
    since: int | None = None  # seconds, UTC
    until: int | None = None  # the first second that does not count
    before: int | None = None  # the id of a line: only older ones

    def entries(self, audit: AuditStore, *, before: int | None, limit: int) -> list[AuditEntry]:
        """Return the newest of the lines, at most `limit`."""
        return audit.found(
            kinds=KINDS[self.kind][1] if self.kind else (),
            actor=self.who,
            since=self.since,
            until=self.until,
            before=before,
            limit=limit,
        )


async def journal_page(request: web.Request) -> web.Response:
    """GET /reglages/journal?quoi=cartes&qui=account:1&du=2026-11-01&au=2026-11-30&avant=1200."""
    form = Form({name: text[:_LONGEST] for name, text in request.query.items()})
    asked = _read(form)

    def look() -> dict[str, Any]:
        audit, names = the(request, AuditStore), _names(request)
        found = asked.entries(audit, before=asked.before, limit=PER_PAGE + 1) if form.ok else []
        actors = {one: names.actor(one) for one in audit.actors()}
        return {
            "lines": read(found[:PER_PAGE], names),
            "goes_on": len(found) > PER_PAGE,
            "actors": dict(sorted(actors.items(), key=lambda one: one[1].casefold())),
        }

    found = await run(request, look)
    return render(
        request,
        "journal/journal.html",
        status=200 if form.ok else 422,
        form=form,
        kinds=KINDS,
        here=JOURNAL,
        older=_way(JOURNAL, form, avant=found["lines"][-1].id) if found["goes_on"] else "",
        newest=_way(JOURNAL, form) if asked.before is not None else "",
        file=_way(FILE, form),
        is_filtered=any(form[name] for name in _FILTERS),
        **found,
    )


async def journal_file(request: web.Request) -> web.Response:
    """GET /reglages/journal.csv: the same lines, all of them, for a spreadsheet."""
    form = Form({name: text[:_LONGEST] for name, text in request.query.items()})
    asked = _read(form)
    if not form.ok:
        return await journal_page(request)
    out = StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow([_("Jour"), _("Heure"), _("Qui"), _("Quoi"), _("Précisions")])
    before: int | None = None

    def some() -> list[Line]:
        entries = asked.entries(the(request, AuditStore), before=before, limit=BATCH)
        return read(entries, _names(request))

    while lines := await run(request, some):
        for one in lines:
            moment = datetime.datetime.fromtimestamp(one.at).astimezone()
            words = (spreadsheet_cell(text) for text in (one.who, one.says, one.more))
            rows.writerow([moment.date().isoformat(), f"{moment:%H:%M:%S}", *words])
        before = lines[-1].id
    return file_answer(out.getvalue().encode("utf-8-sig"), "journal.csv", "text/csv")


_FILTERS = ("quoi", "qui", "du", "au")


def _read(form: Form) -> Asked:
    """Return what is asked for; what is wrong is noted in the form."""
    since, until = _day(form, "du"), _day(form, "au")
    if since and until and until < since:
        form.wrong("au", N_("Ce jour vient avant l'autre."))
    before = form["avant"]
    return Asked(
        kind=form["quoi"] if form["quoi"] in KINDS else "",
        who=form["qui"],
        since=_midnight(since) if since else None,
        until=_midnight(until + datetime.timedelta(days=1)) if until else None,
        before=int(before) if before.isdecimal() and len(before) < 13 else None,
    )


def _day(form: Form, name: str) -> datetime.date | None:
    if not form[name]:
        return None
    try:
        day = datetime.date.fromisoformat(form[name])
    except ValueError:
        form.wrong(name, N_("Écrivez un jour, comme 2026-11-30."))
        return None
    if not 2000 <= day.year <= 2200:
        form.wrong(name, N_("Écrivez un jour, comme 2026-11-30."))
        return None
    return day


def _midnight(day: datetime.date) -> int:
    """Return the first second of a day in the shop."""
    return int(datetime.datetime.combine(day, datetime.time.min).astimezone().timestamp())


def _names(request: web.Request) -> Names:
    return Names(the(request, AccountStore), the(request, TillStore), the(request, MemberStore))


def _way(path: str, form: Form, **more: object) -> str:
    query: Mapping[str, object] = {name: form[name] for name in _FILTERS if form[name]} | more
    return f"{path}?{urlencode(query)}" if query else path


def pages() -> Pages:
    """Return the page of the log."""
    needs = Needs.ADMINISTRATOR
    return Pages(
        routes=(get(JOURNAL, journal_page, needs=needs), get(FILE, journal_file, needs=needs)),
        menu=(
            MenuEntry(
                group=Group.UPKEEP,
                title=N_("Journal"),
                path=JOURNAL,
                needs=needs,
                says=N_("Qui a fait quoi, et quand."),
                icon="clock",
            ),
        ),
        templates=_HERE / "templates",
    )
