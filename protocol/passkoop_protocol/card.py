"""The card: what an issuer signs for one holder (SPEC 5)."""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from . import cbor, cose
from .errors import Malformed, NewerFormat
from .fields import MAX_TIME, is_hidden_free
from .keys import SigningKey

AAD = b"passkoop/card/1"
MAX_CARD = 512  # bytes
MAX_LIFETIME = 1_200 * 86_400  # seconds: three years and a hundred days
MAX_INDEX = 65_535
MAX_NAME = 64  # bytes of UTF-8

_EXP, _IAT, _PASSKOOP = 4, 6, -65537


class Category(IntEnum):
    """What the holder is to the issuer. 4–23 are labels to come: read them as MEMBER."""

    MEMBER = 0
    AFFILIATED = 1  # of a member's household
    VISITOR = 2  # a visitor's card, good at its issuer only
    STAFF = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What an issuer signs for one holder. Times: seconds since 1970, UTC."""

    status_index: int  # place in the status list of the signing key, 0 to 65,535
    member_ref: bytes  # 8 random bytes, opaque outside the issuer, kept when the card is replaced
    holder_name: str  # shown large to the cashier
    category: int  # 0 to 23, see `Category`
    issued_at: int  # `iat`
    expires_at: int  # `exp`, the first second at which the card is refused


def issue_card(card: Card, *, key: SigningKey) -> bytes:
    """Return `card` signed with an issuing key: a tagged COSE_Sign1 of at most `MAX_CARD` bytes.

    Raises:
        ValueError: a field is out of its range; a verifier would not read such a card.
    """
    details = [card.status_index, card.member_ref, card.holder_name, int(card.category)]
    payload = cbor.encode({_EXP: card.expires_at, _IAT: card.issued_at, _PASSKOOP: details})
    try:
        parse_claims(payload)
    except NewerFormat as error:
        raise ValueError(str(error)) from error
    return cose.sign1(payload, key=key, aad=AAD)


def parse_claims(payload: bytes) -> Card:
    """Return the card in a payload whose signature is good.

    Raises:
        NewerFormat: anything else than exactly these claims. A verifier that skipped a claim it
            does not know would turn, say, a card bound to a phone into one that anybody can show.
    """
    try:
        exp, iat, index, ref, name, category = _usual_claims(payload) or _claims(payload)
    except (Malformed, KeyError, TypeError, ValueError):
        pass
    else:
        if (
            type(exp) is type(iat) is type(index) is type(category) is int
            and 0 <= iat < exp <= iat + MAX_LIFETIME
            and exp < MAX_TIME
            and 0 <= index <= MAX_INDEX
            and 0 <= category <= 23
            and type(ref) is bytes
            and len(ref) == 8
            and type(name) is str
            and is_display_name(name)
        ):
            return Card(
                status_index=index,
                member_ref=ref,
                holder_name=name,
                category=category,
                issued_at=iat,
                expires_at=exp,
            )
    raise NewerFormat("the card holds something that this version does not know")


# exp, iat, index, ref, name, category: of any type, where the decoder found them.
_Claims = tuple[Any, Any, Any, Any, Any, Any]

# Deterministic encoding leaves one way to write the claims of a card, so a pattern reads them in a
# third of the decoder’s time. What it does not match is left to the decoder: early and late dates,
# and all that is wrong.
_USUAL = re.compile(
    rb"\xa3\x04\x1a(?!\0\0)(.{4})\x06\x1a(?!\0\0)(.{4})\x3a\0\x01\0\0\x84"
    rb"([\0-\x17]|\x18[\x18-\xff]|\x19(?!\0)..)\x48(.{8})"
    rb"([\x60-\x77]|\x78[\x18-\x40])(.*)([\0-\x17])",
    re.DOTALL,
)


def _usual_claims(payload: bytes) -> _Claims | None:
    """Return the claims of a payload that is written as nearly all are."""
    if not (found := _USUAL.fullmatch(payload)):
        return None
    exp, iat, index, ref, head, name, category = found.groups()
    # A head of one byte holds the number itself; else the number stands behind it.
    if len(name) != (head[0] - 0x60 if len(head) == 1 else head[1]):
        return None
    number = index[0] if len(index) == 1 else int.from_bytes(index[1:])
    return int.from_bytes(exp), int.from_bytes(iat), number, ref, name.decode(), category[0]


def _claims(payload: bytes) -> _Claims:
    """Return the claims of any payload. Malformed, KeyError, TypeError, ValueError: it has none."""
    claims = cbor.decode(payload)
    if type(claims) is not dict or len(claims) != 3 or type(claims[_PASSKOOP]) is not list:
        raise TypeError
    index, ref, name, category = claims[_PASSKOOP]
    return claims[_EXP], claims[_IAT], index, ref, name, category


def is_display_name(name: str) -> bool:
    """Return whether `name` may stand on a card (SPEC 5.1): NFC, 1 to 64 bytes, nothing hidden."""
    return (
        0 < len(name.encode()) <= MAX_NAME
        and name[0] != " " != name[-1]
        and is_hidden_free(name)
        and unicodedata.is_normalized("NFC", name)
    )
