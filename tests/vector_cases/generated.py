"""Lines for both drivers, as many as one likes, from a seed: all kinds of damage, random worlds.

Nobody says what the answer is. It has to be the same in both implementations.
"""

import zlib
from base64 import b32encode
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from edwards import BASE, LOW_ORDER, ORDER_8, L, secret_scalar, sign_with
from passkoop_protocol import cbor, text
from passkoop_protocol.card import AAD
from passkoop_protocol.keyboards import LAYOUTS, typed
from passkoop_protocol.keys import pairing_code
from shop import DAY, NOW, Coop, Federation, Listed, T, kid_of, public, sign1

from . import annex
from .cases import in_hexadecimal

Line = dict[str, Any]

COOPS = [Coop(name) for name in ("Lou Rasim", "Lou Basta", "La Maison")]
FEDERATIONS = [
    Federation(name="Trio", people=("a", "b", "c"), threshold=2),
    Federation(name="Solo"),
]
_ANY_LETTER = (
    "".join(a + b for a, b in annex.ROWS.values()) + "# \n\t\x7f\u00e9\u4e00\U0001f955\u0301"
)


def lines(count: int, *, seed: int) -> Iterator[Line]:
    """Yield `count` lines, always the same for one seed."""
    random = Random(seed)
    for _ in range(count):
        yield random.choice(_KINDS)(random)


# --- damage ---


