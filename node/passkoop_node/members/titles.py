"""Where the titles of a file's columns stand, and what they would be where there are none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from passkoop_node.core.language import _
from passkoop_node.members.columns import NOTHING_CHOSEN, guessed, has_names
from passkoop_node.members.csvfiles import Row, Table, read_table
from passkoop_node.members.exports import EXPORTS
from passkoop_node.members.text import clean

MOST_ABOVE = 10  # lines: a title, a date, who made the list
_LOOKED_AT = 200  # lines that have to be alike

_NUMBER, _NAME = r"[0-9]{1,10}", r".*[^\W\d_].*"
_DAY, _HOURS = r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", r"-?[0-9]+([.,][0-9]+)?"
_EMAIL = r"\s*[^\s@]+@[^\s@]+\s*|"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bare:
    """A file that a program writes without titles."""

    cells: Sequence[str]  # what each is like
    headers: Sequence[str]
    shared: int | None = None  # the column in which several people stand, « A & B »


_BARE = (
    # gestion-compte: those who are late, and the addresses of a shift or of all.
    _Bare(
        cells=(_NUMBER, _NAME, _DAY, _HOURS),
        headers=("Numéro de membre", "Nom complet", "Fin du cycle", "Compteur de temps"),
        shared=1,
    ),
    _Bare(cells=(_NAME, _NAME, _EMAIL), headers=("Prénom", "Nom", "Email")),
)


def read_list(data: bytes, chosen: Mapping[str, str] = NOTHING_CHOSEN) -> Table:
    """Return the table in a file, below what people write above the titles of its columns.

    Where no line is one of titles that say how people are called, the first one is taken for it.

    Raises:
        FileTooLarge, NotATable, NothingToImport: as `read_table` says.
    """
    table = read_table(data)
    if _is_bare(table.headers):
        if found := _titled(table):
            return found
    elif has_names(guessed(table.headers, EXPORTS, chosen)):
        return table
    for skipped, row in enumerate(table.rows[:MOST_ABOVE]):
        headers = tuple(map(clean, row.cells))
        rows = table.rows[skipped + 1 :]
        if rows and headers and has_names(guessed(headers, EXPORTS, chosen)):
            found_at = _("les titres des colonnes sont à la ligne %(line)s", line=row.line)
            return replace(table, headers=headers, rows=rows, warnings=(*table.warnings, found_at))
    return table


def _is_bare(cells: Sequence[str]) -> bool:
    """Return whether a first line looks like one of people, not of titles."""
    says = any(re.search(r"[0-9@]", cell) for cell in cells)
    return says and any(_is_like(cells, bare) for bare in _BARE)


def _is_like(cells: Sequence[str], bare: _Bare) -> bool:
    return len(cells) == len(bare.cells) and all(
        re.fullmatch(one, cell, re.DOTALL) for one, cell in zip(bare.cells, cells, strict=True)
    )


def _titled(table: Table) -> Table | None:
    rows = [Row(table.line, list(table.headers), ""), *table.rows]
    sound = [row.cells for row in rows[:_LOOKED_AT] if not row.problem]
    for bare in _BARE:
        if all(_is_like(cells, bare) for cells in sound):
            if bare.shared is not None:
                rows = [part for row in rows for part in _parted(row, bare.shared)]
            said = _("ce fichier n'a pas de titres : les colonnes sont devinées")
            return replace(
                table, headers=tuple(bare.headers), rows=rows, warnings=(*table.warnings, said)
            )
    return None


def _parted(row: Row, place: int) -> list[Row]:
    """Return a row for each of the people who stand in one cell."""
    if row.problem:
        return [row]
    names = row.cells[place].split(" & ")
    return [
        row._replace(cells=[*row.cells[:place], name, *row.cells[place + 1 :]])
        for name in names
        if name.strip()
    ] or [row]
