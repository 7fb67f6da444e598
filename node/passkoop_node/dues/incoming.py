"""What came in by a bank's or a shop's file: each line once, until somebody says whose it is."""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.store import Payment, receipt_number

_KEY = Setting(name="dues.marks", default="")


_COLUMNS = (
    "id, source, order_ref, paid_on, cents, payer, person, email, words, reference, state,"
    " member_id, year, number, seen_at"
)


class Source(StrEnum):
    """Where money came in."""

    BANK = "bank"
    ONLINE = "online"


class State(StrEnum):
    """What became of a line."""

    WAITING = "waiting"  # somebody has to say whose it is
    NOTED = "noted"
    DISMISSED = "dismissed"  # it is no payment of a member
    CANCELLED = "cancelled"  # the shop took the order back


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a file, as far as it says that somebody paid."""

    source: Source
    place: int  # in the file, from 1
    paid_on: date
    cents: int  # 0: free
    payer: str = ""
    person: str = ""  # for whom, where the file says so
    email: str = ""
    words: str = ""  # what the payer or the shop wrote
    order_ref: str = ""  # of a shop
    ticket: str = ""  # of a shop: one of several of an order
    is_cancelled: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        """What is the same when the line comes again."""
        if self.order_ref:
            return (self.source, self.order_ref, self.ticket, self.person, str(self.cents))
        day = self.paid_on.isoformat()
        return (self.source, day, str(self.cents), self.payer, self.words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """A line with what tells it from all others."""

    line: Line
    mark: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """A line that is kept."""

    id: int
    source: Source
    order_ref: str
    paid_on: date
    cents: int
    payer: str
    person: str
    email: str
    words: str
    reference: str
    state: State
    member_id: int | None
    receipt: str  # "": none
    seen_at: int  # seconds, UTC


class IncomingStore:
    """All SQL on the table `incoming`."""

    def __init__(self, db: Database, settings: SettingsStore) -> None:
        self.db = db
        self._settings = settings

    def marked(self, lines: Iterable[Line]) -> list[Marked]:
        """Return the lines with their marks.

        The same facts twice in a file are two payments, and again two in the next file. A mark
        does not say what the line says: its key stays in this database.
        """
        key = self._key()
        seen: Counter[tuple[str, ...]] = Counter()
        found = []
        for line in lines:
            seen[line.facts] += 1
            said = "\0".join([*line.facts, str(seen[line.facts])])
            mark = hmac.new(key, said.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
            found.append(Marked(line=line, mark=mark))
        return found

    def _key(self) -> bytes:
        kept = self._settings.get(_KEY)
        if not kept:
            with writing(self.db):
                kept = self._settings.get(_KEY) or secrets.token_hex(16)
                self._settings.set(_KEY, kept)
        return bytes.fromhex(kept)

    def known(self, marks: Sequence[str]) -> dict[str, State]:
        """Return what became of the lines that came before, by their marks."""
        found: dict[str, State] = {}
        for first in range(0, len(marks), 500):
            part = marks[first : first + 500]
            places = ", ".join("?" for _ in part)
            rows = self.db.execute(
                f"select mark, state from incoming where mark in ({places})",  # noqa: S608
                list(part),
            )
            found |= {mark: State(state) for mark, state in rows.fetchall()}
        return found

    def add(
        self,
        marked: Marked,
        state: State,
        *,
        reference: str = "",
        member_id: int | None = None,
        payment: Payment | None = None,
        now: int,
    ) -> int:
        """Keep a line, and return its id."""
        line = marked.line
        with writing(self.db):
            done = self.db.execute(
                "insert into incoming (source, mark, order_ref, paid_on, cents, payer, person,"
                " email, words, reference, state, member_id, year, number, seen_at)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    line.source.value,
                    marked.mark,
                    line.order_ref,
                    line.paid_on.isoformat(),
                    line.cents,
                    line.payer,
                    line.person,
                    line.email,
                    line.words,
                    reference,
                    state.value,
                    member_id,
                    payment.year if payment else None,
                    payment.number if payment else None,
                    now,
                ],
            )
        assert done.lastrowid is not None
        return done.lastrowid

    def close(
        self,
        id: int,
        state: State,
        *,
        member_id: int | None = None,
        payment: Payment | None = None,
    ) -> None:
        """Keep what became of a line that waited, or of one whose order was taken back."""
        with writing(self.db):
            self.db.execute(
                "update incoming set state = ?, member_id = coalesce(?, member_id),"
                " year = coalesce(?, year), number = coalesce(?, number) where id = ?",
                [
                    state.value,
                    member_id,
                    payment.year if payment else None,
                    payment.number if payment else None,
                    id,
                ],
            )

    def get(self, id: int) -> Incoming | None:
        """Return a line."""
        return next(iter(self._all("id = ?", [id])), None)

    def by_mark(self, mark: str) -> Incoming | None:
        """Return the line that bears a mark."""
        return next(iter(self._all("mark = ?", [mark])), None)

    def noted_under(self, reference: str) -> int:
        """Return the cents that came in under a reference and are noted."""
        sql = "select coalesce(sum(cents), 0) from incoming where reference = ? and state = 'noted'"
        (cents,) = self.db.execute(sql, [reference]).fetchone()
        return int(cents)

    def in_state(self, state: State, *, limit: int = -1, offset: int = 0) -> list[Incoming]:
        """Return the lines in a state, the oldest payment first."""
        return self._all("state = ? order by paid_on, id limit ? offset ?", [state, limit, offset])

    def count(self, state: State) -> int:
        """Return how many lines are in a state."""
        (count,) = self.db.execute(
            "select count(*) from incoming where state = ?", [state.value]
        ).fetchone()
        return int(count)

    def forget_words(self, *, seen_before: int) -> None:
        """Strip what was dismissed long ago of its names; that it came stays known."""
        with writing(self.db):
            self.db.execute(
                "update incoming set payer = '', person = '', email = '', words = ''"
                " where state in ('dismissed', 'cancelled') and seen_at < ?"
                " and (payer <> '' or person <> '' or email <> '' or words <> '')",
                [seen_before],
            )

    def _all(self, condition: str, values: Sequence[Any]) -> list[Incoming]:
        rows = self.db.execute(
            f"select {_COLUMNS} from incoming where {condition}",  # noqa: S608 - both our own
            list(values),
        )
        return [
            Incoming(
                id=id,
                source=Source(source),
                order_ref=order_ref,
                paid_on=date.fromisoformat(paid_on),
                cents=cents,
                payer=payer,
                person=person,
                email=email,
                words=words,
                reference=reference,
                state=State(state),
                member_id=member_id,
                receipt=receipt_number(year, number) if year is not None else "",
                seen_at=seen_at,
            )
            for (
                id,
                source,
                order_ref,
                paid_on,
                cents,
                payer,
                person,
                email,
                words,
                reference,
                state,
                member_id,
                year,
                number,
                seen_at,
            ) in rows.fetchall()
        ]


def shortened(line: Line) -> Line:
    """Return a line whose texts are of a length that is kept."""
    return replace(
        line,
        payer=line.payer[:200],
        person=line.person[:200],
        email=line.email[:254],
        words=line.words[:1_000],
        order_ref=line.order_ref[:60],
        ticket=line.ticket[:60],
    )
