"""Segments, and groups whose people were picked by hand, on disk."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing
from passkoop_node.letters.filters import Filter, dump_filter, parse_filter

migrations = Migrations("letters")


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptSegment:
    """A filter under a name."""

    id: int
    title: str
    filter: Filter
    changed_at: int  # seconds, UTC


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """People who were picked by hand."""

    id: int
    title: str


@migrations()
def create_segment(db: Database) -> None:
    """Saved filters, and groups."""
    db.executescript("""
        create table segment (
            id integer primary key autoincrement, -- an address must not become another's
            title text not null collate nocase unique,
            filter text not null, -- JSON
            changed_at integer not null -- seconds, UTC
        ) strict;
        create table member_group (
            id integer primary key autoincrement, -- filters name it
            title text not null collate nocase unique,
            created_at integer not null -- seconds, UTC
        ) strict;
        create table member_in_group (
            group_id integer not null references member_group (id),
            member_id integer not null references member (id),
            since integer not null, -- seconds, UTC
            primary key (group_id, member_id)
        ) strict, without rowid;
        create index member_in_group_member on member_in_group (member_id);
    """)


class SegmentStore:
    """All SQL on the tables `segment`, `member_group` and `member_in_group`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    # --- segments ---

    def segments(self) -> list[KeptSegment]:
        """Return all, by name."""
        return self._segments("order by title", [])

    def segment(self, id: int) -> KeptSegment | None:
        """Return one."""
        return next(iter(self._segments("where id = ?", [id])), None)

    def segment_called(self, title: str) -> KeptSegment | None:
        """Return the one with this name, in any case."""
        return next(iter(self._segments("where title = ?", [title])), None)

    def keep_segment(self, id: int | None, title: str, filter: Filter, *, now: int) -> int:
        """Keep a new one, or what it is now; return its id. The name is nobody else's."""
        with writing(self.db):
            if id is None:
                row = self.db.execute(
                    "insert into segment (title, filter, changed_at) values (?, ?, ?) returning id",
                    [title, dump_filter(filter), now],
                ).fetchone()
                return int(row[0])
            self.db.execute(
                "update segment set title = ?, filter = ?, changed_at = ? where id = ?",
                [title, dump_filter(filter), now, id],
            )
            return id

    def delete_segment(self, id: int) -> bool:
        """Forget one; return whether there was one."""
        with writing(self.db):
            return self.db.execute("delete from segment where id = ?", [id]).rowcount == 1

    def _segments(self, rest: str, values: Sequence[object]) -> list[KeptSegment]:
        rows = self.db.query(f"select id, title, filter, changed_at from segment {rest}", values)
        return [KeptSegment(**{**row, "filter": parse_filter(row["filter"])}) for row in rows]

    # --- groups ---

    def groups(self) -> list[Group]:
        """Return all, by name."""
        return self._groups("order by title", [])

    def group(self, id: int) -> Group | None:
        """Return one."""
        return next(iter(self._groups("where id = ?", [id])), None)

    def group_called(self, title: str) -> Group | None:
        """Return the one with this name, in any case."""
        return next(iter(self._groups("where title = ?", [title])), None)

    def groups_of(self, member_id: int) -> list[Group]:
        """Return the groups that a member is in, by name."""
        return self._groups(
            "where id in (select group_id from member_in_group where member_id = ?) order by title",
            [member_id],
        )

    def keep_group(self, id: int | None, title: str, *, now: int) -> int:
        """Keep a new one, or its new name; return its id. The name is nobody else's."""
        with writing(self.db):
            if id is None:
                row = self.db.execute(
                    "insert into member_group (title, created_at) values (?, ?) returning id",
                    [title, now],
                ).fetchone()
                return int(row[0])
            self.db.execute("update member_group set title = ? where id = ?", [title, id])
            return id

    def delete_group(self, id: int) -> bool:
        """Forget one, and who was in it; return whether there was one."""
        with writing(self.db):
            self.db.execute("delete from member_in_group where group_id = ?", [id])
            return self.db.execute("delete from member_group where id = ?", [id]).rowcount == 1

    def people(self, group_ids: Iterable[int]) -> set[int]:
        """Return who is in any of these groups, by id."""
        rows = self.db.execute(
            "select distinct member_id from member_in_group"
            " where group_id in (select value from json_each(?))",
            [json.dumps([*group_ids])],
        )
        return {id for (id,) in rows}

    def put_in(self, group_id: int, member_ids: Iterable[int], *, now: int) -> int:
        """Put people into a group; return how many were not in it."""
        with writing(self.db):
            return sum(
                self.db.execute(
                    "insert into member_in_group (group_id, member_id, since) values (?, ?, ?)"
                    " on conflict do nothing",
                    [group_id, id, now],
                ).rowcount
                for id in member_ids
            )

    def take_out(self, group_id: int, member_ids: Iterable[int]) -> int:
        """Take people out of a group; return how many were in it."""
        with writing(self.db):
            return sum(
                self.db.execute(
                    "delete from member_in_group where group_id = ? and member_id = ?",
                    [group_id, id],
                ).rowcount
                for id in member_ids
            )

    def _groups(self, rest: str, values: Sequence[object]) -> list[Group]:
        rows = self.db.query(f"select id, title from member_group {rest}", values)
        return [Group(**row) for row in rows]

    # --- one person's ---

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what is held of somebody."""
        rows = self.db.query(
            "select title as 'group', since from member_in_group"
            " join member_group on member_group.id = group_id where member_id = ? order by title",
            [member_id],
        )
        return [dict(row) for row in rows]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores are asked
        """Forget somebody."""
        with writing(self.db):
            self.db.execute("delete from member_in_group where member_id = ?", [member_id])
