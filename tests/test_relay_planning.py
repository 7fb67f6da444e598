"""Whom a node calls, when, and where no call leads: decisions alone, without a network."""

from random import Random

import pytest

from passkoop_node.core.fetching import LONGEST_WAIT, parse_retry_after
from passkoop_node.core.reach import BadWebAddress, Reach, is_ip, may_call, parse_web_address
from passkoop_node.relay.planning import (
    CIRCLE,
    LONGEST_BACK_OFF,
    PERIOD,
    BadCursor,
    Page,
    Peer,
    Planner,
    after,
    start_of,
    unheard,
)

NOW = 1_795_345_200
DAY = 86_400


def planner() -> Planner:
    return Planner(Random(3))


def addresses(count: int) -> list[str]:
    return [f"https://{number}.example" for number in range(count)]


# When


def test_rounds_are_five_minutes_apart_a_fifth_more_or_less() -> None:
    one = planner()
    assert one.is_due(NOW)  # when a node starts
    waits = []
    now = NOW
    for _ in range(500):
        one.begin(now)
        start = now
        while not one.is_due(now):
            now += 1
        waits.append(now - start)
    assert 0.8 * PERIOD <= min(waits) < 0.82 * PERIOD
    assert 1.18 * PERIOD < max(waits) <= 1.2 * PERIOD


def test_a_clock_that_was_set_back_does_not_silence_a_node_for_a_year() -> None:
    one = planner()
    one.begin(NOW + 400 * DAY)
    assert one.is_due(NOW)
    peer = one.failed(Peer(address="https://a.example"), "unreachable", now=NOW + 400 * DAY)
    assert peer.may_be_asked(NOW)


# Whom


def test_who_fails_is_left_alone_twice_as_long_each_time_and_forgiven_when_it_answers() -> None:
    one, peer, waits = planner(), Peer(address="https://a.example"), []
    for _ in range(12):
        peer = one.failed(peer, "unreachable", now=NOW)
        waits.append(peer.not_before - NOW)
        assert not peer.may_be_asked(NOW)
        assert peer.may_be_asked(NOW, insist=True)  # a person may know that it is back
        assert peer.may_be_asked(peer.not_before)
    assert 0.8 * PERIOD <= waits[0] <= 1.2 * PERIOD
    assert 1.6 * PERIOD <= waits[1] <= 2.4 * PERIOD
    assert max(waits) <= 1.2 * LONGEST_BACK_OFF
    assert one.answered(peer, now=NOW) == Peer(
        address="https://a.example", asked_at=NOW, answered_at=NOW
    )


def test_who_asks_for_time_gets_it_also_when_a_person_insists() -> None:
    peer = planner().failed(Peer(address="https://a.example"), "bad_answer", wait=4_000, now=NOW)
    assert not peer.may_be_asked(NOW + 3_999, insist=True)
    assert peer.may_be_asked(NOW + 4_000, insist=True)


def test_where_nobody_answers_nobody_is_left_alone() -> None:
    peer = unheard(Peer(address="https://a.example"), "unreachable", now=NOW)
    assert peer.may_be_asked(NOW + 1)
    assert peer.said == "unreachable"


def test_three_are_called_and_in_time_everybody_in_a_small_network() -> None:
    one = planner()
    known: dict[str, Peer] = {}
    called = set()
    for turn in range(20):
        chosen = one.choose(addresses(10), known, now=NOW + turn * PERIOD)
        assert len(chosen) == len(set(chosen)) == 3
        known |= {
            address: one.answered(Peer(address=address), now=NOW + turn * PERIOD)
            for address in chosen
        }
        called |= set(chosen)
    assert len(called) == 10


def test_in_a_large_network_a_node_keeps_to_a_few_whose_numbering_it_has_read() -> None:
    one = planner()
    known: dict[str, Peer] = {}
    everybody = addresses(3_000)
    for turn in range(288):  # a day
        now = NOW + turn * PERIOD
        for address in one.choose(everybody, known, now=now):
            known[address] = one.answered(known.get(address) or Peer(address=address), now=now)
    assert CIRCLE <= len(known) <= CIRCLE + 5


