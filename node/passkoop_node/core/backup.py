"""A co-op in one file: the database and the keys. Whoever has it can be the co-op."""

import json
import sqlite3
import zipfile
from contextlib import closing
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from passkoop_node.core.database import copy_database
from passkoop_node.errors import NodeError
from passkoop_node.home import Home, disk_errors, read_private, write_private

FORMAT = "passkoop backup 1"
MAX_BACKUP = 4 * 1024**3  # bytes, unpacked

_MANIFEST, _DATABASE, _KEYS = "manifest.json", "passkoop.db", "keys/"


class NotABackup(NodeError):
    """The file is no backup of ours, or it is damaged."""

    code = "not_a_backup"
    hint = "Prenez une autre sauvegarde ; rien n’a été changé."

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} n’est pas une sauvegarde Pass’Koop, ou elle est abîmée")
        self.path = path


def write_backup(home: Home, target: Path, *, now: int) -> int:
    """Write a backup of the co-op in `home`, also while others use it; return its size in bytes.

    It was opened again and its database checked before this returns. Its owner alone may read it.
    """
    with TemporaryDirectory(dir=home.backups, prefix=".backup-") as folder, disk_errors(target):
        copy = Path(folder) / _DATABASE
        copy_database(home.database, copy)
        archive = BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
            zipped.writestr(_MANIFEST, json.dumps({"format": FORMAT, "made_at": now}))
            zipped.write(copy, _DATABASE)
            for path in sorted(home.keys.glob("*.key")):
                zipped.writestr(_KEYS + path.name, read_private(path))
    write_private(target, archive.getvalue())
    _check(target)
    return target.stat().st_size


def unpack_backup(source: Path, home: Home) -> int:
    """Put the co-op of a backup into `home`, where none may be; return when the backup was made.

    Raises:
        NotABackup: it is none, or it is damaged; nothing was written.
        AlreadyANode: there is a co-op in `home`.
    """
    made_at = _check(source)
    home.create()
    with zipfile.ZipFile(source) as zipped, disk_errors(home.path):
        for name in zipped.namelist():
            if name.startswith(_KEYS):
                write_private(home.keys / Path(name).name, zipped.read(name))
        # Last: a folder with a database is a co-op.
        write_private(home.database, zipped.read(_DATABASE))
    return made_at


def _check(path: Path) -> int:
    """Return when the backup at `path` was made, after reading all of it."""
    try:
        with disk_errors(path), zipfile.ZipFile(path) as zipped:
            names = zipped.namelist()
            size = sum(info.file_size for info in zipped.infolist())
            if size > MAX_BACKUP or zipped.testzip() or not _are_ours(names):
                raise NotABackup(path)
            manifest = json.loads(zipped.read(_MANIFEST))
            if manifest["format"] != FORMAT:
                raise NotABackup(path)
            _check_database(zipped.read(_DATABASE))
            return int(manifest["made_at"])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, sqlite3.Error) as error:
        raise NotABackup(path) from error


def _are_ours(names: list[str]) -> bool:
    """Return whether these are just the names that a backup has: none leads out of its folder."""
    keys = [name.removeprefix(_KEYS) for name in names if name not in (_MANIFEST, _DATABASE)]
    return {_MANIFEST, _DATABASE} <= set(names) and all(
        key.endswith(".key") and key.replace("-", "").removesuffix(".key").isalnum() for key in keys
    )


def _check_database(content: bytes) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(content)
        if db.execute("pragma integrity_check").fetchone() != ("ok",):
            raise ValueError("the database is damaged")
