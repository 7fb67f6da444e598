"""Many nodes on a simulated clock: whom each calls and what it remembers is the relay's own code.

Simulated is the rest: a call takes no time and fails by chance, a node's documents are numbers.
Each co-op publishes one status list and signs it anew every six hours, as real nodes do; each new
list is a revocation, whose way to all others is followed. For the bytes of somebody who reads a
relay from its beginning, all that was published before counts, too.
"""

import heapq
import statistics
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from passkoop_node.relay.calling import MOST_PAGES, MOST_VAIN
from passkoop_node.relay.feed import MOST_BYTES, MOST_DOCUMENTS
from passkoop_node.relay.planning import PERIOD, Page, Peer, Planner, Telling, after, start_of
from passkoop_protocol.status import TTL

TICK = 10  # seconds between two looks of a node at what is due
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Bytes on the wire, without what TCP and TLS add."""

    descriptor: int
    status_list: int
    idle: int  # a call that brings nothing: request and answer, headers and all
    answer: int  # a call that brings something, without the documents
    post: int  # handing something over, without the documents


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is simulated."""

    nodes: int
    seed: int = 0
    sizes: Sizes
    behind_routers: float = 0.7
    failing: float = 0.3  # of calls
    gone: float = 0.13  # of co-ops, for good; what they published stays published
    # Nodes that start all at once find their relays first; then what is signed is followed.
    warm_up: int = 5 * HOUR // 2
    followed: int = 2 * HOUR  # lists signed within are followed
    rest: int = 3 * HOUR // 2  # time that the last of them gets


@dataclass(slots=True)
class Call:
    """What became of a call."""

    peer: Peer
    code: str = ""
    wait: int = 0
    pushed: bool = False


@dataclass(slots=True)
class Node:
    """A node that lives."""

    number: int  # also that of its list: they are signed in this order
    address: str  # "": behind a router
    addresses: Sequence[str]  # of whom it may call
    planner: Planner
    random: Random
    has: bytearray  # by number of a new list
    log: "array[int]" = field(default_factory=lambda: array("H"))  # as they came; of relays alone
    known: dict[str, Peer] = field(default_factory=dict)
    telling: Telling = field(default_factory=Telling)
    signed: bool = False
    told: bool = False
    turn: int = 0  # which of its appointments counts
    read: int = 0  # bytes that its own calls took
    served: int = 0  # bytes that it answered


@dataclass(frozen=True, kw_only=True)
class Found:
    """What came of it."""

    nodes: int  # that live
    relays: int  # of these
    minutes: list[float]  # until all held a list, for each list followed
    shares: list[float]  # of nodes that hold a list, by minutes since it was signed; the mean
    unreached: int  # lists followed that somebody did not hold at the end
    a_day: list[float]  # bytes that each node read and handed over
    a_day_served: list[float]  # bytes that each relay answered
    # Of the bytes that a node read and handed over in a day, the mean: calls and their headers;
    # documents that were new to it; the same from another relay; those of a relay's beginning.
    calls: float
    news: float
    again: float
    old: float
    in_vain: float  # share of the documents read that were held already
    afresh: float  # share of the calls answered that began at the beginning


class AllBut(Sequence[str]):
    """All addresses but one's own, without a copy for each."""

    def __init__(self, addresses: list[str], own: int) -> None:
        """Leave out the one at `own`."""
        self._addresses = addresses
        self._own = own

    def __len__(self) -> int:
        """Return how many others there are."""
        return len(self._addresses) - 1

    def __getitem__(self, at):  # type: ignore[no-untyped-def]
        """Return one of the others."""
        return self._addresses[at + (at >= self._own)]


