"""What the room shows."""

from pathlib import Path

from aiohttp import web

from passkoop_node.cards.member_pages import ASIDES
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages
from passkoop_node.core.language import N_
from passkoop_node.letters import (
    group_pages,
    mailing_pages,
    paper_pages,
    segment_pages,
    sending_pages,
)

_HERE = Path(__file__).parent


def _set_up(app: web.Application) -> None:
    paper_pages.set_up(app)
    app[ASIDES] = (*app.get(ASIDES, ()), group_pages.aside)


def pages() -> Pages:
    """Return the pages of the office about segments, groups, and writing to them."""
    return Pages(
        routes=(
            *segment_pages.routes(),
            *group_pages.routes(),
            *mailing_pages.routes(),
            *sending_pages.routes(),
            *paper_pages.routes(),
        ),
        jobs=sending_pages.JOBS,
        menu=(
            MenuEntry(
                group=Group.WRITING,
                title=N_("Écrire"),
                path=mailing_pages.WRITE,
                needs=Needs.OFFICE,
                says=N_("Un message à beaucoup de membres à la fois."),
                icon="pen",
            ),
            MenuEntry(
                group=Group.WRITING,
                title=N_("Segments"),
                path=segment_pages.SEGMENTS,
                needs=Needs.OFFICE,
                says=N_("Des listes de membres qui se tiennent à jour, et des groupes."),
                icon="rules",
            ),
        ),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=_set_up,
    )
