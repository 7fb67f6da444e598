"""What unpaid dues mean for cards, looked at once a day and soon after something changed."""

from aiohttp import web

from passkoop_node.core.feature import Job
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER
from passkoop_node.dues.lapsing import Lapsing
from passkoop_node.errors import NodeError

_TICK = 60  # seconds
_SETTLE = 30  # seconds from the start of the node: who opens the shop is served first


async def tick(app: web.Application) -> None:
    """Let cards follow the dues, part by part: tills get their turn in between."""
    now, worker, lapsing = app[CLOCK](), app[WORKER], app[SERVICES].the(Lapsing)
    if not await worker.run(lapsing.is_due, now=now):
        return
    parts = lapsing.sweep(now=now)
    try:
        while await worker.run(lambda: next(parts, None)) is not None:
            pass
    except NodeError:
        return  # no list can be signed now, as after a restore: Santé says why
    finally:
        await worker.run(parts.close)


JOB = Job(name="dues and cards", every=_TICK, after=_SETTLE, work=tick)
