"""Connections: so many from one address, so that nobody alone takes all that the system gives."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from aiohttp import web

from passkoop_node.core.limits import neighbourhood

MOST = 100  # of an address; a browser opens six
FILES = 8_192  # what we ask of the system: 1,024 is usual
_EVERY = 1.0  # seconds


class Connection(Protocol):
    """What aiohttp keeps of a connection."""

    transport: asyncio.Transport | None


class Crowd:
    """Who is connected, and whose request is being answered."""

    def __init__(self, spared: Iterable[str] = ()) -> None:
        """Begin; `spared` are addresses of proxies, behind which many stand."""
        self._spared = frozenset(spared)
        self._busy: set[object] = set()

    @contextmanager
    def answering(self, connection: object) -> Iterator[None]:
        """Leave a connection alone for the time of a request."""
        self._busy.add(connection)
        try:
            yield
        finally:
            self._busy.discard(connection)

    def thin_out(self, connections: Iterable[Connection]) -> int:
        """Close the oldest idle ones of whoever has too many; return how many.

        Args:
            connections: the oldest first.
        """
        by_address: dict[str, list[Connection]] = {}
        for one in connections:
            peer = one.transport.get_extra_info("peername") if one.transport else None
            if isinstance(peer, tuple) and peer[0] not in self._spared:
                by_address.setdefault(neighbourhood(peer[0]), []).append(one)
        closed = 0
        for theirs in by_address.values():
            idle = [one for one in theirs if one not in self._busy]
            for one in idle[: max(0, len(theirs) - MOST)]:
                if one.transport is not None:
                    one.transport.abort()
                    closed += 1
        return closed

    async def watch(self, server: web.Server) -> None:
        """Thin out now and then, for ever."""
        while True:
            await asyncio.sleep(_EVERY)
            self.thin_out(server.connections)


CROWD = web.AppKey("CROWD", Crowd)


def ask_for_files() -> None:
    """Ask the system for more open files than it gives unasked, as far as it lets us."""
    try:
        import resource
    except ImportError:  # Windows counts otherwise
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
