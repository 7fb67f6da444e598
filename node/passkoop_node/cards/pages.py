"""The office's pages of members and their cards: the list, making cards, printing them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from passkoop_node.cards import household_pages, leaving, member_pages
from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.pictures import picture_names
from passkoop_node.cards.printable import PrintableCard
from passkoop_node.cards.printing import printable_cards, with_cards
from passkoop_node.cards.saying import today, why_not
from passkoop_node.cards.situations import SITUATIONS, situations
from passkoop_node.core.feature import Door, MenuEntry, Needs, Pages, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.paging import Paged, first_of_page, page_of, page_with
from passkoop_node.errors import NodeError
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore

MEMBERS, CARDS = "/bureau/membres", "/bureau/cartes"
PER_PAGE = 50
PER_FILE = 500  # cards of one PDF
BATCH = 50  # cards made before the database is given to a till that waits
_LONGEST_SEARCH = 100
_HERE = Path(__file__).parent

DRAWING = web.AppKey("DRAWING", asyncio.Semaphore)  # of PDFs: one at a time


# --- members ---


async def members_page(request: web.Request) -> web.Response:
    """GET /bureau/membres?cherche=etch&tri=nom&page=2."""
    found = await run(request, _look_up, request)
    return render(request, "cards/members.html", **found)


def _look_up(request: web.Request) -> dict[str, Any]:
    """Return a page of the members that are asked for, with their cards' situations."""
    store, issuer = the(request, MemberStore), the(request, Issuer)
    text = " ".join(request.query.get("cherche", "")[:_LONGEST_SEARCH].split())
    by_name = request.query.get("tri") == "nom"
    only_without = request.query.get("carte") == "sans"
    if only_without:
        missing = issuer.missing(on=today(request), now=now(request))
        wanted = [*missing.to_issue, *missing.taken_back]
        if text:
            found = {one.id for one in store.page(text, limit=-1)}
            wanted = [one for one in wanted if one.id in found]
        page = page_of(wanted, request, size=PER_PAGE)
    else:
        total = store.count_found(text)
        page = _page(request, store, text, by_name=by_name, total=total)
    return {
        "page": page,
        "text": text,
        "by_name": by_name,
        "only_without": only_without,
        "situations": situations(issuer, page.items, now=now(request)),
        "shown": SITUATIONS,
        "today": today(request),
        "members": store.count(),
    }


def _page(
    request: web.Request, store: MemberStore, text: str, *, by_name: bool, total: int
) -> Paged[Member]:
    first = first_of_page(request, size=PER_PAGE, total=total)
    items = store.page(text, by_name=by_name, limit=PER_PAGE, offset=first)
    return page_with(items, request, size=PER_PAGE, total=total)


# --- cards ---


async def cards_page(request: web.Request) -> web.Response:
    """GET /bureau/cartes."""
    return await _cards(request)


async def _cards(
    request: web.Request, *, fault: Message | None = None, status: int = 200
) -> web.Response:
    def look() -> dict[str, Any]:
        issuer, members = the(request, Issuer), the(request, MemberStore)
        missing = issuer.missing(on=today(request), now=now(request))
        everybody = members.members(on=today(request))
        have = len(with_cards(issuer, everybody, now=now(request)))
        return {
            "missing": len(missing.to_issue),
            "taken_back": len(missing.taken_back),
            "have": have,
            **_look_up(request),
        }

    found = await run(request, look)
    new = request.query.get("depuis", "")
    return render(
        request,
        "cards/cards.html",
        status=status,
        fault=fault,
        files=[
            (first + 1, min(first + PER_FILE, found["have"]))
            for first in range(0, found["have"], PER_FILE)
        ],
        since=new if new.isdecimal() and len(new) < 12 else "",
        **found,
    )


