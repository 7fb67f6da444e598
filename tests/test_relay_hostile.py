"""Relays that misbehave: they cost little and change nothing."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostile import HostileRelay
from nodes import Node, found
from passkoop_node.cards.store import CardState
from passkoop_node.relay.calling import Called
from passkoop_protocol.keys import shown_id
from passkoop_protocol.status import StatusList, pack, sign_list
from relaying import Coop
from serving import make_coop

# What is said of each way, and what was taken.
WAYS = {
    "wrong_signatures": "bad_documents",
    "garbage_documents": "bad_documents",
    "rubbish_in_order": "",  # of no federation that is followed here, as a node may well hand on
    "nothing_but_strangers": "",  # and no further than two megabytes
    "half_a_set": "",
    "cut_short": "bad_answer",
    "html": "bad_answer",
    "garbage": "bad_answer",
    "broken": "bad_answer",
    "busy": "bad_answer",
    "redirecting": "bad_answer",
    "bomb": "bad_answer",
    "huge": "answer_too_large",
    "huge_and_silent_about_it": "answer_too_large",
    "dripping": "answer_too_slow",
    "standing_still": "bad_answer",
    "always_new": "bad_answer",
    "endless": "",
    "without_numbers": "bad_answer",
}
YEAR_2090 = 3_800_000_000


LARGE = ("rubbish_in_order", "bomb", "huge", "huge_and_silent_about_it")


@pytest.fixture(scope="module")
def courge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A co-op that is not served: a relay brings its documents."""
    node = found(tmp_path_factory.mktemp("courge") / "courge", "La Courge", now=1_795_340_000)
    yield node
    node.rooms.close()


@pytest.fixture
def paris(tmp_path: Path, courge: Node) -> Iterator[Coop]:
    """A co-op that listens to La Courge, and knows nothing of it yet."""
    paris = Coop.of(make_coop(tmp_path / "paris", name="Paris"))
    paris.start()
    paris.run(paris.rooms.coops.pair, courge.coop, [], now=paris.now)
    yield paris
    paris.stop()


@pytest.mark.parametrize("way", WAYS)
def test_a_relay_that_misbehaves_costs_little_and_changes_nothing(
    way: str, paris: Coop, courge: Node
) -> None:
    with HostileRelay(courge.export()) as relay:
        assert relay.ways.keys() == {*WAYS, "truth"}
        before = paris.disk()
        paris.call(relay.address(way))
        paris.be_patient(1 if way == "dripping" else 10)
        if way in LARGE:
            tracemalloc.start()
        try:
            (called,) = paris.round()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert called.code == WAYS[way]
        if way not in ("endless", "always_new", "standing_still"):  # they bring what is true
            assert paris.disk() == before
        assert peak < 60_000_000  # bytes; the longest answer of all has 8 MB
        assert len(relay.asked) <= 64
        assert paris.run(paris.rooms.relay.newest_news) > 0  # it took nothing of ours


def list_of(node: Node, *revoked: int, issued_at: int) -> bytes:
    """Return a list of a co-op's first key, as another program with its key would sign it."""
    kid = node.rooms.coops.issuing_keys()[0].kid
    array = pack([int(index in revoked) for index in range(1_024)])
    statuses = StatusList(kid=kid, issued_at=issued_at, array=array)
    return sign_list(statuses, key=node.rooms.ourselves.active_key())


def told(paris: Coop, *documents: bytes) -> Called:
    """Return what becomes of documents that a relay brings."""
    with HostileRelay(documents) as relay:
        paris.call(relay.address("truth"))
        (called,) = paris.round(insist=True)
        return called


def test_a_relay_cannot_take_anybody_back_in_time(paris: Coop, courge: Node) -> None:
    card, descriptor = courge.issue("Maïté Etcheverry")[0], courge.export()[0]
    before = courge.export()
    courge.later(61)
    courge.rooms.issuer.set_state(
        courge.member_of(card), CardState.REVOKED, now=courge.now, actor="test"
    )
    assert told(paris, *courge.export()).accepted == {"descriptor": 1, "status_list": 1}
    called = told(paris, *before)
    assert (called.code, called.refused) == ("", {"older": 1})
    assert paris.codes(card) == ["revoked"]
    assert descriptor in paris.documents()


def test_what_is_dated_in_2090_is_not_taken_and_says_nothing_of_our_clock(
    paris: Coop, courge: Node
) -> None:
    told(paris, *courge.export())
    later = list_of(courge, issued_at=YEAR_2090)
    called = told(paris, later)
    assert called.refused == {"from_the_future": 1}
    assert paris.run(lambda: paris.rooms.live.get().newest_from_others) < YEAR_2090


def test_a_relay_of_a_later_version_may_hand_on_kinds_that_we_do_not_know(
    paris: Coop, courge: Node
) -> None:
    descriptor, status_list = courge.export()
    later = descriptor.replace(b"passkoop-descriptor+cose", b"passkoop-evenements+cose")
    called = told(paris, descriptor, later, status_list)
    assert (called.code, called.refused) == ("", {"newer_format": 1})
    assert called.accepted == {"descriptor": 1, "status_list": 1}


def test_of_two_truths_the_worse_holds_whichever_came_first(paris: Coop, courge: Node) -> None:
    told(paris, *courge.export())
    card = courge.issue("Jean Dupont")[0]
    at = courge.now + 300
    good, bad = list_of(courge, issued_at=at), list_of(courge, card.status_index, issued_at=at)
    told(paris, good)
    assert paris.codes(card) == []
    told(paris, bad)
    assert paris.codes(card) == ["revoked"]
    told(paris, good)
    assert paris.codes(card) == ["revoked"]
    (noted,) = (
        one for one in paris.run(paris.rooms.audit.entries) if one.action == "coop.two_truths"
    )
    assert (noted.subject, noted.details["issued_at"]) == (shown_id(courge.coop), at)


def test_the_answer_to_what_we_hand_on_is_bounded_too(paris: Coop, courge: Node) -> None:
    with HostileRelay(courge.export()) as relay:
        relay.pushes = relay.ways["huge_and_silent_about_it"]
        paris.call(relay.address("half_a_set"))
        (called,) = paris.round()
        assert called.code == "answer_too_large"


def test_a_relay_that_takes_nothing_is_read_all_the_same(paris: Coop, courge: Node) -> None:
    with HostileRelay(courge.export()) as relay:
        relay.pushes = relay.ways["broken"]
        paris.call(relay.address("truth"))
        (called,) = paris.round()
        assert (called.code, called.pushed) == ("", False)
        assert called.accepted == {"descriptor": 1, "status_list": 1}


def test_a_relay_that_fails_is_left_alone_and_remembered_over_a_restart(
    paris: Coop, courge: Node
) -> None:
    with HostileRelay(courge.export()) as relay:
        paris.call(relay.address("busy"))
        paris.round()
        peer = paris.run(paris.rooms.relay.store.peers)[relay.address("busy")]
        assert (peer.said, peer.wait_until) == ("bad_answer", paris.now + 4_000)
        assert paris.round(insist=True) == []
        paris.now += 4_000
        assert len(paris.round(insist=True)) == 1
