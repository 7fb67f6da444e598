"""The backup of the night: made when due, opened before it counts, thinned, and told about."""

import asyncio
import datetime
import shutil
import threading
from pathlib import Path

import pytest

from disks import all_but
from nodes import DAY, HOUR, NOW, Node
from passkoop_node import nightly
from passkoop_node.core.shelf import (
    ELSEWHERE,
    FAILED,
    FOLDER,
    Shelf,
    keep_backups_in,
    shelf_of,
    those_kept,
)
from passkoop_node.errors import FolderMissing, HomeBusy
from passkoop_node.health import Level, examine
from passkoop_node.home import Home
from passkoop_node.nightly import BackupIncomplete, Outcome, is_due, look_after, make_backup, note
from passkoop_node.restoring import restore
from serving import Served, make_coop


def shelf(node: Node) -> Shelf:
    return shelf_of(node.home, node.rooms.settings, node.coop)


def one_look(node: Node) -> Outcome:
    """Do what the job does at each of its looks."""
    outcome = look_after(node.home, shelf(node), now=node.now)
    note(node.rooms, outcome, now=node.now)
    return outcome


def told(node: Node) -> dict[str, Level]:
    return {one.code: one.level for one in examine(node.rooms, now=node.now)}


def actions(node: Node) -> list[str]:
    return [one.action for one in node.rooms.audit.entries() if one.action.startswith("backup.")]


def at_local(hour: int, minute: int = 0) -> int:
    """Return a time of one day, as the clock of the shop shows it."""
    return int(datetime.datetime(2026, 11, 22, hour, minute).astimezone().timestamp())


def test_a_night_asks_for_one_backup_and_a_machine_that_was_off_makes_up_for_it() -> None:
    assert is_due(0, now=NOW)
    assert not is_due(at_local(3), now=at_local(9))
    assert is_due(at_local(2, 59), now=at_local(3))
    assert is_due(at_local(2, 59), now=at_local(23))
    assert not is_due(at_local(3) - DAY, now=at_local(2, 59))


