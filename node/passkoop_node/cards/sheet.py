"""Cards to cut out: a PDF of A4 pages with ten cards of bank-card size each."""

from collections.abc import Callable, Sequence
from io import BytesIO

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from passkoop_node.cards.printable import PrintableCard
from passkoop_node.core.french import french_date
from passkoop_node.core.lettering import BOLD, HEAVY, LEADING, TEXT, Fitted, fit, load_faces
from passkoop_protocol.card import Category
from passkoop_protocol.qr import qr_code

LEEK = "#3f6b2c"  # the colour of the band and the leaf where the co-op keeps none of its own

CARD_WIDTH, CARD_HEIGHT = 85.6 * mm, 53.98 * mm  # ID-1 (ISO/IEC 7810)
COLUMNS, ROWS = 2, 5
PER_PAGE = COLUMNS * ROWS
_GUTTER = (
    6 * mm
)  # between the columns, so that a cut beside the line takes no band of the neighbour
_LEFT = (A4[0] - COLUMNS * CARD_WIDTH - _GUTTER) / 2
_BOTTOM = (A4[1] - ROWS * CARD_HEIGHT) / 2

_BAND = 3 * mm
_TEXT_LEFT = 7.4 * mm
_TEXT_WIDTH = 32.6 * mm
_TOP, _BASE = (
    4 * mm,
    43 * mm,
)  # from the card's top: where mark and code begin, and where facts and code end
_CODE_RIGHT = 3.4 * mm
_CODE_SIDE = _BASE - _TOP  # dark modules only; the quiet zone is the white around them
_LARGEST_MODULE = 0.8 * mm  # so that four modules of white fit between the code and the card's edge

_NAME_TOP = 10 * mm
_BETWEEN = 2.5 * mm  # between the facts
_FOOT_LINE = 3 * mm  # baseline of the last line of the card, from its bottom
_FOOT_HEIGHT = 5.5 * mm  # no higher: the code's white begins there
_LABEL_SIZE = 7.0
_VALUE = {"width": _TEXT_WIDTH, "height": 8 * mm, "largest": 9.5, "smallest": 6.0}
_DESCENT = 0.26  # of a size, below the baseline
_BLOCKS = 15

_FOOT = 5.6 * mm  # baseline of the page's own line: most printers reach so far
_MARK_GAP, _MARK = 1.5 * mm, 3 * mm

# fmt: off
# fmt: on
_LABELS: dict[int, str] = {
    Category.AFFILIATED: "Foyer membre de",
    Category.VISITOR: "Carte visiteur de",
    Category.STAFF: "Équipe de",
}


def card_sheet(
    cards: Sequence[PrintableCard],
    *,
    accent: str = LEEK,
    progress: Callable[[int], None] = lambda _: None,
) -> bytes:
    """Return the PDF of `cards` in their order, ten a page; the same cards give the same bytes.

    Args:
        cards: at least one.
        accent: the co-op's colour as `#rrggbb`. Nothing hangs on it: one ink is enough.
        progress: is told how many cards more are drawn.

    Raises:
        ValueError: no cards, or a text too long for any QR code.
    """
    if not cards:
        raise ValueError("a sheet needs at least one card")
    load_faces()
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, lang="fr")
    canvas.setTitle(f"Cartes Pass’Koop, {cards[0].coop_name}")
    canvas.setAuthor(cards[0].coop_name)
    canvas.setViewerPreference(
        "PrintScaling", "None"
    )  # a card reduced to fit the page fits no holder
    for first in range(0, len(cards), PER_PAGE):
        on_page = cards[first : first + PER_PAGE]
        for place, card in enumerate(on_page):
            canvas.saveState()
            canvas.translate(*_corner(place))
            _draw_card(canvas, card, HexColor(accent))
            canvas.restoreState()
        _draw_cutting_lines(canvas, len(on_page))  # after the cards: the bands would hide them
        _draw_margin(canvas, cards, first)
        canvas.showPage()
        progress(len(on_page))
    canvas.save()
    return out.getvalue()


def _corner(place: int) -> tuple[float, float]:
    """Return the bottom left corner of the card at `place`, counted by rows from the top left."""
    row, column = divmod(place, COLUMNS)
    return _LEFT + column * (CARD_WIDTH + _GUTTER), _BOTTOM + (ROWS - 1 - row) * CARD_HEIGHT


