"""Descriptors, roots and directories (SPEC 6). The single refusals are in the vectors."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damage import MEGABYTE, damaged, memory_of, refused
from passkoop_protocol import bundle, cbor, cose
from passkoop_protocol.descriptor import (
    AAD,
    TYP,
    Descriptor,
    IssuingKey,
    KeyState,
    parse_descriptor,
    prove_possession,
    sign_descriptor,
)
from passkoop_protocol.directory import (
    DIRECTORY_AAD,
    DIRECTORY_TYP,
    Directory,
    Role,
    Root,
    Row,
    encode_directory,
    encode_root,
    federation_id_of,
    parse_directory,
    parse_root,
)
from passkoop_protocol.errors import BadProof, BadShape, Malformed, TooLarge
from passkoop_protocol.welcome import Policy, Who, Without, parse_policy, policy_to_map
from shop import Coop, Federation, Shop, T, key_of, kid_of, public

HOME, OTHER = Coop("Lou Rasim"), Coop("Lou Basta")
FED = Federation(name="Fédération")


def issuing_key(
    coop: Coop = HOME, *, state: KeyState = KeyState.ACTIVE, since: int = 0
) -> IssuingKey:
    proof = prove_possession(coop.issuing, coop.id)
    return IssuingKey(key=public(coop.issuing), state=state, since=since, proof=proof)


DESCRIPTOR = Descriptor(
    issued_at=T,
    identity_key=public(HOME.identity),
    name="Lou Rasim",
    place="Hendaye",
    country="FR",
    keys=(issuing_key(),),
    policy=Policy(who=Who.ANYONE, without=Without.DAYS, without_limit=60, visits=4, period=90),
    addresses=("https://lou-rasim.example",),
    contact="12 rue du Port",
    form="SCIC",
    page={"fr": {"text": "Bonjour"}},
)


def test_a_descriptor_that_was_signed_is_read_again() -> None:
    signed = cose.parse_sign1(sign_descriptor(DESCRIPTOR, key=HOME.identity), typ=TYP)
    assert signed.holds(public(HOME.identity), AAD)
    assert parse_descriptor(signed.payload) == DESCRIPTOR
    assert DESCRIPTOR.coop == HOME.id
    assert DESCRIPTOR.keys[0].kid == HOME.kid


def test_a_descriptor_that_nobody_would_take_is_not_signed() -> None:
    for change, error in (
        ({"name": ""}, BadShape),
        ({"country": "France"}, BadShape),
        ({"keys": (issuing_key(OTHER),)}, BadProof),
        ({"keys": (issuing_key(since=1),)}, BadShape),
        ({"page": {"x": bytes(33_000)}}, BadShape),
    ):
        with pytest.raises(error):
            sign_descriptor(replace(DESCRIPTOR, **change), key=HOME.identity)


def role(*people: str, threshold: int = 1) -> Role:
    keys = {kid_of(key_of(person)): public(key_of(person)) for person in people}
    return Role(threshold=threshold, keys=keys)


ROOT = Root(
    version=1,
    federation=federation_id_of(b""),
    name="Fédération",
    expires_at=T,
    root=role("a", "b", threshold=2),
    directory=role("c"),
    relays=("https://relay.example",),
)


def test_a_root_that_was_encoded_is_read_again() -> None:
    payload = encode_root(ROOT)
    assert parse_root(payload) == replace(ROOT, federation=federation_id_of(payload))
    second = replace(ROOT, version=2)
    assert parse_root(encode_root(second)) == second


def test_a_root_that_nobody_would_take_is_not_encoded() -> None:
    for change in ({"version": 0}, {"root": role("a", threshold=2)}, {"relays": ("x",)}):
        with pytest.raises(BadShape):
            encode_root(replace(ROOT, **change))


ROW = Row(
    identity_key=public(HOME.identity),
    slug="lou-rasim",
    name="Lou Rasim",
    country="FR",
    region="Pays basque",
    suspended=True,
    replaces=(OTHER.id,),
)
DIRECTORY = Directory(federation=FED.id, issued_at=T, expires_at=T + 1, rows=(ROW,))


def test_a_directory_that_was_encoded_is_read_again() -> None:
    assert parse_directory(encode_directory(DIRECTORY)) == DIRECTORY
    assert ROW.coop == HOME.id


def test_a_directory_that_nobody_would_take_is_not_encoded() -> None:
    for rows in (
        (ROW, ROW),
        (replace(ROW, slug="Lou"),),
        (replace(ROW, replaces=(OTHER.id,) * 17),),
    ):
        with pytest.raises(BadShape):
            encode_directory(replace(DIRECTORY, rows=rows))


coops = st.lists(st.binary(min_size=10, max_size=10), max_size=4).map(frozenset)
policies = st.builds(
    Policy,
    who=st.sampled_from(Who),
    countries=st.lists(st.sampled_from(["FR", "BE", "PT", "CH", "CA"])).map(frozenset),
    accepted=coops,
    refused=coops,
    without=st.sampled_from([Without.VISITS, Without.DAYS, Without.SPONSOR]),
    without_limit=st.integers(1, 10_000),
    card_from=st.integers(1, 10_000),
    visits=st.integers(1, 10_000),
    period=st.integers(1, 10_000),
)


@given(policies)
def test_a_welcome_policy_is_written_and_read_again(policy: Policy) -> None:
    written = cbor.decode(cbor.encode(policy_to_map(policy)))
    assert parse_policy(written) == policy


def test_the_default_policy_is_written_shortly() -> None:
    assert parse_policy({"who": 1}) == Policy()
    assert parse_policy(policy_to_map(Policy())) == Policy()


POLICY_KEYS = ["who", "without", "visits", "accept", "refuse", "countries", "card_from"]
numbers = st.one_of(st.integers(-1, 5), st.sampled_from([90, 10_000, 10_001]), st.booleans())
any_field = st.one_of(
    numbers,
    st.none(),
    st.lists(numbers, max_size=3),
    st.lists(st.sampled_from(["FR", "fr", bytes(10), bytes(9)]), max_size=3),
    st.dictionaries(numbers, numbers, max_size=2),
)


@given(st.one_of(any_field, st.dictionaries(st.sampled_from(POLICY_KEYS), any_field)))
def test_any_value_is_a_policy_or_refused_as_one(value: object) -> None:
    refused(lambda: parse_policy(value))


PARSERS: list[tuple[Callable[[bytes], object], bytes]] = [
    (parse_descriptor, cbor.encode(HOME.fields(page={"x": 1}, contact="A"))),
    (parse_root, encode_root(ROOT)),
    (parse_directory, encode_directory(DIRECTORY)),
]


@given(st.sampled_from(PARSERS).flatmap(lambda pair: st.tuples(st.just(pair[0]), damaged(pair[1]))))
def test_a_damaged_payload_is_read_or_refused(
    case: tuple[Callable[[bytes], object], bytes],
) -> None:
    parse, payload = case
    refused(lambda: parse(payload))


def shop_of_all() -> Shop:
    return Shop().follow(FED, HOME).pair(OTHER)


DOCUMENTS = [
    HOME.descriptor(at=T + 1),
    HOME.status_list({0: 1}, at=T + 1),
    FED.directory([HOME, OTHER], at=T + 1),
    FED.root(2),
]


def payload_of(data: bytes) -> bytes:
    payload = cbor.decode(data).value[2]
    assert isinstance(payload, bytes)
    return payload


@given(st.sampled_from(DOCUMENTS).flatmap(lambda data: st.tuples(st.just(data), damaged(data))))
def test_a_damaged_document_is_refused_or_says_what_was_signed(case: tuple[bytes, bytes]) -> None:
    whole, data = case
    shop = shop_of_all()
    if not refused(lambda: shop.add(data)):
        assert payload_of(data) == payload_of(whole)


def test_what_strangers_send_takes_little_memory() -> None:
    shop = shop_of_all()
    lists = cbor.head(4, 100_000) + b"\x80" * 100_000
    kid = FED.key("one")
    forged = cose.sign(lists, keys=[key_of("stranger")], aad=DIRECTORY_AAD, typ=DIRECTORY_TYP)
    named = cose.join_signatures(
        cbor.encode({16: DIRECTORY_TYP}),
        lists,
        [(kid_of(kid), cbor.encode({1: -19, 4: kid_of(kid)}), bytes(64))],
    )
    for data in (forged, named, forged[:-1], b"\xd8\x62\x84\x40" + lists):
        assert memory_of(lambda data=data: shop.add(data)) < MEGABYTE  # type: ignore[misc]
    for data in (
        HOME.sign_descriptor(cbor.encode([[]] * 30_000)),
        HOME.sign_descriptor(cbor.encode({n: [] for n in range(8_000)})),
        HOME.sign_list(cbor.encode([[]] * 60_000)),
    ):
        assert memory_of(lambda data=data: shop.add(data)) < 10 * MEGABYTE  # type: ignore[misc]


def test_a_file_of_documents_is_read_again() -> None:
    assert bundle.read_bundle(bundle.write_bundle(DOCUMENTS)) == DOCUMENTS
    assert bundle.read_bundle(bundle.write_bundle([])) == []


@given(damaged(bundle.write_bundle([b"one", b"", b"three"])))
def test_a_damaged_file_of_documents_is_read_or_refused(data: bytes) -> None:
    try:
        documents = bundle.read_bundle(data)
    except (Malformed, TooLarge):
        return
    assert bundle.write_bundle(documents) == data
