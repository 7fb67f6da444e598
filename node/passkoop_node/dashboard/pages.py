"""The office's dashboard: the co-op in figures, year by year, and what an assembly may be shown."""

import asyncio
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from passkoop_node.booklet.notes import NoteStore
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core import formats
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, get
from passkoop_node.core.files import file_answer
from passkoop_node.core.frame import render
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.language import N_
from passkoop_node.core.sheets import FORMATS
from passkoop_node.dashboard.charts import GENDER_NAMES, Chart, charts_of
from passkoop_node.dashboard.figures import Dues, MembersOn, Year, standings_of
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.members.figures import MemberFigures
from passkoop_node.members.households import Households
from passkoop_node.members.store import MemberStore
from passkoop_node.visits import statistics
from passkoop_node.visits.plots import bars_svg, svg_file
from passkoop_node.visits.room import VisitRoom

DASHBOARD = "/bureau/tableau"
ASSEMBLY = f"{DASHBOARD}/assemblee"
SVG, CSV = (f"{DASHBOARD}/{{name:[a-z]{{1,20}}}}.{kind}" for kind in ("svg", "csv"))
_MOST_YEARS = 10
_HERE = Path(__file__).parent


async def dashboard_page(request: web.Request) -> web.Response:
    """GET /bureau/tableau?annee=2026."""
    return await _page(request, "dashboard/dashboard.html", small=True)


async def assembly_page(request: web.Request) -> web.Response:
    """GET /bureau/tableau/assemblee?annee=2026: to be printed, without small counts."""
    return await _page(request, "dashboard/assembly.html", small=False)


async def _page(request: web.Request, template: str, *, small: bool) -> web.Response:
    today = formats.local_day(now(request))
    year = await _year(request, today)
    first = await run(request, _figures(request).first_year) or today.year
    charts = charts_of(year, small=small)
    return render(
        request,
        template,
        year=year,
        today=today,
        years=range(today.year, max(min(first, today.year), today.year - _MOST_YEARS) - 1, -1),
        charts=charts,
        svgs={one.name: _svg(one) for one in charts},
        genders=GENDER_NAMES,
        coop=await run(request, lambda: the(request, Ourselves).profile.name),
        query=urlencode({"annee": year.year} | ({} if small else {"petits": "non"})),
    )


def _svg(chart: Chart) -> Markup:
    return Markup(bars_svg(chart.plot(), id=chart.name))  # noqa: S704 - escapes what it is given


async def svg(request: web.Request) -> web.Response:
    """GET /bureau/tableau/ages.svg?annee=2026."""
    chart, year = await _chart(request)
    data = svg_file(chart.plot(), id=chart.name).encode()
    return file_answer(data, f"{chart.name}-{year}.svg", "image/svg+xml")


async def csv(request: web.Request) -> web.Response:
    """GET /bureau/tableau/ages.csv?annee=2026."""
    chart, year = await _chart(request)
    kind, write = FORMATS["csv"]
    return file_answer(write(chart.sheet()), f"{chart.name}-{year}.csv", kind)


async def _chart(request: web.Request) -> tuple[Chart, int]:
    year = await _year(request, formats.local_day(now(request)))
    small = request.query.get("petits") != "non"
    name = request.match_info["name"]
    found = next((one for one in charts_of(year, small=small) if one.name == name), None)
    if found is None:
        raise web.HTTPNotFound
    return found, year.year


# --- the counting: in parts, between which the tills get their turn ---


def _figures(request: web.Request) -> MemberFigures:
    return MemberFigures(the(request, MemberStore).db)


def asked_year(text: str, today: date) -> int:
    """Return the year that is asked for, or this one."""
    year = int(text) if text.isdecimal() and len(text) == 4 else today.year
    return year if 1900 <= year <= today.year else today.year


async def _year(request: web.Request, today: date) -> Year:
    number = asked_year(request.query.get("annee", ""), today)
    is_over = number < today.year
    day = date(number, 12, 31) if is_over else today
    months = range(1, 13 if is_over else today.month + 1)
    figures = _figures(request)
    households = the(request, Households).store
    ends = [min(_end(number, month), day) for month in months]
    on = MembersOn(
        day=day,
        kinds=await run(request, figures.by_kind, day),
        towns=await run(request, figures.by_town, day),
        households=0 if is_over else len(await run(request, households.sizes_of_all)),
    )
    joined = await run(request, figures.joined_by_month, number, until=day)
    left = await run(request, figures.left_by_month, number, until=day)
    return Year(
        year=number,
        on=on,
        months=months,
        members=await run(request, figures.counts_on, ends),
        joined=[joined[month] for month in months],
        left=[left[month] for month in months],
        dues=await _dues(request, number, today),
        visits=await run(request, _visits, request, number, months),
        noted=await run(request, _noted, request, number),
    )


def _visits(request: web.Request, year: int, months: range) -> list[statistics.MonthCount]:
    room = the(request, VisitRoom)
    named = [f"{year}-{month:02}" for month in months]
    return statistics.by_month(room.store, room.sales, named)


def _noted(request: web.Request, year: int) -> dict[int, int]:
    return NoteStore(the(request, MemberStore).db).visits_by_month(year)


async def _dues(request: web.Request, year: int, today: date) -> Dues | None:
    ledger = the(request, Ledger)
    plan = await run(request, lambda: ledger.plan)
    by_month = await run(request, ledger.payments.by_month, year)
    if plan.yearly is Yearly.NONE:
        return Dues(standings=None, by_month=by_month) if by_month else None
    standings = None
    if year == today.year:
        people = await run(request, _figures(request).joined_of, today)
        paid = await run(request, ledger.payments.paid_until_of_all)
        principals = await run(request, the(request, Households).store.principals_of_all)
        standings = await asyncio.to_thread(
            standings_of, plan, people, principals=principals, paid_until=paid, on=today
        )
    return Dues(standings=standings, by_month=by_month)


def _end(year: int, month: int) -> date:
    return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)


def pages() -> Pages:
    """Return what the room shows."""
    office = Needs.OFFICE
    return Pages(
        routes=(
            get(DASHBOARD, dashboard_page, needs=office),
            get(ASSEMBLY, assembly_page, needs=office),
            get(SVG, svg, needs=office),
            get(CSV, csv, needs=office),
        ),
        menu=(
            MenuEntry(
                group=Group.FIGURES,
                title=N_("Tableau de bord"),
                path=DASHBOARD,
                needs=office,
                says=N_("La coop en chiffres, année par année."),
                icon="chart",
            ),
        ),
        templates=_HERE / "templates",
        static=_HERE / "static",
    )
