"""What the co-op does without: switched off in its settings, and on again."""

from collections.abc import Collection, Sequence
from typing import Any

from aiohttp import web

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Switch
from passkoop_node.core.settings import Setting, SettingsStore

_OFF: Setting[list[Any]] = Setting(name="house.off", default=[])


class Switches:
    """Which of them are off; kept in memory, for every request asks."""

    def __init__(self, all: Sequence[Switch]) -> None:
        self.all = all
        self.off: Sequence[Switch] = ()

    def is_open(self, path: str) -> bool:
        """Return whether an address belongs to nothing that is switched off."""
        return not any(one.covers(path) for one in self.off)

    def load(self, settings: SettingsStore) -> None:
        """Read which are off; a name that nobody knows any more counts for nothing."""
        self._turn(settings.get(_OFF))

    def keep(
        self,
        off: Collection[str],
        settings: SettingsStore,
        audit: AuditStore,
        *,
        now: int,
        actor: str,
    ) -> None:
        """Switch these off, and the others on."""
        names = [one.name for one in self.all if one.name in off]
        if names == [one.name for one in self.off]:
            return
        with writing(settings.db):
            settings.set(_OFF, names)
            audit.add("house.switch", now=now, actor=actor, details={"off": names})
        self._turn(names)

    def _turn(self, off: Collection[Any]) -> None:
        self.off = [one for one in self.all if one.name in off]


SWITCHES = web.AppKey("SWITCHES", Switches)
