"""The card and the text that carries it (SPEC 5). The single refusals are in the vectors."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from damage import MEGABYTE, damaged, memory_of
from passkoop_protocol import card as cards
from passkoop_protocol import cbor
from passkoop_protocol.card import MAX_CARD, MAX_LIFETIME, Card, issue_card, parse_claims
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.errors import BadText, NewerFormat
from passkoop_protocol.keyboards import LAYOUTS, typed
from passkoop_protocol.text import MAX_TEXT, decode_text, encode_text, looks_like_a_card, readings
from shop import LIFETIME, Coop, T

HOME = Coop("Lou Rasim")
CARD = Card(
    status_index=4_242,
    member_ref=bytes(8),
    holder_name="Maïté Etcheverry",
    category=0,
    issued_at=T,
    expires_at=T + LIFETIME,
)

names = st.text(st.characters(exclude_categories=["Cs", "Cn"]), min_size=1, max_size=16)
good_cards = st.builds(
    Card,
    status_index=st.integers(0, 65_535),
    member_ref=st.binary(min_size=8, max_size=8),
    holder_name=names.map(lambda name: unicodedata.normalize("NFC", name)).filter(
        cards.is_display_name
    ),
    category=st.integers(0, 23),
    issued_at=st.one_of(st.integers(0, 1 << 17), st.integers(0, (1 << 40) - 2)),
    expires_at=st.just(0),
).flatmap(
    lambda card: st.integers(
        card.issued_at + 1, min(card.issued_at + MAX_LIFETIME, (1 << 40) - 1)
    ).map(lambda end: replace(card, expires_at=end))
)


@given(good_cards)
def test_a_card_that_was_issued_is_read_again(card: Card) -> None:
    data = issue_card(card, key=HOME.issuing)
    assert len(data) <= 191 <= MAX_CARD
    assert parse_claims(parse_sign1(data).payload) == card
    text = encode_text(data)
    assert decode_text(text) == data
    assert len(text) <= 330
    assert looks_like_a_card(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"status_index": -1},
        {"status_index": 65_536},
        {"member_ref": bytes(7)},
        {"holder_name": ""},
        {"holder_name": "A" * 65},
        {"holder_name": "Mai\u0308te"},
        {"holder_name": "A\nB"},
        {"holder_name": " A"},
        {"holder_name": "\ud800"},
        {"category": 24},
        {"issued_at": -1},
        {"expires_at": T},
        {"expires_at": T + MAX_LIFETIME + 1},
        {"expires_at": 1 << 40, "issued_at": (1 << 40) - 1},
    ],
    ids=str,
)
def test_a_card_that_nobody_would_read_is_not_issued(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the class is all that is promised
        issue_card(replace(CARD, **changes), key=HOME.issuing)  # type: ignore[arg-type]


USUAL = HOME.claims()


@given(
    st.one_of(
        damaged(USUAL),
        good_cards.map(lambda card: parse_sign1(issue_card(card, key=HOME.issuing)).payload),
        good_cards.map(
            lambda card: parse_sign1(issue_card(card, key=HOME.issuing)).payload
        ).flatmap(damaged),
        st.binary(max_size=60),
    )
)
def test_the_pattern_of_usual_claims_reads_what_the_decoder_reads(payload: bytes) -> None:
    try:
        usual = cards._usual_claims(payload)
    except ValueError:  # a name that is not UTF-8: the decoder refuses it, too
        with pytest.raises(Exception):  # noqa: B017, PT011 - Malformed is one of several
            cards._claims(payload)
        return
    if usual is not None:
        assert usual == cards._claims(payload)


def test_nearly_all_cards_are_written_as_usual() -> None:
    for card in (CARD, replace(CARD, status_index=7), replace(CARD, holder_name="A" * 64)):
        payload = parse_sign1(issue_card(card, key=HOME.issuing)).payload
        assert cards._usual_claims(payload) is not None


@given(damaged(USUAL))
def test_damaged_claims_are_another_card_or_of_a_newer_format(payload: bytes) -> None:
    try:
        card = parse_claims(payload)
    except NewerFormat:
        return
    # Whatever is read is written in one way only.
    details = [card.status_index, card.member_ref, card.holder_name, card.category]
    assert cbor.encode({4: card.expires_at, 6: card.issued_at, -65537: details}) == payload


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    list(readings(text))
    looks_like_a_card(text)
    try:
        data = decode_text(text)
    except BadText:
        return
    around = "".join(map(chr, range(0x21))) + "\x7f"
    assert encode_text(data, address="") == text.strip(around).rpartition("#")[2]


@given(st.binary(min_size=1, max_size=300), st.text("abc/:#.", max_size=9))
def test_bytes_come_back_from_their_text_behind_any_address(data: bytes, address: str) -> None:
    assume(not address or address.endswith("#"))
    assert decode_text(encode_text(data, address=address)) == data


@given(st.binary(min_size=1, max_size=40), st.data())
def test_one_card_has_one_text(data: bytes, draw: st.DataObject) -> None:
    letters = encode_text(data, address="")
    other = draw.draw(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=1, max_size=70))
    try:
        same = decode_text(other) == data
    except BadText:
        return
    assert same == (other == letters)


@pytest.mark.parametrize("caps_lock", [False, True], ids=["", "with Caps Lock"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_card_typed_through_any_layout_is_among_the_readings(
    layout: str, caps_lock: bool
) -> None:
    data = HOME.card()
    letters = encode_text(data, address="#")
    assert data in readings(typed(letters, layout, caps_lock=caps_lock))


def test_long_texts_take_no_memory() -> None:
    for text in ("A" * 5 * MEGABYTE, "#" * 5 * MEGABYTE, "2KC" + "é" * 5 * MEGABYTE):
        assert memory_of(lambda text=text: list(readings(text))) < MEGABYTE  # type: ignore[misc]
    assert list(readings("A" * (MAX_TEXT + 1))) == []