async def make(request: web.Request) -> web.Response:
    """POST /bureau/cartes/faire: cards for all who have none, or for those who were chosen."""
    form = await request.post()
    issuer = the(request, Issuer)

    def choose() -> Sequence[Member]:
        if form.get("tous") == "oui":
            return issuer.missing(on=today(request), now=now(request)).to_issue
        return _named(request, form.getall("numero", []))

    try:
        members = await run(request, choose)
        if not members:
            return await _cards(request, fault=_NOBODY, status=422)
        made = 0
        for first in range(0, len(members), BATCH):
            cards = await run(
                request,
                issuer.issue,
                members[first : first + BATCH],
                now=now(request),
                actor=caller(request).actor,
                pass_over=True,
            )
            made += len(cards)
    except NodeError as error:
        return await _cards(request, fault=why_not(error), status=422)
    if not made:
        return go_to(request, CARDS, say=_("Leur carte était déjà faite."))
    say = ngettext("%(num)s nouvelle carte.", "%(num)s nouvelles cartes.", made)
    return go_to(request, f"{CARDS}?depuis={now(request)}", say=say)


async def sheet(request: web.Request) -> web.Response:
    """POST /bureau/cartes/planche: the PDF of cards to cut out, ten a page."""
    form = await request.post()
    first, since = _number(form.get("premiere")), _number(form.get("depuis"))

    def choose() -> list[PrintableCard]:
        issuer, members = the(request, Issuer), the(request, MemberStore)
        if "choisis" in form:
            chosen = _named(request, form.getall("numero", []))
        else:
            chosen = members.members(on=today(request))
        pairs = with_cards(issuer, chosen, now=now(request))
        if since:
            pairs = [(one, card) for one, card in pairs if card.issued_at >= since]
        begin = max(0, first - 1)
        return printable_cards(issuer, pairs[begin : begin + PER_FILE])

    cards = await run(request, choose)
    if not cards:
        fault = _NO_CARD if form.getall("numero", []) else _NOBODY
        return await _cards(request, fault=fault, status=422)

    def draw() -> bytes:
        from passkoop_node.cards.sheet import card_sheet  # and with it the writer of PDF

        return card_sheet(cards)

    async with request.app[DRAWING]:
        data = await asyncio.to_thread(draw)
    name = f"{picture_names(cards)[0]}.pdf" if len(cards) == 1 else "cartes.pdf"
    return file_answer(data, name, "application/pdf")


async def picture(request: web.Request) -> web.Response:
    """GET /bureau/cartes/image?numero=12: the code of one card, for a screen."""

    def choose() -> list[PrintableCard]:
        issuer = the(request, Issuer)
        chosen = _named(request, [request.query.get("numero", "")])
        return printable_cards(issuer, with_cards(issuer, chosen, now=now(request)))

    cards = await run(request, choose)
    if not cards:
        return await _cards(request, fault=_NO_CARD, status=422)

    def draw() -> bytes:
        from passkoop_protocol.qr import qr_png

        return qr_png(cards[0].text)

    data = await asyncio.to_thread(draw)
    return file_answer(data, f"{picture_names(cards)[0]}.png", "image/png")


# --- shared ---


def _named(request: web.Request, numbers: Sequence[Any]) -> list[Member]:
    """Return the members with these numbers, each once, as many as one page can name."""
    store = the(request, MemberStore)
    asked = dict.fromkeys(one for one in numbers[:PER_FILE] if isinstance(one, str))
    return [store.by_number(number) for number in asked]


def _number(text: object) -> int:
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 12 else 0


_NOBODY = N_("Personne n'est choisi : cochez des membres, puis recommencez.")
_NO_CARD = N_("Il n'y a pas encore de carte à imprimer : faites-la d'abord.")


def _set_up(app: web.Application) -> None:
    app[DRAWING] = asyncio.Semaphore(1)


def pages() -> Pages:
    """Return the pages of the office about members' cards."""
    office = Needs.OFFICE
    return Pages(
        routes=(
            get(MEMBERS, members_page, needs=office),
            *member_pages.routes(),
            *leaving.routes(),
            *household_pages.routes(),
            get(CARDS, cards_page, needs=office),
            post(f"{CARDS}/faire", make, needs=office),
            post(f"{CARDS}/planche", sheet, needs=office),
            get(f"{CARDS}/image", picture, needs=office),
        ),
        menu=(
            MenuEntry(
                door=Door.OFFICE,
                title=N_("Membres"),
                path=MEMBERS,
                needs=office,
                says=N_("Le registre : chercher, importer un fichier."),
                icon="people",
            ),
            MenuEntry(
                door=Door.OFFICE,
                title=N_("Cartes"),
                path=CARDS,
                needs=office,
                says=N_("Faire celles qui manquent, les imprimer."),
                icon="card",
            ),
        ),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=_set_up,
    )
