"""The office's pages of members and their cards: the list, making cards, printing them."""

import asyncio
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from aiohttp import web

from passkoop_node.cards import household_pages, leaving, mailing_pages, making, member_pages
from passkoop_node.cards.filters import narrowed
from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.pictures import picture_names
from passkoop_node.cards.printable import PrintableCard
from passkoop_node.cards.printing import printable_cards, with_cards
from passkoop_node.cards.saying import today, why_not
from passkoop_node.cards.situations import SITUATIONS, situations
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.ordering import Order, asked_order
from passkoop_node.core.paging import first_of_page, page_with
from passkoop_node.errors import NodeError
from passkoop_node.members.households import Households
from passkoop_node.members.member import Member
from passkoop_node.members.sorting import SortBy
from passkoop_node.members.store import MemberStore

MEMBERS, CARDS = "/bureau/membres", "/bureau/cartes"
PER_PAGE = 50
PER_FILE = 500  # cards of one PDF
_LONGEST_SEARCH = 100
_HERE = Path(__file__).parent

# What a list can be sorted by: a column's heading, and the words after "in the order of".
SORTED = {
    SortBy.NUMBER: (N_("N°"), N_("des numéros")),
    SortBy.NAME: (N_("Nom"), N_("des noms")),
    SortBy.TOWN: (N_("Commune"), N_("des communes")),
    SortBy.JOINED: (N_("Adhésion"), N_("des adhésions")),
}

DRAWING = web.AppKey("DRAWING", asyncio.Semaphore)  # of PDFs: one at a time


# --- members ---


def order_of(request: web.Request) -> Order[SortBy]:
    """Return in which order members are asked for; by number if the address does not say."""
    return asked_order(request, SORTED, default=SortBy.NUMBER)


async def members_page(request: web.Request) -> web.Response:
    """GET /bureau/membres?cherche=etch&tri=nom&sens=inverse&page=2."""
    found = await run(request, _look_up, request)
    return render(request, "cards/members.html", **found)


def _look_up(request: web.Request, *, without: Set[int] | None = None) -> dict[str, Any]:
    """Return a page of the members that are asked for, with their cards' situations.

    Args:
        request: says what is looked for, in which order, and which page.
        without: who has no card, where the page may be asked for them alone.
    """
    store, issuer = the(request, MemberStore), the(request, Issuer)
    text = " ".join(request.query.get("cherche", "")[:_LONGEST_SEARCH].split())
    order = order_of(request)
    only_without = without is not None and request.query.get("carte") == "sans"
    among, filters = narrowed(request, without if only_without else None)
    total = store.count_found(text, among=among)
    first = first_of_page(request, size=PER_PAGE, total=total)
    ids = store.ordered_ids(
        text,
        by=order.by,
        descending=order.descending,
        among=among,
        limit=PER_PAGE,
        offset=first,
    )
    found = store.of_ids(ids)
    page = page_with(found, request, size=PER_PAGE, total=total)
    return {
        "page": page,
        "text": text,
        "order": order,
        "only_without": only_without,
        "filters": filters,
        "is_narrowed": any(one.value for one in filters),
        "situations": situations(issuer, page.items, now=now(request)),
        "households": _households(request, page.items),
        "shown": SITUATIONS,
        "today": today(request),
        "members": store.count(),
    }


def _households(request: web.Request, members: Sequence[Member]) -> Mapping[int, str]:
    """Return in whose household each of `members` is, or how many are in theirs, in words."""
    households, store = the(request, Households), the(request, MemberStore)
    ids = [one.id for one in members]
    principals = households.store.principals_of(ids)
    names = {one.id: one.full_name for one in store.of_ids([*set(principals.values())])}
    said = {
        id: ngettext("Foyer de %(num)s personne", "Foyer de %(num)s personnes", size)
        for id, size in households.store.sizes(ids).items()
    }
    return said | {id: _("Foyer de %(name)s", name=names[of]) for id, of in principals.items()}


# --- cards ---


async def cards_page(request: web.Request) -> web.Response:
    """GET /bureau/cartes."""
    return await _cards(request)


async def _cards(
    request: web.Request, *, fault: Message | None = None, status: int = 200
) -> web.Response:
    def look() -> dict[str, Any]:
        missing = the(request, Issuer).missing(on=today(request), now=now(request))
        without = missing.to_issue | missing.taken_back
        return {
            "missing": len(missing.to_issue),
            "taken_back": len(missing.taken_back),
            "have": missing.have,
            **_look_up(request, without=without),
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

    def choose() -> Sequence[Member]:
        if form.get("tous") == "oui":
            issuer = the(request, Issuer)
            return _by_number(request, issuer.missing(on=today(request), now=now(request)).to_issue)
        return _named(request, form.getall("numero", []))

    try:
        members = await run(request, choose)
        if not members:
            return await _cards(request, fault=_NOBODY, status=422)
    except NodeError as error:
        return await _cards(request, fault=why_not(error), status=422)
    made = await making.begin(request, members)
    if made.is_running:
        return go_to(request, f"{CARDS}/faire")
    if made.fault:
        return await _cards(request, fault=made.fault, status=422)
    if not made.made:
        return go_to(request, CARDS, say=_("Leur carte était déjà faite."))
    say = ngettext("%(num)s nouvelle carte.", "%(num)s nouvelles cartes.", made.made)
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
            have = issuer.holders(now=now(request), since=since)
            begin = max(0, first - 1)
            wanted = members.ids(on=today(request)) & have
            chosen = _by_number(request, wanted, slice(begin, begin + PER_FILE))
        return printable_cards(issuer, with_cards(issuer, chosen, now=now(request)))

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


def _by_number(request: web.Request, ids: Set[int], place: slice = slice(None)) -> list[Member]:
    """Return these members by number, or those of a place among them."""
    store = the(request, MemberStore)
    return store.of_ids([id for id in store.ordered_ids() if id in ids][place])


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
    making.set_up(app)


def pages() -> Pages:
    """Return the pages of the office about members' cards."""
    office = Needs.OFFICE
    return Pages(
        routes=(
            get(MEMBERS, members_page, needs=office),
            *member_pages.routes(),
            *leaving.routes(),
            *mailing_pages.routes(),
            *household_pages.routes(),
            get(CARDS, cards_page, needs=office),
            get(f"{CARDS}/faire", making.making_page, needs=office),
            post(f"{CARDS}/faire", make, needs=office),
            post(f"{CARDS}/planche", sheet, needs=office),
            get(f"{CARDS}/image", picture, needs=office),
        ),
        menu=(
            MenuEntry(
                group=Group.MEMBERS,
                title=N_("Membres"),
                path=MEMBERS,
                needs=office,
                says=N_("Le registre : chercher, importer un fichier."),
                icon="people",
            ),
            MenuEntry(
                group=Group.MEMBERS,
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
