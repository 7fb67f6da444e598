"""Our own lists and descriptor: never two of one date, never older, never behind the register."""

import threading
from collections.abc import Callable
from contextlib import closing

import pytest
from nacl.signing import SigningKey

from nodes import HOUR, NOW, Node, opened
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.coops.ourselves import KeyNotActive, KeyNotFound, TooManyKeys
from passkoop_node.core.database import writing
from passkoop_node.core.keyring import WrongPassphrase
from passkoop_node.rooms import open_rooms
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.descriptor import MAX_KEYS, TYP, KeyState, parse_descriptor
from passkoop_protocol.keys import KeyId
from passkoop_protocol.status import TYP as LIST_TYP
from passkoop_protocol.status import Status, StatusList, parse_list


def held_list(node: Node, kid: KeyId) -> StatusList:
    """Return our newest list of a key's cards, as it lies on the disk."""
    document = node.rooms.coops.newest("status_list", node.coop, kid)
    assert document is not None
    return parse_list(parse_sign1(document.data, typ=LIST_TYP).payload)


def change(node: Node, card: StoredCard, state: CardState = CardState.REVOKED) -> None:
    member = node.member_of(card)
    node.rooms.issuer.set_state(member, state, now=node.now, actor="test")


def rotate(node: Node) -> KeyId:
    kid = node.rooms.ourselves.rotate(node.ask, now=node.now)
    node.rooms.lists.refresh(now=node.now)
    return kid


def test_a_list_is_on_the_disk_when_a_revocation_is_acknowledged(courge: Node) -> None:
    first, second = courge.issue("Maïté Etcheverry", "Jean Dupont")
    change(courge, first)
    change(courge, second, CardState.SUSPENDED)
    with opened(courge.home) as again:
        says = held_list(again, first.kid)
        assert says.status(first.status_index) is Status.REVOKED
        assert says.status(second.status_index) is Status.SUSPENDED
        assert again.codes(first) == ["revoked"]
    change(courge, second, CardState.VALID)
    assert held_list(courge, second.kid).status(second.status_index) is Status.VALID


def test_a_revocation_whose_list_was_cut_short_is_in_the_next_one(courge: Node) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    courge.rooms.cards.change([card.id], CardState.REVOKED, reason="", now=NOW)  # and a power cut
    assert courge.codes(card) == []
    courge.reopen()
    courge.issue("Jean Dupont")
    assert courge.codes(card) == ["revoked"]


def test_lists_are_signed_anew_when_something_changed_and_every_six_hours(courge: Node) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    before = held_list(courge, card.kid)
    assert courge.rooms.lists.refresh(now=NOW + 6 * HOUR - 1) == 0
    assert held_list(courge, card.kid) == before
    assert courge.rooms.lists.refresh(now=before.issued_at + 6 * HOUR) == 1
    assert held_list(courge, card.kid).issued_at == before.issued_at + 6 * HOUR
    assert courge.rooms.lists.refresh(now=before.issued_at + 6 * HOUR) == 0


def test_lists_signed_within_a_second_bear_dates_of_their_own(courge: Node) -> None:
    cards = courge.issue(*[f"Membre {number}" for number in range(5)])
    dates = []
    for card in cards:
        change(courge, card)
        dates.append(held_list(courge, card.kid).issued_at)
    assert dates == sorted(set(dates))
    assert dates[0] > NOW


def test_a_clock_set_back_does_not_take_dates_back(courge: Node) -> None:
    first, second = courge.issue("Maïté Etcheverry", "Jean Dupont")
    change(courge, first)
    date = held_list(courge, first.kid).issued_at
    courge.now = NOW - 400 * 24 * HOUR
    change(courge, second)
    assert held_list(courge, first.kid).issued_at == date + 1
    rotate(courge)
    courge.now = NOW
    assert courge.codes(first) == ["revoked"]
    assert courge.codes(second) == ["revoked"]


def test_a_date_is_never_given_within_a_transaction_that_could_be_undone(courge: Node) -> None:
    with pytest.raises(ValueError, match="on the disk"), writing(courge.rooms.db):
        courge.rooms.coops.next_date("descriptor", now=NOW)


def test_processes_that_sign_at_once_never_share_a_date(courge: Node) -> None:
    dates: list[int] = []

    def sign() -> None:
        with closing(open_rooms(courge.home)) as rooms:
            dates.extend(rooms.coops.next_date("descriptor", now=NOW) for _ in range(40))

    threads = [threading.Thread(target=sign) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(dates)) == len(dates) == 120


