"""From the bytes of a file to a table: encoding, delimiter, lines. Knows nothing of members."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from passkoop_node.core.language import N_, _
from passkoop_node.errors import FileTooLarge, NotATable, NothingToImport
from passkoop_node.members import workbooks
from passkoop_node.members.text import clean
from passkoop_node.members.workbooks import save_as_csv, workbook_as_csv

MAX_BYTES = 64_000_000
MAX_LINES = 1_000_000
MAX_LINE = 1_000_000  # characters
MAX_COLUMNS = 500
MAX_UNREADABLE = 1000  # lines; then the file is something else, and each costs a new start
DELIMITERS = ";,\t|"  # the first wins a tie: Europe's spreadsheets write semicolons

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
SIGNATURES = {
    b"\x89PNG": N_("ce fichier est une image PNG, pas un tableau"),
    b"\xff\xd8\xff": N_("ce fichier est une image JPEG, pas un tableau"),
    b"GIF8": N_("ce fichier est une image GIF, pas un tableau"),
    b"%PDF": N_("ce fichier est un PDF, pas un tableau"),
    OLD_WORKBOOK: N_("ce fichier est un ancien classeur Excel (XLS)"),
    b"\x1f\x8b": N_("ce fichier est une archive compressée"),
    b"SQLite format 3\0": N_("ce fichier est une base de données"),
    b"{\\rtf": N_("ce fichier est un document RTF, pas un tableau"),
}
WORKBOOK = "XLSX, ODS"  # in place of an encoding
# UTF-8 read as something else and saved again: é became Ã©, ’ became â€™.
_MOJIBAKE = re.compile("[ÃÂ][\x80-\x9f¡-¿]|â€[™œ\x9d“”˜¦]|Ã[‰ŠˆŽ‡”¢®´»¼]")
_NOT_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
_LOST_BYTE = re.compile("[\udc80-\udcff]")


class Row(NamedTuple):
    """A record of the file. It may span several lines."""

    line: int  # the first of its lines, from 1
    cells: list[str]
    problem: str  # why it cannot be read; then it has no cells


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A file of records."""

    headers: tuple[str, ...]  # cleaned, as written
    line: int = 1  # on which they stand
    rows: list[Row]  # without the empty ones
    encoding: str
    delimiter: str
    warnings: tuple[str, ...]


def read_table(data: bytes) -> Table:
    """Return the table that `data` holds.

    Raises:
        FileTooLarge: more than `MAX_BYTES`.
        NotATable: no text, or no table.
        NothingToImport: an empty file, or headers alone.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLarge(len(data), MAX_BYTES)
    is_workbook = data.startswith(workbooks.SIGNATURE)
    if is_workbook:
        data = workbook_as_csv(data)
    _check_is_text(data)
    text, encoding = _decoded(data)
    if text.count("\n") + text.count("\r") > 2 * MAX_LINES:
        raise no_table(_("ce fichier a trop de lignes pour une liste de membres"))
    lines = io.StringIO(text, newline="").readlines()
    if max(map(len, lines), default=0) > MAX_LINE:
        raise no_table(_("une ligne de ce fichier est démesurée ; ce n'est pas un tableau"))
    start, delimiter = _start(lines)
    records = _records(lines, start, delimiter)
    header = next(records, None)
    if header is None:
        raise NothingToImport(_("ce fichier est vide"))
    headers = tuple(clean(_LOST_BYTE.sub("\ufffd", cell)) for cell in header.cells)
    if header.problem or not any(headers) or len(headers) > MAX_COLUMNS:
        raise no_table(_("la première ligne de ce fichier ne donne pas le titre des colonnes"))
    rows = [_fitted(row, len(headers)) for row in records]
    if not rows:
        raise NothingToImport(_("ce fichier n'a que le titre des colonnes, aucun membre"))
    return Table(
        headers=headers,
        line=header.line,
        rows=rows,
        encoding=WORKBOOK if is_workbook else encoding,
        delimiter=delimiter,
        warnings=_warnings(lines),
    )


def lines_of(data: bytes) -> list[str]:
    """Return the lines of a file, of which not all belong to the table.

    Raises:
        FileTooLarge, NotATable: as `read_table`.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLarge(len(data), MAX_BYTES)
    if data.startswith(workbooks.SIGNATURE):
        data = workbook_as_csv(data)
    _check_is_text(data)
    text, _encoding = _decoded(data)
    return io.StringIO(text, newline="").readlines()


def no_table(reason: str) -> NotATable:
    """Return the error that says why a file is no table, and what to export instead."""
    hint = _(
        "Exportez la liste des membres au format CSV, de préférence en UTF-8, "
        "et importez ce fichier-là."
    )
    return NotATable(reason, hint)


