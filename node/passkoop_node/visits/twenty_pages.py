"""The office's pages of the 20 %: the share of the year, its figures, its proof."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.language import _
from passkoop_node.core.settings import SettingsStore
from passkoop_node.visits import statistics, twenty
from passkoop_node.visits.asked import asked_month, note_export, today
from passkoop_node.visits.days import first_day_of, is_month, last_day_of, parse_month
from passkoop_node.visits.knowing import naming, trust_of
from passkoop_node.visits.money import (
    MOST,
    BadAmount,
    parse_amount,
    shown_amount,
    shown_share,
    typed_amount,
)
from passkoop_node.visits.room import VisitRoom
from passkoop_node.visits.wording import name_of_month, shown_month
from passkoop_protocol.keys import shown_id

TWENTY = "/bureau/vingt"


async def twenty_page(request: web.Request) -> web.Response:
    """GET /bureau/vingt: the share of the accounting year."""
    return await _twenty(request, Form())


async def _twenty(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    def look() -> dict[str, Any]:
        room, settings = the(request, VisitRoom), the(request, SettingsStore)
        months = twenty.year_of(settings, first_day_of(asked_month(request)))
        year = twenty.share_of_year(
            room.store, room.sales, settings, months=months, today=today(request)
        )
        return {
            "year": year,
            "turnover": room.sales.turnover(),
            "typed": room.sales.visitor_sales(),
            "form_of": settings.get(twenty.FORM),
            "first": settings.get(twenty.YEAR_FROM),
            "with_coops": settings.get(twenty.COOPS_COUNT),
        }

    found = await run(request, look)
    year = found["year"]
    return render(
        request,
        "visits/twenty.html",
        status=status,
        form=form,
        sentences=twenty.year_in_sentences(year),
        share=shown_share,
        amount=shown_amount,
        plain=typed_amount,
        shown_month=shown_month,
        day=year.months[0].month,
        forms={code: title for code, (title, _limit) in twenty.FORMS.items()},
        month_names={one: name_of_month(one) for one in range(1, 13)},
        **found,
    )


async def keep_figures(request: web.Request) -> web.Response:
    """POST /bureau/vingt: the turnover and the visitors' totals, by month."""
    form = await read_form(request)
    kept: dict[str, tuple[str, int | None]] = {}
    for name in form.typed:
        kind, _dash, month = name.partition("-")
        if kind not in ("ca", "visiteurs"):
            continue
        typed = form[name].strip()
        try:
            kept[name] = parse_month(month), parse_amount(typed, limit=MOST) if typed else None
        except ValueError as error:
            raise web.HTTPBadRequest from error
        except BadAmount as error:
            form.wrong(name, told(error))
    if not form.ok:
        return await _twenty(request, form, status=422)

    def keep() -> None:
        sales = the(request, VisitRoom).sales
        before = {"ca": sales.turnover(), "visiteurs": sales.visitor_sales()}
        for name, (month, cents) in kept.items():
            kind = name.partition("-")[0]
            if before[kind].get(month) == cents:
                continue
            change = sales.set_turnover if kind == "ca" else sales.set_visitor_sales
            change(month, cents, now=now(request))

    await run(request, keep)
    shown = form["mois"][:7]
    where = f"?mois={shown}" if is_month(shown) else ""
    return go_to(request, f"{TWENTY}{where}", say=_("Chiffres enregistrés."))


async def keep_settings(request: web.Request) -> web.Response:
    """POST /bureau/vingt/reglages: the legal form, and what is counted."""
    form = await read_form(request)
    legal = form.choice("forme", {code: code for code in twenty.FORMS})
    first = form.choice("premier", {str(one): one for one in range(1, 13)})
    if legal is None or first is None:
        return await _twenty(request, form, status=422)

    def keep() -> None:
        settings = the(request, SettingsStore)
        settings.set(twenty.FORM, legal)
        settings.set(twenty.YEAR_FROM, first)
        settings.set(twenty.COOPS_COUNT, form["coops"] == "oui")

    await run(request, keep)
    return go_to(request, TWENTY, say=_("C'est noté."))


async def proof(request: web.Request) -> web.Response:
    """POST /bureau/vingt/preuve: the year on paper, with the register's head."""

    def look() -> tuple[Any, ...]:
        room, settings = the(request, VisitRoom), the(request, SettingsStore)
        ourselves, trust = the(request, Ourselves), trust_of(request)
        months = twenty.year_of(settings, first_day_of(asked_month(request)))
        year = twenty.share_of_year(
            room.store, room.sales, settings, months=months, today=today(request)
        )
        homes = statistics.by_home(
            room.store,
            room.sales,
            since=first_day_of(months[0]),
            until=last_day_of(months[-1]),
            trust=trust,
        )
        head = room.store.head()
        note_export(request, "pdf")
        return year, homes, head, ourselves.profile.name, ourselves.coop, naming(request, trust)

    year, homes, head, name, coop, name_of = await run(request, look)

    def write() -> bytes:
        from passkoop_node.visits.proof import year_pdf

        return year_pdf(
            year,
            homes,
            coop_name=name,
            coop_id=shown_id(coop),
            head=head,
            name_of=name_of,
            now=now(request),
        )

    data = await asyncio.to_thread(write)
    return file_answer(data, f"visiteurs-{year.months[0].month[:4]}.pdf", "application/pdf")


def routes() -> Sequence[Route]:
    """Return the routes of these pages."""
    return (
        get(TWENTY, twenty_page, needs=Needs.OFFICE),
        post(TWENTY, keep_figures, needs=Needs.OFFICE),
        post(f"{TWENTY}/reglages", keep_settings, needs=Needs.OFFICE),
        post(f"{TWENTY}/preuve", proof, needs=Needs.OFFICE),
    )
