"""Documents that go from co-op to co-op in files: nothing older, nothing lost, nothing foreign."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from nodes import DAY, NOW, Node, found, opened
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.coops.store import StoredDocument
from passkoop_node.coops.trusting import Received, receive
from passkoop_node.errors import DiskFull
from passkoop_node.relay import intake
from passkoop_protocol import status
from passkoop_protocol.bundle import (
    MAGIC,
    MAX_DOCUMENTS,
    MAX_FILE,
    read_bundle,
    write_bundle,
)
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.descriptor import (
    TYP,
    Descriptor,
    IssuingKey,
    KeyState,
    parse_descriptor,
    prove_possession,
    sign_descriptor,
)
from passkoop_protocol.directory import payload_hash
from passkoop_protocol.errors import Malformed, TooLarge
from passkoop_protocol.keys import PublicKey, coop_id_of, key_id_of
from passkoop_protocol.status import StatusList, pack, sign_list
from passkoop_protocol.trust import TrustStore

MakeNode = Callable[[str], Node]


def codes(received: Received) -> list[str]:
    return [one.error.code for one in received.refused]


def revoke(node: Node, card: StoredCard) -> None:
    member = node.member_of(card)
    node.rooms.issuer.set_state(member, CardState.REVOKED, now=node.now, actor="test")


def list_of(node: Node, states: dict[int, int], *, issued_at: int) -> bytes:
    """Return a list of a co-op's first key, as another program with its key would sign it."""
    kid = node.rooms.coops.issuing_keys()[0].kid
    array = pack([states.get(index, 0) for index in range(1_024)])
    statuses = StatusList(kid=kid, issued_at=issued_at, array=array)
    return sign_list(statuses, key=node.rooms.ourselves.active_key())


def descriptor_of(node: Node, **changes: object) -> bytes:
    """Return a descriptor of a co-op, as another program with its key would sign it."""
    (held,) = (one for one in node.rooms.trust().descriptors() if one.descriptor.coop == node.coop)
    return sign_descriptor(replace(held.descriptor, **changes), key=node.ask())  # type: ignore[arg-type]


def one_more_key(node: Node) -> IssuingKey:
    key = SigningKey.generate()
    return IssuingKey(
        key=PublicKey(bytes(key.verify_key)),
        state=KeyState.ACTIVE,
        since=0,
        proof=prove_possession(key, node.coop),
    )


def disk(node: Node) -> list[StoredDocument]:
    return node.rooms.coops.documents()


# Files


def test_a_file_brings_a_coop_and_its_lists_and_a_third_hands_on_the_same_bytes(
    courge: Node, panier: Node, make_node: MakeNode
) -> None:
    third = make_node("Le Tiers")
    (card,) = courge.issue("Maïté Etcheverry")
    revoke(courge, card)
    for node in (panier, third):
        node.pair(courge, panier)
        node.later()
    sent = courge.export()
    panier.take(read_bundle(write_bundle(sent)))
    assert panier.codes(card) == ["revoked"]
    passed_on = panier.export()
    assert set(sent) < set(passed_on)
    third.take(passed_on)
    assert third.codes(card) == ["revoked"]


def test_a_file_says_what_became_of_each_document(courge: Node, panier: Node) -> None:
    panier.pair(courge)
    sent = courge.export()
    received = panier.take([b"", b"no document", *sent, *sent, sent[0][:-1], sent[1][:-1] + b"x"])
    assert [one.place for one in received.refused] == [1, 2, 7, 8]
    assert codes(received) == ["malformed", "malformed", "malformed", "bad_signature"]
    assert (len(received.accepted), len(received.known)) == (2, 2)


@pytest.mark.parametrize(
    "damage",
    [b"", b"passkoop/docs/2\n", MAGIC + b"\0", MAGIC + b"\0\0\0\5four", MAGIC + b"\xff" * 4],
)
def test_what_is_no_file_of_documents_says_so(damage: bytes) -> None:
    with pytest.raises(Malformed):
        read_bundle(damage)


