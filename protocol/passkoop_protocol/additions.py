"""What the trust store does with a document: the rules that hold for every kind (SPEC 7.2)."""

from dataclasses import dataclass
from enum import Enum

from .errors import FromTheFuture, Older
from .keys import KeyId

MAX_AHEAD = 600  # seconds that a document may be dated ahead of our clock


class Outcome(Enum):
    """What became of a document that was not refused."""

    ACCEPTED = "accepted"
    KNOWN = "known"  # held already
    PARKED = "parked"  # too soon after the one held; see `TrustStore.release`


@dataclass(frozen=True, kw_only=True, slots=True)
class Addition:
    """What `TrustStore.add` did."""

    kind: str  # root, directory, descriptor or status_list
    outcome: Outcome
    subject: bytes  # the co-op's or the federation's id
    issued_at: int = 0  # seconds, UTC; of a root: its version
    kid: KeyId | None = None  # of a status list: the key whose cards it speaks of
    equivocation: bool = False  # signed twice for one second, differently: tell the administrator


def check_date(issued_at: int, *, now: int) -> None:
    """Return quietly, or raise FromTheFuture."""
    if issued_at > now + MAX_AHEAD:
        raise FromTheFuture(f"dated {issued_at - now} seconds ahead of our clock")


def check_newer(issued_at: int, held: int) -> None:
    """Return quietly if a document of `issued_at` is as new as the one held, or raise Older."""
    if issued_at < held:
        raise Older(f"{held - issued_at} seconds older than the document held")
