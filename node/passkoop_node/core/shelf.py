"""The nightly backups in their folder: their names, their age, and which of them stay."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import FolderMissing
from passkoop_node.home import Home, disk_errors, make_private_folder
from passkoop_protocol.keys import CoopId

NEWEST = 7  # so many stay in any case
WEEKS = 8  # and the newest one of so many weeks
_DAY = 86_400

FOLDER = Setting(name="backups.folder", default="")  # absolute; "": in the folder of the co-op
# {"newest": seconds UTC or 0, "same_disk": …} as the job last saw it: a page must not wait for a
# disk of the network that does not answer.
SEEN: Setting[dict[str, Any]] = Setting(name="backups.seen", default={})
FAILED: Setting[dict[str, Any]] = Setting(name="backups.failed", default={})  # {"at": …, "code": …}
ELSEWHERE = Setting(name="backups.elsewhere_at", default=0)  # when somebody wrote one off this disk


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """Where the nightly backups of one co-op stand. Others' files may stand there too."""

    folder: Path
    coop: CoopId
    is_own: bool  # within the co-op's folder: made when it is missing

    def path_of(self, made_at: int) -> Path:
        """Return the file of a backup made at this time, seconds UTC."""
        moment = datetime.datetime.fromtimestamp(made_at, datetime.UTC)
        return self.folder / f"{self._start}{moment:%Y-%m-%d-%H%M%S}.passkoop-backup"

    def prepare(self) -> None:
        """Make the folder if it is the co-op's own; another that is missing is not plugged in."""
        if self.is_own:
            with disk_errors(self.folder):
                make_private_folder(self.folder)

    def backups(self) -> dict[int, Path]:
        """Return when each backup was made, seconds UTC; nothing where the folder is not there."""
        found = {}
        for path in self.folder.glob(f"{self._start}*.passkoop-backup"):
            made_at = _moment_of(path.name.removeprefix(self._start))
            if made_at is not None and path.is_file():
                found[made_at] = path
        return found

    def thin(self, *, now: int) -> int:
        """Remove the backups that need not stay, and old drafts; return how many backups went."""
        backups = {at: path for at, path in self.backups().items() if at <= now}
        gone = backups.keys() - those_kept(backups)
        with disk_errors(self.folder):
            for at in gone:
                backups[at].unlink(missing_ok=True)
            # Drafts of a process that was killed.
            for draft in self.folder.glob(f".{self._start}*.tmp"):
                began_at = _moment_of(draft.name.removeprefix(f".{self._start}"))
                if began_at is not None and began_at < now - _DAY:
                    draft.unlink(missing_ok=True)
        return len(gone)

    @property
    def _start(self) -> str:
        return f"nuit-{self.coop.hex()[:8]}-"


def shelf_of(home: Home, settings: SettingsStore, coop: CoopId) -> Shelf:
    """Return where the nightly backups of the co-op in `home` go."""
    chosen = settings.get(FOLDER)
    return Shelf(
        folder=Path(chosen) if chosen else home.path / "sauvegardes", coop=coop, is_own=not chosen
    )


def keep_backups_in(folder: Path, settings: SettingsStore) -> None:
    """Have the nightly backups go to `folder` from now on.

    Raises:
        FolderMissing: there is no such folder; nothing was changed.
    """
    with disk_errors(folder):
        folder = folder.resolve()
    if not folder.is_dir():
        raise FolderMissing(folder)
    settings.set(FOLDER, str(folder))


def those_kept(made: Iterable[int]) -> set[int]:
    """Return which backups stay: the newest ones, and the newest of each of the last weeks.

    The weeks are those that have one: after a summer without nights, none is lost for its age.
    """
    newest_first = sorted(made, reverse=True)
    of_week: dict[int, int] = {}
    for at in newest_first:
        of_week.setdefault((at // _DAY + 3) // 7, at)  # weeks begin on Monday; day 0 was a Thursday
    return {*newest_first[:NEWEST], *list(of_week.values())[:WEEKS]}


def is_on_disk_of(home: Home, folder: Path) -> bool:
    """Return whether what breaks the co-op's disk would take this folder along.

    Raises:
        FolderMissing, …: there is no such folder.
    """
    with disk_errors(folder):
        return folder.stat().st_dev == home.path.stat().st_dev


def _moment_of(name: str) -> int | None:
    found = re.match(r"(\d{4}-\d\d-\d\d-\d{6})\.passkoop-backup", name, re.ASCII)
    if found is None:
        return None
    try:
        moment = datetime.datetime.strptime(found[1] + "+0000", "%Y-%m-%d-%H%M%S%z")
    except ValueError:
        return None
    return int(moment.timestamp())
