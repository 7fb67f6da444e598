"""Status lists: which cards of one issuing key are no longer good (SPEC 6.3).

They are Token Status Lists in CWT form (draft-ietf-oauth-status-list).
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from . import cbor, cose
from .errors import BadShape, IndexOutOfRange, Malformed, TooLarge
from .fields import MAX_TIME
from .keys import KeyId, SigningKey

TYP = "application/statuslist+cwt"
AAD = b""  # empty, so that any verifier of the draft reads our lists
MAX_DOCUMENT = 65_536  # bytes
BITS = 2
MIN_ENTRIES, MAX_ENTRIES = 1_024, 65_536
TTL = 21_600  # seconds: lists are signed anew every six hours

_SUB, _IAT, _STATUS_LIST, _TTL = 2, 6, 65533, 65534


class Status(IntEnum):
    """What a list says of one card."""

    VALID = 0
    REVOKED = 1
    SUSPENDED = 2
    REVOKED_TOO = 3  # the draft leaves it to the application; here: revoked

    @property
    def severity(self) -> int:
        """Return 0 valid, 1 suspended, 2 revoked."""
        return (0, 2, 1, 2)[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusList:
    """One issuing key's list, inflated."""

    kid: KeyId  # the key whose cards it speaks of; any active key of the same co-op may sign it
    issued_at: int  # seconds, UTC
    array: bytes  # two bits a card, the first card in the lowest bits

    @property
    def entries(self) -> int:
        """Return how many cards the list speaks of."""
        return len(self.array) * 4

    def status(self, index: int) -> Status:
        """Return the status at `index`; IndexOutOfRange beyond the list."""
        return Status(status_at(self.array, index, bits=BITS))


def status_at(array: bytes, index: int, *, bits: int) -> int:
    """Return the `bits` (1, 2, 4 or 8) wide entry `index` of an inflated list, lowest bits first.

    Raises:
        IndexOutOfRange: `index` lies beyond the list.
    """
    at, shift = divmod(index * bits, 8)
    if index < 0 or at >= len(array):
        raise IndexOutOfRange(f"the list has no entry {index}")
    return array[at] >> shift & ((1 << bits) - 1)


def inflate(lst: bytes, *, limit: int) -> bytes:
    """Return the bytes that the zlib stream `lst` (RFC 1950) holds, at most `limit`.

    Raises:
        TooLarge: it holds more. 100 MB of zeros deflate to 97 kB.
        Malformed: no complete zlib stream, or something follows it.
    """
    stream = zlib.decompressobj()
    try:
        array = stream.decompress(lst, limit + 1)
    except zlib.error as error:
        raise Malformed("the status list is not a zlib stream") from error
    if len(array) > limit:
        raise TooLarge(f"the status list inflates to more than {limit} bytes")
    if not stream.eof or stream.unused_data:
        raise Malformed("the status list's zlib stream is cut, or followed by other bytes")
    return array


def pack(statuses: Sequence[int]) -> bytes:
    """Return `statuses` (0 to 3 each) as an array of two bits an entry, its size a power of two."""
    entries = max(MIN_ENTRIES, 1 << max(len(statuses) - 1, 0).bit_length())
    array = bytearray(entries // 4)
    for index, status in enumerate(statuses):
        array[index >> 2] |= status << (index & 3) * 2
    return bytes(array)


def sign_list(statuses: StatusList, *, key: SigningKey) -> bytes:
    """Return the list signed by `key`, an active issuing key of the co-op: a tagged COSE_Sign1."""
    payload = cbor.encode(
        {
            _SUB: statuses.kid.hex(),
            _IAT: statuses.issued_at,
            _STATUS_LIST: {"bits": BITS, "lst": zlib.compress(statuses.array, 9)},
            _TTL: TTL,
        }
    )
    return cose.sign1(payload, key=key, aad=AAD, typ=TYP)


def parse_list(payload: bytes) -> StatusList:
    """Return the list in a status list's payload.

    Raises:
        BadShape: not exactly the four claims of SPEC 6.3.
        Malformed, TooLarge: the compressed part is damaged or too long.
    """
    match cbor.decode(payload):
        case {
            2: str() as kid_hex,
            6: int() as issued_at,
            65533: {"bits": int() as bits, "lst": bytes() as lst, **more},
            65534: int() as ttl,
            **others,
        } if (
            bits == BITS
            and not more
            and not others
            and len(kid_hex) == 16
            and set(kid_hex) <= set("0123456789abcdef")
            and type(issued_at) is type(ttl) is int
            and 0 <= issued_at < MAX_TIME
            and ttl > 0
        ):
            pass
        case _:
            raise BadShape("the status list does not hold what SPEC 6.3 says")
    array = inflate(lst, limit=MAX_ENTRIES // 4)
    entries = len(array) * 4
    if entries < MIN_ENTRIES or entries & (entries - 1):
        raise BadShape("the status list's size is no power of two from 1,024 to 65,536")
    return StatusList(kid=KeyId(bytes.fromhex(kid_hex)), issued_at=issued_at, array=array)


def worst(one: bytes, other: bytes) -> bytes:
    """Return the array with the more severe status of each index, as long as the longer one."""
    if len(one) < len(other):
        one, other = other, one
    merged = bytearray(one)
    for at, byte in enumerate(other):
        if byte != merged[at]:
            merged[at] = sum(
                max(
                    merged[at] >> shift & 3,
                    byte >> shift & 3,
                    key=lambda entry: (0, 2, 1, 2)[entry],
                )
                << shift
                for shift in (0, 2, 4, 6)
            )
    return bytes(merged)
