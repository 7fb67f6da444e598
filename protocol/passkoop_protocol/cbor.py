"""Deterministic CBOR (RFC 8949, section 4.2.1): one value, one encoding (SPEC 3.1).

Both directions are ours. A decoder that repairs what it reads lets one card travel as many
different byte strings, and libraries mean different things by "canonical": RFC 7049 put shorter map
keys first.
"""

import struct
from dataclasses import dataclass
from typing import Any

from .errors import Malformed

MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Tag:
    """A tagged item (major type 6)."""

    number: int
    value: Any


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple value other than false, true and null."""

    number: int


@dataclass(frozen=True, slots=True)
class Float:
    """A float, as its encoding: nothing here asks for one, and Python loses what a NaN carries."""

    encoding: bytes


@dataclass(frozen=True, slots=True)
class OtherKey:
    """A map key that is no integer, text or byte string, as its encoding.

    Python takes 1, 1.0 and True for one key, CBOR does not.
    """

    encoding: bytes


def encode(value: Any) -> bytes:
    """Return the deterministic encoding of `value`: whatever `decode` returns.

    Raises:
        TypeError: something in it has no encoding here; Python's floats have none.
        OverflowError: an integer beyond 64 bits.
        UnicodeEncodeError: a text with half a surrogate pair.
    """
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            text = value.encode()
            return head(3, len(text)) + text
        case list() | tuple():
            return head(4, len(value)) + b"".join(map(encode, value))
        case dict():
            pairs = sorted((encode(key), encode(content)) for key, content in value.items())
            return head(5, len(pairs)) + b"".join(key + content for key, content in pairs)
        case Tag():
            return head(6, value.number) + encode(value.value)
        case Simple():
            number = value.number
            return bytes((0xE0 | number,)) if number < 24 else bytes((0xF8, number))
        case OtherKey() | Float():
            return value.encoding
    raise TypeError(f"no CBOR for {type(value).__name__}")


def head(major: int, argument: int) -> bytes:
    """Return the head of an item (RFC 8949, section 3) in its shortest form."""
    if argument < 24:
        return bytes((major << 5 | argument,))
    size = min(((argument.bit_length() - 1) // 8).bit_length(), 3)  # 1, 2, 4 or 8 bytes
    return bytes((major << 5 | 24 + size,)) + argument.to_bytes(1 << size)


def decode(data: bytes) -> Any:
    """Return the one item that `data` encodes.

    Arrays come back as lists, maps as dicts, tags as `Tag`.

    Raises:
        Malformed: not well-formed, not valid UTF-8, nested deeper than `MAX_DEPTH`, followed by
            further bytes, or not in deterministic encoding: longer integers, indefinite lengths,
            map keys out of order or twice, floats that fit into fewer bytes, bignums that fit into
            an integer.
    """
    return _whole(data, build=True)


def check(data: bytes) -> None:
    """Return quietly, or raise Malformed where `decode` would, without making anything of `data`.

    A byte of an array can become 64 bytes of an empty list: what a stranger sent is only checked.
    """
    _whole(data, build=False)


def spans(data: bytes, at: int, *, most: int) -> list[tuple[int, int]]:
    """Return where each member of the array at `at` begins and ends. `data` was checked.

    Raises:
        Malformed: it has more than `most` members.
    """
    length, at = _argument(data, at)
    if length > most:
        raise Malformed(f"an array of more than {most}")
    found = []
    for _ in range(length):
        _, end = _item(data, at, 0, False)
        found.append((at, end))
        at = end
    return found


def _whole(data: bytes, *, build: bool) -> Any:
    try:
        value, end = _item(data, 0, 0, build)
    except IndexError:
        raise Malformed("the CBOR ends in the middle of an item") from None
    if end != len(data):
        raise Malformed(f"{len(data) - end} bytes follow the CBOR item")
    return value


def _argument(data: bytes, at: int) -> tuple[int, int]:
    """Return the argument of the head at `at` (RFC 8949, section 3) and where the head ends."""
    info = data[at] & 0x1F
    if info < 24:
        return info, at + 1
    if info > 27:
        raise Malformed("indefinite length or reserved head in CBOR")
    end = at + 1 + (1 << (info - 24))
    if end > len(data):
        raise IndexError
    argument = int.from_bytes(data[at + 1 : end])
    # The shortest head only: 24 takes one byte, 256 two, 65,536 four, 2^32 eight.
    if argument < (24 if info == 24 else 1 << (4 << (info - 24))):
        raise Malformed("a CBOR head is longer than it need be")
    return argument, end


def _item(data: bytes, at: int, depth: int, build: bool) -> tuple[Any, int]:
    """Return the item that begins at `at`, and where it ends; IndexError: the data ends before.

    Without `build`, arrays and maps come back empty.
    """
    if depth > MAX_DEPTH:
        raise Malformed(f"CBOR nested deeper than {MAX_DEPTH}")
    major = data[at] >> 5
    if major == 7:
        return _simple_or_float(data, at)
    argument, at = _argument(data, at)
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major <= 3:
        end = at + argument
        if end > len(data):
            raise IndexError
        content = data[at:end]
        if major == 2:
            return content, end
        try:
            return content.decode(), end
        except UnicodeDecodeError as error:
            raise Malformed("a CBOR text is not UTF-8") from error
    if major == 4:
        items = []
        for _ in range(argument):
            item, at = _item(data, at, depth + 1, build)
            if build:
                items.append(item)
        return items, at
    if major == 5:
        return _map(data, at, argument, depth, build)
    content, end = _item(data, at, depth + 1, build)
    if argument in (2, 3) and (
        not isinstance(content, bytes) or len(content) < 9 or not content[0]
    ):
        raise Malformed("a CBOR bignum is longer than it need be")
    return Tag(argument, content), end


def _map(data: bytes, at: int, length: int, depth: int, build: bool) -> tuple[dict[Any, Any], int]:
    pairs: dict[Any, Any] = {}
    previous = b""
    for _ in range(length):
        key, end = _item(data, at, depth + 1, build)
        encoding = data[at:end]
        if encoding <= previous:  # also catches the key that stands twice
            raise Malformed("CBOR map keys are out of order or stand twice")
        previous = encoding
        value, at = _item(data, end, depth + 1, build)
        if build:
            pairs[key if type(key) in (int, str, bytes) else OtherKey(encoding)] = value
    return pairs, at


_CONSTANTS = {20: False, 21: True, 22: None}


def _simple_or_float(data: bytes, at: int) -> tuple[Any, int]:
    info = data[at] & 0x1F
    if info < 24:
        return _CONSTANTS[info] if info in _CONSTANTS else Simple(info), at + 1
    if info == 24:
        if data[at + 1] < 32:
            raise Malformed("a CBOR simple value is longer than it need be")
        return Simple(data[at + 1]), at + 2
    if info > 27:
        raise Malformed("indefinite length or reserved head in CBOR")
    end = at + 1 + (1 << (info - 24))
    if end > len(data):
        raise IndexError
    if info > 25 and _fits_in_half_the_bytes(data[at + 1 : end]):
        raise Malformed("a CBOR float is longer than it need be")
    return Float(data[at:end]), end


def _fits_in_half_the_bytes(content: bytes) -> bool:
    """Return whether the float is one that the next smaller format holds without loss."""
    wide, narrow, mantissa_lost = (">f", ">e", 13) if len(content) == 4 else (">d", ">f", 29)
    value = struct.unpack(wide, content)[0]
    if value != value:  # not a number: its payload must survive
        return int.from_bytes(content) & ((1 << mantissa_lost) - 1) == 0
    try:
        return bool(struct.unpack(narrow, struct.pack(narrow, value))[0] == value)
    except OverflowError:
        return False
