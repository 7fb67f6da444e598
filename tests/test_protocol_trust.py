"""The trust store (SPEC 7): what people decide, what documents change, in whatever order."""

import copy
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passkoop_protocol.additions import Outcome
from passkoop_protocol.claims import Standing
from passkoop_protocol.directory import FederationId
from passkoop_protocol.errors import (
    BadSignature,
    FromTheFuture,
    NotListed,
    Older,
    ProtocolError,
    ThresholdNotMet,
    VersionGap,
    WrongKey,
)
from passkoop_protocol.federations import followed_by
from passkoop_protocol.trust import TrustStore
from shop import (
    NOW,
    REVOKED,
    SUSPENDED,
    WITHDRAWN,
    Coop,
    Federation,
    Listed,
    Shop,
    T,
    codes,
    public,
)

HOME, OTHER, NEW = Coop("Lou Rasim"), Coop("Lou Basta"), Coop("Lou Rasim, new")
FED = Federation(name="Fédération")


def state_of(trust: TrustStore) -> dict[str, Any]:
    """Return all that a store holds, without what it worked out from that."""
    worked_out = ("_homes", "_signers")
    return {name: copy.deepcopy(one) for name, one in vars(trust).items() if name not in worked_out}


def test_a_store_that_knows_nobody_takes_nothing() -> None:
    shop = Shop()
    with pytest.raises(NotListed):
        shop.add(HOME.descriptor())
    with pytest.raises(WrongKey):
        shop.add(HOME.status_list())
    assert codes(shop.verify(HOME.text())) == ["unverified", "unknown_issuer"]


