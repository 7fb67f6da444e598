"""The database: whole or untouched, one writer at a time, settings and audit in it."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from passkoop_node.core import audit, settings
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import copy_database, open_database, writing
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import (
    BadSetting,
    DatabaseBusy,
    DatabaseDamaged,
    DiskFull,
    NewerDatabase,
    NotADatabase,
)
from passkoop_node.home import Home
from processes import ENVIRONMENT, python_command, run_python

TABLES = [settings.migrations, audit.migrations]
TTL = Setting(name="cards.ttl_days", default=1095)

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "coop")
    home.create()
    return home


@pytest.fixture
def db(home: Home) -> Iterator[Database]:
    with closing(open_database(home.database, TABLES)) as db:
        yield db


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


# Opening


def test_the_database_is_durable_and_holds_to_its_references(db: Database) -> None:
    pragmas = ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"]
    values = [db.execute(f"pragma {name}").fetchone()[0] for name in pragmas]
    assert values == ["wal", 2, 1, 10_000]  # 2: FULL


def test_opening_again_changes_nothing(home: Home) -> None:
    open_database(home.database, TABLES).close()
    before = home.database.read_bytes()
    open_database(home.database, TABLES).close()
    assert home.database.read_bytes() == before
    assert sorted(path.name for path in home.path.iterdir()) == ["backups", "keys", "passkoop.db"]


@pytest.mark.parametrize("newer", ["a step of a set we know", "a set we do not know"])
def test_a_database_of_a_newer_version_is_refused_and_not_touched(home: Home, newer: str) -> None:
    future = Migrations("settings" if newer.startswith("a step") else "orders")

    @future()
    def add_what_will_be_thought_of(db: Database) -> None:
        db.execute("create table later (id integer primary key) strict")

    with closing(open_database(home.database, TABLES)) as db:
        future.apply(db)
        db.execute("pragma journal_mode = delete")
    before = home.database.read_bytes()
    with pytest.raises(NewerDatabase) as caught:
        open_database(home.database, TABLES)
    assert str(home.database) in str(caught.value)
    assert caught.value.hint.startswith("Mettez passkoop à jour")
    assert home.database.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"Nom;Pr\xe9nom\n" * 100, b"SQLite format 3\0 and then nothing of the kind" * 20]
)
def test_a_file_that_is_no_database_is_refused_and_not_touched(home: Home, content: bytes) -> None:
    home.database.write_bytes(content)
    with pytest.raises((NotADatabase, DatabaseDamaged)):
        open_database(home.database, TABLES)
    assert home.database.read_bytes() == content


def test_the_database_of_another_program_is_refused(home: Home) -> None:
    with closing(sqlite3.connect(home.database)) as other:
        other.execute("create table bookmarks (url text)")
    with pytest.raises(NotADatabase):
        open_database(home.database, TABLES)


def test_a_damaged_database_says_so(home: Home) -> None:
    with closing(open_database(home.database, TABLES)) as db:
        for number in range(2000):
            AuditStore(db).add("test.line", now=number, actor="cli")
    content = bytearray(home.database.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    home.database.write_bytes(content)
    with (
        pytest.raises(DatabaseDamaged),
        closing(open_database(home.database, TABLES)) as db,
        writing(db),
    ):
        AuditStore(db).add("test.line", now=0, actor="cli")


# Migrating


def test_an_upgrade_lays_a_copy_of_a_used_database_beside_it(home: Home) -> None:
    with closing(open_database(home.database, [settings.migrations])) as db:
        SettingsStore(db).set(TTL, 42)
    assert not list(home.path.glob("*before-upgrade*"))  # there was nothing to keep
    open_database(home.database, TABLES).close()
    copy = home.database.with_name("passkoop.db.before-upgrade")
    assert mode(copy) == 0o600 or sys.platform == "win32"
    with closing(open_database(copy, [settings.migrations])) as db:
        assert SettingsStore(db).get(TTL) == 42


def test_an_upgrade_that_fails_changes_nothing_at_all(home: Home) -> None:
    with closing(open_database(home.database, [settings.migrations])) as db:
        SettingsStore(db).set(TTL, 42)
    broken = Migrations("broken")

    @broken()
    def create_half(db: Database) -> None:
        db.execute("create table half (id integer primary key) strict")
        db.execute("insert into nothing values (1)")

    with pytest.raises(sqlite3.OperationalError):
        open_database(home.database, [*TABLES, broken])
    with closing(open_database(home.database, [settings.migrations])) as db:  # the former version
        assert "audit" not in db.table_names()
        assert "half" not in db.table_names()
        assert SettingsStore(db).get(TTL) == 42


def test_a_first_opening_that_fails_leaves_no_file(home: Home) -> None:
    broken = Migrations("broken")

    @broken()
    def create_nothing(db: Database) -> None:
        db.execute("create nothing")

    with pytest.raises(sqlite3.OperationalError):
        open_database(home.database, [broken])
    assert not list(home.path.glob("passkoop.db*"))


# Writing


def test_a_block_that_fails_leaves_nothing(db: Database) -> None:
    store = SettingsStore(db)
    store.set(TTL, 1)
    with pytest.raises(RuntimeError), writing(db):  # noqa: PT012
        store.set(TTL, 2)
        raise RuntimeError
    assert store.get(TTL) == 1
    assert not db.conn.in_transaction


def test_an_inner_block_that_fails_leaves_the_outer_one_to_go_on(db: Database) -> None:
    store = SettingsStore(db)
    with writing(db):
        store.set(TTL, 1)
        with pytest.raises(RuntimeError), writing(db):  # noqa: PT012
            store.set(TTL, 2)
            raise RuntimeError
    assert store.get(TTL) == 1


def test_a_counter_is_never_given_twice_among_processes(home: Home, db: Database) -> None:
    SettingsStore(db).set(TTL, 0)
    count = """
        import sys
        from pathlib import Path
        from passkoop_node.core import audit, settings
        from passkoop_node.core.database import open_database, writing
        db = open_database(Path(sys.argv[1]), [settings.migrations, audit.migrations])
        store = settings.SettingsStore(db)
        counter = settings.Setting(name="cards.ttl_days", default=0)
        for _ in range(100):
            with writing(db):
                store.set(counter, store.get(counter) + 1)
        db.close()
    """
    command = python_command(count, home.database)
    processes = [subprocess.Popen(command, env=ENVIRONMENT) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert SettingsStore(db).get(TTL) == 300


def test_a_database_that_is_kept_busy_says_so(home: Home, db: Database) -> None:
    with closing(open_database(home.database, TABLES)) as other, writing(other):
        db.execute("pragma busy_timeout = 10")
        with pytest.raises(DatabaseBusy):
            SettingsStore(db).set(TTL, 1)


def test_a_full_database_says_so_and_keeps_what_it_had(db: Database) -> None:
    SettingsStore(db).set(TTL, 7)
    pages = db.execute("pragma page_count").fetchone()[0]
    db.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(DiskFull), writing(db):  # noqa: PT012
        SettingsStore(db).set(TTL, 8)
        AuditStore(db).add("test.large", now=0, actor="cli", details={"text": "x" * 100_000})
    assert SettingsStore(db).get(TTL) == 7
    assert AuditStore(db).entries() == []


@on_posix
def test_a_full_disk_says_so_and_keeps_what_was_acknowledged(home: Home) -> None:
    open_database(home.database, TABLES).close()
    answer = run_python(
        """
        import resource, signal, sys
        from pathlib import Path
        from passkoop_node.core import audit, settings
        from passkoop_node.core.database import open_database
        from passkoop_node.errors import NodeError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
        done = 0
        try:
            db = open_database(Path(sys.argv[1]), [settings.migrations, audit.migrations])
            while True:
                audit.AuditStore(db).add("test.line", now=done, actor="cli", subject="x" * 2000)
                done += 1
        except NodeError as error:
            print(error.code, done)
        """,
        home.database,
    )
    code, done = answer.stdout.split()
    assert code == "disk_full", answer.stderr
    assert int(done) > 10
    with closing(open_database(home.database, TABLES)) as db:
        assert db.execute("select count(*) from audit").fetchone()[0] == int(done)
        assert db.execute("pragma integrity_check").fetchone()[0] == "ok"


@on_posix
def test_a_full_disk_at_the_first_opening_leaves_no_file(home: Home) -> None:
    answer = run_python(
        """
        import resource, signal, sys
        from pathlib import Path
        from passkoop_node.core import audit, settings
        from passkoop_node.core.database import open_database
        from passkoop_node.errors import NodeError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
        try:
            open_database(Path(sys.argv[1]), [settings.migrations, audit.migrations])
        except NodeError as error:
            print(error.code)
        """,
        home.database,
        10_000,
    )
    assert answer.stdout == "disk_full\n", answer.stderr
    assert not list(home.path.glob("passkoop.db*"))


@on_posix
def test_a_process_that_is_killed_loses_nothing_that_it_acknowledged(home: Home) -> None:
    write = """
        import sys
        from pathlib import Path
        from passkoop_node.core import audit, settings
        from passkoop_node.core.database import open_database
        db = open_database(Path(sys.argv[1]), [settings.migrations, audit.migrations])
        for number in range(1_000_000):
            audit.AuditStore(db).add("test.line", now=number, actor="cli")
            print(number, flush=True)
    """
    process = subprocess.Popen(
        python_command(write, home.database),
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(50)]
    process.kill()
    said += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    with closing(open_database(home.database, TABLES)) as db:
        lines = db.execute("select count(*) from audit").fetchone()[0]
    assert lines in {len(said), len(said) + 1}  # the last may be written and not said


def test_a_copy_holds_what_is_still_in_the_journal(home: Home, db: Database) -> None:
    SettingsStore(db).set(TTL, 9)
    copy = home.backups / "copy.db"
    copy_database(home.database, copy)
    assert [path.name for path in home.backups.iterdir()] == ["copy.db"]
    with closing(open_database(copy, TABLES)) as copied:
        assert SettingsStore(copied).get(TTL) == 9


# Settings and audit


def test_a_setting_has_its_default_until_one_is_given(db: Database) -> None:
    store = SettingsStore(db)
    assert store.get(TTL) == 1095
    store.set(TTL, 30)
    assert store.get(TTL) == 30
    store.forget(TTL)
    assert store.get(TTL) == 1095


@pytest.mark.parametrize("stored", ["", '"thirty"', "true", "null", "3.5", "[" * 5000])
def test_a_setting_of_another_kind_is_not_taken(db: Database, stored: str) -> None:
    db["setting"].insert({"name": TTL.name, "value": stored})  # type: ignore[union-attr]
    with pytest.raises(BadSetting):
        SettingsStore(db).get(TTL)


def test_the_audit_gives_the_newest_first_and_cannot_be_changed(db: Database) -> None:
    store = AuditStore(db)
    for now, number in enumerate(["12", "13", "12"]):
        store.add("card.issue", now=now, actor="cli", subject=number, details={"index": now})
    assert [entry.at for entry in store.entries()] == [2, 1, 0]
    assert [entry.details["index"] for entry in store.entries(subject="12")] == [2, 0]
    assert [entry.at for entry in store.entries(before=2, limit=5)] == [0]
    for statement in ("update audit set actor = 'x'", "delete from audit"):
        with pytest.raises(sqlite3.IntegrityError, match="append only"):
            db.execute(statement)
    assert len(store.entries()) == 3
