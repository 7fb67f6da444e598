"""Who brought whom, on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing
from passkoop_node.errors import NodeError
from passkoop_node.referral.reward import Gift

migrations = Migrations("referral")


class How(StrEnum):
    """How we know."""

    LINK = "link"  # the new member came by the other's link
    OFFICE = "office"  # somebody of the office noted it


class ReferralNotFound(NodeError):
    """It was taken back, or never was."""

    code = "referral_not_found"
    hint = "Rechargez la liste des parrainages."

    def __init__(self) -> None:
        super().__init__("ce parrainage n’existe pas, ou n’existe plus")


@dataclass(frozen=True, kw_only=True, slots=True)
class Referral:
    """Somebody who brought a new member."""

    id: int
    member_id: int  # the new member: brought once at most
    by_member_id: int
    noted_at: int  # seconds, UTC
    how: How
    doubt: str  # "", or a code of why a person should look before anything is given
    gift: Gift | None  # what was given; None: nothing yet
    value: int  # cents or months
    given_at: int | None


@migrations()
def create_referral(db: Database) -> None:
    """Links, and who brought whom: a new member once, so nothing is given twice for one."""
    db.executescript("""
        create table referral_code (
            member_id integer primary key,
            code text not null unique, -- in links: whoever has it can say who sent them, no more
            made_at integer not null
        ) strict;
        create table referral (
            id integer primary key autoincrement,
            member_id integer not null unique, -- the new member
            by_member_id integer not null,
            noted_at integer not null,
            how text not null,
            doubt text not null default '',
            gift text,
            value integer not null default 0,
            given_at integer,
            check (member_id <> by_member_id),
            check ((gift is null) = (given_at is null))
        ) strict;
        create index referral_by on referral (by_member_id);
        create index referral_open on referral (given_at, id);
    """)


_COLUMNS = "id, member_id, by_member_id, noted_at, how, doubt, gift, value, given_at"


class ReferralStore:
    """All SQL on the tables `referral_code` and `referral`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    # --- links ---

    def code_of(self, member_id: int) -> str:
        """Return the code in a member's link, "" where none was made."""
        row = self.db.execute(
            "select code from referral_code where member_id = ?", [member_id]
        ).fetchone()
        return row[0] if row else ""

    def keep_code(self, member_id: int, code: str, *, now: int) -> None:
        """Keep the code of a member's link, over another."""
        with writing(self.db):
            self.db.execute(
                "insert into referral_code (member_id, code, made_at) values (?, ?, ?)"
                " on conflict (member_id) do update set code = excluded.code,"
                " made_at = excluded.made_at",
                [member_id, code, now],
            )

    def whose(self, code: str) -> int | None:
        """Return the id of the member whose link bears this code."""
        row = self.db.execute(
            "select member_id from referral_code where code = ?", [code]
        ).fetchone()
        return row[0] if row else None

    # --- who brought whom ---

    def add(self, *, member_id: int, by_member_id: int, how: How, doubt: str, now: int) -> Referral:
        """Keep who brought a new member; inside the `writing` that looked for another."""
        with writing(self.db):
            row = self.db.execute(
                "insert into referral (member_id, by_member_id, noted_at, how, doubt)"
                " values (?, ?, ?, ?, ?) returning id",
                [member_id, by_member_id, now, how, doubt],
            ).fetchone()
            return self.get(row[0])

    def get(self, id: int) -> Referral:
        """Return one.

        Raises:
            ReferralNotFound: there is none.
        """
        found = self._all("where id = ?", [id])
        if not found:
            raise ReferralNotFound
        return found[0]

    def who_brought(self, member_id: int) -> Referral | None:
        """Return by whom a member was brought."""
        return next(iter(self._all("where member_id = ?", [member_id])), None)

    def brought_by(self, member_id: int) -> list[Referral]:
        """Return whom a member brought, the latest first."""
        return self._all("where by_member_id = ? order by id desc", [member_id])

    def count(self, *, is_open: bool = False) -> int:
        """Return how many there are, all or those for which nothing was given."""
        sql = "select count(*) from referral where ?1 = 0 or given_at is null"
        return int(self.db.execute(sql, [is_open]).fetchone()[0])

    def page(self, *, is_open: bool = False, limit: int = -1, offset: int = 0) -> list[Referral]:
        """Return a page, the latest first: of all, or of those for which nothing was given."""
        return self._all(
            "where ? = 0 or given_at is null order by id desc limit ? offset ?",
            [is_open, limit, offset],
        )

    def give(self, id: int, gift: Gift, value: int, *, now: int) -> bool:
        """Keep what was given, once: return False where something was."""
        with writing(self.db):
            done = self.db.execute(
                "update referral set gift = ?, value = ?, given_at = ?"
                " where id = ? and given_at is null",
                [gift, value, now, id],
            )
            return done.rowcount == 1

    def clear_doubt(self, id: int) -> None:
        """Keep that a person looked, and it is right."""
        with writing(self.db):
            self.db.execute("update referral set doubt = '' where id = ?", [id])

    def delete(self, id: int) -> None:
        """Take one back."""
        with writing(self.db):
            self.db.execute("delete from referral where id = ?", [id])

    # --- a person's data ---

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what is kept of a member; nobody else is named in it."""
        found: list[dict[str, object]] = []
        if code := self.code_of(member_id):
            found.append({"kind": "link", "code": code})
        if self.who_brought(member_id):
            found.append({"kind": "was brought by another member"})
        found += [
            {
                "kind": "brought a new member",
                "noted_at": one.noted_at,
                "gift": one.gift.value if one.gift else None,
                "value": one.value,
                "given_at": one.given_at,
            }
            for one in self.brought_by(member_id)
        ]
        return found

    def erase_member(self, member_id: int, *, now: int) -> None:
        """Forget a member's link, whom they brought, and who brought them."""
        del now
        with writing(self.db):
            self.db.execute("delete from referral_code where member_id = ?", [member_id])
            self.db.execute(
                "delete from referral where ?1 in (member_id, by_member_id)", [member_id]
            )

    def _all(self, rest: str, values: Sequence[Any]) -> list[Referral]:
        rows = self.db.query(f"select {_COLUMNS} from referral {rest}", list(values))
        return [
            Referral(
                **{
                    **row,
                    "how": How(row["how"]),
                    "gift": Gift(row["gift"]) if row["gift"] else None,
                }
            )
            for row in rows
        ]
