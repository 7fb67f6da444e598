"""A member, as the register knows one."""

import unicodedata
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

from passkoop_node.errors import BadMember
from passkoop_node.members.text import clean
from passkoop_protocol.card import MAX_NAME

LONGEST = {"number": 32, "notes": 10_000}  # characters
LONGEST_TEXT = 500  # of any other field


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberData:
    """What the co-op writes about a member. Unknown is "" or None."""

    number: str = ""  # as the co-op writes it; "": the next one is given
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    language: str = ""  # ISO 639-1, such as "fr"
    category: int = 0  # the card's: 0 member, 1 affiliated (of a member's household)
    gender: str = ""  # "f", "m", "x", or "" where it was not said
    birth_year: int | None = None  # the year alone: the day is nobody's business
    joined: date | None = None
    left: date | None = None  # the first day as no member
    badge: str = ""  # the co-op's own bar code, usually an EAN-13 042…
    referred_by: str = ""
    notes: str = ""

    @property
    def full_name(self) -> str:
        """The given name, then the family name."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Member(MemberData):
    """A member who is in the register."""

    id: int  # ours alone, never shown
    member_ref: bytes  # 8 random bytes, on every card of this member
    created_at: int  # seconds, UTC
    updated_at: int


# What a file may say of a member; the last ones become others, or stand beside the record.
_NO_RECORD = ("full_name", "address2", "household", "news")
FIELDS = (*(field.name for field in fields(MemberData)), *_NO_RECORD)
TEXTS = tuple(field.name for field in fields(MemberData) if field.type is str)
AnyData = TypeVar("AnyData", bound=MemberData)

# Who was erased and is still needed by receipts: the day on which they left, and the name.
ERASED = date.min
ERASED_NAME = "Personne effacée"


def tidy(data: AnyData) -> AnyData:
    """Return `data` with its texts cleaned.

    Raises:
        BadMember: there is no name, a text is too long, or the category is none.
    """
    texts: dict[str, Any] = {name: clean(getattr(data, name)) for name in TEXTS if name != "notes"}
    data = replace(data, **texts, notes="\n".join(map(clean, data.notes.splitlines())))
    if not data.full_name:
        raise BadMember("il manque le nom du membre")
    for name in TEXTS:
        if len(getattr(data, name)) > LONGEST.get(name, LONGEST_TEXT):
            raise BadMember(f"«\u00a0{getattr(data, name)[:20]}…\u00a0» est trop long")
    if not 0 <= data.category <= 23:
        raise BadMember(f"la catégorie {data.category} n’existe pas")
    return data


def display_name(member: MemberData) -> str:
    """Return the name for a card: NFC, at most `MAX_NAME` bytes, nothing hidden (SPEC 5).

    A name that is too long loses the later given names, then the given name's end, and at last the
    end of the family name: the cashier reads it aloud, so its beginning counts.
    """
    given, family = clean(member.given_name), clean(member.family_name)
    if not given or not family:
        return _cut(given or family or clean(member.number) or "?")
    first = given.split(" ")[0]
    for short in (given, first, f"{first[0]}."):
        name = f"{short} {family}"
        if len(name.encode()) <= MAX_NAME:
            return name
    return _cut(f"{first} {family}")


def _cut(name: str) -> str:
    """Return the beginning of `name` that fits, never parting a letter from its accents."""
    if len(name.encode()) <= MAX_NAME:
        return name
    start = name.encode()[: MAX_NAME - len("…".encode())].decode(errors="ignore")
    end = len(start)
    while end > 1 and unicodedata.category(name[end]).startswith("M"):
        end -= 1
    return f"{name[:end].rstrip()}…"
