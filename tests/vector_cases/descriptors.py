"""Cases about descriptors that arrive at a trust store (SPEC 6.1, 6.2, 7.2, 7.3, 7.6)."""

from typing import Any

from passkoop_protocol import cbor
from passkoop_protocol.descriptor import AAD, TYP
from shop import (
    ACTIVE,
    NOW,
    RETIRED,
    WITHDRAWN,
    Coop,
    Federation,
    Listed,
    T,
    kid_of,
    payload_hash_of,
    public,
    sign1,
)

from .cards import HOME, holder_of
from .cases import Case, Cases
from .network import BAD_POLICIES

OTHER = Coop("Lou Basta")
HALF = cbor.Float(bytes.fromhex("f93c00"))  # 1.0
HIDDEN = "\x00\x0a\x7f\x85\u200f\u2028\u202e\u2069\ufeff"


def descriptor_cases() -> list[Case]:
    """Return the cases of descriptors."""
    cases = Cases()
    _good(cases)
    _fields(cases)
    _keys(cases)
    _envelopes(cases)
    _listening(cases)
    _dates(cases)
    return cases.cases


def _says(cases: Cases, step: str, name: str, data: bytes, result: str, **told: Any) -> None:
    fields = {"paired": [HOME]} | told
    cases.documents(step, name, [data], [result], **fields)


def _good(cases: Cases) -> None:
    def says(title: str, /, **fields: Any) -> None:
        _says(cases, "6.2", title, HOME.descriptor(**fields), "accepted")

    says("a descriptor")
    says("a descriptor of no keys", keys=[])
    says("a name and a place of 100 bytes", name="é" * 50, place="A" * 100)
    says("a name of one letter", name="A")
    says("an empty contact and form, which are as good as none", contact="", form="")
    says("a contact of 300 bytes and a form of 100", contact="A" * 300, form="A" * 100)
    says(
        "a page with anything in it",
        page={"fr": {"mot": [1, None, HALF, cbor.Tag(0, b"")]}, 7: True},
    )
    says("an empty page", page={})
    says("an unknown key", mood="good")
    says("unknown keys of other kinds than text", zz=1, page={cbor.OtherKey(b"\xf4"): 0})
    _says(
        cases,
        "6.1",
        "a key that is an array, which is unknown",
        _with(b"\x81\x00", b"\x00"),
        "accepted",
    )
    _says(
        cases,
        "6.1",
        "a key that is the float 6.0, which is not 6",
        _with(b"\xf9\x46\x00", b"\x00"),
        "accepted",
    )
    _says(cases, "6.1", "a key that is true, which is not 1", _with(b"\xf5", b"\x00"), "accepted")
    address = "https://" + "a" * 192
    says("eight addresses, of 9 to 200 characters", addresses=["http://ab", *[address] * 7])
    says("no address", addresses=[])
    says(
        "an address with every printable character",
        addresses=["http://" + "".join(map(chr, range(0x20, 0x7F)))],
    )
    says("iat 0", at=0)
    for country in ("AA", "ZZ"):
        says(f"the country {country}", country=country)
    says("300 countries", welcome={"who": 1, "countries": ["FR"] * 300})
    says(
        "a policy with everything at its largest",
        welcome={"who": 2, "without": [4, 10_000], "card_from": 10_000, "visits": [10_000, 10_000]},
    )
    says("a policy with an unknown key", welcome={"who": 0, "mood": 7, 7: 7})


def _with(key: bytes, value: bytes) -> bytes:
    """Return the descriptor with one pair more, whose key comes after all others."""
    payload = cbor.encode(HOME.fields())
    return HOME.sign_descriptor(bytes([payload[0] + 1]) + payload[1:] + key + value)


