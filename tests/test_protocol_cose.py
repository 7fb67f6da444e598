"""The envelopes of everything signed (SPEC 3.2, 3.3). The single refusals are in the vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damage import MEGABYTE, damaged, memory_of, refused
from passkoop_protocol import cbor, cose
from passkoop_protocol.errors import Malformed, NewerFormat
from passkoop_protocol.keys import SigningKey
from shop import key_of, kid_of, public

KEY, OTHER = key_of("one"), key_of("other")
AAD = b"passkoop/test/1"
TYP = "application/passkoop-test+cose"


@given(st.binary(max_size=70_000), st.sampled_from([None, TYP]))
def test_what_was_signed_is_read_and_holds(payload: bytes, typ: str | None) -> None:
    signed = cose.parse_sign1(cose.sign1(payload, key=KEY, aad=AAD, typ=typ), typ=typ)
    assert signed.payload == payload
    assert signed.kid == kid_of(KEY)
    assert signed.holds(public(KEY), AAD)
    assert not signed.holds(public(OTHER), AAD)
    assert not signed.holds(public(KEY), AAD + b"0")


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 65_535, 65_536])
def test_payloads_of_all_lengths_are_read(length: int) -> None:
    data = cose.sign1(bytes(length), key=KEY, aad=AAD)
    assert cose.parse_sign1(data).payload == bytes(length)
    assert data == cbor.encode(cbor.decode(data))


SIGNED = cose.sign1(b"payload", key=KEY, aad=AAD, typ=TYP)


@given(damaged(SIGNED))
def test_a_damaged_signature_of_one_never_holds(data: bytes) -> None:
    try:
        signed = cose.parse_sign1(data, typ=TYP)
    except (Malformed, NewerFormat):
        return
    # What is read by comparing is what the decoder reads.
    protected, unprotected, payload, signature = cbor.decode(data).value
    assert (signed.protected, signed.payload, signed.signature) == (protected, payload, signature)
    assert unprotected == {}
    assert not signed.holds(public(KEY), AAD) or data == SIGNED


@pytest.mark.parametrize("cut", range(len(SIGNED)))
def test_a_document_cut_anywhere_is_malformed(cut: int) -> None:
    with pytest.raises(Malformed):
        cose.parse_sign1(SIGNED[:cut], typ=TYP)


MANY = cose.sign(b"payload", keys=[KEY, OTHER], aad=AAD, typ=TYP)
KEYS = {kid_of(key): public(key) for key in (KEY, OTHER)}


def test_each_key_that_signed_counts_once() -> None:
    signed = cose.parse_sign(MANY, typ=TYP)
    assert signed.good_signers(KEYS, AAD) == {kid_of(KEY), kid_of(OTHER)}
    assert signed.good_signers(KEYS, b"") == frozenset()
    assert signed.good_signers({kid_of(KEY): public(KEY)}, AAD) == {kid_of(KEY)}


@given(damaged(MANY))
def test_damage_to_a_document_of_several_never_changes_what_they_signed(data: bytes) -> None:
    try:
        signed = cose.parse_sign(data, typ=TYP)
    except (Malformed, NewerFormat):
        return
    if signed.good_signers(KEYS, AAD):
        assert signed.payload == b"payload"


@given(st.permutations([KEY, OTHER, key_of("third")]))
def test_signatures_stand_in_the_order_of_their_kids(keys: list[SigningKey]) -> None:
    data = cose.sign(b"payload", keys=keys, aad=AAD, typ=TYP)
    kids = [kid for kid, _, _ in cose.parse_sign(data, typ=TYP).signatures]
    assert kids == sorted(kids)


def test_signatures_that_were_made_apart_are_joined() -> None:
    parts = [
        cose.parse_sign(cose.sign(b"payload", keys=[key], aad=AAD, typ=TYP), typ=TYP)
        for key in (KEY, OTHER)
    ]
    rows = [row for part in parts for row in part.signatures]
    assert cose.join_signatures(parts[0].protected, b"payload", rows) == MANY


def test_the_envelope_of_a_stranger_takes_no_memory() -> None:
    # Built, each of these empty lists would take 64 bytes.
    empty = cbor.head(4, 100_000) + b"\x80" * 100_000
    for data in (
        b"\xd8\x62\x84\x40\xa1\x00" + empty + b"\x40\x80",
        b"\xd8\x62\x84\x40\xa0\x40" + empty,
        b"\xd8\x62" + empty,
        b"\xd8\x62\x84" + cbor.encode(empty) + b"\xa0\x40\x80",
    ):
        assert refused(lambda data=data: cose.parse_sign(data, typ=TYP))  # type: ignore[misc]
        assert memory_of(lambda data=data: cose.parse_sign(data, typ=TYP)) < MEGABYTE  # type: ignore[misc]


@given(
    st.integers(0, 70_000) | st.sampled_from([23, 24, 255, 256, 65_535, 65_536]),
    st.lists(st.sampled_from("abcdefgh"), max_size=32, unique=False),
)
def test_whoever_signed_is_named_without_taking_the_document_apart(
    length: int, signers: list[str]
) -> None:
    data = cose.sign(bytes(length), keys=[key_of(one) for one in signers], aad=b"x", typ="a/b")
    named = [kid for kid, _, _ in cose.parse_sign(data, typ="a/b").signatures]
    assert cose.claimed_kids(data, typ="a/b") == named
    assert cose.claimed_kids(data, typ="a/c") is None
    assert cose.claimed_kids(data + b"x", typ="a/b") is None
    assert cose.claimed_kids(data[:-1], typ="a/b") is None
