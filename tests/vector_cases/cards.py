"""Cases about a card's bytes: its envelope, signature and claims (SPEC 3.2, 5.1, 9.1 to 9.6)."""

from typing import Any

from edwards import L
from passkoop_protocol import cbor
from passkoop_protocol.card import AAD
from passkoop_protocol.descriptor import AAD as DESCRIPTOR_AAD
from passkoop_protocol.text import encode_text
from shop import LIFETIME, NOW, Coop, T, sign1

from .cases import Case, Cases

HOME = Coop("Lou Rasim")
TRUST = [HOME.descriptor(), HOME.status_list()]


def holder_of(issuer: Coop, /, **changes: Any) -> dict[str, Any]:
    """Return what a verdict says of the holder of the usual card of `issuer`."""
    told = {
        "name": "Maïté Etcheverry",
        "category": 0,
        "coop": issuer.id.hex(),
        "kid": issuer.kid.hex(),
        "index": 0,
        "exp": T + LIFETIME,
    }
    return told | changes


def card_cases() -> list[Case]:
    """Return the cases of a card's bytes, shown at a co-op that is paired with its issuer."""
    cases = Cases()
    _texts(cases)
    _envelopes(cases)
    _keys(cases)
    _good_claims(cases)
    _other_claims(cases)
    return cases.cases


def _says(cases: Cases, step: str, name: str, data: bytes | str, *reasons: str) -> None:
    """Add a card that is not verified, or refused as forged."""
    text = data if isinstance(data, str) else encode_text(data)
    outcome = "refused" if reasons == ("forged",) else "unverified"
    cases.card(step, name, text, outcome, *reasons, trust=TRUST[:1])


def _texts(cases: Cases) -> None:
    good = HOME.text()
    cases.card("9", "a card", good, "welcome", trust=TRUST, holder=holder_of(HOME))
    bare = good.partition("#")[2]
    name = "a card without address, a line feed behind it"
    cases.card("9", name, f"{bare}\n", "welcome", trust=TRUST, holder=holder_of(HOME))
    german = bare.translate(str.maketrans("YZ", "ZY"))
    name = "a card typed on a German keyboard: the first reading is misread, a later one is good"
    cases.card("9", name, german, "welcome", trust=TRUST, holder=holder_of(HOME))
    french = "".join(dict(zip("AQZWM234567", "QAWZ?é\"'(-è", strict=True)).get(x, x) for x in bare)
    name = "a card typed on a French keyboard: there is no first reading, a later one is good"
    cases.card("9", name, french, "welcome", trust=TRUST, holder=holder_of(HOME))

    _says(cases, "9", "nothing", "", "not_a_card")
    _says(cases, "9", "another co-op's barcode", "0420000012347", "not_a_card")
    _says(cases, "9", "another site's address", "https://coops.example/", "not_a_card")
    _says(
        cases,
        "9",
        "a text of 1,025 characters that begins like a card",
        "2KC" + "A" * 1_022,
        "not_a_card",
    )
    _says(
        cases, "9", "a text of 1,024 characters meant to be a card", "2KC" + "a" * 1_021, "damaged"
    )
    _says(
        cases,
        "9",
        "a card with a letter that is not base32",
        good[:60] + "_" + good[61:],
        "damaged",
    )
    _says(cases, "9", "a card with a letter missing", good[:60] + good[61:], "damaged")
    _says(cases, "9", "a card cut to 2KC", "https://membre.coop/v#2KC", "damaged")
    _says(cases, "9", "2KC in the address does not make a card", "2KC#1", "not_a_card")
    _says(cases, "9.1", "base32 of something else", "KBQXG4ZHJNXW64A", "not_a_card")
    _says(
        cases, "9.1", "base32 of another COSE_Sign1, without its tag", HOME.card()[1:], "not_a_card"
    )


