"""The office's page of who has not renewed, and what it means for cards."""

import asyncio
from collections.abc import Mapping, Sequence, Set
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from passkoop_node.cards.filters import FILTERS, Filter
from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.situations import SITUATIONS, situations
from passkoop_node.core import formats
from passkoop_node.core.addresses import is_address
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.ordering import Order, asked_order
from passkoop_node.core.paging import page_of
from passkoop_node.core.sheets import FORMATS, Cell, Sheet
from passkoop_node.dues.going import SWEEPING
from passkoop_node.dues.lapsing import DUES, Lapsing, Wait
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.dues.renewing import (
    SHAPES,
    TURNS,
    By,
    Renewal,
    Turn,
    in_order,
    renewals,
    turn_of,
)
from passkoop_node.dues.standings import standings_of_all
from passkoop_node.members.sorting import SortBy
from passkoop_node.members.store import MemberStore

LIST = "/bureau/cotisations/a-renouveler"
SUSPENDING = "/reglages/cotisations/cartes"
PER_PAGE = 50
_PART = 2_000  # lines of a file that are made between two turns of the tills
_LONGEST_SEARCH = 100
_EVERY = 3  # seconds between two looks of a browser

# What the list can be sorted by: a column's heading, and the words after "in the order of".
SORTED: Mapping[By, tuple[Message, Message]] = {
    By.NUMBER: (N_("N°"), N_("des numéros")),
    By.NAME: (N_("Nom"), N_("des noms")),
    By.UNTIL: (N_("Payé jusqu'au"), N_("des dates")),
}
WAITS: Mapping[Wait, Message] = {
    Wait.CLOCK: N_(
        "L'horloge de cet ordinateur avance : personne n'est suspendu avant qu'elle soit à l'heure."
    ),
    Wait.RESTORED: N_(
        "La coop vient d'une sauvegarde : des paiements notés depuis sont peut-être perdus. "
        "Notez-les de nouveau avant de donner votre accord."
    ),
    Wait.MANY: N_("C'est beaucoup d'un coup : regardez la liste avant de donner votre accord."),
}


def _order(request: web.Request) -> Order[By]:
    return asked_order(request, SORTED, default=By.UNTIL)


# --- who has not renewed ---


async def list_page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/a-renouveler?groupe=lapsed&cherche=etch&tri=nom&page=2."""
    return await _list(request)


async def _list(
    request: web.Request, *, fault: Message | None = None, status: int = 200
) -> web.Response:
    sweeping, moment = request.app[SWEEPING], now(request)

    def look() -> dict[str, Any]:
        ledger, lapsing = the(request, Ledger), the(request, Lapsing)
        everybody = renewals(ledger, on=formats.local_day(moment))
        counts = {turn: sum(one.turn is turn for one in everybody) for turn in Turn}
        page = page_of(_asked(request, everybody), request, size=PER_PAGE)
        people = the(request, MemberStore).of_ids([one.member_id for one in page.items])
        waits: Wait | None = lapsing.waits()
        asks = waits in (Wait.MANY, Wait.RESTORED)
        outlook = lapsing.outlook(now=moment) if waits in WAITS else None  # it takes a while
        return {
            "page": page,
            "people": {one.id: one for one in people},
            "counts": {turn: count for turn, count in counts.items() if count},
            "total": len(everybody),
            "situations": situations(the(request, Issuer), people, now=moment),
            "mailable": {one.id for one in people if is_address(one.email)},
            "has_dues": ledger.plan.yearly is not Yearly.NONE,
            "is_on": waits is not Wait.OFF,
            "waits": WAITS.get(waits) if waits and outlook and outlook.people else None,
            "asks": outlook.people if asks and outlook else 0,
        }

    group = request.query.get("groupe", "")
    response = render(
        request,
        "dues/renewing.html",
        status=status,
        fault=fault or sweeping.fault,
        sweeping=sweeping,
        turns=TURNS,
        shapes=SHAPES,
        shown=SITUATIONS,
        order=_order(request),
        group=group if group in set(Turn) else "",
        text=_text(request),
        files=f"?{urlencode(files)}" if (files := _filters(request)) else "",
        here=LIST,
        suspending=SUSPENDING,
        may_choose=caller(request).may(Needs.ADMINISTRATOR),
        **await run(request, look),
    )
    if sweeping.is_running:
        response.headers["Refresh"] = str(_EVERY)
    return response


def _text(request: web.Request) -> str:
    return " ".join(request.query.get("cherche", "")[:_LONGEST_SEARCH].split())


def _filters(request: web.Request) -> dict[str, str]:
    names = ("groupe", "cherche", "tri", "sens")
    return {name: value for name in names if (value := request.query.get(name, ""))}


def _asked(request: web.Request, everybody: Sequence[Renewal]) -> list[Renewal]:
    """Return those whom the address asks for, in the order that it asks for."""
    members, order = the(request, MemberStore), _order(request)
    found = list(everybody)
    if (group := request.query.get("groupe", "")) in set(Turn):
        found = [one for one in found if one.turn == group]
    if text := _text(request):
        ids = set(members.ordered_ids(text))
        found = [one for one in found if one.member_id in ids]
    places: Mapping[int, int] = {}
    if order.by is By.NAME:
        places = {id: n for n, id in enumerate(members.ordered_ids(by=SortBy.NAME))}
    return in_order(found, order.by, places=places, descending=order.descending)


async def list_file(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/a-renouveler.csv or .xlsx: the same people, all of them."""
    moment = now(request)

    def look() -> list[Renewal]:
        everybody = renewals(the(request, Ledger), on=formats.local_day(moment))
        return _asked(request, everybody)

    def lines(found: Sequence[Renewal]) -> list[Sequence[Cell]]:
        people = the(request, MemberStore).of_ids([one.member_id for one in found])
        stands = situations(the(request, Issuer), people, now=moment)
        by_id = {one.member_id: one for one in found}
        return [
            (
                one.number,
                one.family_name,
                one.given_name,
                one.email,
                one.phone,
                str(TURNS[by_id[one.id].turn]),
                by_id[one.id].until,
                str(SITUATIONS[stands[one.id]][1]),
            )
            for one in people
        ]

    everybody, rows = await run(request, look), []
    for first in range(0, len(everybody), _PART):  # tills are answered in between
        rows += await run(request, lines, everybody[first : first + _PART])
    sheet = Sheet(
        title=_("À renouveler"),
        titles=[
            _("N°"),
            _("Nom de famille"),
            _("Prénom"),
            _("E-mail"),
            _("Téléphone"),
            _("Cotisation"),
            _("Payé jusqu'au"),
            _("Carte"),
        ],
        rows=rows,
    )
    ending = request.path.rpartition(".")[2]
    kind, write = FORMATS[ending]
    return file_answer(await asyncio.to_thread(write, sheet), f"a-renouveler.{ending}", kind)


