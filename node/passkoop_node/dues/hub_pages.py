"""The office's pages of money: where all begins, and the payments that were received."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from passkoop_node.core import formats
from passkoop_node.core.feature import Needs, Route, get
from passkoop_node.core.files import file_answer
from passkoop_node.core.frame import render
from passkoop_node.core.handling import run, the
from passkoop_node.core.language import N_, Message
from passkoop_node.core.paging import first_of_page, page_with
from passkoop_node.core.sheets import FORMATS
from passkoop_node.dues import schedule_pages
from passkoop_node.dues.inbox_pages import INBOX, waiting
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.dues.receipts import Receipts, people_of
from passkoop_node.dues.reminder_pages import TODAY
from passkoop_node.dues.renewing_pages import LIST
from passkoop_node.dues.store import Asked
from passkoop_node.dues.wording import KINDS, METHODS

HUB = "/bureau/cotisations"
RECEIVED, JOURNAL = f"{HUB}/paiements", f"{HUB}/recus.{{format:csv|xlsx}}"
PER_PAGE = 50
_LONGEST_SEARCH = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A page that the first page of money leads to."""

    path: str
    title: Message
    says: Message
    icon: str
    # How many things wait there, where something may; asked in the database's thread.
    waiting: Callable[[web.Request], int] | None = None
    of_dues: bool = False  # not there where the co-op asks for none


LINKS: Sequence[Link] = (
    Link(
        path=LIST,
        title=N_("À renouveler"),
        says=N_("Qui n'a pas renouvelé sa cotisation, et qui doit bientôt le faire."),
        icon="clock",
        of_dues=True,
    ),
    Link(
        path=TODAY,
        title=N_("Rappels"),
        says=N_("Qui recevrait quoi aujourd'hui, avant et après l'échéance."),
        icon="mail",
        of_dues=True,
    ),
    Link(
        path=RECEIVED,
        title=N_("Paiements reçus"),
        says=N_("Chercher un paiement, un reçu ; le journal de l'année."),
        icon="list",
    ),
    Link(
        path=INBOX,
        title=N_("À rattacher"),
        says=N_("Ce qui est arrivé sans qu'on sache de qui."),
        icon="person",
        waiting=waiting,
    ),
    Link(
        path=schedule_pages.PAGE,
        title=N_("Paiements en plusieurs fois"),
        says=N_("Ce qui est convenu, ce qui est en retard."),
        icon="clock",
        waiting=schedule_pages.late,
    ),
    Link(
        path=f"{HUB}/banque",
        title=N_("Relevé de la banque"),
        says=N_("Les virements reçus, depuis le fichier de la banque."),
        icon="up",
    ),
    Link(
        path=f"{HUB}/en-ligne",
        title=N_("Paiements en ligne"),
        says=N_("HelloAsso ou votre boutique, depuis leur export."),
        icon="globe",
    ),
)


async def hub_page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations."""

    def look() -> dict[str, Any]:
        has_dues = the(request, Ledger).plan.yearly is not Yearly.NONE
        links = [one for one in LINKS if has_dues or not one.of_dues]
        waiting = {one.path: one.waiting(request) for one in links if one.waiting}
        return {"links": links, "waiting": waiting}

    return render(request, "dues/hub.html", **await run(request, look))


async def received_page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/paiements?cherche=etch&annee=2026&page=2."""

    def look() -> dict[str, Any]:
        ledger, asked = the(request, Ledger), _asked(request)
        total = ledger.payments.count_found(asked)
        first = first_of_page(request, size=PER_PAGE, total=total)
        found = ledger.payments.found(asked, limit=PER_PAGE, offset=first)
        return {
            "page": page_with(found, request, size=PER_PAGE, total=total),
            "people": people_of(ledger, found),
            "years": ledger.payments.years(),
            "asked": asked,
        }

    return render(
        request,
        "dues/received.html",
        money=formats.money,
        methods=METHODS,
        kinds=KINDS,
        **await run(request, look),
    )


def _asked(request: web.Request) -> Asked:
    text = " ".join(request.query.get("cherche", "")[:_LONGEST_SEARCH].split())
    return Asked(
        text=text,
        members=the(request, Ledger).members.ordered_ids(text) if text else (),
        year=_asked_year(request),
    )


# --- the journal of receipts ---


async def journal_file(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/recus.csv?annee=2026: all receipts of a year, by number."""
    year, ending = _asked_year(request), request.match_info["format"]
    sheet, _count = await run(request, the(request, Receipts).journal, year)
    kind, write = FORMATS[ending]
    data = await asyncio.to_thread(write, sheet)
    return file_answer(data, f"recus-{year}.{ending}" if year else f"recus.{ending}", kind)


def _asked_year(request: web.Request) -> int | None:
    year = request.query.get("annee", "")
    return int(year) if year.isdecimal() and len(year) == 4 else None


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    return (
        get(HUB, hub_page, needs=Needs.OFFICE),
        get(RECEIVED, received_page, needs=Needs.OFFICE),
        get(JOURNAL, journal_file, needs=Needs.OFFICE),
    )
