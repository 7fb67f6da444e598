"""Three `passkoop serve` in networks of their own: two shops behind routers, a relay in between.

Nobody does anything but revoke cards. The three run by one clock that goes thirty times faster than
ours, so that five minutes are ten seconds; one of them can be told another date.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import need
from networks import MIDDLE, SHOP, Town, town, what_lacks
from nodes import DAY, Node, found, opened
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.coops.store import StoredDocument
from passkoop_node.health import Level, examine
from passkoop_node.home import Home
from processes import serving

SPEED, PORT = 30, 8765
# The node reads the clock in one place: time.time.
CLOCK = """
import time
real = time.time
time.time = lambda: {began} + (real() - {began}) * {speed} + {off}
"""


@dataclass
class Machine:
    """A co-op on a machine of the town, and its clock."""

    name: str
    home: Home
    town: Town
    began: float
    off: int = 0  # seconds by which its clock is wrong
    life: ExitStack = field(default_factory=ExitStack)

    @property
    def now(self) -> int:
        return int(self.began + (time.time() - self.began) * SPEED + self.off)

    @contextmanager
    def register(self) -> Iterator[Node]:
        """Yield the co-op as a command sees it that runs beside the one that serves."""
        with opened(self.home, now=self.now) as node:
            yield node

    def start(self, *, off: int = 0) -> None:
        """Serve, by a clock that is wrong by so many seconds."""
        self.off = off
        clock = CLOCK.format(began=self.began, speed=SPEED, off=off)
        within = self.town.within(self.name)
        self.life.enter_context(
            serving(self.home.path, "--port", str(PORT), before=clock, within=within)
        )

    def stop(self) -> None:
        self.life.close()

    def revoke(self, card: StoredCard) -> None:
        with self.register() as node:
            member = node.member_of(card)
            node.rooms.issuer.set_state(member, CardState.REVOKED, now=node.now, actor="test")

    def codes(self, card: StoredCard) -> list[str]:
        """Return the reasons of the verdict at this door; none: welcome."""
        with self.register() as node:
            return node.codes(card)

    def clock(self) -> Level:
        """Return what `passkoop doctor` says of the clock."""
        with self.register() as node:
            said = examine(node.rooms, now=node.now)
        (level,) = (one.level for one in said if one.code in ("clock", "dated_ahead"))
        return level

    def failure(self) -> str:
        """Return what became of the last call of the relay in the middle."""
        with self.register() as node:
            (peer,) = node.rooms.relay.store.peers().values()
        return peer.said

    def documents(self, *others: "Machine") -> set[StoredDocument]:
        """Return what it holds of some co-ops."""
        with self.register() as node:
            held = node.rooms.coops.documents()
        coops = {one.coop for one in others}
        return {one for one in held if one.subject in coops}

    @property
    def coop(self) -> bytes:
        with self.register() as node:
            return node.coop


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for what has to come by itself; a round is at most 12 seconds after the last one."""
    end = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.5)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine, Machine]]:
    """Return two shops and a relay, all three served."""
    lack = what_lacks()
    need(
        not lack, f"{lack}: whole networks are not tried; test_relay.py tries nodes on one machine"
    )
    began = float(int(time.time()))
    with town() as place, ExitStack() as stack:
        nodes = {
            name: found(tmp_path / name, now=int(began)) for name in ("left", "middle", "right")
        }
        nodes["left"].pair(nodes["right"])
        nodes["right"].pair(nodes["left"])
        nodes["middle"].pair(nodes["left"], nodes["right"])  # and nobody with it
        for side in ("left", "right"):
            relay = nodes[side].rooms.relay
            relay.add_typed(f"http://{MIDDLE}:{PORT}", actor="test", now=int(began))
        made = []
        for name, node in nodes.items():
            node.rooms.close()
            machine = Machine(name, node.home, place, began)
            stack.callback(machine.stop)
            made.append(machine)
        left, middle, right = made
        for one in (middle, left, right):
            one.start()
        yield left, middle, right


@pytest.mark.slow
def test_a_revocation_crosses_two_routers_and_comes_through_once_a_cut_line_is_mended(
    machines: tuple[Machine, Machine, Machine],
) -> None:
    left, middle, right = machines
    place = left.town
    for side in ("left", "right"):
        assert place.reaches(side, MIDDLE, PORT)
        assert not place.reaches("middle", SHOP, PORT)
        assert not place.reaches("middle", "203.0.113.2" if side == "left" else "203.0.113.6", PORT)
    assert not place.reaches("left", "203.0.113.6", PORT)

    with left.register() as node:
        maite, jean, ana = node.issue("Maïté Etcheverry", "Jean Dupont", "Ana Sousa")
    with right.register() as node:
        anne, bea = node.issue("Anne Le Goff", "Bea Lima")
    wait_until(lambda: right.codes(maite) == [] == left.codes(anne))
    left.revoke(maite)
    wait_until(lambda: right.codes(maite) == ["revoked"])
    assert right.codes(jean) == []

    place.cut("right")
    left.revoke(jean)
    right.revoke(anne)
    wait_until(lambda: middle.codes(jean) == ["revoked"])
    wait_until(right.failure)
    assert right.codes(jean) == [] == left.codes(anne)
    assert right.codes(ana) == [] == left.codes(bea)  # the shop goes on
    place.heal("right")
    wait_until(lambda: right.codes(jean) == ["revoked"] == left.codes(anne))
    wait_until(lambda: left.documents(left, right) == right.documents(left, right))
    wait_until(lambda: middle.documents(left, right) == right.documents(left, right))
    assert right.codes(ana) == [] == left.codes(bea)
    assert not right.failure()


@pytest.mark.slow
@pytest.mark.parametrize("days", [400, -400])
def test_a_clock_that_is_400_days_off_is_said_and_expires_nothing_and_is_believed_by_nobody(
    machines: tuple[Machine, Machine, Machine], days: int
) -> None:
    left, middle, right = machines
    with left.register() as node:
        (maite,) = node.issue("Maïté Etcheverry")
    with right.register() as node:
        anne, bea = node.issue("Anne Le Goff", "Bea Lima")
    wait_until(lambda: right.codes(maite) == [] == left.codes(anne))
    before = {one.name: one.documents(right) for one in machines}
    ours = right.documents(left)
    assert before["left"] == before["middle"] == before["right"]
    assert right.clock() is Level.OK

    right.stop()
    right.start(off=days * DAY)
    wait_until(lambda: right.clock() is Level.BAD)
    assert [middle.clock(), left.clock()] == [Level.OK, Level.OK]
    time.sleep(25)  # two rounds more
    assert right.documents(left) >= ours
    assert right.documents(right) == before["right"]  # it signs nothing by itself
    assert "expired" not in right.codes(maite)
    for one in (left, middle):
        assert one.documents(right) == before[one.name]
        assert one.codes(anne) == []
        with one.register() as node:
            assert node.rooms.trust().newest_from_others <= node.now

    right.stop()
    right.start()
    wait_until(lambda: right.clock() is Level.OK)
    assert right.codes(maite) == []
    right.revoke(bea)
    wait_until(lambda: left.codes(bea) == ["revoked"])
    assert left.codes(anne) == []
