"""Status lists (SPEC 6.3, 7.4). The single refusals are in the vectors."""

import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damage import MEGABYTE, damaged, memory_of, refused
from passkoop_protocol import cbor
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.errors import IndexOutOfRange, Malformed, TooLarge
from passkoop_protocol.status import (
    MAX_DOCUMENT,
    MAX_ENTRIES,
    TYP,
    Status,
    StatusList,
    inflate,
    pack,
    parse_list,
    sign_list,
    status_at,
    worst,
)
from shop import REVOKED, Coop, T

HOME = Coop("Lou Rasim")
# Four statuses a byte: thousands of them are drawn as fast as one.
statuses = st.binary(max_size=1_300).map(
    lambda drawn: [byte >> shift & 3 for byte in drawn for shift in (0, 2, 4, 6)]
)


@given(statuses)
def test_statuses_that_were_packed_are_found_again(values: list[int]) -> None:
    array = pack(values)
    assert [status_at(array, index, bits=2) for index in range(len(values))] == values
    entries = len(array) * 4
    assert entries >= max(1_024, len(values))
    assert entries & (entries - 1) == 0
    assert entries == 1_024 or entries < 2 * len(values)
    for beyond in (-1, entries, 1 << 70):
        with pytest.raises(IndexOutOfRange):
            status_at(array, beyond, bits=2)


@given(statuses)
def test_a_list_that_was_signed_is_read_again(values: list[int]) -> None:
    told = StatusList(kid=HOME.kid, issued_at=T, array=pack(values))
    data = sign_list(told, key=HOME.issuing)
    assert parse_list(parse_sign1(data, typ=TYP).payload) == told
    assert len(data) <= MAX_DOCUMENT


def severity(array: bytes, index: int) -> int:
    try:
        return Status(status_at(array, index, bits=2)).severity
    except IndexOutOfRange:
        return -1


@given(statuses, statuses)
def test_the_worse_of_two_lists_counts_for_each_card(one: list[int], other: list[int]) -> None:
    first, second = pack(one), pack(other)
    merged, reverse = worst(first, second), worst(second, first)
    assert len(merged) == len(reverse) == max(len(first), len(second))
    for index in range(0, len(merged) * 4, 17):
        both = severity(first, index), severity(second, index)
        assert severity(merged, index) == severity(reverse, index) == max(both)


def test_no_bomb_is_inflated_beyond_the_limit() -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(100)) + packer.flush()
    assert len(bomb) < 100_000
    with pytest.raises(TooLarge):
        inflate(bomb, limit=MAX_ENTRIES // 4)
    assert memory_of(lambda: inflate(bomb, limit=MAX_ENTRIES // 4)) < MEGABYTE


@given(st.one_of(st.binary(max_size=60), damaged(zlib.compress(bytes(300) + b"\1\2", 9))))
def test_any_bytes_are_inflated_or_refused(data: bytes) -> None:
    try:
        inflate(data, limit=1_000)
    except (Malformed, TooLarge):
        pass
    else:
        assert zlib.decompress(data) == inflate(data, limit=1_000)


PAYLOAD = cbor.decode(HOME.status_list({5: REVOKED})).value[2]


@given(damaged(PAYLOAD))
def test_a_damaged_list_is_read_or_refused(payload: bytes) -> None:
    if not refused(lambda: parse_list(payload)):
        told = parse_list(payload)
        assert 1_024 <= told.entries <= MAX_ENTRIES


def test_a_list_of_8192_cards_of_which_one_in_a_hundred_is_revoked_stays_small() -> None:
    revoked = set(Random(1).sample(range(8_192), 82))
    values = [REVOKED if index in revoked else 0 for index in range(8_192)]
    told = StatusList(kid=HOME.kid, issued_at=T, array=pack(values))
    assert len(sign_list(told, key=HOME.issuing)) < 400
