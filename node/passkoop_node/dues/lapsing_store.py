"""Whom the office lets go on with a card though the dues are not paid, on disk."""

from datetime import date

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_node.dues.store import migrations as migrations  # and those of its table


@migrations()
def create_dues_lifted(db: Database) -> None:
    """The members whose suspension somebody lifted by hand, until they pay and owe again."""
    db.executescript("""
        create table dues_lifted (
            member_id integer primary key references member (id),
            until text not null, -- the last day that was paid for then, '' if none was
            at integer not null -- seconds, UTC
        ) strict;
    """)


class LiftedStore:
    """All SQL on the table `dues_lifted`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def keep(self, member_id: int, until: date | None, *, now: int) -> None:
        """Note that a suspension was lifted, of dues that were paid until then."""
        with writing(self.db):
            self.db.execute(
                "insert or replace into dues_lifted (member_id, until, at) values (?, ?, ?)",
                [member_id, _told(until), now],
            )

    def is_lifted(self, member_id: int, until: date | None) -> bool:
        """Return whether it was lifted since dues are owed from this day on."""
        sql = "select 1 from dues_lifted where member_id = ? and until = ?"
        return self.db.execute(sql, [member_id, _told(until)]).fetchone() is not None

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what is kept of a member."""
        sql = "select until, at from dues_lifted where member_id = ?"
        return [
            {"suspension_lifted_at": at, "paid_until": until or None}
            for until, at in self.db.execute(sql, [member_id]).fetchall()
        ]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Delete what is kept of a member."""
        with writing(self.db):
            self.db.execute("delete from dues_lifted where member_id = ?", [member_id])


def _told(until: date | None) -> str:
    return until.isoformat() if until else ""
