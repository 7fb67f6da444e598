"""Co-ops that are served and call each other, as tests of the relay need them."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

from nodes import Node
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.coops.store import StoredDocument
from passkoop_node.coops.trusting import heard_documents
from passkoop_node.home import Home
from passkoop_node.relay.calling import Called
from passkoop_node.relay.wire import SYNC
from passkoop_protocol.keys import CoopId
from passkoop_protocol.text import encode_text
from passkoop_protocol.verdict import judge
from serving import NOON, Served

Given = ParamSpec("Given")
Result = TypeVar("Result")


def elsewhere(
    function: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
) -> Result:
    """Return what `function` returns in a thread of its own: a browser's loop may run in ours."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *args, **kwargs).result()


class Coop(Served):
    """A co-op that answers others, and calls them when it is told to: nothing runs by itself."""

    @classmethod
    def of(cls, home: Home, *, now: int = NOON) -> "Coop":
        """Return the co-op of a folder, not served yet."""
        coop = cls(home, now=now)
        coop.options = replace(coop.options, jobs=False)
        return coop

    @property
    def node(self) -> Node:
        """The co-op's register, to be used inside `run`."""
        return Node(self.home, self.rooms, now=self.now)

    @property
    def coop(self) -> CoopId:
        return self.run(lambda: self.rooms.ourselves.coop)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Return what `work` returns in the node's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def call(self, *addresses: str) -> None:
        """Somebody types where other nodes are, and takes back what was typed before."""

        def type_them() -> None:
            room = self.rooms.relay
            for one in room.typed:
                room.remove_typed(one, actor="test", now=self.now)
            for one in addresses:
                room.add_typed(one, actor="test", now=self.now)

        self.run(type_them)

    def pair(self, *others: "Coop") -> None:
        for other in others:
            self.run(self.rooms.coops.pair, other.coop, [], now=self.now)

    def issue(self, name: str) -> StoredCard:
        (card,) = self.run(lambda: self.node.issue(name))
        return card

    def revoke(self, card: StoredCard) -> None:
        def revoke() -> None:
            member = self.node.member_of(card)
            self.rooms.issuer.set_state(member, CardState.REVOKED, now=self.now, actor="test")

        self.run(revoke)

    def codes(self, card: StoredCard) -> list[str]:
        """Return the reasons of the verdict at this co-op's door; none: welcome."""

        def codes() -> list[str]:
            text = encode_text(card.data or b"")
            return [one.code for one in judge(text, self.rooms.live.get(), now=self.now).reasons]

        return self.run(codes)

    def round(self, **how: Any) -> list[Called]:
        """Call others now."""
        return self.do(self.app[SYNC].round(**how))

    def tick(self) -> None:
        """Do what is due."""
        self.do(self.app[SYNC].tick())

    def be_patient(self, seconds: float) -> None:
        """Say how long an answer may take."""
        self.app[SYNC].patience = seconds

    def documents(self) -> list[bytes]:
        """Return what it hands on."""
        return self.run(lambda: heard_documents(self.rooms.live.get(), self.rooms.coops))

    def disk(self) -> list[StoredDocument]:
        return self.run(self.rooms.coops.documents)


MakeCoop = Callable[[str], Coop]  # serves one more co-op, of this name


def later(seconds: int, *coops: Coop) -> None:
    """Let time pass at some co-ops."""
    for one in coops:
        one.now += seconds