def _envelopes(cases: Cases) -> None:
    good, payload = HOME.card(), HOME.claims()
    signature = good[-64:]
    protected = cbor.encode({1: -19, 4: HOME.kid})

    def signed(step: str, name: str, data: bytes, reason: str) -> None:
        _says(cases, step, name, data, reason)

    def with_header(header: Any, **parts: Any) -> bytes:
        encoded = header if isinstance(header, bytes) else cbor.encode(header)
        return sign1(payload, HOME.issuing, AAD, protected=encoded, **parts)

    def tagged(*parts: Any) -> bytes:
        return b"\xd2" + cbor.encode(list(parts))

    exactly, beyond = (
        sign1(payload + bytes(size - len(good) - 1), HOME.issuing, AAD) for size in (512, 513)
    )
    assert (len(exactly), len(beyond)) == (512, 513), (len(exactly), len(beyond))
    signed("9.1", "512 bytes, with something behind the claims", exactly, "newer_format")
    signed("9.1", "513 bytes", beyond, "damaged")

    signed("9.2", "a byte behind the envelope", good + b"\0", "damaged")
    signed("9.2", "the last byte missing", good[:-1], "damaged")
    signed("9.2", "the tag and the head of the array alone", good[:2], "damaged")
    signed("9.2", "the head of the signature, and only four bytes of it", good[:-60], "damaged")
    signed(
        "3.2",
        "the array has three parts",
        b"\xd2\x84" + cbor.encode([protected, {}, payload])[1:],
        "damaged",
    )
    five = b"\xd2\x85" + cbor.encode([protected, {}, payload, signature, 0])[1:]
    signed("9.1", "the array has five parts: another beginning", five, "not_a_card")
    signed(
        "3.2",
        "the protected header is no byte string",
        tagged({1: -19}, {}, payload, signature),
        "damaged",
    )
    signed(
        "3.2",
        "the protected header is an array",
        tagged(b"\x80", {}, payload, signature),
        "damaged",
    )
    signed("3.2", "the protected header is empty", tagged(b"", {}, payload, signature), "damaged")
    cut = tagged(protected[:-1], {}, payload, signature)
    signed("3.2", "the protected header is cut", cut, "damaged")
    signed(
        "3.2",
        "the unprotected header is an array",
        tagged(protected, [], payload, signature),
        "damaged",
    )
    signed(
        "3.2",
        "the unprotected header is null",
        tagged(protected, None, payload, signature),
        "damaged",
    )
    signed(
        "3.2", "the payload is detached: null", tagged(protected, {}, None, signature), "damaged"
    )
    signed(
        "3.2",
        "the payload is a map, not a byte string",
        tagged(protected, {}, {4: 1}, signature),
        "damaged",
    )
    signed("3.2", "the signature is null", tagged(protected, {}, payload, None), "damaged")
    signed("3.2", "the signature is a list", tagged(protected, {}, payload, []), "damaged")
    long_head = good.replace(b"\x58\x31" + payload, b"\x59\x00\x31" + payload)
    assert long_head != good
    signed("3.1.2", "the payload's length in too many bytes", long_head, "damaged")
    long_head = good.replace(b"\xd2\x84\x4d", b"\xd2\x84\x58\x0d")
    signed("3.1.2", "the header's length in too many bytes", long_head, "damaged")
    indefinite = good.replace(b"\xa0", b"\xbf\xff", 1)
    signed("3.1.3", "the unprotected header has an indefinite length", indefinite, "damaged")
    disorder = with_header(bytes.fromhex("a20448") + HOME.kid + bytes.fromhex("0132"))
    signed("3.1.4", "the protected header is out of order", disorder, "damaged")
    twice = with_header(bytes.fromhex("a301320448") + HOME.kid + bytes.fromhex("0448") + HOME.kid)
    signed("3.1.4", "the protected header names its kid twice", twice, "damaged")

    signed("3.2", "algorithm -8, EdDSA", with_header({1: -8, 4: HOME.kid}), "newer_format")
    signed("3.2", "algorithm -7, ES256", with_header({1: -7, 4: HOME.kid}), "newer_format")
    signed(
        "3.2",
        "algorithm 18, which -19 might be mistaken for",
        with_header({1: 18, 4: HOME.kid}),
        "newer_format",
    )
    signed("3.2", "no algorithm", with_header({4: HOME.kid}), "newer_format")
    signed("3.2", "no kid", with_header({1: -19}), "newer_format")
    signed("3.2", "an empty protected header map", with_header({}), "newer_format")
    signed("3.2", "a kid of seven bytes", with_header({1: -19, 4: HOME.kid[:7]}), "newer_format")
    signed("3.2", "a kid of nine bytes", with_header({1: -19, 4: HOME.kid + b"\0"}), "newer_format")
    signed("3.2", "a kid that is a text", with_header({1: -19, 4: "01565176"}), "newer_format")
    signed(
        "3.2", "a type", with_header({1: -19, 4: HOME.kid, 16: "application/cwt"}), "newer_format"
    )
    signed(
        "3.2",
        "a critical header",
        with_header({1: -19, 2: [99], 4: HOME.kid, 99: 0}),
        "newer_format",
    )
    signed("3.2", "an unknown header", with_header({1: -19, 4: HOME.kid, 99: 0}), "newer_format")
    signed(
        "3.2", "something unprotected", with_header(protected, unprotected={99: 0}), "newer_format"
    )
    signed(
        "3.2",
        "the kid in the unprotected header",
        with_header({1: -19}, unprotected={4: HOME.kid}),
        "newer_format",
    )
    short = tagged(protected, {}, payload, signature[:63])
    signed("3.2", "a signature of 63 bytes", short, "newer_format")
    signed(
        "3.2",
        "a signature of 65 bytes",
        tagged(protected, {}, payload, signature + b"\0"),
        "newer_format",
    )
    signed("3.2", "no signature bytes", tagged(protected, {}, payload, b""), "newer_format")


