"""Ed25519 keys, their short names, and the code by which two co-ops pair."""

import hashlib
from base64 import b32encode
from functools import lru_cache
from typing import NewType

import nacl.bindings
import nacl.exceptions
from nacl.signing import SigningKey as SigningKey  # the one kind of private key

from .errors import BadPairingCode

PublicKey = NewType("PublicKey", bytes)  # 32 bytes, RFC 8032
KeyId = NewType("KeyId", bytes)  # the `kid`: first 8 bytes of the RFC 9679 thumbprint
CoopId = NewType("CoopId", bytes)  # first 10 bytes of the identity key's thumbprint

# {1: 1, -1: 6, -2: x}: kty OKP, crv Ed25519, and the key (RFC 9679, section 4.2).
_THUMBPRINT_PREFIX = bytes.fromhex("a301012006215820")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # RFC 4648, section 6

# What people make of a pairing code: small letters, digits that are no letters, blanks and dashes
# of all kinds (mail programs put others than were typed). Not upper(), which makes two of one ß.
_IGNORED = [*range(0x09, 0x0E), 0x20, 0xA0, 0x202F, 0x2D, *range(0x2010, 0x2016)]
_READ_AS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyz018",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZOIB",
    "".join(map(chr, _IGNORED)),
)


def thumbprint(key: PublicKey) -> bytes:
    """Return the 32-byte SHA-256 COSE Key thumbprint (RFC 9679) of an Ed25519 key."""
    return hashlib.sha256(_THUMBPRINT_PREFIX + key).digest()


def key_id_of(key: PublicKey) -> KeyId:
    """Return the `kid` of `key`. It is a short name, not a proof: two keys may share one."""
    return KeyId(thumbprint(key)[:8])


def coop_id_of(identity_key: PublicKey) -> CoopId:
    """Return the id of the co-op whose identity key this is."""
    return CoopId(thumbprint(identity_key)[:10])


def shown_id(coop: CoopId) -> str:
    """Return a co-op's id as people see it: 16 letters in groups of four."""
    letters = b32encode(coop).decode()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def possession_message(coop: CoopId) -> bytes:
    """Return what an issuing key signs to prove that the co-op `coop` holds it (SPEC 6.2)."""
    return b"passkoop/key/1" + coop


def signature_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether `signature` (64 bytes) is one of `message` under `key` (32 bytes).

    libsodium decides (SPEC 4.1): it refuses keys and R of low order, keys that are not canonical,
    and S >= L, on which other libraries disagree.
    """
    if len(key) != 32 or len(signature) != 64:
        return False
    try:
        nacl.bindings.crypto_sign_open(signature + message, key)
    except nacl.exceptions.BadSignatureError:
        return False
    return True


# --- the pairing code: the id in four groups of four letters, each with a fifth that checks it ---


def pairing_code(coop: CoopId) -> str:
    """Return the code by which others pair with `coop`: `XXXXX-XXXXX-XXXXX-XXXXX`."""
    groups = shown_id(coop).split("-")
    return "-".join(group + _check_letter(group, number) for number, group in enumerate(groups, 1))


def parse_pairing_code(code: str) -> CoopId:
    """Return the co-op that `code` names. Case, spaces and dashes do not matter.

    0, 1 and 8 are read as O, I and B.

    Raises:
        BadPairingCode: with the number of the first group that was mistyped.
    """
    letters = code.translate(_READ_AS)
    if len(letters) != 20:
        raise BadPairingCode(0)
    bits = 0
    for number in range(1, 5):
        group, check = letters[number * 5 - 5 : number * 5 - 1], letters[number * 5 - 1]
        if not set(group) <= set(_ALPHABET) or _check_letter(group, number) != check:
            raise BadPairingCode(number)
        for letter in group:
            bits = bits << 5 | _ALPHABET.index(letter)
    return CoopId(bits.to_bytes(10))


@lru_cache(maxsize=64)
def _check_letter(group: str, number: int) -> str:
    """Return the letter that finds any one wrong letter and any two letters swapped in a group.

    A polynomial over GF(32) (modulus x^5 + x^2 + 1): the group's number, then its letters, each
    multiplied by one more power of x. The number catches two groups that changed places.
    """
    check = number
    for letter in group:
        check = _times_x(check) ^ _ALPHABET.index(letter)
    return _ALPHABET[_times_x(check)]


def _times_x(element: int) -> int:
    return (element << 1) ^ (0b100101 if element & 0b10000 else 0)
