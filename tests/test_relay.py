"""Nodes that keep each other up to date over HTTP: nobody does anything."""

import asyncio
import json
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

import pytest

from command import Coop as Typist
from nodes import Node, found, opened
from passkoop_node.cards.store import StoredCard
from passkoop_node.core.backup import write_backup
from passkoop_node.core.fetching import FetchFailed, Why, open_fetcher
from passkoop_node.core.reach import Reach
from passkoop_node.errors import DiskFull
from passkoop_node.home import Home
from passkoop_node.relay.calling import LOG, UPTO
from passkoop_node.relay.sync import Sync
from passkoop_node.restoring import restore
from passkoop_protocol.bundle import MAGIC, read_bundle, write_bundle
from passkoop_protocol.keys import pairing_code
from passkoop_protocol.text import encode_text
from processes import serving
from relaying import Coop, MakeCoop, elsewhere, later
from serving import NOON, Answer, Client, make_coop


def test_a_card_revoked_at_one_co_op_is_refused_at_the_other_after_one_round(
    coop: MakeCoop,
) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    paris.pair(hendaye)
    paris.call(hendaye.address)
    card = hendaye.issue("Maïté Etcheverry")
    (called,) = paris.round()
    assert (called.code, dict(called.accepted)) == ("", {"descriptor": 1, "status_list": 1})
    assert paris.codes(card) == []
    later(3_600, hendaye, paris)
    hendaye.revoke(card)
    (called,) = paris.round()
    assert dict(called.accepted) == {"status_list": 1}
    assert paris.codes(card) == ["revoked"]


def test_a_node_behind_a_router_hands_its_news_to_a_relay_from_which_a_third_has_it(
    coop: MakeCoop,
) -> None:
    hendaye, lyon, paris = coop("Hendaye"), coop("Lyon"), coop("Paris")
    hendaye.call(lyon.address)
    paris.call(lyon.address)  # nobody knows where Hendaye is
    lyon.pair(hendaye)
    paris.pair(hendaye)
    card = hendaye.issue("Maïté Etcheverry")
    hendaye.tick()
    paris.tick()
    assert paris.codes(card) == []
    later(3_600, hendaye, lyon, paris)
    hendaye.revoke(card)
    hendaye.tick()
    assert lyon.codes(card) == ["revoked"]
    paris.tick()
    assert paris.codes(card) == ["revoked"]


def test_news_are_handed_on_at_once_and_only_once(coop: MakeCoop) -> None:
    hendaye, lyon = coop("Hendaye"), coop("Lyon")
    hendaye.call(lyon.address)
    lyon.pair(hendaye)
    card = hendaye.issue("Maïté Etcheverry")
    hendaye.tick()
    later(61, hendaye, lyon)  # long before the next round
    hendaye.revoke(card)
    hendaye.tick()
    assert lyon.codes(card) == ["revoked"]
    assert hendaye.run(hendaye.rooms.relay.newest_news) == 0


def test_news_go_to_three_relays_also_where_the_first_said_that_it_took_them(
    coop: MakeCoop,
) -> None:
    hendaye = coop("Hendaye")
    relays = [coop(name) for name in ("Lyon", "Paris", "Namur", "Porto")]
    for one in relays:
        one.pair(hendaye)
    hendaye.call(*(one.address for one in relays))
    hendaye.round(width=1)
    assert hendaye.run(hendaye.rooms.relay.newest_news) > 0
    for _ in range(10):
        hendaye.round(width=2)
    assert hendaye.run(hendaye.rooms.relay.newest_news) == 0
    took = [one for one in relays if hendaye.coop in {d.subject for d in one.disk()}]
    assert len(took) >= 3


def test_who_has_nothing_new_says_so_in_160_bytes(coop: MakeCoop) -> None:
    hendaye = coop("Hendaye")
    first = Client(hendaye).get("/p2p/v1/changes?since=0&log=")
    log, upto = first.headers[LOG], first.headers[UPTO]
    assert read_bundle(first.body) == hendaye.documents()
    with socket.create_connection(("127.0.0.1", hendaye.port)) as line:
        question = f"GET /p2p/v1/changes?since={upto}&log={log} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        line.sendall(question.encode())
        answer = line.recv(10_000)
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert len(answer) <= 160


