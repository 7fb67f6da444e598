"""Tokens: what a program shows to be answered. Only their hashes are kept."""

import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils import Database, Migrations

from passkoop_node.core.accounts import hash_of
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.errors import NodeError

migrations = Migrations("api")

NOTED_EVERY = 3600  # seconds: being used is not written down at each request
MAX_TOKENS = 100
PREFIX = "passkoop_"  # so that one that was left somewhere is recognized


class Scope(StrEnum):
    """What a token is good for."""

    VERIFY = "verify"
    VISITS = "visits"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    CARDS_READ = "cards:read"  # who has a card's text has the card
    CARDS_WRITE = "cards:write"


class TokenNotFound(NodeError):
    """No token has this name."""

    code = "token_not_found"
    hint = "Voyez les noms avec «\u00a0passkoop token list\u00a0»."

    def __init__(self, name: str) -> None:
        super().__init__(f"aucun jeton ne s’appelle «\u00a0{name[:40]}\u00a0»")


class TokenExists(NodeError):
    """There is a token of this name."""

    code = "token_exists"
    hint = "Retirez-le d’abord avec «\u00a0passkoop token remove\u00a0», ou prenez un autre nom."

    def __init__(self, name: str) -> None:
        super().__init__(f"un jeton s’appelle déjà «\u00a0{name}\u00a0»")


class BadTokenName(NodeError):
    """The name cannot stand in the register of visits."""

    code = "bad_token_name"
    hint = "Prenez de 1 à 40 minuscules sans accent, chiffres ou tirets\u202f: «\u00a0odoo\u00a0»."

    def __init__(self) -> None:
        super().__init__("ce nom ne convient pas à un jeton")


class TooManyTokens(NodeError):
    """More tokens than a shop has programs."""

    code = "too_many_tokens"
    hint = "Retirez ceux qui ne servent plus avec «\u00a0passkoop token remove\u00a0»."

    def __init__(self) -> None:
        super().__init__(f"il y a déjà {MAX_TOKENS} jetons")


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A program that may ask."""

    name: str
    scopes: frozenset[Scope]
    made_at: int  # seconds, UTC
    used_at: int | None  # within the hour; None: never

    @property
    def till(self) -> str:
        """Who notes visits by it. A token made anew under the same name is the same till."""
        return f"api:{self.name}"


@migrations()
def create_tokens(db: Database) -> None:
    """One line for each token in use."""
    db.execute("""
        create table api_token (
            name text primary key,
            token_hash blob not null unique,
            scopes text not null, -- words, with a space between them
            made_at integer not null,
            used_at integer
        ) strict
    """)


class TokenStore:
    """All SQL on the table `api_token`."""

    def __init__(self, db: Database, audit: AuditStore) -> None:
        self.db = db
        self.audit = audit

    def all(self) -> list[Token]:
        """Return the tokens in use, by name."""
        return self._query("order by name")

    def add(self, name: str, scopes: Iterable[Scope], *, actor: str, now: int) -> str:
        """Return the secret of a new token: 256 random bits, known to nobody else from now on.

        Raises:
            BadTokenName, TokenExists, TooManyTokens: none was made.
        """
        if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
            raise BadTokenName
        secret, words = PREFIX + secrets.token_urlsafe(32), " ".join(sorted(set(scopes)))
        with writing(self.db):
            if self._query("where name = ?", name):
                raise TokenExists(name)
            if len(self.all()) >= MAX_TOKENS:
                raise TooManyTokens
            self.db.execute(
                "insert into api_token (name, token_hash, scopes, made_at) values (?, ?, ?, ?)",
                [name, hash_of(secret), words, now],
            )
            told = {"scopes": words}
            self.audit.add("token.add", now=now, actor=actor, subject=name, details=told)
        return secret

    def remove(self, name: str, *, actor: str, now: int) -> None:
        """Take a token away: from now on it opens nothing.

        Raises:
            TokenNotFound: there is none.
        """
        with writing(self.db):
            if not self._query("where name = ?", name):
                raise TokenNotFound(name)
            self.db.execute("delete from api_token where name = ?", [name])
            self.audit.add("token.remove", now=now, actor=actor, subject=name)

    def find(self, secret: str, *, now: int) -> Token | None:
        """Return the token of this secret, None if there is none; note the hour of its use."""
        found = self._query("where token_hash = ?", hash_of(secret))
        if not found:
            return None
        (token,) = found
        if token.used_at is None or now - token.used_at >= NOTED_EVERY:
            # A card is verified on a full disk, too.
            with suppress(NodeError), writing(self.db):
                self.db.execute(
                    "update api_token set used_at = ? where name = ?", [now, token.name]
                )
        return token

    def _query(self, clause: str, *values: object) -> list[Token]:
        rows = self.db.execute(
            f"select name, scopes, made_at, used_at from api_token {clause}",  # noqa: S608
            values,
        )
        return [
            Token(
                name=name,
                scopes=frozenset(map(Scope, scopes.split())),
                made_at=made_at,
                used_at=used_at,
            )
            for name, scopes, made_at, used_at in rows
        ]
