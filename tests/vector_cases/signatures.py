"""Cases about Ed25519 (SPEC 4.1), and what a verifier multiplies or does not multiply."""

from edwards import (
    BASE,
    LOW_ORDER,
    NEUTRAL,
    ORDER_8,
    L,
    P,
    challenge,
    decode_point,
    secret_scalar,
    sign_with,
)
from shop import key_of, public

from .cases import Case, Cases

_SEED = bytes([1]) * 32
_SCALAR, _ = secret_scalar(_SEED)
_KEY = (_SCALAR * BASE).encode()
_NONCE = 0xC0FFEE  # fixed, for the vectors are; never do this with a key that counts
_MESSAGE = b"Pass'Koop"
_MIXED_KEY = (_SCALAR * BASE + ORDER_8).encode()


def _numbered(number: int) -> bytes:
    return f"message {number}".encode()


# RFC 8032, section 7.1: TEST 1, 2, 3 and SHA(abc).
_RFC = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


def ed25519_cases() -> list[Case]:
    """Return the cases of Ed25519."""
    cases = Cases()
    for number, (key, message, signature) in enumerate(_RFC, 1):
        told = {"public_key": key, "message": message, "signature": signature}
        name = f"test {number} of RFC 8032"
        cases.add("4.1", name, {"op": "ed25519_verify", **told}, {"ok": True})
    _ordinary(cases)
    _hostile_keys(cases)
    _hostile_rs(cases)
    _hostile_ss(cases)
    _cofactors(cases)
    return cases.cases


def _ordinary(cases: Cases) -> None:
    good = key_of("signer").sign(_MESSAGE).signature
    key = public(key_of("signer"))
    cases.signature("4.1", "a good signature", key, _MESSAGE, good, ok=True)
    cases.signature("4.1", "another message", key, b"Pass'koop", good, ok=False)
    other = public(key_of("somebody else"))
    cases.signature("4.1", "another key", other, _MESSAGE, good, ok=False)
    for at in (0, 31, 32, 62):
        broken = bytearray(good)
        broken[at] ^= 1
        name = f"a signature with bit 0 of byte {at} flipped"
        cases.signature("4.1.4", name, key, _MESSAGE, bytes(broken), ok=False)
    cases.signature("4.1", "a signature of 63 bytes", key, _MESSAGE, good[:63], ok=False)
    cases.signature("4.1", "a signature of 65 bytes", key, _MESSAGE, good + b"\0", ok=False)
    cases.signature("4.1", "no signature at all", key, _MESSAGE, b"", ok=False)
    cases.signature("4.1", "a signature of zeros", key, _MESSAGE, bytes(64), ok=False)
    cases.signature("4.1", "a key of 31 bytes", key[:31], _MESSAGE, good, ok=False)
    cases.signature("4.1", "a key of 33 bytes", key + b"\0", _MESSAGE, good, ok=False)
    off_curve = next(
        data for y in range(2, 99) if decode_point(data := y.to_bytes(32, "little")) is None
    )
    cases.signature(
        "4.1", "a key that is no point of the curve", off_curve, _MESSAGE, good, ok=False
    )
    cases.signature(
        "4.1.4",
        "an R that is no point of the curve",
        key,
        _MESSAGE,
        off_curve + good[32:],
        ok=False,
    )


def _hostile_keys(cases: Cases) -> None:
    """Keys that anybody can sign for: [k]A is one of eight points, so R = [S]B - [k]A is easy."""
    for number, key in enumerate(LOW_ORDER, 1):
        name = f"encoding {number} of a key of low order, with an equation that holds"
        cases.signature("4.1.1", name, key, *_signed_for_nobody(key), ok=False)
    for y in range(2, 19):
        data = (P + y).to_bytes(32, "little")
        if decode_point(data):
            name = f"a key that is not canonical: y = {y} written as p + {y}"
            signature = sign_with(_SCALAR, _MESSAGE, key=data, nonce=_NONCE)
            cases.signature("4.1.1", name, data, _MESSAGE, signature, ok=False)
            break


def _signed_for_nobody(key: bytes) -> tuple[bytes, bytes]:
    """Return a message and a signature with [S]B - [k]A = R, for a `key` of low order."""
    point = decode_point(key)
    assert point
    s = _NONCE
    for number in range(10_000):
        message = _numbered(number)
        for k in range(8):
            r = (s * BASE + -(k * point)).encode()
            if challenge(r, key, message) % 8 == k:
                return message, r + s.to_bytes(32, "little")
    raise AssertionError


def _hostile_rs(cases: Cases) -> None:
    """R of low order. With a nonce of 0 the equation is made true: but for the rule it would do."""
    for number, r in enumerate(LOW_ORDER, 1):
        name = f"encoding {number} of an R of low order, with an equation that holds"
        wanted = decode_point(r)
        for key, part in ((_KEY, NEUTRAL), (_MIXED_KEY, ORDER_8)):
            for message in map(_numbered, range(64)):
                if -(challenge(r, key, message) % 8 * part) == wanted:
                    signature = sign_with(_SCALAR, message, key=key, nonce=0, r=r)
                    break
            else:
                continue
            cases.signature("4.1.2", name, key, message, signature, ok=False)
            break
        else:
            raise AssertionError


def _hostile_ss(cases: Cases) -> None:
    good = sign_with(_SCALAR, _MESSAGE, key=_KEY, nonce=_NONCE)
    cases.signature("4.1.3", "S below L", _KEY, _MESSAGE, good, ok=True)
    s = int.from_bytes(good[32:], "little")
    for factor in range(1, 16):
        if s + factor * L < 1 << 256:
            wrong = good[:32] + (s + factor * L).to_bytes(32, "little")
            cases.signature("4.1.3", f"S + {factor} L", _KEY, _MESSAGE, wrong, ok=False)
    high = bytearray(good)
    high[63] |= 0x80
    cases.signature("4.1.3", "S with its top bit set", _KEY, _MESSAGE, bytes(high), ok=False)


def _cofactors(cases: Cases) -> None:
    """Here verifiers that multiply by the cofactor, and those that do not, part ways."""
    key = _MIXED_KEY
    for wanted in (True, False):
        message = next(
            one for one in map(_numbered, range(99)) if (_k(key, one) % 8 == 0) is wanted
        )
        signature = sign_with(_SCALAR, message, key=key, nonce=_NONCE)
        name = (
            "a key with a part of low order, and a challenge that makes it vanish"
            if wanted
            else "a key with a part of low order, which only the cofactor would take away"
        )
        cases.signature("4.1.4", name, key, message, signature, ok=wanted)
    mixed_r = (_NONCE * BASE + ORDER_8).encode()
    signature = sign_with(_SCALAR, _MESSAGE, key=_KEY, nonce=_NONCE, r=mixed_r)
    name = "an R with a part of low order, which only the cofactor would take away"
    cases.signature("4.1.4", name, _KEY, _MESSAGE, signature, ok=False)
    for message in map(_numbered, range(99)):
        # The two parts of low order take each other away: [S]B - [k]A is R indeed.
        if challenge(mixed_r, key, message) % 8 == 7:
            signature = sign_with(_SCALAR, message, key=key, nonce=_NONCE, r=mixed_r)
            name = "a key and an R with parts of low order that cancel each other"
            cases.signature("4.1.4", name, key, message, signature, ok=True)
            break
    else:
        raise AssertionError


def _k(key: bytes, message: bytes) -> int:
    return challenge((_NONCE * BASE).encode(), key, message)
