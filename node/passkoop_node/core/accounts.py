"""The accounts of those who work with the node, and the links that give them a password."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from enum import Enum

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing
from passkoop_node.core.feature import Feature, Pages
from passkoop_node.errors import NodeError

migrations = Migrations("accounts")


def _pages() -> Pages:
    from passkoop_node.core.pages import accounts

    return accounts.pages()


FEATURE = Feature(name="accounts", migrations=migrations, pages=_pages)

LINK_SECONDS = 7 * 86_400  # a volunteer opens their e-mail once a week
MAX_NAME = 60  # characters
MIN_PASSWORD, MAX_PASSWORD = 10, 200  # characters


class Role(Enum):
    """What an account may do; each may do what the next may."""

    ADMINISTRATOR = "administrator"
    OFFICE = "office"
    CASHIER = "cashier"


class NameTaken(NodeError):
    """Two accounts cannot have one name: it is typed to enter."""

    code = "account_name_taken"
    hint = "Ajoutez l’initiale du nom de famille."

    def __init__(self, name: str) -> None:
        super().__init__(f"il y a déjà un compte «\u00a0{name}\u00a0»")


class AccountNotFound(NodeError):
    """The account was deleted, or never was."""

    code = "account_not_found"
    hint = "Rechargez la liste des comptes."

    def __init__(self) -> None:
        super().__init__("ce compte n’existe pas, ou n’existe plus")


class LastAdministrator(NodeError):
    """Without an administrator nobody could give the role to anybody."""

    code = "last_administrator"
    hint = "Nommez d’abord quelqu’un d’autre."

    def __init__(self) -> None:
        super().__init__("c’est le dernier compte qui administre ce Pass’Koop")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Somebody who works with the node."""

    id: int
    name: str  # typed to enter, shown in the menu
    role: Role
    password: str  # argon2id, in its usual form; "" before the first one is chosen
    made_at: int  # seconds, UTC
    email: str = ""  # where notices for administrators go


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """A link that lets whoever opens it choose a password, once."""

    account: int | None  # None: the first administrator, whose account is made with it
    expires_at: int


@migrations()
def create_accounts(db: Database) -> None:
    """Accounts and open links."""
    db.executescript("""
        create table account (
            id integer primary key autoincrement, -- never given twice: it is in the audit
            name text not null,
            key text not null unique, -- the name as it is compared
            role text not null,
            password text not null,
            made_at integer not null
        ) strict;
        create table invitation (
            token_hash blob primary key,
            account integer unique references account (id) on delete cascade,
            expires_at integer not null
        ) strict, without rowid;
    """)


@migrations()
def let_accounts_have_addresses(db: Database) -> None:
    """An e-mail address, if they like: administrators are told by it what is wrong."""
    db.execute("alter table account add column email text not null default ''")


