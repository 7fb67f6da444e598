"""A backup holds the whole co-op, and what is none, or a hostile one, leaves nothing behind."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from sqlite_utils import Migrations

from nodes import NOW, Node, opened
from passkoop_node.core import audit, settings
from passkoop_node.core import backup as core_backup
from passkoop_node.core.backup import NotABackup, write_backup
from passkoop_node.core.database import open_database
from passkoop_node.errors import (
    AlreadyANode,
    FileMissing,
    FolderMissing,
    FolderNotFound,
    HomeBusy,
    NewerDatabase,
    NodeError,
    NotANode,
    OpenPermissions,
)
from passkoop_node.home import Home
from passkoop_node.restoring import restore

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")


def backup(node: Node, name: str = "coop.passkoop-backup") -> Path:
    target = node.home.path.parent / name
    assert write_backup(node.home, target, now=node.now) == target.stat().st_size
    return target


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `code` in a process of its own, with our packages."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )


def content_of(home: Home) -> tuple[list[str], dict[str, bytes]]:
    """Return all rows of the database as SQL, and the keys."""
    with closing(sqlite3.connect(home.database)) as db:
        lines = [line for line in db.iterdump() if "sqlite_sequence" not in line]
    rows = [line for line in lines if "coop.restore" not in line]
    return rows, {path.name: path.read_bytes() for path in home.keys.iterdir()}


def test_a_backup_brings_back_every_row_and_every_key(courge: Node, tmp_path: Path) -> None:
    cards = courge.issue("Maïté Etcheverry", "Jean Dupont")
    source = backup(courge)
    home = Home(tmp_path / "again")
    assert restore(source, home, now=NOW + 60) == NOW
    rows, keys = content_of(courge.home)
    again, same_keys = content_of(home)
    assert same_keys == keys
    assert [line for line in again if line not in rows] == [
        line
        for line in again
        if any(
            word in line for word in ("catching_up", "fetched_since", "relay.log", "suspends_asks")
        )
    ]
    assert home.loose_paths() == []
    with opened(home) as node:
        assert [node.codes(card) for card in cards] == [[], []]
        assert node.rooms.audit.entries(limit=1)[0].details == {"made_at": NOW}
    assert sorted(path.name for path in home.path.iterdir()) == [
        "backups", "keys", "passkoop.db", "passkoop.lock"
    ]  # fmt: skip


@on_posix
def test_a_backup_is_for_its_owner_alone(courge: Node) -> None:
    assert backup(courge).stat().st_mode & 0o777 == 0o600


def test_a_backup_needs_neither_a_clock_nor_the_folder_of_backups(courge: Node) -> None:
    shutil.rmtree(courge.home.backups)
    courge.now = 0
    source = backup(courge)
    assert restore(source, Home(courge.home.path.parent / "again"), now=0) == 0


def test_a_backup_of_no_coop_says_so(tmp_path: Path) -> None:
    with pytest.raises(FolderNotFound):
        write_backup(Home(tmp_path / "nowhere"), tmp_path / "x", now=NOW)
    with pytest.raises(NotANode):
        write_backup(Home(tmp_path), tmp_path / "x", now=NOW)
    assert list(tmp_path.iterdir()) == []


def test_backups_made_while_others_write_are_each_whole(courge: Node, tmp_path: Path) -> None:
    courge.add(*[f"Membre {number}" for number in range(150)])
    issue = """
        import sys
        from pathlib import Path
        from passkoop_node.home import Home
        from passkoop_node.rooms import open_rooms
        rooms = open_rooms(Home(Path(sys.argv[1])))
        print("ready", flush=True)
        for member in rooms.members.members():
            rooms.issuer.issue([member], now=int(sys.argv[2]), actor="test")
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(issue), str(courge.home.path), str(NOW)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        sources = [backup(courge, f"{number}.backup") for number in range(3)]
        process.kill()
    counts = []
    for number, source in enumerate(sources):
        home = Home(tmp_path / f"again-{number}")
        restore(source, home, now=NOW)
        with opened(home) as node:
            cards = [card for card in node.rooms.cards.current(now=NOW).values() if card.data]
            counts.append(len(cards))
            assert node.codes(cards[-1]) in ([], ["index_ahead"]) if cards else True
            assert node.rooms.db.execute("pragma integrity_check").fetchone()[0] == "ok"
    assert counts == sorted(counts)


