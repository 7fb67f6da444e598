"""The QR codes that a browser draws: read back, and of the size that the issuer printed."""

import json
import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image, ImageOps

from passkoop_protocol.qr import qr_code

SCRIPT = """
import { qrModules } from "%s";
import { readFileSync } from "node:fs";
const texts = JSON.parse(readFileSync(0, "utf-8"));
const rows = texts.map((text) => qrModules(text)?.map((row) => row.map(Number)));
console.log(JSON.stringify(rows));
"""
MODULE = Path(__file__).parent.parent / "protocol" / "js" / "qr.js"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def drawn(node: str, texts: list[str]) -> list[list[list[int]] | None]:
    done = subprocess.run(
        [node, "--input-type=module", "-e", SCRIPT % MODULE.as_uri()],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    rows: list[list[list[int]] | None] = json.loads(done.stdout)
    return rows


def test_a_card_of_any_length_is_drawn_so_that_it_can_be_read(node: str) -> None:
    lengths = (1, 2, 17, 60, 100, 140, 180, 218, 240, 306, 330)
    texts = [
        "https://membre.coop/v#" + "".join(LETTERS[(7 * i + n) % 32] for i in range(n))
        for n in lengths
    ]
    for text, rows in zip(texts, drawn(node, texts), strict=True):
        assert rows is not None
        side = len(rows)
        assert side == qr_code(text).size
        picture = Image.frombytes(
            "L", (side, side), bytes(255 - 255 * one for row in rows for one in row)
        )
        picture = ImageOps.expand(picture, 4, fill=255).resize((4 * side + 32,) * 2, 0)
        assert [one.text for one in zxingcpp.read_barcodes(picture)] == [text]


def test_a_text_that_is_no_card_is_not_drawn(node: str) -> None:
    assert (
        drawn(node, ["https://membre.coop/v#é", "https://membre.coop/v#" + "A" * 700]) == [None] * 2
    )
