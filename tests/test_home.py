"""The folder of a co-op: closed to others, its files whole or untouched."""

import os
import sys
from contextlib import closing
from pathlib import Path

import pytest

from passkoop_node.core import settings
from passkoop_node.core.database import open_database
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import (
    AlreadyANode,
    FileMissing,
    FolderNotFound,
    HomeBusy,
    NotAFile,
    NotANode,
    OpenPermissions,
)
from passkoop_node.home import Home, read_private, write_private
from processes import run_python

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "coop")
    home.create()
    return home


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@on_posix
def test_a_new_folder_and_its_files_are_for_their_owner_alone(home: Home) -> None:
    with closing(open_database(home.database, [settings.migrations])) as db:
        SettingsStore(db).set(Setting(name="test.number", default=1), 2)
        files = list(home.path.glob("passkoop.db*"))
        assert len(files) == 3  # with its journal and the journal's index
        assert {mode(path) for path in files} == {0o600}
    assert [mode(path) for path in (home.path, home.keys, home.backups)] == [0o700] * 3
    assert home.loose_paths() == []


@on_posix
def test_a_folder_that_held_something_before_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "coop").mkdir(mode=0o755)
    (tmp_path / "coop" / "liste.csv").touch()
    home = Home(tmp_path / "coop")
    home.create()
    assert mode(home.path) == 0o755
    assert mode(home.keys) == 0o700
    assert home.loose_paths() == [home.path]


def test_a_folder_that_is_missing_or_empty_or_taken_is_told_apart(tmp_path: Path) -> None:
    home = Home(tmp_path / "coop")
    with pytest.raises(FolderNotFound):
        home.check()
    home.create()
    with pytest.raises(NotANode):
        home.check()
    open_database(home.database, [settings.migrations]).close()
    home.check()
    with pytest.raises(AlreadyANode):
        home.create()


def test_only_one_process_does_what_suffers_no_company(home: Home) -> None:
    attempt = """
        import sys
        from pathlib import Path
        from passkoop_node.errors import HomeBusy
        from passkoop_node.home import Home
        try:
            with Home(Path(sys.argv[1])).exclusive():
                print("free")
        except HomeBusy as error:
            print(error.code)
    """
    with home.exclusive():
        assert run_python(attempt, home.path).stdout == "home_busy\n"
        with pytest.raises(HomeBusy), home.exclusive():
            pass
    assert run_python(attempt, home.path).stdout == "free\n"


@on_posix
def test_a_key_file_that_others_may_read_is_refused(home: Home) -> None:
    key = home.keys / "identity"
    write_private(key, b"secret")
    assert mode(key) == 0o600
    assert read_private(key) == b"secret"
    key.chmod(0o640)
    with pytest.raises(OpenPermissions, match="identity"):
        read_private(key)
    assert home.loose_paths() == [key]


def test_a_private_file_is_replaced_whole(home: Home) -> None:
    key = home.keys / "key"
    write_private(key, b"old")
    write_private(key, b"new")
    assert read_private(key) == b"new"
    assert list(home.keys.iterdir()) == [key]
    with pytest.raises(FileMissing):
        read_private(home.keys / "other")
    with pytest.raises(FolderNotFound):
        write_private(home.path / "nowhere" / "key", b"")


@on_posix
def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    # A pipe stands for /dev/null, which a test that fails would take from the whole machine.
    pipe, link, folder = tmp_path / "pipe", tmp_path / "link", tmp_path / "folder"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    folder.mkdir()
    for path in (pipe, link, folder):
        with pytest.raises(NotAFile):
            write_private(path, b"")
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert set(tmp_path.iterdir()) == {pipe, link, folder}


@on_posix
def test_a_full_disk_leaves_the_old_private_file(home: Home) -> None:
    write_private(home.keys / "key", b"old")
    answer = run_python(
        """
        import resource, signal, sys
        from pathlib import Path
        from passkoop_node.errors import NodeError
        from passkoop_node.home import write_private
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_private(Path(sys.argv[1]), b"x" * 5000)
        except NodeError as error:
            print(error.code)
        """,
        home.keys / "key",
    )
    assert answer.stdout == "disk_full\n", answer.stderr
    assert read_private(home.keys / "key") == b"old"
    assert [path.name for path in home.keys.iterdir()] == ["key"]