def _draw_cutting_lines(canvas: Canvas, count: int) -> None:
    """Draw crop marks for a guillotine, and dashed lines for scissors, around `count` cards."""
    dashes, marks = canvas.beginPath(), canvas.beginPath()
    for column in range(min(count, COLUMNS)):
        rows = len(range(column, count, COLUMNS))
        left, bottom = _corner(column + (rows - 1) * COLUMNS)
        right, top = left + CARD_WIDTH, bottom + rows * CARD_HEIGHT
        for x in (left, right):
            _line(dashes, x, bottom, x, top)
            _line(marks, x, top + _MARK_GAP, x, top + _MARK_GAP + _MARK)
            _line(marks, x, bottom - _MARK_GAP, x, bottom - _MARK_GAP - _MARK)
        for row in range(rows + 1):
            y = bottom + row * CARD_HEIGHT
            _line(dashes, left, y, right, y)
            _line(marks, left - _MARK_GAP, y, left - _MARK_GAP - _MARK, y)
            _line(marks, right + _MARK_GAP, y, right + _MARK_GAP + _MARK, y)
    canvas.saveState()
    canvas.setLineWidth(0.25)
    canvas.setStrokeGray(0)
    canvas.drawPath(marks)
    canvas.setStrokeGray(0.6)
    canvas.setDash(1.5, 2.5)
    canvas.drawPath(dashes)
    canvas.restoreState()


def _line(path: PDFPathObject, x0: float, y0: float, x1: float, y1: float) -> None:
    path.moveTo(x0, y0)
    path.lineTo(x1, y1)


