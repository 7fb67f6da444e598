"""Letters on paper: the fonts, what stands for a letter they lack, and fitting text into a box."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

# Open Sans from the package ttf-opensans: the Latin letters of all of Europe and of Vietnam, Greek,
# Cyrillic, the same on every machine. A font of the system would print another card on each.
TEXT = "OpenSans-Regular"
BOLD = "OpenSans-Bold"
HEAVY = "OpenSans-ExtraBold"

LEADING = 1.14  # baseline to baseline, in sizes; accented capitals still clear the line above

_STAND_INS = {
    "\u202f": "\u2009",  # as narrow; lines are broken here, so it need not hold
    "\u2011": "-",
    "ẞ": "SS",
    "ʼ": "’",
}
_NOTHING = "·"
_HYPHEN = re.compile(r"(?<=\w-)(?=\w)")  # the place after a hyphen within a word
_SIZE_STEP = 0.25  # points
_LETTER_NAME = re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z]{1,2}) WITH ")


_Piece = tuple[str, float, str, float]  # the glue before it, its width, the piece, its width


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """Text broken into lines that fit a box."""

    lines: tuple[str, ...]
    face: str
    size: float  # points

    @property
    def height(self) -> float:
        """Points from the top of the first line to the bottom of the last."""
        return len(self.lines) * self.size * LEADING


@cache
def load_faces() -> dict[str, frozenset[str]]:
    """Make the faces known to reportlab, and return the letters that each has."""
    letters = {}
    for face in (TEXT, BOLD, HEAVY):
        data = files("ttf_opensans").joinpath("ttf", f"{face}.ttf").read_bytes()
        font = TTFont(face, BytesIO(data))
        registerFont(font)
        letters[face] = frozenset(map(chr, font.face.charToGlyph))
    return letters


def drawable(text: str, face: str) -> str:
    """Return `text` with one that `face` has for each letter that it lacks: never a black box.

    A letter with an unknown accent keeps its base letter; what has none becomes a middle dot.
    """
    letters = load_faces()[face]
    text = unicodedata.normalize("NFC", text)
    return "".join(char if char in letters else _stand_in(char, letters) for char in text)


def lacks_letters(text: str) -> bool:
    """Return whether some letter of `text` can only be printed as a middle dot."""
    return _NOTHING in drawable(text.replace(_NOTHING, ""), HEAVY)


def fit(
    text: str, *, face: str, width: float, height: float, largest: float, smallest: float
) -> Fitted:
    """Return `text` as large as a box of `width` by `height` points lets it be, its lines balanced.

    Lines break at spaces; where that makes the text small, after hyphens too; then within words
    too long for a line. What does not even fit at the `smallest` size ends in an ellipsis.
    """
    text = drawable(text, face)
    for least, hyphens, inside in ((0.6, False, False), (0.45, True, False), (0.0, True, True)):
        size = largest
        while size >= max(smallest, least * largest):
            limit = width / size  # in sizes
            pieces = _pieces(text, face, hyphens=hyphens, longest=limit if inside else math.inf)
            lines = _wrap(pieces, limit)
            if len(lines) * size * LEADING <= height and all(fits for _, fits in lines):
                return Fitted(lines=_balanced(pieces, limit), face=face, size=size)
            size -= _SIZE_STEP
    limit = width / smallest
    lines = _wrap(_pieces(text, face, hyphens=True, longest=limit), limit)
    allowed = max(1, int(height / smallest / LEADING))
    kept = [line for line, _ in lines[:allowed]]
    if len(lines) > allowed:
        kept[-1] = _shortened(kept[-1], face, limit)
    return Fitted(lines=tuple(kept), face=face, size=smallest)


def _stand_in(char: str, letters: frozenset[str]) -> str:
    """Return what is drawn for `char`, using `letters` only."""
    if char in _STAND_INS:
        return _STAND_INS[char]
    base = "".join(
        part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)
    )
    if not base and unicodedata.combining(char):
        return ""  # an accent over the letter before, which stands without it
    if base and letters.issuperset(base):
        return base
    named = _LETTER_NAME.match(unicodedata.name(char, ""))
    if named:
        return named[1] if char.isupper() else named[1].lower()
    return _NOTHING


def _pieces(text: str, face: str, *, hyphens: bool, longest: float) -> list[_Piece]:
    """Return what a line break may stand between; wider than `longest` sizes: by letters."""
    space = stringWidth(" ", face, 1)
    pieces: list[_Piece] = []
    for word in filter(None, text.split(" ")):
        glue, glue_width = (" ", space) if pieces else ("", 0.0)
        for part in _HYPHEN.split(word) if hyphens else (word,):
            part_width = stringWidth(part, face, 1)
            for piece in part if part_width > longest else (part,):
                piece_width = part_width if piece is part else stringWidth(piece, face, 1)
                pieces.append((glue, glue_width, piece, piece_width))
                glue, glue_width = "", 0.0
    return pieces


def _wrap(pieces: Sequence[_Piece], width: float) -> list[tuple[str, bool]]:
    """Return the lines, each filled before the next begins, and whether each fits `width` sizes."""
    lines: list[tuple[str, bool]] = []
    line, length = "", 0.0
    for glue, glue_width, part, part_width in pieces:
        if line and length + glue_width + part_width > width:
            lines.append((line, length <= width))
            line, length = part, part_width
        else:
            line, length = line + glue + part, length + glue_width + part_width
    return [*lines, (line, length <= width)]


def _balanced(pieces: Sequence[_Piece], width: float) -> tuple[str, ...]:
    """Return as many lines as `width` sizes ask for, of lengths as even as can be."""
    best = _wrap(pieces, width)
    low, high = 0.0, width
    for _ in range(8):  # to a 256th of the width
        middle = (low + high) / 2
        tried = _wrap(pieces, middle)
        if len(tried) == len(best) and all(fits for _, fits in tried):
            best, high = tried, middle
        else:
            low = middle
    return tuple(line for line, _ in best)


def _shortened(line: str, face: str, width: float) -> str:
    """Return `line` without its end, and an ellipsis, within `width` sizes."""
    while line and stringWidth(f"{line}…", face, 1) > width:
        line = line[:-1]
    return f"{line.rstrip(' ,')}…"
