"""Cases about roots and directories that arrive at a trust store (SPEC 3.3, 6.4, 6.5, 7.5)."""

from collections.abc import Sequence
from typing import Any

from passkoop_protocol import cbor
from passkoop_protocol.directory import DIRECTORY_AAD, DIRECTORY_TYP, ROOT_AAD, ROOT_TYP
from passkoop_protocol.keys import SigningKey
from shop import NOW, Coop, Federation, T, key_of, kid_of, payload_hash_of

from .cards import HOME
from .cases import Case, Cases

FED = Federation(name="Fédération")
TRIO = Federation(name="Trio", people=("anne", "bo", "chloé"), threshold=2)
OTHER = Federation(name="Autre fédération")
HALF = cbor.Float(bytes.fromhex("f93c00"))  # 1.0
GONE = object()  # a field to leave out


def federation_cases() -> list[Case]:
    """Return the cases of roots and directories."""
    cases = Cases()
    _envelopes(cases)
    _root_fields(cases)
    _roots(cases)
    _rotation(cases)
    _directory_fields(cases)
    _directories(cases)
    _directory_dates(cases)
    return cases.cases


Signer = tuple[SigningKey, dict[str, Any]]


def several(
    payload: bytes,
    signers: Sequence[SigningKey | Signer],
    *,
    typ: str = ROOT_TYP,
    aad: bytes = ROOT_AAD,
    body: bytes | None = None,
    unprotected: object = None,
    tag: int = 98,
) -> bytes:
    """Return a COSE_Sign with any of its parts as it should not be.

    With a signer may come `protected`, `unprotected` and `signature`, to stand in place of its own.
    """
    body = cbor.encode({16: typ}) if body is None else body
    rows = []
    for one in signers:
        key, changes = one if isinstance(one, tuple) else (one, {})
        protected = changes.get("protected", cbor.encode({1: -19, 4: kid_of(key)}))
        structure = cbor.encode(["Signature", body, protected, aad, payload])
        signature = changes.get("signature", key.sign(structure).signature)
        rows.append([protected, changes.get("unprotected", {}), signature])
    parts = [body, {} if unprotected is None else unprotected, payload, rows]
    return cbor.encode(cbor.Tag(tag, parts))


def _says(cases: Cases, step: str, name: str, data: bytes, result: str, **told: Any) -> None:
    cases.documents(step, name, [data], [result], **({"federations": [FED.id]} | told))


