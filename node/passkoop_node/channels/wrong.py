"""Addresses that lead nowhere: noted, and not written to until the register has another."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing
from passkoop_node.members.member import MemberData

migrations = Migrations("channels")


class What(StrEnum):
    """What of a member can be wrong."""

    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"


HOWS = ("server", "office", "import")  # who said so


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """That something of a member leads nowhere."""

    value: str  # what it was when that was noted
    noted_at: int  # seconds, UTC
    how: str  # one of HOWS
    answer: str  # of the server that refused it


@migrations()
def create_wrong_address(db: Database) -> None:
    """A line holds until the register has something else."""
    db.executescript("""
        create table wrong_address (
            member_id integer not null references member (id),
            what text not null, -- email, phone, address
            value text not null,
            noted_at integer not null, -- seconds, UTC
            how text not null, -- server, office, import
            answer text not null,
            primary key (member_id, what)
        ) strict, without rowid;
    """)


def value_of(member: MemberData, what: What) -> str:
    """Return what the register has, in a form in which a space more is no other address."""
    if what is What.EMAIL:
        return member.email.casefold()
    if what is What.PHONE:
        return "".join(char for char in member.phone if char.isdecimal() or char == "+")
    parts = (member.address, member.postcode, member.town, member.country)
    return "\n".join(" ".join(one.casefold().split()) for one in parts)


class WrongStore:
    """All SQL on the table `wrong_address`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def of(self, member_id: int) -> Mapping[What, Wrong]:
        """Return what was noted of a member; it may be out of date."""
        return self.of_all([member_id]).get(member_id, {})

    def of_all(self, member_ids: Iterable[int] | None = None) -> dict[int, dict[What, Wrong]]:
        """Return what was noted of these members, of all if none are named."""
        found: dict[int, dict[What, Wrong]] = {}
        where, values = "", []
        if member_ids is not None:
            where = "where member_id in (select value from json_each(?))"
            values = [json.dumps([*member_ids])]
        for id, what, value, noted_at, how, answer in self.db.execute(
            f"select member_id, what, value, noted_at, how, answer from wrong_address {where}",  # noqa: S608 - ours
            values,
        ):
            one = Wrong(value=value, noted_at=noted_at, how=how, answer=answer)
            found.setdefault(id, {})[What(what)] = one
        return found

    def note(
        self, member_id: int, what: What, value: str, *, how: str, answer: str = "", now: int
    ) -> None:
        """Keep that this leads nowhere."""
        if how not in HOWS:
            raise ValueError(f"nobody says it by {how}")
        with writing(self.db):
            self.db.execute(
                "insert or replace into wrong_address"
                " (member_id, what, value, noted_at, how, answer) values (?, ?, ?, ?, ?, ?)",
                [member_id, what, value, now, how, answer],
            )

    def forget(self, member_id: int, what: What | None = None) -> int:
        """Forget what was noted of a member, or one thing of it; return how much that was."""
        with writing(self.db):
            return self.db.execute(
                "delete from wrong_address where member_id = ? and (? is null or what = ?)",
                [member_id, what, what],
            ).rowcount
