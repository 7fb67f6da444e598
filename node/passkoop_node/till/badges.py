"""The co-op's own present badges: bar codes from before the Pass'Koop."""

import re
from collections.abc import Iterator, Sequence

from passkoop_protocol.keyboards import repairs

_LONGEST = 32  # characters of a badge; a card of ours is far longer
_DIGITS = re.compile(r"[0-9]{4,32}")


def possible_badges(texts: Sequence[str]) -> Iterator[str]:
    """Yield what a reader may have meant by `texts`, if it is short enough to be a badge."""
    seen: set[str] = set()
    for text in texts:
        bare = text.strip()
        if not bare or len(bare) > _LONGEST:
            continue
        # On a French keyboard digits arrive as « à&é"'(-è_ç ».
        readable = (one.strip() for one in repairs(bare))
        for one in (bare, *(one for one in readable if _DIGITS.fullmatch(one))):
            for meant in (one, *_same_bar_code(one)):
                if meant not in seen:
                    seen.add(meant)
                    yield meant


def _same_bar_code(text: str) -> Iterator[str]:
    """Yield how a first zero comes or goes: a UPC-A is an EAN-13 that begins with one.

    Many readers leave it out, and so do spreadsheets.
    """
    if len(text) == 12 and is_ean13(f"0{text}"):
        yield f"0{text}"
    elif text.startswith("0") and is_ean13(text):
        yield text[1:]


def is_coop_badge(text: str) -> bool:
    """Return whether `text` is an EAN-13 of a shop's own numbers, 042 and on."""
    return text.startswith("042") and is_ean13(text)


def is_ean13(text: str) -> bool:
    """Return whether `text` is thirteen digits, the last of which proves the others (GS1)."""
    if len(text) != 13 or not _DIGITS.fullmatch(text):
        return False
    digits = [int(one) for one in text]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
