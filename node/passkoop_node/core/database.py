"""The co-op's one database: opened safely, migrated whole, written to by one at a time."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlite_utils import Database, Migrations

from passkoop_node.errors import (
    AccessDenied,
    DatabaseBusy,
    DatabaseDamaged,
    DiskFailure,
    DiskFull,
    NewerDatabase,
    NotADatabase,
)
from passkoop_node.home import disk_errors, sync_folder

BUSY_SECONDS = 10.0  # how long a writer waits for another one
# A large import leaves a journal of its size behind; SQLite cuts it back to this many bytes.
JOURNAL_LIMIT = 16 * 1024 * 1024


def open_database(path: Path, migrations: Sequence[Migrations]) -> Database:
    """Return the database at `path`, made if it is missing and brought to the newest shape.

    Args:
        path: the file; its folder exists.
        migrations: the sets of all features, lower floors first. All pending ones are applied in
            one transaction, after a copy of a database that was in use is laid beside it.

    Raises:
        NewerDatabase: a migration was applied that `migrations` does not hold; nothing is changed.
        NotADatabase: the file is something else.
        DiskFull, DiskFailure, AccessDenied, DatabaseBusy, DatabaseDamaged: as they say.
    """
    is_new = _make_private_file(path)
    try:
        with database_errors(path):
            # No implicit transactions: one begins where the code says so, and nowhere else.
            conn = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                db = Database(conn, execute_plugins=False)
                _check_is_ours(db, path, migrations)
                _set_up(db)
                _migrate(db, path, migrations)
            except BaseException:
                conn.close()
                raise
    except BaseException:
        if is_new:
            for ending in ("", "-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
        raise
    return db


@contextmanager
def writing(db: Database) -> Iterator[Database]:
    """Do all of the block, or nothing of it; no other process writes meanwhile.

    What is read inside is still true when the block ends: a counter read here is given once.
    Inside another `writing`, this is a savepoint of it.
    """
    with database_errors(path_of(db)):
        if db.conn.in_transaction:
            with db.atomic():
                yield db
            return
        # IMMEDIATE: a transaction that begins by reading could not become a writing one once
        # another process has written in between.
        db.conn.execute("begin immediate")
        try:
            yield db
            db.conn.execute("commit")
        except BaseException:
            db.rollback()
            raise


@contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Say SQLite's errors about the world in our own words; mistakes in our SQL pass through."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", None) or ""
        # A full disk is FULL for the database, IOERR_WRITE for a quota or a size limit, and
        # IOERR_SHM* when the index of the journal finds no room.
        if name == "SQLITE_FULL" or name.startswith(("SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHM")):
            raise DiskFull(path) from error
        if name.startswith("SQLITE_IOERR"):
            raise DiskFailure(path, name) from error
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise DatabaseBusy(path) from error
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
            raise AccessDenied(path) from error
        if name == "SQLITE_NOTADB":
            raise NotADatabase(path) from error
        if name.startswith("SQLITE_CORRUPT"):
            raise DatabaseDamaged(path) from error
        raise


def copy_database(source: Path, target: Path) -> None:
    """Write a whole and consistent copy of the database `source`, also while others use it.

    `target` is replaced at once, when the copy is complete and on the disk. It can be read by its
    owner alone.
    """
    draft = target.with_name(f".{target.name}.tmp")
    draft.unlink(missing_ok=True)
    _make_private_file(draft)
    try:
        with (
            database_errors(target),
            closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as original,
            closing(sqlite3.connect(draft)) as copy,
        ):
            original.backup(copy)
            # One file that needs no journal beside it, also on a read-only disk.
            copy.execute("pragma journal_mode = delete")
        with disk_errors(target):
            draft.replace(target)
            sync_folder(target.parent)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


_PATHS: WeakKeyDictionary[Database, Path] = WeakKeyDictionary()


def path_of(db: Database) -> Path:
    """Return the file of an open database."""
    found = _PATHS.get(db)
    if found is None:  # it is asked for at each reading, in case that one fails
        found = _PATHS[db] = Path(db.conn.execute("pragma database_list").fetchone()[2])
    return found


def _make_private_file(path: Path) -> bool:
    """Make an empty file for its owner alone; return whether it was missing.

    SQLite gives its journals the permissions of the database.
    """
    with disk_errors(path):
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return False
        sync_folder(path.parent)
        return True


def _check_is_ours(db: Database, path: Path, migrations: Sequence[Migrations]) -> None:
    """Return quietly if this is our database, empty or of a version that we know."""
    tables = {name for (name,) in db.conn.execute("select name from sqlite_master")}
    if not tables:
        return
    if Migrations.migrations_table not in tables:
        raise NotADatabase(path)
    applied = db.conn.execute(f"select migration_set, name from {Migrations.migrations_table}")  # noqa: S608
    known = {(one.name, step.name) for one in migrations for step in one._migrations}
    if not known.issuperset(applied):
        raise NewerDatabase(path)


def _set_up(db: Database) -> None:
    """Choose durability: measured in power cuts, `normal` loses acknowledged commits."""
    db.conn.execute("pragma journal_mode = wal")
    db.conn.execute("pragma synchronous = full")
    db.conn.execute("pragma foreign_keys = on")
    db.conn.execute(f"pragma journal_size_limit = {JOURNAL_LIMIT}")


def _migrate(db: Database, path: Path, migrations: Sequence[Migrations]) -> None:
    """Apply what is pending, whole or not at all, so that the former version can go on."""
    if not any(one.pending(db) for one in migrations):
        return
    with writing(db):
        if db.conn.execute("select 1 from sqlite_master").fetchone():
            # Only the latest copy is kept: it holds members' data, and people may leave.
            copy_database(path, path.with_name(f"{path.name}.before-upgrade"))
        for one in migrations:
            one.apply(db)
