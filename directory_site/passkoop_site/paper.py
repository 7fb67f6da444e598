"""Drawing on paper: fonts, letters they lack, text in columns, codes, the marks of the house."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from passkoop_protocol.qr import qr_code

TEXT, BOLD, HEAVY = "OpenSans-Regular", "OpenSans-Bold", "OpenSans-ExtraBold"
INK, DIM, LEAF, KRAFT, BOARD = map(
    HexColor, ("#241c15", "#5c5045", "#3f6b2c", "#d9c19a", "#1e2926")
)
VEGETABLES = tuple(
    map(HexColor, ("#3f6b2c", "#84204f", "#b9541b", "#6b3a7d", "#2f4a86", "#68751f"))
)
QUIET = 4  # modules of white around a code


@cache
def load_faces() -> dict[str, frozenset[str]]:
    """Make the faces known to reportlab, and return the letters that each has."""
    letters = {}
    for face in (TEXT, BOLD, HEAVY):
        font = TTFont(face, BytesIO(font_bytes(face)))
        registerFont(font)
        letters[face] = frozenset(map(chr, font.face.charToGlyph))
    return letters


def font_bytes(face: str) -> bytes:
    """Return a font of the package ttf-opensans: the same on every machine."""
    return files("ttf_opensans").joinpath("ttf", f"{face}.ttf").read_bytes()


def drawable(text: str, face: str) -> str:
    """Return a text in letters that the face has: an unknown accent is dropped, the rest a dot."""
    letters = load_faces()[face]
    drawn = []
    for char in unicodedata.normalize("NFC", text.replace("\u202f", "\u2009")):
        if char not in letters:
            char = unicodedata.normalize("NFKD", char)[:1]
        drawn.append(char if char in letters else "·")
    return "".join(drawn)


def lines_of(text: str, face: str, size: float, width: float) -> list[str]:
    """Return a text in lines of at most `width` points."""
    lines: list[str] = []
    line = ""
    for word in drawable(text, face).split(" "):
        longer = f"{line} {word}" if line else word
        if line and stringWidth(longer, face, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


class Paper:
    """A document being drawn; `y` is where the next line hangs, in points from below."""

    def __init__(self, size: tuple[float, float], title: str) -> None:
        self._out = BytesIO()
        # invariant: no date and no random name, so that the same words give the same bytes
        self.canvas = Canvas(self._out, pagesize=size, invariant=True)
        self.canvas.setTitle(title)
        self.canvas.setAuthor("membre.coop")
        self.width, self.height = size
        self.y = self.height

    def text(
        self,
        text: str,
        x: float,
        width: float,
        *,
        size: float,
        face: str = TEXT,
        color: Color = INK,
        leading: float = 1.3,
    ) -> None:
        """Draw a text in lines from `y` down."""
        self.canvas.setFillColor(color)
        self.canvas.setFont(face, size)
        for line in lines_of(text, face, size, width):
            self.y -= size * leading
            self.canvas.drawString(x, self.y, line)

    def fitted(
        self,
        text: str,
        x: float,
        width: float,
        *,
        sizes: Sequence[float],
        height: float,
        color: Color,
    ) -> None:
        """Draw a heading in the largest of some sizes in which it is at most so high and wide."""
        for size in sizes:
            lines = lines_of(text, HEAVY, size, width)
            longest = max(stringWidth(line, HEAVY, size) for line in lines)
            if len(lines) * size * 1.14 <= height and longest <= width:
                break
        self.text(text, x, width, size=size, face=HEAVY, color=color, leading=1.14)

    def code(self, text: str, x: float, y: float, size: float) -> None:
        """Draw a QR code with its lower left corner at x, y, its white margin inside `size`."""
        modules = qr_code(text).modules
        step = size / (len(modules) + 2 * QUIET)
        self.canvas.setFillColor(HexColor("#ffffff"))
        self.canvas.rect(x, y, size, size, stroke=0, fill=1)
        self.canvas.setFillColor(HexColor("#000000"))
        path = self.canvas.beginPath()
        for down, row in enumerate(modules):
            for across, dark in enumerate(row):
                if dark:
                    left = x + (across + QUIET) * step
                    path.rect(left, y + size - (down + QUIET + 1) * step, step, step)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def mark(self, x: float, y: float, size: float, color: Color = INK) -> None:
        """Draw « membre.coop », its point a pea."""
        self.canvas.setFont(HEAVY, size)
        self.canvas.setFillColor(color)
        self.canvas.drawString(x, y, "membre")
        x += stringWidth("membre", HEAVY, size) + size * 0.2
        self.canvas.drawString(x + size * 0.2, y, "coop")
        self.canvas.setFillColor(LEAF)
        self.canvas.circle(x, y + size * 0.14, size * 0.15, stroke=0, fill=1)

    def label(self, x: float, y: float, width: float, height: float, color: Color) -> None:
        """Draw an empty price label: its frame has a thick top."""
        self.canvas.setStrokeColor(color)
        self.canvas.setFillColor(color)
        self.canvas.setLineWidth(2.2)
        self.canvas.roundRect(x, y, width, height, 2, stroke=1, fill=0)
        self.canvas.rect(x, y + height - 3 * mm, width, 3 * mm, stroke=0, fill=1)

    def next_page(self) -> None:
        """Begin another page."""
        self.canvas.showPage()
        self.y = self.height

    def done(self) -> bytes:
        """Return the document."""
        self.canvas.save()
        return self._out.getvalue()
