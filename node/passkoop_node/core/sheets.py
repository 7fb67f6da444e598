"""Tables for spreadsheets: CSV, and workbooks of Excel in which days are days and amounts amounts.

A text that looks like a formula stays a text in both: names come from people.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from passkoop_node.core.files import spreadsheet_cell

Cell = str | int | date | Decimal | None

_BAD_IN_TITLES = re.compile(r"[\[\]:*?/\\']")
_LONGEST_TITLE = 31  # characters, says Excel


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A table: its columns' titles, and its rows."""

    title: str
    titles: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def csv_of(sheet: Sheet) -> bytes:
    """Return CSV with semicolons, as spreadsheets of half of Europe want it, in UTF-8 with a mark.

    Days are written 2026-11-30, and amounts with a comma.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(sheet.titles)
    writer.writerows(list(map(_text, row)) for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def _text(cell: Cell) -> str | int:
    if isinstance(cell, str):
        return spreadsheet_cell(cell)
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else cell


def xlsx_of(sheet: Sheet) -> bytes:
    """Return a workbook with one sheet, whose first line stays in sight."""
    import xlsxwriter  # for those alone who ask for one

    out = io.BytesIO()
    # Each row goes to the disk when the next begins: 100,000 take little memory.
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        money = book.add_format({"num_format": "# ##0.00"})
        title = _BAD_IN_TITLES.sub(" ", sheet.title)[:_LONGEST_TITLE].strip() or "1"
        page = book.add_worksheet(title)
        page.freeze_panes(1, 0)
        page.set_column(0, max(len(sheet.titles) - 1, 0), 18)
        for x, text in enumerate(sheet.titles):
            page.write_string(0, x, text, bold)
        for y, row in enumerate(sheet.rows, 1):
            for x, cell in enumerate(row):
                if isinstance(cell, str):
                    if cell:
                        page.write_string(y, x, cell)  # never a formula, nor a link
                elif isinstance(cell, Decimal):
                    page.write_number(y, x, float(cell), money)
                elif isinstance(cell, date):
                    if cell.year >= 1900:  # before, Excel knows no days
                        page.write_datetime(y, x, cell, day)
                    else:
                        page.write_string(y, x, cell.isoformat())
                elif cell is not None:
                    page.write_number(y, x, cell)
    return out.getvalue()


# What a sheet can become: its kind for browsers, and how.
FORMATS: Mapping[str, tuple[str, Callable[[Sheet], bytes]]] = {
    "csv": ("text/csv", csv_of),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_of),
}
