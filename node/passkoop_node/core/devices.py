"""Devices paired once by a short code: tills, which verify cards, and kiosks, where people join."""

import secrets
from dataclasses import dataclass
from enum import Enum

from sqlite_utils import Database, Migrations

from passkoop_node.core.accounts import hash_of
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Feature, Pages
from passkoop_node.errors import NodeError

migrations = Migrations("devices")


def _pages() -> Pages:
    from passkoop_node.core.pages import tills

    return tills.pages()


FEATURE = Feature(name="devices", migrations=migrations, pages=_pages)

CODE_SECONDS = 600
CODE_LENGTH = 8
# No 0 O, 1 I L, 5 S, 8 B, 2 Z, U V: read aloud and typed on a tablet. 36 bits for ten minutes.
CODE_LETTERS = "ACDEFGHJKMNPQRTWXY34679"
MAX_OPEN_CODES = 20
MAX_NAME = 40  # characters
NOTED_EVERY = 60  # seconds: being there is not written down at each scan


class Kind(Enum):
    """What a device was paired as. It is one of them, and never opens what the other does."""

    TILL = "till"  # verifies cards and notes visits, no more
    KIOSK = "kiosk"  # stands in the shop: asks to join, no more


class TillNotFound(NodeError):
    """The device never was paired, or is of the other kind."""

    code = "till_not_found"
    hint = "Rechargez la liste des appareils."

    def __init__(self) -> None:
        super().__init__("cet appareil n’existe pas, ou pas dans cette liste")


class BadCode(NodeError):
    """The code was mistyped, used, or is older than ten minutes."""

    code = "bad_till_code"
    hint = "Vérifiez-le, ou demandez-en un nouveau."

    def __init__(self) -> None:
        super().__init__("ce code n’est pas, ou n’est plus, celui d’un appareil à jumeler")


class TooManyCodes(NodeError):
    """More codes are open than a shop has tills."""

    code = "too_many_till_codes"
    hint = "Effacez ceux qui ne servent plus, ou attendez dix minutes."

    def __init__(self) -> None:
        super().__init__("trop de codes attendent déjà")


@dataclass(frozen=True, kw_only=True, slots=True)
class Till:
    """A device that was paired, most of them at a till."""

    id: int
    name: str  # what the office calls it
    paired_at: int
    seen_at: int
    revoked_at: int | None = None
    kind: Kind = Kind.TILL

    @property
    def actor(self) -> str:
        """What the audit calls it."""
        return f"{self.kind.value}:{self.id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PairingCode:
    """A code that waits for a device."""

    code: str  # CODE_LENGTH of CODE_LETTERS
    name: str  # of the device that it makes
    expires_at: int
    kind: Kind = Kind.TILL


@migrations()
def create_devices(db: Database) -> None:
    """Tills, and the codes that wait for one."""
    db.executescript("""
        create table till (
            id integer primary key autoincrement, -- never given twice: visits are known by it
            name text not null,
            token_hash blob not null unique,
            paired_at integer not null,
            seen_at integer not null,
            revoked_at integer
        ) strict;
        create table till_code (
            code text primary key, -- readable: the office shows it, and it lives ten minutes
            name text not null,
            expires_at integer not null
        ) strict, without rowid;
    """)


@migrations()
def add_kind(db: Database) -> None:
    """What a device is: those that were there before are tills."""
    kind = "kind text not null default 'till' check (kind in ('till', 'kiosk'))"
    db.execute(f"alter table till add column {kind}")
    db.execute(f"alter table till_code add column {kind}")