def test_one_backup_is_made_at_a_time(courge: Node) -> None:
    with courge.home.exclusive(), pytest.raises(HomeBusy):
        backup(courge)


@on_posix
def test_a_backup_killed_half_way_leaves_the_former_one_and_no_litter_for_long(
    courge: Node,
) -> None:
    target = backup(courge)
    before = target.read_bytes()
    answer = run_python(
        """
        import os, signal, sys
        from pathlib import Path
        import passkoop_node.core.backup as backup
        from passkoop_node.home import Home
        read = backup.read_private
        backup.read_private = lambda path: os.kill(os.getpid(), signal.SIGKILL)
        backup.write_backup(Home(Path(sys.argv[1])), Path(sys.argv[2]), now=1)
        """,
        courge.home.path,
        target,
    )
    assert answer.returncode == -signal.SIGKILL
    assert target.read_bytes() == before
    assert (courge.home.path / ".work").exists()
    backup(courge)
    assert not (courge.home.path / ".work").exists()


@on_posix
def test_a_backup_that_finds_no_room_leaves_the_former_one(courge: Node) -> None:
    target = backup(courge)
    before = target.read_bytes()
    for limit in (1_000, 20_000):  # bytes a file may have: of the backup, of the copy
        answer = run_python(
            """
            import resource, signal, sys
            from pathlib import Path
            from passkoop_node.core.backup import write_backup
            from passkoop_node.errors import NodeError
            from passkoop_node.home import Home
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
            try:
                write_backup(Home(Path(sys.argv[1])), Path(sys.argv[2]), now=1)
            except NodeError as error:
                print(error.code)
            """,
            courge.home.path,
            target,
            limit,
        )
        assert answer.stdout == "disk_full\n", answer.stderr
        assert target.read_bytes() == before
        assert sorted(path.name for path in target.parent.iterdir()) == ["La Courge", target.name]
        assert not (courge.home.path / ".work").exists()


def test_a_backup_into_a_folder_that_is_missing_says_so(courge: Node) -> None:
    with pytest.raises(FolderMissing):
        write_backup(courge.home, courge.home.path / "nowhere" / "x", now=NOW)


@on_posix
def test_a_key_that_others_may_read_is_not_saved_as_if_it_were_a_secret(courge: Node) -> None:
    next(courge.home.keys.glob("issuing*")).chmod(0o644)
    with pytest.raises(OpenPermissions):
        backup(courge)
    assert [path.name for path in courge.home.path.parent.iterdir()] == ["La Courge"]


@on_posix
@pytest.mark.parametrize("step", ["prepare", "keys", "database"])
def test_a_restore_killed_half_way_leaves_no_coop_that_signs(
    courge: Node, tmp_path: Path, step: str
) -> None:
    source = backup(courge)
    home = Home(tmp_path / "again")
    answer = run_python(
        """
        import os, signal, sys
        from pathlib import Path
        import passkoop_node.core.backup as backup
        from passkoop_node import restoring
        from passkoop_node.home import Home
        die = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
        match sys.argv[3]:
            case "prepare":
                restoring.open_rooms = die
            case "keys":
                backup.read_private = die
            case "database":
                backup.copy_database = die
        restoring.restore(Path(sys.argv[1]), Home(Path(sys.argv[2])), now=1)
        """,
        source,
        home.path,
        step,
    )
    assert answer.returncode == -signal.SIGKILL, answer.stderr
    with pytest.raises(NotANode):
        home.check()
    if step == "database":
        with pytest.raises(AlreadyANode):  # the keys are there: nothing is written over them
            restore(source, home, now=NOW)
    else:
        restore(source, home, now=NOW)
        with opened(home) as node:
            assert node.rooms.ourselves.is_catching_up
        assert not (home.path / ".work").exists()


# Where it is put back


def test_a_backup_is_not_put_where_a_coop_is_or_was(courge: Node, panier: Node) -> None:
    source = backup(courge)
    before = content_of(panier.home)
    with pytest.raises(AlreadyANode):
        restore(source, panier.home, now=NOW)
    assert content_of(panier.home) == before
    panier.rooms.close()
    panier.home.database.rename(panier.home.path / "moved.db")
    with pytest.raises(AlreadyANode):  # its keys are there
        restore(source, panier.home, now=NOW)
    assert {path.name: path.read_bytes() for path in panier.home.keys.iterdir()} == before[1]


