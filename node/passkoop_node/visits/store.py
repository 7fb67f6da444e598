"""The register of visits, on disk. Its lines are added, never changed."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from passkoop_node.core.database import database_errors, path_of, writing
from passkoop_node.visits.chain import EMPTY, Head, Line, Salted
from passkoop_node.visits.schema import migrations as migrations
from passkoop_node.visits.visit import Kind, Rule, Visit, Words
from passkoop_protocol import cbor
from passkoop_protocol.keys import CoopId
from passkoop_protocol.verdict import Outcome

MOST_CONFLICTS = 20  # of one line

_COLUMNS = (
    "seq, till, line, at, received, day, kind, home, category, amount, outcome, reasons, remarks,"
    " rule, corrects_till, corrects_line, holder_mac, words_mac, hash"
)
_SELECT = f"select {_COLUMNS} from visit"
_LINES = (
    "select "
    + ", ".join(f"visit.{name.strip()}" for name in _COLUMNS.split(","))
    + ", h.salt, h.holder, w.salt, w.name, w.email, w.reason from visit"
    " left join visit_holder h on h.seq = visit.seq left join visit_words w on w.seq = visit.seq"
)
_WIDTH = _COLUMNS.count(",") + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A visit as corrections left it, with what is left of its words."""

    visit: Visit  # as it was written
    amount: int | None  # cents
    cancelled: bool
    words: Words
    conflicts: int  # how often it came again with other content


@dataclass(frozen=True, kw_only=True, slots=True)
class DayTotal:
    """The visits of one day, one kind and one home co-op that were not cancelled."""

    day: date
    kind: Kind
    home: CoopId | None
    rule: Rule
    visits: int
    amount: int  # cents, of those that have one
    without_amount: int  # visits