def _fields(cases: Cases) -> None:
    def bad(title: str, /, **fields: Any) -> None:
        _says(cases, "6.2", title, HOME.descriptor(**fields), "bad_shape")

    def whole(name: str, payload: bytes, result: str) -> None:
        _says(cases, "7.3.2", name, HOME.sign_descriptor(payload), result)

    whole("an empty payload", b"", "malformed")
    payload = cbor.encode(HOME.fields())
    whole("a byte behind the payload", payload + b"\0", "malformed")
    whole("a payload cut short", payload[:-1], "malformed")
    whole("a list for the map", cbor.encode([]), "bad_shape")
    whole(
        "no key", cbor.encode({k: v for k, v in HOME.fields().items() if k != "key"}), "bad_shape"
    )
    whole("a key of 31 bytes", cbor.encode(HOME.fields(key=bytes(31))), "bad_shape")
    whole("a key of 33 bytes", cbor.encode(HOME.fields(key=bytes(33))), "bad_shape")
    whole("a key that is a text", cbor.encode(HOME.fields(key="A" * 32)), "bad_shape")

    for field in ("name", "place", "country", "welcome"):
        bad(f"{field} missing", **{field: None})
    fields = HOME.fields()
    for field in ("name", "contact", "form", "addresses", "page"):
        data = HOME.sign_descriptor(cbor.encode(fields | {field: None}))
        _says(cases, "6.2", f"{field} is null", data, "bad_shape")
    keyless = {name: value for name, value in fields.items() if name != "keys"}
    _says(cases, "6.2", "keys missing", HOME.sign_descriptor(cbor.encode(keyless)), "bad_shape")
    bad("iat missing", at=None)
    bad("iat is a float", at=HALF)
    bad("iat is true", at=True)
    bad("iat is a text", at="2026")
    bad("iat is -1", at=-1)
    bad("iat is 2^40", at=1 << 40)
    bad("an empty name", name="")
    bad("an empty place", place="")
    bad("a name of 101 bytes", name="A" * 101)
    bad("a name of 102 bytes and 51 characters", name="é" * 51)
    bad("a place of 101 bytes", place="A" * 101)
    bad("a name that is a byte string", name=b"Lou Rasim")
    bad("a contact of 301 bytes", contact="A" * 301)
    bad("a contact that is a number", contact=7)
    bad("a form of 101 bytes", form="A" * 101)
    for character in HIDDEN:
        bad(f"a name with U+{ord(character):04X}", name=f"A{character}B")
    bad("a contact with a line feed", contact="A\nB")
    bad("a page that is a list", page=[])
    bad("a page that is a text", page="")
    for name, country in {
        "a country in small letters": "fr",
        "a country of three letters": "FRA",
        "a country of one letter": "F",
        "a country with a digit": "F1",
        "a country in other letters": "ФР",
        "a country as bytes": b"FR",
        "an empty country": "",
    }.items():
        bad(name, country=country)
    bad("nine addresses", addresses=["https://a.example"] * 9)
    bad("an address of 8 characters", addresses=["http://a"])
    bad("an address of 201 characters", addresses=["https://" + "a" * 193])
    bad("an address of another kind", addresses=["ftp://a.example"])
    bad("an address in capital letters", addresses=["HTTPS://a.example"])
    bad("an address with a letter that is not ASCII", addresses=["https://é.example"])
    bad("an address with a line feed", addresses=["https://a.example\n"])
    bad("an address with U+007F", addresses=["https://a.example\x7f"])
    bad("an address that is a byte string", addresses=[b"https://a.example"])
    bad("a text for the list of addresses", addresses="https://a.example")
    bad("a policy that is a list", welcome=[1])
    for name, policy in BAD_POLICIES:
        bad(f"in the welcome policy: {name}", welcome=policy)
    bad("a card asked from 1.0 visits on", welcome={"who": 1, "card_from": HALF})
    bad("a policy whose who is a float", welcome={"who": HALF})
    bad("an accepted co-op of 9 bytes", welcome={"who": 1, "accept": [bytes(9)]})
    bad("a refused co-op of 11 bytes", welcome={"who": 1, "refuse": [bytes(11)]})
    bad("an accepted co-op that is a text", welcome={"who": 1, "accept": ["ABCDEFGHIJ"]})
    bad("501 accepted co-ops", welcome={"who": 1, "accept": [bytes(10)] * 501})
    bad("a byte string for the list of refused co-ops", welcome={"who": 1, "refuse": bytes(10)})


