"""The folder of a co-op: where its files are, and who may read them."""

import errno
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from passkoop_node.errors import (
    AccessDenied,
    AlreadyANode,
    DiskFailure,
    DiskFull,
    FileMissing,
    FolderMissing,
    FolderNotFound,
    HomeBusy,
    NotAFile,
    NotANode,
    OpenPermissions,
)

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
OTHERS = 0o077  # what the group and everybody else may do


class Home:
    """One co-op, one folder: moving or saving the co-op is moving or saving this."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def database(self) -> Path:
        """The one database."""
        return self.path / "passkoop.db"

    @property
    def sheet(self) -> Path:
        """The recovery sheet, until somebody has printed and erased it."""
        return self.path / "fiche-de-secours.pdf"

    @property
    def keys(self) -> Path:
        """The folder of the key files."""
        return self.path / "keys"

    @property
    def backups(self) -> Path:
        """Where backups are put unless told otherwise."""
        return self.path / "backups"

    @property
    def mail_password(self) -> Path:
        """What the mail server asks for; no backup holds it."""
        return self.path / "mail.password"

    @property
    def sms_secret(self) -> Path:
        """What the SMS gateway asks for; no backup holds it."""
        return self.path / "sms.secret"

    def create(self) -> None:
        """Make the folder and the folders in it, for their owner alone.

        A folder that already holds something else keeps its permissions: it may be somebody's own.
        The keys and the database are closed by themselves.

        Raises:
            AlreadyANode: there is a co-op in it.
        """
        with disk_errors(self.path):
            # Keys without a database are what is left of a co-op: never write over them.
            if any(self.path.glob("passkoop.db*")) or any(self.keys.glob("*.key")):
                raise AlreadyANode(self.path)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            make_private_folder(self.path)
            make_private_folder(self.keys)
            make_private_folder(self.backups)

    def check(self) -> None:
        """Return quietly if a co-op lives here.

        Raises:
            FolderNotFound: there is no such folder.
            NotANode: it holds no database of ours.
        """
        with disk_errors(self.path):
            if not self.path.is_dir():
                raise FolderNotFound(self.path)
            if not self.database.is_file():
                raise NotANode(self.path)

    def loose_paths(self) -> list[Path]:
        """Return what other accounts of the machine may look into, for `doctor`."""
        paths = [self.path, self.database, self.keys, self.backups]
        paths += [self.mail_password, self.sms_secret]
        if self.keys.is_dir():
            paths += sorted(self.keys.iterdir())
        return [path for path in paths if path.exists() and is_open(path)]

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep every other process from doing what suffers no company (init, restore).

        The system lets go of the lock when the process ends, however it ends; the empty file stays.

        Raises:
            HomeBusy: another process is at it.
        """
        with disk_errors(self.path):
            lock = os.open(self.path / "passkoop.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                if sys.platform == "win32":
                    msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
                else:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise HomeBusy(self.path) from error
            yield
        finally:
            os.close(lock)


def make_private_folder(path: Path) -> None:
    """Make `path` a folder for its owner alone, unless it already holds something."""
    path.mkdir(mode=0o700, exist_ok=True)
    if is_open(path) and not any(path.iterdir()):
        path.chmod(0o700)


def is_open(path: Path) -> bool:
    """Say whether other accounts may look into `path`. Windows keeps its own lists: never."""
    return sys.platform != "win32" and bool(path.stat().st_mode & OTHERS)


def write_private(path: Path, data: bytes) -> None:
    """Write `data` at `path` for its owner alone: all of it, on the disk, or nothing.

    Whoever reads `path` meanwhile gets the old content or the new one, also after a power cut.
    """
    with private_file(path) as stream:
        stream.write(data)


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """Let the block write and read a draft that becomes the file `path` when the block ends well.

    As for `write_private`: for its owner alone, all of it, on the disk, or nothing.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with disk_errors(path):
        # To replace /dev/null or /dev/stdout by a file would break more than this command.
        if path.exists() and not path.is_file():
            raise NotAFile(path)
        file = os.open(
            draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
        )
        try:
            with os.fdopen(file, "w+b") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """Return the content of a file that only its owner may read.

    Raises:
        OpenPermissions: others may read it, so it is no secret any more.
        FileMissing: there is no such file.
    """
    with disk_errors(path), path.open("rb") as stream:
        # Asked of the open file: its name could lead elsewhere by now.
        if sys.platform != "win32" and os.fstat(stream.fileno()).st_mode & OTHERS:
            raise OpenPermissions(path)
        return stream.read()


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk; without it a new file can be lost in a power cut."""
    if sys.platform == "win32":
        return  # Windows opens no folder; NTFS journals names by itself
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Say the system's errors about `path` in our own words."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(path) from error
        if error.errno in DENIED:
            raise AccessDenied(path) from error
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            missing = FileMissing(path) if path.parent.is_dir() else FolderMissing(path.parent)
            raise missing from error
        if error.errno == errno.EISDIR:
            raise NotAFile(path) from error
        raise DiskFailure(path, error.strerror or str(error)) from error