def test_the_newest_seven_and_one_of_each_of_eight_weeks_stay() -> None:
    nights = [NOW - DAY * back for back in range(120)]
    kept = those_kept(nights)
    assert set(nights[:7]) <= kept
    assert len({(at // DAY + 3) // 7 for at in kept}) == 8
    assert 8 + 5 <= len(kept) <= 7 + 8
    assert those_kept(kept) == kept
    assert those_kept([NOW - 300 * DAY]) == {NOW - 300 * DAY}


def test_a_backup_of_the_night_brings_the_co_op_back(courge: Node, tmp_path: Path) -> None:
    courge.issue("Maïté Etcheverry")
    made = one_look(courge)
    assert made.failure == ""
    assert made.newest == courge.now
    (path,) = (courge.home.path / "sauvegardes").iterdir()
    assert path.stat().st_size == made.size
    assert courge.home.loose_paths() == []
    assert one_look(courge).size == 0  # one is enough
    courge.later(DAY)
    assert one_look(courge).size > 0
    assert actions(courge) == ["backup.make", "backup.make"]
    assert restore(path, Home(tmp_path / "again"), now=courge.now) == NOW


def test_backups_that_need_not_stay_go_and_no_file_of_anybody_else(courge: Node) -> None:
    one_look(courge)
    place = shelf(courge)
    first = place.path_of(courge.now)
    for back in range(1, 100):
        shutil.copy(first, place.path_of(courge.now - back * DAY))
    draft = place.folder / f".{place.path_of(NOW - 9 * DAY).name}.0a0b0c0d.tmp"
    others = [
        place.folder / "2020-01-01-120000.passkoop-backup",
        place.folder / "nuit-00000000-2020-01-01-030000.passkoop-backup",
        place.path_of(courge.now + 900 * DAY),  # of a clock that was ahead: it does not count
    ]
    for other in (draft, *others):
        other.touch()
    courge.later(DAY)
    one_look(courge)
    assert 12 <= len(place.backups()) - 1 <= 15
    assert all(other.exists() for other in others)
    assert not draft.exists()


def test_a_backup_that_lacks_something_does_not_count(
    courge: Node, panier: Node, tmp_path: Path
) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    wrong = Shelf(folder=folder, coop=panier.coop, is_own=False)
    with pytest.raises(BackupIncomplete):
        make_backup(courge.home, wrong, now=NOW)
    assert list(folder.iterdir()) == []


def test_never_two_at_once(courge: Node) -> None:
    with courge.home.exclusive(), pytest.raises(HomeBusy):
        look_after(courge.home, shelf(courge), now=NOW)
    assert one_look(courge).size > 0


def test_a_disk_that_is_not_plugged_in_is_told_once_and_forgotten_when_it_is_back(
    courge: Node, tmp_path: Path
) -> None:
    folder = tmp_path / "usb"
    with pytest.raises(FolderMissing):
        keep_backups_in(folder, courge.rooms.settings)
    folder.mkdir()
    keep_backups_in(folder, courge.rooms.settings)
    one_look(courge)
    assert len(list(folder.iterdir())) == 1
    folder.rename(tmp_path / "unplugged")
    for _night in range(3):
        courge.later(DAY)
        assert one_look(courge).failure == "file_missing"
    assert not folder.exists()  # no backup on the disk beneath, where nobody looks for it
    assert told(courge)["backup_failed"] is Level.BAD
    assert actions(courge) == ["backup.fail", "backup.make"]
    (tmp_path / "unplugged").rename(folder)
    assert one_look(courge).failure == ""
    assert "backup_failed" not in told(courge)
    assert courge.rooms.settings.get(FAILED) == {}


def test_a_full_disk_is_told_and_keeps_the_backups_of_before(
    courge: Node, small_disk: Path
) -> None:
    keep_backups_in(small_disk, courge.rooms.settings)
    one_look(courge)
    before = shelf(courge).backups()
    courge.later(DAY)
    with all_but(small_disk / "x", 0):
        outcome = one_look(courge)
    assert outcome.failure == "disk_full"
    assert shelf(courge).backups() == before
    assert [one.name for one in small_disk.iterdir() if one.name.startswith(".")] == []
    assert told(courge)["backup_failed"] is Level.BAD
    assert told(courge).get("backup_same_disk") is None  # it is another disk
    assert one_look(courge).size > 0


def test_the_age_is_told_and_that_one_disk_is_not_enough(courge: Node) -> None:
    assert told(courge)["backup"] is Level.NOTE
    assert "backup_same_disk" not in told(courge)  # first things first
    one_look(courge)
    assert told(courge)["backup"] is Level.OK
    assert told(courge)["backup_same_disk"] is Level.NOTE
    courge.rooms.settings.set(ELSEWHERE, courge.now)  # `passkoop backup` to a USB stick
    assert "backup_same_disk" not in told(courge)
    courge.later(8 * DAY)
    assert told(courge)["backup"] is Level.NOTE
    courge.later(31 * DAY)
    assert told(courge)["backup_same_disk"] is Level.NOTE
    assert courge.rooms.settings.get(FOLDER) == ""


def test_a_node_that_serves_makes_it_once_the_shop_is_open_and_tills_go_on(tmp_path: Path) -> None:
    home = make_coop(tmp_path / "coop")
    served = Served(home).start()
    folder = home.path / "sauvegardes"
    try:
        look = nightly.tick

        def wait_for_it() -> None:
            asyncio.run_coroutine_threadsafe(look(served.app), served._loop).result(60)

        wait_for_it()
        assert not folder.exists()
        served.now += HOUR
        client = served.administrator()
        waiting = threading.Thread(target=wait_for_it)
        waiting.start()
        while waiting.is_alive():
            assert client.get("/").status < 400
        assert len(list(folder.iterdir())) == 1
        assert "Dernière sauvegarde : il y a moins d’une heure." in client.get("/sante").words
    finally:
        served.stop()