def _keys(cases: Cases) -> None:
    stranger, good = Coop("Lou Basta"), HOME.card()
    _says(
        cases, "9.3", "a card of a co-op that nobody here knows", stranger.card(), "unknown_issuer"
    )
    name = "a card signed with an identity key, which is no issuing key"
    _says(cases, "9.3", name, HOME.card(key=HOME.identity), "unknown_issuer")
    name = "a card under a known kid, signed with another key"
    protected = cbor.encode({1: -19, 4: HOME.kid})
    forged = sign1(HOME.claims(), stranger.issuing, AAD, protected=protected)
    _says(cases, "9.4", name, forged, "forged")
    name_at = good.index(b"Ma\xc3\xaft\xc3\xa9")
    changed = good[:name_at] + b"X" + good[name_at + 1 :]
    _says(cases, "9.4", "one letter of the name changed", changed, "forged")
    later = sign1(HOME.claims(exp=T + LIFETIME + 1), HOME.issuing, AAD)
    _says(cases, "9.4", "a later date under the old signature", later[:-64] + good[-64:], "forged")
    broken = good[:-1] + bytes([good[-1] ^ 1])
    _says(cases, "9.4", "one bit of the signature flipped", broken, "forged")
    s = int.from_bytes(good[-32:], "little") + L
    plus_l = good[:-32] + s.to_bytes(32, "little")
    _says(cases, "9.4", "L added to the S of a good signature", plus_l, "forged")
    _says(cases, "9.4", "a signature of zeros", good[:-64] + bytes(64), "forged")
    name = "the external_aad of a descriptor"
    _says(cases, "9.4", name, sign1(HOME.claims(), HOME.issuing, DESCRIPTOR_AAD), "forged")
    _says(cases, "9.4", "an empty external_aad", sign1(HOME.claims(), HOME.issuing, b""), "forged")
    payload_alone = good[:-64] + HOME.issuing.sign(HOME.claims()).signature
    _says(cases, "9.4", "a signature over the payload alone", payload_alone, "forged")
    name = "claims that are no card, under a signature that does not hold: not read"
    nonsense = sign1(b"\xff\xff", stranger.issuing, AAD, protected=protected)
    _says(cases, "9.4", name, nonsense, "forged")


def _good_claims(cases: Cases) -> None:
    def good(step: str, title: str, told: dict[str, Any] | None = None, /, **claims: Any) -> None:
        card, holder = HOME.text(**claims), holder_of(HOME, **(told or {}))
        trust = [HOME.descriptor(), HOME.status_list(entries=65_536)]
        cases.card(step, title, card, "welcome", trust=trust, holder=holder, now=NOW)

    for index in (0, 23, 24, 255, 256, 65_535):
        good("5.1", f"status index {index:,}", {"index": index}, index=index)
    names = {
        "a name of one letter": "A",
        "a name of 64 bytes": "A" * 64,
        "a name of 64 bytes and 16 characters": "\U0001f955" * 16,
        "a name in another script": "Αλέξανδρος",
        "a name with blanks and a dash": "Ana-Maria dos Santos",
        "a name with a no-break space at its end": "Ana\u00a0",
        "a name with an apostrophe and a zero-width joiner": "O’Neil\u200d",
        "a name with an accent of its own that no letter contains": "x\u0301",
        "a name with neighbours of the hidden characters": "A\u00a0\u061b\u200d\u2010\u202f\u206aA",
    }
    for name, value in names.items():
        good("5.1", name, {"name": value}, name=value)
    for category in (0, 1, 3, 4, 23):
        good("5.1", f"category {category}", {"category": category}, category=category)
    good("5.1", "a member reference of zeros", ref=bytes(8))
    last = T + 103_680_000
    good("5.1", "a lifetime of 1,200 days", {"exp": last}, exp=last)
    first = NOW + 1 - 103_680_000
    good(
        "5.1", "a card in the last seconds of 1,200 days", {"exp": NOW + 1}, iat=first, exp=NOW + 1
    )
    holder = holder_of(HOME, exp=1)
    text = HOME.text(iat=0, exp=1)
    cases.card("5.1", "iat 0 and exp 1", text, "refused", "expired", trust=TRUST, holder=holder)
    end = (1 << 40) - 1
    text, holder = HOME.text(iat=end - 9, exp=end), holder_of(HOME, exp=end)
    name = "exp 2^40 - 1"
    cases.card("5.1", name, text, "refused", "not_yet_valid", trust=TRUST, holder=holder)


