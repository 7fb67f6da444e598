"""All that the co-op keeps, in one ZIP file that another tool can read: a data package.

Tables and columns go out because `tables.txt` names them, never because they are there: what is
added to the database and forgotten here stays where it is.
"""

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from passkoop_node.core.database import database_errors
from passkoop_node.core.files import spreadsheet_cell
from passkoop_node.takeout.described import Described, schema
from passkoop_node.takeout.readme import read_me

PART = 5_000  # rows between two reports of progress
Progress = Callable[[int, int], None]  # rows written, of how many

# Settings that open something, by their names (a gateway's address may hold a password, the marks
# of a bank's lines are guessed with their key); what the co-op's key is is told to everybody.
_SECRET = re.compile(r"secret|password|token|key|credential|gateway|^dues\.marks$")
_PUBLIC = frozenset({"coop.identity_key"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What is in the file."""

    tables: int
    rows: int
    documents: int


def is_secret(setting: str) -> bool:
    """Return whether a setting opens something, and so stays here."""
    return setting not in _PUBLIC and bool(_SECRET.search(setting))


def write_all(
    database: Path,
    stream: BinaryIO,
    *,
    coop: str,
    now: int,
    progress: Progress = lambda _done, _total: None,
) -> Written:
    """Write everything into a ZIP file, as it was at one moment.

    Args:
        database: it is read beside whatever else goes on with it.
        stream: where to write; it can be moved in.
        coop: the co-op's name.
        now: seconds, UTC.
        progress: hears how far it is.
    """
    with _reading(database) as db, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        tables = [one for one in schema().tables if _columns_in(db, one.name) and one.columns]
        total = 2 * sum(_count(db, one.name) for one in tables)
        done = 0
        rows = 0
        resources: list[dict[str, Any]] = []
        for table in tables:
            names = [one.name for one in table.columns if one.name in _columns_in(db, table.name)]
            for put in (_put_csv, _put_json):
                count = 0
                for count in put(archive, table.name, names, _rows(db, table, names)):
                    if count % PART == 0:
                        progress(done + count, total)
                done += count
                progress(done, total)
            rows += count
            resources += _resources(db, table, names)
        documents = _put_files(db, archive)
        moment = datetime.fromtimestamp(now, UTC)
        archive.writestr("datapackage.json", _package(resources, coop, moment))
        archive.writestr("LISEZ-MOI.md", read_me("fr", coop, moment))
        archive.writestr("README.md", read_me("en", coop, moment))
    return Written(tables=len(tables), rows=rows, documents=documents)


@contextmanager
def _reading(database: Path) -> Iterator[sqlite3.Connection]:
    """Read the database as it is now, whatever is written meanwhile."""
    address = f"file:{quote(str(database.absolute()))}?mode=ro"
    with (
        database_errors(database),
        closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=10)) as db,
    ):
        db.execute("begin")
        yield db


def _columns_in(db: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return the columns that a table has, and of what type; nothing if there is no such table."""
    return {row[1]: row[2] for row in db.execute(f'pragma table_info("{table}")')}


def _count(db: sqlite3.Connection, table: str) -> int:
    (count,) = db.execute(f'select count(*) from "{table}"').fetchone()  # noqa: S608 - ours
    return int(count)


def _rows(
    db: sqlite3.Connection, table: Described, names: Sequence[str]
) -> Iterator[Sequence[object]]:
    listed = ", ".join(f'"{name}"' for name in names)
    for row in db.execute(f'select {listed} from "{table.name}" order by 1'):  # noqa: S608 - ours
        if table.name == "setting" and is_secret(str(row[0])):
            continue
        yield [cell.hex() if isinstance(cell, bytes) else cell for cell in row]


def _put_csv(
    archive: zipfile.ZipFile, table: str, names: Sequence[str], rows: Iterator[Sequence[object]]
) -> Iterator[int]:
    with (
        archive.open(f"csv/{table}.csv", "w", force_zip64=True) as raw,
        io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=False) as text,
    ):
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(names)
        for count, row in enumerate(rows, 1):
            writer.writerow(
                [spreadsheet_cell(cell) if isinstance(cell, str) else cell for cell in row]
            )
            yield count


def _put_json(
    archive: zipfile.ZipFile, table: str, names: Sequence[str], rows: Iterator[Sequence[object]]
) -> Iterator[int]:
    with (
        archive.open(f"json/{table}.json", "w", force_zip64=True) as raw,
        io.TextIOWrapper(raw, encoding="utf-8", newline="") as text,
    ):
        text.write("[")
        for count, row in enumerate(rows, 1):
            text.write("\n" if count == 1 else ",\n")
            text.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False))
            yield count
        text.write("\n]\n")


