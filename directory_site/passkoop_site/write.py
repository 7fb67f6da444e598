"""The site on the disk: only what changed is written, and only what we wrote is taken away."""

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from passkoop_site.errors import NotASite

LISTING = ".passkoop-site"  # the files of the last build, a path a line


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


def write_site(folder: Path, files: Iterable[tuple[str, bytes]]) -> Written:
    """Write the files of a site under `folder`; whoever reads one meanwhile gets all of it.

    Files that stand there already with the same content are left alone, and those of the last
    build that are no longer in this one are removed. Nothing else in the folder is touched.

    Raises:
        NotASite: the folder holds other things, and no site that was written here.
        OSError: the disk is full, or not ours; each file there is whole, old or new.
    """
    listing = folder / LISTING
    if folder.is_dir() and not listing.exists() and any(folder.iterdir()):
        raise NotASite(folder)
    before = set(listing.read_text("utf-8").splitlines()) if listing.exists() else set()
    folder.mkdir(parents=True, exist_ok=True)
    if not listing.exists():
        listing.touch()  # so that a build that was cut short can be taken up
    done, names, made = Written(), set(), {str(folder)}
    for name, data in files:
        names.add(name)
        place = f"{folder}/{name}"
        parent = place.rpartition("/")[0]
        if parent not in made:
            os.makedirs(parent, exist_ok=True)  # noqa: PTH103 - a Path for each takes too long
            made.add(parent)
        old = _content(place)
        if old == data:
            done.unchanged += 1
        elif old is None:
            _write(place, data)
            done.new += 1
        else:
            _replace(place, data)
            done.changed += 1
    for name in sorted(before - names):
        done.removed += _remove(folder, name)
    listed = "".join(f"{name}\n" for name in sorted(names)).encode()
    if _content(str(listing)) != listed:
        _replace(str(listing), listed)
    return done


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
