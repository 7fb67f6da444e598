"""How people open the pages here: over https, plainly over the network, or on this very machine.

A node behind another server cannot look at itself from outside: it goes by what it is asked.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from passkoop_node.core.hosts import LOOPBACK, host_name
from passkoop_node.core.settings import Setting, SettingsStore

DAY = 86_400
_SEEN: Setting[dict[str, Any]] = Setting(
    name="core.ways", default={}
)  # way: when it was noted last


class Way(StrEnum):
    """One of them; the words are kept on the disk."""

    HERE = "here"  # a browser of this machine, or through a tunnel
    HTTPS = "https"
    HTTP = "http"  # anybody on the way reads along


def way_of(host: str, *, https: bool) -> Way:
    """Return how a page was asked for under this name."""
    if https:
        return Way.HTTPS
    return Way.HERE if host_name(host) in LOOPBACK else Way.HTTP


def note_ways(settings: SettingsStore, ways: Collection[Way], *, now: int) -> None:
    """Remember them; written once a day each."""
    seen = settings.get(_SEEN)
    new = {way.value: now for way in ways if not 0 <= now - seen.get(way.value, 0) < DAY}
    if new:
        settings.set(_SEEN, seen | new)


def ways_since(settings: SettingsStore, since: int) -> set[Way]:
    """Return how pages were opened since then."""
    seen = settings.get(_SEEN)
    return {way for way in Way if seen.get(way.value, 0) > since}