def test_a_stray_journal_is_never_replayed_into_a_restored_database(
    courge: Node, tmp_path: Path
) -> None:
    source = backup(courge)
    home = Home(tmp_path / "again")
    home.path.mkdir()
    courge.issue("Maïté Etcheverry")  # its pages are in the journal
    shutil.copy(f"{courge.home.database}-wal", f"{home.database}-wal")
    with pytest.raises(AlreadyANode):
        restore(source, home, now=NOW)


def test_a_backup_can_be_put_among_other_files(courge: Node, tmp_path: Path) -> None:
    source = backup(courge)
    home = Home(tmp_path / "again")
    home.path.mkdir()
    (home.path / "liste.csv").write_text("Nom")
    restore(source, home, now=NOW)
    assert (home.path / "liste.csv").read_text() == "Nom"
    home.check()


# What is no backup


def archive(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as zipped:
        for name, content in files:
            zipped.writestr(name, content)
    return stream.getvalue()


def manifest(**changes: object) -> bytes:
    return json.dumps({"format": "passkoop backup 1", "made_at": NOW} | changes).encode()


def database(path: Path, make: Callable[[sqlite3.Connection], object]) -> bytes:
    with closing(sqlite3.connect(path)) as db:
        make(db)
        db.commit()
    return path.read_bytes()


def check_refused(source: Path, *, because: type[NodeError] = NotABackup) -> None:
    """See that a file is refused in our words, and that nothing of it stays."""
    home = Home(source.parent / "again")
    with pytest.raises(because) as caught:
        restore(source, home, now=NOW)
    assert str(source) in str(caught.value)
    assert not home.path.exists()
    assert [path.name for path in source.parent.iterdir() if path.name.startswith(".")] == []


@pytest.fixture
def real(courge: Node) -> dict[str, bytes]:
    """Return the files in a real backup."""
    courge.issue("Maïté Etcheverry")
    with zipfile.ZipFile(backup(courge, "real.backup")) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def test_what_is_no_archive_is_no_backup(tmp_path: Path) -> None:
    source = tmp_path / "x.backup"
    for content in (b"", b"Nom;Pr\xe9nom", b"PK\3\4" + bytes(100), bytes(100_000)):
        source.write_bytes(content)
        check_refused(source)
    with pytest.raises(FileMissing):
        restore(tmp_path / "y", Home(tmp_path / "again"), now=NOW)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.key",
        "keys/../../evil.key",
        "keys/../passkoop.db",
        "/etc/evil.key",
        "keys/evil.key",
        "keys/identity.key/",
        "keys/issuing-٠١٢٣٤٥٦٧٨٩abcdef.key",
        "keys\\identity.key",
        "identity.key",
        "keys/issuing-0011223344556677.key\n",
        "notes.txt",
        "passkoop.db-wal",
    ],
)
def test_an_archive_with_a_name_that_no_backup_has_is_refused(
    real: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    source = tmp_path / "x.backup"
    source.write_bytes(archive(*real.items(), (name, b"00" * 32)))
    check_refused(source)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["passkoop.db", "keys/identity.key", "manifest.json"])
def test_an_archive_that_holds_a_file_twice_is_refused(
    real: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    source = tmp_path / "x.backup"
    source.write_bytes(archive(*real.items(), (name, real[name])))
    check_refused(source)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'"passkoop backup 1"',
        b"{}",
        b"\xff",
        b"[" * 5_000,
        manifest(format="passkoop backup 2"),
        manifest(made_at="yesterday"),
        manifest(made_at=-1),
        manifest(made_at=1e400),
        manifest(made_at=2**64),
        manifest(made_at=True),
    ],
)
def test_an_archive_without_our_manifest_is_refused(
    real: dict[str, bytes], tmp_path: Path, content: bytes
) -> None:
    source = tmp_path / "x.backup"
    source.write_bytes(archive(*(real | {"manifest.json": content}).items()))
    check_refused(source)


@pytest.mark.parametrize("missing", ["manifest.json", "passkoop.db"])
def test_an_archive_that_lacks_a_part_is_refused(
    real: dict[str, bytes], tmp_path: Path, missing: str
) -> None:
    source = tmp_path / "x.backup"
    del real[missing]
    source.write_bytes(archive(*real.items()))
    check_refused(source)