def test_a_file_has_its_limits() -> None:
    assert len(read_bundle(MAGIC + b"\0\0\0\0" * MAX_DOCUMENTS)) == MAX_DOCUMENTS
    with pytest.raises(TooLarge):
        read_bundle(MAGIC + b"\0\0\0\0" * (MAX_DOCUMENTS + 1))
    with pytest.raises(TooLarge):
        read_bundle(MAGIC + bytes(MAX_FILE))
    with pytest.raises(TooLarge):
        read_bundle(MAGIC + bytes(MAX_FILE - len(MAGIC)))  # sixteen million empty documents


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_document_changes_nothing(
    courge: Node, panier: Node, data: st.DataObject
) -> None:
    panier.pair(courge)
    panier.take(courge.export())
    before = disk(panier)
    sent = data.draw(st.sampled_from(courge.export()))
    at = data.draw(st.integers(0, len(sent) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != sent[at]))
    received = panier.take([sent[:at] + bytes([other]) + sent[at + 1 :], sent[:at]])
    assert len(received.refused) == 2
    assert disk(panier) == before


def test_many_documents_of_strangers_take_no_memory(panier: Node) -> None:
    stranger = SigningKey.generate()
    descriptor = sign_descriptor(
        Descriptor(
            issued_at=NOW,
            identity_key=PublicKey(bytes(stranger.verify_key)),
            name="?",
            place="?",
            country="FR",
            keys=(),
        ),
        key=stranger,
    )
    received = receive(panier.rooms.trust(), [descriptor] * 1_000, now=NOW)
    assert codes(received) == ["not_listed"] * 1_000
    for one in received.refused:
        assert one.error.__traceback__ is None
        assert one.error.__context__ is None


# Newer, older, contradicting


def test_an_older_file_changes_nothing(courge: Node, panier: Node) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    old = courge.export()
    courge.later()
    revoke(courge, card)
    courge.rooms.ourselves.sign_descriptor(courge.ask, now=courge.now)
    panier.later()
    panier.pair(courge)
    panier.take(courge.export())
    before = disk(panier)
    received = panier.take(old)
    assert codes(received) == ["older", "older"]
    assert disk(panier) == before
    panier.reopen()
    assert panier.codes(card) == ["revoked"]


def test_a_document_from_the_future_is_refused_until_its_time_has_come(
    courge: Node, panier: Node
) -> None:
    panier.pair(courge)
    ahead = descriptor_of(courge, issued_at=NOW + DAY)
    assert codes(panier.take([ahead])) == ["from_the_future"]
    panier.later(DAY)
    assert codes(panier.take([ahead])) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_contradicting_lists_are_both_kept_and_the_worse_word_counts(
    courge: Node, panier: Node, order: tuple[int, ...]
) -> None:
    card, other = courge.issue("Maïté Etcheverry", "Jean Dupont")
    panier.pair(courge)
    panier.take(courge.export())
    date = courge.rooms.coops.newest_date() + 30
    panier.later()
    lists = [
        list_of(courge, {card.status_index: state, at: 1}, issued_at=date)
        for state, at in ((0, 1_000), (1, 1_001), (2, 1_002))
        if at != other.status_index
    ]
    kept = sorted(lists, key=lambda data: payload_hash(parse_sign1(data, typ=status.TYP).payload))[
        :2
    ]
    received = panier.take([lists[at] for at in order])
    assert received.refused == []
    assert received.equivocations
    assert {one.data for one in disk(panier) if one.kind == "status_list"} > set(kept)
    before = panier.codes(card), panier.codes(other)
    assert before[0] in (["revoked"], ["suspended"])
    panier.reopen()
    assert (panier.codes(card), panier.codes(other)) == before
    # A newer one of the co-op sets it right.
    newer = list_of(courge, {}, issued_at=date + 1)
    panier.take([newer])
    panier.reopen()
    assert panier.codes(card) == []


@pytest.mark.parametrize("first", [0, 1])
def test_of_contradicting_descriptors_one_holds_and_the_others_keys_are_former(
    courge: Node, panier: Node, first: int
) -> None:
    panier.pair(courge)
    panier.take(courge.export())
    panier.later()
    keys = tuple(courge.rooms.coops.issuing_keys())
    extra = [one_more_key(courge), one_more_key(courge)]
    both = [descriptor_of(courge, issued_at=NOW + 30, keys=(*keys, one)) for one in extra]
    both.sort(key=lambda data: payload_hash(parse_sign1(data, typ=TYP).payload))
    assert panier.take([both[first]]).equivocations == []
    panier.reopen()
    assert len(panier.take([both[1 - first]]).equivocations) == 1
    panier.reopen()
    held = panier.rooms.trust().descriptor(courge.coop)
    assert held is not None
    assert held.data == both[0]
    lost = parse_descriptor(parse_sign1(both[1], typ=TYP).payload).keys[-1]
    assert list(held.former) == [lost.key]


