"""A request beside the member of the register who may have sent it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from passkoop_node.core.language import LANGUAGES, Message
from passkoop_node.joining.answers import GENDERS, REGISTER, Answers
from passkoop_node.members.member import Member
from passkoop_node.members.wording import FIELDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Something that the two say otherwise."""

    name: str  # of the field
    title: Message
    held: str  # by the register
    sent: str  # in the request


def differences(member: Member, answers: Answers) -> list[Row]:
    """Return what the request says otherwise, or the register does not know."""
    rows = []
    for name in REGISTER:
        held, sent = getattr(member, name), getattr(answers, name)
        if sent and held != sent:
            row = Row(name=name, title=FIELDS[name], held=shown(name, held), sent=shown(name, sent))
            rows.append(row)
    return rows


def shown(name: str, value: object) -> str:
    """Return what a field holds, as it is read."""
    if name == "gender" and value:
        return str(GENDERS[str(value)])
    if name == "language":
        return LANGUAGES.get(str(value), str(value))
    return str(value or "")


def merged(member: Member, answers: Answers, taken: Collection[str]) -> Member:
    """Return the member with what the register did not know, and what is taken of the request.

    Who had left is back.
    """
    changes: dict[str, Any] = {
        row.name: getattr(answers, row.name)
        for row in differences(member, answers)
        if not row.held or row.name in taken
    }
    if notes := answers.notes():
        changes["notes"] = "\n".join(filter(None, (member.notes, notes)))
    return replace(member, **changes, left=None)
