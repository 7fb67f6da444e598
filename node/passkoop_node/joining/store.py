"""The requests to join, on disk."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing
from passkoop_node.errors import NodeError
from passkoop_node.joining.answers import Answers
from passkoop_node.members.text import fold, words

migrations = Migrations("joining")


class State(StrEnum):
    """Where a request stands."""

    UNPROVED = "unproved"  # the link in the e-mail was not opened yet: nobody is told of it
    WAITING = "waiting"  # for the office
    ACCEPTED = "accepted"
    REFUSED = "refused"


class RequestNotFound(NodeError):
    """There is no such request, or no more."""

    code = "join_request_not_found"
    hint = "Rechargez la liste des demandes."

    def __init__(self) -> None:
        super().__init__("cette demande n’existe pas, ou n’existe plus")


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinRequest:
    """Somebody who wants to join."""

    id: int
    answers: Answers
    state: State
    source: str  # online, kiosk
    spoken: str  # the language of the page
    consent: int  # what they agreed to, as `JoinStore.consent_text` has it
    sent_at: int  # seconds, UTC
    times: int  # how often they sent it
    answered_at: int | None
    reason: str  # of a refusal
    member_id: int | None  # who was accepted


@migrations()
def create_joining(db: Database) -> None:
    """Requests, what they agreed to, and the private links of those who sent them."""
    db.executescript("""
        create table join_consent (
            id integer primary key,
            text text not null unique, -- as it was shown
            since integer not null -- seconds, UTC
        ) strict;
        create table join_request (
            id integer primary key autoincrement,
            state text not null,
            source text not null, -- online, kiosk
            spoken text not null, -- the language of the page
            person text not null, -- by what the same person is known: folded name, address
            neighbour text not null, -- whence it came, under a secret of ours; "" once answered
            answers text not null, -- JSON
            search text not null, -- folded words
            consent integer not null references join_consent (id),
            sent_at integer not null, -- seconds, UTC
            times integer not null default 1, -- how often it was sent
            answered_at integer,
            reason text not null default '',
            member_id integer references member (id)
        ) strict;
        create unique index join_request_once on join_request (person)
            where state in ('unproved', 'waiting');
        create index join_request_state on join_request (state, id);
        create index join_request_neighbour on join_request (neighbour) where neighbour <> '';
        create index join_request_member on join_request (member_id) where member_id is not null;
        create table join_link (
            token_hash blob primary key,
            purpose text not null, -- follow, prove
            request_id integer references join_request (id), -- null: it shows nothing
            expires_at integer not null
        ) strict;
        create index join_link_request on join_link (request_id);
    """)


_SELECT = (
    "select id, answers, state, source, spoken, consent, sent_at, times, answered_at, reason,"
    " member_id from join_request"
)
_OPEN = "state in ('unproved', 'waiting')"


class JoinStore:
    """All SQL on the tables of requests."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def add(
        self,
        answers: Answers,
        *,
        state: State,
        source: str,
        spoken: str,
        person: str,
        neighbour: str,
        consent: int,
        now: int,
    ) -> JoinRequest:
        """Keep a new request, and return it."""
        with writing(self.db):
            row = self.db.execute(
                "insert into join_request (state, source, spoken, person, neighbour, answers,"
                " search, consent, sent_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
                [
                    state,
                    source,
                    spoken,
                    person,
                    neighbour,
                    _packed(answers),
                    _search(answers),
                    consent,
                    now,
                ],
            ).fetchone()
            return self.get(row[0])

    def get(self, id: int) -> JoinRequest:
        """Return a request, or raise RequestNotFound."""
        found = self._all("where id = ?", [id])
        if not found:
            raise RequestNotFound
        return found[0]

    def open_of(self, person: str) -> tuple[JoinRequest, str] | None:
        """Return the request of a person that nobody answered, and whence it came."""
        row = self.db.execute(
            f"select id, neighbour from join_request where person = ? and {_OPEN}", [person]
        ).fetchone()
        return (self.get(row[0]), row[1]) if row else None

    def drop_unproved(self, person: str) -> None:
        """Forget what a person sent whose address was not proved; its links show nothing more."""
        with writing(self.db):
            self._delete("person = ? and state = 'unproved'", [person])

    def rewrite(self, id: int, answers: Answers, *, consent: int, now: int) -> JoinRequest:
        """Keep what the same person sent again in place of what they sent first."""
        with writing(self.db):
            self.db.execute(
                "update join_request set answers = ?, search = ?, consent = ?, sent_at = ?"
                f" where id = ? and {_OPEN}",
                [_packed(answers), _search(answers), consent, now, id],
            )
            return self.get(id)

    def correct(self, id: int, answers: Answers) -> JoinRequest:
        """Keep what the office corrected."""
        with writing(self.db):
            self.db.execute(
                f"update join_request set answers = ?, search = ? where id = ? and {_OPEN}",
                [_packed(answers), _search(answers), id],
            )
            return self.get(id)

    def count_again(self, id: int) -> None:
        """Note that it was sent once more."""
        with writing(self.db):
            self.db.execute("update join_request set times = times + 1 where id = ?", [id])

    def answer(
        self, id: int, state: State, *, reason: str = "", member_id: int | None = None, now: int
    ) -> JoinRequest:
        """Keep what was answered; whence it came is nobody's business any more."""
        with writing(self.db):
            self.db.execute(
                "update join_request set state = ?, reason = ?, member_id = ?, answered_at = ?,"
                " neighbour = '' where id = ?",
                [state, reason, member_id, now, id],
            )
            return self.get(id)

    def wait(self, id: int) -> JoinRequest:
        """Put a request in front of the office, for the first time or again.

        Whence it came counts no more: who proved an address need not share a network.
        """
        with writing(self.db):
            self.db.execute(
                "update join_request set state = 'waiting', reason = '', answered_at = null,"
                " neighbour = '' where id = ?",
                [id],
            )
            return self.get(id)

    # --- the inbox ---

    def page(
        self, state: State, text: str = "", *, limit: int = -1, offset: int = 0
    ) -> list[JoinRequest]:
        """Return a page of the requests in a state, the newest first."""
        condition, values = _found(state, text)
        return self._all(
            f"where {condition} order by id desc limit ? offset ?", [*values, limit, offset]
        )

    def count(self, state: State, text: str = "") -> int:
        """Return how many requests in a state have these words."""
        condition, values = _found(state, text)
        return self._number(f"select count(*) from join_request where {condition}", values)

    def count_open(self) -> int:
        """Return how many nobody answered, those without a proof among them."""
        return self._number(f"select count(*) from join_request where {_OPEN}", [])

    def count_joined(self, *, since: int) -> int:
        """Return how many who asked on line became members of late."""
        return self._number(
            "select count(*) from join_request where state = 'accepted' and source = 'online'"
            " and answered_at >= ?",
            [since],
        )

    def count_near(self, neighbour: str, *, since: int) -> int:
        """Return how many that nobody answered came from one place."""
        return self._number(
            f"select count(*) from join_request where neighbour = ? and sent_at >= ? and {_OPEN}",
            [neighbour, since],
        )

    def count_to(self, email: str, *, since: int) -> int:
        """Return how many of late have one e-mail address."""
        return self._number(
            "select count(*) from join_request where sent_at >= ?"
            " and substr(person, instr(person, '|') + 1) = ?",
            [since, fold(email)],
        )

    def accepted(self, *, since: int, until: int) -> list[JoinRequest]:
        """Return those that were accepted between two moments, the first one first."""
        condition = "where state = 'accepted' and answered_at between ? and ? order by id"
        return self._all(condition, [since, until])

    # --- what they agreed to ---

    def consent_id(self, text: str, *, now: int) -> int:
        """Return under which number a text of consent is kept."""
        with writing(self.db):
            self.db.execute(
                "insert into join_consent (text, since) values (?, ?) on conflict do nothing",
                [text, now],
            )
            return self._number("select id from join_consent where text = ?", [text])

    def consent_text(self, id: int) -> str:
        """Return a text of consent."""
        row = self.db.execute("select text from join_consent where id = ?", [id]).fetchone()
        return row[0] if row else ""

    # --- private links ---

    def add_link(
        self, token_hash: bytes, purpose: str, request_id: int | None, *, expires_at: int
    ) -> None:
        """Keep a private link; its secret is not kept."""
        with writing(self.db):
            self.db.execute(
                "insert into join_link (token_hash, purpose, request_id, expires_at)"
                " values (?, ?, ?, ?)",
                [token_hash, purpose, request_id, expires_at],
            )

    def quiet_links(self, request_id: int) -> None:
        """Let the links of a request tell how it stands, and show no card from now on."""
        with writing(self.db):
            self.db.execute(
                "update join_link set purpose = 'told' where request_id = ? and purpose = 'follow'",
                [request_id],
            )

    def by_link(self, token_hash: bytes, purpose: str, *, now: int) -> int | None:
        """Return whose link it is, 0 if it shows nothing, None if there is none such."""
        row = self.db.execute(
            "select coalesce(request_id, 0) from join_link"
            " where token_hash = ? and purpose = ? and expires_at > ?",
            [token_hash, purpose, now],
        ).fetchone()
        return int(row[0]) if row else None

    # --- erasing ---

    def erase_old(
        self, *, answered_before: int, unproved_before: int, open_before: int, now: int
    ) -> int:
        """Forget requests whose time has come, and links past theirs; return how many requests.

        Of who was accepted stays what they agreed to, and who they are in the register.
        """
        with writing(self.db):
            self.db.execute("delete from join_link where expires_at <= ?", [now])
            gone = self._delete(
                "state = 'refused' and answered_at < ? or"
                " state = 'unproved' and sent_at < ? or state = 'waiting' and sent_at < ?",
                [answered_before, unproved_before, open_before],
            )
            stripped = self.db.execute(
                "update join_request set answers = '{}', search = '', person = ''"
                " where state = 'accepted' and answered_at < ? and answers <> '{}'",
                [answered_before],
            ).rowcount
            return gone + stripped

    def erase_member(self, member_id: int, persons: Sequence[str]) -> None:
        """Forget the requests of a member, and those of the same person."""
        with writing(self.db):
            self._delete("member_id = ?", [member_id])
            for person in persons:
                self._delete("person = ?", [person])

    def forget_referrer(self, is_them: Callable[[str], bool]) -> None:
        """Take somebody out of what others wrote of who brought them."""
        with writing(self.db):
            for one in self._all("where instr(answers, '\"referred_by\"')", []):
                if is_them(one.answers.referred_by):
                    answers = replace(one.answers, referred_by="")
                    self.db.execute(
                        "update join_request set answers = ? where id = ?",
                        [_packed(answers), one.id],
                    )

    def of_member(self, member_id: int) -> list[JoinRequest]:
        """Return by what requests somebody became a member."""
        return self._all("where member_id = ? order by id", [member_id])

    def _delete(self, condition: str, values: Sequence[Any]) -> int:
        ids = f"select id from join_request where {condition}"
        self.db.execute(f"delete from join_link where request_id in ({ids})", list(values))
        return self.db.execute(f"delete from join_request where {condition}", list(values)).rowcount

    def _number(self, sql: str, values: Sequence[Any]) -> int:
        return int(self.db.execute(sql, list(values)).fetchone()[0])

    def _all(self, rest: str, values: Sequence[Any]) -> list[JoinRequest]:
        rows = self.db.execute(f"{_SELECT} {rest}", list(values)).fetchall()
        return [_request(row) for row in rows]


def _found(state: State, text: str) -> tuple[str, list[str]]:
    wanted = words(text)
    condition = "".join(" and instr(search, ?)" for _ in wanted)
    return f"state = ?{condition}", [state, *(f" {word}" for word in wanted)]


def _search(answers: Answers) -> str:
    said = (answers.full_name, answers.email, answers.phone, answers.town)
    return "".join(f" {word}" for word in words(" ".join(said)))


def _packed(answers: Answers) -> str:
    said = {one.name: getattr(answers, one.name) for one in fields(Answers)}
    told = {
        name: dict(value) if isinstance(value, Mapping) else value
        for name, value in said.items()
        if value
    }
    return json.dumps(told, ensure_ascii=False)


def _request(row: tuple[Any, ...]) -> JoinRequest:
    id, answers, state, *rest = row
    names = ("source", "spoken", "consent", "sent_at", "times", "answered_at", "reason")
    *told, member_id = rest
    return JoinRequest(
        id=id,
        answers=Answers(**json.loads(answers)),
        state=State(state),
        member_id=member_id,
        **dict(zip(names, told, strict=True)),
    )
