"""Messages to many, on disk: the text, and each person whom it goes to, once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_node.letters.store import migrations as migrations  # and those of its tables
from passkoop_node.members.preferences import Topic


class Stage(StrEnum):
    """Where a message to many stands."""

    DRAFT = "draft"
    SENDING = "sending"  # its people are fixed, and not all of them are in the outbox
    DONE = "done"  # all are
    CANCELLED = "cancelled"


class Fate(StrEnum):
    """What became of it for one person."""

    TODO = "todo"
    QUEUED = "queued"  # in the outbox
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"  # it could not be put into the outbox after all


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What is written, and to whom."""

    segment: str  # its key
    topic: Topic
    subject: str
    text: str  # Markdown, with fields
    sms: str  # what an SMS says; "": the text


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailing:
    """A message to many."""

    id: int
    content: Content
    stage: Stage
    changed_at: int  # seconds, UTC
    version: int  # counts its changes
    title: str  # of the segment, as it was sent
    left_out: Mapping[str, int]  # how many were not written to, by the codes of channels' WHY
    sent_at: int | None
    sent_by: str  # as in the audit


@migrations()
def create_mailing(db: Database) -> None:
    """Messages to many. Texts of drafts and of what was sent; people by id alone."""
    db.executescript("""
        create table mailing (
            id integer primary key autoincrement,
            segment text not null,
            topic text not null,
            subject text not null,
            body text not null,
            sms text not null,
            stage text not null default 'draft',
            changed_at integer not null,
            version integer not null default 1,
            title text not null default '',
            left_out text not null default '{}', -- JSON: code -> count
            sent_at integer,
            sent_by text not null default ''
        ) strict;
        create table mailing_person (
            id integer primary key,
            mailing_id integer not null references mailing (id),
            member_id integer references member (id), -- null: erased since
            fate text not null default 'todo',
            channel text not null default '',
            why text not null default '',
            outbox_id integer,
            unique (mailing_id, member_id)
        ) strict;
        create index mailing_person_fate on mailing_person (fate, mailing_id);
        create index mailing_person_outbox on mailing_person (outbox_id);
        create index mailing_person_member on mailing_person (member_id);
    """)


_SELECT = (
    "select id, segment, topic, subject, body, sms, stage, changed_at, version, title, left_out,"
    " sent_at, sent_by from mailing"
)


