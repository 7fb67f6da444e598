"""What members want to hear of, by which channel, and the links by which they say no."""

import pytest

from nodes import Node
from passkoop_node.errors import MemberNotFound
from passkoop_node.members.member import MemberData
from passkoop_node.members.preferences import Channel, Said, Topic

EMAIL, SMS, POST, NONE = Channel


def add(node: Node, name: str, *, email: str = "") -> int:
    return node.rooms.members.add(MemberData(given_name=name, email=email), now=node.now).id


def test_who_never_said_anything_hears_of_their_membership_alone(courge: Node) -> None:
    store = courge.rooms.preferences
    nora, paul = add(courge, "Nora", email="nora@example.org"), add(courge, "Paul", email="nora@")
    assert store.of(nora).channels == {
        Topic.DUES: EMAIL,
        Topic.NEWS: NONE,
        Topic.NETWORK: NONE,
        Topic.OFFERS: NONE,
    }
    assert store.of(paul).channels[Topic.DUES] is POST
    assert (store.of(nora).consent_at, store.of(nora).consent_how) == (None, "")
    with pytest.raises(MemberNotFound):
        store.of(404)


def test_what_was_said_stays_with_its_day_and_its_way(courge: Node) -> None:
    store, nora = courge.rooms.preferences, add(courge, "Nora")
    said = {Topic.NEWS: EMAIL, Topic.OFFERS: NONE}
    assert store.keep(nora, said, how="kiosk", now=100) == {Topic.NEWS: EMAIL}
    assert store.keep(nora, {Topic.NEWS: EMAIL}, how="office", now=200) == {}
    assert store.keep(nora, {Topic.OFFERS: SMS}, how="self", now=300) == {Topic.OFFERS: SMS}
    found = store.of(nora)
    assert (found.channels[Topic.NEWS], found.channels[Topic.OFFERS]) == (EMAIL, SMS)
    assert found.said == {
        Topic.NEWS: Said(at=100, how="kiosk"),
        Topic.OFFERS: Said(at=300, how="self"),
    }
    assert (found.consent_at, found.consent_how) == (300, "self")
    with pytest.raises(ValueError, match="magic"):
        store.keep(nora, said, how="magic", now=400)


def test_all_are_read_at_once_and_are_as_they_are_one_by_one(courge: Node) -> None:
    store = courge.rooms.preferences
    ids = [add(courge, f"M{n}", email="m@example.org" if n % 2 else "") for n in range(6)]
    for id in ids[::3]:
        store.keep(id, {Topic.NEWS: POST}, how="import", now=100)
    assert store.of_all() == {id: store.of(id) for id in ids}
    assert list(store.of_all([ids[4], 404, ids[1]])) == [ids[4], ids[1]]


def test_a_link_names_one_member_and_one_topic_and_nothing_else_opens_it(courge: Node) -> None:
    store = courge.rooms.preferences
    nora, paul = add(courge, "Nora"), add(courge, "Paul")
    token = store.unsubscribe_token(nora, Topic.NEWS)
    assert store.unsubscribe_token(nora, Topic.NEWS) == token
    assert store.by_token(token) == (nora, Topic.NEWS)
    others = {store.unsubscribe_token(id, topic) for id in (nora, paul) for topic in Topic}
    assert len(others) == 2 * len(Topic)
    for wrong in ("", "é", "AAAA", token[:-1], token + "AAAA", "A" * 32, token[:-4] + "AAAA"):
        assert store.by_token(wrong) is None


def test_an_erased_member_leaves_no_wish_and_no_link(courge: Node) -> None:
    store, nora = courge.rooms.preferences, add(courge, "Nora")
    store.keep(nora, {Topic.NEWS: EMAIL}, how="online", now=100)
    token = store.unsubscribe_token(nora, Topic.NEWS)
    assert store.about(nora) == [
        {"topic": "news", "channel": "email", "said_at": 100, "how": "online"}
    ]
    store.erase_member(nora, now=200)
    assert store.about(nora) == []
    assert store.by_token(token) is None
