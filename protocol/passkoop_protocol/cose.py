"""COSE_Sign1 and COSE_Sign (RFC 9052) for one algorithm: -19, Ed25519 (RFC 9864).

Everything in the headers is fixed but the key id and the type, so there is one way to write an
envelope, and reading one is comparing (SPEC 3).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from . import cbor
from .errors import Malformed, NewerFormat
from .keys import KeyId, PublicKey, SigningKey, key_id_of, signature_holds

MAX_SIGNATURES = 32  # of one COSE_Sign: more would only cost time

_ALG, _KID, _TYP = 1, 4, 16
_ED25519 = -19
_SIGN1, _SIGN = 18, 98
_SHORT_HEADS = [cbor.head(2, length) for length in range(256)]
_SIGNATURE_HEAD = b"\x58\x40"  # a byte string of 64


def _bstr(content: bytes) -> bytes:
    """Return `content` as a CBOR byte string."""
    length = len(content)
    return (_SHORT_HEADS[length] if length < 256 else cbor.head(2, length)) + content


# --- one signer: card, descriptor, status list ---


@dataclass(frozen=True, slots=True)
class Sign1:
    """A COSE_Sign1 that was taken apart. Nothing is proven until `holds` says so."""

    kid: KeyId
    protected: bytes
    payload: bytes
    signature: bytes

    def holds(self, key: PublicKey, aad: bytes) -> bool:
        """Return whether `key` signed this payload for the purpose `aad`."""
        return signature_holds(
            key, _sig_structure1(self.protected, aad, self.payload), self.signature
        )


def sign1(payload: bytes, *, key: SigningKey, aad: bytes, typ: str | None = None) -> bytes:
    """Return a tagged COSE_Sign1 (RFC 9052, section 4.2) over `payload`.

    Args:
        aad: the external_aad; keeps a signature made for one purpose from passing for another.
        typ: the `typ` header (RFC 9596); None for a card, where every byte is printed.
    """
    start, end = _frame(typ)
    framed = start + key_id_of(PublicKey(bytes(key.verify_key))) + end
    signed = _sig_structure1(framed[3 if typ is None else 4 : -1], aad, payload)
    return framed + _bstr(payload) + _SIGNATURE_HEAD + key.sign(signed).signature


def parse_sign1(data: bytes, *, typ: str | None = None) -> Sign1:
    """Return the parts of a tagged COSE_Sign1 of type `typ`.

    Raises:
        Malformed: not deterministic CBOR, or no tagged COSE_Sign1.
        NewerFormat: another algorithm or type, a further header, or something unprotected.
    """
    # Deterministic encoding leaves one way to write what we know: compare, do not parse.
    start, end = _frame(typ)
    kid_at = len(start)
    payload_at = kid_at + 8 + len(end)
    payload_end = len(data) - 66
    if (
        payload_end > payload_at
        and data.startswith(start)
        and data.startswith(end, kid_at + 8)
        and data.startswith(_SIGNATURE_HEAD, payload_end)
        and (payload := _bstr_content(data[payload_at:payload_end])) is not None
    ):
        kid = KeyId(data[kid_at : kid_at + 8])
        protected = data[3 if typ is None else 4 : payload_at - 1]  # after a head of 1 or 2 bytes
        return Sign1(kid, protected, payload, data[-64:])
    raise _why_not_sign1(data)


def claimed_kid(data: bytes, *, typ: str | None = None) -> KeyId | None:
    """Return the kid that a COSE_Sign1 of type `typ` names; None: this begins like none.

    It costs nothing, and proves nothing: who is unknown need not be looked at more closely.
    """
    start, end = _frame(typ)
    at = len(start)
    if data.startswith(start) and data.startswith(end, at + 8):
        return KeyId(data[at : at + 8])
    return None


@lru_cache(maxsize=8)
def _frame(typ: str | None) -> tuple[bytes, bytes]:
    """Return what stands before the kid and between kid and payload."""
    kid = b"kidplace"
    header: dict[int, object] = {_ALG: _ED25519, _KID: kid}
    if typ is not None:
        header[_TYP] = typ
    framed = b"\xd2\x84" + _bstr(cbor.encode(header)) + b"\xa0"
    start, _, end = framed.partition(kid)
    return start, end


def has_typ(data: bytes, typ: str) -> bool:
    """Return whether `data` seems to be a `typ`: where to look next, not a check (SPEC 7.2)."""
    return cbor.encode(typ) in data[:80]


def _bstr_content(item: bytes) -> bytes | None:
    """Return what the CBOR byte string `item` holds; None if it is none, or a longer form."""
    for head in (2, 1, 3, 5):  # the length of a card's payload, then the rarer ones
        if _bstr(item[head:]) == item:
            return item[head:]
    return None


def _sig_structure1(protected: bytes, aad: bytes, payload: bytes) -> bytes:
    return b"\x84\x6aSignature1" + _bstr(protected) + _bstr(aad) + _bstr(payload)


def _why_not_sign1(data: bytes) -> Malformed | NewerFormat:
    """Return what is wrong with `data`, which is not what this version writes."""
    try:
        cbor.check(data)
        if data[0] != 0xC0 | _SIGN1:
            return Malformed("not a COSE_Sign1")
        protected, *_ = _members(data, 1, (_BYTES, _MAP, _BYTES, _BYTES))
        _check_map(_content(data, protected))
    except Malformed as error:
        return error
    return NewerFormat("signed in a way that this version does not know")


# --- several signers: root, directory ---


@dataclass(frozen=True, slots=True)
class Sign:
    """A COSE_Sign that was taken apart. Nothing is proven until `good_signers` says so."""

    protected: bytes
    payload: bytes
    signatures: tuple[tuple[KeyId, bytes, bytes], ...]  # kid, protected, signature

    def good_signers(self, keys: Mapping[KeyId, PublicKey], aad: bytes) -> frozenset[KeyId]:
        """Return which of `keys` signed this payload for the purpose `aad`. One key counts once."""
        good = set()
        for kid, protected, signature in self.signatures:
            if kid in keys and kid not in good:
                structure = ["Signature", self.protected, protected, aad, self.payload]
                if signature_holds(keys[kid], cbor.encode(structure), signature):
                    good.add(kid)
        return frozenset(good)


def sign(payload: bytes, *, keys: Iterable[SigningKey], aad: bytes, typ: str) -> bytes:
    """Return a tagged COSE_Sign (RFC 9052, section 4.1) over `payload`, signed by all `keys`."""
    body = cbor.encode({_TYP: typ})
    signatures = []
    for key in keys:
        kid = key_id_of(PublicKey(bytes(key.verify_key)))
        protected = cbor.encode({_ALG: _ED25519, _KID: kid})
        signed = key.sign(cbor.encode(["Signature", body, protected, aad, payload]))
        signatures.append((kid, protected, signed.signature))
    return join_signatures(body, payload, signatures)


def join_signatures(
    protected: bytes, payload: bytes, signatures: Sequence[tuple[KeyId, bytes, bytes]]
) -> bytes:
    """Return the tagged COSE_Sign of these parts, signatures in the order of their kid."""
    rows = [[header, {}, signature] for _, header, signature in sorted(signatures)]
    return cbor.encode(cbor.Tag(_SIGN, [protected, {}, payload, rows]))


def parse_sign(data: bytes, *, typ: str) -> Sign:
    """Return the parts of a tagged COSE_Sign of type `typ`.

    Raises:
        Malformed: not deterministic CBOR, no tagged COSE_Sign, or too many signatures.
        NewerFormat: another algorithm or type, a further header, or something unprotected.
    """
    cbor.check(data)  # and build nothing of it: a stranger may send 8 MB of empty arrays
    if not data.startswith(_SIGN_START):
        raise Malformed("not a COSE_Sign")
    body, unprotected, payload, rows = _members(data, 2, (_BYTES, _MAP, _BYTES, _ARRAY))
    signatures = [
        _members(data, start, (_BYTES, _MAP, _BYTES))
        for start, _ in cbor.spans(data, rows[0], most=MAX_SIGNATURES)
    ]
    protected = _content(data, body)
    known = _is_header(protected, cbor.encode({_TYP: typ}))
    found = []
    for header_at, more_at, signature_at in signatures:
        header, signature = _content(data, header_at), _content(data, signature_at)
        if len(signature) != 64:
            raise Malformed("a signature is not 64 bytes long")
        known &= _is_header(header, _SIGNER_START + header[-8:]) and _is_empty(data, more_at)
        found.append((KeyId(header[-8:]), header, signature))
    if not known or not _is_empty(data, unprotected):
        raise NewerFormat("signed in a way that this version does not know")
    return Sign(protected, _content(data, payload), tuple(found))


def claimed_kids(data: bytes, *, typ: str) -> list[KeyId] | None:
    """Return the kids that a COSE_Sign of type `typ` names; None: this version writes none so.

    It costs nothing, however long the payload is, and proves nothing.
    """
    start = _SIGN_START + b"\x84" + _bstr(cbor.encode({_TYP: typ})) + b"\xa0"
    at = len(start)
    head = _PAYLOAD_HEAD.match(data, at)
    if not data.startswith(start) or head is None:
        return None
    length = int.from_bytes(head[1] or head[2] or head[3] or b"") or data[at] & 0x1F
    at = head.end() + length
    count = _ROWS_HEAD.match(data, at)
    if count is None:
        return None
    rows = data[count.end() :]
    if len(rows) % _ROW or len(rows) // _ROW > MAX_SIGNATURES:
        return None
    return [KeyId(rows[one + _KID_AT : one + _KID_AT + 8]) for one in range(0, len(rows), _ROW)]


_Span = tuple[int, int]  # where an item begins and ends
_BYTES, _ARRAY, _MAP = 2, 4, 5  # major types
_SIGN_START = bytes((0xD8, _SIGN))
_SIGNER_START = cbor.encode({_ALG: _ED25519, _KID: bytes(8)})[:-8]
# A byte string of up to 23, 255, 65,535 or 2^32 - 1 bytes; an array of up to 23 or 255 items.
_PAYLOAD_HEAD = re.compile(rb"[\x40-\x57]|\x58(.)|\x59(..)|\x5a(....)", re.DOTALL)
_ROWS_HEAD = re.compile(rb"[\x80-\x97]|\x98.", re.DOTALL)
# One signature: its array, the header with the kid at its end, an empty map, 64 bytes.
_KID_AT = 2 + len(_SIGNER_START)
_ROW = _KID_AT + 8 + 1 + 2 + 64


def _members(data: bytes, at: int, majors: tuple[int, ...]) -> list[_Span]:
    """Return where the members of the array at `at` are, which are to be of these major types."""
    if data[at] >> 5 == _ARRAY:
        members = cbor.spans(data, at, most=len(majors))
        if tuple(data[start] >> 5 for start, _ in members) == majors:
            return members
    raise Malformed("not the parts of a COSE_Sign")


def _content(data: bytes, span: _Span) -> bytes:
    """Return what the byte string at `span` holds."""
    content = cbor.decode(data[slice(*span)])
    assert type(content) is bytes
    return content


def _is_empty(data: bytes, span: _Span) -> bool:
    return data[slice(*span)] == b"\xa0"


def _is_header(protected: bytes, expected: bytes) -> bool:
    """Return whether a protected header is the one expected. Malformed: it is not even a map."""
    _check_map(protected)
    return protected == expected


def _check_map(protected: bytes) -> None:
    """Return quietly if a protected header encodes a map, or raise Malformed."""
    cbor.check(protected)
    if protected[0] >> 5 != _MAP:
        raise Malformed("a protected header is no map")
