"""The backup of the night, made and tried out while the node serves."""

import asyncio
import datetime
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass

from aiohttp import web

from passkoop_node.core.backup import write_backup
from passkoop_node.core.database import database_errors
from passkoop_node.core.feature import Job, Pages
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER
from passkoop_node.core.shelf import FAILED, SEEN, Shelf, is_on_disk_of, shelf_of
from passkoop_node.errors import DiskFull, HomeBusy, NodeError
from passkoop_node.home import Home, disk_errors
from passkoop_node.rooms import Rooms, open_rooms

NIGHT = 3  # o'clock in the shop
SETTLE = 600  # seconds from the start of the node: who opens the shop is served first
RETRY = 3_600  # seconds after one that failed
_TICK = 600
_ACTOR = "serve"
SPARE = 100_000_000  # bytes that a backup leaves to the till
_GROWING = ("audit", "visit")  # tables that lose no line


class BackupIncomplete(NodeError):
    """A backup that was written lacks something of the co-op."""

    code = "backup_incomplete"
    hint = "Lancez «\u00a0passkoop doctor\u00a0»\u202f; les sauvegardes d’avant restent en place."

    def __init__(self) -> None:
        super().__init__("la sauvegarde ne contient pas toute la coop")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What one look at the shelf gave."""

    newest: int = 0  # when the newest good backup was made; seconds UTC, 0: there is none
    same_disk: bool = True
    size: int = 0  # bytes of the one just made, 0: none was due
    failure: str = ""  # the code of what went wrong


def is_due(newest: int, *, now: int) -> bool:
    """Return whether a night has begun since the newest backup: a machine that was off makes up."""
    local = datetime.datetime.fromtimestamp(now).astimezone()
    night = local.replace(hour=NIGHT, minute=0, second=0)
    if night > local:
        night -= datetime.timedelta(days=1)
    return newest < night.timestamp()


def look_after(home: Home, shelf: Shelf, *, now: int) -> Outcome:
    """Make the backup of the night if it is due, and remove those that need not stay.

    Waits for disks; not for the thread of the database. A failure is told in what is returned.

    Raises:
        HomeBusy: another backup is being made.
    """
    size, same_disk = 0, True
    try:
        shelf.prepare()
        same_disk = is_on_disk_of(home, shelf.folder)
        if is_due(_newest(shelf, now), now=now):
            _check_space(home)
            size = make_backup(home, shelf, now=now)
            shelf.thin(now=now)
    except HomeBusy:
        raise
    except NodeError as error:
        failure = error.code
    else:
        failure = ""
    newest = _newest(shelf, now)
    return Outcome(newest=newest, same_disk=same_disk, size=size, failure=failure)


def make_backup(home: Home, shelf: Shelf, *, now: int) -> int:
    """Put a backup on the shelf, once it has been opened as after a restore; return its size.

    Raises:
        HomeBusy, DiskFull, FolderMissing, BackupIncomplete, …: the shelf is as it was.
    """
    before = _counts(home)

    def check(draft: Home) -> None:
        with closing(open_rooms(draft)) as rooms:
            is_ours = rooms.ourselves.coop == shelf.coop
        if not is_ours or any(has < had for has, had in zip(_counts(draft), before, strict=True)):
            raise BackupIncomplete

    return write_backup(home, shelf.path_of(now), now=now, check=check)


def note(rooms: Rooms, outcome: Outcome, *, now: int) -> None:
    """Keep what the page of health says, and what was done or failed in the audit."""
    seen = {"newest": outcome.newest, "same_disk": outcome.same_disk}
    # Of a folder that is not plugged in, what was seen last is still said.
    if (outcome.newest or not outcome.failure) and rooms.settings.get(SEEN) != seen:
        rooms.settings.set(SEEN, seen)
    failed = rooms.settings.get(FAILED)
    if outcome.size:
        rooms.audit.add("backup.make", now=now, actor=_ACTOR, details={"size": outcome.size})
    if outcome.failure:
        if failed.get("code") != outcome.failure:  # told once, not every hour
            rooms.audit.add("backup.fail", now=now, actor=_ACTOR, details={"code": outcome.failure})
        rooms.settings.set(FAILED, {"code": outcome.failure, "at": now})
    elif failed:
        rooms.settings.forget(FAILED)


async def tick(app: web.Application) -> None:
    """Look after the shelf, unless the node has just started or has just failed to."""
    now, worker, rooms = app[CLOCK](), app[WORKER], app[SERVICES].the(Rooms)
    began = app[_BEGAN].setdefault("at", now)
    if 0 <= now - began < SETTLE:
        return
    failed = await worker.run(rooms.settings.get, FAILED)
    if 0 <= now - int(failed.get("at", 0)) < RETRY:
        return
    shelf = await worker.run(_shelf, rooms)
    try:
        outcome = await asyncio.to_thread(look_after, rooms.home, shelf, now=now)
    except HomeBusy:
        return  # somebody makes one now
    await worker.run(note, rooms, outcome, now=now)


_BEGAN: web.AppKey[dict[str, int]] = web.AppKey("BEGAN")


def pages() -> Pages:
    """Return the job; it shows nothing but in the page of health."""

    def set_up(app: web.Application) -> None:
        app[_BEGAN] = {}

    return Pages(
        routes=(), jobs=(Job(name="backup of the night", every=_TICK, work=tick),), set_up=set_up
    )


def _shelf(rooms: Rooms) -> Shelf:
    return shelf_of(rooms.home, rooms.settings, rooms.ourselves.coop)


def _newest(shelf: Shelf, now: int) -> int:
    """Return when the newest backup was made; one of a clock that was ahead does not count."""
    return max((at for at in shelf.backups() if at <= now), default=0)


def _check_space(home: Home) -> None:
    """Return quietly if a backup leaves the till room to write: a copy, another unpacked, the file.

    Raises:
        DiskFull: it would not.
    """
    with disk_errors(home.path):
        size = sum(path.stat().st_size for path in home.path.glob("passkoop.db*"))
        if shutil.disk_usage(home.path).free < 3 * size + SPARE:
            raise DiskFull(home.path)


def _counts(home: Home) -> list[int]:
    """Return how many lines the growing tables have, in a connection of its own."""
    with database_errors(home.database), closing(sqlite3.connect(home.database)) as db:
        return [db.execute(f"select count(*) from {one}").fetchone()[0] for one in _GROWING]  # noqa: S608 - ours
