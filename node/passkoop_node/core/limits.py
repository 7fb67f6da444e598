"""How often: a bucket of tries for each caller, filled again drop by drop."""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from passkoop_node.core.language import N_, Message

MOST_BUCKETS = 10_000  # the longest unused is forgotten first


class TooOften(Exception):
    """Too many tries; `seconds` until the next one counts."""

    def __init__(self, seconds: int, says: Message) -> None:
        super().__init__(f"too often: again in {seconds} s")
        self.seconds = seconds
        self.says = says


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limit:
    """So many tries at once, and one more every so many seconds."""

    def __init__(self, tries: int, every: float, says: Message | None = None) -> None:
        self.tries = tries
        self.every = every
        self.says = says or N_("Cela fait beaucoup d'essais à la suite.")
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, *, now: float) -> None:
        """Count one try.

        Raises:
            TooOften: none is left, and this one must not be looked at.
        """
        bucket = self._bucket(key, now)
        if bucket.left < 1:
            raise TooOften(max(1, round((1 - bucket.left) * self.every)), self.says)
        bucket.left -= 1

    def give_back(self, key: str, *, now: float) -> None:
        """Uncount one try: it was a good one."""
        bucket = self._bucket(key, now)
        bucket.left = min(self.tries, bucket.left + 1)

    def _bucket(self, key: str, now: float) -> _Bucket:
        bucket = self._buckets.pop(key, None) or _Bucket(left=self.tries, at=now)
        # A clock set back fills nothing, and empties nothing.
        bucket.left = min(self.tries, bucket.left + max(0.0, now - bucket.at) / self.every)
        bucket.at = now
        self._buckets[key] = bucket
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return bucket


def neighbourhood(address: str) -> str:
    """Return what an address counts as: a home has 2**64 of version 6, so they count as one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 6:
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return address