class MailingStore:
    """All SQL on the tables `mailing` and `mailing_person`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def get(self, id: int) -> Mailing | None:
        """Return a message."""
        return next(iter(self._all("where id = ?", [id])), None)

    def page(self, *, limit: int, offset: int = 0) -> list[Mailing]:
        """Return messages, drafts first, then the latest."""
        order = "order by stage = 'draft' desc, coalesce(sent_at, changed_at) desc, id desc"
        return self._all(f"{order} limit ? offset ?", [limit, offset])

    def count(self) -> int:
        """Return how many messages there are."""
        return int(self.db.execute("select count(*) from mailing").fetchone()[0])

    def drafts_to(self, segment: str) -> list[Mailing]:
        """Return the drafts that go to a segment."""
        return self._all("where stage = 'draft' and segment = ? order by id", [segment])

    def keep(self, id: int | None, content: Content, *, now: int) -> int | None:
        """Keep a new draft, or what it says now; return its id, None if it is no draft any more."""
        values = [content.segment, content.topic, content.subject, content.text, content.sms, now]
        with writing(self.db):
            if id is None:
                row = self.db.execute(
                    "insert into mailing (segment, topic, subject, body, sms, changed_at)"
                    " values (?, ?, ?, ?, ?, ?) returning id",
                    values,
                ).fetchone()
            else:
                row = self.db.execute(
                    "update mailing set segment = ?, topic = ?, subject = ?, body = ?, sms = ?,"
                    " changed_at = ?, version = version + 1 where id = ? and stage = 'draft'"
                    " returning id",
                    [*values, id],
                ).fetchone()
        return row[0] if row else None

    def begin(
        self,
        id: int,
        member_ids: Iterable[int],
        *,
        title: str,
        left_out: Mapping[str, int],
        actor: str,
        now: int,
    ) -> bool:
        """Fix whom a draft goes to, or return False: it is none any more."""
        with writing(self.db):
            done = self.db.execute(
                "update mailing set stage = 'sending', title = ?, left_out = ?, sent_at = ?,"
                " sent_by = ? where id = ? and stage = 'draft'",
                [title, json.dumps(dict(left_out)), now, actor, id],
            )
            if done.rowcount != 1:
                return False
            self.db.conn.executemany(
                "insert into mailing_person (mailing_id, member_id) values (?, ?)",
                ((id, member) for member in member_ids),
            )
        return True

    def sending(self) -> list[Mailing]:
        """Return what is being put into the outbox, the first to come first."""
        return self._all("where stage = 'sending' order by sent_at, id", [])

    def todo(self, id: int, *, limit: int) -> list[tuple[int, int | None]]:
        """Return who is still to be written to: lines, each with the member's id."""
        return self.db.execute(
            "select id, member_id from mailing_person where fate = 'todo' and mailing_id = ?"
            " order by id limit ?",
            [id, limit],
        ).fetchall()

    def note(
        self,
        line: int,
        fate: Fate,
        *,
        channel: str = "",
        why: str = "",
        outbox_id: int | None = None,
    ) -> None:
        """Keep what became of it for one person."""
        with writing(self.db):
            self.db.execute(
                "update mailing_person set fate = ?, channel = ?, why = ?, outbox_id = ?"
                " where id = ?",
                [fate, channel, why, outbox_id, line],
            )

    def note_outcomes(self, outcomes: Mapping[int, Fate]) -> None:
        """Keep what became of messages in the outbox, by their ids there."""
        with writing(self.db):
            self.db.conn.executemany(
                "update mailing_person set fate = ? where outbox_id = ? and fate <> ?",
                [(fate, id, fate) for id, fate in outcomes.items()],
            )

    def end(self, id: int) -> None:
        """Say that all are in the outbox."""
        with writing(self.db):
            self.db.execute(
                "update mailing set stage = 'done' where id = ? and stage = 'sending'", [id]
            )

    def cancel(self, id: int) -> None:
        """Put nobody more into the outbox."""
        with writing(self.db):
            self.db.execute(
                "update mailing set stage = 'cancelled' where id = ? and stage <> 'draft'", [id]
            )
            self.db.execute(
                "update mailing_person set fate = 'cancelled' where fate = 'todo'"
                " and mailing_id = ?",
                [id],
            )

    def stop_all(self) -> None:
        """Put nobody more into the outbox, whatever the message: a copy was put back."""
        with writing(self.db):
            for one in self.sending():
                self.cancel(one.id)

    def in_outbox(self, id: int | None = None) -> dict[int, Fate]:
        """Return what is in the outbox and may still change, of one message or of all."""
        rows = self.db.execute(
            "select outbox_id, fate from mailing_person where fate in ('queued', 'failed')"
            " and outbox_id is not null and (?1 is null or mailing_id = ?1) order by id",
            [id],
        )
        return {outbox_id: Fate(fate) for outbox_id, fate in rows}

    def waiting_letters(self, id: int) -> bool:
        """Return whether somebody is to print letters of a message."""
        row = self.db.execute(
            "select 1 from mailing_person where mailing_id = ? and fate = 'queued'"
            " and channel = 'post' limit 1",
            [id],
        ).fetchone()
        return row is not None

    def counts(self, id: int) -> dict[tuple[str, Fate], int]:
        """Return how many people there are, by channel and by what became of it."""
        rows = self.db.execute(
            "select channel, fate, count(*) from mailing_person where mailing_id = ?"
            " group by channel, fate",
            [id],
        )
        return {(channel, Fate(fate)): count for channel, fate, count in rows}

    def whys(self, id: int) -> dict[str, int]:
        """Return why people could not be written to after all, with how many."""
        rows = self.db.execute(
            "select why, count(*) from mailing_person where mailing_id = ? and fate = 'skipped'"
            " group by why",
            [id],
        )
        return dict(rows.fetchall())

    def delete(self, id: int) -> bool:
        """Forget a message that is not being sent; return whether there was one."""
        with writing(self.db):
            row = self.db.execute(
                "select 1 from mailing where id = ? and stage <> 'sending'", [id]
            ).fetchone()
            if row is None:
                return False
            self.db.execute("delete from mailing_person where mailing_id = ?", [id])
            self.db.execute("delete from mailing where id = ?", [id])
        return True

    def _all(self, rest: str, values: Sequence[object]) -> list[Mailing]:
        return [
            Mailing(
                id=id,
                content=Content(
                    segment=segment, topic=Topic(topic), subject=subject, text=text, sms=sms
                ),
                stage=Stage(stage),
                changed_at=changed_at,
                version=version,
                title=title,
                left_out=json.loads(left_out),
                sent_at=sent_at,
                sent_by=sent_by,
            )
            for (
                id,
                segment,
                topic,
                subject,
                text,
                sms,
                stage,
                changed_at,
                version,
                title,
                left_out,
                sent_at,
                sent_by,
            ) in self.db.execute(f"{_SELECT} {rest}", list(values)).fetchall()
        ]

    # --- one person's ---

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what was sent to somebody."""
        rows = self.db.query(
            "select subject, sent_at, channel, fate from mailing_person join mailing"
            " on mailing.id = mailing_id where member_id = ? order by mailing.id",
            [member_id],
        )
        return [dict(row) for row in rows]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Forget to whom it went; that it went to somebody stays a count."""
        with writing(self.db):
            self.db.execute(
                "update mailing_person set member_id = null where member_id = ?", [member_id]
            )