def test_an_archive_that_would_fill_disk_or_memory_is_refused_unread(
    real: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "x.backup"
    for name in ("manifest.json", "keys/identity.key"):
        source.write_bytes(archive(*(real | {name: bytes(50_000_000)}).items()))
        assert source.stat().st_size < 100_000
        check_refused(source)
    monkeypatch.setattr(core_backup, "MAX_DATABASE", len(real["passkoop.db"]) - 1)
    source.write_bytes(archive(*real.items()))
    check_refused(source)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_packed_in_another_way_is_refused(
    real: dict[str, bytes], tmp_path: Path, method: int
) -> None:
    source = tmp_path / "x.backup"
    source.write_bytes(archive(*real.items(), method=method))
    check_refused(source)


def test_an_encrypted_archive_is_refused(real: dict[str, bytes], tmp_path: Path) -> None:
    content = bytearray(archive(*real.items()))
    at = -1
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        content[at + 8] |= 1
    source = tmp_path / "x.backup"
    source.write_bytes(content)
    check_refused(source)


def test_a_database_of_something_else_is_refused(real: dict[str, bytes], tmp_path: Path) -> None:
    source = tmp_path / "x.backup"
    others = [
        b"",
        b"Nom;Pr\xe9nom\n" * 1_000,
        b"SQLite format 3\0" + bytes(5_000),
        real["passkoop.db"][:5_000],
        real["passkoop.db"][:8_192] + b"\xff" * (len(real["passkoop.db"]) - 8_192),
        database(tmp_path / "other.db", lambda db: db.execute("create table bookmarks (url text)")),
        database(tmp_path / "empty.db", lambda db: db.execute("pragma user_version = 1")),
    ]
    with closing(
        open_database(tmp_path / "half.db", [settings.migrations, audit.migrations])
    ) as db:
        db.execute("pragma journal_mode = delete")
    others.append((tmp_path / "half.db").read_bytes())  # ours, and no co-op in it
    for content in others:
        source.write_bytes(archive(*(real | {"passkoop.db": content}).items()))
        check_refused(source)


def test_a_backup_of_a_newer_version_says_so(courge: Node, tmp_path: Path) -> None:
    future = Migrations("orders")

    @future()
    def add_what_will_be_thought_of(db: object) -> None:
        courge.rooms.db.execute("create table later (id integer primary key) strict")

    future.apply(courge.rooms.db)
    check_refused(backup(courge), because=NewerDatabase)


@pytest.mark.parametrize("cases", [40, pytest.param(1_000, marks=pytest.mark.slow)])
def test_a_damaged_backup_is_refused_or_as_good_as_before(
    real: dict[str, bytes], tmp_path: Path, cases: int
) -> None:
    whole = (tmp_path / "real.backup").read_bytes()
    source, home = tmp_path / "x.backup", Home(tmp_path / "again")
    random = Random(cases)
    # What says how to read the rest: the headers, here and in the directory at the end.
    headers = [at for at in range(len(whole)) if whole[at : at + 2] == b"PK"]
    for _ in range(cases):
        content = bytearray(whole)
        at = random.choice(
            [random.randrange(len(whole)), random.choice(headers) + random.randrange(60)]
        )
        match random.randrange(4):
            case 0:
                del content[at:]
            case 1:
                content[at:at] = random.randbytes(random.randint(1, 40))
            case _:
                content[at : at + 1] = random.randbytes(1)
        source.write_bytes(content)
        try:
            restore(source, home, now=NOW)
        except (NotABackup, NewerDatabase):
            assert not home.path.exists()
        else:
            with opened(home) as node:
                assert node.rooms.ourselves.is_catching_up
                assert len(node.rooms.members.members()) == 1
            shutil.rmtree(home.path)


@on_posix
def test_a_restore_that_finds_no_room_leaves_nothing(courge: Node, tmp_path: Path) -> None:
    source = backup(courge)
    for limit in (1_000, 100_000):
        answer = run_python(
            """
            import resource, signal, sys
            from pathlib import Path
            from passkoop_node.errors import NodeError
            from passkoop_node.home import Home
            from passkoop_node.restoring import restore
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
            try:
                restore(Path(sys.argv[1]), Home(Path(sys.argv[2])), now=1)
            except NodeError as error:
                print(error.code)
            """,
            source,
            tmp_path / "again",
            limit,
        )
        assert answer.stdout == "disk_full\n", answer.stderr
        assert not (tmp_path / "again").exists()
