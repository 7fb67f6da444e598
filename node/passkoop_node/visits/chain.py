"""The chain: each line's hash covers the line and all before it, so that none can be changed.

    hash(n) = SHA-256(hash(n - 1) ‖ CBOR([facts, holder MAC, words MAC]))

Facts are what is never erased. What tells who it was stands apart, salted: the line holds
HMAC-SHA-256(salt, personal data), and erasing somebody deletes the salt with the data. What remains
tells nobody anything, and the hash is still right.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from passkoop_node.visits.visit import Visit, Words
from passkoop_protocol import cbor

START = hashlib.sha256(b"passkoop/visits/1").digest()  # the hash before the first line
_SALT = 16  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """Where the register stands: whoever has it can tell later that no line was changed."""

    seq: int  # lines
    hash: bytes


EMPTY = Head(seq=0, hash=START)


@dataclass(frozen=True, kw_only=True, slots=True)
class Salted:
    """Personal data of a line, with its salt: what is erased together."""

    salt: bytes
    holder: bytes | None = None  # the pseudonym of a person
    words: Words | None = None

    @property
    def mac(self) -> bytes:
        """What the line keeps of it."""
        if self.holder is not None:
            said: Any = self.holder
        else:
            assert self.words is not None
            said = [self.words.name, self.words.email, self.words.reason]
        return hmac.digest(self.salt, cbor.encode(said), "sha256")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of the register with what is left of its personal data."""

    visit: Visit
    holder: Salted | None = None
    words: Salted | None = None


class Fault(Enum):
    """What is wrong with the first line that is wrong."""

    MISSING = "missing"  # a number is left out
    CHANGED = "changed"  # the facts, or the place of the line
    PERSON = "person"  # the personal data are others than were written
    HEAD = "head"  # a head that was handed out is not among the lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What came of checking the chain."""

    head: Head  # of the lines that are whole
    lines: int  # read, whole or not
    erased: int  # lines whose personal data are gone, as they may be
    broken_at: int | None = None  # the first line that is wrong
    fault: Fault | None = None

    @property
    def whole(self) -> bool:
        """Whether every line is as it was written."""
        return self.fault is None


def new_salt() -> bytes:
    """Return a salt: without it, a MAC tells nothing about what it covers."""
    return secrets.token_bytes(_SALT)


def facts_of(visit: Visit) -> dict[str, Any]:
    """Return what is never erased of a line; what is unknown or empty is left out."""
    facts: dict[str, Any] = {
        "n": visit.seq,
        "till": visit.till,
        "line": visit.line,
        "at": visit.at,
        "received": visit.received,
        "day": visit.day.isoformat(),
        "kind": int(visit.kind),
        "home": visit.home,
        "category": visit.category,
        "amount": visit.amount,
        "outcome": None if visit.outcome is None else int(visit.outcome),
        "reasons": list(visit.reasons) or None,
        "remarks": list(visit.remarks) or None,
        "rule": str(visit.rule) or None,
        "corrects": list(visit.corrects) if visit.corrects else None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def line_hash(previous: bytes, visit: Visit) -> bytes:
    """Return the hash of a line that follows the hash `previous`."""
    covered = cbor.encode([facts_of(visit), visit.holder_mac, visit.words_mac])
    return hashlib.sha256(previous + covered).digest()


def check_lines(lines: Iterable[Line], heads: Iterable[Head] = (), *, after: Head = EMPTY) -> Proof:
    """Return whether the lines, from the first on, are as they were written.

    Args:
        heads: that were printed or handed out before. The last lines of a register could be left
            out without breaking the chain; who kept a head sees it.
        after: the head that the first of these lines follows.
    """
    known = {head.seq: head.hash for head in heads}
    head, count, erased = after, 0, 0
    broken: tuple[int, Fault] | None = None
    if known.get(0, START) != START:
        broken = (0, Fault.HEAD)
    for line in lines:
        count += 1
        if broken is None:
            fault = _fault_of(line, head, known)
            if fault is not None:
                broken = (head.seq + 1, fault)
                continue
            head = Head(seq=line.visit.seq, hash=line.visit.hash)
            erased += _is_erased(line)
    if broken is None and known and max(known) > head.seq:
        broken = (head.seq + 1, Fault.HEAD)
    return Proof(
        head=head,
        lines=count,
        erased=erased,
        broken_at=broken[0] if broken else None,
        fault=broken[1] if broken else None,
    )


def _fault_of(line: Line, head: Head, known: dict[int, bytes]) -> Fault | None:
    visit = line.visit
    if visit.seq != head.seq + 1:
        return Fault.MISSING
    if not hmac.compare_digest(visit.hash, line_hash(head.hash, visit)):
        return Fault.CHANGED
    if known.get(visit.seq, visit.hash) != visit.hash:
        return Fault.HEAD
    for salted, mac in ((line.holder, visit.holder_mac), (line.words, visit.words_mac)):
        if salted is not None and not hmac.compare_digest(salted.mac, mac):
            return Fault.PERSON
    return None


def _is_erased(line: Line) -> bool:
    return bool(
        (line.visit.holder_mac and line.holder is None)
        or (line.visit.words_mac and line.words is None)
    )
