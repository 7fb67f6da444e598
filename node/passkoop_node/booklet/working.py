"""What the room does by itself."""

from aiohttp import web

from passkoop_node.booklet.room import OwnRoom
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER

ACTOR = "serve"


async def erase_due(app: web.Application) -> None:
    """Erase who left long ago, where the co-op wants it; end what a full disk held up."""
    room = app[SERVICES].the(OwnRoom)
    await app[WORKER].run(room.eraser.erase_due, actor=ACTOR, now=app[CLOCK]())
    await app[WORKER].run(room.eraser.rewrite)
    await app[WORKER].run(room.wishes.forget_old, now=app[CLOCK]())