def test_a_list_that_another_process_signed_meanwhile_is_not_replaced_by_ours(
    courge: Node,
) -> None:
    first, second = courge.issue("Maïté Etcheverry", "Jean Dupont")
    date_taken = courge.rooms.coops.next_date  # we take a date, and are slow to sign

    def slow(document: str, *, now: int) -> int:
        date = date_taken(document, now=now)
        courge.rooms.coops.next_date = date_taken  # type: ignore[method-assign]
        with opened(courge.home) as other:
            change(other, second)
        return date

    courge.rooms.coops.next_date = slow  # type: ignore[method-assign]
    change(courge, first)
    says = held_list(courge, first.kid)
    assert [says.status(one.status_index) for one in (first, second)] == [Status.REVOKED] * 2
    assert says.issued_at == courge.rooms.coops.newest_date()


def test_a_descriptor_that_another_process_signed_meanwhile_is_not_replaced_by_ours(
    courge: Node,
) -> None:
    date_taken = courge.rooms.coops.next_date
    theirs: list[KeyId] = []

    def slow(document: str, *, now: int) -> int:
        date = date_taken(document, now=now)
        courge.rooms.coops.next_date = date_taken  # type: ignore[method-assign]
        with opened(courge.home) as other:
            theirs.append(rotate(other))
        return date

    courge.rooms.coops.next_date = slow  # type: ignore[method-assign]
    ours = rotate(courge)
    document = courge.rooms.coops.newest("descriptor", courge.coop)
    assert document is not None
    said = parse_descriptor(parse_sign1(document.data, typ=TYP).payload)
    states = {one.kid: one.state for one in said.keys}
    assert states[ours] is KeyState.ACTIVE
    assert states[theirs[0]] is KeyState.RETIRED
    assert courge.rooms.ourselves.descriptor_is_current()
    assert document.issued_at == courge.rooms.coops.newest_date() > NOW + 1


# Keys


def test_cards_of_a_retired_key_stay_good_and_can_be_revoked(courge: Node) -> None:
    first, second = courge.issue("Maïté Etcheverry", "Jean Dupont")
    new = rotate(courge)  # in the same second
    (third,) = courge.issue("Anne Le Goff")
    assert third.kid == new != first.kid
    assert [courge.codes(card) for card in (first, second, third)] == [[], [], []]
    change(courge, second)
    assert [courge.codes(card) for card in (first, second, third)] == [[], ["revoked"], []]


def test_lists_signed_by_a_withdrawn_key_are_signed_anew_at_once(
    courge: Node, panier: Node
) -> None:
    first, second = courge.issue("Maïté Etcheverry", "Jean Dupont")
    change(courge, second)
    stolen = rotate(courge)  # it signs the lists of both keys now
    change(courge, first, CardState.SUSPENDED)
    courge.later()
    courge.rooms.ourselves.withdraw(stolen, courge.ask, now=courge.now)
    courge.rooms.lists.refresh(now=courge.now)
    panier.now = courge.now
    panier.pair(courge)
    assert panier.take(courge.export()).refused == []
    for node in (courge, panier):
        assert node.codes(second) == ["revoked"]
        assert node.codes(first) == ["suspended"]


def test_a_key_is_withdrawn_once_and_one_that_is_not_ours_never(courge: Node) -> None:
    (key,) = courge.rooms.coops.issuing_keys()
    with pytest.raises(KeyNotFound):
        courge.rooms.ourselves.withdraw(KeyId(b"8 bytes."), courge.ask, now=NOW)
    new = courge.rooms.ourselves.withdraw(key.kid, courge.ask, now=NOW)
    with pytest.raises(KeyNotActive):
        courge.rooms.ourselves.withdraw(key.kid, courge.ask, now=NOW)
    states = {one.kid: one.state for one in courge.rooms.coops.issuing_keys()}
    assert states == {key.kid: KeyState.WITHDRAWN, new: KeyState.ACTIVE}


def test_a_wrong_passphrase_changes_no_key(courge: Node) -> None:
    def wrong() -> SigningKey:
        raise WrongPassphrase

    before = courge.rooms.coops.issuing_keys(), courge.rooms.coops.documents()
    attempts: list[Callable[[], object]] = [
        lambda: courge.rooms.ourselves.rotate(wrong, now=NOW),
        lambda: courge.rooms.ourselves.withdraw(before[0][0].kid, wrong, now=NOW),
    ]
    for attempt in attempts:
        with pytest.raises(WrongPassphrase):
            attempt()
    assert (courge.rooms.coops.issuing_keys(), courge.rooms.coops.documents()) == before


def test_a_coop_has_as_many_keys_as_a_descriptor_takes(courge: Node) -> None:
    for _ in range(MAX_KEYS - 1):
        courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    with pytest.raises(TooManyKeys):
        courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    (card,) = courge.issue("Maïté Etcheverry")
    assert courge.codes(card) == []
