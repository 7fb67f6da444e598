"""The pages of the office about visits: the register by month, its figures, its corrections."""

from pathlib import Path
from typing import Any

from aiohttp import web
from markupsafe import Markup

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.clocks import clock_ahead
from passkoop_node.core.feature import Group, Job, MenuEntry, Needs, Pages, Switch, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.core.settings import SettingsStore
from passkoop_node.core.sheets import csv_of
from passkoop_node.visits import sheet_pages, statistics, twenty_pages
from passkoop_node.visits.asked import asked_month, note_export, today
from passkoop_node.visits.days import first_day_of, last_day_of, month_of, months_from, parse_month
from passkoop_node.visits.knowing import naming, trust_of
from passkoop_node.visits.money import (
    BadAmount,
    parse_amount,
    shown_amount,
    typed_amount,
)
from passkoop_node.visits.plots import bars_svg, bars_table
from passkoop_node.visits.register import VisitNotFound
from passkoop_node.visits.room import VisitRoom
from passkoop_node.visits.store import Entry
from passkoop_node.visits.visit import LONGEST, Kind
from passkoop_node.visits.wording import NameOf, shown_month
from passkoop_protocol.verdict import Outcome

VISITS = "/bureau/visites"
TILL = "bureau"  # who notes corrections made here
PER_PAGE = 50
_SETTLE = 900  # seconds: by then others have told whether our clock is ahead
_HERE = Path(__file__).parent
ZONES = {
    Outcome.WELCOME: "ok",
    Outcome.REMARK: "note",
    Outcome.REFUSED: "no",
    Outcome.UNVERIFIED: "unk",
}


# --- the register ---


async def visits_page(request: web.Request) -> web.Response:
    """GET /bureau/visites?mois=2028-05&sur=36&avant=1200."""
    month = asked_month(request)
    span = 36 if request.query.get("sur") == "36" else 12
    before = request.query.get("avant", "")

    def look() -> dict[str, Any]:
        room = the(request, VisitRoom)
        trust = trust_of(request)
        name_of = naming(request, trust)
        since, until = first_day_of(month), last_day_of(month)
        first = _back(month, span - 1)
        months = statistics.by_month(room.store, room.sales, months_from(first, span))
        homes = statistics.by_home(
            room.store, room.sales, since=first_day_of(first), until=until, trust=trust
        )
        entries = room.store.entries(
            since=since,
            until=until,
            before=int(before) if before.isdecimal() and len(before) < 13 else None,
            limit=PER_PAGE + 1,
        )
        return {
            "count": months[-1],
            "plot": statistics.plot_of_months(months),
            "homes": statistics.plot_of_homes(homes, name_of=name_of) if homes else None,
            "rows": [(one, _who(one, name_of)) for one in entries[:PER_PAGE]],
            "goes_on": len(entries) > PER_PAGE,
        }

    found = await run(request, look)
    plot, homes = found.pop("plot"), found.pop("homes")
    return render(
        request,
        "visits/visits.html",
        month=month,
        title=shown_month(month),
        earlier=_back(month, 1),
        later=_back(month, -1) if month < month_of(today(request)) else "",
        span=span,
        spans={12: N_("Douze mois"), 36: N_("Trois ans")},
        svg=Markup(bars_svg(plot)),  # noqa: S704 - escapes what it is given
        table=Markup(bars_table(plot)),  # noqa: S704
        homes=Markup(bars_table(homes)) if homes else "",  # noqa: S704
        zones=ZONES,
        amount=shown_amount,
        **found,
    )


async def visit_page(request: web.Request) -> web.Response:
    """GET /bureau/visites/<number>: one line, and how to correct it."""
    return await _visit(request, Form())


