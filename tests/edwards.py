"""The curve of Ed25519 in plain integers (RFC 8032, section 5.1), slow and for tests only.

With it a test makes what no honest signer makes: points of low order, keys with a part of low
order, and signatures that hold only where the verifier multiplies by the cofactor.
"""

import hashlib
from dataclasses import dataclass

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493  # the order of the base point
_D = -121665 * pow(121666, -1, P) % P
_SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the curve, in affine coordinates."""

    x: int
    y: int

    def __add__(self, other: "Point") -> "Point":
        product = _D * self.x * other.x * self.y * other.y
        x = (self.x * other.y + other.x * self.y) * pow(1 + product, -1, P)
        y = (self.y * other.y + self.x * other.x) * pow(1 - product, -1, P)
        return Point(x % P, y % P)

    def __neg__(self) -> "Point":
        return Point(-self.x % P, self.y)

    def __rmul__(self, factor: int) -> "Point":
        total, power = NEUTRAL, self
        while factor:
            if factor & 1:
                total += power
            power += power
            factor >>= 1
        return total

    def encode(self) -> bytes:
        """Return the 32 bytes of the point."""
        return (self.y | (self.x & 1) << 255).to_bytes(32, "little")


NEUTRAL = Point(0, 1)


def decode_point(data: bytes) -> Point | None:
    """Return the point that `data` encodes, if there is one. A y of P or more is reduced."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, (number & (1 << 255) - 1) % P
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, P) % P
    x = pow(x_squared, (P + 3) // 8, P)
    if x * x % P != x_squared:
        x = x * _SQRT_MINUS_1 % P
    if x * x % P != x_squared:
        return None
    return Point(-x % P if x & 1 != sign else x, y)


_base = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
assert _base
BASE = _base

# All encodings of points of low order: SPEC 4.1 lists seven, each also with its top bit flipped.
_torsion = decode_point(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
)
assert _torsion
ORDER_8 = _torsion
LOW_ORDER = tuple(
    (y | sign << 255).to_bytes(32, "little")
    for y in (0, 1, ORDER_8.y, (3 * ORDER_8).y, P - 1, P, P + 1)
    for sign in (0, 1)
)


def secret_scalar(seed: bytes) -> tuple[int, bytes]:
    """Return the scalar and the prefix of an Ed25519 private key (RFC 8032, section 5.1.5)."""
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


def challenge(r: bytes, key: bytes, message: bytes) -> int:
    """Return k of RFC 8032, section 5.1.7."""
    return int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L


def sign_with(
    scalar: int,
    message: bytes,
    *,
    key: bytes,
    nonce: int,
    r: bytes | None = None,
) -> bytes:
    """Return S = nonce + k·scalar behind R = nonce·B, or behind an `r` that the caller chose."""
    r = (nonce * BASE).encode() if r is None else r
    s = (nonce + challenge(r, key, message) * scalar) % L
    return r + s.to_bytes(32, "little")