@pytest.mark.parametrize("question", ["since=3&log=ab", "since=999999&log={log}", "log={log}"])
def test_a_number_of_another_log_begins_anew(coop: MakeCoop, question: str) -> None:
    hendaye = coop("Hendaye")
    client = Client(hendaye)
    first = client.get("/p2p/v1/changes")
    again = client.get("/p2p/v1/changes?" + question.format(log=first.headers[LOG]))
    assert (again.status, again.body) == (200, first.body)


@pytest.mark.parametrize("question", ["since=-1", "since=x", "since=9999999999999999", "log=XY"])
def test_a_question_of_another_kind_is_a_bad_request(coop: MakeCoop, question: str) -> None:
    assert Client(coop("Hendaye")).get(f"/p2p/v1/changes?{question}").status == 400


def test_much_comes_in_several_answers_and_nothing_twice(coop: MakeCoop) -> None:
    paris, lyon = coop("Paris"), coop("Lyon")
    others = [coop(name) for name in ("Hendaye", "Namur", "Porto")]
    lyon.pair(*others)
    paris.pair(lyon, *others)
    lyon.call(*(one.address for one in others))
    lyon.round()
    lyon.rooms.relay.feed.most_bytes = 400  # one document, mostly
    paris.call(lyon.address)
    (called,) = paris.round()
    assert dict(called.accepted) == {"descriptor": 4, "status_list": 4}
    assert called.known == 0
    (called,) = paris.round()
    assert (called.accepted, called.known, called.size) == (Counter(), 0, 0)


def test_what_was_passed_over_comes_once_its_co_op_is_paired(coop: MakeCoop) -> None:
    hendaye, lyon, paris = coop("Hendaye"), coop("Lyon"), coop("Paris")
    lyon.pair(hendaye)
    lyon.call(hendaye.address)
    lyon.round()
    paris.call(lyon.address)
    (called,) = paris.round()
    assert not called.accepted
    assert set(called.refused) == {"not_listed", "wrong_key"}
    paris.pair(hendaye)
    (called,) = paris.round()
    assert dict(called.accepted) == {"descriptor": 1, "status_list": 1}


def test_a_co_op_that_is_no_longer_paired_is_not_handed_on_until_it_is_again(
    coop: MakeCoop,
) -> None:
    hendaye, lyon, paris = coop("Hendaye"), coop("Lyon"), coop("Paris")
    lyon.pair(hendaye)
    paris.pair(hendaye)
    lyon.call(hendaye.address)
    lyon.round()
    lyon.run(lyon.rooms.coops.unpair, hendaye.coop)
    paris.call(lyon.address)
    (called,) = paris.round()
    assert not called.accepted
    lyon.pair(hendaye)
    (called,) = paris.round()
    assert dict(called.accepted) == {"descriptor": 1, "status_list": 1}


def test_a_list_that_comes_too_soon_waits_also_over_a_restart(coop: MakeCoop) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    paris.pair(hendaye)
    paris.call(hendaye.address)
    card = hendaye.issue("Maïté Etcheverry")
    paris.round()
    later(30, hendaye, paris)
    hendaye.revoke(card)
    (called,) = paris.round()
    assert called.parked == 1
    assert paris.codes(card) == []
    paris.run(paris.rooms.live.forget)  # as a restart does
    later(29, paris)
    paris.tick()
    assert paris.codes(card) == []
    later(61, paris)
    paris.tick()
    assert paris.codes(card) == ["revoked"]
    assert paris.run(paris.rooms.coops.parked) == []


def test_what_another_process_writes_is_seen_at_once(coop: MakeCoop) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    card = hendaye.issue("Maïté Etcheverry")
    assert paris.codes(card) == ["unknown_issuer"]
    documents = hendaye.documents()
    with opened(paris.home, now=paris.now) as other:  # `passkoop peer add`, `peer import`
        other.rooms.coops.pair(hendaye.coop, [], now=paris.now)
        other.take(documents)
    assert paris.codes(card) == []


def test_documents_can_be_asked_for_by_name(coop: MakeCoop) -> None:
    hendaye = coop("Hendaye")
    client, id = Client(hendaye), hendaye.coop.hex()
    descriptor, status_list = hendaye.documents()
    for kind, document in (("descriptor", descriptor), ("status_list", status_list)):
        answer = client.get(f"/p2p/v1/documents/{kind}/{id}")
        assert read_bundle(answer.body) == [document]
    for path in (f"descriptor/{'00' * 10}", f"directory/{id}", f"visit/{id}", "descriptor/xy"):
        assert client.get(f"/p2p/v1/documents/{path}").status == 404


