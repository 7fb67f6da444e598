"""Receipts and notices of payment on paper: one A4 page each. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from passkoop_node.core.lettering import BOLD, HEAVY, LEADING, TEXT, drawable, fit, load_faces
from passkoop_protocol.qr import QUIET_ZONE, qr_code

_EDGE = 22 * mm
_LABELS = 48 * mm  # the width of the left column
_CODE = 46 * mm  # the side of a code, its quiet zone included


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """What stands on the page."""

    coop: str
    address: str  # of the co-op, in lines
    title: str  # « Reçu n° 2026-0042 »
    lines: Sequence[tuple[str, str]]  # what, and what it is
    amount: str  # large
    remarks: Sequence[str] = ()
    code: str = ""  # what a code says; "": none
    code_says: str = ""  # beside it


def paper(page: Paper) -> bytes:
    """Return the page as a PDF."""
    load_faces()
    out = BytesIO()
    width, height = A4
    canvas = Canvas(out, pagesize=A4, invariant=True)
    canvas.setTitle(page.title)
    canvas.setAuthor(page.coop)
    room = width - 2 * _EDGE
    top = height - _EDGE
    top = _text(canvas, page.coop, top, face=HEAVY, width=room, largest=20, height=60)
    for line in page.address.splitlines()[:6]:
        top = _text(canvas, line, top, face=TEXT, width=room, largest=11, height=28)
    top -= 24
    top = _text(canvas, page.title, top, face=BOLD, width=room, largest=17, height=50)
    top -= 6
    top = _text(canvas, page.amount, top, face=HEAVY, width=room, largest=28, height=40)
    top -= 10
    for label, words in page.lines:
        top = _line(canvas, label, words, top, width=room)
    top -= 16
    for remark in page.remarks:
        top = _text(canvas, remark, top, face=TEXT, width=room, largest=11, height=70) - 4
    if page.code:
        _draw_code(canvas, page.code, left=_EDGE, bottom=top - _CODE)
        beside = fit(
            page.code_says,
            face=TEXT,
            width=room - _CODE - 6 * mm,
            height=_CODE,
            largest=12,
            smallest=8,
        )
        canvas.setFont(beside.face, beside.size)
        y = top - 5 * mm
        for line in beside.lines:
            y -= beside.size * 1.3
            canvas.drawString(_EDGE + _CODE + 6 * mm, y, line)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _text(
    canvas: Canvas, text: str, top: float, *, face: str, width: float, largest: float, height: float
) -> float:
    """Write a text, broken into lines, and return where the next one begins."""
    shown = fit(text, face=face, width=width, height=height, largest=largest, smallest=8)
    canvas.setFont(shown.face, shown.size)
    for line in shown.lines:
        top -= shown.size * LEADING
        canvas.drawString(_EDGE, top, line)
    return top - shown.size * 0.25


def _line(canvas: Canvas, label: str, words: str, top: float, *, width: float) -> float:
    shown = fit(words, face=BOLD, width=width - _LABELS, height=45, largest=12, smallest=8)
    canvas.setLineWidth(0.3)
    canvas.line(_EDGE, top, _EDGE + width, top)
    named = fit(label, face=TEXT, width=_LABELS - 3 * mm, height=18, largest=11, smallest=7)
    canvas.setFont(named.face, named.size)
    canvas.drawString(_EDGE, top - 17, named.lines[0] if named.lines else drawable(label, TEXT))
    y = top - 5
    canvas.setFont(shown.face, shown.size)
    for line in shown.lines:
        y -= shown.size
        canvas.drawString(_EDGE + _LABELS, y, line)
        y -= shown.size * (LEADING - 1)
    return min(y, top - 17) - 8


def _draw_code(canvas: Canvas, text: str, *, left: float, bottom: float) -> None:
    code = qr_code(text)
    module = _CODE / (code.size + 2 * QUIET_ZONE)
    canvas.setFillGray(0)
    for x, y, length in code.bars():
        canvas.rect(
            left + (x + QUIET_ZONE) * module,
            bottom + _CODE - (y + QUIET_ZONE + 1) * module,
            length * module,
            module,
            stroke=0,
            fill=1,
        )
