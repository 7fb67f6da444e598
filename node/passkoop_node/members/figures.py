"""How many members there are, and of what kind: counted by the database, without any name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlite_utils import Database

from passkoop_node.core.database import database_errors, path_of
from passkoop_node.members.preferences import migrations as migrations  # and those of its tables
from passkoop_node.members.store import INDEXES


@migrations()
def count_by_index(db: Database) -> None:
    """Counting 100,000 members asks indexes alone, not each whole record."""
    for name in ("member_by_town", "member_by_kind"):
        db.execute(f"drop index if exists {name}")  # an older or a newer one
        db.execute(f"create index {name} on member {INDEXES[name]}")


_ON = "(joined is null or joined <= :on) and (left is null or left > :on)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What is counted together."""

    gender: str  # "f", "m", "x", "" where it was not said
    birth_year: int | None
    category: int


class MemberFigures:
    """The counting on the table `member`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def by_kind(self, on: date) -> dict[Kind, int]:
        """Return how many members of each kind belong to the co-op on a day."""
        rows = self._rows(
            f"select gender, birth_year, category, count(*) from member where {_ON}"  # noqa: S608
            " group by gender, birth_year, category",
            {"on": on.isoformat()},
        )
        return {
            Kind(gender=gender, birth_year=year, category=category): count
            for gender, year, category, count in rows
        }

    def by_town(self, on: date) -> list[tuple[str, int]]:
        """Return how many live in each town on a day, most first; "" is where it was not said."""
        rows = self._rows(
            f"select town_order, town, count(*) from member where {_ON}"  # noqa: S608
            " group by town_order, town",
            {"on": on.isoformat()},
        )
        spelled: dict[str, list[tuple[int, str]]] = {}
        for order, town, count in rows:
            spelled.setdefault(order, []).append((count, town))
        # Under the spelling that most have: « Le Teil », « LE TEIL » and « le teil » are one town.
        towns = [(max(ways)[1], sum(count for count, _town in ways)) for ways in spelled.values()]
        return sorted(towns, key=lambda one: (-one[1], one[0]))

    def counts_on(self, days: Sequence[date]) -> list[int]:
        """Return how many members belong to the co-op on each of these days, in one pass."""
        if not days:
            return []
        belongs = "(joined is null or joined <= ?{0}) and (left is null or left > ?{0})"
        sums = ", ".join(
            f"coalesce(sum({belongs.format(at)}), 0)" for at in range(1, len(days) + 1)
        )
        values = [day.isoformat() for day in days]
        (row,) = self._rows(f"select {sums} from member", values)  # noqa: S608 - numbers of places
        return list(row)

    def joined_by_month(self, year: int, *, until: date | None = None) -> dict[int, int]:
        """Return how many joined in each month of a year, 1 to 12; none are left out.

        Args:
            year: which.
            until: what is noted for later days has not come to pass.
        """
        return self._by_month("joined", date(year, 1, 1), until or date(year, 12, 31))

    def left_by_month(self, year: int, *, until: date | None = None) -> dict[int, int]:
        """Return how many were members for the last time in each month of a year.

        Who leaves on the first of January is no member from then on: that is December's.

        Args:
            year: which.
            until: what is noted for later days has not come to pass.
        """
        rows = self._rows(
            "select cast(strftime('%m', left, '-1 day') as integer), count(*) from member"
            " where left > :first and left <= :last group by 1",
            {
                "first": date(year, 1, 1).isoformat(),
                "last": ((until or date(year, 12, 31)) + timedelta(days=1)).isoformat(),
            },
        )
        return dict.fromkeys(range(1, 13), 0) | dict(rows)

    def first_year(self) -> int | None:
        """Return the year in which the first member joined, as far as is known."""
        (row,) = self._rows("select min(joined) from member", {})
        return int(row[0][:4]) if row[0] else None

    def joined_of(self, on: date) -> list[tuple[int, date | None]]:
        """Return who belongs to the co-op on a day, by id, with the day of joining."""
        rows = self._rows(
            f"select id, joined from member where {_ON}",  # noqa: S608
            {"on": on.isoformat()},
        )
        days: dict[str, date] = {}
        return [
            (id, days.setdefault(text, date.fromisoformat(text)) if text else None)
            for id, text in rows
        ]

    def _by_month(self, column: str, first: date, last: date) -> dict[int, int]:
        rows = self._rows(
            f"select cast(substr({column}, 6, 2) as integer), count(*) from member"  # noqa: S608
            f" where {column} >= :first and {column} <= :last group by 1",
            {"first": first.isoformat(), "last": last.isoformat()},
        )
        return dict.fromkeys(range(1, 13), 0) | dict(rows)

    def _rows(
        self, sql: str, values: Mapping[str, object] | Sequence[object]
    ) -> list[tuple[Any, ...]]:
        with database_errors(path_of(self.db)):
            return list(self.db.conn.execute(sql, values))
