"""French as it is printed: the spaces before signs, the apostrophe, the guillemets."""

import re
from functools import lru_cache

NARROW, FIXED = "\u202f", "\u00a0"

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
# A value to come, %(count)s, counts as a word; so does a closing tag.
_SIGN = re.compile(r"(?<=[\w»)\]’…>.]) ([;!?:])(?=[\s<»)]|$)")
_OPEN, _CLOSE = re.compile(f"«[ {FIXED}]?"), re.compile(f"[ {FIXED}]?»")
_HOUR = re.compile(r"(?<=\bh) (?=\d|%\()")
_UNIT = re.compile(r"(\d|%\(\w+\)[sd]) (h|min|s|€|%%|Mo|ko|jours?|mois|ans?|heures?|minutes?)\b")
_PER_CENT = re.compile(r"(\d|%\(\w+\)[sd]) (%%|€)")
_NUMBER = re.compile(r"n° (?=[\d%])")


@lru_cache(maxsize=4096)
def typeset(text: str) -> str:
    """Return a French text with the spaces that do not break, and curly apostrophes.

    Sentences in code and templates are written with plain spaces: what cannot be seen in an
    editor is not kept by hand.
    """
    text = _APOSTROPHE.sub("’", text)
    text = _OPEN.sub(f"«{FIXED}", text)
    text = _CLOSE.sub(f"{FIXED}»", text)
    text = _SIGN.sub(rf"{NARROW}\1", text)
    text = _UNIT.sub(rf"\1{FIXED}\2", text)
    text = _HOUR.sub(FIXED, text)
    text = _PER_CENT.sub(rf"\1{FIXED}\2", text)
    return _NUMBER.sub(f"n°{FIXED}", text)