def _envelopes(cases: Cases) -> None:
    payload, key = cbor.encode(FED.first), FED.key("one")
    stranger, own = key_of("stranger"), cbor.encode({1: -19, 4: kid_of(FED.key("one"))})

    def says(name: str, data: bytes, result: str) -> None:
        _says(cases, "3.3", name, data, result)

    good = several(payload, [key])
    says("a root", good, "accepted")
    says("no signature", several(payload, []), "threshold_not_met")
    says("32 signatures, the good one last", several(payload, [stranger] * 31 + [key]), "accepted")
    says(
        "33 signatures, the good one first", several(payload, [key] + [stranger] * 32), "malformed"
    )
    says("the same signature twice", several(payload, [key, key]), "accepted")
    bad: Signer = (key, {"signature": bytes(64)})
    says("a bad signature of a key before its good one", several(payload, [bad, key]), "accepted")
    says("a bad signature of a key behind its good one", several(payload, [key, bad]), "accepted")
    says("a stranger's signature besides", several(payload, [stranger, key]), "accepted")
    says(
        "a stranger's bad signature besides",
        several(payload, [(stranger, {"signature": bytes(64)}), key]),
        "accepted",
    )
    says(
        "a stranger under the kid of a key",
        several(payload, [(stranger, {"protected": own})]),
        "threshold_not_met",
    )
    says("another external_aad", several(payload, [key], aad=DIRECTORY_AAD), "threshold_not_met")
    says("an empty external_aad", several(payload, [key], aad=b""), "threshold_not_met")
    alone = key.sign(payload).signature
    says(
        "a signature over the payload alone",
        several(payload, [(key, {"signature": alone})]),
        "threshold_not_met",
    )
    as_sign1 = key.sign(cbor.encode(["Signature1", own, ROOT_AAD, payload])).signature
    says(
        "a signature of a COSE_Sign1",
        several(payload, [(key, {"signature": as_sign1})]),
        "threshold_not_met",
    )

    says("the root cut short", good[:-1], "malformed")
    says("a byte behind the root", good + b"\0", "malformed")
    says("the tag and nothing else", good[:2], "malformed")
    says("a map for the array", b"\xd8\x62\xa0", "malformed")
    says("an array of three", b"\xd8\x62\x83\x40\xa0\x40", "malformed")
    five = good[:2] + b"\x85" + good[3:] + b"\0"
    says("an array of five", five, "malformed")
    body = cbor.encode({16: ROOT_TYP})
    rows = [[own, {}, alone]]

    def parts(*values: Any) -> bytes:
        return cbor.encode(cbor.Tag(98, list(values)))

    says(
        "the body header is a map, not a byte string",
        parts({16: ROOT_TYP}, {}, payload, rows),
        "malformed",
    )
    says("the unprotected header is an array", parts(body, [], payload, rows), "malformed")
    says("the payload is null", parts(body, {}, None, rows), "malformed")
    says("the signatures are a map", parts(body, {}, payload, {0: rows[0]}), "malformed")
    says("a signature is a byte string", parts(body, {}, payload, [alone]), "malformed")
    says("a signature has two parts", parts(body, {}, payload, [[own, alone]]), "malformed")
    says("a signature has four parts", parts(body, {}, payload, [[own, {}, alone, 0]]), "malformed")
    says(
        "a signature's header is a map, not a byte string",
        parts(body, {}, payload, [[{1: -19}, {}, alone]]),
        "malformed",
    )
    says(
        "a signature's unprotected header is null",
        parts(body, {}, payload, [[own, None, alone]]),
        "malformed",
    )
    says(
        "a signature of 63 bytes",
        several(payload, [key, (stranger, {"signature": bytes(63)})]),
        "malformed",
    )
    says(
        "a signature of 65 bytes",
        several(payload, [key, (stranger, {"signature": bytes(65)})]),
        "malformed",
    )
    says("the body header is an array", several(payload, [key], body=b"\x80" + body), "malformed")
    says("the body header is empty", several(payload, [key], body=b""), "malformed")
    says(
        "a signature's header is an array",
        several(payload, [(key, {"protected": b"\x80"})]),
        "malformed",
    )
    says(
        "a signature's header is empty", several(payload, [(key, {"protected": b""})]), "malformed"
    )
    says(
        "a signature's header has an indefinite length",
        several(payload, [(key, {"protected": b"\xbf\xff"})]),
        "malformed",
    )

    says("something unprotected", several(payload, [key], unprotected={99: 0}), "newer_format")
    says(
        "a signature with something unprotected",
        several(payload, [key, (stranger, {"unprotected": {99: 0}})]),
        "newer_format",
    )
    says("the body header is an empty map", several(payload, [key], body=b"\xa0"), "newer_format")
    critical = cbor.encode({2: [16], 16: ROOT_TYP})
    says(
        "the body header holds more than the type",
        several(payload, [key], body=critical),
        "newer_format",
    )
    for header, name in (
        ({1: -8, 4: kid_of(key)}, "a signature with the algorithm -8"),
        ({4: kid_of(key)}, "a signature without algorithm"),
        ({1: -19}, "a signature without kid"),
        ({1: -19, 4: kid_of(key)[:7]}, "a signature with a kid of 7 bytes"),
        ({1: -19, 4: kid_of(key) + b"\0"}, "a signature with a kid of 9 bytes"),
        ({1: -19, 4: "12345678"}, "a signature with a kid that is a text"),
        ({1: -19, 4: kid_of(key), 16: ROOT_TYP}, "a signature with a type of its own"),
    ):
        other: Signer = (key, {"protected": cbor.encode(header)})
        says(name, several(payload, [key, other]), "newer_format")
    name = "another type: not known as a root, so it is read as a directory"
    _says(cases, "7.2", name, several(payload, [key], typ="application/cwt"), "newer_format")
    _says(
        cases,
        "7.2",
        "a root that says it is a directory",
        several(payload, [key], typ=DIRECTORY_TYP, aad=DIRECTORY_AAD),
        "bad_shape",
        trust=[FED.root()],
    )
    _says(
        cases,
        "7.2",
        "another tag: read as a status list",
        several(payload, [key], tag=97),
        "malformed",
    )