class AccountStore:
    """All SQL on the tables `account` and `invitation`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def all(self) -> list[Account]:
        """Return the accounts, by name."""
        return self._query("order by key")

    def by_id(self, id: int) -> Account:
        """Return an account.

        Raises:
            AccountNotFound: there is none.
        """
        found = self._query("where id = ?", id)
        if not found:
            raise AccountNotFound
        return found[0]

    def by_name(self, name: str) -> Account | None:
        """Return the account that is called so, whatever the case and the accents' encoding."""
        found = self._query("where key = ?", key_of(name))
        return found[0] if found else None

    def add(self, name: str, role: Role, *, password: str = "", now: int) -> Account:
        """Return a new account.

        Raises:
            NameTaken: there is one of this name.
        """
        with writing(self.db):
            if self.by_name(name):
                raise NameTaken(name)
            row = self.db.execute(
                "insert into account (name, key, role, password, made_at)"
                " values (?, ?, ?, ?, ?) returning id",
                [name, key_of(name), role.value, password, now],
            ).fetchone()
            return self.by_id(row[0])

    def set_role(self, id: int, role: Role) -> None:
        """Give an account another role.

        Raises:
            AccountNotFound, LastAdministrator: nothing was changed.
        """
        with writing(self.db):
            self._check_not_last(self.by_id(id), role)
            self.db.execute("update account set role = ? where id = ?", [role.value, id])

    def set_email(self, id: int, address: str) -> None:
        """Keep an address, or none ("").

        Raises:
            AccountNotFound: there is no such account.
        """
        with writing(self.db):
            self.by_id(id)
            self.db.execute("update account set email = ? where id = ?", [address, id])

    def administrators(self) -> list[Account]:
        """Return the administrators who have an address, by name."""
        return self._query("where role = ? and email <> '' order by key", Role.ADMINISTRATOR.value)

    def set_password(self, id: int, password: str) -> None:
        """Keep a new password (hashed), and void the open link: it was made for this."""
        with writing(self.db):
            self.by_id(id)
            self.db.execute("update account set password = ? where id = ?", [password, id])
            self.db.execute("delete from invitation where account = ?", [id])

    def delete(self, id: int) -> None:
        """Delete an account, with its sessions and its link.

        Raises:
            AccountNotFound, LastAdministrator: nothing was changed.
        """
        with writing(self.db):
            self._check_not_last(self.by_id(id), None)
            self.db.execute("delete from account where id = ?", [id])

    def has_administrator(self) -> bool:
        """Return whether somebody can enter and give roles."""
        found = self._query("where role = ? and password <> ''", Role.ADMINISTRATOR.value)
        return bool(found)

    # --- links ---

    def invite(self, account: int | None, *, now: int) -> str:
        """Return the secret of a new link; a former one for the same account stops working."""
        token = secrets.token_urlsafe(24)
        with writing(self.db):
            self.db.execute("delete from invitation where account is ?", [account])
            self.db.execute(
                "insert into invitation (token_hash, account, expires_at) values (?, ?, ?)",
                [hash_of(token), account, now + LINK_SECONDS],
            )
        return token

    def invitation(self, token: str, *, now: int) -> Invitation | None:
        """Return what a link is for, or None if it was used, replaced, or is too old."""
        row = self.db.execute(
            "select account, expires_at from invitation where token_hash = ? and expires_at > ?",
            [hash_of(token), now],
        ).fetchone()
        return Invitation(account=row[0], expires_at=row[1]) if row else None

    def accept(self, token: str, *, name: str, password: str, now: int) -> Account | None:
        """Use a link up, and return the account that it gave `password` (hashed) to.

        Args:
            name: what the first administrator wants to be called; unused for others.

        Raises:
            NameTaken: the link still works.
        """
        with writing(self.db):
            found = self.invitation(token, now=now)
            if found is None:
                return None
            self.db.execute("delete from invitation where token_hash = ?", [hash_of(token)])
            if found.account is None:
                return self.add(name, Role.ADMINISTRATOR, password=password, now=now)
            self.set_password(found.account, password)
            return self.by_id(found.account)

    def forget_old_links(self, *, now: int) -> None:
        """Delete the links that no longer work."""
        with writing(self.db):
            self.db.execute("delete from invitation where expires_at <= ?", [now])

    def _check_not_last(self, account: Account, role: Role | None) -> None:
        if account.role is not Role.ADMINISTRATOR or role is Role.ADMINISTRATOR:
            return
        others = self._query(
            "where role = ? and password <> '' and id <> ?", Role.ADMINISTRATOR.value, account.id
        )
        if not others:
            raise LastAdministrator

    def _query(self, clause: str, *values: object) -> list[Account]:
        rows = self.db.execute(
            f"select id, name, role, password, made_at, email from account {clause}",  # noqa: S608
            values,
        )
        return [
            Account(
                id=id,
                name=name,
                role=Role(role),
                password=password,
                made_at=made_at,
                email=address,
            )
            for id, name, role, password, made_at, address in rows
        ]


def key_of(name: str) -> str:
    """Return a name as names are compared."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def hash_of(token: str) -> bytes:
    """Return what is kept of a random secret: who reads the database cannot enter with it."""
    return hashlib.sha256(token.encode()).digest()
