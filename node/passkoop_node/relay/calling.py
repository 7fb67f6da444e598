"""One relay called: what is read of it, what it is handed, and what may go wrong on the way."""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from passkoop_node.coops.trusting import Received
from passkoop_node.core.fetching import Fetched, Fetcher, FetchFailed, Why, open_fetcher
from passkoop_node.core.reach import Reach
from passkoop_node.relay.intake import Hearsay
from passkoop_node.relay.planning import BadCursor, Page, Peer, after
from passkoop_node.relay.room import RelayRoom
from passkoop_protocol.bundle import (
    INDEX_MAGIC,
    MAGIC,
    Part,
    read_bundle,
    read_index,
    write_bundle,
)
from passkoop_protocol.directory import MAX_DIRECTORY
from passkoop_protocol.errors import ProtocolError

Run = Callable[..., Awaitable[Any]]  # Run(function, *args, **kwargs), in the database's thread

LOG, UPTO = "Passkoop-Log", "Passkoop-Upto"
# What is checked before the tills get their turn again.
_SLICE, _SLICE_BYTES = 25, 65_536
MOST_ANSWER = MAX_DIRECTORY + 65_536  # bytes
MOST_PAGES = 64  # of one call; the next one goes on
MOST_VAIN = 2_097_152  # bytes of one call in which nothing was new; the next one goes on
MOST_SENT = 200_000  # bytes of one POST
PATIENCE = 30.0  # seconds for an answer; three times that for a call

# Who hands these on has not looked at them, or made them.
_HOSTILE = {"malformed", "bad_signature"}


class Hostile(Exception):
    """A relay that hands on what no relay holds."""


@dataclass(slots=True)
class Called:
    """What became of one call."""

    peer: Peer  # how far we read
    done: bool = False  # nobody stopped waiting for it
    code: str = ""  # what went wrong; "": nothing
    wait: int = 0  # seconds for which it asked to be left alone
    accepted: Counter[str] = field(default_factory=Counter)  # by kind
    known: int = 0
    parked: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # by code
    pushed: bool = False  # it took, or had, what we handed it
    size: int = 0  # bytes read
    dated: int = 0  # what time it is there, by its own word; 0: it did not say

    def note(self, received: Received) -> None:
        """Count what came."""
        self.accepted.update(one.kind for one in received.accepted)
        self.known += len(received.known)
        self.parked += len(received.parked)
        self.refused.update(one.error.code for one in received.refused)


async def call(
    room: RelayRoom,
    run: Run,
    called: Called,
    reach: Reach,
    *,
    news: Sequence[bytes],
    patience: float = PATIENCE,
    now: int,
) -> None:
    """Hand a relay our news, and read what it has; no failure is raised.

    Args:
        room: where what came is kept.
        run: calls a function in the database's thread.
        called: which relay, how far it was read; what becomes of it is written there.
        reach: how far the call may go.
        news: our own documents, in order.
        patience: seconds in which an answer has to be there.
        now: seconds, UTC.
    """
    try:
        async with asyncio.timeout(3 * patience), open_fetcher(reach) as fetcher:
            relay = _Relay(fetcher, patience, now)
            if news and not await run(room.store.files_read, called.peer):  # they take nothing
                await _push(relay, called, news)
            await _pull(relay, called, room, run)
    except FetchFailed as error:
        called.code, called.wait = error.why.value, error.wait
    except TimeoutError:
        called.code = "answer_too_slow"
    except (BadCursor, ProtocolError):
        called.code = "bad_answer"
    except Hostile:
        called.code = "bad_documents"
    called.done = True


@dataclass(frozen=True, slots=True)
class _Relay:
    """How a relay is asked."""

    fetcher: Fetcher
    patience: float
    now: int

    async def changes(self, peer: Peer) -> Fetched:
        return await self.fetcher.get(
            f"{peer.address}/p2p/v1/changes?since={peer.cursor}&log={peer.log}",
            most=MOST_ANSWER,
            seconds=self.patience,
            now=self.now,
        )

    async def file(self, peer: Peer, part: Part) -> Fetched:
        return await self.fetcher.get(
            f"{peer.address}/{part.path}", most=part.size, seconds=self.patience, now=self.now
        )

    async def hand(self, peer: Peer, documents: list[bytes]) -> Fetched:
        return await self.fetcher.post(
            f"{peer.address}/p2p/v1/documents",
            write_bundle(documents),
            most=1_000,
            seconds=self.patience,
            now=self.now,
        )