def _changed(fields: dict[Any, Any], changes: dict[Any, Any]) -> bytes:
    return cbor.encode({name: one for name, one in (fields | changes).items() if one is not GONE})


def _root_fields(cases: Cases) -> None:
    def says(name: str, result: str, changes: dict[Any, Any], version: int = 1) -> None:
        payload = _changed(FED.root_fields(version), changes)
        federation = payload_hash_of(several(payload, []))[:10] if version == 1 else FED.id
        trust = [FED.root()] if version == 2 else []
        _says(
            cases,
            "6.4",
            name,
            FED.sign_root(payload),
            result,
            federations=[federation],
            trust=trust,
        )

    def bad(name: str, changes: dict[Any, Any], version: int = 1) -> None:
        says(name, "bad_shape", changes, version)

    def role(people: Sequence[str], threshold: Any) -> list[Any]:
        return FED.role(people, threshold)

    many = ["one", *(f"person {number}" for number in range(32))]
    says("an unknown key", "accepted", {"mood": "good"})
    says("relays", "accepted", {"relays": ["https://a.example", "http://b.example"]})
    says("no relays", "accepted", {"relays": []})
    says("a root long past its date", "accepted", {4: 0})
    says("32 keys of a role", "accepted", {"directory": role(many[:32], 32)})
    says("a name of 100 bytes", "accepted", {"name": "A" * 100})
    bad("exp missing", {4: GONE})
    bad("exp is a float", {4: HALF})
    bad("exp is 2^40", {4: 1 << 40})
    bad("exp is -1", {4: -1})
    bad("version missing", {"version": GONE})
    bad("version 0", {"version": 0})
    bad("version -1", {"version": -1})
    bad("version 2^31", {"version": 1 << 31}, version=2)
    bad("version true", {"version": True})
    bad("version 1.0", {"version": HALF})
    bad("name missing", {"name": GONE})
    bad("an empty name", {"name": ""})
    bad("a name of 101 bytes", {"name": "A" * 101})
    bad("a name with a line feed", {"name": "A\nB"})
    bad("root missing", {"root": GONE})
    bad("directory missing", {"directory": GONE})
    bad("a threshold of 0", {"directory": role(["one"], 0)})
    bad("a threshold above the number of keys", {"directory": role(["one", "two"], 3)})
    bad("a threshold that is true", {"directory": role(["one"], True)})
    bad("a threshold that is a float", {"directory": role(["one"], HALF)})
    bad("a role without keys", {"directory": [1, []]})
    bad("33 keys of a role", {"directory": role(many, 1)})
    bad("a key that stands twice in a role", {"directory": role(["one", "one"], 1)})
    bad("a key of 31 bytes", {"directory": [1, [bytes(31)]]})
    bad("a key that is a text", {"directory": [1, ["A" * 32]]})
    bad("a role with something more", {"directory": [*role(["one"], 1), 0]})
    bad("a role that is a map", {"directory": {0: 1, 1: [bytes(32)]}})
    bad("a threshold alone", {"directory": [1]})
    bad("a first root that names a federation", {"federation": FED.id})
    bad("a second root without federation", {"federation": GONE}, version=2)
    bad("a federation of 9 bytes", {"federation": FED.id[:9]}, version=2)
    bad("a federation that is a text", {"federation": "ABCDEFGHIJ"}, version=2)
    bad("nine relays", {"relays": ["https://a.example"] * 9})
    bad("a relay of another kind", {"relays": ["ftp://a.example"]})
    bad("a text for the relays", {"relays": "https://a.example"})
    payload = cbor.encode(FED.first)
    _says(
        cases,
        "6.1",
        "a root with a byte behind its payload",
        FED.sign_root(payload + b"\0"),
        "malformed",
    )
    _says(cases, "6.1", "a root with an empty payload", FED.sign_root(b""), "malformed")
    _says(cases, "6.1", "a root whose payload is a list", FED.sign_root(b"\x80"), "bad_shape")


