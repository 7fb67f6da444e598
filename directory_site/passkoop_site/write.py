"""The site on the disk: only what changed is written, and only what we wrote is taken away."""

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from passkoop_site.errors import NotASite

LISTING = ".passkoop-site"  # the files of the last build, a path a line
# What nodes and the page of cards fetch stays for a day after it was last named, for those who have
# just read the index; a line of the listing then says since when.
LINGERING, DAY = ("p2p/", "v/listes/"), 86_400


@dataclass(kw_only=True, slots=True)
class Written:
    """What became of the files of a build."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    @property
    def all(self) -> int:
        """How many files the site has."""
        return self.new + self.changed + self.unchanged


def write_site(folder: Path, files: Iterable[tuple[str, bytes]], *, now: int) -> Written:
    """Write the files of a site under `folder`; whoever reads one meanwhile gets all of it.

    Files that stand there already with the same content are left alone, and those of the last
    build that are no longer in this one are removed. Nothing else in the folder is touched.
    `now`: seconds, UTC; it stands nowhere on the site.

    Raises:
        NotASite: the folder holds other things, and no site that was written here.
        OSError: the disk is full, or not ours; each file there is whole, old or new.
    """
    listing = folder / LISTING
    if folder.is_dir() and not listing.exists() and any(folder.iterdir()):
        raise NotASite(folder)
    before = _listed(listing)
    folder.mkdir(parents=True, exist_ok=True)
    if not listing.exists():
        listing.touch()  # so that a build that was cut short can be taken up
    done, made = Written(), {str(folder): False}  # folders, and whether they are new
    names: dict[str, int] = {}
    for name, data in files:
        names[name] = 0
        place = f"{folder}/{name}"
        parent = place.rpartition("/")[0]
        if parent not in made:
            made[parent] = _make_folder(parent)
        old = None if made[parent] and name not in before else _content(place)
        if old == data:
            done.unchanged += 1
        elif old is None:
            _write(place, data)
            done.new += 1
        else:
            _replace(place, data)
            done.changed += 1
    for name in sorted(before.keys() - names.keys()):
        since = before[name] or now
        if name.startswith(LINGERING) and now - since < DAY:
            names[name] = since
        else:
            done.removed += _remove(folder, name)
    lines = (f"{name}\t{since}\n" if since else f"{name}\n" for name, since in names.items())
    listed = "".join(sorted(lines)).encode()
    if _content(str(listing)) != listed:
        _replace(str(listing), listed)
    return done


def _listed(listing: Path) -> dict[str, int]:
    """Return the files of the last build, and since when those are gone that linger; else 0."""
    if not listing.exists():
        return {}
    found = {}
    for line in listing.read_text("utf-8").splitlines():
        name, _tab, since = line.partition("\t")
        found[name] = int(since) if since.isdecimal() else 0
    return found


def _make_folder(place: str) -> bool:
    """Return whether a folder had to be made. A Path for each would take too long."""
    try:
        os.mkdir(place)  # noqa: PTH102
    except FileExistsError:
        return False
    except FileNotFoundError:
        os.makedirs(place)  # noqa: PTH103
    return True


def _content(place: str) -> bytes | None:
    try:
        with open(place, "rb") as file:  # noqa: PTH123
            return file.read()
    except FileNotFoundError:
        return None


def _write(place: str, data: bytes) -> None:
    """Write a file that was not there: all of it, or none."""
    try:
        with open(place, "xb", buffering=0) as file:  # noqa: PTH123
            while data := data[file.write(data) :]:
                pass
    except BaseException:
        Path(place).unlink(missing_ok=True)
        raise


def _replace(place: str, data: bytes) -> None:
    """Write a file anew; whoever reads it meanwhile gets the old one or the new one."""
    draft = f"{place}.{secrets.token_hex(4)}.tmp"
    _write(draft, data)
    try:
        os.replace(draft, place)  # noqa: PTH105
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _remove(folder: Path, name: str) -> int:
    """Remove a file of an earlier build, and the folders that are empty without it."""
    path = folder / name
    if ".." in Path(name).parts or not path.is_file():
        return 0
    path.unlink()
    for parent in path.parents:
        if parent == folder or any(parent.iterdir()):
            break
        parent.rmdir()
    return 1