def damaged(random: Random, data: bytes) -> bytes:
    """Return `data` with one to three bytes changed, left out, put in, or its end cut off."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        at = random.randrange(len(changed)) if changed else 0
        match random.randrange(6):
            case 0 | 1 if changed:
                changed[at] ^= 1 << random.randrange(8)
            case 2 if changed:
                changed[at] = random.choice((0, 1, 0x17, 0x18, 0x40, 0x60, 0x80, 0xA0, 0xF6, 0xFF))
            case 3 if changed:
                del changed[at : at + random.choice((1, 1, 2, 8))]
            case 4:
                changed[at:at] = random.randbytes(random.choice((1, 1, 2, 8)))
            case _:
                if random.random() < 0.3:
                    del changed[at:]
                else:
                    changed[at : at + 4] = changed[at : at + 4] * 2
    return bytes(changed)


def _maybe(random: Random, data: bytes, share: float = 0.5) -> bytes:
    return damaged(random, data) if random.random() < share else data


# --- CBOR, lists, texts, codes ---


def _value(random: Random, depth: int = 0) -> Any:
    """Return a random value that CBOR can hold."""
    kind = random.randrange(12 if depth < 4 else 7)
    match kind:
        case 0 | 1:
            return random.choice(
                (0, 1, 23, 24, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**64 - 1)
            )
        case 2:
            return -1 - random.getrandbits(random.choice((3, 5, 8, 16, 32, 64)))
        case 3:
            return random.randbytes(random.choice((0, 1, 23, 24, 40)))
        case 4:
            return "".join(random.choice(_ANY_LETTER) for _ in range(random.choice((0, 1, 12, 30))))
        case 5:
            return random.choice(
                (None, True, False, cbor.Simple(0), cbor.Simple(23), cbor.Simple(255))
            )
        case 6:
            return cbor.Float(b"\xf9" + random.randbytes(2))
        case 7 | 8:
            return [_value(random, depth + 1) for _ in range(random.randrange(5))]
        case 9:
            return cbor.Tag(random.choice((0, 1, 24, 18, 98, 1_000)), _value(random, depth + 1))
        case _:
            keys = (random.randrange(-30, 70_000), f"k{random.randrange(99)}", random.randbytes(2))
            return {
                random.choice(keys): _value(random, depth + 1) for _ in range(random.randrange(5))
            }


def _cbor_line(random: Random) -> Line:
    if random.random() < 0.3:
        data = random.randbytes(random.randrange(1, 12))
    else:
        data = _maybe(random, cbor.encode(_value(random)), 0.7)
    if random.random() < 0.3:  # wide floats: some fit into half, some do not
        size, head = random.choice(((4, b"\xfa"), (8, b"\xfb")))
        kept = random.randrange(1, size + 1)
        data = head + random.randbytes(kept) + bytes(size - kept)
        if random.random() < 0.3:
            exponent = bytes.fromhex("7f80" if size == 4 else "7ff0")
            data = head + exponent + random.randbytes(1) * random.randrange(2) + bytes(size)
            data = data[: size + 1]
    return {"op": "cbor_decode", "data": data.hex()}


def _status_line(random: Random) -> Line:
    bits = random.choice((1, 2, 4, 8))
    array = random.randbytes(random.choice((0, 1, 3, 64))) + bytes(random.choice((0, 1, 300)))
    lst = _maybe(random, zlib.compress(array, random.choice((0, 1, 9))))
    index = random.choice(
        (0, 1, len(array) * 8 // bits - 1, len(array) * 8 // bits, random.randrange(-2, 3_000))
    )
    return {"op": "status_get", "bits": bits, "lst": lst.hex(), "index": index}


def _text_line(random: Random) -> Line:
    data = _maybe(random, _card(random, random.choice(COOPS)), 0.3)
    told = b32encode(data).decode().rstrip("=")
    return {"op": "text_decode", "text": _mistyped(random, told)}


def _mistyped(random: Random, told: str) -> str:
    """Return a text in base32 as it may arrive."""
    match random.randrange(8):
        case 0:
            told = f"{text.ADDRESS}{told}\n"
        case 1:
            told = typed(told, random.choice(list(LAYOUTS)), caps_lock=random.random() < 0.5)
        case 2:
            told = random.choice((told.lower(), told.swapcase(), told[:9] + told[9:].lower()))
        case 3 if told:
            at = random.randrange(len(told))
            told = told[:at] + random.choice(_ANY_LETTER) + told[at + random.randrange(2) :]
        case 4 if told:
            at = random.randrange(len(told))
            told = told[:at] + told[at + 1 :]
        case 5:
            told = (
                random.choice(("", " ", "#", "a#", "\u00a0", "=" * 3))
                + told
                + random.choice(("", " ", "#", "="))
            )
        case 6:
            told = "".join(random.choice(_ANY_LETTER) for _ in range(random.randrange(30)))
    return told


def _repairs_line(random: Random) -> Line:
    told = "".join(random.choice(_ANY_LETTER) for _ in range(random.randrange(12)))
    told += random.choice(("", "#")) + "".join(
        random.choice("ABMQZ27\u00e9\"'(-\u00e8_") for _ in range(random.randrange(6))
    )
    return {"op": "text_repairs", "text": told}


def _pairing_line(random: Random) -> Line:
    code = list(pairing_code(random.choice(COOPS).id))
    for _ in range(random.randrange(3)):
        at = random.randrange(len(code))
        code[at] = random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-\u2011 \u00df\u0131")
    told = "".join(code)
    return {
        "op": "pairing_code",
        "code": random.choice((told, told.lower(), told.replace("-", ""))),
    }


# --- signatures ---

_SCALAR, _ = secret_scalar(bytes([9]) * 32)
_KEYS = [
    (_SCALAR * BASE).encode(),
    (_SCALAR * BASE + ORDER_8).encode(),
    (_SCALAR * BASE + 4 * ORDER_8).encode(),
]
_RS = [(nonce, (nonce * BASE).encode()) for nonce in (1, 5, 77_777, L - 1)]
_RS += [
    (nonce, (nonce * BASE + part * ORDER_8).encode()) for nonce, _ in _RS[:2] for part in (1, 2, 4)
]
_RS += [(0, r) for r in LOW_ORDER]


def _signature_line(random: Random) -> Line:
    key = random.choice((*_KEYS, *_KEYS, random.choice(LOW_ORDER)))
    message = random.randbytes(random.randrange(6))
    nonce, r = random.choice(_RS if random.random() < 0.6 else _RS[:4])
    signature = sign_with(_SCALAR, message, key=key, nonce=nonce, r=r)
    match random.randrange(8):
        case 0:
            s = int.from_bytes(signature[32:], "little") + random.choice((1, 2, 8, 15)) * L
            if s < 1 << 256:
                signature = signature[:32] + s.to_bytes(32, "little")
        case 1:
            signature = damaged(random, signature)
        case 2:
            key = damaged(random, key)
        case 3:
            y = random.choice(
                (2**255 - 19, 2**255 - 18, 2**255 - 1, 2**256 - 1)
            ) - random.randrange(3)
            odd = y.to_bytes(32, "little")
            key, signature = random.choice(((odd, signature), (key, odd + signature[32:])))
    told = {"public_key": key.hex(), "message": message.hex(), "signature": signature.hex()}
    return {"op": "ed25519_verify", **told}


# --- cards, documents, worlds ---


def _card(random: Random, coop: Coop, **claims: Any) -> bytes:
    """Return a card, perhaps with claims that no card has, or damaged under its signature."""
    told: dict[str, Any] = {
        "index": random.choice((0, 0, 0, 1, 7, 1_023, 1_024, 65_535)),
        "iat": random.choice((T, T, T - DAY, T + 1_000, NOW, NOW + 300, NOW + 301, NOW + 901)),
        "category": random.choice((0, 0, 0, 1, 2, 3, 23)),
    }
    if random.random() < 0.5:
        told["iat"] = T
    told["exp"] = random.choice(
        (told["iat"] + 1, T + 1_000 * DAY, T + 1_000 * DAY, NOW - 300, NOW - 299)
    )
    if random.random() < 0.06:
        field = random.choice(("index", "iat", "exp", "category", "name", "ref"))
        told[field] = _value(random)
    key = random.choice((*[coop.key(1)] * 5, coop.key(2), COOPS[0].key(3)))
    payload = _maybe(random, coop.claims(**(told | claims)), 0.04)
    return sign1(payload, key, AAD)


def _since(random: Random) -> int:
    return random.choice((T - DAY, T, T + 1_000, NOW))


def _descriptor(random: Random, coop: Coop) -> bytes:
    keys = []
    for key in (coop.key(1), coop.key(2), COOPS[0].key(3)):
        state = random.choice((0, 0, 0, 0, 0, 0, 1, 2, None))
        if state is not None:
            keys.append(Listed(key, state, _since(random) if state else 0))
    at = random.choice((T, T, T, T + 1, T + 599, T + 600, NOW + 600, NOW + 601))
    changes: dict[str, Any] = {
        "place": random.choice(("Hendaye", "Irun")),
        "country": random.choice(("FR", "BE")),
    }
    if random.random() < 0.05:
        changes[
            random.choice(("name", "place", "country", "welcome", "page", "addresses", "x"))
        ] = _value(random)
    payload = cbor.encode(coop.fields(at=at, keys=keys, **changes))
    return coop.sign_descriptor(_maybe(random, payload, 0.03))


def _status_list(random: Random, coop: Coop) -> bytes:
    keys = (*[coop.key(1)] * 4, coop.key(2), COOPS[0].key(3))
    statuses = {index: random.randrange(4) for index in (0, 1, 7, 511) if random.random() < 0.3}
    return coop.status_list(
        statuses,
        at=random.choice(
            (
                T,
                T,
                T,
                T + 1,
                T + 59,
                T + 60,
                NOW,
                NOW + 600,
                NOW + 601,
                NOW - 10 * DAY,
                NOW - 10 * DAY - 1,
            )
        ),
        entries=random.choice((*[1_024] * 5, 2_048, 512)),
        of=random.choice(keys),
        signer=random.choice(keys),
    )


def _federation(random: Random, federation: Federation) -> list[bytes]:
    """Return roots and directories of a federation, not all of them good."""
    documents = [federation.root()]
    people = list(federation.people)
    if random.random() < 0.5:
        role = federation.role(random.choice((people, ["x", *people], ["x"])), 1)
        signers = random.choice((people, people, people[:1], [*people, "x"]))
        changes = {random.choice(("directory", "directory", "root")): role}
        documents.append(federation.root(2, signers=signers, **changes))
    for _ in range(random.choice((1, 1, 2))):
        rows = []
        for coop in random.sample(COOPS, random.randrange(1, 4)):
            row = federation.row(coop, country=random.choice(("FR", "BE")))
            if random.random() < 0.25:
                row["suspended"] = True
            if random.random() < 0.25:
                row["replaces"] = [random.choice(COOPS).id]
            rows.append(row)
        fields: dict[str, Any] = {"exp": random.choice((NOW, NOW + 1, NOW + DAY, NOW + DAY))}
        if random.random() < 0.1:
            fields[random.choice(("x", "exp", "federation"))] = _value(random)
        at = random.choice((T, T, T + 1, NOW + 600))
        signers = random.choice((*[people] * 6, people[:1], ["x"]))
        documents.append(federation.directory(rows, at=at, signers=signers, **fields))
    return documents


def _documents(random: Random) -> list[bytes]:
    documents = []
    for federation in FEDERATIONS:
        if random.random() < 0.6:
            documents += _federation(random, federation)
    for coop in COOPS:
        documents += [
            _descriptor(random, coop) for _ in range(random.choice((0, *[1] * 9, 2, 2, 2)))
        ]
        documents += [_status_list(random, coop) for _ in range(random.choice((0, 1, 1, 2, 3)))]
    if random.random() < 0.2:
        random.shuffle(documents)  # mostly they come in an order that makes sense
    return [_maybe(random, data, 0.02) for data in documents]


def _decided(random: Random) -> Line:
    """Return whom the people of a random shop believe; sometimes they say nothing."""
    told: dict[str, Any] = {}
    if random.random() < 0.7:
        told["paired"] = random.sample(COOPS, random.choice((0, 1, 2, 3, 3, 3, 3)))
        told["federations"] = [
            one.id for one in random.sample(FEDERATIONS, random.choice((0, 1, 2, 2)))
        ]
    if random.random() < 0.2:
        told["own"] = random.choice(COOPS)
    if random.random() < 0.2:
        told["blocked"] = [random.choice(COOPS)]
    if random.random() < 0.2:
        told["replaces"] = {random.choice(COOPS).id.hex(): [random.choice(COOPS)] for _ in range(2)}
    if random.random() < 0.1:
        told["former"] = {random.choice(COOPS).id.hex(): [public(random.choice(COOPS).key(1))]}
    if random.random() < 0.2:
        told["added_at"] = random.choice((NOW + 1, NOW + DAY, NOW - DAY))
    decided: Line = in_hexadecimal(told)
    return decided


def _policy(random: Random) -> Line:
    policy: Line = {"who": random.choice((0, 1, 1, 1, 2))}
    if random.random() < 0.3:
        policy["countries"] = random.choice(([], ["FR"], ["BE", "PT"]))
    for field in ("accept", "refuse"):
        if random.random() < 0.2:
            policy[field] = [one.id.hex() for one in random.sample(COOPS, random.randrange(3))]
    if random.random() < 0.4:
        policy["visits"] = [2, 30]
    return policy


def _world_line(random: Random) -> Line:
    documents = [data.hex() for data in _documents(random)]
    if random.random() < 0.3:
        at = random.randrange(len(documents) + 1)
        line: Line = {
            "op": "document_add",
            "trust": documents[:at],
            "documents": documents[at:],
            "now": NOW,
        }
        return line | _decided(random) | {"paced": random.random() < 0.5}
    card = _maybe(random, _card(random, random.choice(COOPS)), 0.02)
    told = text.encode_text(card)
    if random.random() < 0.1:
        told = _mistyped(random, told.partition("#")[2])
    line = {"op": "card_verify", "text": told, "trust": documents, "now": NOW} | _decided(random)
    if random.random() < 0.4:
        line["policy"] = _policy(random)
        line["visits"] = {"in_period": random.randrange(4), "today": random.random() < 0.2}
    return line


def _card_line(random: Random) -> Line:
    """A card whose issuer is known and whose dates are good, so that the damage is what counts."""
    coop = random.choice(COOPS)
    card = _maybe(random, _card(random, coop), 0.7)
    if random.random() < 0.3:
        protected = cbor.encode(
            {1: -19, 4: kid_of(coop.issuing)} | {_value_key(random): _value(random)}
        )
        card = sign1(coop.claims(), coop.issuing, AAD, protected=_maybe(random, protected, 0.3))
    trust = [coop.descriptor().hex(), coop.status_list().hex()]
    return {"op": "card_verify", "text": text.encode_text(card), "trust": trust, "now": NOW}


def _value_key(random: Random) -> Any:
    return random.choice((1, 2, 4, 16, "x"))


def _document_line(random: Random) -> Line:
    """One document, damaged on the way or by its signer."""
    coop, federation = random.choice(COOPS), random.choice(FEDERATIONS)
    made: Callable[[], bytes] = random.choice(
        (
            lambda: coop.sign_descriptor(damaged(random, cbor.encode(coop.fields()))),
            lambda: federation.sign_root(damaged(random, cbor.encode(federation.root_fields(2)))),
            lambda: federation.sign_directory(
                damaged(random, cbor.encode(federation.directory_fields(COOPS)))
            ),
            lambda: coop.sign_list(damaged(random, cbor.decode(coop.status_list()).value[2])),
            lambda: damaged(random, _descriptor(random, coop)),
            lambda: damaged(random, _status_list(random, coop)),
            lambda: damaged(random, random.choice(_federation(random, federation))),
        )
    )
    trust = [federation.root(), coop.descriptor()]
    told = {"paired": [coop], "federations": [federation.id], "trust": trust, "documents": [made()]}
    return {"op": "document_add", **in_hexadecimal(told), "now": NOW}


_KINDS: tuple[Callable[[Random], Line], ...] = (
    _cbor_line, _signature_line, _status_line, _text_line, _repairs_line, _pairing_line,
    _card_line, _card_line, _document_line, _document_line,
    _world_line, _world_line, _world_line, _world_line,
)  # fmt: skip