def _roots(cases: Cases) -> None:
    one, two, three = FED.root(), FED.root(2), FED.root(3)

    def says(step: str, name: str, documents: list[bytes], *results: str, **told: Any) -> None:
        cases.documents(step, name, documents, results, **({"federations": [FED.id]} | told))

    says("7.5.1", "nobody follows this federation", [one], "unknown_federation", federations=[])
    says(
        "7.5.1",
        "another federation is followed",
        [one],
        "unknown_federation",
        federations=[OTHER.id],
    )
    name = "a second root of a federation that nobody follows"
    says("7.5.1", name, [two], "unknown_federation", federations=[])
    name = "another first root is another federation"
    says("7.5.1", name, [one, FED.root(name="Autre")], "accepted", "unknown_federation")
    says("7.5.2", "the same root again", [one, one], "accepted", "known")
    says("7.5.2", "an older root", [one, two, one], "accepted", "accepted", "older")
    resigned = several(cbor.encode(FED.first), [key_of("stranger"), FED.key("one")])
    says("7.5.2", "the same root with other signatures", [one, resigned], "accepted", "known")
    unsigned = several(cbor.encode(FED.first), [])
    says(
        "7.5.2",
        "the same root without signatures is known by its payload",
        [one, unsigned],
        "accepted",
        "known",
    )
    says("7.5.3", "a first root without signatures", [unsigned], "threshold_not_met")
    says("7.5.4", "roots one by one", [one, two, three], *["accepted"] * 3)
    says("7.5.4", "a root is left out", [one, three], "accepted", "version_gap")
    says("7.5.4", "the second root, before the first", [two], "version_gap")
    says(
        "7.5.4",
        "the last version there can be, far too early",
        [one, FED.root((1 << 31) - 1)],
        "accepted",
        "version_gap",
    )
    low, high = sorted((two, FED.root(2, name="Autre")), key=payload_hash_of)
    equivocal, known = "accepted+equivocation", "known+equivocation"
    says(
        "7.5.4",
        "two second roots, the higher hash first",
        [one, high, low, low],
        "accepted",
        "accepted",
        equivocal,
        "known",
    )
    says(
        "7.5.4",
        "two second roots, the lower hash first",
        [one, low, high, low],
        "accepted",
        "accepted",
        known,
        "known",
    )
    says("7.5", "a root is not paced", [one, two], "accepted", "accepted", paced=True)
    says(
        "7.5",
        "a root whose date is long past",
        [one, two],
        "accepted",
        "accepted",
        now=T + (1 << 33),
    )


