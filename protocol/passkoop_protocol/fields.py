"""Reading the fields of a signed document: the right type and range, or BadShape."""

import re
from typing import Any

from . import cbor
from .errors import BadShape

MAX_TIME = 1 << 40  # seconds; so that no implementation meets a number it cannot hold

# Control and bidirectional characters, line separators, the byte order mark: they would show
# another name than the one that was signed.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def is_hidden_free(text: str) -> bool:
    """Return whether `text` has no control or bidirectional character (SPEC 5.1)."""
    return not _HIDDEN.search(text)


def payload_map(payload: bytes) -> dict[Any, Any]:
    """Return the map that a payload encodes."""
    value = cbor.decode(payload)
    if type(value) is not dict:
        raise BadShape("the payload is not a map")
    return value


def time_of(document: dict[Any, Any], key: int | str) -> int:
    """Return a time in seconds, UTC."""
    value = document.get(key)
    if type(value) is not int or not 0 <= value < MAX_TIME:
        raise BadShape(f"{key!r} is no time")
    return value


def text_of(document: dict[Any, Any], key: str, *, longest: int, required: bool = True) -> str:
    """Return a text of 1 to `longest` bytes without hidden characters; '' if it may be missing."""
    value = document.get(key, None if required else "")
    if value == "" and not required:
        return ""
    if (
        type(value) is not str
        or not 0 < len(value.encode()) <= longest
        or not is_hidden_free(value)
    ):
        raise BadShape(f"{key!r} is no text of 1 to {longest} bytes")
    return value


def bytes_of(value: object, size: int, name: str) -> bytes:
    """Return a byte string of exactly `size` bytes."""
    if type(value) is not bytes or len(value) != size:
        raise BadShape(f"{name} is no byte string of {size}")
    return value


def list_of(
    document: dict[Any, Any], key: str, *, longest: int, required: bool = False
) -> list[Any]:
    """Return a list of at most `longest` items; empty if it may be missing."""
    value = document.get(key, None if required else [])
    if type(value) is not list or len(value) > longest:
        raise BadShape(f"{key!r} is no list of at most {longest}")
    return value


def addresses_of(document: dict[Any, Any], key: str) -> tuple[str, ...]:
    """Return at most eight web addresses: hints, and whoever calls one must fear where it leads."""
    values = list_of(document, key, longest=8)
    for value in values:
        if (
            type(value) is not str
            or not value.isascii()
            or not value.isprintable()
            or not 8 < len(value) <= 200
            or not value.startswith(("https://", "http://"))
        ):
            raise BadShape(f"{key!r} holds something that is no web address")
    return tuple(values)
