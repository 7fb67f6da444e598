"""An office at work on a node that may die at any moment, and others who hear what it signs."""

import http.client
import random
import socket
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from hostile import HostileRelay
from nodes import Node, found
from passkoop_node.cards.store import CardState
from passkoop_node.core.accounts import Role
from passkoop_node.home import Home
from passkoop_node.relay.calling import LOG, UPTO
from passkoop_node.rooms import open_rooms
from passkoop_protocol.bundle import read_bundle
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.descriptor import TYP as DESCRIPTOR
from passkoop_protocol.descriptor import parse_descriptor
from passkoop_protocol.directory import payload_hash
from passkoop_protocol.status import TYP as LIST
from passkoop_protocol.status import parse_list
from passkoop_protocol.text import encode_text
from passkoop_protocol.verdict import judge
from processes import serving
from relaying import Coop
from serving import HASHED, PASSWORD, Client, make_coop

_LOST = (OSError, http.client.HTTPException)  # what a client sees of a node that dies
# Usually a node looks for something to do every ten seconds.
EAGER = "from passkoop_node.relay import pages; pages._TICK = 0.05"


class Witness:
    """Everything that anybody was ever handed, by what it is and its date."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, int], set[bytes]] = {}

    def note(self, documents: Iterable[bytes]) -> None:
        for data in documents:
            typ = DESCRIPTOR if DESCRIPTOR.encode() in data[:80] else LIST
            payload = parse_sign1(data, typ=typ).payload
            if typ == LIST:
                one = parse_list(payload)
                name, date = one.kid.hex(), one.issued_at
            else:
                descriptor = parse_descriptor(payload)
                name, date = f"descriptor {descriptor.coop.hex()}", descriptor.issued_at
            self.seen.setdefault((name, date), set()).add(payload_hash(payload))

    def check(self) -> None:
        """See that no date was signed for twice."""
        twice = [place for place, hashes in self.seen.items() if len(hashes) > 1]
        assert not twice, twice

    def newest(self) -> dict[str, int]:
        """Return the newest date that anybody saw, by what it is of."""
        dates: dict[str, int] = {}
        for name, date in list(self.seen):
            dates[name] = max(date, dates.get(name, 0))
        return dates


@dataclass
class Told:
    """What somebody at a desk knows of the cards: acknowledged, or sent into the void."""

    with_card: set[int] = field(default_factory=set)  # members
    in_doubt: set[int] = field(default_factory=set)  # members of whom no answer came
    revoked: set[int] = field(default_factory=set)  # cards
    made: int = 0


class Desk:
    """Somebody of the office, who looks after some of the members."""

    def __init__(self, client: Client, members: list[int], seed: int) -> None:
        self.client = client
        self.members = members
        self.told = Told()
        self._chance = random.Random(seed)

    def work(self, until: threading.Event) -> None:
        """Make, replace and revoke cards, until told or until nobody answers any more."""
        with suppress(*_LOST):
            while not until.is_set():
                self._serve(self._chance.choice(self.members))

    def _serve(self, member: int) -> None:
        told = self.told
        if member in told.in_doubt:
            told.with_card.discard(member)
            if self._valid(self._sight(member, "annuler")):
                told.with_card.add(member)
            told.in_doubt.discard(member)
        elif member not in told.with_card:
            told.in_doubt.add(member)
            self._post(member, "faire")
            told.with_card.add(member)
            told.made += 1
            told.in_doubt.discard(member)
        else:
            deed = self._chance.choice(["annuler", "remplacer"])
            sight = self._sight(member, deed)
            told.in_doubt.add(member)
            self._post(member, deed, sight)
            told.revoked |= self._valid(sight)
            if deed == "annuler":
                told.with_card.discard(member)
            else:
                told.made += 1
            told.in_doubt.discard(member)

    def _sight(self, member: int, deed: str) -> str:
        page = self.client.get(f"/bureau/membres/{member}/cartes/{deed}").text
        return page.partition('name="vu" value="')[2].partition('"')[0]

    def _valid(self, sight: str) -> set[int]:
        """Return the cards that were valid when somebody looked."""
        cards = [one.split(".") for one in sight.split("-") if one]
        return {int(id) for id, state in cards if int(state) == CardState.VALID}

    def _post(self, member: int, deed: str, sight: str = "") -> None:
        form = {"vu": sight, "raison": "perdue"}
        answer = self.client.post(f"/bureau/membres/{member}/cartes/{deed}", form)
        assert answer.status == 303, (deed, answer.status, answer.words)


class Office:
    """A co-op that may die, one that lives, and a relay that keeps all it is handed."""

    def __init__(self, path: Path, stack: ExitStack, *, desks: int) -> None:
        now = int(time.time())
        ours = found(path / "ours", now=now - 3600)
        members = [one.id for one in ours.add(*[f"Membre {number}" for number in range(60)])]
        for number in range(desks):
            ours.rooms.accounts.add(f"Odile {number}", Role.OFFICE, password=HASHED, now=now)
        self.home, self.witness = ours.home, Witness()
        self.friend = Coop.of(make_coop(path / "friend", name="Le Panier", now=now - 3600), now=now)
        self.friend.start()
        stack.callback(self.friend.stop)
        recorder = stack.enter_context(HostileRelay([]))
        recorder.pushes = self._note
        self.friend.run(self.friend.rooms.coops.pair, ours.coop, [], now=now)
        ours.rooms.coops.pair(self.friend.coop, [], now=now)
        for address in (self.friend.address, recorder.address("truth")):
            ours.rooms.relay.add_typed(address, actor="test", now=now)
        self.coop = ours.coop
        ours.rooms.close()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.friend.call(f"http://127.0.0.1:{self.port}")
        self.desks = [
            Desk(Client(self), members[number::desks], seed=number) for number in range(desks)
        ]
        self._cards: dict[tuple[bytes, int], bytes] = {}  # by their place in a list

    @contextmanager
    def served(self) -> Iterator["subprocess.Popen[str]"]:
        """Yield a process that serves the co-op."""
        with serving(self.home.path, "--port", str(self.port), before=EAGER) as (process, _):
            for number, desk in enumerate(self.desks):
                if not desk.client.cookies:
                    answer = desk.client.enter(f"Odile {number}", PASSWORD)
                    assert answer.status == 303, answer.words
            yield process

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let the office work, the friend call and a stranger read what is handed out."""
        until = threading.Event()
        with ThreadPoolExecutor() as pool:
            workers = [desk.work for desk in self.desks]
            working = [pool.submit(work, until) for work in (*workers, self._befriend, self._read)]
            try:
                yield
            finally:
                until.set()
        for one in working:
            one.result()

    def told(self) -> list[Told]:
        """Return what the office knows at this moment."""
        return [deepcopy(desk.told) for desk in self.desks]

    def check(self, home: Home, said: Iterable[Told], newest: Mapping[str, int]) -> None:
        """See that a folder holds all that was acknowledged, and will sign nothing twice.

        Args:
            home: the folder.
            said: what had been acknowledged.
            newest: the dates of what others had been handed.
        """
        with closing(open_rooms(home)) as rooms:
            assert rooms.db.execute("pragma integrity_check").fetchone() == ("ok",)
            # Nobody was handed a document that this folder does not know of.
            assert not rooms.ourselves.is_catching_up
            documents = [one for one in rooms.coops.documents() if one.subject == self.coop]
            signed = dict(rooms.db.execute("select document, issued_at from last_signed"))
            ours = {f"descriptor {self.coop.hex()}": "descriptor"}
            ours |= {name: name for name in signed if name != "descriptor"}
            for name, date in newest.items():
                assert name not in ours or signed[ours[name]] >= date, name
            self.witness.note(one.data for one in documents)
            self.witness.check()
            node, now = Node(home, rooms), int(time.time())
            self._check_cards(node, list(said), now)

    def _check_cards(self, node: Node, said: list[Told], now: int) -> None:
        rooms, trust = node.rooms, node.rooms.trust()
        for desk, told in zip(self.desks, said, strict=True):
            for member in desk.members:
                cards = rooms.cards.of_member(member)
                for card in cards:
                    place = (card.kid, card.status_index)
                    if card.data is not None:
                        assert self._cards.setdefault(place, card.data) == card.data, place
                    if card.id in told.revoked:
                        assert card.state is CardState.REVOKED, card
                        codes = [
                            one.code
                            for one in judge(encode_text(card.data or b""), trust, now=now).reasons
                        ]
                        assert codes == ["revoked"], (card, codes)
                valid = [one for one in cards if one.state is CardState.VALID]
                if member not in told.in_doubt:
                    assert len(valid) == (member in told.with_card), (member, cards)
                    for card in valid:
                        verdict = judge(encode_text(card.data or b""), trust, now=now)
                        assert not verdict.reasons, (card, verdict.reasons)
            everything = {
                card.id for member in desk.members for card in rooms.cards.of_member(member)
            }
            assert told.revoked <= everything

    def finish(self) -> None:
        """See that after some quiet minutes both co-ops hold what the other one signed."""
        friend = self.friend
        theirs = [one.data for one in friend.disk() if one.subject == friend.coop]
        with closing(open_rooms(self.home)) as rooms:
            held = {one.data for one in rooms.coops.documents()}
            held |= {one.data for one in rooms.coops.parked()}
            assert len(theirs) == 2  # a descriptor and a list
            assert set(theirs) <= held
            cards = [
                card
                for desk in self.desks
                for member in desk.members
                for card in rooms.cards.of_member(member)
            ]
            ours = Node(self.home, rooms, now=int(time.time()))
            documents, codes = ours.export(), [ours.codes(card) for card in cards]
            # So many lists in so little time are dated ahead of the clock, each by a second.
            friend.now = max(int(time.time()), rooms.coops.newest_date())
        friend.run(lambda: friend.node.take(documents))
        assert [friend.codes(card) for card in cards] == codes
        entries = friend.run(friend.rooms.audit.entries)
        assert "coop.two_truths" not in {one.action for one in entries}

    async def _note(self, request: web.Request) -> web.Response:
        documents = read_bundle(await request.read())
        self.witness.note(documents)
        tally = {"accepted": len(documents), "known": 0, "parked": 0, "refused": 0}
        return web.json_response(tally)

    def _befriend(self, until: threading.Event) -> None:
        """Let the friend call, and have news of its own."""
        friend, card = self.friend, None
        while not until.wait(0.5):
            friend.now = int(time.time())
            if card is None:
                card = friend.issue("Jean Dupont")
            else:
                friend.revoke(card)
                card = None
            friend.round(insist=True, seconds=2)

    def _read(self, until: threading.Event) -> None:
        """Read what is handed out, as anybody may."""
        log, upto, client = "", "0", Client(self)
        while not until.wait(0.02):
            with suppress(*_LOST):
                answer = client.get(f"/p2p/v1/changes?since={upto}&log={log}")
                if answer.status == 200:
                    log, upto = answer.headers[LOG], answer.headers[UPTO]
                    self.witness.note(read_bundle(answer.body))
