"""Pages of words and tables as PDF, A4: what the proof and the visitors' sheet share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from passkoop_node.core.language import _, current
from passkoop_node.core.lettering import BOLD, HEAVY, LEADING, TEXT, drawable, fit, load_faces

WIDTH, HEIGHT = A4
EDGE = 18 * mm
_FOOT = 12 * mm
_MOST_LINES = 2  # in a cell of a table


@dataclass(kw_only=True)
class Paper:
    """A document that is written from its top to its bottom, page after page."""

    title: str
    foot: str  # on each page, beside its number
    canvas: Canvas = field(init=False)
    y: float = field(init=False, default=0.0)  # points from the bottom; the next line hangs here

    def __post_init__(self) -> None:
        load_faces()
        self._out = BytesIO()
        self.canvas = Canvas(self._out, pagesize=A4, invariant=1, lang=current())
        self.canvas.setTitle(self.title)
        self._page = 1
        self.y = HEIGHT - EDGE

    def finish(self) -> bytes:
        """Return the PDF; the same words give the same bytes."""
        self._end_page()
        self.canvas.save()
        return self._out.getvalue()

    def heading(self, text: str, *, size: float = 20) -> None:
        """Write a heading as large as its line lets it be."""
        fitted = fit(
            text, face=HEAVY, width=WIDTH - 2 * EDGE, height=2.4 * size, largest=size, smallest=9
        )
        self.room(fitted.height + 8)
        self.canvas.setFont(HEAVY, fitted.size)
        for line in fitted.lines:
            self.y -= fitted.size * 1.14
            self.canvas.drawString(EDGE, self.y, line)
        self.y -= 8

    def paragraph(self, text: str, *, size: float = 10, face: str = TEXT) -> None:
        """Write a text over the whole width."""
        fitted = fit(
            text, face=face, width=WIDTH - 2 * EDGE, height=60 * size, largest=size, smallest=size
        )
        self.room(len(fitted.lines) * size * 1.35)
        self.canvas.setFont(face, fitted.size)
        for line in fitted.lines:
            self.y -= size * 1.35
            self.canvas.drawString(EDGE, self.y, line)
        self.y -= 0.4 * size

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        widths: Sequence[float],
        right: Sequence[int] = (),
        size: float = 8.5,
        height: float = 13,
        rules: bool = False,
    ) -> None:
        """Write a table; its heads stand again on each further page.

        Args:
            widths: of the columns, as shares of the whole.
            right: the columns whose cells end at the right.
            rules: draw lines between columns and rows, to be filled in by hand.
        """
        whole = (WIDTH - 2 * EDGE) / sum(widths)
        lefts = [EDGE + whole * sum(widths[:at]) for at in range(len(widths) + 1)]
        self.y -= 4
        row = partial(self._row, lefts=lefts, right=right, size=size, least=height, rules=rules)
        self.room(4 * height)
        row(heads, face=BOLD)
        for cells in rows:
            if self.room(2 * height):
                row(heads, face=BOLD)
            row(cells, face=TEXT)
        self.y -= 8

    def room(self, height: float) -> bool:
        """Begin another page if less than `height` is left; return whether it did."""
        if self.y - height >= EDGE:
            return False
        self._end_page()
        self._page += 1
        self.y = HEIGHT - EDGE
        return True

    def _row(
        self,
        cells: Sequence[str],
        *,
        face: str,
        lefts: Sequence[float],
        right: Sequence[int],
        size: float,
        least: float,
        rules: bool,
    ) -> None:
        fitted = [
            fit(
                cell,
                face=face,
                width=lefts[at + 1] - lefts[at] - 6,
                height=_MOST_LINES * size * LEADING,
                largest=size,
                smallest=6,
            )
            for at, cell in enumerate(cells)
        ]
        height = max(least, *(one.height + 4 for one in fitted))
        self.y -= height
        for at, one in enumerate(fitted):
            self.canvas.setFont(face, one.size)
            bottom = self.y + (height - one.height) / 2 + 0.26 * one.size
            for above, line in enumerate(reversed(one.lines)):
                baseline = bottom + above * one.size * LEADING
                if at in right:
                    self.canvas.drawRightString(lefts[at + 1] - 6, baseline, line)
                else:
                    self.canvas.drawString(lefts[at] + (3 if rules else 0), baseline, line)
        self.canvas.setLineWidth(0.4)
        self.canvas.setStrokeGray(0.55)
        self.canvas.line(lefts[0], self.y, lefts[-1], self.y)
        if rules:
            self.canvas.line(lefts[0], self.y + height, lefts[-1], self.y + height)
            for x in lefts:
                self.canvas.line(x, self.y, x, self.y + height)

    def _end_page(self) -> None:
        self.canvas.setFont(TEXT, 7)
        self.canvas.setFillGray(0.35)
        self.canvas.drawString(EDGE, _FOOT, drawable(self.foot, TEXT))
        page = _("Page %(num)s", num=self._page)
        self.canvas.drawRightString(WIDTH - EDGE, _FOOT, drawable(page, TEXT))
        self.canvas.setFillGray(0)
        self.canvas.showPage()
