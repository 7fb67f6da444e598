"""Pairings as people make and undo them: the same after a restart as before."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from nodes import NOW, Node
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.coops.trusting import load_trust
from passkoop_protocol.keys import CoopId, PublicKey, coop_id_of
from passkoop_protocol.text import encode_text
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.verdict import judge

MakeNode = Callable[[str], Node]


def outcome(node: Node, card: StoredCard) -> list[str]:
    """Return the codes of a verdict, after a restart."""
    node.reopen()
    return node.codes(card)


def test_a_card_is_unverified_until_its_coop_is_paired_and_after_it_is_unpaired(
    courge: Node, panier: Node
) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    assert outcome(panier, card) == ["unknown_issuer"]
    panier.pair(courge)
    assert outcome(panier, card) == ["unknown_issuer"]  # its documents are not here yet
    panier.take(courge.export())
    assert outcome(panier, card) == []
    panier.rooms.coops.unpair(courge.coop)
    assert outcome(panier, card) == ["unknown_issuer"]
    assert panier.judge(card).holder is None


def test_pairing_again_does_not_go_back_in_time(courge: Node, panier: Node) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    old = courge.export()
    panier.pair(courge)
    courge.later()
    member = courge.member_of(card)
    courge.rooms.issuer.set_state(member, CardState.REVOKED, now=courge.now, actor="test")
    panier.later()
    panier.take(courge.export())
    panier.rooms.coops.unpair(courge.coop)
    panier.pair(courge)
    assert outcome(panier, card) == ["revoked"]
    received = panier.take(old)
    assert [one.error.code for one in received.refused] == ["older"]
    assert outcome(panier, card) == ["revoked"]


def test_nothing_of_an_unpaired_coop_is_handed_on(courge: Node, panier: Node) -> None:
    panier.pair(courge)
    panier.take(courge.export())
    assert set(courge.export()) < set(panier.export())
    panier.rooms.coops.unpair(courge.coop)
    assert not set(courge.export()) & set(panier.export())


def test_documents_of_strangers_are_refused_and_not_kept(courge: Node, panier: Node) -> None:
    before = panier.rooms.coops.documents()
    received = panier.take(courge.export())
    assert [one.error.code for one in received.refused] == ["not_listed", "wrong_key"]
    assert panier.rooms.coops.documents() == before


def test_a_coop_that_lost_its_identity_lives_on_under_a_new_id(
    courge: Node, panier: Node, make_node: MakeNode
) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    panier.pair(courge)
    panier.take(courge.export())
    reborn = make_node("La Courge renée")  # and its issuing key is lost, too
    panier.rooms.coops.pair(reborn.coop, [courge.coop], now=NOW)
    panier.take(reborn.export())
    (new,) = reborn.issue("Maïté Etcheverry")
    panier.take(reborn.export())
    assert outcome(panier, card) == ["coop_replaced"]
    assert outcome(panier, new) == []
    # Not even new documents of the lost identity are taken.
    courge.later()
    courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    panier.later()
    assert not panier.take(courge.export()).accepted
    # The last word of the people here counts.
    panier.pair(courge)
    assert outcome(panier, card) == []


def test_replacements_of_replacements_are_known_after_a_restart(
    courge: Node, panier: Node, make_node: MakeNode
) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    panier.pair(courge)
    panier.take(courge.export())
    second, third = make_node("La Courge renée"), make_node("La Courge encore renée")
    panier.rooms.coops.pair(second.coop, [courge.coop], now=NOW)
    panier.rooms.coops.pair(third.coop, [second.coop], now=NOW)
    panier.take(third.export())
    assert outcome(panier, card) == ["coop_replaced"]
    assert panier.rooms.trust().present_id(courge.coop) == third.coop
    panier.rooms.coops.unpair(third.coop)
    assert outcome(panier, card) == ["coop_replaced"]
    assert panier.rooms.trust().present_id(courge.coop) == second.coop


# Whatever people do, in whatever order

IDS = [coop_id_of(PublicKey(bytes(SigningKey(bytes([n]) * 32).verify_key))) for n in range(4)]
ids = st.sampled_from(IDS)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("pair"), ids, st.lists(ids, max_size=2, unique=True)),
        st.tuples(st.just("unpair"), ids, st.just([])),
    ),
    max_size=12,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_a_restart_changes_nothing_of_what_people_decided(
    courge: Node, steps: list[tuple[str, CoopId, list[CoopId]]]
) -> None:
    store, running = courge.rooms.coops, TrustStore(own=courge.coop)
    for coop in IDS:
        store.unpair(coop)
    for word, coop, replaces in steps:
        if word == "pair" and coop not in replaces:
            store.pair(coop, replaces, now=NOW)
            running.pair(coop, replaces=replaces)
        elif word == "unpair":
            store.unpair(coop)
            running.unpair(coop)
    loaded = load_trust(store, courge.coop)
    assert loaded.paired == running.paired
    for coop in IDS:
        assert loaded.standing(coop) == running.standing(coop)
        assert loaded.present_id(coop) == running.present_id(coop)
        assert loaded.listens_to(coop) == running.listens_to(coop)


def test_a_key_that_left_the_descriptor_is_refused_as_withdrawn_after_a_restart(
    courge: Node, panier: Node
) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    assert card.data is not None
    panier.pair(courge)
    panier.take(courge.export())
    # Another program may leave a key out of the next descriptor.
    (key,) = courge.rooms.coops.issuing_keys()
    courge.later()
    courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    courge.rooms.db.execute("delete from issuing_key where key = ?", [key.key])
    courge.rooms.ourselves.sign_descriptor(courge.ask, now=courge.now)
    panier.later()
    panier.take(courge.export())
    assert outcome(panier, card) == ["key_withdrawn"]
    panier.rooms.coops.unpair(courge.coop)
    panier.pair(courge)
    assert outcome(panier, card) == ["key_withdrawn"]
    assert judge(encode_text(card.data), panier.rooms.trust(), now=NOW).holder is None
