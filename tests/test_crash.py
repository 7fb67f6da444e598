"""Kills and full disks: what was acknowledged stays, nothing is signed or given twice."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from disks import PAGE, all_but
from nodes import NOW, Node, found
from passkoop_node.cards.store import CardState
from passkoop_node.core.backup import write_backup
from passkoop_node.errors import DiskFull
from passkoop_node.home import Home
from passkoop_node.restoring import restore

if sys.platform == "win32":
    pytest.skip("there are no signals to kill with", allow_module_level=True)

import resource

COMMANDS = ("issue", "replace", "rotate", "withdraw", "take_in", "finish")


def crash(*arguments: object) -> dict[str, int]:
    """Run `crashing.py`, and return what it counted."""
    answer = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("crashing.py")), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    counts: dict[str, int] = json.loads(answer.stdout)
    return counts


@pytest.mark.parametrize(
    ("command", "every"),
    [
        ("revoke", 1),
        *((command, 13) for command in COMMANDS),
        *(pytest.param(command, 1, marks=pytest.mark.slow) for command in COMMANDS),
    ],
)
def test_a_command_stopped_at_any_statement_is_made_up_for_by_the_next(
    tmp_path: Path, command: str, every: int
) -> None:
    counts = crash("steps", tmp_path, command, every)
    assert counts["stops"] >= 40 // every


@pytest.mark.parametrize("times", [30, pytest.param(200, marks=pytest.mark.slow)])
def test_processes_killed_at_any_moment_lose_nothing_and_sign_nothing_twice(
    tmp_path: Path, times: int
) -> None:
    counts = crash("kills", tmp_path, times)
    assert counts["cards"] > times
    assert counts["revoked"] > times // 4
    assert counts["signatures"] > counts["cards"]


# A full disk


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes, as a quota does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))  # Python ignores SIGXFSZ
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def attempt(node: Node, number: int) -> bool:
    """Try what writes most; return whether there was room. All of it is done, or nothing."""
    members = node.add(*[f"Membre {number}-{at}" for at in range(30)])
    before = node.rooms.cards.count()
    try:
        cards = node.rooms.issuer.issue(members[:20], now=node.now, actor="test")
        node.rooms.issuer.set_state(members[0], CardState.REVOKED, now=node.now, actor="test")
        node.rooms.ourselves.rotate(node.ask, now=node.now)
        node.rooms.lists.refresh(now=node.now)
    except DiskFull:
        return False
    assert sum(node.rooms.cards.count().values()) == sum(before.values()) + 20
    assert node.refused(cards) == cards[:1]
    return True


def check_well(node: Node) -> None:
    """See that a co-op whose disk has room again is well, whatever it was doing."""
    node.reopen()
    assert node.rooms.db.execute("pragma integrity_check").fetchone()[0] == "ok"
    assert node.rooms.ourselves.descriptor_is_current()
    node.rooms.issuer.finish()
    node.rooms.lists.refresh(now=node.now)
    assert node.rooms.cards.unsigned() == []
    for card in node.refused(node.rooms.cards.current(now=node.now).values()):
        raise AssertionError(card)
    assert sorted(path.suffix for path in node.home.keys.iterdir() if path.suffix != ".key") == []


def test_a_full_disk_is_said_and_all_is_well_once_there_is_room(small_disk: Path) -> None:
    node = found(small_disk / "coop")
    full = 0
    pages = (0, 1, 2, 3, 5, 8, 12, 16, 20, 24, 28, 32, 40, 50, 60, 80, 200, 400)
    for free in pages:
        node.later()
        check_well(node)
        members = node.rooms.members.count()
        with all_but(node.home.path, free * PAGE):
            try:
                full += not attempt(node, free)
            except DiskFull:  # at one of the members
                full += 1
                assert node.rooms.members.count() >= members
    check_well(node)
    assert 5 <= full < len(pages)
    assert attempt(node, 99)
    node.rooms.close()


def test_a_quota_that_is_used_up_is_said_and_all_is_well_with_a_larger_one(courge: Node) -> None:
    check_well(courge)
    full = 0
    # The database has so many pages; its journal begins at nothing.
    for pages in (0, 1, 2, 4, 8, 12, 16, 24, 32, 48):
        courge.later()
        with files_of_at_most(pages * PAGE):
            try:
                full += not attempt(courge, pages)
            except DiskFull:
                full += 1
        check_well(courge)
    assert full >= 5
    assert attempt(courge, 99)


def test_a_backup_and_a_restore_on_a_full_disk_leave_nothing_behind(small_disk: Path) -> None:
    node = found(small_disk / "coop")
    cards = node.issue(*[f"Membre {number}" for number in range(20)])
    write_backup(node.home, small_disk / "good.backup", now=NOW)
    files = {path for path in small_disk.rglob("*") if "passkoop.db-" not in path.name}
    full = 0
    for free in range(0, 1_500, 50):
        with all_but(node.home.path, free * PAGE):
            try:
                write_backup(node.home, small_disk / "again.backup", now=NOW)
                (small_disk / "again.backup").unlink()
                restore(small_disk / "good.backup", Home(small_disk / "again"), now=NOW)
                break
            except DiskFull:
                full += 1
        left = {path for path in small_disk.rglob("*") if "passkoop.db-" not in path.name}
        assert left - files <= {node.home.path / "passkoop.lock"}
    assert full >= 3
    assert (small_disk / "again").exists()
    assert node.refused(cards) == []
    node.rooms.close()
