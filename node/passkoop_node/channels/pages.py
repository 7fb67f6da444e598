"""What the room shows: what each member wants, and what the channels carry."""

from pathlib import Path

from aiohttp import web

from passkoop_node.cards.member_pages import ASIDES
from passkoop_node.channels import (
    bounce_pages,
    contact_pages,
    hand_pages,
    sms_pages,
    unsubscribe_pages,
)
from passkoop_node.channels.courier import JOBS
from passkoop_node.core.feature import Pages
from passkoop_node.core.pages.outbox import MORE_POST


def _set_up(app: web.Application) -> None:
    app[MORE_POST] = (*app.get(MORE_POST, ()), hand_pages.links)
    app[ASIDES] = (*app.get(ASIDES, ()), contact_pages.aside)


def pages() -> Pages:
    """Return what the room shows."""
    return Pages(
        routes=(
            *contact_pages.routes(),
            *unsubscribe_pages.routes(),
            *sms_pages.routes(),
            *hand_pages.routes(),
            *bounce_pages.routes(),
        ),
        menu=(sms_pages.MENU,),
        jobs=JOBS,
        templates=Path(__file__).parent / "templates",
        set_up=_set_up,
    )