def _rotation(cases: Cases) -> None:
    follow: dict[str, Any] = {"federations": [TRIO.id]}
    first = TRIO.root()

    def says(name: str, documents: list[bytes], *results: str) -> None:
        cases.documents("7.5.3", name, documents, results, **follow)

    not_met = "threshold_not_met"
    says("three of three sign the first root, two are needed", [first], "accepted")
    says("two of three sign the first root", [TRIO.root(signers=["anne", "chloé"])], "accepted")
    says("one of three signs the first root", [TRIO.root(signers=["anne"])], not_met)
    payload = cbor.encode(TRIO.first)
    anne, bo = TRIO.key("anne"), TRIO.key("bo")
    says("one signs twice", [several(payload, [anne, anne])], not_met)
    says(
        "one good signature and one bad",
        [several(payload, [anne, (bo, {"signature": bytes(64)})])],
        not_met,
    )
    says(
        "one of three and two strangers",
        [several(payload, [anne, key_of("x"), key_of("y")])],
        not_met,
    )
    copied = several(payload, [anne, (bo, {"signature": _signature_of(payload, anne)})])
    says("one's signature under another's kid", [copied], not_met)

    new = {"root": TRIO.role(["dora", "emil"], 2)}

    def second(*signers: str, **changes: Any) -> bytes:
        return TRIO.root(2, signers=signers, **(new | changes))

    says(
        "two of the old keys and all of the new",
        [first, second("anne", "bo", "dora", "emil")],
        "accepted",
        "accepted",
    )
    says(
        "two of the old keys, and not enough of the new",
        [first, second("anne", "bo", "dora")],
        "accepted",
        not_met,
    )
    says(
        "two of the old keys, and none of the new",
        [first, second("anne", "bo")],
        "accepted",
        not_met,
    )
    says(
        "all of the new keys, and not enough of the old",
        [first, second("anne", "dora", "emil")],
        "accepted",
        not_met,
    )
    says(
        "all of the new keys, and none of the old",
        [first, second("dora", "emil")],
        "accepted",
        not_met,
    )
    lower = TRIO.root(2, signers=["anne"], root=TRIO.role(TRIO.people, 1))
    says("one key cannot lower the threshold to one", [first, lower], "accepted", not_met)
    lower = TRIO.root(2, signers=["anne", "bo"], root=TRIO.role(["anne"], 1))
    third = TRIO.root(3, signers=["anne"], root=TRIO.role(["anne"], 1))
    says(
        "two lower the threshold to one: one is enough from then on",
        [first, lower, third],
        *["accepted"] * 3,
    )
    after = TRIO.root(3, signers=["dora", "emil"], **new)
    two = second("anne", "bo", "dora", "emil")
    says("the new keys sign the third root", [first, two, after], *["accepted"] * 3)
    back = TRIO.root(3, signers=["anne", "bo", "chloé"])
    says("the old keys have no say any more", [first, two, back], "accepted", "accepted", not_met)
    another = TRIO.root(2, signers=["anne", "bo", "chloé"], name="Autre")
    name = "the old keys cannot change the second root either"
    says(name, [first, two, another], "accepted", "accepted", not_met)
    directory_key = TRIO.root(
        2,
        signers=["dora", "emil"],
        root=TRIO.role(TRIO.people, 2),
        directory=TRIO.role(["dora", "emil"], 2),
    )
    says(
        "keys of the directory role do not sign roots", [first, directory_key], "accepted", not_met
    )


def _signature_of(payload: bytes, key: SigningKey) -> bytes:
    signature = cbor.decode(several(payload, [key])).value[3][0][2]
    assert isinstance(signature, bytes)
    return signature


