"""Members that a program hands over: each line finds whom it is about, and is kept or refused.

The rules of fields are those of the office's form, and who is who is as an import sees it; but
nobody looks at a preview here, so that what leaves a doubt is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.forms import Form
from passkoop_node.core.language import N_, Message
from passkoop_node.errors import BadgeTaken, BadMember, MemberNotFound, NumberTaken
from passkoop_node.members.cells import BadCell, read_typed
from passkoop_node.members.editing import read_member, typed_of
from passkoop_node.members.households import Households
from passkoop_node.members.keeping import add_member, correct_member
from passkoop_node.members.member import Member, MemberData, tidy
from passkoop_node.members.names import any_order
from passkoop_node.members.store import MemberStore
from passkoop_node.members.text import clean

Said = Mapping[str, str]  # the form's fields that a line speaks of; "" erases


class Fate(StrEnum):
    """What became of a line."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Put:
    """What became of a line, and of whom."""

    fate: Fate
    member: Member | None = None  # as now kept; None: the line was refused
    changes: Sequence[str] = ()  # the fields that are others now
    code: str = ""  # why it was refused: stable, English
    says: Message | None = None  # the same for people
    field: str = ""  # of which field that is true; "": of none alone


class _Doubt(Exception):
    """A line of which it is not clear whom it is about."""

    def __init__(self, code: str, field: str, says: Message) -> None:
        super().__init__(code)
        self.put = Put(fate=Fate.REFUSED, code=code, field=field, says=says)


def put_members(
    store: MemberStore,
    audit: AuditStore,
    households: Households,
    lines: Sequence[Said],
    *,
    today: date,
    actor: str,
    now: int,
) -> list[Put]:
    """Return what became of each line; what was taken is on the disk together.

    The same lines again change nothing.
    """
    with writing(store.db):
        return [
            _put(store, audit, households, one, today=today, actor=actor, now=now) for one in lines
        ]


def _put(
    store: MemberStore,
    audit: AuditStore,
    households: Households,
    said: Said,
    *,
    today: date,
    actor: str,
    now: int,
) -> Put:
    if not clean(said.get("number", "")):  # who has a number keeps it
        said = {name: text for name, text in said.items() if name != "number"}
    try:
        before = _whom(store, said, today)
    except _Doubt as doubt:
        return doubt.put
    if before is not None and _fold(said.get("number", "")) == _fold(before.number):
        said = {**said, "number": before.number}  # found in any case, kept as it is written
    start = before or MemberData()
    form = Form({**typed_of(start), **said})
    data = read_member(form, start, today=today, numbered=before is not None)
    if not form.ok:
        field, says = next(iter(form.errors.items()))
        return Put(fate=Fate.REFUSED, code="bad_field", field=field, says=says)
    try:
        if before is None:
            with writing(store.db):
                kept = add_member(store, audit, data, actor=actor, now=now)
            return Put(fate=Fate.CREATED, member=kept)
        assert isinstance(data, Member)
        if tidy(data) == before:
            return Put(fate=Fate.UNCHANGED, member=before)
        if data.category != before.category and households.of(before) is not None:
            says = N_("Le foyer en décide : changez-le d'abord sur la fiche.")
            return Put(fate=Fate.REFUSED, code="household", field="category", says=says)
        with writing(store.db):
            kept = correct_member(store, audit, before, data, actor=actor, now=now)
        return Put(fate=Fate.UPDATED, member=kept, changes=_changes(before, kept))
    except NumberTaken as error:
        says = N_("Ce numéro est déjà celui d'un autre membre.")
        return Put(fate=Fate.REFUSED, code=error.code, field="number", says=says)
    except BadgeTaken as error:
        says = N_("Ce badge est déjà celui d'un autre membre.")
        return Put(fate=Fate.REFUSED, code=error.code, field="badge", says=says)
    except BadMember as error:
        says = N_("Cela ne convient pas à un membre.")
        return Put(fate=Fate.REFUSED, code=error.code, says=says)


def _whom(store: MemberStore, said: Said, today: date) -> Member | None:
    """Return whom a line is about; None: somebody new.

    Raises:
        _Doubt: that is not clear.
    """
    number, email = _read("number", said, today), _read("email", said, today)
    if not number and not email:
        raise _Doubt(
            "number_or_email",
            "number",
            N_("Donnez un numéro ou une adresse e-mail : sans eux, on ne sait de qui il s'agit."),
        )
    if number:
        try:
            holder = store.by_number(number)
        except MemberNotFound:
            pass
        else:
            if not _may_be(holder, said):
                raise _Doubt(
                    "number_taken",
                    "number",
                    N_("Ce numéro est celui de quelqu'un d'un tout autre nom."),
                )
            return holder
    found = [one for one in store.by_email(email) if _is_called(one, said)]
    if number and not said.keys() & {"given_name", "family_name"}:
        found = []  # a new number and no name: the form says that one is missing
    if len(found) > 1:
        raise _Doubt(
            "ambiguous_email",
            "email",
            N_("Plusieurs membres ont cette adresse : donnez aussi leur nom, ou leur numéro."),
        )
    return found[0] if found else None


def _fold(number: str) -> str:
    return clean(number).casefold()


def _read(field: str, said: Said, today: date) -> str:
    """Return a field by which members are found as the register writes it; "" if it is bad."""
    text = clean(said.get(field, ""))
    try:
        return str(read_typed(field, text, today=today)) if text else ""
    except BadCell:  # the form says so
        return "?"


def _is_called(member: Member, said: Said) -> bool:
    """Return whether a line calls a member by their whole name, as far as it says one."""
    given = said.get("given_name", member.given_name)
    family = said.get("family_name", member.family_name)
    return any_order(given, family) == any_order(member.given_name, member.family_name)


def _may_be(holder: Member, said: Said) -> bool:
    """Return whether a line under the holder's number may be about them: a word of the name is."""
    told = set(any_order(said.get("given_name", ""), said.get("family_name", "")).split())
    return not told or bool(told & set(any_order(holder.given_name, holder.family_name).split()))


def _changes(before: Member, after: Member) -> tuple[str, ...]:
    names = (one.name for one in fields(MemberData))
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))
