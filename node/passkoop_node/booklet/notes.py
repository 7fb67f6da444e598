"""What members note for themselves: visits in other co-ops, purchases. It stays with them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.errors import NodeError

MOST = 2_000  # notes of one member
LONGEST = 200  # characters


class Kind(StrEnum):
    """What was noted."""

    VISIT = "visit"
    PURCHASE = "purchase"


class TooManyNotes(NodeError):
    """A booklet is full."""

    code = "too_many_notes"

    def __init__(self) -> None:
        super().__init__(_("le carnet est plein"))
        self.hint = _("Retirez-en ce qui ne sert plus.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """One line that a member noted."""

    id: int
    kind: Kind
    day: date
    coop: str
    cents: int | None
    words: str
    noted_at: int


class NoteStore:
    """All SQL on the table `own_note`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def add(
        self,
        member_id: int,
        kind: Kind,
        *,
        day: date,
        coop: str,
        cents: int | None,
        words: str,
        now: int,
    ) -> None:
        """Keep what a member notes.

        Raises:
            TooManyNotes: nothing was kept.
        """
        with writing(self.db):
            sql = "select count(*) from own_note where member_id = ?"
            (count,) = self.db.execute(sql, [member_id]).fetchone()
            if count >= MOST:
                raise TooManyNotes
            self.db.execute(
                "insert into own_note (member_id, kind, day, coop, cents, words, noted_at)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                [member_id, kind.value, day.isoformat(), coop, cents, words, now],
            )

    def of_member(self, member_id: int) -> list[Note]:
        """Return what a member noted, the latest day first."""
        rows = self.db.query(
            "select id, kind, day, coop, cents, words, noted_at from own_note"
            " where member_id = ? order by day desc, id desc",
            [member_id],
        )
        return [
            Note(**{**row, "kind": Kind(row["kind"]), "day": date.fromisoformat(row["day"])})
            for row in rows
        ]

    def visits_by_month(self, year: int) -> dict[int, int]:
        """Return how many visits in other co-ops all members noted, by the month of the visit."""
        rows = self.db.execute(
            "select cast(substr(day, 6, 2) as integer), count(*) from own_note"
            " where kind = ? and day >= ? and day <= ? group by 1",
            [Kind.VISIT.value, date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()],
        )
        return dict(rows.fetchall())

    def remove(self, member_id: int, id: int) -> bool:
        """Delete a note of this member; False: they have none of this id."""
        with writing(self.db):
            return (
                self.db.execute(
                    "delete from own_note where id = ? and member_id = ?", [id, member_id]
                ).rowcount
                == 1
            )

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what a member noted."""
        return [
            {
                "kind": one.kind.value,
                "day": one.day.isoformat(),
                "coop": one.coop,
                "cents": one.cents,
                "words": one.words,
                "noted_at": one.noted_at,
            }
            for one in self.of_member(member_id)
        ]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Delete what a member noted."""
        with writing(self.db):
            self.db.execute("delete from own_note where member_id = ?", [member_id])
