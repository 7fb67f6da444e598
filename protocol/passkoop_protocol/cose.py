"""COSE_Sign1 and COSE_Sign (RFC 9052) for one algorithm: -19, Ed25519 (RFC 9864).

Everything in the headers is fixed but the key id and the type, so there is one way to write an
envelope, and reading one is comparing (SPEC 3).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cbor2

from . import cbor
from .errors import Malformed, NewerFormat
from .keys import KeyId, PublicKey, SigningKey, key_id_of, signature_holds

MAX_SIGNATURES = 32  # of one COSE_Sign: more would only cost time

_ALG, _KID, _TYP = 1, 4, 16
_ED25519 = -19
_SIGN1, _SIGN = 18, 98
_SIGNATURE_HEAD = b"\x58\x40"  # a byte string of 64


def _bstr(content: bytes) -> bytes:
    """Return `content` (shorter than 65,536 bytes) as a CBOR byte string."""
    length = len(content)
    if length < 24:
        return bytes((0x40 | length,)) + content
    if length < 256:
        return bytes((0x58, length)) + content
    return b"\x59" + length.to_bytes(2) + content


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
    signed = _sig_structure1(framed[_protected_at(typ) : -1], aad, payload)
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
        not data.startswith(start)
        or data[kid_at + 8 : payload_at] != end
        or data[payload_end : payload_end + 2] != _SIGNATURE_HEAD
        or (payload := _bstr_content(data[payload_at:payload_end])) is None
    ):
        raise _why_not_sign1(data)
    kid = KeyId(data[kid_at : kid_at + 8])
    return Sign1(kid, data[_protected_at(typ) : payload_at - 1], payload, data[-64:])


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


@lru_cache(maxsize=8)
def _protected_at(typ: str | None) -> int:
    return 3 if typ is None else 4  # behind the head of the byte string: 13 bytes, or more than 23


def _bstr_content(item: bytes) -> bytes | None:
    """Return what the CBOR byte string `item` holds; None if it is none, or a longer form."""
    for head in (2, 1, 3):  # the length of a card's payload, then the rarer ones
        if _bstr(item[head:]) == item:
            return item[head:]
    return None


def _sig_structure1(protected: bytes, aad: bytes, payload: bytes) -> bytes:
    return b"\x84\x6aSignature1" + _bstr(protected) + _bstr(aad) + _bstr(payload)


def _why_not_sign1(data: bytes) -> Malformed | NewerFormat:
    """Return what is wrong with `data`, which is not what this version writes."""
    try:
        envelope = cbor.decode(data)
    except Malformed as error:
        return error
    match envelope:
        case cbor.Tag(number=18, value=[bytes() as protected, dict(), bytes(), bytes()]):
            try:
                _header(protected)
            except Malformed as error:
                return error
            return NewerFormat("signed in a way that this version does not know")
    return Malformed("not a COSE_Sign1")


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
    return cbor.encode(cbor2.CBORTag(_SIGN, [protected, {}, payload, rows]))


def parse_sign(data: bytes, *, typ: str) -> Sign:
    """Return the parts of a tagged COSE_Sign of type `typ`.

    Raises:
        Malformed: not deterministic CBOR, no tagged COSE_Sign, or too many signatures.
        NewerFormat: another algorithm or type, a further header, or something unprotected.
    """
    envelope = cbor.decode(data)
    match envelope:
        case cbor.Tag(
            number=98,
            value=[bytes() as protected, dict() as unprotected, bytes() as payload, list() as rows],
        ):
            pass
        case _:
            raise Malformed("not a COSE_Sign")
    if len(rows) > MAX_SIGNATURES:
        raise Malformed(f"more than {MAX_SIGNATURES} signatures")
    if unprotected or _header(protected) != {_TYP: typ}:
        raise NewerFormat("signed in a way that this version does not know")
    return Sign(protected, payload, tuple(_signature(row) for row in rows))


def _signature(row: object) -> tuple[KeyId, bytes, bytes]:
    match row:
        case [bytes() as protected, dict() as unprotected, bytes() as signature] if (
            len(signature) == 64
        ):
            pass
        case _:
            raise Malformed("not a COSE_Signature")
    match _header(protected):
        case {1: -19, 4: bytes() as kid, **others} if (
            len(kid) == 8 and not others and not unprotected
        ):
            return KeyId(kid), protected, signature
    raise NewerFormat("signed in a way that this version does not know")


def _header(protected: bytes) -> dict[object, object]:
    header = cbor.decode(protected)
    if type(header) is not dict:
        raise Malformed("a protected header is no map")
    return header
