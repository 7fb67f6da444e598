"""Whom to call, when, and what an answer means: decisions alone, on a clock that is handed in.

A simulation of ten thousand nodes runs just this.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol

PERIOD = 300  # seconds between two rounds, a fifth more or less: nodes must not march in step
WIDTH = 3  # relays of a round
# Of all relays a node keeps to a few, whose numbering it has read to the end: a new one hands it
# everything from the beginning. Now and then another one takes the place of the least recent.
CIRCLE = 12
_ROUNDS_TO_A_NEW_ONE = 300
_LOST = 4  # failures in a row after which a relay is none of the few any more
LONGEST_BACK_OFF = 6 * 3_600  # seconds
LONGEST_WAIT = 86_400  # of a Retry-After
_NOBODY = {"unreachable", "answer_too_slow"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """What is remembered of one relay."""

    address: str
    log: str = ""  # of its numbering
    cursor: int = 0  # how far we have read
    heard: str = ""  # whom we listened to while reading: who is new was passed over
    asked_at: int = 0
    answered_at: int = 0  # seconds, UTC; 0: never
    failures: int = 0  # since it answered last
    not_before: int = 0  # we leave it alone
    wait_until: int = 0  # it asked to be left alone
    said: str = ""  # the code of the last failure

    def may_be_asked(self, now: int, *, insist: bool = False) -> bool:
        """Return whether its time has come.

        Args:
            now: seconds, UTC. A time further ahead than anybody sets one was set by a wrong clock.
            insist: a person asks, who may know that it is back.
        """
        waits = now < self.wait_until <= now + LONGEST_WAIT
        return not waits and (insist or not now < self.not_before <= now + LONGEST_WAIT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What a relay answered, as far as decisions go."""

    log: str
    upto: int


class Ended(Protocol):
    """What became of one call, as far as decisions go."""

    @property
    def peer(self) -> Peer:
        """How far it was read."""

    @property
    def code(self) -> str:
        """What went wrong; "": nothing."""

    @property
    def wait(self) -> int:
        """Seconds for which it asked to be left alone."""

    @property
    def pushed(self) -> bool:
        """Whether it took, or had, what we handed it."""


class BadCursor(Exception):
    """The relay does not go on where it was asked to: it could lead round in circles."""


class Planner:
    """When the next round is, and with whom."""

    def __init__(self, random: Random, *, period: int = PERIOD, width: int = WIDTH) -> None:
        self._random = random
        self._period = period
        self._width = width
        self._next = 0  # at once, when a node starts

    def is_due(self, now: int) -> bool:
        """Return whether it is time to pull; a clock that was set back makes it time, too."""
        return not now < self._next <= now + 2 * self._period

    def begin(self, now: int) -> None:
        """Note that a round begins, and choose when the next one will."""
        self._next = now + round(self._period * self._random.uniform(0.8, 1.2))

    def choose(
        self,
        addresses: Sequence[str],
        known: Mapping[str, Peer],
        *,
        now: int,
        width: int = 0,
        insist: bool = False,
    ) -> list[str]:
        """Return a few addresses at random, of a circle that hardly changes.

        Args:
            addresses: all that might be called.
            known: what is remembered of some of them, and of nobody else.
            now: seconds, UTC.
            width: how many; 0: as always.
            insist: a person asks: who is only left alone by us is asked, too.
        """
        width = width or self._width
        size = max(CIRCLE, width)
        free = {
            one: peer
            for one, peer in known.items()
            if peer.may_be_asked(now, insist=insist) and peer.failures < _LOST
        }
        recent = sorted(free, key=lambda one: free[one].answered_at, reverse=True)
        circle = [one for one in recent if free[one].answered_at][:size]
        if len(circle) == size and not self._random.randrange(_ROUNDS_TO_A_NEW_ONE):
            circle.pop()
        missing = size - len(circle)
        if missing:
            within = set(circle)

            def is_free(address: str) -> bool:
                peer = known.get(address)
                may = peer is None or peer.may_be_asked(now, insist=insist)
                return may and address not in within

            # Mostly a handful drawn is enough; looking at all is for when few are left.
            some = self._random.sample(addresses, min(len(addresses), 4 * size))
            others = [one for one in some if is_free(one)][:missing]
            if len(others) < missing and len(some) < len(addresses):
                others = [one for one in addresses if is_free(one)][:missing]
            circle += others
        return self._random.sample(circle, min(len(circle), width))

    def conclude(self, called: Collection[Ended], *, now: int) -> Iterator[Peer]:
        """Yield what is to be remembered of the relays of one round."""
        # Where nobody at all answers it is our own line: nobody is left alone for that.
        alone = all(one.code in _NOBODY for one in called)
        for one in called:
            if not one.code:
                yield self.answered(one.peer, now=now)
            elif alone:
                yield unheard(one.peer, one.code, now=now)
            else:
                yield self.failed(one.peer, one.code, wait=one.wait, now=now)

    def answered(self, peer: Peer, *, now: int) -> Peer:
        """Return a peer that did what it was asked."""
        return replace(
            peer,
            asked_at=now,
            answered_at=now,
            failures=0,
            not_before=0,
            wait_until=0,
            said="",
        )

    def failed(self, peer: Peer, code: str, *, wait: int = 0, now: int) -> Peer:
        """Return a peer that did not: it is left alone twice as long each time.

        Args:
            peer: as it was.
            code: what went wrong.
            wait: seconds for which it asked to be left alone.
            now: seconds, UTC.
        """
        failures = peer.failures + 1
        back_off = min(self._period * 2 ** min(failures - 1, 16), LONGEST_BACK_OFF)
        return replace(
            peer,
            asked_at=now,
            failures=failures,
            not_before=now + round(back_off * self._random.uniform(0.8, 1.2)),
            wait_until=now + min(wait, LONGEST_WAIT) if wait else 0,
            said=code,
        )


class Telling:
    """Our own news: handed on until three relays answered, and one of them took it.

    One alone might say that it did, and keep it to itself.
    """

    def __init__(self) -> None:
        self._upto = 0  # the number of the newest of what is handed on
        self._answered: set[str] = set()
        self._is_taken = False

    def is_told(self, called: Collection[Ended], *, upto: int, relays: int) -> bool:
        """Note how a round went, and return whether that will do.

        Args:
            called: the relays that were handed our news.
            upto: the number of the newest of it.
            relays: how many might be called at all.
        """
        if upto != self._upto:
            self._upto, self._answered, self._is_taken = upto, set(), False
        self._answered |= {one.peer.address for one in called if not one.code}
        self._is_taken |= any(one.pushed for one in called)
        return self._is_taken and len(self._answered) >= min(WIDTH, relays)


def unheard(peer: Peer, code: str, *, now: int) -> Peer:
    """Return a peer that did not answer in a round in which nobody did: the line was ours."""
    return replace(peer, asked_at=now, said=code)


def start_of(peer: Peer, heard: str) -> Peer:
    """Return where to begin reading: at the start if others are listened to than last time."""
    return peer if peer.heard == heard else replace(peer, log="", cursor=0, heard=heard)


def after(peer: Peer, page: Page) -> Peer:
    """Return where to go on reading after an answer.

    Raises:
        BadCursor: it goes back, or stands still.
    """
    if page.log == peer.log and page.upto <= peer.cursor:
        raise BadCursor
    return replace(peer, log=page.log, cursor=page.upto)