class TillStore:
    """All SQL on the tables `till` and `till_code`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def all(self, kind: Kind | None = None) -> list[Till]:
        """Return the devices, of one kind or of any, those in use first."""
        wanted = kind.value if kind else None
        return self._query(
            "where ?1 is null or kind = ?1 order by revoked_at is not null, name, id", wanted
        )

    def by_id(self, id: int) -> Till:
        """Return a till, also a revoked one: visits name it.

        Raises:
            TillNotFound: there is none.
        """
        found = self._query("where id = ?", id)
        if not found:
            raise TillNotFound
        return found[0]

    def find(self, token: str, *, now: int, kind: Kind = Kind.TILL) -> Till | None:
        """Return the device of this secret, also a revoked one, and note that it was there.

        One of another kind is not found: a kiosk's secret in a till's cookie opens nothing.
        """
        found = self._query("where token_hash = ? and kind = ?", hash_of(token), kind.value)
        if not found:
            return None
        (till,) = found
        if till.revoked_at is None and now - till.seen_at >= NOTED_EVERY:
            with writing(self.db):
                self.db.execute("update till set seen_at = ? where id = ?", [now, till.id])
        return till

    def rename(self, id: int, name: str) -> None:
        """Call a till otherwise."""
        with writing(self.db):
            self.by_id(id)
            self.db.execute("update till set name = ? where id = ?", [name, id])

    def revoke(self, id: int, *, now: int) -> None:
        """Take a till away: from now on it may do nothing."""
        with writing(self.db):
            self.by_id(id)
            self.db.execute(
                "update till set revoked_at = ? where id = ? and revoked_at is null", [now, id]
            )

    # --- pairing ---

    def open_code(self, name: str, *, now: int, kind: Kind = Kind.TILL) -> PairingCode:
        """Return a new code, good for one device and ten minutes.

        Raises:
            TooManyCodes: guessing one of many would become easier.
        """
        code = "".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH))
        with writing(self.db):
            self.forget_old_codes(now=now)
            if len(self.codes(now=now)) >= MAX_OPEN_CODES:
                raise TooManyCodes
            made = PairingCode(code=code, name=name, expires_at=now + CODE_SECONDS, kind=kind)
            self.db.execute(
                "insert into till_code (code, name, expires_at, kind) values (?, ?, ?, ?)",
                [made.code, made.name, made.expires_at, kind.value],
            )
        return made

    def codes(self, *, now: int) -> list[PairingCode]:
        """Return the codes that wait for a device, the latest first."""
        rows = self.db.execute(
            "select code, name, expires_at, kind from till_code where expires_at > ?"
            " order by expires_at desc, code",
            [now],
        )
        return [
            PairingCode(code=code, name=name, expires_at=at, kind=Kind(kind))
            for code, name, at, kind in rows
        ]

    def close_code(self, code: str) -> None:
        """Take a code back."""
        with writing(self.db):
            self.db.execute("delete from till_code where code = ?", [code])

    def pair(self, code: str, *, now: int) -> tuple[Till, str]:
        """Return what a code makes of a device, and the secret that the device keeps.

        Raises:
            BadCode: no such code waits.
        """
        token = secrets.token_urlsafe(32)
        with writing(self.db):
            found = {one.code: one for one in self.codes(now=now)}.get(parse_code(code))
            if found is None:
                raise BadCode
            self.close_code(found.code)
            row = self.db.execute(
                "insert into till (name, token_hash, paired_at, seen_at, kind)"
                " values (?, ?, ?, ?, ?) returning id",
                [found.name, hash_of(token), now, now, found.kind.value],
            ).fetchone()
            return self.by_id(row[0]), token

    def forget_old_codes(self, *, now: int) -> None:
        """Delete the codes that no longer work."""
        with writing(self.db):
            self.db.execute("delete from till_code where expires_at <= ?", [now])

    def _query(self, clause: str, *values: object) -> list[Till]:
        rows = self.db.execute(
            f"select id, name, paired_at, seen_at, revoked_at, kind from till {clause}",  # noqa: S608
            values,
        )
        return [
            Till(
                id=id,
                name=name,
                paired_at=paired_at,
                seen_at=seen_at,
                revoked_at=revoked_at,
                kind=Kind(kind),
            )
            for id, name, paired_at, seen_at, revoked_at, kind in rows
        ]


def parse_code(text: str) -> str:
    """Return a code as it is kept, from what somebody typed."""
    return "".join(letter for letter in text.upper() if letter.isalnum())[: 2 * CODE_LENGTH]


def shown_code(code: str) -> str:
    """Return a code as it is read aloud: two groups of four."""
    return f"{code[:4]} {code[4:]}"
