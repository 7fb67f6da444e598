"""Cards for many, made while a page shows how far it is; leaving the page stops nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from passkoop_node.cards.batches import issue_in_parts
from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.saying import why_not
from passkoop_node.core.frame import render
from passkoop_node.core.handling import WORKER, caller, now, the
from passkoop_node.core.language import Message
from passkoop_node.core.worker import Worker
from passkoop_node.errors import NodeError
from passkoop_node.members.member import Member

PATIENCE = 2.0  # seconds after which whoever asked sees how far it is
_EVERY = 3  # seconds between two looks of a browser


class Making:
    """The cards that are being made: one batch at a time."""

    def __init__(self) -> None:
        self.total = self.made = 0
        self.since = 0  # when it was asked for: seconds, UTC
        self.fault: Message | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether cards are being made."""
        return self._task is not None and not self._task.done()

    async def begin(
        self, worker: Worker, issuer: Issuer, members: Sequence[Member], *, now: int, actor: str
    ) -> None:
        """Make cards for `members`, and wait a little for the end of it."""
        self.total, self.made = len(members), 0
        self.since, self.fault = now, None
        self._task = asyncio.create_task(
            self._make(worker, issuer, members, now=now, actor=actor), name="cards"
        )
        await asyncio.wait({self._task}, timeout=PATIENCE)
        await self.look()

    async def _make(
        self, worker: Worker, issuer: Issuer, members: Sequence[Member], *, now: int, actor: str
    ) -> None:
        parts = issue_in_parts(issuer, members, now=now, actor=actor)

        def go_on() -> bool:
            part = next(parts, None)
            if part is not None:
                self.made += len(part)
            return part is not None

        try:
            while await worker.run(go_on):
                pass
        except NodeError as error:
            self.fault = why_not(error)
        except asyncio.CancelledError:
            await worker.run(parts.close)
            raise

    async def look(self) -> None:
        """Return quietly, or raise what nobody foresaw: it is for the page of errors."""
        if self._task is not None and self._task.done():
            await self._task

    async def stop(self) -> None:
        """Leave it where it is: the node stops. The rest is made when somebody asks again."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


MAKING = web.AppKey("MAKING", Making)


async def begin(request: web.Request, members: Sequence[Member]) -> Making:
    """Return the batch of these members, begun; or the one that runs already."""
    making = request.app[MAKING]
    if not making.is_running:
        await making.begin(
            request.app[WORKER],
            the(request, Issuer),
            members,
            now=now(request),
            actor=caller(request).actor,
        )
    return making


async def making_page(request: web.Request) -> web.Response:
    """GET /bureau/cartes/faire: how far it is; browsers ask again by themselves."""
    making = request.app[MAKING]
    await making.look()
    response = render(request, "cards/making.html", making=making)
    if making.is_running:
        response.headers["Refresh"] = str(_EVERY)
    return response


def set_up(app: web.Application) -> None:
    """Let one batch be made at a time, and stop it before the database closes."""
    app[MAKING] = Making()

    async def life(app: web.Application) -> AsyncIterator[None]:
        yield
        await app[MAKING].stop()

    app.cleanup_ctx.append(life)
