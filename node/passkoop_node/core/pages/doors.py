"""The first page, what is behind its doors, and the choice of a language."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby

from aiohttp import web

from passkoop_node.core import cookies
from passkoop_node.core.accounts import AccountStore
from passkoop_node.core.feature import Door, MenuEntry, Needs, Pages, get, post
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import PAGES, go_to, render
from passkoop_node.core.handling import caller, local_path, run, the
from passkoop_node.core.language import LANGUAGES
from passkoop_node.core.switches import SWITCHES

Handler = Callable[[web.Request], Awaitable[web.Response]]

TILL_PAGE, KIOSK_PAGE = "/caisse", "/borne"

# What counts how much waits for people on a page, by its address; asked in the database's thread.
COUNTS: web.AppKey[Mapping[str, Callable[[web.Request], int]]] = web.AppKey("COUNTS")


async def home(request: web.Request) -> web.Response:
    """GET /: the doors that open for whoever asks."""
    who = caller(request)
    pages = request.app[PAGES]
    if who.account is None and who.till is not None and pages.entries(Door.TILL, who):
        return go_to(request, TILL_PAGE)
    if who.account is None and who.kiosk is not None and request.app[SWITCHES].is_open(KIOSK_PAGE):
        return go_to(request, KIOSK_PAGE)
    is_new = not await run(request, the(request, AccountStore).has_administrator)
    return render(request, "core/home.html", is_new=is_new)


def door(which: Door) -> Handler:
    """Return the handler of GET /bureau and GET /reglages: what is behind this door."""

    async def page(request: web.Request) -> web.Response:
        entries = request.app[PAGES].entries(which, caller(request))
        counts = await run(request, _counted, request, entries)
        groups = [(group, list(found)) for group, found in groupby(entries, lambda one: one.group)]
        return render(request, "core/door.html", door=which, groups=groups, counts=counts)

    return page


def _counted(request: web.Request, entries: Sequence[MenuEntry]) -> Mapping[str, int]:
    """Return how much waits behind each of these entries, where something does."""
    counting = request.app.get(COUNTS, {})
    paths = [one.path for one in entries if one.path in counting]
    return {path: count for path in paths if (count := counting[path](request))}


async def languages(request: web.Request) -> web.Response:
    """GET /langue: the languages, in their own words."""
    back = local_path(request.query.get("retour", "/"))
    return render(request, "core/languages.html", back=back)


async def choose_language(request: web.Request) -> web.Response:
    """POST /langue."""
    form = await read_form(request)
    response = go_to(request, local_path(form["retour"]))
    if form["langue"] in LANGUAGES:
        cookies.keep_language(request, response, form["langue"])
    return response


def pages() -> Pages:
    """Return the pages of the house itself."""
    return Pages(
        routes=(
            get("/", home, needs=Needs.NOTHING),
            get("/bureau", door(Door.OFFICE), needs=Needs.OFFICE),
            get("/reglages", door(Door.SETTINGS), needs=Needs.OFFICE),
            get("/langue", languages, needs=Needs.NOTHING),
            post("/langue", choose_language, needs=Needs.NOTHING),
        )
    )
