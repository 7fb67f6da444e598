"""A program of its own: a workbook comes in on standard input, its sheet goes out as CSV.

A small file can unfold to more memory than the machine has, and what unfolds it is not ours. In a
process that may use so much and no more, this costs an answer and not the node. It is started by
its path (`workbooks.py`), so it imports nothing of ours.
"""

import csv
import datetime
import io
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MAX_MEMORY = 800_000_000  # bytes
MAX_SECONDS = 20  # of computing
MAX_LINES = 200_000
MAX_COLUMNS = 500
MAX_TEXT = 32_000_000  # characters: one long text can stand in every cell
NO_WORKBOOK, TOO_LARGE = 3, 4  # how it ends when there is no table


def main() -> int:
    """Return how it went: 0, `NO_WORKBOOK`, `TOO_LARGE`."""
    _limit()
    from python_calamine import CalamineError, CalamineWorkbook  # needed in this process alone

    try:
        rows = _best_sheet(CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())))
    except CalamineError:
        return NO_WORKBOOK
    except MemoryError:
        return TOO_LARGE
    if len(rows) > MAX_LINES or max(map(len, rows), default=0) > MAX_COLUMNS:
        return TOO_LARGE
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_ALL)
    written = 0
    for row in rows:
        texts = [_text(cell) for cell in row]
        written += sum(map(len, texts))
        if written > MAX_TEXT:
            return TOO_LARGE
        # An empty row stays a line: lines are numbered as the spreadsheet numbers its rows.
        writer.writerow(texts if any(map(str.strip, texts)) else [])
    out.flush()
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the seconds are counted from outside, too
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))


def _best_sheet(workbook: "CalamineWorkbook") -> list[list[object]]:
    """Return the rows of the first sheet that is shown and holds more than a title."""
    from python_calamine import SheetVisibleEnum

    best: list[list[object]] = []
    for place, about in enumerate(workbook.sheets_metadata):
        if about.visible is not SheetVisibleEnum.Visible:
            continue
        sheet = workbook.get_sheet_by_index(place)
        if sheet.total_height > MAX_LINES or sheet.total_width > MAX_COLUMNS:
            return [[""] * (MAX_COLUMNS + 1)]
        rows: list[list[object]] = list(map(list, sheet.to_python(skip_empty_area=False)))
        filled = sum(map(_says_something, rows))
        if filled > 1:
            return rows
        best = best or rows
    return best


def _says_something(row: Iterable[object]) -> bool:
    return any(str(cell).strip() for cell in row)


def _text(cell: object) -> str:
    """Return a cell as somebody would have typed it."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, float):
        return format(cell, ".15g")  # as spreadsheets show it: 0.3, never 0.30000000000000004
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, bool):
        return str(int(cell))
    return " ".join(str(cell).split("\n")).replace("\r", "")


if __name__ == "__main__":
    sys.exit(main())
