"""Tills at work on a node that may die at any moment, and what it had acknowledged to them."""

import http.client
import json
import random
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from nodes import found
from passkoop_node.home import Home
from passkoop_node.rooms import open_rooms
from passkoop_node.visits.register import Fate, check_chain
from passkoop_node.visits.store import Entry
from passkoop_node.visits.visit import Kind, Rule
from passkoop_protocol.text import encode_text
from processes import port_in, serving
from serving import Answer, Client

_LOST = (OSError, http.client.HTTPException)  # what a client sees of a node that dies


@dataclass
class Port:
    """Where the node of the moment answers."""

    port: int = 0


def hand_over(client: Client, lines: Sequence[Mapping[str, object]]) -> Answer:
    """Send the visits that a till noted while it was alone."""
    told = json.loads(client.get("/caisse/hors-ligne.json").text)
    body = {"who": told["who"], "proof": told["proof"], "lines": lines}
    headers = {"Content-Type": "application/json", "X-Passkoop-Jeton": told["token"]}
    return client.ask("POST", "/caisse/visites", json.dumps(body).encode(), headers)


@dataclass
class Told:
    """What a till knows of its visits: acknowledged, or sent into the void."""

    noted: list[str] = field(default_factory=list)  # lines of the register
    cancelled: list[str] = field(default_factory=list)  # lines that were taken back
    doubted: int = 0  # visits sent without an answer, of which no line is known
    maybe_noted: set[str] = field(default_factory=set)  # lines sent without an answer
    maybe_cancelled: set[str] = field(default_factory=set)
    found_written: int = 0  # visits that the node knew when their card came again
    words: Counter[str] = field(default_factory=Counter)  # names, by how often acknowledged
    maybe_words: set[str] = field(default_factory=set)


class BusyTill:
    """A till with cards of its own, which it scans one after the other."""

    def __init__(self, client: Client, till: str, cards: Iterable[str], seed: int) -> None:
        self.client = client
        self.till = till
        self.told = Told()
        self.fresh = list(cards)  # nobody came with them yet
        self._used: list[str] = []
        self._here: list[str] = []  # lines noted by the node of the moment
        self._in_doubt = ""  # the card whose scan was not answered
        self._waiting: list[dict[str, object]] = []  # noted while the node was away
        self._chance = random.Random(seed)
        self._number = 0

    def begin(self) -> None:
        """Go on with a node that was started anew: what was not answered is done again."""
        self._here = []
        self._hand_over()
        if not self._in_doubt:
            return
        card, self._in_doubt = self._in_doubt, ""
        zone, line = self._scan(card)
        if zone == "ok":
            self.told.doubted -= 1  # it was not written then: now it is
            self.told.noted.append(line)
        else:
            assert zone == "note", zone  # « Carte déjà passée aujourd'hui »
            self.told.doubted -= 1
            self.told.found_written += 1
        self._used.append(card)

    def work(self, until: threading.Event) -> None:
        """Note, take back and hand over, until told or until nobody answers any more."""
        acts = [self._second, self._word, self._cancel, self._queue, *[self._first] * 3]
        try:
            while not until.is_set():
                self._chance.choice(acts)()
        except _LOST:
            return

    def _scan(self, card: str) -> tuple[str, str]:
        answer = self.client.post("/caisse", {"texte": card})
        assert answer.status == 303, answer.text
        page = self.client.get(answer.goes_to)
        zone = re.search(r'<body class="till (\w+)', page.text)
        assert zone
        return zone[1], answer.goes_to.rpartition("/")[2]

    def _first(self) -> None:
        """Let somebody come for the first time: welcomed and noted at once."""
        if not self.fresh:
            return
        self._in_doubt = self.fresh.pop()
        self.told.doubted += 1
        answer = self.client.post("/caisse", {"texte": self._in_doubt})
        assert answer.status == 303, answer.text
        self.told.doubted -= 1
        line = answer.goes_to.rpartition("/")[2]
        self.told.noted.append(line)
        self._here.append(line)
        self._used.append(self._in_doubt)
        self._in_doubt = ""

    def _second(self) -> None:
        """Let somebody come again the same day: the cashier says yes."""
        if not self._used:
            return
        self.told.doubted += 1
        zone, line = self._scan(self._chance.choice(self._used))
        self.told.doubted -= 1
        self.told.maybe_noted.add(line)
        if zone == "note":
            assert self.client.post(f"/caisse/r/{line}/accueillir").status == 303
        elif line in self.told.noted:  # held a little longer: the same visit
            return
        self.told.noted.append(line)  # "ok": the first one was taken back

    def _word(self) -> None:
        """Let somebody in on their word."""
        self._number += 1
        name = f"{self.till} {self._number}"
        self.told.maybe_words.add(name)
        answer = self.client.post("/caisse/sans-carte", {"nom": name})
        assert answer.status == 303, answer.text
        self.told.words[name] += 1

    def _queue(self) -> None:
        """Hand over what was noted while the node was away; some of it, maybe, a second time."""
        for _ in range(self._chance.randrange(1, 5)):
            self._number += 1
            self._waiting.append(
                {
                    "line": self._chance.randbytes(8).hex(),
                    "at": int(time.time()) - 60,
                    "kind": int(Kind.WITHOUT),
                    "rule": str(Rule.WORD),
                    "name": f"{self.till} {self._number}",
                }
            )
        self._hand_over()

    def _hand_over(self) -> None:
        if not self._waiting:
            return
        names = [str(one["name"]) for one in self._waiting]
        self.told.maybe_words.update(names)
        answer = hand_over(self.client, self._waiting)
        assert answer.status == 200, answer.text
        fates = {one["fate"] for one in json.loads(answer.text)["lines"]}
        assert fates <= {Fate.NOTED.value, Fate.KNOWN.value}
        self.told.words.update(names)
        self._waiting = []

    def _cancel(self) -> None:
        """Take back a visit that this node noted."""
        if not self._here:
            return
        # One of the last: a till's answers of long ago are no longer on it.
        line = self._here.pop(-self._chance.randrange(1, min(len(self._here), 30) + 1))
        self.told.maybe_cancelled.add(line)
        assert self.client.post(f"/caisse/r/{line}/annuler").status == 303
        self.told.cancelled.append(line)