async def _push(relay: _Relay, called: Called, news: Sequence[bytes]) -> None:
    """Hand our documents on; a relay that does not want them may still have some for us."""
    for part in _parts(news):
        try:
            answer = await relay.hand(called.peer, part)
        except FetchFailed as error:
            if error.why is Why.BAD_ANSWER:  # too often, or files on a plain server
                return
            raise
        called.pushed = re.search(rb'"(accepted|known|parked)":\s*[1-9]', answer.body) is not None


async def _pull(relay: _Relay, called: Called, room: RelayRoom, run: Run) -> None:
    reading = _Reading(relay, called, room, run)
    for turn in range(MOST_PAGES):
        peer = called.peer
        answer = await relay.changes(peer)
        called.dated = answer.dated
        if answer.status == 204:
            return
        if answer.body.startswith(INDEX_MAGIC):
            await _pull_files(reading, answer.body)
            return
        page, documents = parse_answer(answer)
        if turn and page.log != peer.log:
            raise BadCursor  # it would begin anew for ever
        further = after(peer, page)
        await reading.take(documents, len(answer.body))
        called.peer = further
        await run(room.store.keep, further)
        if reading.vain > MOST_VAIN:
            return


async def _pull_files(reading: "_Reading", index: bytes) -> None:
    """Read those files of a plain web host that were not read yet (SPEC 12.1)."""
    called, room, run = reading.called, reading.room, reading.run
    peer, name = called.peer, hashlib.sha256(index).hexdigest()
    called.size += len(index)
    if name == peer.log:
        return
    parts = read_index(index)
    read = await run(room.store.files_read, peer)
    for part in parts:
        if part.hash in read:
            continue
        answer = await reading.relay.file(peer, part)
        if Part.of(answer.body) != part:
            raise BadCursor  # half a file, or another one
        await reading.take(read_bundle(answer.body), part.size)
        await run(room.store.keep_file, peer, part.hash)
        if reading.vain > MOST_VAIN:
            return
    await run(room.store.keep_files_among, peer, {part.hash for part in parts})
    called.peer = after(peer, Page(log=name, upto=1))


@dataclass(slots=True)
class _Reading:
    """One relay being read."""

    relay: _Relay
    called: Called
    room: RelayRoom
    run: Run
    vain: int = 0  # bytes since something was new
    hearsay: Hearsay = field(default_factory=Hearsay)

    async def take(self, documents: Iterable[bytes], size: int) -> None:
        """Take in what came in `size` bytes, a few at a time."""
        self.called.size += size
        self.vain += size
        intake = self.room.intake.take_from_relay
        for part in slices(documents):
            received = await self.run(intake, part, self.hearsay, now=self.relay.now)
            self.called.note(received)
            if _HOSTILE & self.called.refused.keys():
                raise Hostile
            if received.accepted:
                self.vain = 0


def parse_answer(answer: Fetched) -> tuple[Page, list[bytes]]:
    """Return what a relay answered to `changes`.

    Raises:
        BadCursor: it does not say where to go on.
        Malformed, TooLarge: it is no file of documents.
    """
    log, upto = answer.headers.get(LOG, ""), answer.headers.get(UPTO, "")
    if not re.fullmatch(r"[0-9a-f]{1,64}", log) or not re.fullmatch(r"[0-9]{1,15}", upto):
        raise BadCursor
    documents = read_bundle(answer.body)
    return Page(log=log, upto=int(upto)), documents


def slices(
    documents: Iterable[bytes], *, most: int = _SLICE, most_bytes: int = _SLICE_BYTES
) -> Iterator[list[bytes]]:
    """Yield a few documents at a time: what can be checked while a till waits."""
    part: list[bytes] = []
    size = 0
    for one in documents:
        if part and (len(part) == most or size + len(one) > most_bytes):
            yield part
            part, size = [], 0
        part.append(one)
        size += len(one)
    if part:
        yield part


def _parts(news: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Yield what fits into one POST at a time."""
    part: list[bytes] = []
    size = len(MAGIC)
    for one in news:
        if part and size + 4 + len(one) > MOST_SENT:
            yield part
            part, size = [], len(MAGIC)
        part.append(one)
        size += 4 + len(one)
    if part:
        yield part
