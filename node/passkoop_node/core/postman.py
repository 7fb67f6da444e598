"""The job that sends what is in the outbox, each letter once as far as SMTP can."""

import asyncio
import logging
import ssl
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from passkoop_node.core.fate import Fate, Outcome
from passkoop_node.core.feature import Job
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER
from passkoop_node.core.letter_bytes import render_letter
from passkoop_node.core.outbox import Message, State
from passkoop_node.core.post import Draw, PostOffice, Round
from passkoop_node.core.smtp import Line, ServerTrouble

EVERY = 10  # seconds
_FORGET_EVERY = 6 * 3_600
_MOST_HANG_UPS = 3  # in a row, before the server is left alone for a while
_LAST_SECONDS = 5.0  # that the end of the node waits for a server's answer

logger = logging.getLogger("passkoop")

Run = Callable[..., Awaitable[Any]]  # calls a function in the thread of the database


class Postman:
    """Carries letters from the outbox to the server."""

    def __init__(
        self,
        office: PostOffice,
        run: Run,
        clock: Callable[[], int],
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.office = office
        self._run = run
        self._clock = clock
        self._tls = tls

    async def round(self) -> int:
        """Send what may be sent now; return how many letters the server took.

        Told to stop, it ends the letter at hand first.
        """
        found: Round | None = await self._run(self.office.begin_round, now=self._clock())
        if found is None:
            return 0
        line: Line | None = None
        took = hang_ups = 0
        try:
            for id in found.ids:
                if line is None:
                    line = await Line.open(found.server, found.password, tls=self._tls)
                outcome = await to_its_end(self._carry(line, found, id))
                if outcome is None:
                    continue
                took += outcome.fate is Fate.SENT
                hang_ups = hang_ups + 1 if outcome.hung_up else 0
                if outcome.hung_up:
                    await line.close()
                    line = None
                if outcome.fate is Fate.TROUBLE:
                    break
                if hang_ups >= _MOST_HANG_UPS:
                    raise ServerTrouble("hung_up")
        except ServerTrouble as trouble:
            logger.warning("mail: %s", trouble.code)
            await self._run(self.office.hold_up, trouble.code, trouble.answer, now=self._clock())
        finally:
            if line is not None:
                await line.close()
        return took

    async def _carry(self, line: Line, found: Round, id: int) -> Outcome | None:
        """Carry one letter; None: it is not to go any more."""
        office = self.office
        prepared: tuple[Message, Draw] | None = await self._run(
            office.prepare, id, now=self._clock()
        )
        if prepared is None:
            return None
        message, draw = prepared
        try:
            wire = await asyncio.to_thread(_written, found, message, draw)
        except Exception as error:  # noqa: BLE001 - one that cannot be written holds up no other
            # Not the error's own words: they may hold an address.
            logger.error(
                "mail: a letter of kind %s: %s\n%s",
                message.kind,
                type(error).__name__,
                "".join(traceback.format_tb(error.__traceback__)),
            )
            await self._run(office.outbox.close, id, State.FAILED, why="broken", now=self._clock())
            return None
        # On the disk before the server hears of it: killed from here on, it is asked about.
        if not await self._run(office.outbox.take, id, now=self._clock()):
            return None
        outcome = await line.send(message.recipient, wire)
        await self._run(office.note, message, outcome, now=self._clock())
        if outcome.fate is Fate.SENT:
            await self._run(office.recovered)
        return outcome


async def to_its_end(work: Awaitable[Outcome | None]) -> Outcome | None:
    """Return what `work` returns; cancelled meanwhile, be so once it has ended."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_LAST_SECONDS)
        raise


def _written(found: Round, message: Message, draw: Draw) -> bytes:
    return render_letter(
        message.letter,
        sender=found.server.whose,
        message_id=message.message_id,
        at=message.queued_at,
        enclosures=draw(),
    )


async def tick(app: web.Application) -> None:
    """Send what may be sent now."""
    postman = Postman(app[SERVICES].the(PostOffice), app[WORKER].run, app[CLOCK])
    await postman.round()


async def forget(app: web.Application) -> None:
    """Delete what was done with a month ago."""
    office = app[SERVICES].the(PostOffice)
    await app[WORKER].run(office.outbox.forget_old, now=app[CLOCK]())


JOBS = (
    Job(name="post", every=EVERY, work=tick),
    Job(name="old post", every=_FORGET_EVERY, work=forget),
)