def _keys(cases: Cases) -> None:
    def says(step: str, name: str, rows: Any, result: str, **fields: Any) -> None:
        data = HOME.sign_descriptor(cbor.encode(HOME.fields(**fields) | {"keys": rows}))
        _says(cases, step, name, data, result)

    def bad(name: str, rows: Any) -> None:
        says("6.2", name, rows, "bad_shape")

    many = [HOME.key(number) for number in range(1, 66)]
    says("6.2", "64 issuing keys", HOME.listed(many[:64]), "accepted")
    bad("65 issuing keys", HOME.listed(many))
    states = [
        Listed(many[0]),
        Listed(many[1], RETIRED, 1),
        Listed(many[2], WITHDRAWN, (1 << 40) - 1),
    ]
    says("6.2", "keys in the three states", HOME.listed(states), "accepted")
    [[key, state, since, proof]] = HOME.listed()
    twice = [[key, state, since, proof], [key, RETIRED, T, proof]]
    bad("a key that stands twice", twice)
    bad("a map for the list of keys", {0: [key, state, since, proof]})
    bad("a key alone", [key])
    bad("a key without proof", [[key, state, since]])
    bad("a key with something more", [[key, state, since, proof, 0]])
    bad("a map for a key", [{0: key, 1: state, 2: since, 3: proof}])
    bad("an issuing key of 31 bytes", [[bytes(31), state, since, proof]])
    bad("an issuing key that is a text", [["A" * 32, state, since, proof]])
    bad("a proof of 63 bytes", [[key, state, since, bytes(63)]])
    bad("a proof of 65 bytes", [[key, state, since, bytes(65)]])
    bad("a proof that is null", [[key, state, since, None]])
    bad("the state 3", [[key, 3, T, proof]])
    bad("the state -1", [[key, -1, T, proof]])
    bad("a state that is true", [[key, True, T, proof]])
    bad("a state that is a float", [[key, HALF, T, proof]])
    bad("an active key with a date", [[key, ACTIVE, T, proof]])
    bad("a retired key without a date", [[key, RETIRED, 0, proof]])
    bad("a withdrawn key without a date", [[key, WITHDRAWN, 0, proof]])
    bad("a date of 2^40", [[key, RETIRED, 1 << 40, proof]])
    bad("a date of -1", [[key, RETIRED, -1, proof]])
    bad("a date that is a float", [[key, RETIRED, HALF, proof]])
    bad("a date that is null", [[key, RETIRED, None, proof]])

    def unproven(name: str, proven: bytes, listed: object = key) -> None:
        says("7.3.5", name, [[listed, state, since, proven]], "bad_proof")

    assert isinstance(proof, bytes)
    [[_, _, _, of_other]] = OTHER.listed([HOME.issuing])
    assert isinstance(of_other, bytes)
    unproven("a proof for another co-op", of_other)
    unproven("a proof by another key", OTHER.issuing.sign(b"passkoop/key/1" + HOME.id).signature)
    unproven(
        "a proof by the identity key", HOME.identity.sign(b"passkoop/key/1" + HOME.id).signature
    )
    unproven("a proof of zeros", bytes(64))
    unproven("one bit of a proof flipped", proof[:-1] + bytes([proof[-1] ^ 1]))
    unproven(
        "a proof over the key, not the id",
        HOME.issuing.sign(b"passkoop/key/1" + public(HOME.identity)).signature,
    )
    unproven("a proof of low order for a key of low order", b"\1" + bytes(63), b"\1" + bytes(31))
    mixed = [*HOME.listed(), [public(many[1]), ACTIVE, 0, proof]]
    says("7.3.5", "a good proof, then a bad one", mixed, "bad_proof")


