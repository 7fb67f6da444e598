"""Tills at work on `passkoop serve`: fifty at once for a minute, and a few while it is attacked.

An answer is from the card, sent as a reader's text, until the page with the verdict has come whole:
two requests and one visit on the disk. The attack (`tests/attacking.py`) is a program of its own on
the same machine: 600 connections held open, bodies that drip, and some thirty bombs a second.
"""

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from attacking import HELD, under_attack
from busy import Port, kept_in
from nodes import found
from passkoop_node.api.tokens import Scope
from passkoop_node.core.devices import TillStore
from passkoop_node.rooms import open_rooms
from passkoop_protocol.text import encode_text
from processes import port_in, serving
from serving import Client
from tables import Table

TILLS, MINUTE, CARDS = 50, 60.0, 45
FEW, SECONDS, ROUNDS, FEW_CARDS = 4, 15.0, 2, 300


@dataclass
class Till:
    """A till, the cards that will be held before it, and what it was told."""

    client: Client
    cards: list[str]
    chance: random.Random
    times: list[float] = field(default_factory=list)  # milliseconds
    lines: list[str] = field(default_factory=list)  # visits that were acknowledged

    def work(self, until: threading.Event, pause: float) -> None:
        """Scan one card after the other, with about so many seconds between them."""
        while not until.wait(pause * self.chance.uniform(0.5, 1.5)) and self.cards:
            card = self.cards.pop()
            begun = time.perf_counter()
            answer = self.client.post("/caisse", {"texte": card})
            page = self.client.get(answer.goes_to)
            self.times.append(1_000 * (time.perf_counter() - begun))
            if "Visite notée" not in page.words:
                raise RuntimeError(f"no visit: {answer.status} {page.words[:200]}")
            self.lines.append(answer.goes_to.rpartition("/")[2])


class Shop:
    """A co-op with many tills, and visitors of another one."""

    def __init__(self, path: Path) -> None:
        now = int(time.time())
        ours, theirs = (found(path / name, now=now - 3_600) for name in ("coop", "tilleuls"))
        ours.pair(theirs)
        wanted = [FEW_CARDS if number < FEW else CARDS for number in range(TILLS)]
        issued = theirs.issue(*[f"Visiteur {number}" for number in range(sum(wanted))])
        texts = [encode_text(card.data or b"") for card in issued]
        ours.take(theirs.export())
        theirs.rooms.close()
        store, self.port = TillStore(ours.rooms.db), Port()
        cookie = f"passkoop-caisse-{ours.coop.hex()[:8]}"
        self.tills = []
        for number, count in enumerate(wanted):
            code = store.open_code(f"Caisse {number}", now=now).code
            _, secret = store.pair(code, now=now)
            client = Client(self.port, cookies={cookie: secret})
            cards, texts = texts[:count], texts[count:]
            self.tills.append(Till(client, cards, random.Random(number)))
        ours.rooms.close()
        self.home = ours.home

    def let_work(self, tills: Sequence[Till], *, seconds: float, pause: float) -> list[float]:
        """Return the milliseconds of all answers of that time.

        Raises:
            OSError, RuntimeError: a till was not answered, or not told that the visit is noted.
        """
        for till in tills:
            till.times = []
        until = threading.Event()
        with ThreadPoolExecutor(len(tills)) as pool:
            working = [pool.submit(till.work, until, pause) for till in tills]
            time.sleep(seconds)
            until.set()
        for one in working:
            one.result()
        return sorted(time for till in tills for time in till.times)

    def lost(self) -> int:
        """Return how many acknowledged visits are not in the register, which is whole."""
        kept = {entry.visit.line for entry in kept_in(self.home)}
        return len({line for till in self.tills for line in till.lines} - kept)


def cells(times: Sequence[float]) -> str:
    """Return median and p99 in words."""
    p99 = statistics.quantiles(times, n=100)[98]
    return f"median {statistics.median(times):.0f} ms, p99 {p99:.0f} ms"


def report() -> Iterator[Table | str]:
    """Yield a table."""
    with tempfile.TemporaryDirectory() as name:
        shop = Shop(Path(name))
        with closing(open_rooms(shop.home)) as rooms:
            token = rooms.tokens.add("odoo", Scope, actor="test", now=0)
        quiet: list[float] = []
        attacked: list[float] = []
        bombs = 0
        with serving(shop.home.path) as (_, said):
            shop.port.port = port_in(said)
            for till in shop.tills:
                till.client.get("/caisse")  # with a token for its forms
            few = shop.tills[:FEW]
            for _round in range(ROUNDS):
                quiet += shop.let_work(few, seconds=SECONDS, pause=0.3)
                with under_attack(shop.port.port, token=token) as answers:
                    attacked += shop.let_work(few, seconds=SECONDS, pause=0.3)
                bombs += answers.total()
            crowd = shop.let_work(shop.tills, seconds=MINUTE, pause=2)
        lost, scans = shop.lost(), len(quiet) + len(attacked) + len(crowd)
    ratio = statistics.median(attacked) / statistics.median(quiet)
    storm = f"{bombs} bombs in {ROUNDS * SECONDS:.0f} s"
    yield Table(
        ("a till's answer: the card sent → the verdict's page", "goal", "measured"),
        [
            (f"{FEW} tills, {len(quiet)} cards", "", cells(quiet)),
            (
                f"the same, {len(attacked)} cards, among {HELD} held connections, {storm}",
                "median ≤ 100 ms",
                f"**{cells(attacked)}**; median {ratio:.1f} ×",
            ),
            (f"{TILLS} tills at once for a minute, {len(crowd)} cards", "", cells(crowd)),
            (f"of all {scans} visits that were acknowledged, lost", "0", lost),
        ],
    )


if __name__ == "__main__":
    for part in report():
        print(part)