def test_lists_that_a_newer_descriptor_takes_the_ground_from_leave_the_disk(
    courge: Node, panier: Node
) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    panier.pair(courge)
    panier.take(courge.export())
    courge.later()
    courge.rooms.ourselves.withdraw(card.kid, courge.ask, now=courge.now)
    panier.later()
    newer = courge.rooms.coops.newest("descriptor", courge.coop)
    assert newer is not None
    panier.take([newer.data])
    ours = {one.data for one in disk(panier) if one.subject == courge.coop}
    assert ours == {newer.data}
    assert panier.codes(card) == ["key_withdrawn"]


def test_a_list_speaks_for_every_coop_that_lists_the_key(
    courge: Node, panier: Node, make_node: MakeNode
) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    twin = make_node("La Jumelle")
    panier.pair(courge, twin)
    key = courge.rooms.ourselves.active_key()
    public = PublicKey(bytes(key.verify_key))
    shared = IssuingKey(
        key=public, state=KeyState.ACTIVE, since=0, proof=prove_possession(key, twin.coop)
    )
    panier.take([descriptor_of(twin, issued_at=NOW + 1, keys=(shared,)), *courge.export()])
    places = {one.subject for one in disk(panier) if one.kind == "status_list"}
    assert places >= {courge.coop, twin.coop}
    panier.reopen()
    assert panier.codes(card) == ["issuer_disputed"]
    panier.rooms.coops.unpair(courge.coop)
    panier.reopen()
    assert panier.rooms.trust().status_list(twin.coop, key_id_of(public)) is not None


# Several at once