def _other_claims(cases: Cases) -> None:
    good = HOME.claims()

    def payload(name: str, data: bytes) -> None:
        _says(cases, "9.6", name, sign1(data, HOME.issuing, AAD), "newer_format")

    def claims(title: str, /, **changes: Any) -> None:
        payload(title, HOME.claims(**changes))

    def whole(name: str, value: Any) -> None:
        payload(name, cbor.encode(value))

    payload("an empty payload", b"")
    payload("a payload that is no CBOR", b"\xff")
    payload("a byte behind the claims", good + b"\0")
    payload("claims cut short", good[:-1])
    payload("claims with a number in too many bytes", good[:-1] + b"\x18\0")
    payload("claims out of order", b"\xa3" + good[7:13] + good[1:7] + good[13:])
    payload("a claim that stands twice", b"\xa4" + good[1:7] + good[1:])
    payload("a map of indefinite length", b"\xbf" + good[1:] + b"\xff")
    payload("a name that is not UTF-8", good.replace("ï".encode(), b"\xed\xa0"))
    whole("an array for the map", [T + LIFETIME, T, [0, bytes(8), "A", 0]])
    usual: dict[Any, Any] = {4: T + LIFETIME, 6: T, -65537: [0, bytes(8), "A", 0]}
    for missing, name in ((4, "exp"), (6, "iat"), (-65537, "the claim -65537")):
        whole(f"{name} missing", {key: one for key, one in usual.items() if key != missing})
    whole(
        "a key of the holder's, cnf: not for everybody who shows the card", usual | {8: {3: b"k"}}
    )
    whole("not good before a time, nbf", usual | {5: T})
    whole("an issuer, iss", usual | {1: "Lou Rasim"})
    whole("an unknown claim with a text for its name", usual | {"x": 0})
    whole("no exp, and an unknown claim in its place", {5: 0, 6: T, -65537: usual[-65537]})

    half = cbor.Float(bytes.fromhex("f90000"))
    large = cbor.Float(bytes.fromhex("fb41da491800000000"))
    claims("exp is a float", exp=cbor.Float(bytes.fromhex("fb41dbb206e0000000")))
    claims("exp is a text", exp="2030-01-01")
    claims("exp is null", exp=None)
    claims("exp is a tagged time", exp=cbor.Tag(1, T + LIFETIME))
    claims("iat is a float", iat=large)
    claims("iat is true", iat=True, exp=1_000)
    claims("iat is -1", iat=-1, exp=T)
    claims("iat is a bignum", iat=cbor.Tag(2, b"\1" + bytes(8)))
    claims("exp is iat", exp=T)
    claims("exp is before iat", exp=T - 1)
    claims("a lifetime of 1,200 days and a second", exp=T + 103_680_001)
    claims("exp is 2^40", iat=(1 << 40) - 9, exp=1 << 40)
    claims("exp is 2^64 - 1", iat=(1 << 64) - 9, exp=(1 << 64) - 1)

    def details(name: str, value: Any) -> None:
        whole(name, usual | {-65537: value})

    details("three details", [0, bytes(8), "A"])
    details("five details", [0, bytes(8), "A", 0, 0])
    details("no details", [])
    details("the details are a map", {0: 0, 1: bytes(8), 2: "A", 3: 0})
    details("the details are a byte string of four", bytes(4))
    details("the details are a text of four letters", "0000")
    details("the details are null", None)
    details("the details are a tagged array", cbor.Tag(0, [0, bytes(8), "A", 0]))
    claims("status index -1", index=-1)
    claims("status index 65,536", index=65_536)
    claims("a status index that is a float", index=half)
    claims("a status index that is false", index=False)
    claims("a status index that is a text", index="0")
    claims("a member reference of 7 bytes", ref=bytes(7))
    claims("a member reference of 9 bytes", ref=bytes(9))
    claims("a member reference that is a text", ref="12345678")
    claims("a member reference that is a number", ref=7)
    claims("category -1", category=-1)
    claims("category 24", category=24)
    claims("a category that is true", category=True)
    claims("a category that is a float", category=half)
    claims("a category that is a text", category="0")
    claims("an empty name", name="")
    claims("a name of 65 bytes", name="A" * 65)
    claims("a name of 66 bytes and 33 characters", name="é" * 33)
    claims("a name that is a byte string", name=b"Ana")
    claims("a name that is null", name=None)
    claims("a name that is a list", name=["Ana"])
    claims("a name that is not in Normalization Form C", name="Mai\u0308te\u0301")
    claims("a name with the sign for angstrom, which Form C replaces", name="\u212bsa")
    claims("a name that begins with a space", name=" Ana")
    claims("a name that ends with a space", name="Ana ")
    claims("a name that is a space", name=" ")
    for character in _HIDDEN:
        claims(f"a name with U+{ord(character):04X}", name=f"An{character}a")


# The ends of each range of 5.1, and what is best known in between.
_HIDDEN = (
    "\x00\x09\x0a\x1f\x7f\x80\x85\x9f\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff"
)