def _check_is_text(data: bytes) -> None:
    for signature, kind in SIGNATURES.items():
        if data.startswith(signature):
            if signature == OLD_WORKBOOK:  # a spreadsheet opens it
                raise NotATable(str(kind), save_as_csv())
            raise no_table(str(kind))
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise no_table(_("ce fichier est une page web, pas un tableau"))


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text and the encoding's name for people."""
    text, encoding = _decoded_as_said(data) or _decoded_as_guessed(data)
    if "\0" in text:
        raise no_table(_("ce fichier n'est pas du texte (ou c'est de l'UTF-16 sans marque)"))
    return text, encoding


def _decoded_as_said(data: bytes) -> tuple[str, str] | None:
    """Return what the byte order mark says, if there is one."""
    marks = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    for mark, name in marks.items():
        if data.startswith(mark):
            try:
                return data.decode(name), "UTF-16"
            except UnicodeDecodeError as error:
                raise no_table(_("ce fichier est de l'UTF-16 abîmé")) from error
    return None


def _decoded_as_guessed(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    # Some broken letters in a file of good ones: it is UTF-8 still, and only their lines are lost.
    text = data.decode("utf-8-sig", "surrogateescape")
    lost = len(_LOST_BYTE.findall(text))
    kept = len(_NOT_ASCII.findall(text))
    if kept > lost:
        return text, "UTF-8 abîmé"
    # 0x80 to 0x9F are letters and quotes to Windows, control characters to ISO-8859-15.
    if re.search(rb"[\x80-\x9f]", data):
        try:
            return data.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError as error:
            raise no_table(_("ce fichier est dans un encodage inconnu")) from error
    return data.decode("iso-8859-15"), "ISO-8859-15"


def _start(lines: list[str]) -> tuple[int, str]:
    """Return the index of the header's line and the delimiter, asked of that line."""
    for index, line in enumerate(lines):
        if said := re.fullmatch(r"sep=([;,\t|])[\r\n]*", line):  # Excel's own note to itself
            return index + 1, said[1]
        if line.strip(DELIMITERS + " \r\n\ufeff"):
            # A header may hold a delimiter in quotes, and a line end too: quotes open, it goes on.
            header = re.sub(r'"[^"]*("|$)', "", "".join(lines[index : index + 20]))
            header = header.strip("\r\n").splitlines()[0] if header.strip("\r\n") else ""
            return index, max(DELIMITERS, key=header.count)
    return 0, DELIMITERS[0]


def _records(lines: list[str], start: int, delimiter: str) -> Iterator[Row]:
    """Return the records that are not empty, from the line with index `start` on.

    After a record that cannot be read, reading begins again on the line after its first: a quote
    that was never closed costs one line, not the rest of the file.
    """
    unreadable = 0
    while start < len(lines):
        begun = start
        reader = csv.reader(
            map(lines.__getitem__, range(begun, len(lines))), delimiter=delimiter, strict=True
        )
        try:
            for cells in reader:
                if any(cells) and any(map(str.strip, cells)):
                    yield Row(start + 1, cells, "")
                start = begun + reader.line_num
        except csv.Error:
            unreadable += 1
            if unreadable > MAX_UNREADABLE:
                raise no_table(_("trop de lignes de ce fichier sont illisibles")) from None
            problem = _("guillemets mal placés ou cellule sans fin ; corrigez la ligne")
            yield Row(start + 1, [], problem)
            start += 1
        else:
            return


def _fitted(row: Row, width: int) -> Row:
    """Return the row with as many cells as there are headers, or with what is wrong with it."""
    cells = row.cells
    if row.problem or (len(cells) == width and not _is_lossy(cells)):
        return row
    if _is_lossy(cells):
        problem = _("caractères illisibles ; réenregistrez le fichier en UTF-8")
        return Row(row.line, [], problem)
    if any(cell.strip() for cell in cells[width:]):
        problem = _(
            "%(cells)s cellules pour %(columns)s colonnes ; "
            "mettez entre guillemets ce qui contient un séparateur",
            cells=len(cells),
            columns=width,
        )
        return Row(row.line, [], problem)
    return Row(row.line, [*cells[:width], *[""] * (width - len(cells))], "")


def _is_lossy(cells: list[str]) -> bool:
    return any(not cell.isascii() and _LOST_BYTE.search(cell) for cell in cells)


def _warnings(lines: list[str]) -> tuple[str, ...]:
    for number, line in enumerate(lines, 1):
        if not line.isascii() and (found := _MOJIBAKE.search(line)):
            return (
                _(
                    "accents abîmés (ligne %(line)s : « %(text)s ») ; "
                    "exportez de nouveau le fichier, en UTF-8",
                    line=number,
                    text=found[0],
                ),
            )
    return ()
