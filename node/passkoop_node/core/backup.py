"""A co-op in one file: the database and the keys. Whoever has it can be the co-op."""

import errno
import json
import re
import shutil
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from passkoop_node.core.database import copy_database
from passkoop_node.errors import (
    DatabaseDamaged,
    NewerDatabase,
    NodeError,
    NotADatabase,
    NotANode,
)
from passkoop_node.home import (
    Home,
    disk_errors,
    make_private_folder,
    private_file,
    read_private,
    write_private,
)

FORMAT = "passkoop backup 1"
MAX_DATABASE = 4 * 1024**3  # bytes, unpacked
MAX_SMALL = 10_000  # bytes of any other file in a backup

_MANIFEST, _DATABASE, _KEYS = "manifest.json", "passkoop.db", "keys/"
_KEY = re.compile(r"keys/(identity|issuing-[0-9a-f]{16})\.key")
# What a damaged archive makes zipfile, zlib and json raise, and what we find wrong ourselves.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    sqlite3.Error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)


class NotABackup(NodeError):
    """The file is no backup of ours, or it is damaged."""

    code = "not_a_backup"
    hint = "Prenez une autre sauvegarde\u202f; rien n’a été changé."

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} n’est pas une sauvegarde Pass’Koop, ou elle est abîmée")
        self.path = path


def write_backup(
    home: Home, target: Path, *, now: int, check: Callable[[Home], None] | None = None
) -> int:
    """Write a backup of the co-op in `home`, also while others use it; return its size in bytes.

    It was read again and its database checked before `target` is replaced. Its owner alone may
    read it.

    Args:
        home: the co-op.
        target: the file.
        now: seconds, UTC.
        check: told the co-op as unpacked from the backup, it raises if something is missing.

    Raises:
        FolderNotFound, NotANode: there is no co-op in `home`.
        HomeBusy: another backup is being made.
        OpenPermissions: others may read one of the keys.
        DiskFull, AccessDenied, …: `target` is as it was.
    """
    home.check()
    with home.exclusive(), _workplace(home) as folder:
        copy = folder / _DATABASE
        # The keys are read after the database: none that it names is missing.
        copy_database(home.database, copy)
        with private_file(target) as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                # With a ZipInfo: a zip cannot bear the date of a clock that stopped before 1980.
                manifest = json.dumps({"format": FORMAT, "made_at": now})
                _put(archive, _MANIFEST, manifest.encode())
                for path in sorted(home.keys.glob("*.key")):
                    _put(archive, _KEYS + path.name, read_private(path))
                with (
                    copy.open("rb") as database,
                    archive.open(_info(_DATABASE), "w", force_zip64=True) as packed,
                ):
                    shutil.copyfileobj(database, packed)
            copy.unlink()
            size = stream.seek(0, 2)
            again = Home(folder / "again")
            _unpack(stream, again, target)
            if check is not None:
                check(again)
    return size


def unpack_backup(source: Path, home: Home, *, prepare: Callable[[Home, int], None]) -> int:
    """Put the co-op of a backup into `home`, where none may be; return when the backup was made.

    Args:
        source: the backup.
        home: an empty or new folder.
        prepare: told a hidden folder in which the co-op is complete, and when the backup was made.
            What it changes there is in place at once, or `home` holds no co-op.

    Raises:
        NotABackup, NewerDatabase: nothing was written.
        AlreadyANode: there is a co-op in `home`, or what is left of one.
    """
    with disk_errors(source), source.open("rb") as stream:
        if not zipfile.is_zipfile(stream):
            raise NotABackup(source)
        with _new_home(home), _workplace(home) as folder:
            draft = Home(folder / "coop")
            made_at = _unpack(stream, draft, source)
            try:
                prepare(draft, made_at)
            except NewerDatabase as error:
                raise NewerDatabase(source) from error
            except (NotADatabase, NotANode, DatabaseDamaged) as error:
                raise NotABackup(source) from error
            for path in draft.keys.glob("*.key"):
                write_private(home.keys / path.name, read_private(path))
            # Last: a folder with a database is a co-op.
            copy_database(draft.database, home.database)
    return made_at


@contextmanager
def _new_home(home: Home) -> Iterator[None]:
    """Let the block fill a folder alone; if it fails, what was made for it is taken away again."""
    is_new = not home.path.exists()
    home.create()
    with home.exclusive():
        home.create()  # nobody was faster
        try:
            yield
        except BaseException:
            if is_new:
                shutil.rmtree(home.path, ignore_errors=True)
            raise


@contextmanager
def _workplace(home: Home) -> Iterator[Path]:
    """Give the block an empty private folder, and remove it; one at a time (`home.exclusive`)."""
    folder = home.path / ".work"
    with disk_errors(folder):
        if folder.exists():  # of a process that was killed
            shutil.rmtree(folder)
        make_private_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(_info(name), content)


def _unpack(stream: BinaryIO, draft: Home, source: Path) -> int:
    """Write what a backup holds into `draft`, a new folder; return when the backup was made.

    Raises:
        NotABackup: it is none, or it is damaged.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = {info.filename: info for info in archive.infolist()}
            if not _is_ours(archive.infolist()):
                raise NotABackup(source)
            manifest = json.loads(archive.read(_MANIFEST))
            made_at = manifest["made_at"]
            if manifest["format"] != FORMAT or type(made_at) is not int or not 0 <= made_at < 2**40:
                raise NotABackup(source)
            draft.create()
            for name in infos.keys() - {_MANIFEST, _DATABASE}:
                write_private(draft.keys / name.removeprefix(_KEYS), archive.read(name))
            with archive.open(_DATABASE) as packed, private_file(draft.database) as database:
                shutil.copyfileobj(packed, database)
            _check_database(draft.database)
    except _DAMAGE as error:
        raise NotABackup(source) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # told to read what stands before the beginning of the file
            raise
        raise NotABackup(source) from error
    return made_at


def _is_ours(infos: list[zipfile.ZipInfo]) -> bool:
    """Return whether these are just the files that a backup has, each once and not too large."""
    names = [info.filename for info in infos]
    return (
        {_MANIFEST, _DATABASE} <= set(names)
        and len(set(names)) == len(names)
        and all(name in (_MANIFEST, _DATABASE) or _KEY.fullmatch(name) for name in names)
        and all(
            info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            and not info.flag_bits & 1  # encrypted
            and info.file_size <= (MAX_DATABASE if info.filename == _DATABASE else MAX_SMALL)
            for info in infos
        )
    )


def _check_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        if db.execute("pragma integrity_check").fetchone() != ("ok",):
            raise ValueError("the database is damaged")