def _directory_fields(cases: Cases) -> None:
    def says(name: str, result: str, changes: dict[Any, Any]) -> None:
        payload = _changed(FED.directory_fields([HOME]), changes)
        _says(
            cases,
            "6.5",
            f"directory: {name}",
            FED.sign_directory(payload),
            result,
            trust=[FED.root()],
        )

    def bad(name: str, changes: dict[Any, Any]) -> None:
        says(name, "bad_shape", changes)

    def row(title: str, result: str, /, **changes: Any) -> None:
        fields = FED.row(HOME) | changes
        coops = [{key: one for key, one in fields.items() if one is not GONE}]
        says(title, result, {"coops": coops})

    says("a directory", "accepted", {})
    says("a directory of no co-op", "accepted", {"coops": []})
    says("an unknown key", "accepted", {"mood": "good"})
    says("a directory long past its date", "accepted", {4: 0})
    bad("exp missing", {4: GONE})
    bad("exp is a float", {4: HALF})
    bad("iat missing", {6: GONE})
    bad("iat is true", {6: True})
    bad("iat is 2^40", {6: 1 << 40})
    bad("federation missing", {"federation": GONE})
    bad("a federation of 11 bytes", {"federation": FED.id + b"\0"})
    bad("a federation that is a text", {"federation": "ABCDEFGHIJ"})
    bad("coops missing", {"coops": GONE})
    bad("a map for the co-ops", {"coops": {0: FED.row(HOME)}})
    bad("a list for a co-op", {"coops": [list(FED.row(HOME).values())]})
    other = FED.row(Coop("Lou Basta"))
    bad("a co-op that stands twice", {"coops": [FED.row(HOME), FED.row(HOME, slug="other")]})
    bad("a slug that stands twice", {"coops": [FED.row(HOME), other | {"slug": "lou-rasim"}]})
    says(
        "a name that stands twice",
        "accepted",
        {"coops": [FED.row(HOME), other | {"name": HOME.name}]},
    )

    row("a co-op with an unknown key", "accepted", mood="good")
    row("a co-op that is not suspended, in so many words", "accepted", suspended=False)
    row("a suspended co-op", "accepted", suspended=True)
    row("a region of 60 bytes", "accepted", region="A" * 60)
    row("an empty region", "accepted", region="")
    row("a co-op that replaces 16 ids", "accepted", replaces=[bytes([n]) * 10 for n in range(16)])
    row("a co-op that replaces one id twice", "accepted", replaces=[bytes(10)] * 2)
    row("a slug of one letter", "accepted", slug="a")
    row("a slug of 60 characters", "accepted", slug="a-" * 29 + "b9")
    row("a slug of digits", "accepted", slug="400")
    for field in ("key", "slug", "name", "country"):
        row(f"a co-op without {field}", "bad_shape", **{field: GONE})
    row("an identity key of 31 bytes", "bad_shape", key=bytes(31))
    row("an identity key that is a text", "bad_shape", key="A" * 32)
    row("an empty slug", "bad_shape", slug="")
    row("a slug of 61 characters", "bad_shape", slug="a" * 61)
    row("a slug in capital letters", "bad_shape", slug="Lou-rasim")
    row("a slug with an accent", "bad_shape", slug="lou-rasïm")
    row("a slug with an underscore", "bad_shape", slug="lou_rasim")
    row("a slug with a slash", "bad_shape", slug="lou/rasim")
    row("a slug with two dashes", "bad_shape", slug="lou--rasim")
    row("a slug that begins with a dash", "bad_shape", slug="-lou")
    row("a slug that ends with a dash", "bad_shape", slug="lou-")
    row("a slug with a line feed behind it", "bad_shape", slug="lou\n")
    row("a slug that is a byte string", "bad_shape", slug=b"lou")
    row("a slug in digits of another script", "bad_shape", slug="\u0664")
    row("an empty name", "bad_shape", name="")
    row("a name of 101 bytes", "bad_shape", name="A" * 101)
    row("a name with a bidirectional character", "bad_shape", name="A\u202eB")
    row("a country in small letters", "bad_shape", country="fr")
    row("a country that is null", "bad_shape", country=None)
    row("a region of 61 bytes", "bad_shape", region="A" * 61)
    row("a region that is null", "bad_shape", region=None)
    row("a suspension that is 1", "bad_shape", suspended=1)
    row("a suspension that is null", "bad_shape", suspended=None)
    row("a co-op that replaces 17 ids", "bad_shape", replaces=[bytes([n]) * 10 for n in range(17)])
    row("a replaced id of 9 bytes", "bad_shape", replaces=[bytes(9)])
    row("a replaced id that is a text", "bad_shape", replaces=["ABCDEFGHIJ"])
    row("a replaced id that is no list", "bad_shape", replaces=bytes(10))
    payload = cbor.encode(FED.directory_fields([HOME]))
    root = [FED.root()]
    _says(
        cases,
        "6.1",
        "a directory with a byte behind its payload",
        FED.sign_directory(payload + b"\0"),
        "malformed",
        trust=root,
    )
    _says(
        cases,
        "6.1",
        "a directory whose payload is a list",
        FED.sign_directory(b"\x80"),
        "bad_shape",
        trust=root,
    )


