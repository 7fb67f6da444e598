"""Files that a page hands out."""

from aiohttp import web


def file_answer(data: bytes, name: str, kind: str) -> web.Response:
    """Return a file to keep; `name` is ours, in plain letters."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, content_type=kind, headers=headers)
