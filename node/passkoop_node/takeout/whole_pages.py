"""The administrator's page that takes all data out: made beside the tills' work, then sent."""

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from aiohttp import web

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import path_of
from passkoop_node.core.feature import Job, Needs, Route, get, post
from passkoop_node.core.formats import local_day
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import CLOCK, caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.errors import NodeError
from passkoop_node.home import disk_errors
from passkoop_node.members.store import MemberStore
from passkoop_node.takeout.whole import Written, write_all

WHOLE = "/reglages/donnees"
FILE = f"{WHOLE}/fichier"
KEPT = 30 * 60  # seconds that the file waits to be fetched
PATIENCE = 1.0  # seconds after which one sees how far it is
_EVERY = 3  # seconds between two looks of a browser
_CHUNK = 256_000


class _GivenUp(Exception):
    """Nobody wants the file any more."""


@dataclass(slots=True, kw_only=True)
class Takeout:
    """A file that is being made, or waits to be fetched. It has no name on the disk."""

    owner: bytes  # the session's
    at: int  # seconds, UTC: when it was asked for
    file: BinaryIO = field(repr=False)
    done: int = 0  # of `total` rows
    total: int = 0
    size: int = 0  # bytes; 0: it is being made
    fault: Message | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    work: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def is_made(self) -> bool:
        """Whether it waits to be fetched."""
        return self.size > 0

    def forget(self) -> None:
        """Let go of the file."""
        self.stop.set()
        if self.work is None or self.work.done():
            self.file.close()


TAKEOUTS: web.AppKey[dict[bytes, Takeout]] = web.AppKey("TAKEOUTS")
MAKING = web.AppKey("MAKING_TAKEOUTS", asyncio.Semaphore)


async def whole_page(request: web.Request) -> web.Response:
    """GET /reglages/donnees."""
    found = _of(request)
    fault = found.fault if found else None
    if found is not None and fault is not None:
        _forget(request.app, found)
        found = None
    status = 200 if fault is None else 503
    response = render(request, "takeout/whole.html", status=status, takeout=found, fault=fault)
    if found is not None and not found.is_made:
        response.headers["Refresh"] = str(_EVERY)
    return response


async def make(request: web.Request) -> web.Response:
    """POST /reglages/donnees: begin."""
    await read_form(request)
    if _of(request) is None:
        database = path_of(the(request, MemberStore).db)
        with disk_errors(database.parent):
            # Beside the database: it holds names, and other folders are less our own.
            file: BinaryIO = tempfile.TemporaryFile(dir=database.parent)  # noqa: SIM115 - kept open
        takeout = Takeout(owner=caller(request).session, at=now(request), file=file)
        request.app[TAKEOUTS][takeout.owner] = takeout
        takeout.work = asyncio.create_task(_make(request, takeout), name="takeout")
        await asyncio.wait({takeout.work}, timeout=PATIENCE)
    return go_to(request, WHOLE)


async def _make(request: web.Request, takeout: Takeout) -> None:
    coop = await run(request, lambda: the(request, Ourselves).profile.name)
    database = path_of(the(request, MemberStore).db)
    moment, actor = now(request), caller(request).actor

    def tell(done: int, total: int) -> None:
        if takeout.stop.is_set():
            raise _GivenUp
        takeout.done, takeout.total = done, total

    def write() -> Written:
        with disk_errors(database.parent):
            return write_all(database, takeout.file, coop=coop, now=moment, progress=tell)

    def note(written: Written) -> None:
        details = {"tables": written.tables, "rows": written.rows}
        the(request, AuditStore).add("data.export", now=moment, actor=actor, details=details)

    try:
        async with request.app[MAKING]:
            written = await asyncio.to_thread(write)
        await run(request, note, written)
    except _GivenUp:
        takeout.file.close()
    except NodeError as error:
        takeout.file.close()
        says = f"{error}. {error.hint}"
        takeout.fault = Message("%(says)s", {"says": says[:1].upper() + says[1:]})
    else:
        takeout.size = takeout.file.seek(0, 2)


async def fetch(request: web.Request) -> web.StreamResponse:
    """GET /reglages/donnees/fichier: the file, to whoever had it made."""
    found = _of(request)
    if found is None or not found.is_made:
        return go_to(request, WHOLE, say=_("Ce fichier n'est plus là : refaites-le."))
    name = f"passkoop-{local_day(found.at)}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = web.StreamResponse(headers=headers)
    response.content_type = "application/zip"
    response.content_length = found.size
    await response.prepare(request)
    for start in range(0, found.size, _CHUNK):
        await response.write(await asyncio.to_thread(_part, found.file, start))
    await response.write_eof()
    return response


def _part(file: BinaryIO, start: int) -> bytes:
    file.seek(start)
    return file.read(_CHUNK)


async def drop(request: web.Request) -> web.Response:
    """POST /reglages/donnees/oublier."""
    await read_form(request)
    if (found := _of(request)) is not None:
        _forget(request.app, found)
    return go_to(request, WHOLE, say=_("Le fichier est supprimé de cette machine."))


def _of(request: web.Request) -> Takeout | None:
    return request.app[TAKEOUTS].get(caller(request).session)


def _forget(app: web.Application, takeout: Takeout) -> None:
    app[TAKEOUTS].pop(takeout.owner, None)
    takeout.forget()


async def _sweep(app: web.Application) -> None:
    moment = app[CLOCK]()
    for one in list(app[TAKEOUTS].values()):
        if not 0 <= moment - one.at < KEPT:
            _forget(app, one)


async def _life(app: web.Application) -> AsyncIterator[None]:
    yield
    works = [one.work for one in app[TAKEOUTS].values() if one.work]
    for one in list(app[TAKEOUTS].values()):
        _forget(app, one)
    await asyncio.gather(*works, return_exceptions=True)


def set_up(app: web.Application) -> None:
    """Make room for the files."""
    app[TAKEOUTS] = {}
    app[MAKING] = asyncio.Semaphore(1)
    app.cleanup_ctx.append(_life)


JOB = Job(name="takeout.files", every=KEPT // 6, work=_sweep)
SAYS = N_("Tout ce que la coop garde, pour un autre logiciel.")


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    administrator = Needs.ADMINISTRATOR
    return (
        get(WHOLE, whole_page, needs=administrator),
        post(WHOLE, make, needs=administrator),
        get(FILE, fetch, needs=administrator),
        post(f"{WHOLE}/oublier", drop, needs=administrator),
    )
