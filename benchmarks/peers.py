"""python-cwt, pycose and PyJWT beside raw PyNaCl, in an environment of their own; prints JSON.

`benchmarks/run.py` calls this with `.venv-peers/bin/python`. Each peer reads a token of its own
kind with the claims of a card, checks its signature, and its dates where it does so by itself.
"""

import json
import time
from collections.abc import Callable
from importlib import metadata
from typing import Any

import cbor2
import cwt
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from nacl.signing import SigningKey
from pycose.algorithms import EdDSA
from pycose.headers import KID, Algorithm
from pycose.keys import OKPKey
from pycose.messages import Sign1Message

from timing import Raw, ratios

NOW = int(time.time())
KID_BYTES = bytes(8)
CLAIMS = {
    4: NOW + 1_095 * 86_400,
    6: NOW - 3_600,
    -65537: [4_242, b"\x8f\x11\x02\xc4\x99\x70\x1a\xe5", "Amélie-Rose Dupontel", 0],
}
SEED = bytes(range(32))
PRIVATE = Ed25519PrivateKey.from_private_bytes(SEED)
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def raw() -> Raw:
    """Return the plain check of a message as long as the one under a card's signature."""
    message = cbor2.dumps(["Signature1", bytes(13), bytes(15), cbor2.dumps(CLAIMS, canonical=True)])
    return Raw([(bytes(SigningKey(SEED).sign(message)), PUBLIC)])


def python_cwt() -> dict[str, Callable[[int], object]]:
    """Return python-cwt: the envelope alone, and the claims with their dates."""
    private = cwt.COSEKey.from_pem(
        PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), kid=KID_BYTES
    )
    public = cwt.COSEKey.from_pem(
        PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        kid=KID_BYTES,
    )
    token = cwt.encode(CLAIMS, private)
    envelope = cwt.COSE.new(alg_auto_inclusion=True, kid_auto_inclusion=True).encode_and_sign(
        cbor2.dumps(CLAIMS), private
    )
    reader, cose = cwt.CWT.new(), cwt.COSE.new()
    assert reader.decode(token, public)[6] == CLAIMS[6]
    assert cbor2.loads(cose.decode(envelope, public)) == CLAIMS
    return {
        "python-cwt, COSE.decode: the signature alone": lambda _: cose.decode(envelope, public),
        "python-cwt, CWT.decode: signature and dates": lambda _: reader.decode(token, public),
    }


def pycose() -> dict[str, Callable[[int], object]]:
    """Return pycose: decode and verify the envelope, the payload read with cbor2."""
    key = OKPKey(crv="ED25519", x=PUBLIC, d=SEED)
    message = Sign1Message(phdr={Algorithm: EdDSA, KID: KID_BYTES}, payload=cbor2.dumps(CLAIMS))
    message.key = key
    token = message.encode()
    public = OKPKey(crv="ED25519", x=PUBLIC)

    def read(_: int) -> Any:
        message = Sign1Message.decode(token)
        message.key = public
        if not message.verify_signature():
            raise ValueError
        return cbor2.loads(message.payload)

    assert read(0) == CLAIMS
    return {"pycose, decode and verify": read}


def pyjwt() -> dict[str, Callable[[int], object]]:
    """Return PyJWT: a JWT with EdDSA and the same claims, its dates checked."""
    claims = {
        "exp": CLAIMS[4],
        "iat": CLAIMS[6],
        "card": [4_242, "8f1102c499701ae5", "Amélie-Rose Dupontel", 0],
    }
    token = jwt.encode(claims, PRIVATE, algorithm="EdDSA")
    public = PRIVATE.public_key()
    assert jwt.decode(token, public, algorithms=["EdDSA"]) == claims
    return {
        "PyJWT, decode: signature and dates": lambda _: jwt.decode(
            token, public, algorithms=["EdDSA"]
        )
    }


def main() -> None:
    """Time all of them in the same rounds."""
    found = ratios({**python_cwt(), **pycose(), **pyjwt()}, raw())
    names = ("cwt", "pycose", "pyjwt", "pynacl", "cbor2", "cryptography")
    versions = {name: metadata.version(name) for name in names}
    print(json.dumps({"ratios": found, "versions": versions}))


if __name__ == "__main__":
    main()
