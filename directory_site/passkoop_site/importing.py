"""Lists of co-ops that others keep, made into entry files: each line becomes a file or a remark."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from passkoop_site.cleaning import clean_line, slug_of
from passkoop_site.entries import read_entry
from passkoop_site.errors import BadImport
from passkoop_site.interfoodcoop import interfoodcoop_table, is_interfoodcoop
from passkoop_site.remarks import Report
from passkoop_site.tables import LANGUAGES, STAGES, WORDS
from passkoop_site.writing import entry_as_toml, sum_of

MAX_FILE = 32_000_000  # bytes
_COLUMNS = {  # what others call what we call otherwise
    "ville": "lieu",
    "commune": "lieu",
    "e_mail": "courriel",
    "email": "courriel",
    "site_web": "site",
    "cp": "code_postal",
    "lat": "latitude",
    "lon": "longitude",
    "lng": "longitude",
    "tel": "telephone",
    "description": "resume",
}

Table = Mapping[str, Any]


@dataclass(kw_only=True, slots=True)
class Imported:
    """What became of the lines of a file; with the remarks, they are all of them."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0  # files that somebody changed by hand since: left as they are
    refused: int = 0


def import_coops(source: Path, folder: Path, report: Report, *, replace: bool = False) -> Imported:
    """Write an entry file into `folder`/coops for each co-op of a list.

    A file that was written here and changed by nobody since follows the list; one that somebody
    changed by hand stays as it is, unless `replace`.

    Raises:
        BadImport: the file is no list of co-ops.
    """
    tables = list(_tables(source))
    names = Counter(slug_of(clean_line(str(table.get("nom") or ""))) for _, table in tables)
    done = Imported(read=len(tables))
    coops = folder / "coops"
    coops.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    sites: dict[str, str] = {}
    for number, (where, given) in enumerate(tables, 1):
        table = interfoodcoop_table(given, where, report) if is_interfoodcoop(given) else given
        if table is None:
            done.refused += 1
            continue
        stem = _stem(table, names, taken, number)
        entry = read_entry(table, stem=stem, where=where, report=report)
        if entry is None:
            done.refused += 1
            continue
        taken.add(entry.slug)
        other = sites.setdefault(entry.page.site, where) if entry.page.site else where
        if other != where:
            report.repaired(
                where,
                f"cette coop a la même adresse web que {other} : gardée telle quelle",
                "Vérifiez que c’est bien la sienne.",
            )
        _write(
            coops / f"{entry.slug}.toml", entry_as_toml(entry, source.name), done, report, replace
        )
    return done


def _write(path: Path, text: str, done: Imported, report: Report, replace: bool) -> None:
    old = path.read_text("utf-8") if path.exists() else None
    if old == text:
        done.unchanged += 1
    elif old is None:
        path.write_text(text, "utf-8")
        done.created += 1
    elif replace or _is_untouched(old):
        path.write_text(text, "utf-8")
        done.updated += 1
    else:
        done.kept += 1
        report.repaired(
            path.name,
            "ce fichier a été modifié à la main : il reste comme il est",
            "Recopiez-y ce qui a changé, ou relancez avec --replace.",
        )


def _is_untouched(text: str) -> bool:
    """Return whether a file is as it was written here: its first line holds its own sum."""
    first, _, rest = text.partition("\n")
    return first.endswith(sum_of(rest))


def _stem(table: Table, names: Counter[str], taken: set[str], number: int) -> str:
    """Return what to call a co-op's file: its name; with its town if another has that name."""
    name = slug_of(clean_line(str(table.get("nom") or "")))
    stem = name
    if names[name] > 1:
        stem = slug_of(f"{name} {clean_line(str(table.get('lieu') or ''))}") or name
    return stem if stem not in taken else f"{stem}-{number}"


def _tables(source: Path) -> Iterator[tuple[str, Table]]:
    """Yield each line of a file with what to call it.

    Raises:
        BadImport: the file is no list of co-ops.
    """
    with source.open("rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise BadImport(source, "elle dépasse 32 Mo")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("iso-8859-15")
    if text.lstrip()[:1] in ("[", "{"):
        yield from _from_json(text, source)
    else:
        yield from _from_csv(text, source)


def _from_json(text: str, source: Path) -> Iterator[tuple[str, Table]]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadImport(source, "ce n’est pas du JSON") from error
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise BadImport(source, "ce n’est pas une liste d’objets")
    for number, table in enumerate(given, 1):
        name = clean_line(str(table.get("nom") or ""))
        yield f"n°\u00a0{number} ({name})" if name else f"n°\u00a0{number}", table


def _from_csv(text: str, source: Path) -> Iterator[tuple[str, Table]]:
    first = text.partition("\n")[0]
    sign = max(";,\t", key=first.count)
    rows = csv.DictReader(StringIO(text, newline=""), delimiter=sign)
    heads = {head: _column(head) for head in rows.fieldnames or [] if head}
    if not {"nom", "pays"} <= set(heads.values()):
        raise BadImport(source, "il manque la colonne « nom » ou « pays »")
    try:
        for row in rows:
            cells = {heads[head]: cell for head, cell in row.items() if head in heads and cell}
            name = clean_line(cells.get("nom", ""))
            where = f"ligne {rows.line_num}" + (f" ({name})" if name else "")
            yield where, _typed(cells)
    except csv.Error as error:
        raise BadImport(source, f"la ligne {rows.line_num} ne se lit pas") from error


def _column(head: str) -> str:
    """Return our word for a column: case, accents and blanks do not matter."""
    name = slug_of(head).replace("-", "_")
    return _COLUMNS.get(name, name)


def _typed(cells: dict[str, str]) -> Table:
    """Return a row of texts as a table: numbers, yes and no, words in French."""
    table: dict[str, Any] = dict(cells)
    for name in ("latitude", "longitude"):
        if name in table:
            table[name] = table[name].replace(",", ".")
    if "etape" in table and table["etape"].isdecimal():
        table["etape"] = int(table["etape"])
    elif "etape" in table and slug_of(table["etape"]) in STAGES:
        table["etape"] = slug_of(table["etape"])
    if (answer := slug_of(table.get("adhesion_en_ligne", ""))) in ("oui", "non"):
        table["adhesion_en_ligne"] = answer == "oui"
    words = {
        name: table.pop(name)
        for name in WORDS
        if name in table and name not in ("dons", "horaires")
    }
    if words:
        table[LANGUAGES[0]] = words
    return table
