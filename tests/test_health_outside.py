"""What `doctor` and the page of health find between a node and the rest of the world."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from nodes import DAY, NOW, Node
from passkoop_node.core.hosts import Hosts
from passkoop_node.core.ways import Way, note_ways
from passkoop_node.findings import Level
from passkoop_node.health import examine
from passkoop_node.health_page import keep_ways
from passkoop_node.outside import look_outside
from passkoop_node.relay.planning import Peer
from serving import Client, Served, make_coop

ADDRESS = "https://carte.exemple.example"


def level(node: Node, code: str) -> Level | None:
    """Return how pressing what was found under this code is; None: nothing was."""
    found = [one for one in look_outside(node.rooms, now=node.now) if one.code == code]
    assert all(one.level is Level.OK or one.to_do for one in found)  # each says what to do
    assert len(found) <= 1
    return found[0].level if found else None


def test_a_co_op_that_is_alone_so_far_need_not_call_anybody(courge: Node) -> None:
    assert level(courge, "relays") is None


def test_a_co_op_that_gets_news_by_file_alone_is_told_so(courge: Node, panier: Node) -> None:
    courge.pair(panier)
    assert level(courge, "relays") is Level.NOTE


def test_a_co_op_under_the_same_roof_that_answers_brings_news(courge: Node, panier: Node) -> None:
    courge.pair(panier)
    near = Peer(address="http://192.168.1.7:8080", asked_at=NOW, answered_at=NOW)
    courge.rooms.relay.store.keep(near)
    assert level(courge, "relays") is Level.OK
    courge.later(3 * DAY)
    assert level(courge, "relays") is Level.NOTE


def test_whether_relays_answer_is_found_by_the_last_calls(courge: Node) -> None:
    room = courge.rooms.relay
    room.add_typed(ADDRESS, actor="test", now=NOW)
    assert level(courge, "relays") is Level.NOTE  # nobody was called yet
    peer = Peer(address=ADDRESS, asked_at=NOW, answered_at=NOW)
    room.store.keep(peer)
    assert level(courge, "relays") is Level.OK
    courge.later(3 * DAY)
    assert level(courge, "relays") is Level.NOTE  # nothing served meanwhile
    room.store.keep(replace(peer, asked_at=courge.now, failures=9, said="unreachable"))
    assert level(courge, "relays") is Level.BAD


def test_pages_that_open_over_plain_http_are_found(courge: Node) -> None:
    settings = courge.rooms.settings
    assert level(courge, "https") is None  # nobody opened any
    note_ways(settings, {Way.HERE}, now=NOW)
    assert level(courge, "https") is Level.OK
    note_ways(settings, {Way.HTTPS}, now=NOW)
    assert level(courge, "https") is Level.OK
    note_ways(settings, {Way.HTTP}, now=NOW)
    assert level(courge, "https") is Level.NOTE
    courge.later(9 * DAY)
    note_ways(settings, {Way.HTTPS}, now=courge.now)
    assert level(courge, "https") is Level.OK  # that was before


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Level.OK),
        ({"Host": "caisse.exemple.example"}, Level.NOTE),
        ({"Host": "caisse.exemple.example", "X-Forwarded-Proto": "https"}, Level.OK),
        ({"Host": "elsewhere.example"}, None),  # none of our names: no page was opened
    ],
)
def test_a_node_that_serves_notes_how_its_pages_are_opened(
    tmp_path: Path, headers: dict[str, str], expected: Level | None
) -> None:
    hosts = Hosts(names=frozenset({"caisse.exemple.example"}), proxies=frozenset({"127.0.0.1"}))
    served = Served(make_coop(tmp_path / "coop"), hosts=hosts).start()
    try:
        Client(served).get("/entrer", headers)
        work = keep_ways(served.app)  # what its job does
        asyncio.run_coroutine_threadsafe(work, served._loop).result(30)
        found = served.run(lambda: examine(served.rooms, now=served.now))
    finally:
        served.stop()
    assert [one.level for one in found if one.code == "https"] == [expected] * bool(expected)
