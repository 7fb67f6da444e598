"""The members, on disk."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import Any

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import database_errors, path_of, writing
from passkoop_node.errors import BadgeTaken, MemberNotFound, NumberTaken
from passkoop_node.members.member import ERASED, Member, MemberData, tidy
from passkoop_node.members.rows import COLUMNS, WRITTEN, iso, member_of, row_of
from passkoop_node.members.sorting import SortBy, name_order, number_order
from passkoop_node.members.text import fold, words

migrations = Migrations("members")

Progress = Callable[[int], None]  # is told how many members more are written
BATCH = 1000
MANY = 10_000  # members added at once: what lists are sorted by is indexed anew behind them


def _quoted(pattern: str, names: Iterable[str]) -> str:
    """Return our own column names in quotes, for `left` is a word of SQL, each in `pattern`."""
    return ", ".join(pattern.format(f'"{name}"', name) for name in names)


_SELECT = f"select {_quoted('{0}', COLUMNS)} from member"
_INSERT = (
    f"insert into member (member_ref, created_at, {_quoted('{0}', WRITTEN)},"
    " number_order, name_order, town_order, search, updated_at)"
    f" values (:member_ref, :updated_at, {_quoted(':{1}', WRITTEN)},"
    " :number_order, :name_order, :town_order, :search, :updated_at)"
)
_UPDATE = (
    f"update member set {_quoted('{0} = :{1}', WRITTEN)},"
    " number_order = :number_order, name_order = :name_order, town_order = :town_order,"
    " search = :search, updated_at = :updated_at where id = :id"
)
_ORDERS = {
    SortBy.NUMBER: "number_order",
    SortBy.NAME: "name_order",
    SortBy.TOWN: "town_order",
    SortBy.JOINED: "joined",
}
INDEXES = {
    "member_order": "(number_order, search)",  # all that a search asks
    "member_by_name": "(name_order)",
    "member_by_town": "(town_order, town, joined, left)",  # all that counting asks, too
    "member_by_joined": "(joined, left)",  # all that "who belongs" asks
    "member_by_kind": "(gender, birth_year, category, joined, left)",  # the same
}
# Who was erased: `erasing.py`.
_IS_SOMEBODY = f"\"left\" is not '{ERASED}'"
_BELONGS = (
    f"(:on is null and {_IS_SOMEBODY} or :on is not null"
    ' and ("joined" is null or "joined" <= :on) and ("left" is null or "left" > :on))'
)


@migrations()
def create_member(db: Database) -> None:
    """The register. Unknown texts are empty, unknown numbers and dates null."""
    db.executescript("""
        create table member (
            id integer primary key autoincrement, -- a member's cards must not become another's
            number text not null collate nocase unique,
            number_order text not null, -- sorts 2 before 10
            member_ref blob not null unique, -- 8 random bytes, on every card of the member
            given_name text not null,
            family_name text not null,
            email text not null collate nocase, -- couples share one
            phone text not null,
            address text not null,
            postcode text not null,
            town text not null,
            country text not null,
            language text not null,
            category integer not null, -- of the card
            gender text not null,
            birth_year integer,
            joined text, -- ISO date
            left text, -- ISO date, the first day as no member
            badge text not null,
            referred_by text not null,
            notes text not null,
            search text not null, -- folded words: names, number, e-mail, phone, town, badge
            created_at integer not null,
            updated_at integer not null
        ) strict;
        create table member_revision (revision integer not null) strict; -- counts all writing
        insert into member_revision values (0);
        create index member_order on member (number_order);
        create index member_email on member (email);
        create unique index member_badge on member (badge) where badge <> '';
    """)


@migrations()
def sort_by_any_column(db: Database) -> None:
    """SQLite would put É behind Z, and sorting 100,000 members takes it long."""
    db.executescript("""
        alter table member add column name_order text not null default ''; -- folded, family first
        alter table member add column town_order text not null default ''; -- folded
        drop index member_order;
    """)
    for name, columns in INDEXES.items():
        db.execute(f"create index {name} on member {columns}")
    rows = db.execute("select id, given_name, family_name, town from member").fetchall()
    db.conn.executemany(
        "update member set name_order = ?, town_order = ? where id = ?",
        ((name_order(given, family), fold(town), id) for id, given, family, town in rows),
    )


class MemberStore:
    """All SQL on the table `member`. Values in, values out, never rows."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def add(self, data: MemberData, *, now: int) -> Member:
        """Return the new member; without a number, the next free one is given.

        Raises:
            BadMember, NumberTaken, BadgeTaken: nothing was written.
        """
        data = tidy(data)
        with writing(self.db):
            row = row_of(data, now=now)
            row["number"] = data.number or str(self.next_number())
            row["number_order"] = number_order(row["number"])
            with _taken(data):
                self._write(_INSERT, iter([row]))
            return self.by_number(row["number"])

    def update(self, member: Member, *, now: int) -> Member:
        """Return the member as now kept, after `dataclasses.replace` changed something.

        Raises:
            BadMember, NumberTaken, BadgeTaken: nothing was written.
            MemberNotFound: nobody has this id.
        """
        data = tidy(member)
        with writing(self.db):
            self.get(member.id)
            with _taken(data):
                self._write(_UPDATE, iter([row_of(data, now=now) | {"id": member.id}]))
            return self.get(member.id)

    def write_all(
        self,
        additions: Sequence[MemberData],
        updates: Sequence[Member] = (),
        *,
        now: int,
        progress: Progress = lambda _: None,
    ) -> None:
        """Write many at once, all or none. They are tidy, and each addition has a number."""
        with writing(self.db):
            # Badges that change hands would meet on their way.
            badged = ({"id": member.id} for member in updates if member.badge)
            self._write("update member set badge = '' where id = :id", badged)
            rows = (row_of(member, now=now) | {"id": member.id} for member in updates)
            self._write(_UPDATE, rows, progress)
            if many := len(additions) >= MANY:  # five times as quick as line by line
                for name in INDEXES:
                    self.db.execute(f"drop index {name}")
            self._write(_INSERT, (row_of(data, now=now) for data in additions), progress)
            if many:
                for name, columns in INDEXES.items():
                    self.db.execute(f"create index {name} on member {columns}")

    def get(self, id: int) -> Member:
        """Return the member with this internal id, or raise MemberNotFound."""
        return self._one('"id" = ?', id, f"id {id}")

    def by_number(self, number: str) -> Member:
        """Return the member with this number, in any case, or raise MemberNotFound."""
        return self._one('"number" = ?', number, number)

    def by_email(self, email: str) -> list[Member]:
        """Return those who have this address, in any case: couples share one."""
        return self._all('where "email" = ? order by number_order', [email]) if email else []

    def by_name(self, given_name: str, family_name: str) -> list[Member]:
        """Return those who are called so, in any spelling, also with the halves swapped."""
        orders = [name_order(given_name, family_name), name_order(family_name, given_name)]
        return self._all("where name_order in (?, ?) order by number_order", orders)

    def by_badge(self, badge: str) -> Member | None:
        """Return who carries this badge of the co-op's own."""
        return next(iter(self._all('where "badge" = ?', [badge])), None) if badge else None

    def by_ref(self, member_ref: bytes) -> Member | None:
        """Return whose cards bear this reference."""
        return next(iter(self._all('where "member_ref" = ?', [member_ref])), None)

    def find(self, text: str, *, limit: int = 50) -> list[Member]:
        """Return those in whom each word of `text` begins somewhere, without case or accents.

        Words are looked for in names, number, e-mail, phone, town and badge; who has `text` as
        number comes first.
        """
        if not words(text):
            return []
        condition, values = _found(text)
        return self._all(
            f'where {condition} order by "number" = ? desc, number_order limit ?',
            [*values, text.strip(), limit],
        )

    def page(
        self,
        text: str = "",
        *,
        by: SortBy = SortBy.NUMBER,
        descending: bool = False,
        limit: int,
        offset: int = 0,
    ) -> list[Member]:
        """Return a page of those whom `find` finds, of all if `text` is empty."""
        ids = self.ordered_ids(text, by=by, descending=descending, limit=limit, offset=offset)
        return self.of_ids(ids)

    def ordered_ids(
        self,
        text: str = "",
        *,
        by: SortBy = SortBy.NUMBER,
        descending: bool = False,
        among: Collection[int] | None = None,
        limit: int = -1,
        offset: int = 0,
    ) -> list[int]:
        """Return the ids of a page of those whom `find` finds, of all if `text` is empty.

        Args:
            text: what is looked for.
            by: in which order.
            descending: the other way round.
            among: the ids of those who are asked for; None: all.
            limit: how many at most; -1: all.
            offset: how many come before them.
        """
        condition, values = _found(text, among)
        # Without a search an index has all that is asked for. With one, all but the first would
        # have to be left for each line: the plus sign keeps SQLite from taking them.
        sign = "+" if words(text) and by is not SortBy.NUMBER else ""
        first = f"{sign}{_ORDERS[by]}{' desc' if descending else ''}"
        rows = self._rows(
            f"select id from member where {condition}"
            f" order by {first}, id{' desc' if descending else ''} limit ? offset ?",
            [*values, limit, offset],
        )
        return [id for (id,) in rows]

    def of_ids(self, ids: Sequence[int]) -> list[Member]:
        """Return the members with these ids, in their order; who is no more is left out."""
        found: dict[int, Member] = {}
        for first in range(0, len(ids), 500):
            some = list(ids[first : first + 500])
            places = ", ".join("?" * len(some))
            found |= {one.id: one for one in self._all(f"where id in ({places})", some)}
        return [found[id] for id in ids if id in found]

    def emails(self, *, on: date | None = None) -> dict[int, str]:
        """Return the address of each member, or of those who belong to the co-op `on`, by id."""
        sql = f"select id, email from member where {_BELONGS}"
        return dict(self._rows(sql, {"on": iso(on)}))

    def ids(self, *, on: date | None = None) -> set[int]:
        """Return the ids of all members, or of those who belong to the co-op `on`."""
        rows = self._rows(f"select id from member where {_BELONGS}", {"on": iso(on)})
        return {id for (id,) in rows}

    def count_found(self, text: str, *, among: Collection[int] | None = None) -> int:
        """Return how many `find` would find if it had no limit; all if `text` is empty."""
        if among is not None and not words(text):
            return len(among)
        condition, values = _found(text, among)
        return int(self._rows(f"select count(*) from member where {condition}", values)[0][0])

    def members(
        self, *, on: date | None = None, limit: int | None = None, offset: int = 0
    ) -> list[Member]:
        """Return a page of the members by number, all or those who belong to the co-op `on`."""
        return self._all(
            f"where {_BELONGS} order by number_order, id limit :limit offset :offset",
            {"on": iso(on), "limit": -1 if limit is None else limit, "offset": offset},
        )

    def since(
        self, since: int, *, after: int, limit: int, number: str = "", email: str = ""
    ) -> list[Member]:
        """Return who was changed at `since` or later, by internal id: those after the id `after`.

        Args:
            number: of whom alone; "": of anybody.
            email: the same.
        """
        return self._all(
            f"where {_IS_SOMEBODY} and updated_at >= ? and id > ?"
            " and (? = '' or number = ?) and (? = '' or email = ?) order by id limit ?",
            [since, after, number, number, email, email, limit],
        )

    def count(self, *, on: date | None = None) -> int:
        """Return how many members there are, all or those who belong to the co-op `on`."""
        return self._number(f"select count(*) from member where {_BELONGS}", {"on": iso(on)})

    def next_number(self) -> int:
        """Return the number after the highest that is a plain one; bar codes do not count."""
        return 1 + self._number(
            "select coalesce(max(cast(number as integer)), 0) from member"
            " where length(number) < 10 and number not glob '*[^0-9]*'",
            {},
        )

    def revision(self) -> int:
        """Return a number that is another one after each writing, by whatever process."""
        return self._number("select revision from member_revision", {})

    def _one(self, condition: str, value: object, wanted: str) -> Member:
        found = self._all(f"where {condition}", [value])
        if not found:
            raise MemberNotFound(wanted)
        return found[0]

    def _all(self, rest: str, parameters: list[Any] | dict[str, Any]) -> list[Member]:
        with database_errors(path_of(self.db)):
            return [member_of(row) for row in self.db.execute(f"{_SELECT} {rest}", parameters)]

    def _rows(self, sql: str, values: list[Any] | dict[str, Any]) -> list[Any]:
        with database_errors(path_of(self.db)):
            return list(self.db.execute(sql, values))

    def _number(self, sql: str, parameters: dict[str, Any]) -> int:
        with database_errors(path_of(self.db)):
            return int(self.db.execute(sql, parameters).fetchone()[0])

    def _write(
        self, sql: str, rows: Iterator[dict[str, Any]], progress: Progress = lambda _: None
    ) -> None:
        self.db.execute("update member_revision set revision = revision + 1")
        while batch := list(islice(rows, BATCH)):
            self.db.conn.executemany(sql, batch)
            progress(len(batch))


def _found(text: str, among: Collection[int] | None = None) -> tuple[str, list[str]]:
    """Return the condition that each word of `text` begins somewhere, and its values."""
    wanted = words(text)
    condition = " and ".join("instr(search, ?)" for _ in wanted) or "search <> ''"
    values = [f" {word}" for word in wanted]
    if among is None:
        return condition, values
    # As one value: SQLite takes no more than some thousand places for them.
    return f"{condition} and id in (select value from json_each(?))", [
        *values,
        json.dumps([*among]),
    ]


@contextmanager
def _taken(data: MemberData) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        if "member.number" in str(error):
            raise NumberTaken(data.number) from error
        if "member.badge" in str(error):
            raise BadgeTaken(data.badge) from error
        raise
