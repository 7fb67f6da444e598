"""Days that nobody pays for: a free membership, a thank-you. No money, so no receipt."""

from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_node.dues.plan import Period


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Days that were given."""

    id: int
    member_id: int
    first: date
    last: date
    why: str
    granted_at: int  # seconds, UTC


class GrantStore:
    """All SQL on the table `granted`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def add(self, member_id: int, period: Period, *, why: str, now: int) -> None:
        """Keep that these days are a member's."""
        with writing(self.db):
            self.db.execute(
                "insert into granted (member_id, first, last, why, granted_at)"
                " values (?, ?, ?, ?, ?)",
                [member_id, period.first.isoformat(), period.last.isoformat(), why, now],
            )

    def of_member(self, member_id: int) -> list[Grant]:
        """Return what was given and not taken back, the newest first."""
        rows = self.db.execute(
            "select id, member_id, first, last, why, granted_at from granted"
            " where member_id = ? and taken_back_at is null order by id desc",
            [member_id],
        )
        return [
            Grant(
                id=id,
                member_id=member,
                first=date.fromisoformat(first),
                last=date.fromisoformat(last),
                why=why,
                granted_at=at,
            )
            for id, member, first, last, why, at in rows.fetchall()
        ]

    def take_back(self, id: int, *, member_id: int, now: int) -> bool:
        """Take back what was given; return whether there was such."""
        with writing(self.db):
            done = self.db.execute(
                "update granted set taken_back_at = ?"
                " where id = ? and member_id = ? and taken_back_at is null",
                [now, id, member_id],
            )
            return done.rowcount > 0
