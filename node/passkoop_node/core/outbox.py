"""The outbox: letters that wait beside what caused them, and what became of each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing
from passkoop_node.core.feature import Feature, Pages
from passkoop_node.core.letters import Letter
from passkoop_node.core.messages import OPEN as OPEN
from passkoop_node.core.messages import Carrier as Carrier
from passkoop_node.core.messages import Message as Message
from passkoop_node.core.messages import MessageNotFound as MessageNotFound
from passkoop_node.core.messages import State as State

migrations = Migrations("outbox")


def _pages() -> Pages:
    from passkoop_node.core.pages import mail

    return mail.pages()


FEATURE = Feature(name="outbox", migrations=migrations, pages=_pages)

# Longer than one letter can take: who took it and has said nothing since has died over it.
LEASE = 1_200  # seconds
GIVE_UP = 2 * 86_400  # seconds from the first attempt
KEPT = 30 * 86_400  # seconds that the line of a letter stays after it is done with
_DELAYS = (300, 900, 3_600, 7_200, 14_400)  # seconds before the next attempt; the last one stays


@migrations()
def create_outbox(db: Database) -> None:
    """One table: who reads it whole knows whom the co-op wrote to, so lines go after a while."""
    db.executescript("""
        create table outbox (
            id integer primary key autoincrement,
            message_id text not null unique, -- the same at each attempt
            kind text not null, -- who encloses what, and is told that it went
            ref text not null, -- what is enclosed, to that kind
            about text not null, -- whom it is about: member:12
            actor text not null,
            recipient text not null,
            language text not null,
            subject text not null,
            body text, -- null: erased once sent
            state text not null default 'waiting',
            queued_at integer not null,
            next_at integer not null,
            first_tried_at integer,
            tried_at integer,
            tries integer not null default 0,
            done_at integer,
            why text not null default '',
            answer text not null default ''
        ) strict;
        create index outbox_due on outbox (state, next_at, id);
        create index outbox_tried on outbox (tried_at);
        create index outbox_about on outbox (about) where about <> '';
        create unique index outbox_once on outbox (kind, ref)
            where ref <> '' and state in ('waiting', 'sending', 'uncertain');
    """)


@migrations()
def carry_by_others(db: Database) -> None:
    """What goes by SMS or on paper waits here too; letters say why one gets them."""
    db.executescript("""
        alter table outbox add column carrier text not null default 'email';
        alter table outbox add column footer text not null default '';
        alter table outbox add column unsubscribe text not null default ''; -- erased with the body
        drop index outbox_due;
        create index outbox_due on outbox (carrier, state, next_at, id);
        create index outbox_state on outbox (state, id);
    """)


@migrations()
def write_in_markdown(db: Database) -> None:
    """What people write is Markdown, what the program writes is plain."""
    db.execute("alter table outbox add column is_markdown integer not null default 0")


@migrations()
def know_topics(db: Database) -> None:
    """Who wants no more of a topic is not sent what waits."""
    db.execute("alter table outbox add column topic text not null default ''")


_SELECT = (
    "select id, message_id, kind, ref, about, actor, recipient, language, subject, body, state,"
    " queued_at, next_at, first_tried_at, tried_at, tries, done_at, why, answer, carrier, footer,"
    " unsubscribe, is_markdown, topic from outbox"
)


class OutboxStore:
    """All SQL on the table `outbox`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def put(
        self,
        letter: Letter,
        *,
        message_id: str,
        actor: str,
        now: int,
        carrier: Carrier = Carrier.EMAIL,
    ) -> int | None:
        """Put a letter in and return its id, inside the `writing` of what causes it.

        Returns None where a letter about the same thing waits already.
        """
        with writing(self.db):
            row = self.db.execute(
                "insert into outbox (message_id, kind, ref, about, actor, recipient, language,"
                " subject, body, queued_at, next_at, carrier, footer, unsubscribe,"
                " is_markdown, topic) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " on conflict do nothing returning id",
                [
                    message_id,
                    letter.kind,
                    letter.ref,
                    letter.about,
                    actor,
                    letter.to,
                    letter.language,
                    letter.subject,
                    letter.text,
                    now,
                    now,
                    carrier,
                    letter.footer,
                    letter.unsubscribe,
                    letter.is_markdown,
                    letter.topic,
                ],
            ).fetchone()
            return row[0] if row else None

    def get(self, id: int) -> Message:
        """Return a letter.

        Raises:
            MessageNotFound: there is none.
        """
        found = self._query("where id = ?", [id])
        if not found:
            raise MessageNotFound
        return found[0]

    def page(
        self,
        states: Iterable[State],
        *,
        carrier: Carrier | None = None,
        limit: int = -1,
        offset: int = 0,
    ) -> Sequence[Message]:
        """Return letters in these states, the latest first; of one carrier if it is named."""
        marks, values = _marks(states)
        return self._query(
            f"where state in ({marks}) and (? is null or carrier = ?)"
            " order by id desc limit ? offset ?",
            [*values, carrier, carrier, limit, offset],
        )

    def ids(self, state: State, carrier: Carrier | None = None) -> Sequence[int]:
        """Return the ids of all letters in a state, of one carrier if it is named."""
        rows = self.db.execute(
            "select id from outbox where state = ? and (? is null or carrier = ?) order by id",
            [state, carrier, carrier],
        )
        return [id for (id,) in rows]

    def states(self, ids: Iterable[int]) -> dict[int, State]:
        """Return where these letters stand, as far as their lines are still there."""
        rows = self.db.execute(
            "select id, state from outbox where id in (select value from json_each(?))",
            [json.dumps([*ids])],
        )
        return {id: State(state) for id, state in rows}

    def carriers_of(self, ids: Iterable[int]) -> set[Carrier]:
        """Return who carries these."""
        rows = self.db.execute(
            "select distinct carrier from outbox where id in (select value from json_each(?))",
            [json.dumps([*ids])],
        )
        return {Carrier(carrier) for (carrier,) in rows}

    def counts(self, carrier: Carrier | None = None) -> Mapping[State, int]:
        """Return how many letters are in each state, of one carrier if it is named."""
        rows = self.db.execute(
            "select state, count(*) from outbox where ? is null or carrier = ? group by state",
            [carrier, carrier],
        ).fetchall()
        found = {State(state): count for state, count in rows}
        return {state: found.get(state, 0) for state in State}

    def about(self, whom: str, *, limit: int = 20) -> Sequence[Message]:
        """Return the letters about somebody, the latest first."""
        return self._query("where about = ? order by id desc limit ?", [whom, limit])

    def erase_about(self, whom: str) -> None:
        """Delete all letters about somebody, gone or not."""
        with writing(self.db):
            self.db.execute("delete from outbox where about = ?", [whom])

    def erase_to(self, recipient: str) -> None:
        """Delete the letters to an address that are about nobody in particular."""
        with writing(self.db):
            self.db.execute(
                "delete from outbox where about = '' and recipient = ? collate nocase",
                [recipient],
            )

    def open_refs(self, kind: str) -> set[str]:
        """Return of which things a letter waits, or may have gone."""
        marks, values = _marks(OPEN)
        rows = self.db.execute(
            f"select ref from outbox where kind = ? and state in ({marks})",  # noqa: S608 - question marks
            [kind, *values],
        )
        return {ref for (ref,) in rows}

    # --- sending ---

    def is_busy(self, carrier: Carrier = Carrier.EMAIL) -> bool:
        """Return whether anything waits to be sent, or is being sent."""
        row = self.db.execute(
            "select 1 from outbox where carrier = ? and state in ('waiting', 'sending') limit 1",
            [carrier],
        )
        return row.fetchone() is not None

    def settle(self, *, now: int) -> None:
        """End what has taken too long: attempts cut short, and letters that nobody takes."""
        with writing(self.db):
            self.db.execute(
                "update outbox set state = 'uncertain', done_at = ?, why = 'interrupted'"
                " where state = 'sending' and (tried_at <= ? or tried_at > ?)",
                [now, now - LEASE, now + LEASE],
            )
            self.db.execute(
                "update outbox set state = 'failed', done_at = ?, why = 'gave_up'"
                " where state = 'waiting' and first_tried_at <= ?",
                [now, now - GIVE_UP],
            )

    def due(self, *, now: int, per_minute: int, carrier: Carrier = Carrier.EMAIL) -> Sequence[int]:
        """Return the ids of what may be sent now, the oldest first."""
        row = self.db.execute(
            "select count(*) from outbox where tried_at > ? and tried_at <= ? and carrier = ?",
            [now - 60, now, carrier],
        ).fetchone()
        rows = self.db.execute(
            "select id from outbox where carrier = ? and state = 'waiting' and next_at <= ?"
            " order by next_at, id limit ?",
            [carrier, now, max(0, per_minute - row[0])],
        )
        return [id for (id,) in rows]

    def take(self, id: int, *, now: int) -> bool:
        """Say on the disk that a letter is being sent, or return False: it does not wait."""
        with writing(self.db):
            done = self.db.execute(
                "update outbox set state = 'sending', tried_at = ?, tries = tries + 1,"
                " first_tried_at = coalesce(first_tried_at, ?) where id = ? and state = 'waiting'",
                [now, now, id],
            )
            return done.rowcount == 1

    def close(self, id: int, state: State, *, why: str = "", answer: str = "", now: int) -> None:
        """Keep what became of a letter; the body of one that went is erased with it."""
        with writing(self.db):
            self.db.execute(
                "update outbox set state = ?, done_at = ?, why = ?, answer = ?,"
                " body = case when ? then null else body end,"
                " unsubscribe = case when ? then '' else unsubscribe end where id = ?",
                [state, now, why, answer, *[state in (State.SENT, State.CANCELLED)] * 2, id],
            )

    def postpone(self, id: int, *, why: str, answer: str, now: int, wait: int = 0) -> None:
        """Let a letter that is being sent wait for its next attempt, `wait` seconds at least."""
        with writing(self.db):
            tries = self.get(id).tries
            delay = _DELAYS[min(max(tries, 1), len(_DELAYS)) - 1]
            self.db.execute(
                "update outbox set state = 'waiting', next_at = ?, why = ?, answer = ?"
                " where id = ?",
                [now + max(delay, wait), why, answer, id],
            )

    def put_back(self, id: int, *, why: str, answer: str) -> None:
        """Let a letter wait as before: it was not at fault."""
        with writing(self.db):
            self.db.execute(
                "update outbox set state = 'waiting', tries = max(0, tries - 1), why = ?,"
                " answer = ? where id = ?",
                [why, answer, id],
            )

    def held_up(self, *, why: str, answer: str, now: int, carrier: Carrier = Carrier.EMAIL) -> None:
        """Begin to count the time of what is due and cannot go: the server does not answer."""
        with writing(self.db):
            self.db.execute(
                "update outbox set first_tried_at = coalesce(first_tried_at, ?), why = ?,"
                " answer = ? where carrier = ? and state = 'waiting' and next_at <= ?",
                [now, why, answer, carrier, now],
            )

    # --- what people decide ---

    def send_again(self, ids: Iterable[int], *, now: int) -> int:
        """Let letters that failed, or are uncertain, wait again; return how many do."""
        changed = 0
        with writing(self.db):
            for id in ids:
                # `or ignore`: another letter of the same thing waits already.
                changed += self.db.execute(
                    "update or ignore outbox set state = 'waiting', next_at = ?, tries = 0,"
                    " first_tried_at = null, done_at = null where id = ? and body is not null"
                    " and state in ('failed', 'uncertain')",
                    [now, id],
                ).rowcount
        return changed

    def cancel(self, ids: Iterable[int], *, now: int) -> int:
        """Send these letters no more; return how many were still to be sent, or failed."""
        changed = 0
        with writing(self.db):
            for id in ids:
                changed += self.db.execute(
                    "update outbox set state = 'cancelled', done_at = ?, body = null,"
                    " unsubscribe = '' where id = ?"
                    " and state in ('waiting', 'failed', 'uncertain')",
                    [now, id],
                ).rowcount
        return changed

    def doubt(self, *, now: int) -> None:
        """Make all that waits uncertain: a register put back knows not what went since."""
        with writing(self.db):
            self.db.execute(
                "update outbox set state = 'uncertain', done_at = ?, why = 'restored'"
                " where state in ('waiting', 'sending')",
                [now],
            )

    def forget_old(self, *, now: int) -> int:
        """Delete the lines of what was done with a month ago; return how many."""
        with writing(self.db):
            return self.db.execute(
                "delete from outbox where done_at <= ? and state not in ('waiting', 'sending')",
                [now - KEPT],
            ).rowcount

    def _query(self, clause: str, values: Sequence[object]) -> list[Message]:
        rows = self.db.query(f"{_SELECT} {clause}", values)
        return [Message(**{**row, **_kinds(row)}) for row in rows]


def _kinds(row: Mapping[str, Any]) -> Mapping[str, object]:
    """Return what is more than text or a number to us."""
    return {
        "state": State(row["state"]),
        "carrier": Carrier(row["carrier"]),
        "is_markdown": bool(row["is_markdown"]),
    }


def _marks(states: Iterable[State]) -> tuple[str, list[str]]:
    values = [str(one) for one in states]
    return ", ".join("?" * len(values)), values
