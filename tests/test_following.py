"""Co-ops that follow a federation: whom it lists is heard, whom it suspends is refused."""

from collections.abc import Callable

import pytest

from federating import federation, rotations, row_of
from nodes import DAY, Node
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.coops.trusting import Received, documents_for_a_till
from passkoop_protocol.bundle import read_bundle, write_bundle
from passkoop_protocol.trust import TrustStore

MakeNode = Callable[[str], Node]
FED = federation()


def refusals(received: Received) -> list[str]:
    return [one.error.code for one in received.refused]


def follow(*nodes: Node) -> None:
    for node in nodes:
        node.rooms.coops.follow(FED.id, now=node.now)


def rows(*nodes: Node, **changes: object) -> list[dict[str, object]]:
    return [row_of(one.rooms, f"coop-{at}", **changes) for at, one in enumerate(nodes)]


@pytest.fixture
def card(courge: Node) -> StoredCard:
    (card,) = courge.issue("Maïté Etcheverry")
    return card


def test_whoever_the_federation_lists_is_welcome_without_a_pairing(
    courge: Node, panier: Node, card: StoredCard
) -> None:
    follow(panier)
    sent = [FED.root(), FED.directory(rows(courge), at=courge.now), *courge.export()]
    received = panier.take(read_bundle(write_bundle(sent)))
    assert [one.kind for one in received.accepted] == [
        *["root", "directory", "descriptor", "status_list"]
    ]
    assert panier.codes(card) == []
    panier.reopen()
    assert panier.codes(card) == []
    assert panier.export()[:2] == sent[:2]


def test_what_is_of_a_federation_that_nobody_follows_is_put_aside(
    courge: Node, panier: Node
) -> None:
    sent = [FED.root(), FED.directory(rows(courge), at=courge.now)]
    assert refusals(panier.take(sent)) == ["unknown_federation"] * 2
    assert panier.rooms.coops.documents_about("root", FED.id) == []


def test_cards_of_a_suspended_co_op_are_refused_and_welcome_again_when_it_is_resumed(
    courge: Node, panier: Node, card: StoredCard
) -> None:
    follow(panier)
    panier.take([FED.root(), FED.directory(rows(courge), at=courge.now), *courge.export()])
    panier.later()
    panier.take([FED.directory(rows(courge, suspended=True), at=panier.now)])
    assert panier.codes(card) == ["coop_suspended"]
    panier.reopen()
    assert panier.codes(card) == ["coop_suspended"]
    panier.later()
    panier.take([FED.directory(rows(courge), at=panier.now)])
    assert panier.codes(card) == []


def test_an_old_directory_makes_verdicts_yellow_and_blocks_nothing(
    courge: Node, panier: Node, card: StoredCard
) -> None:
    follow(panier)
    directory = FED.directory(rows(courge), at=courge.now, exp=courge.now + 30 * DAY)
    panier.take([FED.root(), directory, *courge.export()])
    for node in (courge, panier):
        node.later(31 * DAY)
    panier.take(courge.export())
    assert panier.codes(card) == ["old_directory"]


def test_fifteen_rotations_are_followed_from_the_first_root_and_handed_on(
    courge: Node, panier: Node, card: StoredCard, make_node: MakeNode
) -> None:
    roots = rotations(FED, 16)
    directory = FED.directory(rows(courge), at=courge.now, signers=["one 16"])
    follow(panier)
    panier.take([*roots, directory, *courge.export()])
    assert panier.codes(card) == []
    panier.reopen()
    third = make_node("Le Tiers")
    follow(third)
    third.later()
    third.take(panier.export())
    assert third.codes(card) == []
    assert [one.data for one in third.rooms.coops.documents_about("root", FED.id)] == roots