def _envelopes(cases: Cases) -> None:
    payload, good = cbor.encode(HOME.fields()), HOME.descriptor()

    def says(step: str, name: str, data: bytes, result: str) -> None:
        _says(cases, step, name, data, result)

    def header(**changes: Any) -> bytes:
        names = {"alg": 1, "kid": 4, "typ": 16, "crit": 2}
        usual = {1: -19, 4: kid_of(HOME.identity), 16: TYP} | {
            names[name]: one for name, one in changes.items()
        }
        encoded = cbor.encode({name: one for name, one in usual.items() if one is not None})
        return sign1(payload, HOME.identity, AAD, protected=encoded)

    says("7.3.1", "the algorithm -8", header(alg=-8), "newer_format")
    says("7.3.1", "no kid", header(kid=None), "newer_format")
    says("7.3.1", "a kid of 9 bytes", header(kid=bytes(9)), "newer_format")
    says("7.3.1", "a critical header", header(crit=[16]), "newer_format")
    says("7.2", "no type: not known as a descriptor", header(typ=None), "newer_format")
    says(
        "7.2",
        "another type: not known as a descriptor",
        header(typ="application/cwt"),
        "newer_format",
    )
    says("7.2", "a type that goes on", header(typ=TYP + "2"), "newer_format")
    unprotected = sign1(
        payload, HOME.identity, AAD, typ=TYP, unprotected={4: kid_of(HOME.identity)}
    )
    says("7.3.1", "something unprotected", unprotected, "newer_format")
    says("7.3.1", "another tag", sign1(payload, HOME.identity, AAD, typ=TYP, tag=17), "malformed")
    says("7.3.1", "a descriptor cut short", good[:-1], "malformed")
    says("7.3.1", "a byte behind the envelope", good + b"\0", "malformed")
    long = good.replace(cbor.encode(payload), b"\x5a" + len(payload).to_bytes(4) + payload)
    assert long != good
    says("7.3.1", "the payload's length in too many bytes", long, "malformed")
    says("7.3.4", "the kid of another key", header(kid=HOME.kid), "bad_signature")
    says(
        "7.3.4",
        "a signature by an issuing key",
        HOME.sign_descriptor(payload, key=HOME.issuing),
        "bad_signature",
    )
    protected = cbor.encode({1: -19, 4: kid_of(HOME.identity), 16: TYP})
    forged = sign1(payload, OTHER.identity, AAD, protected=protected)
    says("7.3.4", "a signature by another co-op", forged, "bad_signature")
    says(
        "7.3.4",
        "one bit of the signature flipped",
        good[:-1] + bytes([good[-1] ^ 1]),
        "bad_signature",
    )
    at = good.index(b"Hendaye")
    says("7.3.4", "one letter changed", good[:at] + b"h" + good[at + 1 :], "bad_signature")
    says(
        "7.3.4",
        "the external_aad of a card",
        sign1(payload, HOME.identity, b"passkoop/card/1", typ=TYP),
        "bad_signature",
    )
    broken = cbor.encode(HOME.fields(name=""))
    name = "the signature comes before the shape"
    says("7.3.4", name, sign1(broken, OTHER.identity, AAD, protected=protected), "bad_signature")
    name = "the shape comes before the date"
    says("7.3.5", name, HOME.descriptor(name="", at=NOW + 9_999), "bad_shape")


def _listening(cases: Cases) -> None:
    data = HOME.descriptor()
    federation = Federation(name="Fédération")

    def says(name: str, result: str, document: bytes = data, **told: Any) -> None:
        cases.documents("7.3.3", name, [document], [result], **told)

    says("nobody is heard", "not_listed", paired=[])
    says("another co-op is paired", "not_listed", paired=[OTHER])
    says("one's own descriptor", "accepted", own=HOME)
    says("a paired co-op", "accepted", paired=[HOME])
    says("a blocked co-op that is paired is still heard", "accepted", paired=[HOME], blocked=[HOME])
    says("a blocked co-op that is not paired", "not_listed", own=OTHER, blocked=[HOME])
    says("an id that another replaces", "not_listed", paired=[HOME], replaces={OTHER: [HOME]})
    says("an id that replaces another", "accepted", replaces={HOME: [OTHER]})
    listed = [federation.root(), federation.directory([HOME])]
    says("a listed co-op", "accepted", trust=listed)
    others = [federation.root(), federation.directory([OTHER])]
    says("a co-op that is not listed", "not_listed", trust=others)
    suspended = [federation.root(), federation.directory([federation.row(HOME, suspended=True)])]
    says("a suspended co-op is still heard", "accepted", trust=suspended)
    says("a federation that nobody follows", "not_listed", trust=listed, own=OTHER)
    says(
        "a stranger's signature is not even looked at",
        "not_listed",
        data[:-1] + bytes([data[-1] ^ 1]),
        paired=[],
    )
    says(
        "a stranger's shape is not even looked at",
        "not_listed",
        HOME.descriptor(name=""),
        paired=[],
    )
    says(
        "a stranger's date is not even looked at",
        "not_listed",
        HOME.descriptor(at=NOW + 9_999),
        paired=[],
    )


