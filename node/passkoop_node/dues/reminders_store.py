"""Which reminders went to whom, on disk: each once."""

from datetime import date

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_node.dues.schema import migrations as migrations  # and those of its table


@migrations()
def create_dues_reminder(db: Database) -> None:
    """The reminders that were put into the outbox, each once for those who fall due on a day."""
    db.executescript("""
        create table dues_reminder (
            member_id integer not null references member (id),
            due text not null, -- the first day that was not paid for
            step integer not null, -- days from then on; below zero: before
            at integer not null, -- seconds, UTC
            channel text not null,
            primary key (member_id, due, step)
        ) strict, without rowid;
    """)


class ReminderStore:
    """All SQL on the table `dues_reminder`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def add(self, member_id: int, due: date, step: int, *, channel: str, now: int) -> bool:
        """Keep that a reminder is put into the outbox, in the same `writing`; False: it was."""
        with writing(self.db):
            done = self.db.execute(
                "insert or ignore into dues_reminder (member_id, due, step, at, channel)"
                " values (?, ?, ?, ?, ?)",
                [member_id, due.isoformat(), step, now, channel],
            )
            return done.rowcount == 1

    def given(self) -> set[tuple[int, str, int]]:
        """Return which were given: member, the day as ISO 8601, and the days from then on."""
        rows = self.db.execute("select member_id, due, step from dues_reminder")
        return set(rows.fetchall())

    def count_since(self, since: int) -> int:
        """Return how many were put into the outbox since a moment."""
        sql = "select count(*) from dues_reminder where at >= ?"
        return int(self.db.execute(sql, [since]).fetchone()[0])

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what is kept of a member."""
        sql = "select due, at, channel from dues_reminder where member_id = ? order by at"
        return [
            {"reminded_at": at, "channel": channel, "due_on": due}
            for due, at, channel in self.db.execute(sql, [member_id]).fetchall()
        ]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Delete what is kept of a member."""
        with writing(self.db):
            self.db.execute("delete from dues_reminder where member_id = ?", [member_id])
