"""The poster for the shop's window: a code, and what it is for."""

from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from passkoop_node.core.language import _, current
from passkoop_node.core.lettering import BOLD, HEAVY, TEXT, fit, load_faces
from passkoop_protocol.qr import qr_code

_EDGE = 22 * mm
_SIDE = 110 * mm
_CODE_TOP = 190 * mm  # from the bottom


def join_poster(address: str, *, coop: str) -> bytes:
    """Return the PDF, one page of A4 with the code of `address`."""
    load_faces()
    page = BytesIO()
    width, height = A4
    canvas = Canvas(page, pagesize=A4, invariant=1, lang=current())
    canvas.setTitle(_("Devenir membre"))
    top = height - _EDGE
    lines = ((coop, HEAVY, 44, 110), (_("Devenez membre en trois minutes"), BOLD, 24, 60))
    for text, face, size, room in lines:
        set_ = fit(text, face=face, width=width - 2 * _EDGE, height=room, largest=size, smallest=12)
        canvas.setFont(set_.face, set_.size)
        for line in set_.lines:
            top -= set_.size * 1.14
            canvas.drawCentredString(width / 2, top, line)
        top -= 12
    code = qr_code(address)
    module = _SIDE / code.size
    lowest = code.size - 1
    bars = [f"{left} {lowest - row} {length} 1 re" for left, row, length in code.bars()]
    canvas.saveState()
    canvas.translate((width - _SIDE) / 2, _CODE_TOP - _SIDE)
    canvas.scale(module, module)
    canvas.setFillGray(0)
    canvas.addLiteral("\n".join(bars) + " f")
    canvas.restoreState()
    below = _CODE_TOP - _SIDE - 14 * mm
    said = _("Visez ce code avec l'appareil photo de votre téléphone, ou ouvrez :")
    for text, face, size in ((said, TEXT, 15), (address, BOLD, 17)):
        set_ = fit(text, face=face, width=width - 2 * _EDGE, height=60, largest=size, smallest=8)
        canvas.setFont(set_.face, set_.size)
        for line in set_.lines:
            below -= set_.size * 1.25
            canvas.drawCentredString(width / 2, below, line)
        below -= 8
    canvas.save()
    return page.getvalue()
