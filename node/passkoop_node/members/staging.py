"""A large import in two steps: its rows are put aside bit by bit, then taken in all at once.

What was put aside lies in a temporary table: nobody else sees it, and with the process it is gone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from passkoop_node.core.database import writing
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.rows import WRITTEN, row_of
from passkoop_node.members.store import INDEXES, MANY, MemberStore

_DERIVED = ("number_order", "name_order", "town_order", "search", "updated_at")
_CHANGED = (*WRITTEN, *_DERIVED)
_COLUMNS = ("id", "member_ref", *_CHANGED)  # an addition has no id yet


def _list(names: Sequence[str], pattern: str = '"{}"') -> str:
    return ", ".join(pattern.format(name) for name in names)


_CREATE = f"create temp table coming ({_list(_COLUMNS)})"
_PUT = f"insert into temp.coming values ({_list(_COLUMNS, ':{}')})"  # noqa: S608 - our own columns
_INSERT = (
    f"insert into member (member_ref, created_at, {_list(_CHANGED)})"  # noqa: S608 - our own columns
    f" select member_ref, updated_at, {_list(_CHANGED)} from temp.coming"
    " where id is null order by rowid"
)
_UPDATE = (
    "update member set "  # noqa: S608 - our own columns
    + ", ".join(f'"{one}" = coming."{one}"' for one in _CHANGED)
    + " from temp.coming as coming where coming.id = member.id"
)


def rows_of(members: Sequence[MemberData], *, now: int) -> list[Mapping[str, Any]]:
    """Return the rows of new members, or of old ones that change; takes long, and no database."""
    return [
        row_of(one, now=now) | {"id": one.id if isinstance(one, Member) else None}
        for one in members
    ]


class Staging:
    """The rows that were put aside, of one import at a time. Lives in the database's thread."""

    def __init__(self, store: MemberStore) -> None:
        self.store = store
        self.db = store.db

    def begin(self) -> None:
        """Forget what was put aside, and be ready for more."""
        with writing(self.db):
            self.db.execute("drop table if exists temp.coming")
            self.db.execute(_CREATE)

    def put(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put rows aside; the register stays as it is."""
        with writing(self.db):
            self.db.conn.executemany(_PUT, rows)

    def take(self) -> None:
        """Make all that was put aside the register's, inside `writing`."""
        execute = self.db.execute
        execute("update member_revision set revision = revision + 1")
        # Badges that change hands would meet on their way.
        execute(
            "update member set badge = '' where badge <> ''"
            " and id in (select id from temp.coming where id is not null)"
        )
        execute(_UPDATE)
        (new,) = execute("select count(*) from temp.coming where id is null").fetchone()
        if many := new >= MANY:  # see MemberStore.write_all
            for name in INDEXES:
                execute(f"drop index {name}")
        execute(_INSERT)
        if many:
            for name, columns in INDEXES.items():
                execute(f"create index {name} on member {columns}")

    def end(self) -> None:
        """Forget what was put aside."""
        with writing(self.db):
            self.db.execute("drop table if exists temp.coming")
