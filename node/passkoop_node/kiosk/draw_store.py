"""Prize draws on disk: made, entered, closed, drawn, and their entries erased."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlite_utils import Database

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.kiosk.draws import (
    FORGOTTEN_DAYS,
    MOST_ENTRIES,
    SALT_BYTES,
    SEED_BYTES,
    Draw,
    DrawFull,
    DrawNotFound,
    Entry,
    NotNow,
    hash_of_entries,
)
from passkoop_node.members.text import fold

_DAY = 86_400
_COLUMNS = (
    "id, prize, first_day, last_day, keep_days, made_at, seed, closed_at, entry_count,"
    " entries_hash, word, drawn_at, rounds, erased_at"
)


class Draws:
    """All SQL on the tables `draw` and `draw_entry`, with the log of what is done."""

    def __init__(self, db: Database, audit: AuditStore) -> None:
        self.db = db
        self.audit = audit

    def all(self) -> list[Draw]:
        """Return all draws, the newest first."""
        return self._all("order by id desc", [])

    def get(self, id: int) -> Draw:
        """Return a draw, or raise DrawNotFound."""
        found = self._all("where id = ?", [id])
        if not found:
            raise DrawNotFound
        return found[0]

    def open_on(self, today: date) -> Draw | None:
        """Return the draw that one can enter today: the one that ends first."""
        day = today.isoformat()
        found = self._all(
            "where closed_at is null and first_day <= ?1 and last_day >= ?1"
            " order by last_day, id limit 1",
            [day],
        )
        return found[0] if found else None

    def add(
        self, prize: str, first_day: date, last_day: date, *, keep_days: int, actor: str, now: int
    ) -> int:
        """Make a draw, its seed with it, and return its id."""
        with writing(self.db):
            row = self.db.execute(
                "insert into draw (prize, first_day, last_day, keep_days, made_at, seed)"
                " values (?, ?, ?, ?, ?, ?) returning id",
                [
                    prize,
                    first_day.isoformat(),
                    last_day.isoformat(),
                    keep_days,
                    now,
                    secrets.token_bytes(SEED_BYTES),
                ],
            ).fetchone()
            self.audit.add("draw.add", now=now, actor=actor, subject=str(row[0]))
            return int(row[0])

    def enter(
        self, id: int, *, name: str, contact: str, agreed: str, spoken: str, now: int, today: date
    ) -> None:
        """Take somebody in. Who is in it already is in it once, and is not told so.

        Raises:
            DrawNotFound: there is none.
            NotNow: it takes nobody today.
            DrawFull: nobody more.
        """
        person = f"{id}|{_key(contact)}"
        with writing(self.db):
            if not self.get(id).is_open(today):
                raise NotNow
            if self.count(id) >= MOST_ENTRIES:
                raise DrawFull
            self.db.execute(
                "insert into draw_entry (draw_id, name, contact, person, spoken, agreed,"
                " entered_at, salt) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                [
                    id,
                    name,
                    contact,
                    person,
                    spoken,
                    agreed,
                    now,
                    secrets.token_bytes(SALT_BYTES),
                ],
            )

    def count(self, id: int) -> int:
        """Return how many take part."""
        sql = "select count(*) from draw_entry where draw_id = ?"
        return int(self.db.execute(sql, [id]).fetchone()[0])

    def entries(self, id: int) -> list[Entry]:
        """Return who takes part, in the order of the tickets."""
        rows = self.db.execute(
            "select id, name, contact, spoken, entered_at, salt, ticket, told_at from draw_entry"
            " where draw_id = ? order by id",
            [id],
        ).fetchall()
        names = ("id", "name", "contact", "spoken", "entered_at", "salt", "ticket", "told_at")
        return [Entry(**dict(zip(names, row, strict=True))) for row in rows]

    def close(self, id: int, *, actor: str, now: int) -> Draw:
        """Let nobody in any more: give the tickets and keep the hash of all entries.

        Raises:
            DrawNotFound: there is none.
            NotNow: it is closed, or nobody takes part.
        """
        with writing(self.db):
            entries = self.entries(id)
            if self.get(id).closed_at is not None or not entries:
                raise NotNow
            tickets = [replace(one, ticket=at) for at, one in enumerate(entries, start=1)]
            for one in tickets:
                self.db.execute(
                    "update draw_entry set ticket = ? where id = ?", [one.ticket, one.id]
                )
            self.db.execute(
                "update draw set closed_at = ?, entry_count = ?, entries_hash = ? where id = ?",
                [now, len(tickets), hash_of_entries(tickets), id],
            )
            told = {"entries": len(tickets)}
            self.audit.add("draw.close", now=now, actor=actor, subject=str(id), details=told)
            return self.get(id)

    def draw(self, id: int, *, word: str, rounds: int, actor: str, now: int) -> Draw:
        """Find the winner, or the next one; `rounds` is how many were drawn when it was asked.

        Raises:
            DrawNotFound: there is none.
            NotNow: it is not closed, somebody was quicker, or nobody is left.
        """
        with writing(self.db):
            found = self.get(id)
            last = found.entry_count or 0
            if found.closed_at is None or found.rounds != rounds or rounds >= last:
                raise NotNow
            if found.drawn_at is None:
                self.db.execute(
                    "update draw set word = ?, drawn_at = ? where id = ?", [word, now, id]
                )
            self.db.execute("update draw set rounds = rounds + 1 where id = ?", [id])
            self.audit.add("draw.draw", now=now, actor=actor, subject=str(id))
            return self.get(id)

    def by_ticket(self, id: int, ticket: int) -> Entry | None:
        """Return whose ticket it is, as long as it is known."""
        return next((one for one in self.entries(id) if one.ticket == ticket), None)

    def note_told(self, entry: Entry, *, now: int) -> None:
        """Keep that a winner was written to."""
        with writing(self.db):
            self.db.execute("update draw_entry set told_at = ? where id = ?", [now, entry.id])

    def in_sight(self, today: date) -> Draw | None:
        """Return the draw that the kiosk speaks of: one to enter, else one that is not over yet."""
        if found := self.open_on(today):
            return found
        closed = [one for one in self.all() if one.closed_at is not None and one.erased_at is None]
        return closed[0] if closed else None

    # --- erasing ---

    def erase_due(self, *, today: date, now: int, actor: str) -> int:
        """Erase the entries whose time has come, and return how many."""
        forgotten = today - timedelta(days=FORGOTTEN_DAYS)
        due = [
            one
            for one in self.all()
            if one.erased_at is None
            and (
                one.drawn_at + one.keep_days * _DAY <= now
                if one.drawn_at is not None
                else one.last_day < forgotten
            )
        ]
        if not due:
            return 0
        with self._nothing_stays(), writing(self.db):
            return sum(self._erase(one.id, actor=actor, now=now) for one in due)

    def erase(self, id: int, *, actor: str, now: int) -> int:
        """Erase the entries of a draw now; a draw that was not drawn yet never will be."""
        self.get(id)
        with self._nothing_stays(), writing(self.db):
            return self._erase(id, actor=actor, now=now)

    def erase_contact(self, contact: str) -> int:
        """Erase somebody from all draws; where tickets were given, an empty one stays."""
        key = _key(contact)
        if not key:
            return 0
        with self._nothing_stays(), writing(self.db):
            mine = "where person in (select id || '|' || ? from draw)"
            gone = self.db.execute(
                f"delete from draw_entry {mine} and ticket is null",  # noqa: S608 - ours
                [key],
            ).rowcount
            # The ticket stays, so that who wins does not change by it.
            blank = self.db.execute(
                "update draw_entry set name = '', contact = '', person = null, agreed = '',"  # noqa: S608
                f" salt = zeroblob(0) {mine}",
                [key],
            ).rowcount
            return gone + blank

    def of_contact(self, contact: str) -> list[dict[str, object]]:
        """Return the draws that somebody entered, for their own file."""
        rows = self.db.execute(
            "select d.prize, e.name, e.contact, e.entered_at, e.agreed from draw_entry e"
            " join draw d on d.id = e.draw_id where e.person = d.id || '|' || ?",
            [_key(contact)],
        ).fetchall()
        names = ("prize", "name", "contact", "entered_at", "agreed")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _erase(self, id: int, *, actor: str, now: int) -> int:
        gone = self.db.execute("delete from draw_entry where draw_id = ?", [id]).rowcount
        self.db.execute("update draw set erased_at = ? where id = ?", [now, id])
        told = {"entries": gone}
        self.audit.add("draw.erase", now=now, actor=actor, subject=str(id), details=told)
        return gone

    @contextmanager
    def _nothing_stays(self) -> Iterator[None]:
        """Have SQLite write zeros over what the block deletes, and cut its journal back after."""
        self.db.execute("pragma secure_delete = on").fetchone()
        yield
        if not self.db.conn.in_transaction:
            self.db.execute("pragma wal_checkpoint(truncate)").fetchone()

    def _all(self, rest: str, values: Sequence[Any]) -> list[Draw]:
        sql = f"select {_COLUMNS} from draw {rest}"  # noqa: S608 - ours
        rows = self.db.execute(sql, list(values)).fetchall()
        names = [name.strip() for name in _COLUMNS.split(",")]
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return [
            Draw(
                **{
                    **one,
                    "first_day": date.fromisoformat(one["first_day"]),
                    "last_day": date.fromisoformat(one["last_day"]),
                }
            )
            for one in found
        ]


def _key(contact: str) -> str:
    """Return what is the same each time that somebody enters: +33 6… and 06… are one number."""
    if "@" in contact:
        return fold(contact.strip())
    return "".join(letter for letter in contact if letter.isdecimal())[-9:]