REFUSED: dict[str, tuple[type[ProtocolError], bytes]] = {
    "a stranger's descriptor": (NotListed, OTHER.descriptor()),
    "a forged descriptor": (BadSignature, HOME.descriptor()[:-1] + b"\xff"),
    "a descriptor of tomorrow": (FromTheFuture, HOME.descriptor(at=NOW + 601)),
    "an older descriptor": (Older, HOME.descriptor(at=T - 1)),
    "a stranger's list": (WrongKey, OTHER.status_list()),
    "a forged list": (BadSignature, HOME.status_list(at=T + 1)[:-1] + b"\xff"),
    "an older list": (Older, HOME.status_list(at=T - 1)),
    "a list of tomorrow": (FromTheFuture, HOME.status_list(at=NOW + 601)),
    "a root too early": (VersionGap, FED.root(3)),
    "a root by strangers": (ThresholdNotMet, FED.root(2, signers=["stranger"])),
    "an older directory": (Older, FED.directory([HOME], at=T - 1)),
    "a directory of tomorrow": (FromTheFuture, FED.directory([HOME], at=NOW + 601)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_is_refused_changes_nothing(name: str) -> None:
    error, document = REFUSED[name]
    shop = Shop().follow(FED, HOME)
    before = state_of(shop.trust)
    with pytest.raises(error):
        shop.add(document)
    assert state_of(shop.trust) == before


def test_a_document_that_is_known_changes_nothing() -> None:
    shop = Shop().follow(FED, HOME)
    before = state_of(shop.trust)
    documents = [HOME.descriptor(), HOME.status_list(), FED.root(), FED.directory([HOME])]
    assert [one.outcome for one in shop.add(*documents)] == [Outcome.KNOWN] * 4
    assert state_of(shop.trust) == before


def test_an_addition_tells_what_was_taken_in_and_of_whom() -> None:
    shop = Shop()
    shop.trust.follow(FED.id)
    root, directory, descriptor, status_list = shop.add(
        FED.root(), FED.directory([HOME]), HOME.descriptor(at=T + 1), HOME.status_list(at=T + 2)
    )
    assert (root.kind, root.subject, root.issued_at) == ("root", FED.id, 1)
    assert (directory.kind, directory.subject, directory.issued_at) == ("directory", FED.id, T)
    assert (descriptor.kind, descriptor.subject) == ("descriptor", HOME.id)
    assert descriptor.issued_at == T + 1
    assert (status_list.kind, status_list.kid) == ("status_list", HOME.kid)
    assert status_list.issued_at == T + 2


# --- what people decide, and take back ---


def test_a_pairing_can_be_taken_back() -> None:
    shop = Shop().pair(HOME)
    assert codes(shop.verify(HOME.text())) == ["welcome"]
    shop.trust.unpair(HOME.id)
    assert codes(shop.verify(HOME.text())) == ["unverified", "unknown_issuer"]
    shop.trust.pair(HOME.id)  # the descriptor is still held
    assert codes(shop.verify(HOME.text())) == ["welcome"]


def test_a_block_can_be_taken_back() -> None:
    shop = Shop().pair(HOME)
    shop.trust.block(HOME.id)
    assert codes(shop.verify(HOME.text())) == ["refused", "coop_blocked"]
    shop.trust.unblock(HOME.id)
    assert codes(shop.verify(HOME.text())) == ["welcome"]


def test_a_federation_can_be_left() -> None:
    shop = Shop().follow(FED, HOME)
    assert codes(shop.verify(HOME.text())) == ["welcome"]
    shop.trust.leave(FED.id)
    assert codes(shop.verify(HOME.text())) == ["unverified", "unknown_issuer"]
    with pytest.raises(NotListed):
        shop.add(HOME.descriptor(at=T + 1))


def test_unpairing_a_successor_takes_back_what_it_replaced() -> None:
    shop = Shop().follow(FED, HOME)
    shop.trust.pair(NEW.id, replaces=[HOME.id])
    assert shop.trust.standing(HOME.id) is Standing.REPLACED
    assert shop.trust.present_id(HOME.id) == NEW.id
    shop.trust.unpair(NEW.id)
    assert shop.trust.standing(HOME.id) is Standing.LISTED
    assert shop.trust.present_id(HOME.id) == HOME.id


def test_the_last_word_of_the_people_counts() -> None:
    trust = TrustStore()
    trust.pair(HOME.id)
    trust.pair(NEW.id, replaces=[HOME.id])
    assert trust.standing(HOME.id) is Standing.REPLACED
    assert not trust.listens_to(HOME.id)
    trust.pair(HOME.id)  # somebody typed its whole code again
    assert trust.standing(HOME.id) is Standing.PAIRED
    assert trust.present_id(HOME.id) == HOME.id


def test_a_co_op_does_not_replace_itself() -> None:
    trust = TrustStore()
    trust.pair(HOME.id, replaces=[HOME.id, OTHER.id])
    assert trust.standing(HOME.id) is Standing.PAIRED
    assert trust.present_id(OTHER.id) == HOME.id


def test_whoever_follows_a_root_follows_its_federation() -> None:
    assert followed_by([FED.root()]) == [FED.id]


# --- issuing keys come and go ---


def test_what_was_worked_out_is_forgotten_when_a_document_changes_it() -> None:
    shop = Shop().pair(HOME)
    text = HOME.text()
    assert codes(shop.verify(text)) == ["welcome"]
    shop.add(HOME.status_list({0: REVOKED}, at=T + 1))
    assert codes(shop.verify(text)) == ["refused", "revoked"]
    shop.add(HOME.descriptor(at=T + 1, keys=[Listed(HOME.issuing, WITHDRAWN, T), HOME.key(2)]))
    assert codes(shop.verify(text)) == ["refused", "key_withdrawn"]
    shop.add(HOME.descriptor(at=T + 2))
    assert codes(shop.verify(text)) == ["remark", "no_list"]


def test_keys_of_older_descriptors_are_remembered_after_a_restart() -> None:
    shop = Shop()
    shop.trust.pair(HOME.id)
    shop.add(HOME.descriptor(at=T + 1, keys=[HOME.key(2)]))
    assert codes(shop.verify(HOME.text())) == ["unverified", "unknown_issuer"]
    shop.trust.remember_former(HOME.id, [public(HOME.issuing), public(HOME.key(2))])
    assert codes(shop.verify(HOME.text())) == ["refused", "key_withdrawn"]
    current = HOME.text(key=HOME.key(2))
    assert codes(shop.verify(current)) == ["remark", "no_list"]


def test_a_stolen_key_brings_a_revoked_card_back_only_until_it_is_withdrawn() -> None:
    shop = Shop()
    shop.trust.pair(HOME.id)
    shop.add(HOME.descriptor(keys=[HOME.key(1), HOME.key(2)]))
    card = HOME.text(key=HOME.key(2))

    def list_of(statuses: dict[int, int], signer: int, at: int) -> bytes:
        return HOME.status_list(statuses, at=at, of=HOME.key(2), signer=HOME.key(signer))

    genuine = list_of({0: REVOKED}, signer=2, at=T + 5)
    shop.add(genuine)
    assert codes(shop.verify(card)) == ["refused", "revoked"]
    shop.add(list_of({}, signer=1, at=T + 6))  # by the thief, who has key 1
    assert codes(shop.verify(card)) == ["welcome"]
    shop.add(HOME.descriptor(at=T + 9, keys=[Listed(HOME.key(1), WITHDRAWN, T), HOME.key(2)]))
    assert codes(shop.verify(card)) == ["remark", "no_list"]
    with pytest.raises(Older):
        shop.add(genuine)
    shop.add(list_of({0: REVOKED}, signer=2, at=T + 9))
    assert codes(shop.verify(card)) == ["refused", "revoked"]


# --- pace ---


def test_a_parked_descriptor_is_taken_in_when_its_time_has_come() -> None:
    shop = Shop().pair(HOME)
    newer = HOME.descriptor(at=T + 5, place="Irun")
    [addition] = shop.add(newer, paced=True)
    assert addition.outcome is Outcome.PARKED
    assert shop.trust.release(now=T + 599) == []
    [released] = shop.trust.release(now=T + 600)
    assert released.outcome is Outcome.ACCEPTED
    held = shop.trust.descriptor(HOME.id)
    assert held
    assert held.descriptor.place == "Irun"
    assert shop.trust.release(now=T + 10_000) == []


def test_of_parked_documents_the_latest_to_arrive_is_kept() -> None:
    shop = Shop().pair(HOME)
    for number in (3, 9, 6):
        shop.add(HOME.status_list({0: SUSPENDED}, at=T + number), paced=True)
    [released] = shop.trust.release(now=T + 60)
    assert released.issued_at == T + 6


def test_what_a_person_hands_in_overtakes_what_is_parked() -> None:
    shop = Shop().pair(HOME)
    shop.add(HOME.status_list({0: REVOKED}, at=T + 9), paced=True)
    shop.add(HOME.status_list(at=T + 10))
    assert shop.trust.release(now=T + 1_000) == []
    assert codes(shop.verify(HOME.text())) == ["welcome"]


def test_a_parked_document_whose_signer_was_shut_out_meanwhile_is_dropped() -> None:
    shop = Shop().pair(HOME)
    shop.add(HOME.descriptor(at=T + 5), HOME.status_list(at=T + 5), paced=True)
    shop.trust.unpair(HOME.id)
    assert shop.trust.release(now=T + 1_000) == []


# --- a clock that is slow ---


def test_the_newest_date_of_others_is_remembered_and_our_own_is_not() -> None:
    shop = Shop(own=OTHER).pair(HOME)
    shop.add(HOME.descriptor(at=NOW + 500), OTHER.descriptor(at=NOW + 600))
    shop.add(OTHER.status_list(at=NOW + 600))
    assert shop.trust.newest_from_others == NOW + 500
    with pytest.raises(FromTheFuture):
        shop.add(HOME.descriptor(at=NOW + 9_999))
    assert shop.trust.newest_from_others == NOW + 500


# --- order does not matter ---


def results_in_every_order(documents: list[bytes], cards: list[str]) -> set[tuple[Any, ...]]:
    """Return what cards mean after these documents, for each order in which they may come."""
    found = set()
    for order in permutations(documents):
        shop = Shop()
        shop.trust.pair(HOME.id)
        shop.add(HOME.descriptor(keys=[HOME.key(1), HOME.key(2)]))
        for data in order:
            shop.add(data)
        found.add(tuple(tuple(codes(shop.verify(card))) for card in cards))
    return found


def test_descriptors_of_one_second_end_alike_in_any_order() -> None:
    documents = [
        HOME.descriptor(at=T + 1, keys=[HOME.key(1)]),
        HOME.descriptor(at=T + 1, keys=[HOME.key(2)]),
        HOME.descriptor(at=T + 1, keys=[HOME.key(3), Listed(HOME.key(1), WITHDRAWN, T)]),
    ]
    cards = [HOME.text(key=HOME.key(number)) for number in (1, 2, 3)]
    assert len(results_in_every_order(documents, cards)) == 1


def test_lists_of_one_second_end_alike_in_any_order() -> None:
    documents = [
        HOME.status_list({0: REVOKED, 1: SUSPENDED}, at=T + 1),
        HOME.status_list({1: REVOKED, 2: SUSPENDED}, at=T + 1),
        HOME.status_list({3: REVOKED}, at=T + 1, entries=2_048),
        HOME.status_list({1_500: REVOKED}, at=T + 1, entries=2_048),
    ]
    cards = [HOME.text(index=index) for index in (0, 1, 2, 3, 1_024, 1_500)]
    assert len(results_in_every_order(documents, cards)) == 1


@given(st.permutations([0, 1, 2, 3, 4]))
def test_lists_of_several_seconds_end_alike_in_any_order(order: list[int]) -> None:
    shop = Shop().pair(HOME)
    newest = HOME.status_list({0: REVOKED}, at=T + 9)
    documents = [HOME.status_list({0: SUSPENDED}, at=T + number) for number in range(1, 5)]
    documents.append(newest)
    for index in order:
        try:
            shop.add(documents[index])
        except Older:
            continue
    assert codes(shop.verify(HOME.text())) == ["refused", "revoked"]
    held = shop.trust.status_list(HOME.id, HOME.kid)
    assert held
    assert [one.data for one in held.documents] == [newest]


def test_directories_of_one_second_end_alike_in_any_order() -> None:
    rows: list[list[Any]] = [[HOME], [HOME, OTHER], [FED.row(HOME, suspended=True)], []]
    documents = [FED.directory(row, at=T + 1) for row in rows]
    found = set()
    for order in permutations(documents):
        shop = Shop().follow(FED, HOME)
        shop.add(*order)
        found.add(tuple(codes(shop.verify(HOME.text()))))
    assert len(found) == 1


# --- what a relay hands on ---


def test_the_bytes_that_came_are_kept_as_they_came() -> None:
    descriptor, status_list = HOME.descriptor(x={"new": [1]}), HOME.status_list()
    shop = Shop()
    shop.trust.pair(HOME.id)
    shop.add(descriptor, status_list)
    assert [held.data for held in shop.trust.descriptors()] == [descriptor]
    [(coop, kid, held)] = shop.trust.status_lists()
    assert (coop, kid, held.documents[0].data) == (HOME.id, HOME.kid, status_list)


def test_all_roots_are_kept_for_those_who_follow_later() -> None:
    shop = Shop().follow(FED, HOME)
    shop.add(FED.root(2), FED.root(3))
    federation = shop.trust.federations.by_id[FederationId(FED.id)]
    assert federation.roots == (FED.root(), FED.root(2), FED.root(3))
    later = Shop()
    later.trust.follow(FED.id)
    later.add(*federation.roots)
    assert later.trust.federations.by_id[FED.id].root == federation.root
