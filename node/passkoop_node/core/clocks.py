"""Whether our clock is ahead of everybody else's: a hint, before what cannot be taken back.

What others say is believed no further than that: nothing expires by it, and nothing is dated by it.
"""

from collections.abc import Iterable

from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_protocol.additions import MAX_AHEAD

_AHEAD = Setting(name="relay.clock_ahead", default=0)  # seconds


def clock_ahead(settings: SettingsStore) -> int:
    """Return by how many seconds our clock is ahead of all who answered last; 0: it is not."""
    return settings.get(_AHEAD)


def note_dates(settings: SettingsStore, dates: Iterable[int], *, now: int) -> None:
    """Compare our clock with those of others; one that is near ours is enough to trust it.

    Args:
        settings: where it is kept until others answer again.
        dates: what time it is, by each of those that answered: seconds, UTC.
        now: seconds, UTC.
    """
    ahead = now - max(dates)
    ahead = ahead if ahead > MAX_AHEAD else 0
    if ahead != clock_ahead(settings):
        settings.set(_AHEAD, ahead)