class VisitStore:
    """All SQL on the register. Values in, values out."""

    def __init__(self, db: Database) -> None:
        self.db = db

    # --- writing ---

    def append(self, visit: Visit, holder: Salted | None, words: Salted | None) -> None:
        """Add the next line, inside `writing`, with its personal data beside it."""
        till, line = visit.corrects or (None, None)
        self.db.execute(
            f"insert into visit ({_COLUMNS}) values ({', '.join('?' * _WIDTH)})",
            [
                visit.seq,
                visit.till,
                visit.line,
                visit.at,
                visit.received,
                visit.day.isoformat(),
                int(visit.kind),
                visit.home,
                visit.category,
                visit.amount,
                None if visit.outcome is None else int(visit.outcome),
                " ".join(visit.reasons),
                " ".join(visit.remarks),
                str(visit.rule),
                till,
                line,
                visit.holder_mac,
                visit.words_mac,
                visit.hash,
            ],
        )
        if holder is not None:
            self.db.execute(
                "insert into visit_holder (seq, salt, holder) values (?, ?, ?)",
                [visit.seq, holder.salt, holder.holder],
            )
        if words is not None and (said := words.words) is not None:
            self.db.execute(
                "insert into visit_words (seq, salt, name, email, reason) values (?, ?, ?, ?, ?)",
                [visit.seq, words.salt, said.name, said.email, said.reason],
            )

    def flag(self, seq: int, facts: dict[str, Any], *, now: int) -> bool:
        """Keep that a line came again with other content; return whether it had not yet.

        Of many, the first are kept: they are enough to ask at the till.
        """
        with writing(self.db):
            added = self.db.execute(
                "insert or ignore into visit_conflict (seq, content, facts, received)"
                " select ?, ?, ?, ? where ? > (select count(*) from visit_conflict where seq = ?)",
                [
                    seq,
                    hashlib.sha256(cbor.encode(facts)).digest(),
                    json.dumps(facts, default=bytes.hex, ensure_ascii=False),
                    now,
                    MOST_CONFLICTS,
                    seq,
                ],
            )
            return added.rowcount == 1

    # --- reading ---

    def head(self) -> Head:
        """Return where the register stands."""
        row = self._one("select seq, hash from visit order by seq desc limit 1", [])
        return Head(seq=row[0], hash=row[1]) if row else EMPTY

    def find(self, till: str, line: str) -> Line | None:
        """Return the line that a till sent under this number."""
        found = self._lines(f"{_LINES} where visit.till = ? and visit.line = ?", [till, line])
        return next(found, None)

    def get(self, seq: int) -> Visit | None:
        """Return the line with this number."""
        row = self._one(f"{_SELECT} where seq = ?", [seq])
        return _visit(row) if row else None

    def lines(self, *, first: int = 1, last: int | None = None) -> Iterator[Line]:
        """Yield lines in their order, with what is left of their personal data."""
        # Read by pieces: a cursor left open would keep the journal from being cut back.
        at = first
        while piece := list(
            self._lines(
                f"{_LINES} where visit.seq >= ? and (? is null or visit.seq <= ?)"
                " order by visit.seq limit 1000",
                [at, last, last],
            )
        ):
            yield from piece
            at = piece[-1].visit.seq + 1

    def entries(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        before: int | None = None,
        visitors_only: bool = False,
        limit: int = 100,
    ) -> list[Entry]:
        """Return the newest visits first, as corrections left them; corrections stand in them."""
        rows = self._all(
            "select n.seq, n.amount, n.cancelled,"
            " (select count(*) from visit_conflict c where c.seq = n.seq)"
            " from visit_now n where (:since is null or n.day >= :since)"
            " and (:until is null or n.day <= :until) and (:before is null or n.seq < :before)"
            " and (not :visitors_only or n.kind <> 0) order by n.seq desc limit :limit",
            {
                "since": since and since.isoformat(),
                "until": until and until.isoformat(),
                "before": before,
                "visitors_only": visitors_only,
                "limit": limit,
            },
        )
        entries = []
        for seq, amount, cancelled, conflicts in rows:
            line = next(self._lines(f"{_LINES} where visit.seq = ?", [seq]))
            said = line.words.words if line.words else None
            entries.append(
                Entry(
                    visit=line.visit,
                    amount=amount,
                    cancelled=bool(cancelled),
                    words=said or Words(),
                    conflicts=conflicts,
                )
            )
        return entries

    def is_cancelled(self, till: str, line: str) -> bool:
        """Return whether a correction took a line back."""
        found = self._one(
            "select 1 from visit where corrects_till = ? and corrects_line = ? and kind = 3",
            [till, line],
        )
        return found is not None

    def conflicts(self) -> dict[int, list[dict[str, Any]]]:
        """Return what was sent again with other content, by the line's number."""
        found: dict[int, list[dict[str, Any]]] = {}
        for seq, facts in self._all(
            "select seq, facts from visit_conflict order by seq, received", {}
        ):
            found.setdefault(seq, []).append(json.loads(facts))
        return found

    def days_of(
        self, holders: Sequence[bytes], *, since: date | None = None, until: date | None = None
    ) -> list[date]:
        """Return the days on which a person came, first to last, each once.

        Args:
            holders: their pseudonyms; more than one if their co-op changed its id.
        """
        days: set[str] = set()
        for holder in holders:
            rows = self._all(
                "select distinct n.day from visit_holder h join visit_now n on n.seq = h.seq"
                " where h.holder = :holder and not n.cancelled"
                " and (:since is null or n.day >= :since) and (:until is null or n.day <= :until)",
                {
                    "holder": holder,
                    "since": since and since.isoformat(),
                    "until": until and until.isoformat(),
                },
            )
            days.update(day for (day,) in rows)
        return [date.fromisoformat(day) for day in sorted(days)]

    def days_of_visitors(self, *, since: date | None, most: int) -> list[tuple[bytes, date]]:
        """Return who came on which day, as pseudonyms, newest first; our own members are left out.

        Args:
            most: how many at most: it goes to a device.
        """
        rows = self._all(
            "select distinct h.holder, n.day from visit_now n join visit_holder h on h.seq = n.seq"
            " where n.kind in (1, 2) and not n.cancelled and (:since is null or n.day >= :since)"
            " order by n.day desc, h.holder limit :most",
            {"since": since and since.isoformat(), "most": most},
        )
        return [(holder, date.fromisoformat(day)) for holder, day in rows]

    def last_days_of_own(self) -> dict[bytes, date]:
        """Return the last day on which each of our own members came, by pseudonym."""
        rows = self._all(
            "select h.holder, max(n.day) from visit_now n join visit_holder h on h.seq = n.seq"
            " where n.kind = 0 and not n.cancelled group by h.holder",
            {},
        )
        return {holder: date.fromisoformat(day) for holder, day in rows}

    def first_day(self) -> date | None:
        """Return the day of the earliest visit, however late it was noted."""
        row = self._one("select min(day) from visit", [])
        return date.fromisoformat(row[0]) if row and row[0] else None

    def homes(self) -> list[CoopId]:
        """Return the co-ops whose cards were ever noted here."""
        # One step in the index for each, however many visits there are.
        rows = self._all(
            "with recursive h (home) as (select min(home) from visit union all"
            " select (select min(home) from visit where home > h.home) from h"
            " where h.home is not null) select home from h where home is not null",
            {},
        )
        return [CoopId(home) for (home,) in rows]

    def totals(self, since: date, until: date) -> list[DayTotal]:
        """Return the visits from `since` to `until`, by day, kind, home co-op and rule."""
        rows = self._all(
            "select day, kind, home, rule, count(*), coalesce(sum(amount), 0),"
            " sum(amount is null) from visit_now"
            " where day between :since and :until and not cancelled"
            " group by day, kind, home, rule order by day, kind, home, rule",
            {"since": since.isoformat(), "until": until.isoformat()},
        )
        return [
            DayTotal(
                day=date.fromisoformat(day),
                kind=Kind(kind),
                home=CoopId(home) if home else None,
                rule=Rule(rule),
                visits=visits,
                amount=amount,
                without_amount=without,
            )
            for day, kind, home, rule, visits, amount, without in rows
        ]

    def people(self, since: date, until: date) -> dict[tuple[Kind, CoopId | None], int]:
        """Return how many different people came, by kind and home co-op, as far as is known."""
        rows = self._all(
            "select n.kind, n.home, count(distinct h.holder) from visit_now n"
            " join visit_holder h on h.seq = n.seq where n.day between :since and :until"
            " and not n.cancelled group by n.kind, n.home",
            {"since": since.isoformat(), "until": until.isoformat()},
        )
        return {(Kind(kind), CoopId(home) if home else None): count for kind, home, count in rows}

    # --- erasing ---

    def erase_words(self, *, before: date | None = None, seqs: Sequence[int] = ()) -> int:
        """Delete what was said of people before a day, or on these lines; return of how many."""
        return self._erase("visit_words", before, seqs)

    def erase_holders(self, *, before: date | None = None, seqs: Sequence[int] = ()) -> int:
        """Delete who came before a day, or on these lines; return on how many."""
        return self._erase("visit_holder", before, seqs)

    def seqs_of(self, holders: Sequence[bytes]) -> list[int]:
        """Return the lines of a person."""
        return [
            seq
            for holder in holders
            for (seq,) in self._all(
                "select seq from visit_holder where holder = :holder", {"holder": holder}
            )
        ]

    def _erase(self, table: str, before: date | None, seqs: Sequence[int]) -> int:
        with writing(self.db):
            count = 0
            if before is not None:
                count = self.db.execute(
                    f"delete from {table} where seq in (select seq from visit where day < ?)",
                    [before.isoformat()],
                ).rowcount
            for seq in seqs:
                count += self.db.execute(f"delete from {table} where seq = ?", [seq]).rowcount
            return count

    # --- rows ---

    def _lines(self, sql: str, values: Sequence[Any]) -> Iterator[Line]:
        with database_errors(path_of(self.db)):
            for row in self.db.execute(sql, values).fetchall():
                visit, rest = _visit(row[:_WIDTH]), row[_WIDTH:]
                yield Line(
                    visit=visit,
                    holder=Salted(salt=rest[0], holder=rest[1]) if rest[0] is not None else None,
                    words=Salted(
                        salt=rest[2], words=Words(name=rest[3], email=rest[4], reason=rest[5])
                    )
                    if rest[2] is not None
                    else None,
                )

    def _all(self, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with database_errors(path_of(self.db)):
            return list(self.db.execute(sql, values))

    def _one(self, sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        with database_errors(path_of(self.db)):
            row: tuple[Any, ...] | None = self.db.execute(sql, values).fetchone()
            return row


def _visit(row: Sequence[Any]) -> Visit:
    values = dict(zip(map(str.strip, _COLUMNS.split(",")), row, strict=True))
    till, line = values.pop("corrects_till"), values.pop("corrects_line")
    outcome = values.pop("outcome")
    return Visit(
        **values
        | {
            "day": date.fromisoformat(values["day"]),
            "kind": Kind(values["kind"]),
            "home": CoopId(values["home"]) if values["home"] else None,
            "outcome": None if outcome is None else Outcome(outcome),
            "reasons": tuple(values["reasons"].split()),
            "remarks": tuple(values["remarks"].split()),
            "rule": Rule(values["rule"]),
            "corrects": (till, line) if till is not None else None,
        }
    )
