"""What `doctor` finds: nothing in a healthy co-op, and each trouble by its own code."""

import os
import sys

import pytest

from federating import federation, rotations, row_of
from nodes import DAY, HOUR, NOW, Node
from passkoop_node.coops.profile import Profile
from passkoop_node.core.backup import write_backup
from passkoop_node.health import Level, examine
from passkoop_node.visits.visit import Kind, NewVisit, Rule


def findings(node: Node) -> dict[str, Level]:
    """Return what is not as it should be, by code."""
    return {
        one.code: one.level
        for one in examine(node.rooms, now=node.now)
        if one.level is not Level.OK and one.code not in ("disk", "backup_same_disk")
    }


@pytest.fixture
def healthy(courge: Node) -> Node:
    """Return a co-op of which there is nothing to say."""
    key = courge.ask()
    (courge.home.keys / "identity.key").unlink()  # it is kept elsewhere
    target = courge.home.backups / "today.passkoop-backup"
    write_backup(courge.home, target, now=NOW)
    os.utime(target, (NOW, NOW))
    courge.issue("Maïté Etcheverry")
    assert findings(courge) == {}
    courge.rooms.keyring.keep_identity_key(key)
    assert findings(courge) == {"identity_open": Level.NOTE}
    return courge


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_file_that_others_may_read_is_found(healthy: Node) -> None:
    next(healthy.home.keys.glob("issuing*")).chmod(0o644)
    assert findings(healthy)["permissions"] is Level.BAD


def test_a_clock_that_is_behind_is_found(healthy: Node, panier: Node) -> None:
    healthy.pair(panier)
    healthy.take(panier.export())
    healthy.now = NOW - HOUR  # what others signed is ahead of it
    assert findings(healthy)["clock"] is Level.BAD
    healthy.now = 0
    assert findings(healthy)["clock"] is Level.BAD


def test_documents_that_others_refuse_for_their_date_are_found(healthy: Node) -> None:
    (key,) = healthy.rooms.coops.issuing_keys()
    healthy.rooms.coops.raise_date(key.kid.hex(), NOW + DAY)  # the clock was a day ahead
    assert findings(healthy)["dated_ahead"] is Level.BAD
    healthy.later(DAY)
    assert "dated_ahead" not in findings(healthy)


def test_a_lost_key_is_found(healthy: Node) -> None:
    next(healthy.home.keys.glob("issuing*")).unlink()
    assert findings(healthy)["issuing_key"] is Level.BAD


def test_what_the_descriptor_does_not_say_yet_is_found(healthy: Node) -> None:
    healthy.rooms.ourselves.set_profile(Profile(name="La Courge", place="Là-bas", country="FR"))
    assert findings(healthy)["descriptor"] is Level.NOTE


def test_a_recovery_sheet_that_was_left_on_the_machine_is_found(healthy: Node) -> None:
    (healthy.home.path / "fiche-de-secours.pdf").touch()
    assert findings(healthy)["sheet"] is Level.NOTE


def test_friends_without_news_are_found(healthy: Node, panier: Node) -> None:
    healthy.pair(panier)
    assert findings(healthy)["lists"] is Level.NOTE
    healthy.take(panier.export())
    assert "lists" not in findings(healthy)
    healthy.later(11 * DAY)
    assert findings(healthy)["lists"] is Level.NOTE


def test_a_backup_that_is_a_month_old_is_found(healthy: Node) -> None:
    healthy.later(31 * DAY)
    assert findings(healthy)["backup"] is Level.NOTE


def test_a_register_of_visits_that_somebody_changed_is_found(healthy: Node) -> None:
    new = NewVisit(till="1", line="1", at=NOW, kind=Kind.WITHOUT, rule=Rule.WORD)
    healthy.rooms.visits.register.note(new, now=NOW)
    assert "visits" not in findings(healthy)
    healthy.rooms.db.execute("drop trigger visit_is_not_changed")
    healthy.rooms.db.execute("update visit set amount = 1")
    assert findings(healthy)["visits"] is Level.BAD


def test_a_federation_whose_word_is_missing_unconfirmed_or_too_old_is_found(
    healthy: Node, panier: Node
) -> None:
    office = federation()
    first, second = rotations(office, 2)
    rows = [row_of(panier.rooms, "panier")]
    healthy.rooms.coops.follow(office.id, now=NOW)
    assert findings(healthy)["federation_awaited"] is Level.NOTE
    healthy.take([first, office.directory(rows, at=NOW, exp=NOW + DAY)])
    assert findings(healthy) == {"identity_open": Level.NOTE}
    healthy.later(2 * DAY)
    assert findings(healthy)["directory_old"] is Level.NOTE
    healthy.take([second])
    assert findings(healthy)["directory_unconfirmed"] is Level.NOTE
    healthy.take([office.directory(rows, at=healthy.now, signers=["one 2"])])
    assert "directory_unconfirmed" not in findings(healthy)


def test_a_federation_that_signed_two_truths_is_found_for_a_month(
    healthy: Node, panier: Node
) -> None:
    office = federation()
    rows = [row_of(panier.rooms, "panier")]
    healthy.rooms.coops.follow(office.id, now=NOW)
    healthy.take([office.root(), office.directory(rows, at=NOW)])
    healthy.take([office.directory([], at=NOW)])
    assert findings(healthy)["federation_two_truths"] is Level.NOTE
    healthy.later(31 * DAY)
    assert "federation_two_truths" not in findings(healthy)
