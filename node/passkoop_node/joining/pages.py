"""All pages of joining."""

from pathlib import Path

from aiohttp import web

from passkoop_node.core.feature import Group, Job, MenuEntry, Needs, Pages, Switch
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER
from passkoop_node.core.language import N_
from passkoop_node.core.pages.doors import COUNTS
from passkoop_node.joining import directory_page, inbox_pages, public_pages, settings_pages
from passkoop_node.joining.finishing import finish
from passkoop_node.joining.requests import Requests

_HERE = Path(__file__).parent
_DAY = 86_400
_SOON = 90
_SETTLE = 900  # seconds from the start of the node


async def _erase(app: web.Application) -> None:
    """Forget the requests whose time has come."""
    await app[WORKER].run(app[SERVICES].the(Requests).erase_old, now=app[CLOCK]())


async def _finish(app: web.Application) -> None:
    """Make the cards that a power cut left unmade."""
    await app[WORKER].run(finish, app[SERVICES].the(Requests), now=app[CLOCK]())


def _set_up(app: web.Application) -> None:
    public_pages.set_up(app)
    counting = app.get(COUNTS) or {}
    app[COUNTS] = {**counting, inbox_pages.INBOX: inbox_pages.count_waiting}


def pages() -> Pages:
    """Return the page on which people ask to join, the office's inbox, and the settings."""
    return Pages(
        routes=(
            *public_pages.routes(),
            *inbox_pages.routes(),
            *settings_pages.routes(),
            *directory_page.routes(),
        ),
        menu=(
            MenuEntry(
                group=Group.MEMBERS,
                title=N_("Demandes d'adhésion"),
                path=inbox_pages.INBOX,
                needs=Needs.OFFICE,
                says=N_("Qui veut devenir membre : accepter en un geste."),
                icon="mail",
            ),
            MenuEntry(
                group=Group.COOP,
                title=N_("Adhésions"),
                path=settings_pages.SETTINGS,
                needs=Needs.ADMINISTRATOR,
                says=N_("Ce que l'on demande à qui veut devenir membre, en ligne ou à la borne."),
                icon="pen",
            ),
        ),
        switches=(
            Switch(
                name="joining.requests",
                title=N_("Les demandes d'adhésion"),
                says=N_("Le formulaire en ligne, et la liste des demandes au bureau."),
                paths=(public_pages.JOIN, inbox_pages.INBOX, settings_pages.SETTINGS),
            ),
        ),
        jobs=(
            Job(name="requests to join that are old", every=_DAY, work=_erase, after=_SETTLE),
            Job(name="cards of who joined", every=_SETTLE, work=_finish, after=_SOON),
        ),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=_set_up,
    )
