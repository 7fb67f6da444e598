"""Federations' documents by HTTP: from any relay, whatever came first."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from federating import federation, rotations, row_of
from hostile import HostileRelay
from passkoop_node.relay import following
from passkoop_node.relay.calling import Called
from passkoop_protocol import cbor
from relaying import Coop
from serving import NOON, make_coop
from shop import Federation

MakeCoop = Callable[[str], Coop]
FED = federation()


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[MakeCoop]:
    """Return what serves one more co-op."""
    with ExitStack() as stack:

        def make(name: str) -> Coop:
            coop = Coop.of(make_coop(tmp_path / name, name=name))
            coop.start()
            stack.callback(coop.stop)
            return coop

        yield make


def follow(office: Federation, *coops: Coop) -> None:
    for one in coops:
        one.run(one.rooms.coops.follow, office.id, now=one.now)


def row(coop: Coop, slug: str, **changes: object) -> dict[str, Any]:
    return coop.run(lambda: row_of(coop.rooms, slug, **changes))


def hand(coop: Coop, *documents: bytes) -> None:
    """Somebody imports a file."""
    coop.run(coop.rooms.relay.intake.take_in, list(documents), now=coop.now)


def accepted(called: list[Called]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in called:
        for kind, count in one.accepted.items():
            total[kind] = total.get(kind, 0) + count
    return total


def test_who_follows_gets_fifteen_rotations_the_directory_and_the_lists_in_one_round(
    coop: MakeCoop,
) -> None:
    hendaye, lyon, paris = coop("Hendaye"), coop("Lyon"), coop("Paris")
    card = hendaye.issue("Maïté Etcheverry")
    lyon.pair(hendaye)
    hand(lyon, *hendaye.documents())  # before the directory: the co-op comes first in its log
    follow(FED, lyon, paris)
    roots = rotations(FED, 16)
    rows = [row(hendaye, "hendaye")]
    hand(lyon, *roots, FED.directory(rows, at=NOON, signers=["one 16"]))
    paris.call(lyon.address)
    called = paris.round()
    assert accepted(called) == {"root": 16, "directory": 1, "descriptor": 1, "status_list": 1}
    assert paris.codes(card) == []


def test_a_suspension_reaches_all_in_one_round_each(coop: MakeCoop) -> None:
    hendaye, lyon, paris = coop("Hendaye"), coop("Lyon"), coop("Paris")
    card = hendaye.issue("Maïté Etcheverry")
    follow(FED, lyon, paris)
    start = [FED.root(), FED.directory([row(hendaye, "hendaye")], at=NOON)]
    hand(lyon, *start, *hendaye.documents())
    paris.call(lyon.address)
    paris.round()
    assert paris.codes(card) == []
    for one in (hendaye, lyon, paris):
        one.now += 3_600
    hand(lyon, FED.directory([row(hendaye, "hendaye", suspended=True)], at=lyon.now))
    (called,) = paris.round()
    assert dict(called.accepted) == {"directory": 1}
    assert paris.codes(card) == ["coop_suspended"]


def test_a_new_co_op_of_the_directory_is_read_although_it_was_passed_over_before(
    coop: MakeCoop,
) -> None:
    hendaye, lyon, paris = coop("Hendaye"), coop("Lyon"), coop("Paris")
    card = hendaye.issue("Maïté Etcheverry")
    follow(FED, lyon, paris)
    lyon.pair(hendaye)
    hand(lyon, FED.root(), FED.directory([row(lyon, "lyon")], at=NOON), *hendaye.documents())
    paris.call(lyon.address)
    paris.round()
    assert paris.codes(card) == ["unknown_issuer"]
    for one in (hendaye, lyon, paris):
        one.now += 3_600
    rows = [row(lyon, "lyon"), row(hendaye, "hendaye")]
    hand(lyon, FED.directory(rows, at=lyon.now))
    paris.round()
    assert paris.codes(card) == []


def test_what_was_kept_of_a_co_op_is_handed_on_once_the_directory_lists_it(
    coop: MakeCoop,
) -> None:
    hendaye, lyon, paris = coop("Hendaye"), coop("Lyon"), coop("Paris")
    card = hendaye.issue("Maïté Etcheverry")
    follow(FED, lyon, paris)
    lyon.pair(hendaye)
    hand(lyon, *hendaye.documents())
    lyon.run(lyon.rooms.coops.unpair, hendaye.coop)
    start = [FED.root(), FED.directory([row(hendaye, "hendaye")], at=NOON)]
    hand(paris, *start)
    paris.call(lyon.address)
    paris.round()  # it has read Lyon to the end, and Lyon says nothing of Hendaye
    assert paris.codes(card) == ["unknown_issuer"]
    hand(lyon, *start)
    paris.round()
    assert paris.codes(card) == []


def test_the_addresses_that_a_root_names_are_called(coop: MakeCoop) -> None:
    paris = coop("Paris")
    follow(FED, paris)
    named = "https://annuaire.example/site"
    office = federation()
    office.first = office.root_fields(relays=[named, "http://no such address"])
    follow(office, paris)
    hand(paris, office.sign_root(cbor.encode(office.first)))
    assert set(paris.run(paris.rooms.relay.situation).addresses) == {named}


def test_eight_megabytes_in_the_shape_of_a_directory_cost_nothing(coop: MakeCoop) -> None:
    paris = coop("Paris")
    follow(FED, paris)
    hand(paris, FED.root(), FED.directory([], at=NOON))
    with HostileRelay(paris.documents()) as relay:
        paris.call(relay.address("rubbish_in_order"))
        (called,) = paris.round()
    assert dict(called.refused) == {"newer_format": 1}


def test_what_is_kept_of_a_federation_is_handed_on_again_once_it_is_followed_again(
    coop: MakeCoop,
) -> None:
    hendaye, lyon, paris = coop("Hendaye"), coop("Lyon"), coop("Paris")
    card = hendaye.issue("Maïté Etcheverry")
    follow(FED, lyon, paris)
    start = [FED.root(), FED.directory([row(hendaye, "hendaye")], at=NOON)]
    hand(lyon, *start, *hendaye.documents())
    lyon.run(lyon.rooms.coops.unfollow, FED.id)
    paris.call(lyon.address)
    paris.round()  # it has read Lyon to the end
    assert paris.codes(card) == ["unknown_issuer"]
    lyon.run(following.follow, lyon.rooms.relay, FED.id, actor="test", now=NOON)
    paris.round()
    assert paris.codes(card) == []
