"""What members ask of the office: a change of their record, to be erased."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from passkoop_node.core.accounts import hash_of
from passkoop_node.core.database import writing


class Wish(StrEnum):
    """What is asked."""

    CHANGE = "change"
    ERASE = "erase"
    LEFT = "left"  # done already: for the office to know


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a member asks."""

    id: int
    member_id: int
    kind: Wish
    details: Mapping[str, Any]
    asked_at: int

    @property
    def version(self) -> str:
        """A text that is another one once something else is asked."""
        asked = repr((self.kind.value, sorted(self.details.items())))
        return hashlib.blake2b(asked.encode(), digest_size=16).hexdigest()


_SELECT = "select id, member_id, kind, details, asked_at from own_wish"


class WishStore:
    """All SQL on the tables `own_wish` and `own_email`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def ask(
        self, member_id: int, kind: Wish, details: Mapping[str, Any] | None = None, *, now: int
    ) -> None:
        """Keep what a member asks; the last word counts."""
        with writing(self.db):
            self.db.execute(
                "insert into own_wish (member_id, kind, details, asked_at) values (?, ?, ?, ?)"
                " on conflict (member_id, kind) do update set details = excluded.details,"
                " asked_at = excluded.asked_at",
                [member_id, kind.value, json.dumps(details or {}, ensure_ascii=False), now],
            )

    def all(self) -> list[Asked]:
        """Return what waits, the oldest first."""
        return self._all("order by asked_at, id", [])

    def of_member(self, member_id: int) -> dict[Wish, Asked]:
        """Return what a member asks, by kind."""
        return {one.kind: one for one in self._all("where member_id = ?", [member_id])}

    def get(self, id: int) -> Asked | None:
        """Return what somebody asked; None: it was answered."""
        return next(iter(self._all("where id = ?", [id])), None)

    def forget(self, member_id: int, kind: Wish) -> bool:
        """Take a wish away: it was done, refused, or taken back."""
        with writing(self.db):
            done = self.db.execute(
                "delete from own_wish where member_id = ? and kind = ?", [member_id, kind.value]
            )
            return done.rowcount == 1

    # --- a new address, until it is confirmed ---

    def new_email(self, member_id: int, email: str, token: str, *, expires_at: int) -> None:
        """Keep which address a member will have once they confirm it; the last one counts."""
        with writing(self.db):
            self.db.execute("delete from own_email where member_id = ?", [member_id])
            self.db.execute(
                "insert into own_email (token_hash, member_id, email, expires_at)"
                " values (?, ?, ?, ?)",
                [hash_of(token), member_id, email, expires_at],
            )

    def email_behind(self, token: str, *, now: int) -> tuple[int, str] | None:
        """Return whose new address a link confirms, and which."""
        row = self.db.execute(
            "select member_id, email from own_email where token_hash = ? and expires_at > ?",
            [hash_of(token), now],
        ).fetchone()
        return (row[0], row[1]) if row else None

    def email_done(self, member_id: int) -> None:
        """Forget a new address: it is in the register, or not wanted any more."""
        with writing(self.db):
            self.db.execute("delete from own_email where member_id = ?", [member_id])

    def forget_old(self, *, now: int) -> None:
        """Forget new addresses that nobody confirmed."""
        with writing(self.db):
            self.db.execute("delete from own_email where expires_at <= ?", [now])

    # --- what is a member's ---

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what a member asks of the office."""
        told: list[dict[str, object]] = [
            {"kind": one.kind.value, "asked_at": one.asked_at, **one.details}
            for one in self.of_member(member_id).values()
        ]
        rows = self.db.execute("select email from own_email where member_id = ?", [member_id])
        return told + [{"kind": "email", "new_email": email} for (email,) in rows]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Forget what a member asks."""
        with writing(self.db):
            self.db.execute("delete from own_wish where member_id = ?", [member_id])
            self.db.execute("delete from own_email where member_id = ?", [member_id])

    def _all(self, rest: str, values: list[object]) -> list[Asked]:
        rows = self.db.query(f"{_SELECT} {rest}", values)
        return [
            Asked(**{**row, "kind": Wish(row["kind"]), "details": json.loads(row["details"])})
            for row in rows
        ]
