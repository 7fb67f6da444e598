"""What this room shows."""

from pathlib import Path

from aiohttp import web

from passkoop_node.booklet import (
    booklet_pages,
    card_pages,
    data_pages,
    desk_pages,
    entering_pages,
    office_pages,
    payment_pages,
    preference_pages,
    record_pages,
    working,
)
from passkoop_node.cards.member_pages import ASIDES
from passkoop_node.core.feature import Job, Pages, Switch
from passkoop_node.core.guard import OWN_DOOR, OWN_PAGE
from passkoop_node.core.language import N_

_HERE = Path(__file__).parent
_ROUTES = (
    *entering_pages.routes(),
    *card_pages.routes(),
    *booklet_pages.routes(),
    *payment_pages.routes(),
    *record_pages.routes(),
    *preference_pages.routes(),
    *data_pages.routes(),
    *desk_pages.routes(),
    *office_pages.routes(),
)


def set_up(app: web.Application) -> None:
    """Know who opens their own page."""
    app[OWN_PAGE] = entering_pages.whose
    entering_pages.set_up(app)
    card_pages.set_up(app)
    data_pages.set_up(app)
    payment_pages.set_up(app)
    record_pages.set_up(app)
    app[ASIDES] = (*app.get(ASIDES, ()), office_pages.aside)


def pages() -> Pages:
    """Return the pages of the room."""
    return Pages(
        routes=_ROUTES,
        menu=(desk_pages.MENU,),
        switches=(
            Switch(
                name="booklet.own",
                title=N_("La page de chaque membre"),
                says=N_("Sa carte sur son téléphone, son carnet, ses données : par un lien."),
                paths=(OWN_DOOR,),
            ),
        ),
        jobs=(
            Job(name="own links", every=5, work=entering_pages.write_links),
            Job(name="own keys", every=3_600, work=entering_pages.forget_old),
            Job(name="erasing", every=3_600, work=working.erase_due, after=600),
        ),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=set_up,
    )
