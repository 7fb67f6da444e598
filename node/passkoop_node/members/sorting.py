"""The orders in which a list of members is shown, and what is searched in it."""

import re
from enum import StrEnum

from passkoop_node.members.member import MemberData
from passkoop_node.members.text import fold, words


class SortBy(StrEnum):
    """What a list is sorted by; the values stand in addresses."""

    NUMBER = "numero"
    NAME = "nom"
    TOWN = "commune"
    JOINED = "adhesion"


def name_order(given_name: str, family_name: str) -> str:
    """Return a text that sorts like a name in a list: by the family name, without accents."""
    # What parts the two comes before any letter: Petit, Zoé stands before Petit-Martin, Anne.
    return f"{fold(family_name)}\x1f{fold(given_name)}" if family_name else fold(given_name)


def number_order(number: str) -> str:
    """Return a text that sorts like `number` does for people: 2, 10, 10-2, 100."""
    return re.sub(r"[0-9]+", lambda digits: digits[0].zfill(12), number.casefold())


def search_text(data: MemberData) -> str:
    """Return the folded words that a search looks among, each after a space."""
    sought = (
        f"{data.given_name} {data.family_name} {data.number} {data.email} {data.phone}"
        f" {data.town} {data.badge}"
    )
    digits = re.sub("[^0-9]", "", data.phone)
    return f" {' '.join(words(sought))} {digits}"
