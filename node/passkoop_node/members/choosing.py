"""Sets of members, by one thing that the register says of them: all of it at once."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlite_utils import Database

from passkoop_node.core.database import database_errors, path_of
from passkoop_node.members.rows import WRITTEN

# What a set can be made by; names are put into SQL, values are bound.
COLUMNS = (*WRITTEN, "town_order")


_IS_SOMEBODY = "search <> ''"  # who was erased is found by nothing: `erasing.py`


class Chooser:
    """Asks the register about everybody; each answer is a set of ids, or ids with a value."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def everybody(self) -> set[int]:
        """Return all, also those who left."""
        return self._ids("true", [])

    def among(self, column: str, values: Iterable[str | int]) -> set[int]:
        """Return those of whom the register says one of these, in just these letters."""
        condition = f"{_checked(column)} in (select value from json_each(?))"  # noqa: S608 - our own columns
        return self._ids(condition, [json.dumps([*values])])

    def known(self, column: str) -> set[int]:
        """Return those of whom the register says anything there."""
        return self._ids(f"coalesce({_checked(column)}, '') <> ''", [])

    def between(self, column: str, low: date | int | None, high: date | int | None) -> set[int]:
        """Return those of whom it is known and lies between the two, both included."""
        name = _checked(column)
        ends = [_bound(low), _bound(high)]
        condition = (
            f"{name} is not null and (?1 is null or {name} >= ?1) and (?2 is null or {name} <= ?2)"
        )
        return self._ids(condition, ends)

    def texts(self, column: str) -> list[tuple[int, str]]:
        """Return what is said there, of those of whom anything is."""
        name = _checked(column)
        condition = f"{name} <> '' and {_IS_SOMEBODY}"
        return self._rows(f"select id, {name} from member where {condition}", [])  # noqa: S608

    def days(self, column: str) -> dict[int, date]:
        """Return the day that is known there, by member."""
        name = _checked(column)
        condition = f"{name} is not null and {_IS_SOMEBODY}"
        rows = self._rows(f"select id, {name} from member where {condition}", [])  # noqa: S608
        return {id: date.fromisoformat(day) for id, day in rows}

    def refs(self) -> list[tuple[int, bytes]]:
        """Return what the cards of each member bear."""
        return self._rows(f"select id, member_ref from member where {_IS_SOMEBODY}", [])  # noqa: S608

    def by_numbers(self, numbers: Sequence[str]) -> dict[str, int]:
        """Return the members with these numbers, in any case; the keys as they were given."""
        rows = self._rows(
            "select value, member.id from json_each(?) join member"
            " on member.number = value collate nocase",
            [json.dumps([*numbers])],
        )
        return dict(rows)

    def _ids(self, condition: str, values: Sequence[object]) -> set[int]:
        asked = f"({condition}) and {_IS_SOMEBODY}"
        rows = self._rows(f"select id from member where {asked}", values)  # noqa: S608
        return {id for (id,) in rows}

    def _rows(self, sql: str, values: Sequence[object]) -> list[Any]:
        with database_errors(path_of(self.db)):
            return self.db.execute(sql, list(values)).fetchall()


def _checked(column: str) -> str:
    if column not in COLUMNS:
        raise ValueError(f"no column of a member: {column}")
    return f'"{column}"'


def _bound(end: date | int | None) -> str | int | None:
    return end.isoformat() if isinstance(end, date) else end