def test_own_lists_are_signed_anew_every_six_hours(coop: MakeCoop) -> None:
    hendaye = coop("Hendaye")
    hendaye.issue("Maïté Etcheverry")
    before = hendaye.documents()
    later(5 * 3_600, hendaye)
    hendaye.tick()
    assert hendaye.documents() == before
    later(3_600, hendaye)
    hendaye.tick()
    assert hendaye.documents() != before


def test_a_restored_co_op_gets_back_what_it_signed_from_a_relay(
    coop: MakeCoop, tmp_path: Path
) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    paris.pair(hendaye)
    paris.call(hendaye.address)
    hendaye.call(paris.address)
    card = hendaye.issue("Maïté Etcheverry")
    paris.round()
    source = tmp_path / "hendaye.passkoop-backup"
    write_backup(hendaye.home, source, now=hendaye.now)
    log = Client(hendaye).get("/p2p/v1/changes").headers[LOG]
    later(3_600, hendaye, paris)
    hendaye.revoke(card)
    paris.round()

    again = Coop.of(Home(tmp_path / "again"), now=hendaye.now)
    restore(source, again.home, now=hendaye.now)
    again.start()
    try:
        again.tick()
        ourselves = again.rooms.ourselves
        assert again.run(lambda: (ourselves.is_catching_up, ourselves.has_fetched)) == (True, True)
        assert again.codes(card) == ["revoked"]
        assert Client(again).get("/p2p/v1/changes").headers[LOG] != log
    finally:
        again.stop()


# What a stranger may send


def push(coop: Coop, documents: list[bytes]) -> Answer:
    return Client(coop).ask(
        "POST",
        "/p2p/v1/documents",
        write_bundle(documents),
        {"Origin": None, "Sec-Fetch-Site": None},
    )


def test_a_stranger_makes_a_node_store_nothing(coop: MakeCoop) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    before = paris.disk()
    answer = push(paris, hendaye.documents())
    assert json.loads(answer.body) == {"accepted": 0, "known": 0, "parked": 0, "refused": 2}
    assert paris.disk() == before


def test_what_a_paired_co_op_pushes_is_taken_once(coop: MakeCoop) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    paris.pair(hendaye)
    assert json.loads(push(paris, hendaye.documents()).body)["accepted"] == 2
    assert json.loads(push(paris, hendaye.documents()).body)["known"] == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"<html>", 400),
        (MAGIC + b"\xff\xff\xff\xff", 400),
        (write_bundle([b""] * 65), 400),
        (write_bundle([bytes(300_000)]), 413),
    ],
)
def test_what_is_no_small_file_of_documents_is_refused_whole(
    coop: MakeCoop, body: bytes, status: int
) -> None:
    paris = coop("Paris")
    assert Client(paris).ask("POST", "/p2p/v1/documents", body).status == status


def test_who_pushes_without_end_has_to_wait(coop: MakeCoop) -> None:
    paris = coop("Paris")
    answers = [push(paris, []) for _ in range(25)]
    assert [one.status for one in answers] == [200] * 20 + [429] * 5
    assert int(answers[-1].headers["Retry-After"]) > 0


# Where a call leads


def test_an_address_that_others_published_is_not_called_inside_a_network(coop: MakeCoop) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    hendaye.run(hendaye.rooms.ourselves.set_addresses, [hendaye.address])
    hendaye.run(lambda: hendaye.rooms.ourselves.sign_descriptor(hendaye.node.ask, now=hendaye.now))
    paris.pair(hendaye)
    push(paris, hendaye.documents())
    (called,) = paris.round()
    assert (called.peer.address, called.code) == (hendaye.address, "private_address")
    paris.call(hendaye.address)  # somebody here says so
    (called,) = paris.round(insist=True)
    assert called.code == ""


def test_a_name_is_judged_by_where_it_leads(coop: MakeCoop) -> None:
    hendaye = coop("Hendaye")

    async def ask(reach: Reach) -> int:
        async with open_fetcher(reach) as fetcher:
            answer = await fetcher.get(
                f"http://localhost:{hendaye.port}/p2p/v1/changes", most=9_999, seconds=9, now=NOON
            )
            return answer.status

    assert elsewhere(asyncio.run, ask(Reach.ANYWHERE)) == 200
    with pytest.raises(FetchFailed) as refused:
        elsewhere(asyncio.run, ask(Reach.PUBLIC))
    assert refused.value.why is Why.PRIVATE