class Shop:
    """A co-op whose tills are at work, and the folder it lives in."""

    def __init__(self, path: Path, *, tills: int, cards: int) -> None:
        now = int(time.time())
        ours, theirs = (found(path / name, now=now - 3600) for name in ("coop", "tilleuls"))
        ours.pair(theirs)
        issued = theirs.issue(*[f"Visiteur {number}" for number in range(tills * cards)])
        texts = [encode_text(card.data or b"") for card in issued]
        ours.take(theirs.export())
        theirs.rooms.close()
        open_code = ours.rooms.administration.open_code
        names = [f"Caisse {number}" for number in range(tills)]
        self._codes = [open_code(name, actor="cli", now=now).code for name in names]
        ours.rooms.close()
        self.home = ours.home
        self.port = Port()
        self.tills = [
            BusyTill(Client(self.port), f"till:{number + 1}", texts[number::tills], seed=number)
            for number in range(tills)
        ]

    @contextmanager
    def served(self, before: str = "") -> Iterator["subprocess.Popen[str]"]:
        """Yield a process that serves the co-op; the tills have taken up their work."""
        with serving(self.home.path, before=before) as (process, said):
            self.port.port = port_in(said)
            for till, code in zip(self.tills, self._codes, strict=False):
                assert till.client.post("/jumeler", {"code": code}).status == 303
                till.client.get("/caisse")  # with a token for the forms of this till
            self._codes = []
            for till in self.tills:
                till.begin()
            yield process

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let the tills work meanwhile; they end by themselves when the node is gone."""
        until = threading.Event()
        with ThreadPoolExecutor() as pool:
            working = [pool.submit(till.work, until) for till in self.tills]
            try:
                yield
            finally:
                until.set()
        for one in working:
            one.result()


def told(tills: Iterable[BusyTill]) -> dict[str, Told]:
    """Return what the tills know at this moment."""
    return {till.till: deepcopy(till.told) for till in tills}


def kept_in(home: Home) -> list[Entry]:
    """Return the visits in the register, which is whole."""
    with closing(open_rooms(home)) as rooms:
        assert rooms.db.execute("pragma integrity_check").fetchone() == ("ok",)
        proof = check_chain(rooms.visits.store)
        assert proof.whole, proof
        return rooms.visits.store.entries(limit=1_000_000)


def check(home: Home, said: Mapping[str, Told]) -> int:
    """See that what was acknowledged is in the register once, and the chain whole.

    Returns:
        The number of visits that were acknowledged.
    """
    entries = kept_in(home)
    for till, one in said.items():
        kept = [entry for entry in entries if entry.visit.till == till]
        on_word = Counter(entry.words.name for entry in kept if entry.visit.kind is Kind.WITHOUT)
        assert set(one.words) <= set(on_word) <= one.maybe_words
        assert set(on_word.values()) <= {1}
        by_card = {entry.visit.line: entry for entry in kept if entry.visit.kind is Kind.CARD}
        assert set(one.noted) <= set(by_card)
        unknown = set(by_card) - set(one.noted) - one.maybe_noted
        assert one.found_written <= len(unknown) <= one.found_written + one.doubted
        for line, entry in by_card.items():
            assert not entry.cancelled or line in one.maybe_cancelled
            assert entry.cancelled or line not in one.cancelled
    return sum(len(one.noted) + len(one.words) for one in said.values())
