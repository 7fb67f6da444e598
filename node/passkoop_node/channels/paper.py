"""Letters on paper, as PDF: A4, the address where the window of a French envelope is."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from passkoop_node.core.formats import day
from passkoop_node.core.language import _, speaking
from passkoop_node.core.lettering import BOLD, HEAVY, TEXT, drawable, fit, load_faces

WIDTH, HEIGHT = A4
_EDGE = 20 * mm
_INNER = WIDTH - 2 * _EDGE
# The window of a DL envelope (35 mm x 100 mm, 20 mm from its right and its lower edge; NF Z 11-001)
# shows this much of a sheet folded in three, wherever it slips to. In Canada it is at the left.
WINDOW_TOP, WINDOW_HEIGHT, WINDOW_WIDTH = 50 * mm, 30 * mm, 82 * mm
_WINDOW_RIGHT, _WINDOW_LEFT = 110 * mm, 22 * mm
_AT_THE_LEFT = {"CA", "US", "GB", "DE"}
_TEXT_TOP = 105 * mm  # under the first fold
_SIZE, _LINE = 10.5, 15.0
_SMALL, _SMALL_LINE = 8.0, 10.5
_FOLDS = (99 * mm, 198 * mm)


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """Who writes."""

    name: str
    place: str
    contact: str
    country: str  # ISO 3166-1 alpha-2: where the window is
    colour: str = "#3f6b2c"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A letter to be printed."""

    address: Sequence[str]  # lines
    subject: str
    text: str  # paragraphs, parted by empty lines
    footer: str
    language: str
    written_at: int  # seconds, UTC


def draw_letters(sheets: Sequence[Sheet], head: Head, *, title: str) -> bytes:
    """Return the PDF of letters, each on a page of its own, long ones on several."""
    load_faces()
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    for sheet in sheets:
        with speaking(sheet.language):
            _Writer(canvas, head).write(sheet)
    canvas.save()
    return out.getvalue()


class _Writer:
    """Writes one letter from its top to its bottom."""

    def __init__(self, canvas: Canvas, head: Head) -> None:
        self._canvas = canvas
        self._head = head
        self._y = 0.0  # points from the bottom: the next line hangs here
        self._page = 1

    def write(self, sheet: Sheet) -> None:
        self._draw_head(sheet)
        self._y = HEIGHT - _TEXT_TOP
        self._lines(sheet.subject, BOLD, 12, 17)
        self._y -= 8
        for paragraph in sheet.text.split("\n\n"):
            for line in paragraph.splitlines():
                self._lines(line, TEXT, _SIZE, _LINE)
            self._y -= 0.6 * _LINE
        if sheet.footer:
            self._y -= 6
            for line in sheet.footer.splitlines():
                self._lines(line, TEXT, _SMALL, _SMALL_LINE, grey=0.35)
        self._end_page()

    def _draw_head(self, sheet: Sheet) -> None:
        canvas, head = self._canvas, self._head
        canvas.setFillColor(head.colour)
        canvas.rect(0, HEIGHT - 4 * mm, WIDTH, 4 * mm, stroke=0, fill=1)
        canvas.setFillGray(0)
        name = fit(head.name, face=HEAVY, width=80 * mm, height=40, largest=16, smallest=9)
        y = HEIGHT - 16 * mm
        canvas.setFont(HEAVY, name.size)
        for line in name.lines:
            canvas.drawString(_EDGE, y, line)
            y -= name.size * 1.2
        canvas.setFont(TEXT, 9)
        for line in filter(None, (head.place, *head.contact.splitlines())):
            for part in simpleSplit(drawable(line, TEXT), TEXT, 9, 80 * mm)[:4]:
                canvas.drawString(_EDGE, y, part)
                y -= 12
        self._draw_address(sheet.address)
        canvas.setFont(TEXT, 9.5)
        written = drawable(day(sheet.written_at), TEXT)
        canvas.drawString(_EDGE, HEIGHT - _TEXT_TOP + 9 * mm, written)
        canvas.setStrokeGray(0.6)
        canvas.setLineWidth(0.4)
        for fold in _FOLDS:
            canvas.line(4 * mm, HEIGHT - fold, 8 * mm, HEIGHT - fold)

    def _draw_address(self, lines: Sequence[str]) -> None:
        left = _WINDOW_LEFT if self._head.country in _AT_THE_LEFT else _WINDOW_RIGHT
        step = min(14.0, WINDOW_HEIGHT / max(1, len(lines)))
        y = HEIGHT - WINDOW_TOP - step
        for line in lines:
            one = fit(line, face=TEXT, width=WINDOW_WIDTH, height=step, largest=11, smallest=6)
            self._canvas.setFont(TEXT, one.size)
            self._canvas.drawString(left, y, one.lines[0])
            y -= step

    def _lines(self, text: str, face: str, size: float, step: float, *, grey: float = 0) -> None:
        for line in simpleSplit(drawable(text, face), face, size, _INNER) or [""]:
            if self._y - step < _EDGE:
                self._end_page()
                self._page += 1
                self._y = HEIGHT - _EDGE
            self._y -= step
            self._canvas.setFont(face, size)
            self._canvas.setFillGray(grey)
            self._canvas.drawString(_EDGE, self._y, line)
        self._canvas.setFillGray(0)

    def _end_page(self) -> None:
        if self._page > 1:
            self._canvas.setFont(TEXT, 8)
            self._canvas.drawCentredString(
                WIDTH / 2, 10 * mm, drawable(_("Page %(num)s", num=self._page), TEXT)
            )
        self._canvas.showPage()