async def _visit(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    from passkoop_node.visits.proof import RULES  # and with it the writer of PDF

    seq = int(request.match_info["seq"])

    def look() -> tuple[Entry | None, str]:
        store = the(request, VisitRoom).store
        found = store.entries(before=seq + 1, limit=1)
        entry = found[0] if found and found[0].visit.seq == seq else None
        name_of = naming(request, trust_of(request))
        return entry, _who(entry, name_of) if entry else ""

    entry, who = await run(request, look)
    if entry is None:
        raise VisitNotFound
    return render(
        request,
        "visits/visit.html",
        status=status,
        form=form,
        entry=entry,
        who=who,
        rule=RULES[entry.visit.rule],
        amount=shown_amount,
        typed=typed_amount(entry.amount) if entry.amount is not None else "",
        month=month_of(entry.visit.day),
    )


async def cancel(request: web.Request) -> web.Response:
    """POST /bureau/visites/<number>/annuler."""
    form = await read_form(request)
    reason = form.text("raison", most=LONGEST["reason"], optional=True)
    if not form.ok:
        return await _visit(request, form, status=422)
    seq = int(request.match_info["seq"])
    register = the(request, VisitRoom).register
    await run(
        request,
        register.cancel,
        seq,
        till=TILL,
        line=f"{seq}-x",
        reason=reason,
        now=now(request),
    )
    return go_to(request, f"{VISITS}/{seq}", say=_("Visite annulée : une ligne de plus le dit."))


async def correct(request: web.Request) -> web.Response:
    """POST /bureau/visites/<number>/montant."""
    form = await read_form(request)
    seq = int(request.match_info["seq"])
    try:
        cents = parse_amount(form["montant"])
    except BadAmount as error:
        form.wrong("montant", told(error))
        return await _visit(request, form, status=422)
    register = the(request, VisitRoom).register
    line = f"{seq}-{cents}-{now(request)}"
    await run(request, register.correct_amount, seq, cents, till=TILL, line=line, now=now(request))
    return go_to(request, f"{VISITS}/{seq}", say=_("Montant corrigé : une ligne de plus le dit."))


async def export(request: web.Request) -> web.Response:
    """POST /bureau/visites/export: the month for a spreadsheet, without names."""
    form = await read_form(request)
    try:
        month = parse_month(form["mois"])
    except ValueError as error:
        raise web.HTTPBadRequest from error

    def write() -> bytes:
        from passkoop_node.visits.proof import register_sheet

        store = the(request, VisitRoom).store
        name_of = naming(request, trust_of(request))
        since, until = first_day_of(month), last_day_of(month)
        sheet = register_sheet(store, since=since, until=until, name_of=name_of)
        note_export(request, "csv")
        return csv_of(sheet)

    return file_answer(await run(request, write), f"visites-{month}.csv", "text/csv")


# --- shared ---


def _who(entry: Entry, name_of: NameOf) -> str:
    visit = entry.visit
    if visit.kind is Kind.OWN:
        return _("Membre de notre coop")
    if visit.home is not None:
        return name_of(visit.home)
    return entry.words.name or _("Sans carte")


def _back(month: str, months: int) -> str:
    year, number = map(int, month.split("-"))
    at = year * 12 + number - 1 - months
    return f"{at // 12:04}-{at % 12 + 1:02}"


async def erase_due(app: web.Application) -> None:
    """Forget who came long ago, once a day; what was forgotten is counted in the audit.

    By a clock that is ahead of all others nothing is forgotten: it would not come back.
    """
    services, now = app[SERVICES], app[CLOCK]()

    def erase() -> None:
        if clock_ahead(services.the(SettingsStore)):
            return
        own = services.the(Ourselves).coop
        services.the(VisitRoom).eraser.erase_due(own=own, now=now, actor="serve")

    await app[WORKER].run(erase)


def pages() -> Pages:
    """Return the pages of the office about visits."""
    one, office = VISITS + "/{seq:[0-9]{1,12}}", Needs.OFFICE
    return Pages(
        routes=(
            get(VISITS, visits_page, needs=office),
            post(f"{VISITS}/export", export, needs=office),
            get(one, visit_page, needs=office),
            post(f"{one}/annuler", cancel, needs=office),
            post(f"{one}/montant", correct, needs=office),
            *sheet_pages.routes(),
            *twenty_pages.routes(),
        ),
        menu=(
            MenuEntry(
                group=Group.VISITS,
                title=N_("Visites"),
                path=VISITS,
                needs=office,
                says=N_("Qui est venu, mois par mois."),
                icon="basket",
            ),
            MenuEntry(
                group=Group.VISITS,
                title=N_("Les 20 %%"),
                path=twenty_pages.TWENTY,
                needs=office,
                says=N_("La part des ventes aux visiteurs, et sa preuve."),
                icon="chart",
            ),
        ),
        switches=(
            Switch(
                name="visits.twenty",
                title=N_("Les 20 %%"),
                says=N_("La part des ventes aux visiteurs, que la loi limite en France."),
                paths=(twenty_pages.TWENTY,),
            ),
        ),
        jobs=(Job(name="visits.erase", every=86_400, work=erase_due, after=_SETTLE),),
        templates=_HERE / "templates",
        static=_HERE / "static",
    )