def _directories(cases: Cases) -> None:
    root, good = FED.root(), FED.directory([HOME])
    payload = cbor.encode(FED.directory_fields([HOME]))

    def says(step: str, name: str, data: bytes, result: str, **told: Any) -> None:
        _says(cases, step, name, data, result, **({"trust": [root]} | told))

    unknown, not_met = "unknown_federation", "threshold_not_met"
    says("7.5.6", "a directory before its federation's root", good, unknown, trust=[])
    says("7.5.6", "a directory of a federation that nobody follows", good, unknown, federations=[])
    theirs = OTHER.directory([HOME])
    says("7.5.6", "a directory of another federation than the one followed", theirs, unknown)
    says("7.5.6", "a directory signed by strangers", _directory(payload, [key_of("x")]), unknown)
    says("7.5.6", "a directory without signatures", _directory(payload, []), unknown)
    nonsense = _directory(b"\xff" * 9, [key_of("x")])
    says("7.5.6", "what strangers signed is not read", nonsense, unknown)
    own = cbor.encode({1: -19, 4: kid_of(FED.key("one"))})
    forged = _directory(payload, [(key_of("x"), {"protected": own})])
    says("7.5.7", "a signature by another key than its kid says", forged, not_met)
    says(
        "7.5.7",
        "what nobody signed well is not read",
        _directory(b"\xff" * 9, [(key_of("x"), {"protected": own})]),
        not_met,
    )
    as_root = several(payload, [FED.key("one")], typ=DIRECTORY_TYP, aad=ROOT_AAD)
    says("7.5.7", "the external_aad of a root", as_root, not_met)
    as_root = several(payload, [FED.key("one")])
    says("7.2", "a directory that says it is a root", as_root, "bad_shape")

    roles: dict[str, Any] = {
        "root": TRIO.role(["anne"], 1),
        "directory": TRIO.role(["bo", "chloé", "dora"], 2),
    }
    trio = Federation(name="Trio", people=("anne",))
    trio.first = trio.root_fields(**roles)
    first = trio.sign_root(cbor.encode(trio.first))
    follow: dict[str, Any] = {"federations": [trio.id], "trust": [first]}

    def signed(*people: str) -> bytes:
        return trio.directory([HOME], signers=people)

    says(
        "7.5.7",
        "two of the three keys of the directory role",
        signed("bo", "dora"),
        "accepted",
        **follow,
    )
    says("7.5.7", "all three", signed("bo", "chloé", "dora"), "accepted", **follow)
    says("7.5.7", "one of three", signed("bo"), not_met, **follow)
    listed = cbor.encode(trio.directory_fields([HOME]))
    bo, anne = trio.key("bo"), trio.key("anne")
    says("7.5.7", "one of three, twice", _directory(listed, [bo, bo]), not_met, **follow)
    says(
        "7.5.7",
        "one of three and a key of the root role",
        _directory(listed, [bo, anne]),
        not_met,
        **follow,
    )
    says("7.5.6", "a key of the root role alone", _directory(listed, [anne]), unknown, **follow)
    theirs = FED.sign_directory(cbor.encode(OTHER.directory_fields([HOME])))
    name = "a directory that names another federation than the one that signed it"
    says("7.5.8", name, theirs, unknown)
    both: dict[str, Any] = {"federations": [FED.id, OTHER.id], "trust": [root, OTHER.root()]}
    name = "one followed federation signs for another"
    says("7.5.8", name, theirs, unknown, **both)
    together = _directory(payload, [OTHER.key("one"), FED.key("one")])
    says(
        "7.5.8",
        "two followed federations sign one directory: it is that of the one it names",
        together,
        "accepted",
        **both,
    )
    rotated = FED.root(2, directory=FED.role(["two"], 1))
    says(
        "7.5.6",
        "keys that the newest root does not name any more",
        good,
        unknown,
        trust=[root, rotated],
    )
    new = FED.directory([HOME], signers=["two"])
    says("7.5.7", "keys that the newest root names", new, "accepted", trust=[root, rotated])
    says("7.5.6", "keys that a root names which is not here yet", new, unknown)


