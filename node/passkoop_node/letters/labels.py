"""Addresses on sheets of labels to stick on envelopes: a PDF of A4 pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from passkoop_node.core.lettering import LEADING, TEXT, fit, load_faces

_LARGEST, _SMALLEST, _STEP = 10.5, 6.0, 0.5  # points
_DESCENT = 0.26  # of a size, below the baseline
_PADDING = 3 * mm  # printers are off by so much


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """How labels lie on an A4 page, in points; rows touch each other."""

    columns: int
    rows: int
    width: float
    height: float
    gap: float  # between columns

    @property
    def per_page(self) -> int:
        """How many labels a page has."""
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Return the bottom left corner of a label, counted by rows from the top left."""
        row, column = divmod(place, self.columns)
        left = (A4[0] - self.columns * self.width - (self.columns - 1) * self.gap) / 2
        bottom = (A4[1] - self.rows * self.height) / 2
        return (
            left + column * (self.width + self.gap),
            bottom + (self.rows - 1 - row) * self.height,
        )


# By the number that Avery gives them, and others copy.
SHEETS: Mapping[str, Sheet] = {
    "L7160": Sheet(columns=3, rows=7, width=63.5 * mm, height=38.1 * mm, gap=2.5 * mm),
    "L7159": Sheet(columns=3, rows=8, width=63.5 * mm, height=33.9 * mm, gap=2.5 * mm),
    "L7163": Sheet(columns=2, rows=7, width=99.1 * mm, height=38.1 * mm, gap=2.5 * mm),
}


def label_sheets(
    addresses: Sequence[Sequence[str]],
    sheet: Sheet,
    *,
    start: int = 1,
    title: str,
    progress: Callable[[int], None] = lambda _: None,
) -> bytes:
    """Return the PDF of labels; the same addresses give the same bytes.

    Args:
        addresses: at least one, each as lines.
        sheet: what is in the printer.
        start: the first label that is still there, from 1, by rows.
        title: of the document.
        progress: is told how many labels more are drawn.

    Raises:
        ValueError: no addresses, or no such label on a page.
    """
    if not addresses or not 1 <= start <= sheet.per_page:
        raise ValueError("labels need addresses, and a place on the page to begin")
    load_faces()
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    canvas.setViewerPreference("PrintScaling", "None")  # reduced, no label lies where it should
    for number, lines in enumerate(addresses, start - 1):
        place = number % sheet.per_page
        if place == 0 and number >= sheet.per_page:
            canvas.showPage()
        _draw(canvas, lines, sheet, place)
        progress(1)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, lines: Sequence[str], sheet: Sheet, place: int) -> None:
    left, bottom = sheet.corner(place)
    width, height = sheet.width - 2 * _PADDING, sheet.height - 2 * _PADDING
    fitted, size = _fitted(lines, width, height)
    baseline = bottom + (sheet.height + len(fitted) * size * LEADING) / 2
    canvas.setFont(TEXT, size)
    for line in fitted:
        baseline -= size * LEADING
        canvas.drawString(left + _PADDING, baseline + _DESCENT * size, line)


def _fitted(lines: Iterable[str], width: float, height: float) -> tuple[list[str], float]:
    """Return an address as large as its label lets it be; its end is left out at the worst."""
    lines, size = [*lines], _LARGEST
    while True:
        broken = [
            part
            for line in lines
            for part in fit(
                line, face=TEXT, width=width, height=height, largest=size, smallest=size
            ).lines
        ]
        fits = len(broken) * size * LEADING <= height
        if fits or size <= _SMALLEST:
            return broken[: int(height / size / LEADING)], size
        size -= _STEP
