"""A restored co-op, or a copy put back: no revoked card lives again, no place is given twice."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from nodes import HOUR, NOW, Node, found, opened
from passkoop_node.cards.issuing import NoCard
from passkoop_node.cards.store import AFTER_BACKUP, CardState, StoredCard
from passkoop_node.coops.ourselves import MustCatchUp
from passkoop_node.coops.profile import Profile
from passkoop_node.core.backup import write_backup
from passkoop_node.core.keyring import WrongPassphrase
from passkoop_node.health import Level, examine
from passkoop_node.home import Home
from passkoop_node.members.member import MemberData
from passkoop_node.restoring import NothingFetched, NotRestored, finish_restore, restore
from passkoop_node.rooms import open_rooms
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.descriptor import KeyState
from passkoop_protocol.status import TYP, StatusList, pack, parse_list, sign_list
from passkoop_protocol.verdict import Outcome

MakeNode = Callable[[str], Node]


def set_state(node: Node, card: StoredCard, state: CardState) -> None:
    member = node.member_of(card)
    node.rooms.issuer.set_state(member, state, now=node.now, actor="test")


def backup(node: Node) -> Path:
    target = node.home.path.parent / "coop.backup"
    write_backup(node.home, target, now=node.now)
    return target


def restored(node: Node, source: Path, name: str = "again") -> Node:
    """Return the co-op of a backup in a new folder; it has caught up with nobody yet."""
    home = Home(node.home.path.parent / name)
    restore(source, home, now=node.now)
    return Node(home, open_rooms(home), now=node.now)


def finish(node: Node, *, nothing_newer: bool = False) -> None:
    finish_restore(node.rooms, node.ask, nothing_newer=nothing_newer, now=node.now)


@pytest.fixture
def pair(courge: Node, panier: Node) -> tuple[Node, Node]:
    """Return two co-ops that know each other."""
    courge.pair(panier)
    panier.pair(courge)
    panier.take(courge.export())
    courge.take(panier.export())
    return courge, panier


def pass_time(*nodes: Node, seconds: int = HOUR) -> None:
    for node in nodes:
        node.later(seconds)


def test_what_was_revoked_after_the_backup_stays_refused(pair: tuple[Node, Node]) -> None:
    courge, panier = pair
    kept, revoked, suspended = courge.issue("Maïté Etcheverry", "Jean Dupont", "Anne Le Goff")
    source = backup(courge)
    pass_time(courge, panier)
    set_state(courge, revoked, CardState.REVOKED)
    set_state(courge, suspended, CardState.SUSPENDED)
    (later,) = courge.issue("Ana Sousa")
    panier.take(courge.export())
    courge.rooms.close()  # and the machine is lost

    pass_time(courge, panier)
    with closing(restored(courge, source).rooms) as rooms:
        again = Node(Home(rooms.home.path), rooms, now=courge.now)
        again.take(panier.export())
        finish(again)
        panier.take(again.export())
        for node in (again, panier):
            codes = [node.codes(card) for card in (kept, revoked, suspended, later)]
            assert codes == [[], ["revoked"], ["suspended"], []]
        stored = rooms.cards.of_member(again.member_of(revoked).id)
        assert [(one.state, one.reason) for one in stored] == [(CardState.REVOKED, AFTER_BACKUP)]
        # A suspension can be lifted, a revocation cannot.
        set_state(again, suspended, CardState.VALID)
        with pytest.raises(NoCard):
            set_state(again, revoked, CardState.VALID)
        assert again.codes(suspended) == []


def test_no_place_is_given_twice(pair: tuple[Node, Node]) -> None:
    courge, panier = pair
    first = courge.issue(*[f"Membre {number}" for number in range(150)])
    source = backup(courge)
    pass_time(courge, panier)
    second = courge.issue(*[f"Nouvelle {number}" for number in range(400)])  # the list has grown
    panier.take(courge.export())
    courge.rooms.close()

    again = restored(courge, source)
    again.take(panier.export())
    finish(again)
    third = again.issue(*[f"Encore {number}" for number in range(100)])
    places = {(card.kid, card.status_index) for card in (*first, *second, *third)}
    assert len(places) == 650
    panier.take(again.export())
    for node in (again, panier):
        # Also those of whom the register knows nothing: their list is as long as it was.
        assert node.refused((*first, *second, *third)) == []
    again.rooms.close()


def test_nothing_is_signed_before_the_node_has_caught_up(pair: tuple[Node, Node]) -> None:
    courge, panier = pair
    card, _ = courge.issue("Maïté Etcheverry", "Jean Dupont")
    source = backup(courge)
    pass_time(courge, panier)
    set_state(courge, card, CardState.REVOKED)
    again = restored(courge, source)
    rooms = again.rooms
    before = rooms.coops.documents(), rooms.coops.issuing_keys()
    maite = again.member_of(card)
    anne = rooms.members.add(MemberData(given_name="Anne"), now=NOW)
    now = again.now + 7 * HOUR
    attempts: list[Callable[[], object]] = [
        lambda: rooms.issuer.issue([anne], now=now, actor="test"),
        lambda: rooms.issuer.replace(maite, reason="", now=now, actor="test"),
        lambda: rooms.issuer.set_state(maite, CardState.REVOKED, now=now, actor="test"),
        lambda: rooms.issuer.finish(),
        lambda: rooms.lists.refresh(now=now),
        lambda: rooms.ourselves.rotate(again.ask, now=now),
        lambda: rooms.ourselves.withdraw(card.kid, again.ask, now=now),
        lambda: rooms.ourselves.sign_descriptor(again.ask, now=now),
    ]
    for attempt in attempts:
        with pytest.raises(MustCatchUp):
            attempt()
    with pytest.raises(NothingFetched):
        finish(again)
    assert (rooms.coops.documents(), rooms.coops.issuing_keys()) == before
    assert rooms.cards.of_member(anne.id) == []
    assert [one.level for one in examine(rooms, now=now) if one.code == "catching_up"] == [
        Level.BAD
    ]
    # It still verifies, pairs and takes in.
    assert again.judge(card).outcome is Outcome.WELCOME
    again.rooms.close()


def test_an_older_list_or_a_descriptor_alone_is_not_enough(pair: tuple[Node, Node]) -> None:
    courge, panier = pair
    card, _ = courge.issue("Maïté Etcheverry", "Jean Dupont")
    old = panier.export()
    set_state(courge, card, CardState.SUSPENDED)
    source = backup(courge)
    again = restored(courge, source)
    again.take(old)
    assert not again.rooms.ourselves.has_fetched
    descriptor = courge.rooms.coops.newest("descriptor", courge.coop)
    assert descriptor is not None
    assert again.take([descriptor.data]).known
    assert not again.rooms.ourselves.has_fetched
    with pytest.raises(NothingFetched):
        finish(again)
    again.take(courge.export())  # all that was signed; but nothing says when it was written
    assert not again.rooms.ourselves.has_fetched
    panier.take(courge.export())
    panier.later(7 * HOUR)
    again.now = panier.now
    again.take(panier.export())  # with a list of theirs that was signed after the backup
    finish(again)
    assert again.codes(card) == ["suspended"]
    again.rooms.close()


def test_a_person_can_declare_that_nothing_newer_is_left(courge: Node) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    again = restored(courge, backup(courge))
    again.later()
    finish(again, nothing_newer=True)
    assert again.codes(card) == []
    with pytest.raises(NotRestored):
        finish(again)
    (new,) = again.issue("Jean Dupont")
    assert new.kid != card.kid
    again.rooms.close()


def test_a_wrong_passphrase_leaves_it_as_it_was(courge: Node) -> None:
    def wrong() -> SigningKey:
        raise WrongPassphrase

    again = restored(courge, backup(courge))
    keys = again.rooms.coops.issuing_keys()
    with pytest.raises(WrongPassphrase):
        finish_restore(again.rooms, wrong, nothing_newer=True, now=again.now)
    assert again.rooms.ourselves.is_catching_up
    assert again.rooms.coops.issuing_keys() == keys
    again.rooms.close()


def test_keys_made_or_withdrawn_after_the_backup_are_known_again(pair: tuple[Node, Node]) -> None:
    courge, panier = pair
    (first,) = courge.issue("Maïté Etcheverry")
    source = backup(courge)
    pass_time(courge, panier)
    courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    (second,) = courge.issue("Jean Dupont")
    courge.rooms.ourselves.withdraw(first.kid, courge.ask, now=courge.now)
    courge.rooms.ourselves.set_profile(Profile(name="La Courge d’or", place="Là", country="BE"))
    courge.rooms.ourselves.sign_descriptor(courge.ask, now=courge.now)
    panier.take(courge.export())

    again = restored(courge, source)
    again.take(panier.export())
    again.later()
    finish(again)
    states = {one.kid: one.state for one in again.rooms.coops.issuing_keys()}
    assert states[first.kid] is KeyState.WITHDRAWN
    assert states[second.kid] is KeyState.RETIRED
    assert again.rooms.ourselves.profile.name == "La Courge d’or"
    panier.later()
    panier.take(again.export())
    for node in (again, panier):
        assert node.codes(first) == ["key_withdrawn"]
        assert node.codes(second) == []
    again.rooms.close()


def test_dates_go_on_after_those_that_came_back(pair: tuple[Node, Node]) -> None:
    courge, panier = pair
    cards = courge.issue(*[f"Membre {number}" for number in range(9)])
    source = backup(courge)
    for card in cards[1:]:  # eight lists of one second: their dates run ahead of the clock
        set_state(courge, card, CardState.REVOKED)
    panier.take(courge.export())
    newest = courge.rooms.coops.newest_date()
    again = restored(courge, source)
    again.take(panier.export())
    finish(again)
    set_state(again, cards[0], CardState.REVOKED)
    assert panier.take(again.export()).refused == []
    assert again.rooms.coops.newest_date() > newest
    assert [panier.codes(card) for card in cards] == [["revoked"]] * 9
    again.rooms.close()


# From the recovery sheet alone


def come_back(node: Node, path: Path) -> Node:
    """Return the co-op of a recovery sheet, on a machine that knows nothing else."""
    home = Home(path)
    home.create()
    rooms = open_rooms(home, new=True)
    identity = node.ask()
    rooms.keyring.keep_identity_key(identity)
    rooms.ourselves.come_back(identity, Profile(name="?", place="?", country="FR"))
    return Node(home, rooms, now=node.now)


def test_a_coop_comes_back_from_its_sheet_and_what_others_hold(
    pair: tuple[Node, Node], tmp_path: Path
) -> None:
    courge, panier = pair
    cards = courge.issue(*[f"Membre {number}" for number in range(600)])
    set_state(courge, cards[0], CardState.REVOKED)
    panier.take(courge.export())
    again = come_back(courge, tmp_path / "again")
    assert again.coop == courge.coop
    with pytest.raises(MustCatchUp):
        again.issue("Ana Sousa")
    again.take(panier.export())
    pass_time(again, panier)
    finish(again)
    (new,) = again.issue("Ana Sousa")
    panier.take(again.export())
    for node in (again, panier):
        assert node.codes(cards[0]) == ["revoked"]
        assert node.refused((*cards, new)) == [cards[0]]
    assert again.rooms.ourselves.profile.name == "La Courge"
    again.rooms.close()


def test_no_empty_list_is_signed_for_a_key_of_whose_cards_nothing_is_known(
    pair: tuple[Node, Node], tmp_path: Path
) -> None:
    courge, panier = pair
    first, second = courge.issue("Maïté Etcheverry", "Jean Dupont")
    set_state(courge, first, CardState.REVOKED)
    panier.take(courge.export())
    again = come_back(courge, tmp_path / "again")
    descriptor = courge.rooms.coops.newest("descriptor", courge.coop)
    assert descriptor is not None
    again.take([descriptor.data])  # and no list
    pass_time(again, panier)
    finish(again, nothing_newer=True)
    panier.take(again.export())
    assert panier.codes(first) == ["revoked"]  # by the list that Le Panier has
    assert panier.codes(second) == []
    again.rooms.close()


# A folder that was copied, or keys in other hands


def test_a_copy_put_back_without_restore_stops_signing_when_it_meets_its_own_newer_lists(
    pair: tuple[Node, Node], tmp_path: Path
) -> None:
    courge, panier = pair
    card, other = courge.issue("Maïté Etcheverry", "Jean Dupont")
    courge.rooms.close()
    shutil.copytree(courge.home.path, tmp_path / "copy")
    courge.reopen()
    pass_time(courge, panier)
    set_state(courge, card, CardState.REVOKED)
    (later,) = courge.issue("Ana Sousa")
    panier.take(courge.export())

    pass_time(courge, panier)
    with opened(Home(tmp_path / "copy"), now=courge.now) as copy:
        received = copy.take(panier.export())
        assert received.accepted
        assert copy.rooms.ourselves.is_catching_up
        assert copy.rooms.audit.entries(limit=1)[0].action == "coop.signed_elsewhere"
        with pytest.raises(MustCatchUp):
            copy.issue("Anne Le Goff")
        finish(copy)
        panier.take(copy.export())
        for node in (copy, panier):
            codes = [node.codes(one) for one in (card, other, later)]
            assert codes == [["revoked"], [], []]
        (new,) = copy.issue("Bea Lima")
        assert new.kid != later.kid


def test_a_newer_descriptor_from_elsewhere_is_noticed(
    pair: tuple[Node, Node], tmp_path: Path
) -> None:
    courge, panier = pair
    courge.rooms.close()
    shutil.copytree(courge.home.path, tmp_path / "copy")
    courge.reopen()
    pass_time(courge, panier)
    kid = courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    panier.take(courge.export())
    with opened(Home(tmp_path / "copy"), now=courge.now) as copy:
        copy.take(panier.export())
        assert copy.rooms.ourselves.is_catching_up
        assert kid in {one.kid for one in copy.rooms.coops.issuing_keys()}
        assert copy.rooms.ourselves.descriptor_is_current()


def test_two_copies_that_signed_in_one_second_are_noticed(
    pair: tuple[Node, Node], tmp_path: Path
) -> None:
    courge, panier = pair
    card, other = courge.issue("Maïté Etcheverry", "Jean Dupont")
    courge.rooms.close()
    shutil.copytree(courge.home.path, tmp_path / "copy")
    courge.reopen()
    set_state(courge, card, CardState.REVOKED)
    with opened(Home(tmp_path / "copy"), now=courge.now) as copy:
        set_state(copy, other, CardState.REVOKED)
        panier.take(courge.export())
        received = panier.take(copy.export())
        assert received.equivocations
        assert [panier.codes(one) for one in (card, other)] == [["revoked"], ["revoked"]]
        copy.take(panier.export())
        assert copy.rooms.ourselves.is_catching_up
        pass_time(copy, panier)
        finish(copy)
        panier.take(copy.export())
        for node in (copy, panier):
            assert [node.codes(one) for one in (card, other)] == [["revoked"], ["revoked"]]


def test_own_documents_that_come_home_unchanged_stop_nothing(pair: tuple[Node, Node]) -> None:
    courge, panier = pair
    courge.issue("Maïté Etcheverry")
    old = courge.export()
    panier.take(old)
    courge.take(panier.export())
    pass_time(courge, panier)
    courge.issue("Jean Dupont")
    courge.take(panier.export())  # older than ours
    assert not courge.rooms.ourselves.is_catching_up
    assert not courge.rooms.ourselves.has_fetched


def test_what_a_thief_signed_with_a_stolen_key_is_undone_by_withdrawing_it(
    pair: tuple[Node, Node],
) -> None:
    courge, panier = pair
    cards = courge.issue("Maïté Etcheverry", "Jean Dupont")
    pass_time(courge, panier)
    stolen = courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    panier.take(courge.export())
    thief = courge.rooms.keyring.issuing_key(stolen)
    pass_time(courge, panier)
    everything = StatusList(kid=cards[0].kid, issued_at=courge.now, array=pack([1] * 1_024))
    forged = sign_list(everything, key=thief)
    assert panier.take([forged]).refused == []
    assert panier.codes(cards[0]) == ["revoked"]
    courge.take(panier.export())
    assert courge.rooms.ourselves.is_catching_up
    # The register has not believed it yet: people decide.
    assert set(courge.rooms.cards.count()) == {CardState.VALID}
    pass_time(courge, panier)
    courge.rooms.ourselves.withdraw(stolen, courge.ask, now=courge.now)
    finish(courge)
    panier.take(courge.export())
    for node in (courge, panier):
        assert [node.codes(card) for card in cards] == [[], []]


def test_a_list_that_came_back_with_every_place_revoked_twice_over_is_read(courge: Node) -> None:
    # 3 is revoked, too (SPEC 6.3).
    (card,) = courge.issue("Maïté Etcheverry")
    again = restored(courge, backup(courge))
    statuses = [0] * 1_024
    statuses[card.status_index] = 3
    key = courge.rooms.ourselves.active_key()
    again.later()
    newer = StatusList(kid=card.kid, issued_at=again.now, array=pack(statuses))
    again.take([sign_list(newer, key=key)])
    again.later()
    finish(again)
    assert again.codes(card) == ["revoked"]
    document = again.rooms.coops.newest("status_list", again.coop, card.kid)
    assert document is not None
    says = parse_list(parse_sign1(document.data, typ=TYP).payload)
    assert says.status(card.status_index) == 1
    again.rooms.close()


def test_a_coop_that_never_signed_elsewhere_has_nothing_to_finish(tmp_path: Path) -> None:
    node = found(tmp_path / "coop")
    with pytest.raises(NotRestored):
        finish(node, nothing_newer=True)
    node.rooms.close()
