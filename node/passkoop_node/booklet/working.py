"""What the room does by itself."""

import asyncio

from aiohttp import web

from passkoop_node.booklet.room import OwnRoom
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER

ACTOR = "serve"
PAUSE = 1  # second: each list that tells of the cards bears one of its own


async def erase_due(app: web.Application) -> None:
    """Erase who left long ago, where the co-op wants it; end what a full disk held up."""
    room = app[SERVICES].the(OwnRoom)
    while await app[WORKER].run(room.eraser.erase_due, actor=ACTOR, now=app[CLOCK]()):
        await asyncio.sleep(PAUSE)
    await app[WORKER].run(room.eraser.rewrite)
    await app[WORKER].run(room.wishes.forget_old, now=app[CLOCK]())