def _directory(payload: bytes, signers: Sequence[SigningKey | Signer]) -> bytes:
    return several(payload, signers, typ=DIRECTORY_TYP, aad=DIRECTORY_AAD)


def _directory_dates(cases: Cases) -> None:
    def says(step: str, name: str, documents: list[bytes], *results: str, **told: Any) -> None:
        fields: dict[str, Any] = {"federations": [FED.id], "trust": [FED.root()]} | told
        cases.documents(step, name, documents, results, **fields)

    one, newer = FED.directory([HOME]), FED.directory([HOME], at=T + 1)
    says("7.5.9", "a directory 600 seconds ahead", [FED.directory([], at=NOW + 600)], "accepted")
    says(
        "7.5.9",
        "a directory 601 seconds ahead",
        [FED.directory([], at=NOW + 601)],
        "from_the_future",
    )
    says("7.5.9", "a newer directory", [one, newer], "accepted", "accepted")
    says("7.5.9", "an older directory", [newer, one], "accepted", "older")
    says("7.5.9", "the same directory again", [one, one], "accepted", "known")
    resigned = _directory(cbor.encode(FED.directory_fields([HOME])), [key_of("x"), FED.key("one")])
    says("7.5.9", "the same directory with other signatures", [one, resigned], "accepted", "known")
    low, high = sorted((one, FED.directory([])), key=payload_hash_of)
    equivocal, known = "accepted+equivocation", "known+equivocation"
    says(
        "7.5.9",
        "two of one second, the higher hash first",
        [high, low, low],
        "accepted",
        equivocal,
        "known",
    )
    says(
        "7.5.9",
        "two of one second, the lower hash first",
        [low, high, low],
        "accepted",
        known,
        "known",
    )
    says("7.6", "a directory is not paced", [one, newer], "accepted", "accepted", paced=True)

    rotated = FED.root(2, directory=FED.role(["two"], 1))
    ahead = FED.directory([HOME], at=T + 500)
    older = FED.directory([HOME], at=T + 1, signers=["two"])
    name = "an unconfirmed directory does not give way to an older one: none comes back"
    says("7.5.9", name, [ahead, rotated, older], "accepted", "accepted", "older")
    name = "an unconfirmed directory gives way to another one of the same second"
    rival = FED.directory([], at=T + 500, signers=["two"])
    says("7.5.9", name, [ahead, rotated, rival, rival], "accepted", "accepted", "accepted", "known")
    name = "an unconfirmed directory that the new keys sign as it is"
    same = FED.directory([HOME], at=T + 500, signers=["two"])
    says("7.5.9", name, [ahead, rotated, same, older], "accepted", "accepted", "accepted", "older")
    name = "a directory that the new root confirms does not give way to an older one"
    both = FED.root(2, directory=FED.role(["one", "two"], 1))
    says("7.5.5", name, [ahead, both, older], "accepted", "accepted", "older")
    name = "an unconfirmed directory still lists: its co-ops are heard"
    says("7.5.5", name, [one, rotated, HOME.descriptor()], "accepted", "accepted", "accepted")
    name = "a newer directory that does not list a co-op: its documents are not taken in any more"
    gone = FED.directory([], at=T + 1)
    results = ["accepted", "accepted", "accepted", "not_listed", "wrong_key"]
    documents = [one, HOME.descriptor(), gone, HOME.descriptor(at=T + 9), HOME.status_list()]
    says("7.1", name, documents, *results)