def test_what_another_process_took_in_meanwhile_is_not_set_back(
    courge: Node, panier: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    panier.pair(courge)
    panier.take(courge.export())
    revoked_later = courge.export()
    courge.later()
    revoke(courge, card)
    newest = courge.export()
    older = list_of(courge, {}, issued_at=NOW + 30)
    panier.later()

    def slow(trust: TrustStore, documents: list[bytes], *, now: int, paced: bool) -> Received:
        received = receive(trust, documents, now=now)
        monkeypatch.setattr(intake, "receive", receive)
        with opened(panier.home, now=now) as other:
            assert other.take(newest).accepted
        return received

    monkeypatch.setattr(intake, "receive", slow)
    received = panier.take([older])
    assert codes(received) == ["older"]
    assert panier.codes(card) == ["revoked"]
    assert revoked_later != newest
    panier.reopen()
    assert panier.codes(card) == ["revoked"]


def test_a_pairing_undone_meanwhile_is_undone(
    courge: Node, panier: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    panier.pair(courge)

    def slow(trust: TrustStore, documents: list[bytes], *, now: int, paced: bool) -> Received:
        received = receive(trust, documents, now=now)
        monkeypatch.setattr(intake, "receive", receive)
        with opened(panier.home) as other:
            other.rooms.coops.unpair(courge.coop)
        return received

    monkeypatch.setattr(intake, "receive", slow)
    assert codes(panier.take(courge.export())) == ["not_listed", "wrong_key"]
    assert {one.subject for one in disk(panier)} == {panier.coop}


def test_a_file_that_finds_no_room_is_not_taken_at_all(courge: Node, panier: Node) -> None:
    panier.pair(courge)
    before = disk(panier)
    pages = panier.rooms.db.execute("pragma page_count").fetchone()[0]
    panier.rooms.db.execute(f"pragma max_page_count = {pages}")
    long_page = {"fr": "x" * 30_000}
    with pytest.raises(DiskFull):
        panier.take([descriptor_of(courge, issued_at=NOW + 1, page=long_page), *courge.export()])
    assert disk(panier) == before
    panier.rooms.db.execute("pragma max_page_count = 1000000")
    assert len(panier.take(courge.export()).accepted) == 2


# Many co-ops


def network(count: int, *, issued_at: int) -> tuple[list[bytes], list[bytes]]:
    """Return the descriptors and lists of as many co-ops, the same ones for each date."""
    descriptors, lists = [], []
    for number in range(count):
        identity = SigningKey(number.to_bytes(32, "big"))
        issuing = SigningKey((number + 2**64).to_bytes(32, "big"))
        public = PublicKey(bytes(identity.verify_key))
        key = PublicKey(bytes(issuing.verify_key))
        listed = IssuingKey(
            key=key,
            state=KeyState.ACTIVE,
            since=0,
            proof=prove_possession(issuing, coop_id_of(public)),
        )
        descriptor = Descriptor(
            issued_at=issued_at,
            identity_key=public,
            name=f"Coop {number}",
            place="Ici",
            country="FR",
            keys=(listed,),
        )
        descriptors.append(sign_descriptor(descriptor, key=identity))
        statuses = StatusList(kid=key_id_of(key), issued_at=issued_at, array=pack([1, 0, 2]))
        lists.append(sign_list(statuses, key=issuing))
    return descriptors, lists


def test_a_network_of_coops_is_taken_in_renewed_and_loaded(panier: Node) -> None:
    first, renewed = network(40, issued_at=NOW - 600), network(40, issued_at=NOW)
    for data in first[0]:
        coop = parse_descriptor(parse_sign1(data, typ=TYP).payload).coop
        panier.rooms.coops.pair(coop, [], now=NOW)
    assert len(panier.take([*first[0], *first[1]]).accepted) == 80
    assert len(panier.take([*first[0], *first[1]]).known) == 80
    assert len(panier.take([*renewed[0], *renewed[1]]).accepted) == 80
    assert codes(panier.take([*first[0], *first[1]])) == ["older"] * 80
    panier.reopen()
    trust = panier.rooms.trust()
    assert len(list(trust.descriptors())) == len(list(trust.status_lists())) == 41
    assert {held.issued_at for coop, _, held in trust.status_lists() if coop != panier.coop} == {
        NOW
    }


@pytest.mark.slow
def test_twice_as_many_coops_take_about_twice_as_long(tmp_path: Path) -> None:
    def seconds(count: int, path: Path) -> float:
        first, renewed = network(count, issued_at=NOW - 600), network(count, issued_at=NOW)
        node = found(path)
        for data in first[0]:
            coop = parse_descriptor(parse_sign1(data, typ=TYP).payload).coop
            node.rooms.coops.pair(coop, [], now=NOW)
        node.take([*first[0], *first[1]])
        started = time.process_time()
        node.take([*renewed[0], *renewed[1]])  # each may take lists of its co-op away
        node.rooms.trust()
        spent = time.process_time() - started
        node.rooms.close()
        return spent

    few, many = (
        min(seconds(count, tmp_path / f"{count}-{turn}") for turn in range(3))
        for count in (250, 2_000)
    )
    assert many < 12 * few  # 8 when each co-op costs the same; 64 when each pair of them does


def test_a_revocation_stays_when_the_key_that_signed_it_is_withdrawn(
    courge: Node, panier: Node
) -> None:
    panier.pair(courge)
    (card,) = courge.issue("Maïté Etcheverry")
    old = courge.export()
    panier.take(old)
    courge.later()
    new = courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    courge.rooms.lists.refresh(now=courge.now)
    revoke(courge, card)
    panier.now = courge.now
    panier.take(courge.export())
    assert panier.codes(card) == ["revoked"]
    courge.later()
    courge.rooms.ourselves.withdraw(new, courge.ask, now=courge.now)
    panier.now = courge.now
    # A relay hands on the descriptor alone, and the list of before the revocation.
    descriptor = courge.rooms.coops.newest("descriptor", courge.coop)
    assert descriptor is not None
    panier.take([descriptor.data])
    panier.reopen()
    assert "older" in codes(panier.take(old))
    assert panier.codes(card) == ["no_list"]
    courge.rooms.lists.refresh(now=courge.now)
    panier.take(courge.export())
    assert panier.codes(card) == ["revoked"]
