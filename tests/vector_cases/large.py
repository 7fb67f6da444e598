"""Cases too large to be kept in files: documents at their limits and one byte beyond (SPEC 10)."""

import zlib
from typing import Any

from passkoop_protocol import cbor, text
from passkoop_protocol.directory import DIRECTORY_AAD, DIRECTORY_TYP
from shop import Coop, T

from .cards import HOME
from .cases import Case, Cases
from .federations import FED, several

MIB = 1 << 20


def large_cases() -> list[Case]:
    """Return the cases of large documents."""
    cases = Cases()

    def says(step: str, name: str, data: bytes, result: str, *trust: bytes) -> None:
        told: dict[str, Any] = {"paired": [HOME], "federations": [FED.id]}
        cases.documents(step, name, [data], [result], trust=trust, **told)

    for size, result in ((32_768, "accepted"), (32_769, "too_large")):
        says("7.3.1", f"a descriptor of {size:,} bytes", _descriptor(size), result)
    for size, result in ((65_536, "accepted"), (65_537, "too_large")):
        says("7.4.1", f"a list of {size:,} bytes", _status_list(size), result, HOME.descriptor())
    for size, result in ((16_384, "accepted"), (16_385, "too_large")):
        says("7.5", f"a root of {size:,} bytes", _root(size), result, FED.root())
    for size, result in ((8 * MIB, "accepted"), (8 * MIB + 1, "too_large")):
        says("7.5", f"a directory of {size:,} bytes", _directory(size), result, FED.root())
    row = {"name": "A", "country": "FR"}
    rows = [row | {"key": number.to_bytes(32), "slug": f"s{number}"} for number in range(20_001)]
    for count, result in ((20_000, "accepted"), (20_001, "bad_shape")):
        name = f"a directory of {count:,} co-ops"
        says("6.5", name, FED.directory(rows[:count]), result, FED.root())
    hostile = several(
        cbor.head(4, 2 * MIB) + b"\x80" * 2 * MIB,
        [Coop("x").issuing],
        typ=DIRECTORY_TYP,
        aad=DIRECTORY_AAD,
    )
    says(
        "7.5.6",
        "a stranger's directory of two million empty lists",
        hostile,
        "unknown_federation",
        FED.root(),
    )
    # One descriptor lists keys 1 to 64, the next ones the 64 after, and so on.
    rotating = [
        HOME.descriptor(at=T + place, keys=[HOME.key(64 * place + one) for one in range(1, 65)])
        for place in range(6)
    ]
    for place, reason in ((64, "unknown_issuer"), (65, "key_withdrawn")):
        outcome = "unverified" if reason == "unknown_issuer" else "refused"
        name = f"a card of key {place} of 384: the 64 listed and 256 former ones are remembered"
        text_of = HOME.text(key=HOME.key(place))
        cases.card("7.3.8", name, text_of, outcome, reason, trust=rotating, paired=[HOME])
    bomb = zlib.compress(bytes(100 * MIB), 9)[:60_000]
    data = HOME.status_list(status_list={"bits": 2, "lst": bomb})
    says(
        "6.3",
        "a status list that inflates to 60 MB and is cut there",
        data,
        "too_large",
        HOME.descriptor(),
    )
    cases.card("9", "a text of a million characters", "2KC" * 333_333, "unverified", "not_a_card")
    longest = HOME.text(name="A" * 64, index=65_535, iat=T, exp=T + 103_680_000)
    cases.card(
        "9",
        "a card behind an address of a million characters",
        "a" * MIB + longest,
        "unverified",
        "not_a_card",
    )
    assert len(text.decode_text(longest)) <= 187
    _former(cases)
    return cases.cases


def _former(cases: Cases) -> None:
    """Six descriptors of 64 keys, each dropping those of the one before: 256 are remembered."""
    keys = [HOME.key(number) for number in range(1, 385)]
    trust = [
        HOME.descriptor(at=T + at, keys=keys[at * 64 : at * 64 + 64])
        for at in range(len(keys) // 64)
    ]
    forgotten, remembered = (HOME.text(key=keys[at]) for at in (63, 64))
    name = "a key that 256 others were dropped after is forgotten"
    cases.card("7.3.8", name, forgotten, "unverified", "unknown_issuer", trust=trust)
    name = "a key that 255 others were dropped after is remembered"
    cases.card("7.3.8", name, remembered, "refused", "key_withdrawn", trust=trust)


def _descriptor(size: int) -> bytes:
    data = HOME.descriptor(page={"x": bytes(32_000)})
    return HOME.descriptor(page={"x": bytes(32_000 + size - len(data))})


def _root(size: int) -> bytes:
    data = FED.root(2, x=bytes(16_000))
    return FED.root(2, x=bytes(16_000 + size - len(data)))


def _directory(size: int) -> bytes:
    data = FED.directory([HOME], x=bytes(8_000_000))
    return FED.directory([HOME], x=bytes(8_000_000 + size - len(data)))


def _status_list(size: int) -> bytes:
    """Return a list whose document has `size` bytes: its stream begins with empty stored blocks."""
    empty, plain = b"\0\0\0\xff\xff", zlib.compressobj(9)
    body = (plain.compress(bytes(256)) + plain.flush())[2:]

    def made(blocks: int, ttl: int) -> bytes:
        lst = b"\x78\xda" + empty * blocks + body
        return HOME.status_list(status_list={"bits": 2, "lst": lst}, ttl=ttl)

    blocks = (size - len(made(13_000, 1))) // 5 + 13_000
    tries = ((more, ttl) for ttl in (1, 24, 256, 1 << 16, 1 << 32) for more in (0, -1, -2))
    found = (made(blocks + more, ttl) for more, ttl in tries)
    return next(data for data in found if len(data) == size)
