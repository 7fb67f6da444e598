"""How things are timed: beside raw PyNaCl, in the same process, round by round.

What counts is a ratio. A contestant is timed between two timings of the plain signature check, so
that whatever slows the machine down for a while slows both; the median over many rounds is told.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from nacl.bindings import crypto_sign_open

ROUNDS = 1_001
CALLS = 2  # of each side in a round: short enough that few rounds meet with another program


class Ratio(NamedTuple):
    """How much longer one thing takes than another."""

    median: float
    low: float  # the tenth percentile of the rounds
    high: float  # the ninetieth

    def __str__(self) -> str:
        """Return it as it stands in a table."""
        return f"{self.median:.2f} ({self.low:.2f}–{self.high:.2f})"


class Raw:
    """Raw PyNaCl: the signature check and nothing else, over the messages given."""

    def __init__(self, signed: list[tuple[bytes, bytes]]) -> None:
        """Take pairs of a signature with its message behind it, and the public key."""
        self._signed = signed

    def __call__(self, number: int) -> None:
        """Check one of them."""
        signed, key = self._signed[number % len(self._signed)]
        crypto_sign_open(signed, key)


def ratios(
    contestants: Mapping[str, Callable[[int], object]],
    baseline: Callable[[int], object],
    *,
    rounds: int = ROUNDS,
    calls: int = CALLS,
) -> dict[str, Ratio]:
    """Return how long each contestant takes, in units of `baseline`.

    All are called with a running number, so that they can take one case after the other.
    """
    found: dict[str, list[float]] = {name: [] for name in contestants}
    gc.collect()
    gc.disable()  # what a verdict makes is freed by counting references
    try:
        for number in range(-20, rounds):
            for name, contestant in contestants.items():
                before = _time(baseline, number * calls, calls)
                spent = _time(contestant, number * calls, calls)
                after = _time(baseline, number * calls, calls)
                if number >= 0:  # the first rounds warm up
                    found[name].append(2 * spent / (before + after))
    finally:
        gc.enable()
    return {name: _ratio(values) for name, values in found.items()}


def _time(call: Callable[[int], object], first: int, calls: int) -> int:
    start = time.perf_counter_ns()
    for number in range(first, first + calls):
        call(number)
    return time.perf_counter_ns() - start


def _ratio(values: list[float]) -> Ratio:
    tenths = statistics.quantiles(values, n=10)
    return Ratio(statistics.median(values), tenths[0], tenths[-1])


def microseconds(call: Callable[[int], object], *, calls: int = 2_000) -> float:
    """Return how long one call takes, the median of many."""
    return statistics.median(_time(call, number, 1) for number in range(calls)) / 1_000
