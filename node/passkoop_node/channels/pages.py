"""What the room shows: what each member wants, and what the channels carry."""

from pathlib import Path

from aiohttp import web

from passkoop_node.cards.member_pages import ASIDES
from passkoop_node.channels import contact_pages, unsubscribe_pages
from passkoop_node.channels.courier import JOBS
from passkoop_node.core.feature import Pages


def _set_up(app: web.Application) -> None:
    app[ASIDES] = (*app.get(ASIDES, ()), contact_pages.aside)


def pages() -> Pages:
    """Return what the room shows."""
    return Pages(
        routes=(*contact_pages.routes(), *unsubscribe_pages.routes()),
        jobs=JOBS,
        templates=Path(__file__).parent / "templates",
        set_up=_set_up,
    )
