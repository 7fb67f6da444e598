"""Who did what, when: lines are added, never changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing
from passkoop_node.core.feature import Feature

migrations = Migrations("audit")
FEATURE = Feature(name="audit", migrations=migrations)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """One thing that somebody did.

    Names and addresses do not belong in it: it outlives the people. A member is named by number.
    """

    id: int
    at: int  # seconds, UTC
    actor: str  # an account, or "cli"
    action: str  # room.verb, such as "card.revoke"
    subject: str  # what it was done to: a member's number, a key's id; "" if nothing single
    details: Mapping[str, Any]


@migrations()
def create_audit(db: Database) -> None:
    """The table and the two guards that keep it append only."""
    db.executescript("""
        create table audit (
            id integer primary key autoincrement,
            at integer not null,
            actor text not null,
            action text not null,
            subject text not null,
            details text not null -- JSON object
        ) strict;
        create index audit_subject on audit (subject);
        create trigger audit_is_not_changed before update on audit
        begin select raise(abort, 'audit is append only'); end;
        create trigger audit_is_not_deleted before delete on audit
        begin select raise(abort, 'audit is append only'); end;
    """)


class AuditStore:
    """All SQL on the table `audit`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def add(
        self,
        action: str,
        *,
        now: int,
        actor: str,
        subject: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Note what was done, inside the `writing` of the thing itself: both stand or fall."""
        with writing(self.db):
            self.db.execute(
                "insert into audit (at, actor, action, subject, details) values (?, ?, ?, ?, ?)",
                [now, actor, action, subject, json.dumps(details or {}, ensure_ascii=False)],
            )

    def entries(
        self, *, subject: str | None = None, before: int | None = None, limit: int = 100
    ) -> list[AuditEntry]:
        """Return the newest entries first, at most `limit`, of ids below `before`."""
        rows = self.db.query(
            "select id, at, actor, action, subject, details from audit"
            " where (:subject is null or subject = :subject)"
            " and (:before is null or id < :before) order by id desc limit :limit",
            {"subject": subject, "before": before, "limit": limit},
        )
        return [AuditEntry(**{**row, "details": json.loads(row["details"])}) for row in rows]

    def found(
        self,
        *,
        kinds: Sequence[str] = (),
        actor: str = "",
        since: int | None = None,
        until: int | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[AuditEntry]:
        """Return the newest entries first, at most `limit`.

        Args:
            kinds: the first halves of the actions that count, such as "card"; none: all.
            actor: who did it; "": anybody.
            since: at this second (UTC) or later.
            until: before this second.
            before: of ids below this one.
            limit: how many at most.
        """
        rows = self.db.query(
            "select id, at, actor, action, subject, details from audit"
            " where (:kinds = '' or instr(:kinds, '.' || substr(action, 1, instr(action, '.'))))"
            " and (:actor = '' or actor = :actor)"
            " and (:since is null or at >= :since) and (:until is null or at < :until)"
            " and (:before is null or id < :before) order by id desc limit :limit",
            {
                "kinds": "".join(f".{kind}." for kind in kinds),
                "actor": actor,
                "since": since,
                "until": until,
                "before": before,
                "limit": limit,
            },
        )
        return [AuditEntry(**{**row, "details": json.loads(row["details"])}) for row in rows]

    def reword(self, lines: Mapping[int, tuple[str, Mapping[str, Any]]]) -> None:
        """Take a person out of these lines, by id: another subject, other details.

        What was done stays, and when, and by whom. Nothing else ever changes a line: the guard is
        lifted for this alone, and stands again before anybody can write.
        """
        with writing(self.db):
            (guard,) = self.db.execute(
                "select sql from sqlite_master where name = 'audit_is_not_changed'"
            ).fetchone()
            self.db.execute("drop trigger audit_is_not_changed")
            self.db.conn.executemany(
                "update audit set subject = ?, details = ? where id = ?",
                [
                    (subject, json.dumps(details, ensure_ascii=False), id)
                    for id, (subject, details) in lines.items()
                ],
            )
            self.db.execute(guard)

    def naming(self, text: str) -> list[AuditEntry]:
        """Return the lines whose details hold a text somewhere."""
        rows = self.db.query(
            "select id, at, actor, action, subject, details from audit where instr(details, ?)",
            [json.dumps(text, ensure_ascii=False)],
        )
        return [AuditEntry(**{**row, "details": json.loads(row["details"])}) for row in rows]

    def actors(self) -> list[str]:
        """Return whoever did anything."""
        return [actor for (actor,) in self.db.execute("select distinct actor from audit")]

    def subjects_of(self, action: str) -> set[str]:
        """Return to whom or what `action` was ever done."""
        rows = self.db.execute("select distinct subject from audit where action = ?", [action])
        return {row[0] for row in rows.fetchall()}
