"""What opens a member's own page, on disk: links that were asked for, and sessions."""

import secrets
from dataclasses import dataclass

from sqlite_utils import Database

from passkoop_node.core.accounts import hash_of
from passkoop_node.core.database import writing

LINK_SECONDS = 30 * 60
PRINTED_SECONDS = 7 * 86_400  # what the office gives on paper is opened at home
OWN_DEVICE = 30 * 86_400  # seconds without a page
BORROWED = 2 * 3_600
MOST_ASKED = 1_000  # that wait; nobody types as many
NOTED_EVERY = 600  # seconds: being there is not written down at each page


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Somebody asked for a link."""

    id: int
    email: str
    address: str  # what the link begins with
    language: str
    asked_at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link that still opens something."""

    email: str  # of all whom it may be for; "": `member_id` says it
    member_id: int | None


class KeyStore:
    """All SQL on the tables `own_asked`, `own_link` and `own_session`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    # --- what was asked ---

    def ask(self, email: str, *, address: str, language: str, now: int) -> None:
        """Keep that a link was asked for, known or not; more than `MOST_ASKED` do not wait."""
        with writing(self.db):
            self.db.execute(
                "insert into own_asked (email, address, language, asked_at) select ?, ?, ?, ?"
                " where (select count(*) from own_asked) < ?",
                [email, address, language, now, MOST_ASKED],
            )

    def asked(self, *, limit: int) -> list[Asked]:
        """Return what waits, the oldest first."""
        rows = self.db.query(
            "select id, email, address, language, asked_at from own_asked order by id limit ?",
            [limit],
        )
        return [Asked(**row) for row in rows]

    def answered(self, id: int) -> None:
        """Forget what was asked."""
        with writing(self.db):
            self.db.execute("delete from own_asked where id = ?", [id])

    # --- links ---

    def link(self, *, now: int, email: str = "", member_id: int | None = None, seconds: int) -> str:
        """Return the secret of a new link: for all who have an address, or for one member."""
        token = secrets.token_urlsafe(32)
        with writing(self.db):
            self.db.execute(
                "insert into own_link (token_hash, email, member_id, expires_at)"
                " values (?, ?, ?, ?)",
                [hash_of(token), email, member_id, now + seconds],
            )
        return token

    def find_link(self, token: str, *, now: int) -> Link | None:
        """Return what a link opens; None: nothing any more."""
        row = self.db.execute(
            "select email, member_id from own_link where token_hash = ? and expires_at > ?",
            [hash_of(token), now],
        ).fetchone()
        return Link(email=row[0], member_id=row[1]) if row else None

    def use_link(self, token: str) -> bool:
        """Say that a link has opened something; False: another was quicker."""
        with writing(self.db):
            done = self.db.execute("delete from own_link where token_hash = ?", [hash_of(token)])
            return done.rowcount == 1

    # --- sessions ---

    def begin(self, member_id: int, *, email: str, idle: int, now: int) -> str:
        """Return the secret of a new session; `email` is the member's address by now."""
        token = secrets.token_urlsafe(32)
        with writing(self.db):
            self.db.execute(
                "insert into own_session (token_hash, member_id, email, made_at, seen_at, idle)"
                " values (?, ?, ?, ?, ?, ?)",
                [hash_of(token), member_id, email, now, now, idle],
            )
        return token

    def whose(self, token: str, *, now: int) -> tuple[int, str] | None:
        """Return the member of a session, by id, and the address that they had when it began.

        None: it was ended, or is too old.
        """
        row = self.db.execute(
            "select member_id, seen_at, email from own_session where token_hash = ?"
            " and seen_at > ? - idle",
            [hash_of(token), now],
        ).fetchone()
        if row is None:
            return None
        if now - row[1] >= NOTED_EVERY:
            with writing(self.db):
                self.db.execute(
                    "update own_session set seen_at = ? where token_hash = ?",
                    [now, hash_of(token)],
                )
        return int(row[0]), str(row[2])

    def is_own_device(self, token: str) -> bool:
        """Return whether somebody said that the device of a session is theirs."""
        row = self.db.execute(
            "select idle from own_session where token_hash = ?", [hash_of(token)]
        ).fetchone()
        return row is not None and row[0] == OWN_DEVICE

    def count(self, member_id: int, *, now: int) -> int:
        """Return on how many devices a member's page is open."""
        row = self.db.execute(
            "select count(*) from own_session where member_id = ? and seen_at > ? - idle",
            [member_id, now],
        ).fetchone()
        return int(row[0])

    def end(self, token: str) -> None:
        """End one session."""
        with writing(self.db):
            self.db.execute("delete from own_session where token_hash = ?", [hash_of(token)])

    def end_all(self, member_id: int) -> None:
        """End a member's sessions; the links that are theirs alone open nothing more."""
        with writing(self.db):
            self.db.execute("delete from own_link where member_id = ?", [member_id])
            self.db.execute("delete from own_session where member_id = ?", [member_id])

    def end_links(self, email: str) -> None:
        """Let the links that went to an address open nothing more, and send none that was asked."""
        with writing(self.db):
            self.db.execute(
                "delete from own_asked where email = ? collate nocase and email <> ''", [email]
            )
            self.db.execute("delete from own_link where email = ? and email <> ''", [email])

    def forget_old(self, *, now: int) -> None:
        """Delete what opens nothing any more."""
        with writing(self.db):
            self.db.execute("delete from own_link where expires_at <= ?", [now])
            self.db.execute("delete from own_session where seen_at <= ? - idle", [now])

    # --- what is a member's ---

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return on which devices a member's page is open."""
        rows = self.db.query(
            "select made_at, seen_at, idle from own_session where member_id = ? order by made_at",
            [member_id],
        )
        return [dict(row) for row in rows]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Close a member's page everywhere."""
        self.end_all(member_id)
