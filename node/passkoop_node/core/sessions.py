"""Sessions: kept here, so that they can be ended here."""

import secrets
from dataclasses import dataclass

from sqlite_utils import Database, Migrations

from passkoop_node.core.accounts import Account, AccountStore, hash_of
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Feature, Pages

migrations = Migrations("sessions")


def _pages() -> Pages:
    from passkoop_node.core.pages import entering

    return entering.pages()


FEATURE = Feature(name="sessions", migrations=migrations, pages=_pages)

IDLE_SECONDS = 2 * 3600  # the shop's computer is everybody's
LONGEST_SECONDS = 12 * 3600
NOTED_EVERY = 60  # seconds: being there is not written down at each page


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """Somebody who has entered."""

    account: Account
    token_hash: bytes
    made_at: int
    seen_at: int


@migrations()
def create_sessions(db: Database) -> None:
    """Sessions, by the hash of the secret that the browser holds."""
    db.executescript("""
        create table session (
            token_hash blob primary key,
            account integer not null references account (id) on delete cascade,
            made_at integer not null,
            seen_at integer not null
        ) strict, without rowid;
        create index session_account on session (account);
    """)


class SessionStore:
    """All SQL on the table `session`."""

    def __init__(self, db: Database, accounts: AccountStore) -> None:
        self.db = db
        self.accounts = accounts

    def begin(self, account: int, *, now: int) -> str:
        """Return the secret of a new session."""
        token = secrets.token_urlsafe(32)
        with writing(self.db):
            self.db.execute(
                "insert into session (token_hash, account, made_at, seen_at) values (?, ?, ?, ?)",
                [hash_of(token), account, now, now],
            )
        return token

    def find(self, token: str, *, now: int) -> Session | None:
        """Return the session of this secret, or None if it was ended or is too old."""
        row = self.db.execute(
            "select token_hash, account, made_at, seen_at from session where token_hash = ?"
            " and seen_at > ? and made_at > ?",
            [hash_of(token), now - IDLE_SECONDS, now - LONGEST_SECONDS],
        ).fetchone()
        if row is None:
            return None
        token_hash, account, made_at, seen_at = row
        if now - seen_at >= NOTED_EVERY:
            with writing(self.db):
                self.db.execute(
                    "update session set seen_at = ? where token_hash = ?", [now, token_hash]
                )
        return Session(
            account=self.accounts.by_id(account),
            token_hash=token_hash,
            made_at=made_at,
            seen_at=now,
        )

    def counts(self, *, now: int) -> dict[int, int]:
        """Return how many sessions each account has open."""
        rows = self.db.execute(
            "select account, count(*) from session where seen_at > ? and made_at > ?"
            " group by account",
            [now - IDLE_SECONDS, now - LONGEST_SECONDS],
        )
        return dict(rows.fetchall())

    def end(self, token_hash: bytes) -> None:
        """End one session."""
        with writing(self.db):
            self.db.execute("delete from session where token_hash = ?", [token_hash])

    def end_all(self, account: int, *, but: bytes = b"") -> None:
        """End the sessions of an account, but for one."""
        with writing(self.db):
            self.db.execute(
                "delete from session where account = ? and token_hash <> ?", [account, but]
            )

    def forget_old(self, *, now: int) -> None:
        """Delete the sessions that no longer count."""
        with writing(self.db):
            self.db.execute(
                "delete from session where seen_at <= ? or made_at <= ?",
                [now - IDLE_SECONDS, now - LONGEST_SECONDS],
            )
