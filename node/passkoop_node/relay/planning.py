"""Whom to call, when, and what an answer means: decisions alone, on a clock that is handed in.

A simulation of ten thousand nodes runs just this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

PERIOD = 300  # seconds between two rounds, a fifth more or less: nodes must not march in step
WIDTH = 3  # relays of a round
# Of all relays a node keeps to a few, whose numbering it has read to the end: a new one hands it
# everything from the beginning. Now and then another one takes the place of the least recent.
CIRCLE = 12
_ROUNDS_TO_A_NEW_ONE = 300
_LOST = 4  # failures in a row after which a relay is none of the few any more
LONGEST_BACK_OFF = 6 * 3_600  # seconds
LONGEST_WAIT = 86_400  # of a Retry-After


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