def test_a_file_that_comes_again_is_known_with_all_its_roots(courge: Node, panier: Node) -> None:
    sent = [
        *rotations(FED, 3),
        FED.directory(rows(courge), at=courge.now, signers=["one 3"]),
    ]
    follow(panier)
    assert len(panier.take(sent).accepted) == 4
    again = panier.take(sent)
    assert (len(again.known), again.refused) == (4, [])


def test_a_directory_that_the_newest_root_does_not_confirm_stays_after_a_restart(
    courge: Node, panier: Node, card: StoredCard
) -> None:
    first, second = rotations(FED, 2)
    follow(panier)
    panier.take([first, FED.directory(rows(courge), at=courge.now), *courge.export(), second])
    assert panier.codes(card) == ["old_directory"]
    panier.reopen()
    assert panier.codes(card) == ["old_directory"]
    panier.take([FED.directory(rows(courge), at=courge.now, signers=["one 2"])])
    assert panier.codes(card) == []


def test_whoever_is_struck_off_and_listed_again_cannot_be_taken_back_in_time(
    courge: Node, panier: Node, card: StoredCard
) -> None:
    before = courge.export()
    follow(panier)
    panier.take([FED.root(), FED.directory(rows(courge), at=panier.now), *before])
    courge.later(3_600)
    courge.rooms.issuer.set_state(
        courge.member_of(card), CardState.REVOKED, now=courge.now, actor="test"
    )
    panier.later(3_600)
    panier.take(courge.export())
    assert panier.codes(card) == ["revoked"]
    panier.take([FED.directory([], at=panier.now)])
    panier.reopen()
    assert panier.codes(card) == ["unknown_issuer"]
    panier.later()
    received = panier.take([FED.directory(rows(courge), at=panier.now), *before])
    assert "older" in refusals(received)
    assert panier.codes(card) == ["revoked"]


def test_a_federation_left_and_followed_again_cannot_be_taken_back_in_time(
    courge: Node, panier: Node, card: StoredCard
) -> None:
    old = FED.directory(rows(courge), at=panier.now)
    follow(panier)
    panier.take([FED.root(), old, *courge.export()])
    panier.later()
    panier.take([FED.directory(rows(courge, suspended=True), at=panier.now)])
    panier.rooms.coops.unfollow(FED.id)
    assert panier.codes(card) == ["unknown_issuer"]
    assert all(FED.name.encode() not in one for one in panier.export())
    follow(panier)
    assert panier.codes(card) == ["coop_suspended"]
    assert refusals(panier.take([old])) == ["older"]


def test_two_federations_may_list_a_co_op_and_give_one_slug_to_two(
    courge: Node, panier: Node, card: StoredCard, make_node: MakeNode
) -> None:
    other = federation("L'autre", "two")
    third = make_node("Le Tiers")
    follow(panier)
    panier.rooms.coops.follow(other.id, now=panier.now)
    panier.take([FED.root(), FED.directory(rows(courge), at=panier.now)])
    panier.take([other.root(), other.directory(rows(third, courge), at=panier.now)])
    panier.take(courge.export())
    assert panier.codes(card) == []
    panier.later()
    panier.take([other.directory(rows(third, courge, suspended=True), at=panier.now)])
    assert panier.codes(card) == ["suspension_disputed"]
    panier.rooms.coops.unfollow(other.id)
    assert panier.codes(card) == []


def test_a_till_that_goes_on_alone_believes_a_directory_that_waits_for_its_new_keys(
    courge: Node, panier: Node
) -> None:
    roots = rotations(FED, 3)
    follow(panier)
    directory = FED.directory(rows(courge), at=courge.now, signers=["one 2"])
    panier.take([*roots[:2], directory, *courge.export(), roots[2]])
    trust = panier.rooms.trust()
    alone = TrustStore(own=panier.coop)
    alone.follow(FED.id)
    for data in documents_for_a_till(trust, panier.rooms.coops):
        alone.add(data, now=panier.now)
    assert alone.standing(courge.coop) is trust.standing(courge.coop)
    assert alone.federations.by_id == trust.federations.by_id
