"""A co-op's code as it arrives: typed by hand, by a USB reader, or in a photo."""

import re
from collections.abc import Iterable

from passkoop_protocol.errors import BadPairingCode
from passkoop_protocol.keyboards import repairs
from passkoop_protocol.keys import CoopId, parse_pairing_code

MAX_TYPED = 100


def read_code(text: str) -> CoopId:
    """Return the co-op whose code was typed, by hand or by a reader.

    A reader set to another keyboard than the computer's writes other signs, among them one that is
    no dash for each dash: they are read back. What a person mistyped is not: of a wrong group, one
    reading in 32 would seem right.

    Raises:
        BadPairingCode: with the group that is wrong in what was typed.
    """
    try:
        return parse_pairing_code(text)
    except BadPairingCode as error:
        by_reader = re.fullmatch(r"[\w\s\-\u2010-\u2015]*", text, re.ASCII) is None
        meant = set(_codes_in(repairs(text))) if by_reader else set()
        if len(meant) == 1:
            return meant.pop()
        raise error from None


def codes_in(texts: Iterable[str]) -> list[CoopId]:
    """Return the co-ops whose codes are among the texts of a picture, each once."""
    return list(dict.fromkeys(_codes_in(texts)))


def _codes_in(texts: Iterable[str]) -> Iterable[CoopId]:
    for text in texts:
        try:
            yield parse_pairing_code(text)
        except BadPairingCode:
            continue
