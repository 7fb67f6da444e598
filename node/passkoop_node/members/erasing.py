"""A member who is erased: the line goes, or, where receipts need it, says nothing of anybody."""

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from datetime import date

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_node.members.member import ERASED, ERASED_NAME, Member, MemberData
from passkoop_node.members.names import any_order
from passkoop_node.members.sorting import number_order
from passkoop_node.members.store import MemberStore
from passkoop_node.members.text import fold


def erased_number(member_id: int) -> str:
    """Return what stands for a member who was erased: it is ours alone, and names nobody."""
    return f"effacé-{member_id}"


def naming(member: Member) -> Callable[[str], bool]:
    """Return what tells whether words are a member's name, however spelt, number or address."""
    exactly = {fold(one).strip() for one in (member.number, member.email) if one.strip()}
    name = any_order(member.given_name, member.family_name)

    def is_them(said: str) -> bool:
        return fold(said).strip() in exactly or (bool(name) and any_order(said, "") == name)

    return is_them


class RecordEraser:
    """Tells and forgets what the table `member` holds of one of them."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._members = MemberStore(db)

    def left_before(self, day: date) -> list[int]:
        """Return the ids of those who left before a day, and are not erased."""
        rows = self.db.execute(
            'select id from member where "left" < ? and "left" <> ? order by id',
            [day.isoformat(), ERASED.isoformat()],
        )
        return [id for (id,) in rows]

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return the record of a member."""
        member = self._members.get(member_id)
        told: dict[str, object] = {
            one.name: getattr(member, one.name)
            for one in fields(MemberData)
            if getattr(member, one.name) not in ("", None)
        }
        for name, value in told.items():
            if isinstance(value, date):
                told[name] = value.isoformat()
        return [
            {
                **told,
                "card_reference": member.member_ref.hex(),
                "created_at": member.created_at,
                "updated_at": member.updated_at,
            }
        ]

    def erase_member(self, member_id: int, *, now: int) -> None:
        """Delete the record, or leave an empty one that receipts can hold on to."""
        with writing(self.db):
            member = self._members.get(member_id)
            self._forget_as_sponsor(member)
            self.db.execute("update member_revision set revision = revision + 1")
            try:
                with self.db.atomic():
                    self.db.execute("delete from member where id = ?", [member_id])
            except sqlite3.IntegrityError:
                self._empty(member_id, now=now)

    def _forget_as_sponsor(self, member: Member) -> None:
        """Take the name and the number out of what other members said of who brought them."""
        is_them = naming(member)
        rows = self.db.execute("select id, referred_by from member where referred_by <> ''")
        for id, said in rows.fetchall():
            if is_them(said):
                self.db.execute("update member set referred_by = '' where id = ?", [id])

    def _empty(self, member_id: int, *, now: int) -> None:
        number = erased_number(member_id)
        self.db.execute(
            "update member set number = ?, number_order = ?, member_ref = ?, given_name = '',"
            " family_name = ?, email = '', phone = '', address = '', postcode = '', town = '',"
            " country = '', language = '', category = 0, gender = '', birth_year = null,"
            " joined = null, \"left\" = ?, badge = '', referred_by = '', notes = '',"
            " search = '', name_order = '', town_order = '', created_at = ?, updated_at = ?"
            " where id = ?",
            [
                number,
                number_order(number),
                secrets.token_bytes(8),  # the former one is on the card
                ERASED_NAME,
                ERASED.isoformat(),
                now,
                now,
                member_id,
            ],
        )
