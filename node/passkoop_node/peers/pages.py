"""The pages of the other co-ops."""

from pathlib import Path

from aiohttp import web

from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages
from passkoop_node.core.language import N_
from passkoop_node.peers import exchange, listing, meeting
from passkoop_node.peers.listing import COOPS

_HERE = Path(__file__).parent


def pages() -> Pages:
    """Return the pages of the other co-ops."""
    return Pages(
        routes=(*meeting.routes(), *exchange.routes(), *listing.routes()),
        menu=(
            MenuEntry(
                group=Group.VISITS,
                title=N_("Coops"),
                path=COOPS,
                needs=Needs.OFFICE,
                says=N_("Celles que la vôtre connaît ; se jumeler avec une autre."),
                icon="globe",
            ),
        ),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=_set_up,
    )


def _set_up(app: web.Application) -> None:
    meeting.set_up(app)
    exchange.set_up(app)
