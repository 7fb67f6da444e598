"""The rounds: a few relays called now and then, all by itself or because somebody asks."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from random import Random

from passkoop_node.core.clocks import note_dates
from passkoop_node.core.database import writing
from passkoop_node.relay.calling import PATIENCE, Called, Run, call
from passkoop_node.relay.planning import Peer, Planner, Telling, start_of
from passkoop_node.relay.room import RelayRoom, Situation

_KEPT_EVERY = 60  # seconds between two looks at our own lists and at what is parked


class Sync:
    """Keeps this co-op and the others up to date."""

    def __init__(
        self, room: RelayRoom, run: Run, clock: Callable[[], int], random: Random | None = None
    ) -> None:
        """Begin; the first round is due at once.

        Args:
            room: lives in the database's thread.
            run: calls a function there.
            clock: seconds, UTC.
            random: chooses whom to call.
        """
        self._room = room
        self._run = run
        self._clock = clock
        # Which relays are called is no secret.
        self._planner = Planner(random or Random())  # noqa: S311
        self._kept_at = 0
        self._told = 0  # the number of our newest document that we tried to hand on
        self._telling = Telling()
        self.patience = PATIENCE  # seconds for an answer
        self.near: Callable[[], Iterable[str]] = tuple  # nodes seen on this network

    async def tick(self) -> None:
        """Do what is due: our lists, what was parked, a round, news of ours."""
        now = self._clock()
        if not self._kept_at <= now < self._kept_at + _KEPT_EVERY:
            if not self._kept_at:
                await self.round()  # others know whether our clock is ahead: before we sign by it
            self._kept_at = now
            await self._run(self._room.keep_current, now=now)
        if self._planner.is_due(now) or await self._run(self._room.newest_news) > self._told:
            await self.round()

    async def round(
        self, *, width: int = 0, insist: bool = False, seconds: float | None = None
    ) -> list[Called]:
        """Call a few relays at once, and return what became of it.

        Where that makes us hear more co-ops, because a directory came, they are called once more:
        what those signed was passed over.

        Args:
            width: how many; 0: as always.
            insist: a person asks: who failed before is called, too.
            seconds: when to stop waiting; who has not answered then has not failed.

        Raises:
            DiskFull, …: what came is not kept.
        """
        called, heard = await self._round(width=width, insist=insist, seconds=seconds)
        if any(one.accepted["directory"] for one in called):
            digest: str = await self._run(self._room.heard_digest)
            if not heard.startswith(digest):
                again, _ = await self._round(width=width, insist=insist, seconds=seconds)
                called += again
        return called

    async def _round(
        self, *, width: int, insist: bool, seconds: float | None
    ) -> tuple[list[Called], str]:
        """Return what became of one call each, and whom we heard meanwhile."""
        now = self._clock()
        self._planner.begin(now)
        situation: Situation = await self._run(self._room.situation, self.near())
        self._told = situation.upto
        chosen = self._planner.choose(
            list(situation.addresses), situation.peers, now=now, width=width, insist=insist
        )
        called = [Called(peer=self._start(address, situation)) for address in chosen]
        calls = [asyncio.create_task(self._call(one, situation, now=now)) for one in called]
        try:
            if calls:
                await asyncio.wait(calls, timeout=seconds)
        finally:
            for task in calls:
                task.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        await self._run(self._keep, [one for one in called if one.done], situation, now=now)
        for task in calls:
            if not task.cancelled() and (error := task.exception()):
                raise error  # not the relay's fault: a full disk, or a mistake of ours
        return called, situation.heard

    def _start(self, address: str, situation: Situation) -> Peer:
        known = situation.peers.get(address) or Peer(address=address)
        return start_of(known, situation.heard)

    async def _call(self, called: Called, situation: Situation, *, now: int) -> None:
        await call(
            self._room,
            self._run,
            called,
            situation.addresses[called.peer.address],
            news=situation.news,
            patience=self.patience,
            now=now,
        )

    def _keep(self, called: Sequence[Called], situation: Situation, *, now: int) -> None:
        """Remember what became of the calls of a round."""
        with writing(self._room.store.db):
            self._keep_all(called, situation, now=now)

    def _keep_all(self, called: Sequence[Called], situation: Situation, *, now: int) -> None:
        for peer in self._planner.conclude(called, now=now):
            self._room.store.keep(peer)
        relays = len(situation.addresses)
        if self._telling.is_told(called, upto=situation.upto, relays=relays):
            self._room.note_pushed(situation.upto)
        if dates := [one.dated for one in called if one.dated and not one.code]:
            note_dates(self._room.settings, dates, now=now)
        self._room.store.forget_but(set(situation.addresses))
