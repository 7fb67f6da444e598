"""Long work of this room, in the background: part by part, also when the page is left."""

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator, Callable, Generator

from aiohttp import web

from passkoop_node.cards.saying import why_not
from passkoop_node.core.feature import Job
from passkoop_node.core.formats import local_day
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER
from passkoop_node.core.language import Message
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.lapsing import ACTOR, Lapsing
from passkoop_node.dues.reminders import HOUR, Reminders
from passkoop_node.errors import NodeError

PATIENCE = 2.0  # seconds after which whoever asked sees how far it is
_TICK = 60  # seconds
_SETTLE = 30  # seconds from the start of the node: who opens the shop is served first
_REMINDED = Setting(name="dues.reminded_on", default="")  # the day of the shop, as ISO 8601

Parts = Generator[int, None, None]


class Going:
    """One piece of work at a time: what goes on now, or went last."""

    def __init__(self) -> None:
        self.count = 0  # what was done of it
        self.fault: Message | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self._task is not None and not self._task.done()

    async def begin(self, app: web.Application, make: Callable[[], Parts]) -> None:
        """Begin it, and wait a little for the end; nothing is begun if it goes on already."""
        if not self.is_running:
            self.count, self.fault = 0, None
            self._task = asyncio.create_task(self._go(app, make()), name="dues")
        await self.wait(PATIENCE)

    async def wait(self, seconds: float | None = None) -> None:
        """Wait for the end of it; raise what nobody foresaw."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=seconds)
            if self._task.done():
                await self._task

    async def _go(self, app: web.Application, parts: Parts) -> None:
        """Go part by part: tills get their turn in between."""
        worker = app[WORKER]
        try:
            while (part := await worker.run(lambda: next(parts, None))) is not None:
                self.count += part
        except NodeError as error:
            with contextlib.suppress(NodeError):  # after a restore: Santé says why
                self.fault = why_not(error)
        finally:
            await worker.run(parts.close)

    async def stop(self) -> None:
        """Leave it where it is: the node stops. The rest is done at the next start."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


SWEEPING = web.AppKey("SWEEPING", Going)  # cards that follow the dues
REMINDING = web.AppKey("REMINDING", Going)  # reminders that go into the outbox


async def sweep(app: web.Application) -> None:
    """Look at what unpaid dues mean, once a day and soon after something changed."""
    now, lapsing = app[CLOCK](), app[SERVICES].the(Lapsing)
    if not app[SWEEPING].is_running and await app[WORKER].run(lapsing.is_due, now=now):
        await app[SWEEPING].begin(app, lambda: lapsing.sweep(now=now))
        await app[SWEEPING].wait()


async def remind(app: web.Application) -> None:
    """Send the reminders of the day by themselves, where the co-op wants it."""
    now, reminders = app[CLOCK](), app[SERVICES].the(Reminders)
    settings, today = app[SERVICES].the(SettingsStore), local_day(now).isoformat()

    def is_due() -> bool:
        rules = reminders.rules
        is_time = _hour(now) >= HOUR and settings.get(_REMINDED) != today
        return rules.is_on and rules.by_itself and is_time

    if not app[REMINDING].is_running and await app[WORKER].run(is_due):
        await app[REMINDING].begin(app, lambda: reminders.send(now=now, actor=ACTOR))
        await app[REMINDING].wait()
        if app[REMINDING].fault is None:
            await app[WORKER].run(settings.set, _REMINDED, today)


def _hour(now: int) -> int:
    """Return the hour in the shop."""
    return datetime.datetime.fromtimestamp(now).astimezone().hour


JOBS = (
    Job(name="dues and cards", every=_TICK, after=_SETTLE, work=sweep),
    Job(name="dues reminders", every=_TICK, after=2 * _SETTLE, work=remind),
)


def set_up(app: web.Application) -> None:
    """Let each go on once at a time, and stop it before the database closes."""
    app[SWEEPING], app[REMINDING] = Going(), Going()

    async def life(app: web.Application) -> AsyncIterator[None]:
        yield
        for one in (app[SWEEPING], app[REMINDING]):
            await one.stop()

    app.cleanup_ctx.append(life)
