"""Which column of a file is what: by its header, never by its position."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from passkoop_node.core.language import Message
from passkoop_node.errors import NoNameColumn
from passkoop_node.members.synonyms import SYNONYMS
from passkoop_node.members.text import fold, shown, words

Values = dict[str, Any]  # what one line says: a field of MemberData, or a word of an export's own
Notes = list[str]  # remarks on one line, for people

# Alone, these hold the whole name; beside the other half, the half that they say in their language.
WHOLE_OR_FAMILY = frozenset({"nom", "nom adherent", "nom de l adherent", "name", "naam"})
WHOLE_OR_GIVEN = frozenset({"nombre", "nome"})

NOTHING_CHOSEN: Mapping[str, str] = {}

_GENDERED = re.compile(r"[·•.(/-](?:e|es|ne|nes|rice|rices|trice|trices|euse|euses)\)?(?![\w-])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """The export of a program that we know."""

    name: str  # stable, English
    title: Message  # for people
    fingerprint: frozenset[str]  # normalised headers that are all there
    # What its headers mean where SYNONYMS does not say it: a field, or a word for `rule` to read.
    columns: Mapping[str, str] = field(default_factory=dict)
    # Completes the values of a line; returns why the line is not taken, or "".
    rule: Callable[[Values, Notes], str] | None = None
    newest_first: bool = False  # then the lines are taken from the end
    has_households: bool = False  # the persons of one household stand under one number


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """What the columns of a file are."""

    export: Export
    fields: Mapping[str, tuple[int, ...]]  # field -> places of its columns, the preferred first
    ignored: tuple[str, ...]  # headers of which nothing is taken

    def meaning_of(self, place: int) -> str:
        """Return the field that a column gives, "" if none."""
        return next((field for field, places in self.fields.items() if place in places), "")


def normalised(header: str) -> str:
    """Return a header without case, accents, punctuation, gender: n d adherent."""
    bare = _GENDERED.sub("", fold(header))
    return " ".join(words(bare)).replace("e mail", "email").removeprefix("votre ")


def recognised(
    headers: Sequence[str],
    exports: Sequence[Export],
    chosen: Mapping[str, str] = NOTHING_CHOSEN,
    *,
    needs_names: bool = True,
) -> Columns:
    """Return what the columns are; of `exports`, the first that fits (the last fits all).

    Args:
        chosen: what somebody said that columns are: a field of a member, or "" for nothing, by
            the header as `normalised` gives it.
        needs_names: a number or an address is not enough.

    Raises:
        NoNameColumn: nothing says how people are called.
    """
    columns = guessed(headers, exports, chosen)
    enough = not needs_names and columns.fields.keys() & {"number", "email"}
    if not has_names(columns) and not enough:
        listed = ", ".join(shown(header) for header in headers[:12] if header)
        raise NoNameColumn(f"{listed}…" if len(headers) > 12 else listed)
    return columns


def has_names(columns: Columns) -> bool:
    """Return whether one of the columns says how people are called."""
    return bool(columns.fields.keys() & {"given_name", "family_name", "full_name"})


def guessed(
    headers: Sequence[str], exports: Sequence[Export], chosen: Mapping[str, str] = NOTHING_CHOSEN
) -> Columns:
    """Return what `recognised` does, also where nothing says how people are called."""
    plain = [normalised(header) for header in headers]
    export = next(one for one in exports if one.fingerprint.issubset(plain))
    meanings = _MEANINGS | {name: (field, -1) for name, field in export.columns.items()}
    found: dict[str, list[tuple[int, int]]] = {}
    for place, name in enumerate(plain):
        if name and name in chosen and name not in export.columns:
            if chosen[name]:
                found.setdefault(chosen[name], []).append((-2, place))
        elif name in meanings:
            meaning, rank = meanings[name]
            found.setdefault(meaning, []).append((rank, place))
    fields = {name: tuple(place for _, place in sorted(places)) for name, places in found.items()}
    _settle(fields, ["" if name in chosen else name for name in plain])
    used = {place for places in fields.values() for place in places}
    ignored = tuple(header for place, header in enumerate(headers) if header and place not in used)
    return Columns(export=export, fields=fields, ignored=ignored)


_MEANINGS = {
    name: (field, rank) for field, names in SYNONYMS.items() for rank, name in enumerate(names)
}


def _settle(fields: dict[str, tuple[int, ...]], plain: Sequence[str]) -> None:
    """Decide what depends on which other columns there are."""
    given, family = fields.get("given_name"), fields.get("family_name")
    whole = fields.get("full_name")
    if given and not family and whole and plain[whole[0]] in WHOLE_OR_FAMILY:
        fields["family_name"] = fields.pop("full_name")
    elif family and not given and not whole and plain[family[0]] in WHOLE_OR_FAMILY:
        fields["full_name"] = fields.pop("family_name")
    elif given and not family and not whole and plain[given[0]] in WHOLE_OR_GIVEN:
        fields["full_name"] = fields.pop("given_name")
    if "number" in fields:
        # The co-op's number or a program's own: never one on this line and the other on that.
        fields["number"] = fields["number"][:1]