def test_who_is_gone_for_good_is_replaced() -> None:
    one = planner()
    known: dict[str, Peer] = {}
    everybody = addresses(40)
    gone, reached = set(everybody[:20]), set()
    for turn in range(288):
        now = NOW + turn * PERIOD
        for address in one.choose(everybody, known, now=now):
            peer = known.get(address) or Peer(address=address)
            if address in gone:
                known[address] = one.failed(peer, "unreachable", now=now)
            else:
                reached.add(address)
                known[address] = one.answered(peer, now=now)
    assert len(reached) >= CIRCLE
    calls_in_vain = sum(peer.failures for peer in known.values())
    assert calls_in_vain < 288 * 3 / 4


def test_where_there_is_nobody_to_call_nobody_is_called() -> None:
    assert planner().choose([], {}, now=NOW) == []


# Where to go on reading


def test_reading_goes_on_where_it_ended_and_begins_anew_when_others_are_heard() -> None:
    peer = start_of(Peer(address="https://a.example"), "first")
    peer = after(peer, Page(log="ab", upto=7))
    assert (peer.log, peer.cursor) == ("ab", 7)
    assert start_of(peer, "first") == peer
    assert start_of(peer, "second").cursor == 0


@pytest.mark.parametrize("upto", [0, 6, 7])
def test_a_relay_whose_numbers_do_not_grow_is_left(upto: int) -> None:
    with pytest.raises(BadCursor):
        after(Peer(address="https://a.example", log="ab", cursor=7), Page(log="ab", upto=upto))


# Where no call leads

INSIDE = (
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 100.64.0.1 169.254.169.254 0.0.0.0 224.0.0.1"
    " 240.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fec0::1"
    " ff02::1 ::ffff:127.0.0.1 ::ffff:192.168.1.1 ::127.0.0.1 2002:7f00:1::1 64:ff9b::a00:1"
    " 64:ff9b:1::1 2001:db8::1 100::1 localhost"
)


@pytest.mark.parametrize("address", INSIDE.split())
def test_no_call_leads_inside_a_network(address: str) -> None:
    assert not may_call(address, Reach.PUBLIC)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1", "64:ff9b::808:808"]
)
def test_the_open_internet_may_be_called(address: str) -> None:
    assert may_call(address, Reach.PUBLIC)


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0", "0x7f.1", "0X7F000001", "0177.0.0.1", "127.0.0.1.", "a.1"]
)
def test_what_a_system_may_take_for_an_address_is_none_of_a_name_and_called_by_nobody(
    host: str,
) -> None:
    assert is_ip(host)
    assert not may_call(host, Reach.ANYWHERE)


def test_names_with_numbers_in_them_are_names() -> None:
    assert not any(map(is_ip, ("les400.coop", "127.0.0.1.exemple.coop", "0x7f.coop", "localhost")))


def test_what_somebody_here_typed_may_lead_inside() -> None:
    assert may_call("192.168.1.20", Reach.ANYWHERE)
    assert may_call("127.0.0.1", Reach.ANYWHERE)
    assert not may_call("224.0.0.1", Reach.ANYWHERE)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://Carte.Exemple.coop/", "https://carte.exemple.coop"),
        (" http://192.168.1.5:8765 ", "http://192.168.1.5:8765"),
        ("https://exemple.coop/passkoop/", "https://exemple.coop/passkoop"),
        ("https://épicerie.exemple", "https://xn--picerie-9xa.exemple"),
        ("http://[2001:db8::1]:8765", "http://[2001:db8::1]:8765"),
    ],
)
def test_an_address_is_kept_as_it_is_called(typed: str, kept: str) -> None:
    assert parse_web_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "carte.exemple.coop",
        "ftp://exemple.coop",
        "file:///etc/passwd",
        "https://",
        "https://nico:secret@exemple.coop",
        "https://exemple.coop/?x=1",
        "https://exemple.coop/#x",
        "http://exemple.coop:25",  # where mail is taken
        "http://exemple.coop:99999",
        "http://exemple coop",
        "https://" + "a" * 63 + "." + "b" * 200,
    ],
)
def test_what_is_no_address_of_a_node_is_said_so(typed: str) -> None:
    with pytest.raises(BadWebAddress):
        parse_web_address(typed)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120),
        ("Sun, 22 Nov 2026 11:10:00 GMT", 600),
        ("Sun, 22 Nov 2026 10:00:00 GMT", 0),
        ("99999999999999999999", LONGEST_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("-5", 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_how_long_somebody_asks_to_be_left_alone(told: str, seconds: int) -> None:
    assert parse_retry_after(told, now=NOW) == seconds