class Network:
    """All nodes, and the clock."""

    def __init__(self, plan: Plan) -> None:
        """Make the nodes of a plan; time begins at its warm-up's start."""
        assert max(plan.sizes.descriptor, plan.sizes.status_list) * MOST_DOCUMENTS < MOST_BYTES
        self.plan = plan
        self.random = Random(plan.seed)
        alive = round(plan.nodes * (1 - plan.gone))
        self.silent = plan.nodes - alive
        gone_relays = round(self.silent * (1 - plan.behind_routers))
        relays = round(alive * (1 - plan.behind_routers))
        self.addresses = [f"https://{n}.example" for n in range(relays + gone_relays)]
        here = [*range(relays), *[-1] * (alive - relays)]
        self.random.shuffle(here)
        self.nodes = [self._node(number, place, alive) for number, place in enumerate(here)]
        self.relays = {node.address: node for node in self.nodes if node.address}
        # Lists are six hours old when they are signed anew, at any time of these six hours.
        self.signing = sorted(self.random.randrange(TTL) for _ in range(alive))
        self.holders = [1] * alive
        self.reached: list[int] = [-1] * alive
        self.minutes: Counter[int] = Counter()
        self.now = 0
        self.count = False
        self.moved: Counter[str] = Counter()  # bytes, by what they were
        self.documents: Counter[bool] = Counter()  # read: held already?
        self.calls: Counter[bool] = Counter()  # answered: from the beginning?

    def _node(self, number: int, place: int, alive: int) -> Node:
        random = Random(f"{self.plan.seed} {number}")
        return Node(
            number=number,
            address=self.addresses[place] if place >= 0 else "",
            addresses=AllBut(self.addresses, place) if place >= 0 else self.addresses,
            planner=Planner(random),
            random=random,
            has=bytearray(alive),
        )

    def run(self) -> Found:
        """Let time pass, and return what came of it."""
        plan, begin = self.plan, self.plan.warm_up
        end = begin + plan.followed + plan.rest
        # (when, whose, which appointment); those of number 0 are for signing.
        due = [(node.random.randrange(PERIOD), node.number, 1) for node in self.nodes]
        due += [(at, number, 0) for number, at in enumerate(self.signing)]
        for node in self.nodes:
            node.turn = 1
        heapq.heapify(due)
        while due and due[0][0] < end:
            self.now, number, turn = heapq.heappop(due)
            self.count = self.now >= begin
            node = self.nodes[number]
            if not turn:
                node.signed = True
                self._hold(node, number)
                heapq.heappush(due, (self.now + node.random.randrange(1, TICK + 1), number, -1))
            elif turn in (node.turn, -1):
                self._round(node)
                node.turn += 1
                heapq.heappush(due, (self._next(node), number, node.turn))
        return self._found(begin, end)

    def _next(self, node: Node) -> int:
        at = self.now + TICK
        while not node.planner.is_due(at):
            at += TICK
        return at

    def _round(self, node: Node) -> None:
        now = self.now
        node.planner.begin(now)
        chosen = node.planner.choose(node.addresses, node.known, now=now)
        called = [self._call(node, node.known.get(one) or Peer(address=one)) for one in chosen]
        for peer in node.planner.conclude(called, now=now):
            node.known[peer.address] = peer
        if node.signed and not node.told:
            node.told = node.telling.is_told(called, upto=1, relays=len(node.addresses))

    def _call(self, node: Node, peer: Peer) -> Call:
        relay = self.relays.get(peer.address)
        if relay is None or node.random.random() < self.plan.failing:
            return Call(peer=peer, code="unreachable")
        call = Call(peer=start_of(peer, "all"))
        if node.signed and not node.told:
            self._move(node, relay, calls=self.plan.sizes.post, news=self.plan.sizes.status_list)
            self._hold(relay, node.number)
            call.pushed = True
        if self.count:
            self.calls[call.peer.cursor == 0] += 1
        self._read(node, relay, call)
        return call

    def _read(self, node: Node, relay: Node, call: Call) -> None:
        """Read what a relay has: descriptors, lists from before, and the new ones as they came."""
        sizes, vain = self.plan.sizes, 0
        total = 2 * self.plan.nodes
        for _ in range(MOST_PAGES):
            cursor = call.peer.cursor
            upto = min(total + len(relay.log), cursor + MOST_DOCUMENTS)
            if upto == cursor:
                self._move(node, relay, calls=sizes.idle)
                return
            call.peer = after(call.peer, Page(log=call.peer.log or relay.address, upto=upto))
            descriptors = max(0, min(upto, self.plan.nodes) - cursor)
            lists = self._old_lists(relay, cursor, upto)
            new = relay.log[max(0, cursor - total) : max(0, upto - total)]
            old = descriptors * sizes.descriptor + lists * sizes.status_list
            vain += old + len(new) * sizes.status_list
            fresh = [one for one in new if not node.has[one]]
            self._move(
                node,
                relay,
                calls=sizes.answer,
                old=old,
                news=len(fresh) * sizes.status_list,
                again=(len(new) - len(fresh)) * sizes.status_list,
            )
            if self.count:
                self.documents[True] += descriptors + lists + len(new) - len(fresh)
                self.documents[False] += len(fresh)
            if fresh:
                vain = 0
            for one in fresh:
                self._hold(node, one)
            if vain > MOST_VAIN:
                return

    def _old_lists(self, relay: Node, cursor: int, upto: int) -> int:
        """Return how many lists of before are read: of the silent first, then by age."""
        first = self.plan.nodes
        a, b = max(0, cursor - first), max(0, min(upto - first, self.plan.nodes))
        silent = max(0, min(b, self.silent) - a)
        return silent + relay.has[max(0, a - self.silent) : max(0, b - self.silent)].count(0)

    def _hold(self, node: Node, one: int) -> None:
        if node.has[one]:
            return
        node.has[one] = 1
        if node.address:
            node.log.append(one)
        if node.number == one:
            return
        since = self.now - self.signing[one]
        if self._is_followed(one):
            self.minutes[since // MINUTE] += 1
        self.holders[one] += 1
        if self.holders[one] == len(self.nodes):
            self.reached[one] = since

    def _move(self, node: Node, relay: Node, **sizes: int) -> None:
        if self.count:
            self.moved.update(sizes)
            node.read += sum(sizes.values())
            relay.served += sum(sizes.values())

    def _is_followed(self, one: int) -> bool:
        begin = self.plan.warm_up
        return begin <= self.signing[one] < begin + self.plan.followed

    def _found(self, begin: int, end: int) -> Found:
        followed = [one for one in range(len(self.signing)) if self._is_followed(one)]
        others = len(followed) * (len(self.nodes) - 1)
        shares, so_far = [], 0
        for minute in range(max(self.minutes, default=0) + 1):
            so_far += self.minutes[minute]
            shares.append(so_far / others)
        days = DAY / (end - begin)
        return Found(
            nodes=len(self.nodes),
            relays=len(self.relays),
            minutes=[self.reached[one] / MINUTE for one in followed if self.reached[one] >= 0],
            shares=shares,
            unreached=sum(self.reached[one] < 0 for one in followed),
            a_day=[node.read * days for node in self.nodes],
            a_day_served=[node.served * days for node in self.relays.values()],
            calls=self.moved["calls"] * days / len(self.nodes),
            news=self.moved["news"] * days / len(self.nodes),
            again=self.moved["again"] * days / len(self.nodes),
            old=self.moved["old"] * days / len(self.nodes),
            in_vain=self.documents[True] / max(1, self.documents.total()),
            afresh=self.calls[True] / max(1, self.calls.total()),
        )


def tenths(values: list[float]) -> tuple[float, float, float]:
    """Return median, ninetieth percentile and most."""
    return statistics.median(values), statistics.quantiles(values, n=10)[-1], max(values)