def _draw_margin(canvas: Canvas, cards: Sequence[PrintableCard], first: int) -> None:
    """Write below the cards which of them stand on this page, and what to do with it."""
    last, pages = min(first + PER_PAGE, len(cards)), -(-len(cards) // PER_PAGE)
    which = f"Cartes {first + 1} à {last}" if last > first + 1 else f"Carte {last}"
    canvas.saveState()
    canvas.setFont(TEXT, 6.5)
    canvas.setFillGray(0.35)
    right = A4[0] - _LEFT
    page = f"Page\u00a0{first // PER_PAGE + 1} sur\u00a0{pages}"
    advice = "Imprimez à 100\u00a0%, coupez sur les pointillés."
    coop = fit(cards[0].coop_name, face=TEXT, width=150, height=8, largest=6.5, smallest=6.5)
    canvas.drawString(_LEFT, _FOOT, f"{coop.lines[0]} · {which} sur\u00a0{len(cards)}")
    canvas.drawCentredString(A4[0] / 2, _FOOT, advice)
    canvas.drawRightString(right, _FOOT, page)
    canvas.restoreState()


def _draw_card(canvas: Canvas, card: PrintableCard, accent: Color) -> None:
    """Draw one card with its bottom left corner at the origin."""
    _draw_band(canvas, card.category, accent)
    _draw_code(canvas, card.text)
    _draw_mark(canvas, accent)
    canvas.setFillGray(0)
    date = fit(french_date(card.valid_until), face=BOLD, **_VALUE)
    floor = _draw_fact(canvas, "Valable jusqu’au", date, CARD_HEIGHT - _BASE)
    coop = fit(card.coop_name, face=BOLD, **_VALUE)
    label = _LABELS.get(card.category, "Membre de")
    floor = _draw_fact(canvas, label, coop, floor + _BETWEEN)
    ceiling = CARD_HEIGHT - _NAME_TOP
    name = fit(
        card.holder_name,
        face=HEAVY,
        width=_TEXT_WIDTH,
        height=ceiling - floor - _BETWEEN,
        largest=18,
        smallest=6,
    )
    _draw_lines(canvas, name, ceiling - name.height)
    _draw_foot(canvas, card)


def _draw_band(canvas: Canvas, category: int, accent: Color) -> None:
    """Draw the coloured edge: whole for members, in blocks for visitors, as one ink shows too."""
    canvas.setFillColor(accent)
    if category != Category.VISITOR:
        canvas.rect(0, 0, _BAND, CARD_HEIGHT, stroke=0, fill=1)
        return
    block = CARD_HEIGHT / _BLOCKS
    for at in range(0, _BLOCKS, 2):
        canvas.rect(0, at * block, _BAND, block, stroke=0, fill=1)


def _draw_code(canvas: Canvas, text: str) -> None:
    """Draw the QR code as one path: a rectangle a module made the file five times as long."""
    code = qr_code(text)
    module = min(_CODE_SIDE / code.size, _LARGEST_MODULE)
    lowest = code.size - 1
    bars = [f"{left} {lowest - top} {length} 1 re" for left, top, length in code.bars()]
    side = module * code.size
    canvas.saveState()
    canvas.translate(CARD_WIDTH - _CODE_RIGHT - side, CARD_HEIGHT - _TOP - side)
    canvas.scale(module, module)
    canvas.setFillGray(0)  # black ink alone, where RGB black may become four inks
    canvas.addLiteral("\n".join(bars) + " f")
    canvas.restoreState()


def _draw_mark(canvas: Canvas, accent: Color) -> None:
    """Draw « Pass’Koop » with a leaf for its apostrophe."""
    size = 11.5
    baseline = CARD_HEIGHT - _TOP - 0.714 * size  # Open Sans's capitals are 0.714 high
    canvas.setFillGray(0)
    canvas.setFont(HEAVY, size)
    canvas.drawString(_TEXT_LEFT, baseline, "Pass")
    leaf_left = _TEXT_LEFT + canvas.stringWidth("Pass", HEAVY, size) + 0.04 * size
    unit = 0.55 * size / 12
    canvas.drawString(leaf_left + 9 * unit + 0.04 * size, baseline, "Koop")
    canvas.saveState()
    canvas.translate(leaf_left, baseline + 0.85 * size)
    canvas.scale(unit, -unit)
    canvas.setFillColor(accent)
    leaf = canvas.beginPath()
    leaf.moveTo(1, 12)
    leaf.curveTo(-1, 7, 1, 1, 9, 0)
    leaf.curveTo(9, 7, 6, 10, 2.5, 10)
    leaf.close()
    canvas.drawPath(leaf, stroke=0, fill=1)
    canvas.restoreState()


def _draw_fact(canvas: Canvas, label: str, value: Fitted, baseline: float) -> float:
    """Draw `label` over `value`, the last line on `baseline`; return where the label's top is."""
    below = baseline - _DESCENT * value.size
    _draw_lines(canvas, value, below)
    label_baseline = below + value.height + 0.3 * _LABEL_SIZE
    canvas.setFont(BOLD if label == _LABELS[Category.VISITOR] else TEXT, _LABEL_SIZE)
    canvas.drawString(_TEXT_LEFT, label_baseline, label)
    return label_baseline + 0.8 * _LABEL_SIZE


def _draw_lines(canvas: Canvas, text: Fitted, bottom: float) -> None:
    """Draw `text` in the column of words, its box standing on `bottom`."""
    canvas.setFont(text.face, text.size)
    for line_from_below, line in enumerate(reversed(text.lines)):
        baseline = bottom + (line_from_below * LEADING + _DESCENT) * text.size
        canvas.drawString(_TEXT_LEFT, baseline, line)


def _draw_foot(canvas: Canvas, card: PrintableCard) -> None:
    """Draw the number, and where a lost card goes, below the code."""
    right = CARD_WIDTH - _CODE_RIGHT
    number = fit(
        f"n°\u00a0{card.number}" if card.number else "",
        face=BOLD,
        width=26 * mm,
        height=_LABEL_SIZE * LEADING,
        largest=_LABEL_SIZE,
        smallest=5,
    )
    canvas.setFont(BOLD, number.size)
    canvas.drawRightString(right, _FOOT_LINE, number.lines[0])
    taken = canvas.stringWidth(number.lines[0], BOLD, number.size) + 3 * mm
    # A short name stays on one line.
    coop = card.coop_name.replace(" ", "\u00a0") if len(card.coop_name) <= 30 else card.coop_name
    where = ", ".join(filter(None, (part.strip() for part in card.return_address.splitlines())))
    lost = fit(
        f"Carte trouvée\u202f? Merci de l’envoyer à {coop}, {where}."
        if where
        else f"Carte trouvée\u202f? Merci de la rapporter à {coop}.",
        face=TEXT,
        width=right - _TEXT_LEFT - taken,
        height=_FOOT_HEIGHT,
        largest=6.3,
        smallest=4.5,
    )
    _draw_lines(canvas, lost, _FOOT_LINE - _DESCENT * lost.size)
