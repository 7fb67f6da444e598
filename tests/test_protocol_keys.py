"""Keys, their short names, and pairing codes (SPEC 4). Single refusals are in the vectors."""

from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passkoop_protocol.errors import BadPairingCode
from passkoop_protocol.keys import (
    CoopId,
    coop_id_of,
    key_id_of,
    pairing_code,
    parse_pairing_code,
    possession_message,
    shown_id,
    signature_holds,
    thumbprint,
)
from shop import key_of, public

LETTERS = ascii_uppercase + "234567"
ids = st.binary(min_size=10, max_size=10).map(CoopId)


def test_short_names_are_the_beginning_of_the_thumbprint() -> None:
    key = public(key_of("one"))
    assert thumbprint(key).startswith(key_id_of(key))
    assert coop_id_of(key).startswith(key_id_of(key))
    assert (len(thumbprint(key)), len(key_id_of(key)), len(coop_id_of(key))) == (32, 8, 10)


def test_a_signature_holds_for_its_message_under_its_key_alone() -> None:
    key, other = key_of("one"), key_of("other")
    signature = key.sign(b"message").signature
    assert signature_holds(public(key), b"message", signature)
    assert not signature_holds(public(other), b"message", signature)
    assert not signature_holds(public(key), b"massage", signature)


@given(st.binary(max_size=70), st.binary(max_size=10), st.binary(max_size=140))
def test_no_bytes_whatever_are_a_signature(key: bytes, message: bytes, signature: bytes) -> None:
    assert not signature_holds(key, message, signature)


@given(ids)
def test_a_pairing_code_names_its_co_op(coop: CoopId) -> None:
    code = pairing_code(coop)
    assert parse_pairing_code(code) == coop
    assert "".join(group[:4] for group in code.split("-")) == shown_id(coop).replace("-", "")


@given(ids, st.integers(0, 19), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_found_and_its_group_named(coop: CoopId, at: int, wrong: str) -> None:
    letters = list(pairing_code(coop).replace("-", ""))
    if letters[at] == wrong:
        return
    letters[at] = wrong
    with pytest.raises(BadPairingCode) as refused:
        parse_pairing_code("".join(letters))
    assert refused.value.group == at // 5 + 1


@given(ids, st.integers(0, 3), st.integers(0, 4), st.integers(0, 4))
def test_two_letters_that_changed_places_are_found(
    coop: CoopId, group: int, one: int, other: int
) -> None:
    letters = list(pairing_code(coop).replace("-", ""))
    one, other = group * 5 + one, group * 5 + other
    if letters[one] == letters[other]:
        return
    letters[one], letters[other] = letters[other], letters[one]
    with pytest.raises(BadPairingCode) as refused:
        parse_pairing_code("".join(letters))
    assert refused.value.group == group + 1


@given(st.text(max_size=40))
def test_any_text_is_a_pairing_code_or_refused_as_one(text: str) -> None:
    group = None
    try:
        assert len(parse_pairing_code(text)) == 10
    except BadPairingCode as refused:
        group = refused.group
    assert group in (None, 0, 1, 2, 3, 4)


def test_what_proves_possession_names_the_co_op() -> None:
    one, other = (coop_id_of(public(key_of(name))) for name in ("one", "other"))
    assert possession_message(one) != possession_message(other)
    assert possession_message(one).endswith(one)
