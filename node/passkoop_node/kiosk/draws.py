"""How a winner is found, so that anybody can check it afterwards with SHA-256 alone.

On the first day the hash of a secret seed is shown: the seed cannot be chosen later. When the draw
is closed each entry gets a ticket, from 1 on, and the hash of all entries is shown: none can be
added later. At the draw the room may say a word, which nobody knew before. The winner is the ticket
whose SHA-256 of seed, entries' hash, word and ticket is the smallest; the second is the next.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from passkoop_node.core.language import N_
from passkoop_node.errors import NodeError

LONGEST_PRIZE = 120
LONGEST_WORD = 60
SEED_BYTES, SALT_BYTES = 32, 16
MOST_ENTRIES = 20_000
KEEP_DAYS = 30  # usual
MOST_KEEP_DAYS = 365
FORGOTTEN_DAYS = 60  # after its last day, a draw that nobody drew loses its entries
AGREED = N_(
    "Votre prénom et votre contact servent à ce tirage seul, et sont effacés %(days)s jours après."
)


class DrawNotFound(NodeError):
    """There is no such draw."""

    code = "draw_not_found"
    hint = "Rechargez la page des tirages."

    def __init__(self) -> None:
        super().__init__("ce tirage n’existe pas, ou n’existe plus")


class NotNow(NodeError):
    """The draw stands elsewhere than the page that was sent: somebody was quicker."""

    code = "draw_not_now"
    hint = "Rechargez la page : rien n’a été changé."

    def __init__(self) -> None:
        super().__init__("le tirage n’en est pas là")


class DrawFull(NodeError):
    """More entries than a shop has customers: somebody plays with the kiosk."""

    code = "draw_full"
    hint = "Adressez-vous à la coop."

    def __init__(self) -> None:
        super().__init__("ce tirage ne prend plus personne")


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """A prize draw, as far as it has come."""

    id: int
    prize: str
    first_day: date
    last_day: date
    keep_days: int
    made_at: int  # seconds, UTC
    seed: bytes
    closed_at: int | None = None
    entry_count: int | None = None
    entries_hash: bytes | None = None
    word: str = ""
    drawn_at: int | None = None
    rounds: int = 0
    erased_at: int | None = None

    @property
    def seed_hash(self) -> str:
        """What is shown of the seed before the draw, hexadecimal."""
        return hashlib.sha256(self.seed).hexdigest()

    def is_open(self, today: date) -> bool:
        """Return whether one can enter today."""
        return self.closed_at is None and self.first_day <= today <= self.last_day

    def winners(self) -> list[int]:
        """Return the tickets drawn so far, the first one first."""
        if self.drawn_at is None or self.entries_hash is None or self.entry_count is None:
            return []
        return ranking(self.seed, self.entries_hash, self.word, self.entry_count)[: self.rounds]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Somebody who takes part."""

    id: int
    name: str  # "": erased at their wish; the ticket stays
    contact: str
    spoken: str
    entered_at: int
    salt: bytes
    ticket: int | None = None
    told_at: int | None = None  # when they were written that they had won


def hash_of_entries(entries: Iterable[Entry]) -> bytes:
    """Return the hash of all entries by their tickets: of each one, salted, then of these."""
    whole = hashlib.sha256()
    for one in sorted(entries, key=lambda entry: entry.ticket or 0):
        said = f"{one.ticket}\n{one.name}\n{one.contact}".encode()
        whole.update(hashlib.sha256(one.salt + said).digest())
    return whole.digest()


def ranking(seed: bytes, entries_hash: bytes, word: str, count: int) -> list[int]:
    """Return all tickets, the winner first. The same four always give the same order."""
    start = seed + entries_hash + word.encode()

    def rank(ticket: int) -> bytes:
        return hashlib.sha256(start + f"\n{ticket}".encode()).digest()

    return sorted(range(1, count + 1), key=rank)
