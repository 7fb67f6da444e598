"""What the tables hold, in French and in English, and what of them stays here, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TEXT = Path(__file__).with_name("tables.txt")
_KINDS = ("date", "hex")


@dataclass(frozen=True, kw_only=True, slots=True)
class Says:
    """A sentence in two languages."""

    fr: str
    en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column that goes out."""

    name: str
    kind: str  # "date" for a day, "hex" for bytes, "" for what the database says it is
    says: Says


@dataclass(frozen=True, kw_only=True, slots=True)
class Described:
    """A table that goes out."""

    name: str
    says: Says
    columns: tuple[Column, ...]
    kept: Mapping[str, Says]  # columns that do not go out, and why


@dataclass(frozen=True, kw_only=True, slots=True)
class Schema:
    """All tables."""

    tables: tuple[Described, ...]
    kept: Mapping[str, Says]  # tables that do not go out, and why


@cache
def schema() -> Schema:
    """Return what tables.txt says.

    Raises:
        ValueError: it is written wrong.
    """
    tables: list[tuple[str, Says, list[Column], dict[str, Says]]] = []
    kept: dict[str, Says] = {}
    for line in _TEXT.read_text("utf-8").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            name, _, rest = line[1:].partition("]")
            if name.startswith("!"):
                kept[name[1:]] = _says(rest)
            else:
                tables.append((name, _says(rest), [], {}))
            continue
        name, _, rest = line.partition("|")
        _table, _words, columns, withheld = tables[-1]
        if name.startswith("!"):
            withheld[name[1:].strip()] = _says(rest)
            continue
        name, _, kind = name.strip().partition(":")
        if kind and kind not in _KINDS:
            raise ValueError(f"no kind of column: {line}")
        columns.append(Column(name=name, kind=kind, says=_says(rest)))
    return Schema(
        tables=tuple(
            Described(name=name, says=says, columns=tuple(columns), kept=withheld)
            for name, says, columns, withheld in tables
        ),
        kept=kept,
    )


def _says(text: str) -> Says:
    fr, _, en = text.partition("|")
    if not fr.strip() or not en.strip():
        raise ValueError(f"not said in both languages: {text}")
    return Says(fr=fr.strip(), en=en.strip())
