"""Visits that a till kept while the node was away: what the node makes of each line."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from passkoop_node.core.accounts import Role
from passkoop_node.till import pages
from passkoop_node.till.handover import MOST_LINES
from passkoop_node.visits.register import OVER_QUOTA
from passkoop_protocol.card import parse_claims
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.keys import CoopId
from passkoop_protocol.text import readings
from passkoop_protocol.welcome import Policy
from serving import Answer, Client
from tilling import DAY, Till

JSON = {"Content-Type": "application/json"}


class Device:
    """A till that hands over what it is told to."""

    def __init__(self, till: Till, client: Client) -> None:
        self.till = till
        self.client = client
        self.state = json.loads(client.get("/caisse/hors-ligne.json").text)
        (self.neighbour,) = json.loads(client.get("/caisse/hors-ligne/visites").text)["paired"]

    def line(self, **facts: Any) -> dict[str, Any]:
        """Return a line: a member of the neighbour came just now, unless it is told otherwise."""
        self.till.served.now += 60
        return {
            "line": f"{self.till.served.now:016x}",
            "at": self.till.served.now - 30,
            "kind": 1,
            "home": self.neighbour,
            "ref": "07" * 8,
            "category": 0,
            "outcome": 0,
            "reasons": [],
            "rule": "network",
            **facts,
        }

    def hand(self, *lines: object, **told: Any) -> Answer:
        told = {"who": self.state["who"], "proof": self.state["proof"], "lines": lines, **told}
        headers = JSON | {"X-Passkoop-Jeton": self.state["token"]}
        return self.client.ask("POST", "/caisse/visites", json.dumps(told).encode(), headers)

    def fates(self, *lines: object) -> list[str]:
        answer = self.hand(*lines)
        assert answer.status == 200, answer.text
        return [one["fate"] for one in json.loads(answer.text)["lines"]]


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    till = Till(tmp_path_factory.mktemp("till"), Policy(visits=2, period=30))
    yield till
    till.close()


@pytest.fixture
def device(till: Till) -> Device:
    return Device(till, till.client())


def test_a_line_sent_twice_counts_once_and_with_other_content_is_flagged(device: Device) -> None:
    line = device.line()
    assert device.fates(line) == ["noted"]
    assert device.fates(line, line) == ["known", "known"]
    assert device.fates(line | {"amount": 1250}) == ["conflict"]
    (entry,) = [one for one in device.till.visits() if one.visit.line == line["line"]]
    assert (entry.amount, entry.conflicts) == (None, 1)


def test_a_late_line_is_taken_and_one_over_the_limit_becomes_a_remark(device: Device) -> None:
    lines = [
        device.line(ref="08" * 8, at=device.till.served.now - days * DAY) for days in (9, 8, 7)
    ]
    assert device.fates(*lines) == ["noted"] * 3
    assert [one.visit.remarks for one in device.till.visits()[:3]] == [(OVER_QUOTA,), (), ()]


def test_a_line_that_cannot_be_taken_says_why_and_stops_no_other(device: Device) -> None:
    good = device.line(ref="09" * 8)
    answer = device.hand(
        device.line(at=device.till.served.now + DAY),
        device.line(amount=-300),
        device.line(rule="anyway"),
        device.line(ref="zz"),
        device.line(kind=9),
        device.line(reasons=["é" * 50]),
        device.line(at=None),
        device.line(line=""),
        "rien",
        good,
    )
    told = json.loads(answer.text)["lines"]
    assert [one.get("code") for one in told] == [
        "visit_in_future",
        "bad_amount",
        *["bad_visit"] * 7,
        None,
    ]
    assert "datée de l’avenir" in told[0]["says"]
    assert told[-1]["line"] == good["line"]


@pytest.mark.parametrize(
    "told",
    [
        {"who": "till:99"},
        {"proof": "0" * 32},
        {"proof": "\ud800"},
        {"lines": {}},
        {"lines": [{}] * (MOST_LINES + 1)},
    ],
    ids=["another till's name", "no proof", "no text", "no list", "too many"],
)
def test_what_no_till_of_ours_would_send_is_refused(device: Device, told: dict[str, Any]) -> None:
    assert device.hand(device.line(), **told).status == 400


def test_what_is_no_json_is_refused(device: Device) -> None:
    headers = JSON | {"X-Passkoop-Jeton": device.state["token"]}
    for body in (b"", b"[1]", b"{", b"[" * 60_000, b"\xff"):
        assert device.client.ask("POST", "/caisse/visites", body, headers).status == 400


def test_a_scan_whose_answer_was_lost_is_the_same_visit(device: Device) -> None:
    number = f"{device.till.served.now:016x}"
    sent = {"texte": device.till.cards["maite"], "ligne": number}
    first = device.client.post("/caisse", sent)
    assert first.goes_to == device.client.post("/caisse", sent).goes_to == f"/caisse/r/{number}"
    (entry,) = [one for one in device.till.visits() if one.visit.line == number]
    # The till heard nothing, judged the card itself, and noted it by its own clock.
    at, ref = entry.visit.at + 40, ref_of(device.till, "maite")
    line = device.line(line=number, at=at, ref=ref)
    assert device.fates(line | {"asked": True}) == ["known"]
    assert device.fates(line) == ["conflict"]


def ref_of(till: Till, card: str) -> str:
    data = next(iter(readings(till.cards[card])))
    return parse_claims(parse_sign1(data).payload).member_ref.hex()


def test_nobody_hands_visits_over_without_being_a_till(device: Device) -> None:
    stranger = Client(device.till.served)
    assert stranger.ask("POST", "/caisse/visites", b"{}", JSON).status == 401
    for path in ("hors-ligne.json", "hors-ligne/listes", "hors-ligne/visites", "hors-ligne/pages"):
        assert stranger.get(f"/caisse/{path}").status == 401
    device.state["token"] = "0" * 32
    assert device.hand(device.line()).status == 403


def test_who_enters_after_another_hands_over_what_the_other_noted(device: Device) -> None:
    zoe = Device(device.till, device.till.served.entered("Zoé", Role.CASHIER))
    line = zoe.line(ref="0a" * 8)
    answer = device.hand(line, who=zoe.state["who"], proof=zoe.state["proof"])
    assert json.loads(answer.text)["lines"][0]["fate"] == "noted"
    assert zoe.fates(line) == ["known"]


def test_what_a_till_holds_names_nobody(device: Device) -> None:
    device.till.scan(device.client, "maite")
    parts = [device.client.get(f"/caisse/hors-ligne/{part}") for part in ("visites", "pages")]
    held = "".join(part.text for part in parts)
    ref = ref_of(device.till, "maite")
    pseudonyms = device.till.served.rooms.visits.pseudonyms
    home = CoopId(bytes.fromhex(device.neighbour))
    holder = device.till.served.run(pseudonyms.of, home, bytes.fromhex(ref))
    assert json.loads(parts[0].text)["came"]
    for one in ("Maïté", "Etcheverry", "Tiago", "Irène", ref, holder.hex()):
        assert one not in held


def test_the_page_that_opens_without_the_node_is_the_same_for_everybody(device: Device) -> None:
    shell = device.client.get("/caisse/coquille").text
    assert shell == Client(device.till.served).get("/caisse/coquille").text
    assert device.client.token not in shell
    worker = Client(device.till.served).get("/caisse/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/caisse"
    assert device.client.token not in worker.text
    assert "/verifier/verdict.js" in worker.text
    assert "/test/" not in worker.text


def test_webassembly_runs_on_the_till_s_pages_alone_and_only_where_it_is_installed(
    device: Device,
) -> None:
    def runs(path: str) -> bool:
        return "'wasm-unsafe-eval'" in device.client.get(path).headers["Content-Security-Policy"]

    assert [runs(path) for path in ("/caisse", "/caisse/coquille")] == [pages.ZXING.is_dir()] * 2
    assert [runs(path) for path in ("/", "/entrer", "/reglages/accueil")] == [False] * 3
