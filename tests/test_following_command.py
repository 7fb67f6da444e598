"""`passkoop peer follow`: a federation followed by its fingerprint, from a file or an address."""

from pathlib import Path

import pytest

from command import GIVEN, NOW, UNREACHABLE, Coop, snapshot, told, two_strangers
from federating import federation, rotations, row_of
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.keys import CoopId, pairing_code

FED = federation("Les Coops d'ici")
CODE = pairing_code(CoopId(FED.id))


@pytest.fixture
def two(tmp_path: Path) -> tuple[Coop, Coop]:
    return two_strangers(tmp_path)


def file_of(coop: Coop, **changes: object) -> Path:
    """Return the file that the federation gives."""
    with coop.rooms() as rooms:
        row = row_of(rooms, "hendaia", **changes)
    file = coop.home.parent / "federation.passkoop"
    directory = FED.directory([row], at=NOW, signers=["one 3"])
    file.write_bytes(write_bundle([*rotations(FED, 3), directory]))
    return file


def test_a_federation_is_followed_from_its_file(two: tuple[Coop, Coop]) -> None:
    home, host = two
    done = host.do("peer", "follow", CODE, "--file", file_of(home))
    assert done.said == ["«\u00a0Les Coops d'ici\u00a0» est suivie\u202f: 1 coop."]
    home.tell(host)
    assert host.verify(home.card_text(1))[:2] == ("welcome", [])
    (one,) = host.do("peer", "followed", "--json").answers
    assert (one["fingerprint"], one["root"], one["coops"]) == (CODE, 3, 1)
    assert "Les Coops d'ici" in host.do("peer", "followed").out
    (listed,) = host.do("peer", "list", "--json").answers
    assert (listed["name"], listed["paired"]) == ("Hendaia Koop", False)


def test_without_a_file_its_documents_come_with_any_file(two: tuple[Coop, Coop]) -> None:
    home, host = two
    host.do("peer", "follow", CODE)
    assert "attendue" in host.do("peer", "followed").out
    home.do("peer", "follow", CODE, "--file", file_of(home))
    assert home.tell(host).code == 0
    assert host.verify(home.card_text(1))[0] == "welcome"


def test_a_suspended_co_op_is_told_and_its_cards_are_refused(two: tuple[Coop, Coop]) -> None:
    home, host = two
    done = host.do("peer", "follow", CODE, "--file", file_of(home, suspended=True))
    assert "dont 1 suspendue" in done.err
    home.tell(host)
    assert host.verify(home.card_text(1))[:2] == ("refused", ["coop_suspended"])


def test_a_file_of_another_federation_changes_nothing(two: tuple[Coop, Coop]) -> None:
    home, host = two
    file, other = file_of(home), federation("Une autre", "two")
    before = snapshot(host.home)
    done = host("peer", "follow", pairing_code(CoopId(other.id)), "--file", file)
    told(done, GIVEN, "rien ici n’est de la fédération")
    assert host.do("peer", "followed", "--json").answers == []
    file.write_bytes(write_bundle(rotations(FED, 3)[1:]))
    told(host("peer", "follow", CODE, "--file", file), GIVEN, "il manque des documents")
    assert {**snapshot(host.home), **before} == snapshot(host.home)


def test_a_mistyped_fingerprint_says_which_group(two: tuple[Coop, Coop]) -> None:
    _, host = two
    told(host("peer", "follow", "X" + CODE[1:]), GIVEN, "groupe n°\u00a01")


def test_an_address_where_nobody_answers_changes_nothing(two: tuple[Coop, Coop]) -> None:
    _, host = two
    done = host("peer", "follow", CODE, "--from", "http://127.0.0.1:1025")
    told(done, UNREACHABLE, "ne donne pas les documents")
    assert host.do("peer", "followed", "--json").answers == []


def test_a_federation_that_is_left_is_not_believed_any_more(two: tuple[Coop, Coop]) -> None:
    home, host = two
    host.do("peer", "follow", CODE, "--file", file_of(home))
    home.tell(host)
    host.do("peer", "unfollow", CODE)
    assert host.verify(home.card_text(1))[:2] == ("unverified", ["unknown_issuer"])
    told(host("peer", "unfollow", CODE), GIVEN, "ne suit pas la fédération")
