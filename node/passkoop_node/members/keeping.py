"""What is done to a member's record, each time with its line in the log: both stand or fall."""

from dataclasses import replace
from datetime import date

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.members.editing import changes
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.store import MemberStore


def add_member(
    store: MemberStore, audit: AuditStore, data: MemberData, *, actor: str, now: int
) -> Member:
    """Return the new member; without a number, the next free one is given.

    Raises:
        BadMember, NumberTaken, BadgeTaken: nothing was written.
    """
    with writing(store.db):
        member = store.add(data, now=now)
        audit.add("member.add", now=now, actor=actor, subject=member.number)
        return member


def correct_member(
    store: MemberStore, audit: AuditStore, before: Member, after: Member, *, actor: str, now: int
) -> Member:
    """Return the member as now kept, who was `before` in the register.

    Raises:
        BadMember, NumberTaken, BadgeTaken, MemberNotFound: nothing was written.
    """
    with writing(store.db):
        kept = store.update(after, now=now)
        told = changes(before, kept)
        audit.add("member.edit", now=now, actor=actor, subject=kept.number, details=told)
        return kept


def note_left(
    store: MemberStore, audit: AuditStore, id: int, left: date | None, *, actor: str, now: int
) -> Member:
    """Return the member as now kept, who leaves on a day, or (None) is back.

    Another departure that was noted before stays as it is.

    Raises:
        MemberNotFound: nobody has this id.
    """
    with writing(store.db):
        member = store.get(id)
        if (member.left is None) == (left is None):  # said again, or somebody was quicker
            return member
        action = "member.back" if left is None else "member.left"
        audit.add(action, now=now, actor=actor, subject=member.number)
        return store.update(replace(member, left=left), now=now)
