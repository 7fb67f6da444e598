"""The demonstration's folder: made where one is, known by its mark, gone at the end."""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passkoop_node.errors import HomeBusy
from passkoop_node.home import Home, disk_errors

COOPS = "coops"  # the folders of the co-ops, in that of the demonstration
HOST = "courge"  # the co-op whose till it is
CARD = "visiteur.png"
FAKE = "carte-falsifiee.png"
EXPORT = "adhesions-en-desordre.csv"

_NAME = "demo"
_MARK = "LISEZ-MOI.txt"
_MARKED = (
    "Le dossier d’une démonstration de Pass’Koop. Tout y est inventé, et il est effacé en entier\n"
    "quand elle s’arrête\u202f: n’y mettez rien.\n"
)
_MOST = 20  # demonstrations side by side


@contextmanager
def demo_folder(here: Path) -> Iterator[Path]:
    """Yield a new folder in `here`, or a temporary one where nothing can be written.

    It is called demo, or, if there is something of that name, demo-2 and so on. Nothing of it is
    left behind the block. One that a killed demonstration left is removed first.
    """
    folder = _new_folder(here)
    try:
        with Home(folder).exclusive():  # held as long as the demonstration lives
            (folder / _MARK).write_text(_MARKED, "utf-8")
            (folder / ".gitignore").write_text("*\n", "utf-8")
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def host_of(folder: Path) -> Home | None:
    """Return the co-op whose till a demonstration in `folder` shows; None: none runs there."""
    home = Home(folder / COOPS / HOST)
    return home if _is_ours(folder) and _is_alive(folder) and home.database.is_file() else None


def _new_folder(here: Path) -> Path:
    for name in (_NAME, *(f"{_NAME}-{number}" for number in range(2, _MOST))):
        folder = here / name
        if _is_ours(folder) and not _is_alive(folder):
            shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        except OSError:  # not ours to write, or full: the one for temporary files says more
            break
        return folder
    with disk_errors(Path(tempfile.gettempdir())):
        return Path(tempfile.mkdtemp(prefix="passkoop-demo-")).resolve()


def _is_ours(folder: Path) -> bool:
    """Return whether a demonstration of ours made this folder: only then is it ever removed.

    Where everybody may write, others can put one there, its mark and all, with links in it.
    """
    try:
        about, mark = folder.lstat(), folder / _MARK
        theirs = sys.platform != "win32" and about.st_uid != os.geteuid()
        return stat.S_ISDIR(about.st_mode) and not theirs and mark.read_text("utf-8") == _MARKED
    except (OSError, ValueError):
        return False


def _is_alive(folder: Path) -> bool:
    try:
        with Home(folder).exclusive():
            return False
    except HomeBusy:
        return True
