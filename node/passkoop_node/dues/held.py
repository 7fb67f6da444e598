"""Files of banks and shops that were sent and not agreed to yet: bounded, in memory."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from passkoop_node.dues.bankfiles import Column
from passkoop_node.dues.incoming import Line, Source
from passkoop_node.dues.intake import Outcome

KEPT = 30 * 60  # seconds
MOST = 4  # of all people together; the oldest goes


@dataclass(slots=True, kw_only=True)
class Held:
    """A file on its way in."""

    owner: bytes  # the session's
    source: Source
    title: str  # the file's name
    at: int  # seconds, UTC
    data: bytes = field(repr=False)
    lines: Sequence[Line] = field(default=(), repr=False)
    columns: Sequence[Column] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)  # what columns are
    is_understood: bool = True
    faults: Sequence[str] = ()  # totals that are wrong
    unreadable: Sequence[tuple[int, str]] = ()
    outgoing: int = 0
    outcomes: Sequence[Outcome] = field(default=(), repr=False)
    id: str = field(default_factory=lambda: secrets.token_hex(8))


class Shelf:
    """The files of all who take one in just now, one each."""

    def __init__(self) -> None:
        self._by_owner: dict[bytes, Held] = {}

    def keep(self, held: Held) -> None:
        """Keep a file instead of the one that its owner had."""
        self._by_owner.pop(held.owner, None)
        self._by_owner[held.owner] = held
        while len(self._by_owner) > MOST:
            del self._by_owner[next(iter(self._by_owner))]

    def of(self, owner: bytes, source: Source, *, now: int) -> Held | None:
        """Return the file of somebody, if there is one that is not too old."""
        self.sweep(now=now)
        held = self._by_owner.get(owner)
        return held if held is not None and held.source is source else None

    def drop(self, owner: bytes) -> None:
        """Forget the file of somebody."""
        self._by_owner.pop(owner, None)

    def sweep(self, *, now: int) -> None:
        """Forget what is too old."""
        for owner, held in list(self._by_owner.items()):
            if not 0 <= now - held.at < KEPT:
                del self._by_owner[owner]