# Files that stand beside the tables: what names them, and where they lie.
_FILES = (
    ("select 'documents/' || kind || '-' || lower(hex(hash)) || '.cbor', data from document"),
    ("select 'carnet/' || id || '-' || name, data from own_document"),
    ("select 'promotions/' || id || '.jpg', picture from promotion where picture is not null"),
)


def _put_files(db: sqlite3.Connection, archive: zipfile.ZipFile) -> int:
    """Write the documents and pictures, a file each, and return how many."""
    count = 0
    for sql in _FILES:
        for path, data in db.execute(f"{sql} order by 1"):
            folder, _, name = str(path).partition("/")
            # A name that somebody gave leads nowhere else.
            plain = re.sub(r"[^\w.-]", "-", name)[-120:].lstrip(".")
            archive.writestr(f"{folder}/{plain}", data)
            count += 1
    return count


def _resources(
    db: sqlite3.Connection, table: Described, names: Sequence[str]
) -> list[dict[str, Any]]:
    types = _columns_in(db, table.name)
    fields = [
        {
            "name": one.name,
            "type": _type(one.kind, types[one.name]),
            "description": one.says.fr,
            "description_en": one.says.en,
        }
        for one in table.columns
        if one.name in names
    ]
    held: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    keys = [row[1] for row in db.execute(f'pragma table_info("{table.name}")') if row[5]]
    if keys and set(keys) <= set(names):
        held["primaryKey"] = keys
    if foreign := list(_foreign(db, table.name, names)):
        held["foreignKeys"] = foreign
    about = {"description": table.says.fr, "description_en": table.says.en}
    return [
        {
            "name": table.name,
            "path": f"csv/{table.name}.csv",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            **about,
            "schema": held,
        },
        {
            "name": f"{table.name}-json",
            "path": f"json/{table.name}.json",
            "format": "json",
            "mediatype": "application/json",
            "encoding": "utf-8",
            **about,
        },
    ]


def _foreign(
    db: sqlite3.Connection, table: str, names: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    """Return which columns refer to which other table that goes out too."""
    out = {one.name: {column.name for column in one.columns} for one in schema().tables}
    for row in db.execute(f'pragma foreign_key_list("{table}")'):
        other, ours, theirs = row[2], row[3], row[4] or "id"
        if ours in names and theirs in out.get(other, ()):
            resource = "" if other == table else other  # "" is how one says: this one
            yield {"fields": ours, "reference": {"resource": resource, "fields": theirs}}


def _type(kind: str, type: str) -> str:
    if kind == "date":
        return "date"
    return "integer" if type.upper() == "INTEGER" and kind != "hex" else "string"


def _package(resources: Sequence[dict[str, Any]], coop: str, moment: datetime) -> str:
    package = {
        "profile": "data-package",
        "name": "passkoop",
        "title": coop,
        "description": "Toutes les données de la coop, sans ses clés ni ses mots de passe.",
        "description_en": "All data of the co-op, without its keys and passwords.",
        "created": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "version": metadata.version("passkoop"),
        "resources": list(resources),
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"
