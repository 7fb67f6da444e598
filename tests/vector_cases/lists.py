"""Cases about status lists: their entries, their shape, who may sign them (SPEC 6.3, 7.2, 7.4)."""

import struct
import zlib
from typing import Any

from passkoop_protocol import cbor, status
from passkoop_protocol.descriptor import TYP as DESCRIPTOR_TYP
from shop import (
    NOW,
    RETIRED,
    REVOKED,
    SUSPENDED,
    WITHDRAWN,
    Coop,
    Federation,
    Listed,
    T,
    lst_of,
    payload_hash_of,
    sign1,
)

from .cards import HOME
from .cases import Case, Cases

_OLD, _NEW = HOME.key(1), HOME.key(2)
OTHER = Coop("Lou Basta")


def status_cases() -> list[Case]:
    """Return the cases of single entries."""
    cases = Cases()

    def get(
        name: str, bits: int, lst: bytes, index: int, expect: int | str, step: str = "6.3"
    ) -> None:
        ask = {"op": "status_get", "bits": bits, "lst": lst.hex(), "index": index}
        answer = (
            {"ok": True, "status": expect}
            if isinstance(expect, int)
            else {"ok": False, "code": expect}
        )
        cases.add(step, name, ask, answer)

    # The examples of the draft: draft-ietf-oauth-status-list, "Status List Byte Array".
    one_bit = zlib.compress(bytes([0xB9, 0xA3]), 9)
    for index, value in enumerate([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]):
        get(f"the draft's first example, entry {index}", 1, one_bit, index, value)
    two_bits = zlib.compress(bytes([0xC9, 0x44, 0xF9]), 9)
    for index, value in enumerate([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]):
        get(f"the draft's second example, entry {index}", 2, two_bits, index, value)
    four_bits = zlib.compress(bytes([0xA5, 0x0F]), 9)
    for index, value in enumerate([5, 10, 15, 0]):
        get(f"four bits, entry {index}", 4, four_bits, index, value)
    eight_bits = zlib.compress(bytes([0, 255, 7]), 9)
    for index, value in enumerate([0, 255, 7]):
        get(f"eight bits, entry {index}", 8, eight_bits, index, value)

    beyond = "index_out_of_range"
    for bits, lst, entries in (
        (1, one_bit, 16),
        (2, two_bits, 12),
        (4, four_bits, 4),
        (8, eight_bits, 3),
    ):
        get(f"the entry behind the last of {entries}, {bits} bits each", bits, lst, entries, beyond)
    get("an entry far behind the last", 2, two_bits, 2**53 - 1, beyond)
    get("entry -1", 2, two_bits, -1, beyond)
    get("an entry far below zero", 2, two_bits, -(2**53) + 1, beyond)
    get("an entry of an empty list", 2, zlib.compress(b""), 0, beyond)
    get("one entry of a hundred and twenty-eight", 1, zlib.compress(bytes(15) + b"\x80"), 127, 1)

    for bits in (1, 2, 4, 8):
        largest = zlib.compress(bytes(131_072 * bits - 1) + b"\x80", 9)
        value = 0x80 >> 8 - bits
        get(f"the last entry of 2^20, {bits} bits each", bits, largest, 2**20 - 1, value)
        too_large = zlib.compress(bytes(131_072 * bits + 1), 9)
        get(f"2^20 entries and a byte, {bits} bits each", bits, too_large, 0, "too_large")
    bomb = zlib.compress(bytes(2_000_000), 9)
    get("a stream of 2 kB that inflates to 2 MB", 1, bomb, 0, "too_large")

    whole = zlib.compress(bytes(range(256)), 9)
    get("a stream with a byte behind it", 8, whole + b"\0", 7, "malformed")
    get("two streams", 8, whole + whole, 7, "malformed")
    get("a stream without its last byte", 8, whole[:-1], 7, "malformed")
    get("a stream without its checksum", 8, whole[:-4], 7, "malformed")
    get("a stream with a wrong checksum", 8, whole[:-1] + bytes([whole[-1] ^ 1]), 7, "malformed")
    get("a stream cut in the middle", 8, whole[: len(whole) // 2], 7, "malformed")
    get("two bytes of a stream", 8, whole[:2], 0, "malformed")
    get("no stream at all", 8, b"", 0, "malformed")
    get("bytes that are no stream", 8, b"Pass'Koop", 0, "malformed")
    get("a stream with a wrong header check", 8, b"\x78\xdb" + whole[2:], 7, "malformed")
    get("a stream of another method", 8, b"\x79\xdb" + whole[2:], 7, "malformed")
    get("a stream that asks for a dictionary", 8, _with_dictionary(), 0, "malformed")
    get("deflate without the zlib frame", 8, whole[2:-4], 7, "malformed")
    get("a gzip file", 8, _gzip(bytes(16)), 7, "malformed")
    get("a block of the reserved type", 8, b"\x78\xda\x07\0\0\0\0\1", 0, "malformed")
    get(
        "a stored block whose lengths disagree",
        8,
        b"\x78\x01\x01\x01\0\0\0\7\0\x08\0\x08",
        0,
        "malformed",
    )
    stored = b"\x78\x01\x01\x01\0\xfe\xff\7" + struct.pack(">I", zlib.adler32(b"\7"))
    get("a stored block", 8, stored, 0, 7)
    get("a distance that reaches before the beginning", 8, _too_far(), 0, "malformed")
    return cases.cases


def _with_dictionary() -> bytes:
    packer = zlib.compressobj(9, zdict=b"Pass'Koop")
    return packer.compress(bytes(9)) + packer.flush()


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(data) + packer.flush()


def _too_far() -> bytes:
    """Return a stream whose first block, with fixed codes, copies three bytes from nowhere."""
    last_block, fixed_codes, length_3, distance_1, end = "1", "10", "0000001", "00000", "0000000"
    bits = last_block + fixed_codes + length_3 + distance_1 + end
    number = sum(int(bit) << at for at, bit in enumerate(bits))
    return b"\x78\xda" + number.to_bytes(3, "little") + struct.pack(">I", 1)


def list_cases() -> list[Case]:
    """Return the cases of signed status lists that arrive at a trust store."""
    cases = Cases()
    _shapes(cases)
    _streams(cases)
    _signers(cases)
    _dates(cases)
    return cases.cases


def _says(cases: Cases, step: str, name: str, data: bytes, result: str, **told: Any) -> None:
    fields = {"trust": [HOME.descriptor()]} | told
    cases.documents(step, name, [data], [result], **fields)


def _shapes(cases: Cases) -> None:
    def says(name: str, result: str, /, **claims: Any) -> None:
        _says(cases, "6.3", name, HOME.status_list(**claims), result)

    def whole(name: str, value: Any) -> None:
        _says(cases, "6.3", name, HOME.sign_list(cbor.encode(value)), "bad_shape")

    lst = lst_of({})
    kid = HOME.kid.hex()
    says("a status list", "accepted")
    says("a list of 1,024 cards, the fewest", "accepted", entries=1_024)
    says("a list of 65,536 cards, the most", "accepted", entries=65_536)
    says("a list of 512 cards", "bad_shape", entries=512)
    says("a list of 1,028 cards, no power of two", "bad_shape", entries=1_028)
    says("a list of no cards", "bad_shape", status_list={"bits": 2, "lst": zlib.compress(b"")})
    says("a list of 65,540 cards", "too_large", entries=65_540)
    says("a list of 131,072 cards", "too_large", entries=131_072)
    for missing in ("sub", "iat", "status_list", "ttl"):
        says(f"{missing} missing", "bad_shape", **{missing: None})
    usual: dict[Any, Any] = {2: kid, 6: T, 65533: {"bits": 2, "lst": lst}, 65534: 21_600}
    whole("a claim too many: exp", usual | {4: T + 9})
    whole("a claim too many, with a text for its name", usual | {"name": "Lou Rasim"})
    whole("a list for the map", list(usual.values()))
    whole("a number for the map", 7)
    says(
        "a sub in capital letters", "bad_shape", sub=kid.upper() if kid.upper() != kid else "A" * 16
    )
    says("a sub of 15 digits", "bad_shape", sub=kid[:15])
    says("a sub of 17 digits", "bad_shape", sub=kid + "0")
    says("a sub with a letter that is no digit", "bad_shape", sub=f"g{kid[1:]}")
    says("a sub with a line feed behind it", "bad_shape", sub=f"{kid[:15]}\n")
    says("a sub with digits of another script", "bad_shape", sub="\u0664" * 8)
    says("a sub that is a byte string", "bad_shape", sub=HOME.kid)
    half = cbor.Float(bytes.fromhex("f94000"))
    says("an iat that is a float", "bad_shape", at=half)
    says("an iat that is true", "bad_shape", at=True)
    says("an iat of -1", "bad_shape", at=-1)
    says("an iat of 2^40", "bad_shape", at=1 << 40)
    says("an iat of 2^40 - 1: a time, but far away", "from_the_future", at=(1 << 40) - 1)
    says("an iat of 0", "accepted", at=0)
    says("a ttl of 0", "bad_shape", ttl=0)
    says("a ttl of -1", "bad_shape", ttl=-1)
    says("a ttl of 1", "accepted", ttl=1)
    says("a ttl of 2^64 - 1", "accepted", ttl=(1 << 64) - 1)
    says("a ttl that is a bignum", "bad_shape", ttl=cbor.Tag(2, b"\1" + bytes(8)))
    says("a ttl that is a float", "bad_shape", ttl=half)
    says("a ttl that is true", "bad_shape", ttl=True)
    says("one bit a card", "bad_shape", status_list={"bits": 1, "lst": lst})
    says("four bits a card", "bad_shape", status_list={"bits": 4, "lst": lst})
    says("bits that are a float", "bad_shape", status_list={"bits": half, "lst": lst})
    says("bits that are a text", "bad_shape", status_list={"bits": "2", "lst": lst})
    says("no bits", "bad_shape", status_list={"lst": lst})
    says("no lst", "bad_shape", status_list={"bits": 2})
    says("a lst that is a text", "bad_shape", status_list={"bits": 2, "lst": "x"})
    says(
        "an aggregation address in the list",
        "bad_shape",
        status_list={"bits": 2, "lst": lst, "x": 0},
    )
    says("a list for the map of the list", "bad_shape", status_list=[2, lst])
    payload = cbor.encode(usual)
    _says(cases, "6.1", "a byte behind the payload", HOME.sign_list(payload + b"\0"), "malformed")
    _says(cases, "6.1", "an empty payload", HOME.sign_list(b""), "malformed")
    long = payload.replace(b"\x1a" + T.to_bytes(4), b"\x1b" + T.to_bytes(8))
    _says(cases, "6.1", "an iat in too many bytes", HOME.sign_list(long), "malformed")


def _streams(cases: Cases) -> None:
    def says(name: str, lst: bytes, result: str) -> None:
        value = {"bits": 2, "lst": lst}
        _says(cases, "6.3", name, HOME.status_list(status_list=value), result)

    lst = lst_of({})
    says("a zlib stream cut short", lst[:-1], "malformed")
    says("a byte behind the zlib stream", lst + b"\0", "malformed")
    says("no zlib stream", b"Pass'Koop", "malformed")
    says("an empty lst", b"", "malformed")
    wrong = lst[:-1] + bytes([lst[-1] ^ 1])
    says("a zlib stream with a wrong checksum", wrong, "malformed")
    says("a stream that inflates to 16,385 bytes", zlib.compress(bytes(16_385), 9), "too_large")
    says("a stream of 2 kB that inflates to 2 MB", zlib.compress(bytes(2_000_000), 9), "too_large")


def _signers(cases: Cases) -> None:
    both = HOME.descriptor(keys=[_OLD, _NEW])
    alone = HOME.status_list()

    def says(step: str, name: str, data: bytes, result: str, *trust: bytes, **told: Any) -> None:
        _says(cases, step, name, data, result, trust=[*(trust or [HOME.descriptor()])], **told)

    payload = cbor.encode(
        {2: HOME.kid.hex(), 6: T, 65533: {"bits": 2, "lst": lst_of({})}, 65534: 1}
    )
    typed = sign1(payload, HOME.issuing, b"", typ=status.TYP)
    says("7.2", "a list with the type of a list", typed, "accepted")
    says("7.2", "no type", sign1(payload, HOME.issuing, b""), "newer_format")
    other = sign1(payload, HOME.issuing, b"", typ="application/statuslist+jwt")
    says("7.2", "another type", other, "newer_format")
    as_descriptor = sign1(payload, HOME.issuing, b"", typ=DESCRIPTOR_TYP)
    says("7.2", "a list that says it is a descriptor", as_descriptor, "bad_shape")
    says("7.2", "a card is no document", HOME.card(), "newer_format")
    says("7.2", "no bytes", b"", "malformed")
    says("7.2", "bytes that are no CBOR", b"\xff" * 40, "malformed")
    says("7.4.1", "a byte behind the envelope", alone + b"\0", "malformed")
    says("7.4.1", "a list cut short", alone[:-1], "malformed")
    unprotected = sign1(payload, HOME.issuing, b"", typ=status.TYP, unprotected={99: 0})
    says("7.4.1", "something unprotected", unprotected, "newer_format")
    algorithm = cbor.encode({1: -8, 4: HOME.kid, 16: status.TYP})
    says(
        "7.4.1",
        "another algorithm",
        sign1(payload, HOME.issuing, b"", protected=algorithm),
        "newer_format",
    )
    tagged = sign1(payload, HOME.issuing, b"", typ=status.TYP, tag=17)
    says("7.4.1", "another tag", tagged, "malformed")

    says("7.4.2", "a list before any descriptor", alone, "wrong_key", b"")
    says(
        "7.4.2",
        "a list of a co-op that nobody hears",
        alone,
        "wrong_key",
        HOME.descriptor(),
        paired=[OTHER],
    )
    says(
        "7.4.2",
        "a list signed with an identity key",
        HOME.status_list(signer=HOME.identity),
        "wrong_key",
    )
    says(
        "7.4.2",
        "a list signed with a stranger's key",
        HOME.status_list(signer=OTHER.issuing),
        "wrong_key",
    )
    protected = cbor.encode({1: -19, 4: HOME.kid, 16: status.TYP})
    forged = sign1(payload, OTHER.issuing, b"", protected=protected)
    says("7.4.3", "a list signed with another key than its kid says", forged, "bad_signature")
    says(
        "7.4.3",
        "one bit of the signature flipped",
        alone[:-1] + bytes([alone[-1] ^ 1]),
        "bad_signature",
    )
    aad = sign1(payload, HOME.issuing, b"passkoop/status/1", typ=status.TYP)
    says("7.4.3", "an external_aad that is not empty", aad, "bad_signature")
    nonsense = sign1(b"", OTHER.issuing, b"", protected=protected)
    says("7.4.3", "the signature comes before the shape", nonsense, "bad_signature")

    crossed = HOME.status_list(of=_NEW)
    says("7.4.4", "one key signs the list of another of the same co-op", crossed, "accepted", both)
    says("7.4.4", "a key of which the co-op says nothing", crossed, "wrong_key")
    theirs = OTHER.descriptor()
    name = "one co-op's key signs the list of another co-op's"
    data = OTHER.status_list(signer=HOME.issuing)
    says("7.4.4", name, data, "wrong_key", HOME.descriptor(), theirs)
    since = T + 1_000
    for state, name, at, result in (
        (RETIRED, "a list of the second in which its signer was retired", since, "accepted"),
        (RETIRED, "a list of the second after its signer was retired", since + 1, "wrong_key"),
        (WITHDRAWN, "a list of a key that was withdrawn, from before", T, "wrong_key"),
    ):
        descriptor = HOME.descriptor(at=NOW, keys=[Listed(_OLD, state, since), _NEW])
        says("7.4.4", name, HOME.status_list(at=at), result, descriptor)
        if state == WITHDRAWN:
            name = "an active key signs the list of a withdrawn one"
            says("7.4.4", name, HOME.status_list(signer=_NEW), "accepted", descriptor)
            name = "a withdrawn key signs the list of an active one"
            says("7.4.4", name, HOME.status_list(of=_NEW), "wrong_key", descriptor)
    name = "an active key signs the list of a retired one"
    descriptor = HOME.descriptor(at=NOW, keys=[Listed(_OLD, RETIRED, since), _NEW])
    says("7.4.4", name, HOME.status_list(at=NOW, signer=_NEW), "accepted", descriptor)
    dropped = HOME.descriptor(at=T + 1, keys=[_NEW])
    says("7.4.4", "a list signed with a former key", alone, "wrong_key", HOME.descriptor(), dropped)
    name = "an active key signs the list of a former one: its cards are refused anyway"
    says("7.4.4", name, HOME.status_list(signer=_NEW), "wrong_key", HOME.descriptor(), dropped)
    name = "two co-ops list the key, and one of them withdrew it: the list speaks for the other"
    shared = OTHER.descriptor(keys=[Listed(HOME.issuing, WITHDRAWN, T)])
    says("7.4.4", name, alone, "accepted", HOME.descriptor(), shared)

    # A descriptor that takes a key away takes the lists with it that this key signed.
    thief = HOME.status_list(at=T + 5)
    steal = HOME.descriptor(at=T + 6, keys=[Listed(_OLD, WITHDRAWN, T), _NEW])
    before = HOME.status_list({0: REVOKED}, at=T + 4, signer=_NEW)
    genuine = HOME.status_list({0: REVOKED}, at=T + 6, signer=_NEW)
    name = "lists of a key that is withdrawn are dropped, and nothing older comes back"
    cases.documents(
        "7.3.8", name, [thief, steal, before, genuine, thief],
        ["accepted", "accepted", "older", "accepted", "wrong_key"], trust=[both],
    )  # fmt: skip
    name = "a list of the second in which a dropped one was signed is no equivocation"
    same = HOME.status_list({0: REVOKED}, at=T + 5, signer=_NEW)
    results = ["accepted", "accepted", "accepted"]
    cases.documents("7.3.8", name, [thief, steal, same], results, trust=[both])
    retire = HOME.descriptor(at=T + 6, keys=[Listed(_OLD, RETIRED, T + 5), _NEW])
    name = "lists from before a key was retired are kept"
    results = ["accepted", "accepted", "older"]
    cases.documents("7.3.8", name, [thief, retire, before], results, trust=[both])
    earlier = HOME.descriptor(at=T + 6, keys=[Listed(_OLD, RETIRED, T + 4), _NEW])
    name = "lists from after a key was retired are dropped"
    results = ["accepted", "accepted", "older", "accepted"]
    cases.documents("7.3.8", name, [thief, earlier, before, genuine], results, trust=[both])
    gone = HOME.descriptor(at=T + 6, keys=[_NEW])
    name = "lists of a key that is not listed any more are dropped"
    results = ["accepted", "accepted", "wrong_key", "wrong_key"]
    cases.documents("7.3.8", name, [thief, gone, before, genuine], results, trust=[both])
    name = "lists of the cards of a key that is not listed any more are dropped"
    again = HOME.descriptor(at=T + 7, keys=[_OLD, _NEW])
    other = HOME.status_list(at=T + 5, signer=_NEW)
    cases.documents(
        "7.3.8", name, [other, gone, again, before, genuine],
        ["accepted", "accepted", "accepted", "older", "accepted"], trust=[both],
    )  # fmt: skip
    # Rotate, revoke, withdraw the new key: the old key's list must not bring the card back.
    old_list = HOME.status_list(at=T)
    rotated = HOME.descriptor(at=T + 6, keys=[Listed(_OLD, RETIRED, T + 1), _NEW])
    revoked = HOME.status_list({0: REVOKED}, at=T + 7, signer=_NEW)
    stolen = HOME.descriptor(
        at=T + 8, keys=[Listed(_OLD, RETIRED, T + 1), Listed(_NEW, WITHDRAWN, T + 8)]
    )
    name = "an old list of a retired key does not bring a revoked card back"
    cases.documents(
        "7.3.8", name, [old_list, rotated, revoked, stolen, old_list],
        ["accepted", "accepted", "accepted", "accepted", "older"], trust=[HOME.descriptor()],
    )  # fmt: skip
    name = "of two lists of one second, the one of the withdrawn key is dropped: the other is known"
    good = HOME.status_list({0: REVOKED}, at=T + 5, signer=_NEW)
    cases.documents(
        "7.3.8", name, [thief, good, steal, good],
        ["accepted", "accepted+equivocation", "accepted", "known"], trust=[both],
    )  # fmt: skip


def _dates(cases: Cases) -> None:
    def says(step: str, name: str, documents: list[bytes], *results: str, **told: Any) -> None:
        fields = {"trust": [HOME.descriptor()]} | told
        cases.documents(step, name, documents, results, **fields)

    says("7.2", "a list 600 seconds ahead", [HOME.status_list(at=NOW + 600)], "accepted")
    says("7.2", "a list 601 seconds ahead", [HOME.status_list(at=NOW + 601)], "from_the_future")
    one, newer = HOME.status_list(), HOME.status_list(at=T + 1)
    says("7.4.5", "a newer list", [one, newer], "accepted", "accepted")
    says("7.4.5", "an older list", [newer, one], "accepted", "older")
    says("7.4.5", "the same list again", [one, one], "accepted", "known")
    resigned = HOME.status_list(signer=_NEW)
    both = [HOME.descriptor(keys=[_OLD, _NEW])]
    says(
        "7.2",
        "the same payload, signed by another key",
        [one, resigned],
        "accepted",
        "known",
        trust=both,
    )
    other = HOME.status_list(of=_NEW, at=T - 9)
    says("7.4.5", "an older list of another key", [one, other], "accepted", "accepted", trust=both)
    second = HOME.status_list({0: SUSPENDED})
    says("7.4.6", "two lists of one second", [one, second], "accepted", "accepted+equivocation")
    says(
        "7.4.6", "the same, the other way round", [second, one], "accepted", "accepted+equivocation"
    )
    says(
        "7.4.6",
        "the second of two again",
        [one, second, second],
        "accepted",
        "accepted+equivocation",
        "known",
    )
    third = [HOME.status_list({index: REVOKED}) for index in range(3)]
    first, middle, last = sorted(third, key=payload_hash_of)
    name = "a third list of one second with the highest hash"
    equivocal = "accepted+equivocation"
    says("7.4.6", name, [first, middle, last], "accepted", equivocal, "known+equivocation")
    name = "a third list of one second with the lowest hash takes the place of the highest"
    says(
        "7.4.6",
        name,
        [last, middle, first, middle, last],
        "accepted",
        equivocal,
        equivocal,
        "known",
        "known+equivocation",
    )
    says(
        "7.4.6",
        "a newer list after two of one second",
        [one, second, newer, second],
        "accepted",
        equivocal,
        "accepted",
        "older",
    )

    soon, later = HOME.status_list(at=T + 59), HOME.status_list(at=T + 60)
    says("7.6", "a list 59 seconds newer, unasked", [one, soon], "accepted", "parked", paced=True)
    says(
        "7.6", "a list 60 seconds newer, unasked", [one, later], "accepted", "accepted", paced=True
    )
    says(
        "7.6", "a list 59 seconds newer, handed in by a person", [one, soon], "accepted", "accepted"
    )
    says(
        "7.6",
        "a list of the same second is not paced",
        [one, second],
        "accepted",
        equivocal,
        paced=True,
    )
    says(
        "7.6",
        "an older list is older, whatever the pace",
        [soon, one],
        "accepted",
        "older",
        paced=True,
    )
    says(
        "7.6",
        "a parked list is not held",
        [one, soon, one],
        "accepted",
        "parked",
        "known",
        paced=True,
    )
    federation = Federation(name="Fédération")
    trust = [federation.root(), federation.directory([HOME]), HOME.descriptor()]
    says(
        "7.6",
        "a listed co-op's list, unasked",
        [one, soon],
        "accepted",
        "parked",
        paced=True,
        trust=trust,
    )