# --- what it means for cards ---


async def agree(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/a-renouveler/suspendre: somebody has seen how many it is."""
    form = await read_form(request)
    outlook = await run(request, the(request, Lapsing).outlook, now=now(request))
    if form["vu"] != str(outlook.people):
        return await _list(request, fault=_OTHER_NUMBER, status=422)
    return await _sweep(request, LIST)


async def suspending_page(request: web.Request) -> web.Response:
    """GET /reglages/cotisations/cartes: whether unpaid dues suspend cards, and how many now."""
    return await _suspending(request)


async def _suspending(
    request: web.Request, *, fault: Message | None = None, status: int = 200
) -> web.Response:
    def look() -> dict[str, Any]:
        ledger, lapsing = the(request, Ledger), the(request, Lapsing)
        return {
            "plan": ledger.plan,
            "has_dues": ledger.plan.yearly is not Yearly.NONE,
            "is_on": lapsing.is_on,
            "outlook": lapsing.outlook(now=now(request)),
            "held": len(lapsing.issuer.cards.held(DUES)),
        }

    found = await run(request, look)
    return render(request, "dues/suspending.html", status=status, fault=fault, here=LIST, **found)


async def switch(request: web.Request) -> web.Response:
    """POST /reglages/cotisations/cartes: from now on they do, or do no more."""
    form = await read_form(request)
    wanted = form.choice("suspendre", {"oui": True, "non": False})
    if wanted is None:
        return await _suspending(request, status=422)
    lapsing, who = the(request, Lapsing), caller(request).actor
    if wanted:
        outlook = await run(request, lapsing.outlook, now=now(request))
        if form["vu"] != str(outlook.people):
            return await _suspending(request, fault=_OTHER_NUMBER, status=422)
    await run(request, lapsing.switch, wanted, now=now(request), actor=who)
    return await _sweep(request, SUSPENDING)


async def _sweep(request: web.Request, path: str) -> web.Response:
    sweeping, lapsing = request.app[SWEEPING], the(request, Lapsing)
    moment, who = now(request), caller(request).actor
    await sweeping.begin(request.app, lambda: lapsing.sweep(now=moment, actor=who, agreed=True))
    if sweeping.is_running or sweeping.fault:
        return go_to(request, LIST)
    if not sweeping.count:
        return go_to(request, path, say=_("C'est enregistré."))
    said = ngettext("%(num)s carte a changé.", "%(num)s cartes ont changé.", sweeping.count)
    return go_to(request, path, say=said)


_OTHER_NUMBER = N_("Le nombre a changé entre-temps : regardez, puis recommencez.")


# --- in the list of members ---


def _choices(request: web.Request) -> Mapping[str, Message]:
    return {} if the(request, Ledger).plan.yearly is Yearly.NONE else TURNS


def _ids(request: web.Request, turn: str) -> Set[int]:
    """Return whose turn it is, those of each household with their principal."""
    ledger, on = the(request, Ledger), formats.local_day(now(request))
    theirs = {
        id
        for id, (standing, until) in standings_of_all(ledger, on=on).items()
        if turn_of(standing, until, on=on) == turn
    }
    return theirs & the(request, MemberStore).ids(on=on)


def set_up(app: web.Application) -> None:
    """Let the list of members be narrowed by where people stand."""
    by_dues = Filter(name="cotisation", title=N_("Cotisation"), choices=_choices, ids=_ids)
    app[FILTERS] = (*app.get(FILTERS, ()), by_dues)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office, administrator = Needs.OFFICE, Needs.ADMINISTRATOR
    return (
        get(LIST, list_page, needs=office),
        get(f"{LIST}.csv", list_file, needs=office),
        get(f"{LIST}.xlsx", list_file, needs=office),
        post(f"{LIST}/suspendre", agree, needs=office),
        get(SUSPENDING, suspending_page, needs=administrator),
        post(SUSPENDING, switch, needs=administrator),
    )
