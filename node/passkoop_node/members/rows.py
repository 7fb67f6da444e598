"""A member as a row of the table, and back."""

import secrets
from dataclasses import fields
from datetime import date
from typing import Any

from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.sorting import name_order, number_order, search_text
from passkoop_node.members.text import fold

WRITTEN = tuple(field.name for field in fields(MemberData))
COLUMNS = ("id", "member_ref", "created_at", "updated_at", *WRITTEN)


def row_of(data: MemberData, *, now: int) -> dict[str, Any]:
    """Return what is written of a member, and what lists are sorted and searched by."""
    # What is not said here is for the SQL statement to leave out: an update reads no new reference.
    row = {name: getattr(data, name) for name in WRITTEN}
    row["joined"], row["left"] = iso(data.joined), iso(data.left)
    row["number_order"] = number_order(data.number)
    row["name_order"] = name_order(data.given_name, data.family_name)
    row["town_order"] = fold(data.town)
    row["search"] = search_text(data)
    row["member_ref"] = secrets.token_bytes(8)
    row["updated_at"] = now
    return row


def member_of(row: tuple[Any, ...]) -> Member:
    """Return a member from the values of `COLUMNS`."""
    values = dict(zip(COLUMNS, row, strict=True))
    for name in ("joined", "left"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return Member(**values)


def iso(day: date | None) -> str | None:
    """Return a day as the table has it."""
    return day.isoformat() if day else None
