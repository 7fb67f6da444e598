"""The recovery sheet: one page of paper with which a co-op comes back."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from passkoop_node.core.lettering import BOLD, HEAVY, TEXT, drawable, fit, load_faces

_EDGE = 22 * mm
_ADVICE = (
    (
        "Ces 24 mots sont la clé d’identité de la coop. Avec eux, la coop renaît sur une autre "
        "machine : « passkoop init --words ». Sans eux, une machine perdue oblige à refaire toutes "
        "les cartes."
    ),
    (
        "Qui les lit peut se faire passer pour la coop. Rangez cette feuille dans un lieu fermé, "
        "une copie ailleurs ; ne la photographiez pas, ne l’envoyez pas."
    ),
)


def recovery_sheet(
    words: Sequence[str],
    *,
    name: str,
    id: str,
    what: str = "Identifiant de la coop",
    advice: Sequence[str] = _ADVICE,
) -> bytes:
    """Return the PDF, A4, of the words of a key, in their order.

    Args:
        words: of `core.recovery`.
        name: whose key it is.
        id: its sixteen letters.
        what: what they are.
        advice: what the words are for, in paragraphs.
    """
    load_faces()
    page = BytesIO()
    width, height = A4
    canvas = Canvas(page, pagesize=A4, invariant=True)
    canvas.setTitle("Fiche de secours")
    top = height - _EDGE
    canvas.setFont(BOLD, 13)
    canvas.drawString(_EDGE, top - 10, "Pass’Koop · Fiche de secours")
    title = fit(name, face=HEAVY, width=width - 2 * _EDGE, height=70, largest=30, smallest=12)
    top -= 34
    canvas.setFont(title.face, title.size)
    for line in title.lines:
        top -= title.size * 1.14
        canvas.drawString(_EDGE, top, line)
    canvas.setFont(TEXT, 12)
    top -= 26
    canvas.drawString(_EDGE, top, drawable(f"{what} : {id}", TEXT))
    top -= 34
    column = (width - 2 * _EDGE) / 3
    for place, word in enumerate(words):
        x = _EDGE + place // 8 * column
        y = top - place % 8 * 27
        canvas.setFont(TEXT, 11)
        canvas.drawRightString(x + 18, y, str(place + 1))
        canvas.setFont(BOLD, 16)
        canvas.drawString(x + 26, y, drawable(word, BOLD))
        canvas.setLineWidth(0.4)
        canvas.line(x + 24, y - 6, x + column - 12, y - 6)
    top -= 8 * 27 + 16
    for paragraph in advice:
        text = fit(
            paragraph, face=TEXT, width=width - 2 * _EDGE, height=80, largest=12, smallest=10
        )
        canvas.setFont(text.face, text.size)
        for line in text.lines:
            top -= text.size * 1.35
            canvas.drawString(_EDGE, top, line)
        top -= 12
    canvas.showPage()
    canvas.save()
    return page.getvalue()
