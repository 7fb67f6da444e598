"""What 100 printed cards cost, beside reportlab drawing the same codes a rectangle a module."""

import base64
import datetime
import random
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from passkoop_node.cards.printable import PrintableCard
from passkoop_node.cards.sheet import card_sheet
from passkoop_node.core.french import french_date
from passkoop_protocol.card import Category
from passkoop_protocol.qr import qr_code
from tables import Table

CARDS = 100
ROUNDS = 3  # the best counts


def report() -> Iterator[Table]:
    """Yield the table."""
    cards = [a_card(number) for number in range(CARDS)]
    ours = min(_seconds(card_sheet, cards) for _ in range(ROUNDS))
    plain = min(_seconds(plain_drawing, cards) for _ in range(ROUNDS))
    yield Table(
        ("paper", "goal", "measured, processor time"),
        [
            (
                f"{CARDS} printable cards as PDF; × reportlab drawing them a rectangle a module",
                "≤ 2 ×",
                f"{ours:.2f} s; {ours / plain:.1f} × ({plain:.2f} s)",
            )
        ],
    )


def a_card(number: int) -> PrintableCard:
    """Return a card whose code is as long as a card's."""
    name = "Maïté Etcheverry"
    data = random.Random(number).randbytes(118 + len(name.encode()))
    return PrintableCard(
        text=f"https://membre.coop/v#{base64.b32encode(data).decode().rstrip('=')}",
        holder_name=name,
        coop_name="Hendaia Koop",
        return_address="3 rue du Lavoir, 64700 Hendaye",
        number=f"{number:04}",
        category=Category.MEMBER,
        valid_until=datetime.date(2028, 5, 14),
    )


def plain_drawing(cards: Sequence[PrintableCard]) -> bytes:
    """Draw the same codes and words with reportlab as one would without much thought."""
    out = BytesIO()
    canvas = Canvas(out)
    for place, card in enumerate(cards):
        if place and place % 10 == 0:
            canvas.showPage()
        x, y = 45 + place % 2 * 260, 40 + place % 10 // 2 * 153
        for top, modules in enumerate(qr_code(card.text).modules):
            for left, dark in enumerate(modules):
                if dark:
                    canvas.rect(x + 120 + left * 2, y + 140 - top * 2, 2, 2, stroke=0, fill=1)
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(x, y + 120, card.holder_name)
        canvas.setFont("Helvetica", 8)
        for line, said in enumerate(
            (card.coop_name, french_date(card.valid_until), card.number, card.return_address)
        ):
            canvas.drawString(x, y + 60 - 12 * line, said.replace("\n", ", "))
    canvas.save()
    return out.getvalue()


def _seconds(
    draw: Callable[[Sequence[PrintableCard]], bytes], cards: Sequence[PrintableCard]
) -> float:
    begun = time.process_time()
    draw(cards)
    return time.process_time() - begun
