"""Deterministic CBOR (RFC 8949, section 4.2.1): one value, one encoding.

Encoding is cbor2's. Decoding is ours, because refusing is the whole point: a decoder that repairs
what it reads lets one card travel as many different byte strings.
"""

import struct
from dataclasses import dataclass
from typing import Any

import cbor2

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
class OtherKey:
    """A map key that is no integer, text or byte string, as its encoding.

    Python takes 1, 1.0 and True for one key, CBOR does not.
    """

    encoding: bytes


def encode(value: Any) -> bytes:
    """Return the deterministic encoding of `value` (numbers, bytes, str, list, dict, CBORTag)."""
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes) -> Any:
    """Return the one item that `data` encodes.

    Arrays come back as lists, maps as dicts, tags as `Tag`.

    Raises:
        Malformed: not well-formed, not valid UTF-8, nested deeper than `MAX_DEPTH`, followed by
            further bytes, or not deterministic: longer integers, indefinite lengths, map keys out
            of order or twice, floats that fit into fewer bytes, bignums that fit into an integer.
    """
    try:
        value, end = _item(data, 0, 0)
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


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """Return the item that begins at `at`, and where it ends. IndexError: the data ends before."""
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
            item, at = _item(data, at, depth + 1)
            items.append(item)
        return items, at
    if major == 5:
        return _map(data, at, argument, depth)
    content, end = _item(data, at, depth + 1)
    if argument in (2, 3) and (
        not isinstance(content, bytes) or len(content) < 9 or not content[0]
    ):
        raise Malformed("a CBOR bignum is longer than it need be")
    return Tag(argument, content), end


def _map(data: bytes, at: int, length: int, depth: int) -> tuple[dict[Any, Any], int]:
    pairs: dict[Any, Any] = {}
    previous = b""
    for _ in range(length):
        key, end = _item(data, at, depth + 1)
        encoding = data[at:end]
        if encoding <= previous:  # also catches the key that stands twice
            raise Malformed("CBOR map keys are out of order or stand twice")
        previous = encoding
        if type(key) not in (int, str, bytes):
            key = OtherKey(encoding)
        pairs[key], at = _item(data, end, depth + 1)
    return pairs, at


_CONSTANTS = {20: False, 21: True, 22: None}


def _simple_or_float(data: bytes, at: int) -> tuple[Any, int]:
    info = data[at] & 0x1F
    if info < 24:
        return _CONSTANTS.get(info, Simple(info)), at + 1
    if info == 24:
        if data[at + 1] < 32:
            raise Malformed("a CBOR simple value is longer than it need be")
        return Simple(data[at + 1]), at + 2
    if info > 27:
        raise Malformed("indefinite length or reserved head in CBOR")
    size = 1 << (info - 24)
    content = data[at + 1 : at + 1 + size]
    if len(content) < size:
        raise IndexError
    if size > 2 and _fits_in_half_the_bytes(content):
        raise Malformed("a CBOR float is longer than it need be")
    return struct.unpack({2: ">e", 4: ">f", 8: ">d"}[size], content)[0], at + 1 + size


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
