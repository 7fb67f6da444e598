"""Deterministic CBOR: one value, one encoding (SPEC 3.1). The single rules are in the vectors."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from damage import MEGABYTE, damaged, memory_of, plain_values, refused, values
from passkoop_protocol import cbor
from passkoop_protocol.errors import Malformed


@given(values)
def test_what_was_encoded_is_decoded_to_the_same_value(value: object) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@given(plain_values)
def test_another_library_reads_what_we_encode(value: object) -> None:
    assert cbor2.loads(cbor.encode(value)) == value


@given(plain_values)
def test_another_library_encodes_the_same_bytes_where_the_order_of_keys_is_given(
    value: object,
) -> None:
    # cbor2 sorts map keys by length first (RFC 7049), so it is handed maps in the right order.
    assert cbor2.dumps(in_order(value)) == cbor.encode(value)


def in_order(value: object) -> object:
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: cbor.encode(pair[0]))
        return {key: in_order(one) for key, one in pairs}
    return [in_order(one) for one in value] if isinstance(value, list) else value


@given(st.one_of(st.binary(max_size=40), values.map(cbor.encode).flatmap(damaged)))
def test_whatever_is_accepted_is_the_only_encoding_of_its_value(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except Malformed:
        return
    assert cbor.encode(value) == data


@given(st.one_of(st.binary(max_size=40), values.map(cbor.encode).flatmap(damaged)))
def test_checking_refuses_what_decoding_refuses(data: bytes) -> None:
    assert refused(lambda: cbor.check(data)) == refused(lambda: cbor.decode(data))


@given(st.one_of(st.binary(max_size=40), plain_values.map(cbor.encode).flatmap(damaged)))
def test_what_another_library_calls_canonical_is_accepted(data: bytes) -> None:
    try:
        value = cbor2.loads(data)
        canonical = cbor2.dumps(in_order(value)) == data
    except Exception:  # noqa: BLE001 - whatever the other library has against it
        return
    if canonical and isinstance(value, int | str | bytes | list | dict) and plain(value):
        assert cbor.decode(data) == value


def plain(value: object) -> bool:
    """Return whether both libraries read a value alike: no tags, floats or bignums in it."""
    if isinstance(value, dict):
        return all(plain(key) and not isinstance(key, bool) for key in value) and all(
            map(plain, value.values())
        )
    if isinstance(value, list):
        return all(map(plain, value))
    return value is None or isinstance(value, bool | str | bytes) or type(value) is int


def test_map_keys_are_sorted_by_their_bytes_and_not_by_their_length() -> None:
    assert cbor.encode({-1: 0, 100: 0}) == bytes.fromhex("a2 1864 00 20 00")


def test_what_has_no_deterministic_form_here_is_not_encoded() -> None:
    for value in (1.5, {1.5: 0}, object(), {1, 2}):
        with pytest.raises(TypeError):
            cbor.encode(value)
    for value in (1 << 64, -(1 << 64) - 1):
        with pytest.raises(OverflowError):
            cbor.encode(value)
    with pytest.raises(UnicodeEncodeError):
        cbor.encode("\ud800")


def test_a_float_and_a_number_are_two_keys_of_a_map() -> None:
    value = cbor.decode(bytes.fromhex("a2 01 00 f93c00 01"))
    assert value == {1: 0, cbor.OtherKey(bytes.fromhex("f93c00")): 1}


def test_hostile_lengths_and_depths_take_no_memory() -> None:
    for data in (
        b"\x5b" + b"\xff" * 8,
        b"\x9b" + b"\xff" * 8,
        b"\xbb" + b"\xff" * 8,
        b"\x7b" + b"\x7f" * 8,
        b"\x81" * MEGABYTE,
        b"\xa1" * MEGABYTE,
        b"\xc0" * MEGABYTE,
    ):
        assert memory_of(lambda data=data: cbor.decode(data)) < MEGABYTE  # type: ignore[misc]


def test_checking_many_empty_lists_takes_no_memory() -> None:
    data = cbor.head(4, 100_000) + b"\x80" * 100_000
    assert memory_of(lambda: cbor.check(data)) < MEGABYTE // 10


def test_spans_are_where_the_members_of_an_array_are() -> None:
    data = cbor.encode([0, b"ab", {1: 2}])
    assert [data[start:end] for start, end in cbor.spans(data, 0, most=3)] == [
        b"\x00",
        b"\x42ab",
        b"\xa1\x01\x02",
    ]
    with pytest.raises(Malformed):
        cbor.spans(data, 0, most=2)
