"""A picture of each card's code: a PNG for screens, an SVG for printers."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from passkoop_node.cards.printable import PrintableCard
from passkoop_node.errors import FolderNotFound
from passkoop_node.home import disk_errors, write_private
from passkoop_protocol.qr import qr_png, qr_svg

_LONGEST_PART = 40  # letters of the number, and of the name, in a file's name
_SPELLED = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ß": "ss",
        "þ": "th",
        "ð": "d",
        "đ": "d",
        "ø": "o",
        "ł": "l",
        "ı": "i",
        "ħ": "h",
    }
)
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class CardPictures:
    """Where the pictures of one card are."""

    png: Path
    svg: Path


def write_pictures(
    cards: Sequence[PrintableCard],
    folder: Path,
    progress: Callable[[int], None] | None = None,
) -> list[CardPictures]:
    """Write a PNG and an SVG of each card into `folder` and return where, in order.

    Each file is there whole or not at all, and readable by its owner alone: who has the code has
    the card. The same cards get the same names again; files of other names are left alone.

    Args:
        cards: what to draw.
        folder: where to; made if it is missing.
        progress: told after each card how many are done.

    Raises:
        DiskFull, AccessDenied, FolderNotFound, DiskFailure: as the system says. The pictures
            written until then stay.
    """
    with disk_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise FolderNotFound(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    for done, (card, name) in enumerate(zip(cards, picture_names(cards), strict=True), start=1):
        pictures = CardPictures(png=folder / f"{name}.png", svg=folder / f"{name}.svg")
        write_private(pictures.png, qr_png(card.text))
        write_private(pictures.svg, qr_svg(card.text).encode())
        written.append(pictures)
        if progress:
            progress(done)
    return written


def picture_names(cards: Sequence[PrintableCard]) -> list[str]:
    """Return a name for each card, like « carte-0412-maite-etcheverry »: no two alike, no ending.

    Only a–z, 0–9 and hyphens, beginning with a word: no name leads to another folder, is hidden,
    differs from another by case alone, or means a device to Windows.
    """
    names: list[str] = []
    taken: set[str] = set()
    for card in cards:
        parts = ("carte", _slug(card.number), _slug(card.holder_name))
        first = name = "-".join(filter(None, parts))
        copy = 1
        while name in taken:
            copy += 1
            name = f"{first}-{copy}"
        taken.add(name)
        names.append(name)
    return names


def _slug(text: str) -> str:
    """Return `text` in a–z and 0–9, words joined by hyphens; empty if nothing of it is left."""
    letters = unicodedata.normalize("NFKD", text.lower().translate(_SPELLED))
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return "-".join(_WORD.findall(bare))[:_LONGEST_PART].strip("-")
