"""A disk that is full, or an end in the middle: two lines, and nothing half-written."""

import sys
from pathlib import Path

import pytest

from command import (
    UNREACHABLE,
    Coop,
    members_csv,
    process,
    register,
    snapshot,
    told,
    two_friends,
    two_strangers,
)
from federation_desks import Desk, office, request
from passkoop_node.cards.store import CardState

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no such limits")


@pytest.fixture
def coop(tmp_path: Path) -> Coop:
    return two_strangers(tmp_path)[0]


# The system lets a process write no further than this into any file.

FULL_DISK = """
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
"""


@on_posix
def test_a_full_disk_makes_no_half_of_a_coop(tmp_path: Path) -> None:
    words = ("--home", tmp_path / "a", "init", "--name", "Hendaia", "--place", "Hendaye")
    for size in (3_000, 130_000):
        done = process(*words, before=FULL_DISK.format(size))
        told(done, UNREACHABLE, "disque est plein")
        assert not (tmp_path / "a").exists()
    Coop(tmp_path / "a").do(*words[2:])


@on_posix
def test_a_full_disk_imports_nobody_rather_than_some(coop: Coop, tmp_path: Path) -> None:
    before = register(coop)
    (tmp_path / "members.csv").write_bytes(members_csv(5000))
    done = process(
        *("--home", coop.home, "member", "import", tmp_path / "members.csv", "--json"),
        before=FULL_DISK.format(400_000),
    )
    assert done.code == UNREACHABLE
    assert done.answer["error"] == "disk_full"
    assert len(done.said) == 2
    assert register(coop) == before


@on_posix
def test_a_full_disk_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    home, _ = two_friends(tmp_path)
    for words in (
        ("backup", tmp_path / "new"),
        ("peer", "export", "-o", tmp_path / "new"),
        ("card", "print", "--all", "-o", tmp_path / "new"),
    ):
        done = process("--home", home.home, *words, before=FULL_DISK.format(300))
        told(done, UNREACHABLE, "disque est plein")
        assert not (tmp_path / "new").exists()
        assert not list(tmp_path.glob(".*"))
        assert not list((home.home / "backups").iterdir())


@on_posix
def test_a_full_disk_restores_no_half_of_a_backup(coop: Coop, tmp_path: Path) -> None:
    coop.do("backup", tmp_path / "backup")
    again = Coop(tmp_path / "again")
    for size in (10, 100_000):
        done = process(
            "--home", again.home, "restore", tmp_path / "backup", before=FULL_DISK.format(size)
        )
        told(done, UNREACHABLE, "disque est plein")
        assert not again.home.exists() or snapshot(again.home) == {}
    again.do("restore", tmp_path / "backup")


@on_posix
def test_a_full_disk_revokes_nothing_rather_than_the_half(coop: Coop) -> None:
    card = coop.card_text(8)
    done = process("--home", coop.home, "card", "revoke", "8", before=FULL_DISK.format(20_000))
    told(done, UNREACHABLE, "disque est plein")
    assert coop.verify(card)[0] == "welcome"
    coop.do("card", "revoke", 8)
    assert coop.verify(card)[:2] == ("refused", ["revoked"])


def test_a_revocation_that_ended_before_its_list_is_made_up_for(coop: Coop) -> None:
    card = coop.card_text(8)
    with coop.rooms() as rooms:
        member = rooms.members.by_number("8")
        (stored,) = rooms.cards.of_member(member.id)
        rooms.cards.change([stored.id], CardState.REVOKED, reason="", now=coop.now)
    assert coop.verify(card)[0] == "welcome"
    assert "déjà annulée" in coop.do("card", "revoke", 8).err
    assert coop.verify(card)[:2] == ("refused", ["revoked"])


@on_posix
def test_pictures_that_find_no_room_are_written_when_there_is_some(
    coop: Coop, tmp_path: Path
) -> None:
    words = ("card", "issue", "--all", "--out", tmp_path / "cards")
    done = process("--home", coop.home, *words, before=FULL_DISK.format(50))
    told(done, UNREACHABLE, "disque est plein")
    assert snapshot(tmp_path / "cards") == {}
    coop.do(*words)
    assert len(snapshot(tmp_path / "cards")) == 100


@on_posix
def test_a_full_disk_leaves_a_federation_as_it_was(coop: Coop, tmp_path: Path) -> None:
    desk = office(tmp_path / "fed")
    words = ("federation", "--folder", desk.folder, "admit", request(coop), "--yes")
    before = snapshot(desk.folder)
    done = process(*words, before=FULL_DISK.format(10))
    assert done.code == UNREACHABLE
    assert "disque est plein" in done.err
    assert snapshot(desk.folder) == before
    done = process(*words, before=FULL_DISK.format(500))  # room for a date, not for a directory
    assert done.code == UNREACHABLE
    assert snapshot(desk.folder)["federation.passkoop"] == before["federation.passkoop"]
    process(*words)
    assert snapshot(desk.folder)["federation.passkoop"] != before["federation.passkoop"]
    new = Desk(tmp_path / "new")
    first = ("federation", "--folder", new.folder, "init", "--name", "Ici", "--person", "Ada")
    assert process(*first, before=FULL_DISK.format(200)).code == UNREACHABLE
    assert [path for path in snapshot(new.folder) if path.endswith((".key", ".pdf"))] == []
    assert process(*first).code == 0