def _dates(cases: Cases) -> None:
    def says(step: str, name: str, documents: list[bytes], *results: str, **told: Any) -> None:
        cases.documents(step, name, documents, results, **({"paired": [HOME]} | told))

    says("7.3.6", "a descriptor 600 seconds ahead", [HOME.descriptor(at=NOW + 600)], "accepted")
    says(
        "7.3.6",
        "a descriptor 601 seconds ahead",
        [HOME.descriptor(at=NOW + 601)],
        "from_the_future",
    )
    one, newer = HOME.descriptor(), HOME.descriptor(at=T + 1)
    says("7.3.6", "a newer descriptor", [one, newer], "accepted", "accepted")
    says("7.3.6", "an older descriptor", [newer, one], "accepted", "older")
    says("7.3.6", "the same descriptor again", [one, one], "accepted", "known")
    low, high = sorted((one, HOME.descriptor(place="Irun")), key=payload_hash_of)
    equivocal, known = "accepted+equivocation", "known+equivocation"
    says("7.3.6", "two of one second, the higher hash first", [high, low], "accepted", equivocal)
    says("7.3.6", "two of one second, the lower hash first", [low, high], "accepted", known)
    says(
        "7.3.6",
        "what lost is not held",
        [high, low, high, low],
        "accepted",
        equivocal,
        known,
        "known",
    )
    says(
        "7.3.6",
        "a newer one after two of one second",
        [high, low, newer],
        "accepted",
        equivocal,
        "accepted",
    )

    # Of two descriptors of one second, only one lists the key of the card.
    second = HOME.key(2)
    holder = holder_of(HOME)
    pair = [HOME.descriptor(keys=[HOME.issuing], place=f"Place {n}") for n in range(8)]
    without = [HOME.descriptor(keys=[second], place=f"Place {n}") for n in range(8)]
    lowest, highest = min([pair[0], *without], key=payload_hash_of), pair[0]
    assert payload_hash_of(lowest) < payload_hash_of(highest)
    for order in ([highest, lowest], [lowest, highest]):
        name = "the lower hash does not list the card's key, " + _which(order[0], highest)
        cases.card("7.3.6", name, HOME.text(), "refused", "key_withdrawn", trust=order)
    best = min([without[0], *pair], key=payload_hash_of)
    for order in ([best, without[0]], [without[0], best]):
        name = "the lower hash lists the card's key, " + _which(order[0], without[0])
        trust = [*order, HOME.status_list()]
        cases.card("7.3.6", name, HOME.text(), "welcome", trust=trust, holder=holder)

    soon, later = HOME.descriptor(at=T + 599), HOME.descriptor(at=T + 600)
    says(
        "7.3.7",
        "a descriptor 599 seconds newer, unasked",
        [one, soon],
        "accepted",
        "parked",
        paced=True,
    )
    says(
        "7.3.7",
        "a descriptor 600 seconds newer, unasked",
        [one, later],
        "accepted",
        "accepted",
        paced=True,
    )
    says(
        "7.6",
        "a descriptor 599 seconds newer, handed in by a person",
        [one, soon],
        "accepted",
        "accepted",
    )
    says("7.6", "the first descriptor is not paced", [soon], "accepted", paced=True)
    says(
        "7.6",
        "a descriptor of the same second is not paced",
        [high, low],
        "accepted",
        equivocal,
        paced=True,
    )
    says(
        "7.6",
        "a parked descriptor is not held",
        [one, soon, one],
        "accepted",
        "parked",
        "known",
        paced=True,
    )
    broken = soon[:-1] + bytes([soon[-1] ^ 1])
    says(
        "7.3.7",
        "a bad signature is not parked",
        [one, broken],
        "accepted",
        "bad_signature",
        paced=True,
    )


def _which(first: bytes, loser: bytes) -> str:
    return "and comes second" if first is loser else "and comes first"