def test_other_nodes_may_call_a_node_by_any_name_and_nobody_else_may(coop: MakeCoop) -> None:
    client, host = Client(coop("Hendaye")), {"Host": "carte.hendaye.example"}
    assert client.get("/p2p/v1/changes", host).status == 200
    assert client.get("/", host).status == 421


def test_a_node_that_is_served_calls_others_by_itself(coop: MakeCoop, tmp_path: Path) -> None:
    hendaye = coop("Hendaye")
    hendaye.now = int(time.time())
    hendaye.tick()
    paris = Typist(make_coop(tmp_path / "paris", name="Paris").path)
    paris.do("peer", "add", pairing_code(hendaye.coop))
    paris.do("peer", "relay", "add", hendaye.address)
    with serving(paris.home):
        end = time.monotonic() + 30
        while paris.do("peer", "list", "--json").answer["name"] != "Hendaye":
            assert time.monotonic() < end
            time.sleep(0.2)


def test_a_node_does_not_call_itself(coop: MakeCoop) -> None:
    hendaye = coop("Hendaye")
    hendaye.run(hendaye.rooms.ourselves.set_addresses, [hendaye.address])
    hendaye.call(hendaye.address)
    assert hendaye.round() == []


# At the till


def at_the_till(paris: Coop, card: StoredCard) -> tuple[str, str]:
    """Scan a card, press « Mettre à jour », and return what was said before and after."""
    device = paris.till()
    paris.now += 60
    answer = device.post("/caisse", {"texte": encode_text(card.data or b"")})
    before = device.get(answer.goes_to)
    answer = device.post(answer.goes_to + "/mettre-a-jour")
    return before.words, device.get(answer.goes_to).words


def test_a_cashier_fetches_the_lists_of_this_minute(coop: MakeCoop) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    paris.pair(hendaye)
    paris.call(hendaye.address)
    before, after = at_the_till(paris, hendaye.issue("Maïté Etcheverry"))
    assert before.startswith("Carte non vérifiée")
    assert "Bienvenue Maïté Etcheverry" in after
    assert "1 liste reçue." in after


def test_a_cashier_is_told_when_nobody_answers_or_there_is_nobody_to_call(coop: MakeCoop) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    card = hendaye.issue("Maïté Etcheverry")
    _, after = at_the_till(paris, card)
    assert "Aucune autre coop à appeler pour l’instant." in after
    assert "Sa coop reste inconnue ici" in after
    paris.call("http://127.0.0.1:1")
    _, after = at_the_till(paris, card)
    assert "Personne n’a répondu." in after
    assert "Sa coop reste inconnue ici" in after


def test_a_round_that_breaks_anywhere_loses_nothing(coop: MakeCoop, tmp_path: Path) -> None:
    hendaye, namur, lyon = coop("Hendaye"), coop("Namur"), coop("Lyon")
    lyon.pair(hendaye, namur)
    lyon.call(hendaye.address, namur.address)
    lyon.round()
    lyon.rooms.relay.feed.most_bytes = 400  # one document, mostly
    known = [hendaye.coop, namur.coop]

    def break_at(turn: int) -> tuple[bool, int]:
        """Return whether the round came to that turn, and how many documents the next one left."""
        turns = count(1)

        async def run(function: Callable[..., object], *args: object, **how: object) -> object:
            if next(turns) == turn:
                raise DiskFull(node.home.database)
            return function(*args, **how)

        async def run_well(function: Callable[..., object], *args: object, **how: object) -> object:
            return function(*args, **how)

        with closing(found(tmp_path / str(turn), now=NOON).rooms) as rooms:
            node = Node(rooms.home, rooms, now=NOON)
            for one in known:
                rooms.coops.pair(one, [], now=NOON)
            rooms.relay.add_typed(lyon.address, actor="test", now=NOON)
            with suppress(DiskFull):
                asyncio.run(Sync(rooms.relay, run, lambda: NOON).round())
            asyncio.run(Sync(rooms.relay, run_well, lambda: NOON).round(insist=True))
            theirs = [one for one in rooms.coops.documents() if one.subject in known]
            return next(turns) > turn, len(theirs)

    breaks = [elsewhere(break_at, turn) for turn in range(1, 13)]
    assert [left for _, left in breaks] == [4] * 12
    assert [broke for broke, _ in breaks][:8] == [True] * 8
