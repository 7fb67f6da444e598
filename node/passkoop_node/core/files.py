"""Files that a page hands out."""

from aiohttp import web


def file_answer(data: bytes, name: str, kind: str) -> web.Response:
    """Return a file to keep; `name` is ours, in plain letters."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, content_type=kind, headers=headers)


# A spreadsheet takes such a cell for a formula, and what it says may come from elsewhere.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def spreadsheet_cell(text: str) -> str:
    """Return `text` for a cell of a CSV file, in which no spreadsheet sees a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
