"""A text to many, as each of them reads it: {prénom} becomes a name, and nothing else does."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from passkoop_node.core.language import N_, Message
from passkoop_node.core.letters import MAX_SUBJECT
from passkoop_node.core.markdown import escaped
from passkoop_node.members.member import MemberData

MOST_FIELDS = 20  # in one text
_LONGEST_VALUE = 100  # characters, of which each may be escaped
_FIELD = re.compile(r"\{([^{}\n]{1,30})\}")

FIELDS: Mapping[str, tuple[Message, Callable[[MemberData], str]]] = {
    "prénom": (N_("le prénom, ou le nom s'il manque"), lambda one: one.given_name or one.full_name),
    "nom": (N_("le prénom et le nom"), lambda one: one.full_name),
    "numéro": (N_("le numéro de membre"), lambda one: one.number),
    "commune": (N_("la commune"), lambda one: one.town),
}
_ALIASES = {"prenom": "prénom", "numero": "numéro"}


def unknown_fields(text: str) -> list[str]:
    """Return what stands in braces in a text and is no field."""
    return [name for name in _FIELD.findall(text) if _known(name) is None]


def is_visible(text: str) -> bool:
    """Return whether nothing hides in a text of several lines.

    Spaces that do not break stand before French colons, and a joiner makes one picture of two.
    """
    meant = {letter for letter in text if unicodedata.category(letter) == "Zs"} | set("\n\t\u200d")
    return "".join(set(text) - meant).isprintable()


def count_fields(text: str) -> int:
    """Return how many fields a text has."""
    return len(_FIELD.findall(text))


def personal_text(text: str, member: MemberData) -> str:
    """Return Markdown as a member reads it; what the register says of them is never Markdown."""
    return _filled(text, member, escaped)


def personal_line(text: str, member: MemberData) -> str:
    """Return a subject, or an SMS, as a member reads it."""
    return _filled(text, member, lambda value: " ".join(value.split()))


def personal_subject(text: str, member: MemberData) -> str:
    """Return a subject as a member reads it: one line, not longer than one may be."""
    line = " ".join(personal_line(text, member).split())
    return line if len(line) <= MAX_SUBJECT else f"{line[: MAX_SUBJECT - 1]}…"


def _filled(text: str, member: MemberData, shown: Callable[[str], str]) -> str:
    def fill(found: re.Match[str]) -> str:
        name = _known(found[1])
        if name is None:
            return found[0]
        return shown(FIELDS[name][1](member)[:_LONGEST_VALUE])

    return _FIELD.sub(fill, text)


def _known(name: str) -> str | None:
    name = name.strip().lower()
    name = _ALIASES.get(name, name)
    return name if name in FIELDS else None
