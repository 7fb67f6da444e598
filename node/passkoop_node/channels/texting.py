"""What an SMS is to a network: letters of GSM 7-bit, or UCS-2 if one is not among them."""

import re
from dataclasses import dataclass

MOST_PARTS = 6

# 3GPP TS 23.038, section 6.2.1: one septet each; those of the second table are two.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
# What French typography uses and the table lacks: alike to the eye, and half the price.
_ALIKE = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "œ": "oe",
        "Œ": "OE",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How long a text is, as it is paid for."""

    is_gsm: bool  # all its letters are of GSM 7-bit
    units: int  # septets, or UTF-16 code units
    parts: int
    left: int  # units that the last part still has


def plain(text: str) -> str:
    """Return a text for an SMS: its lines tidy, typography as phones have it."""
    text = re.sub(r"«\s*|\s*»", '"', text).translate(_ALIKE)
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    kept: list[str] = []
    for line in lines:  # an empty line costs what a letter costs: one is enough
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept)


def size_of(text: str) -> Size:
    """Return how long a text is, and how many SMS it takes."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        widths = [2 if char in _EXTENDED else 1 for char in text]
        return _size(widths, whole=160, part=153, is_gsm=True)
    widths = [2 if ord(char) > 0xFFFF else 1 for char in text]
    return _size(widths, whole=70, part=67, is_gsm=False)


def _size(widths: list[int], *, whole: int, part: int, is_gsm: bool) -> Size:
    units = sum(widths)
    if units <= whole:
        return Size(is_gsm=is_gsm, units=units, parts=1, left=whole - units)
    parts, used = 1, 0
    for width in widths:  # no letter is parted between two of them
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return Size(is_gsm=is_gsm, units=units, parts=parts, left=part - used)
