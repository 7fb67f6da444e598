"""Every example in SPEC.md is true: worked out again, and looked for in the text."""

import hashlib
import re
from pathlib import Path

from edwards import LOW_ORDER, L
from passkoop_protocol import cbor, cose
from passkoop_protocol.card import AAD, MAX_CARD, Card, issue_card
from passkoop_protocol.descriptor import (
    Descriptor,
    IssuingKey,
    KeyState,
    prove_possession,
    sign_descriptor,
)
from passkoop_protocol.directory import (
    Directory,
    Role,
    Root,
    Row,
    encode_directory,
    encode_root,
    federation_id_of,
)
from passkoop_protocol.keys import (
    PublicKey,
    SigningKey,
    coop_id_of,
    key_id_of,
    pairing_code,
    shown_id,
    thumbprint,
)
from passkoop_protocol.status import StatusList, pack, sign_list
from passkoop_protocol.text import encode_text
from passkoop_protocol.welcome import Policy, Who, Without, parse_policy, policy_to_map

SPEC = (Path(__file__).parent.parent / "SPEC.md").read_text("utf-8")
IDENTITY, ISSUING, FEDERATION = (SigningKey(bytes([n]) * 32) for n in (1, 2, 3))
T = 1_764_000_000


def public(key: SigningKey) -> PublicKey:
    return PublicKey(bytes(key.verify_key))


def section(number: str) -> str:
    """Return the text of a section, from its heading to the next."""
    found = re.search(rf"^#+ {re.escape(number)}\.? .*?(?=^##)", SPEC, re.MULTILINE | re.DOTALL)
    assert found, number
    return found[0]


def shortened(data: bytes, *, begin: int = 2, end: int = 2) -> str:
    """Return a byte string as the text shortens it: h'8a88…6f5c'."""
    return f"h'{data[:begin].hex()}…{data[-end:].hex()}'"


CARD = Card(
    status_index=4242,
    member_ref=bytes(range(1, 9)),
    holder_name="Maïté Etcheverry",
    category=0,
    issued_at=T,
    expires_at=1_858_600_000,
)
SIGNED_CARD = issue_card(CARD, key=ISSUING)
CARD_PAYLOAD = cose.parse_sign1(SIGNED_CARD).payload


def test_the_keys_and_their_short_names_are_true() -> None:
    for name, key in (
        ("identity key of the example co-op", IDENTITY),
        ("its issuing key", ISSUING),
        ("key of the example federation", FEDERATION),
    ):
        private = f"h'{bytes(key)[:1].hex()}…{bytes(key)[:1].hex()}'"
        kid = key_id_of(public(key)).hex()
        row = f"| {name} | `{private}` | `{public(key).hex()}` | `{kid}` |"
        assert row in section("2")
    hashed = bytes.fromhex("a301012006215820") + public(ISSUING)
    assert hashlib.sha256(hashed).digest() == thumbprint(public(ISSUING))
    assert f"`h'{hashed[:8].hex()}' ‖ key`" in section("4.2")
    assert f"SHA-256(`h'{hashed[:13].hex()}…{hashed[-2:].hex()}'`)" in section("4.2")
    assert f"the kid `{thumbprint(public(ISSUING))[:8].hex()}`" in section("4.2")


def test_the_float_that_must_be_shorter_is_so() -> None:
    assert "`h'fa3fc00000'` is 1.5 and MUST be `h'f93e00'`" in section("3.1")
    assert cbor.decode(bytes.fromhex("f93e00")) == cbor.Float(bytes.fromhex("f93e00"))


def test_the_card_of_the_example_is_true_byte_for_byte() -> None:
    text = section("3.2")
    assert f"the card of section 5, {len(SIGNED_CARD)} bytes" in text
    header = cbor.encode({1: -19, 4: key_id_of(public(ISSUING))})
    assert (
        b"\xd2\x84" + cbor.encode(header) + b"\xa0" + cbor.encode(CARD_PAYLOAD)
        + cbor.encode(SIGNED_CARD[-64:])
    ) == SIGNED_CARD  # fmt: skip
    assert "4d a2 01 32 04 48 01565176601c895c" in text
    assert cbor.encode(header).hex() == "4da201320448" + "01565176601c895c"
    assert f"58 33 {CARD_PAYLOAD.hex()[:6]}…{CARD_PAYLOAD.hex()[-2:]}" in text
    assert f"payload: {len(CARD_PAYLOAD)} bytes" in text
    assert cbor.encode(CARD_PAYLOAD)[:2].hex() == "5833"
    signature = SIGNED_CARD[-64:].hex()
    assert f"58 40 {signature[:8]}…{signature[-5:]}" in text


def test_the_payload_of_the_card_is_true() -> None:
    text = section("5.1")
    diagnostic = (
        "{4: 1858600000, 6: 1764000000, -65537: [4242, h'0102030405060708',"
        ' "Maïté Etcheverry", 0]}'
    )
    assert diagnostic in text
    written = re.search(r"^a3 04 [0-9a-f ]+$", text, re.MULTILINE)
    assert written
    assert bytes.fromhex(written[0]) == CARD_PAYLOAD
    details = [4242, bytes(range(1, 9)), "Maïté Etcheverry", 0]
    assert cbor.decode(CARD_PAYLOAD) == {4: 1_858_600_000, 6: T, -65537: details}
    assert AAD.decode() in text


def test_the_ids_and_pairing_codes_are_true() -> None:
    coop = coop_id_of(public(IDENTITY))
    text = section("4.3")
    assert f"has the id `{coop.hex()}`, shown as `{shown_id(coop)}`" in text
    assert f"pairing code\n`{pairing_code(coop)}`" in text


def test_the_encodings_of_low_order_and_the_group_order_are_true() -> None:
    written = re.findall(r"^[0-9a-f]{64}$", section("4.1"), re.MULTILINE)
    flipped = [f"{one[:-2]}{int(one[-2:], 16) ^ 0x80:02x}" for one in written]
    assert sorted(bytes.fromhex(one) for one in (*written, *flipped)) == sorted(LOW_ORDER)
    assert f"2^252 + {L - 2**252}" in section("4.1")


def test_the_text_of_the_example_is_true() -> None:
    text = encode_text(SIGNED_CARD)
    assert f"{len(text)} characters, begins `{text[:46]}…`" in section("5.2")


def test_the_longest_card_is_as_long_as_the_limits_say() -> None:
    end = (1 << 40) - 1
    longest = issue_card(
        Card(
            status_index=65_535,
            member_ref=bytes(8),
            holder_name="A" * 64,
            category=23,
            issued_at=end - 1,
            expires_at=end,
        ),
        key=ISSUING,
    )
    assert f"| card | {MAX_CARD} bytes | longest possible: {len(longest)} |" in SPEC
    told = re.search(r"a card takes at most (\d+)", section("10"))
    assert told
    assert len(encode_text(longest)) <= int(told[1])


def test_the_descriptor_of_the_example_is_true() -> None:
    coop = coop_id_of(public(IDENTITY))
    proof = prove_possession(ISSUING, coop)
    issuing = IssuingKey(key=public(ISSUING), state=KeyState.ACTIVE, since=0, proof=proof)
    descriptor = Descriptor(
        issued_at=T,
        identity_key=public(IDENTITY),
        name="Hendaia Koop",
        place="Hendaye",
        country="FR",
        keys=(issuing,),
    )
    payload = cose.parse_sign1(
        sign_descriptor(descriptor, key=IDENTITY), typ="application/passkoop-descriptor+cose"
    ).payload
    text = section("6.2")
    assert f"the payload has {len(payload)} bytes" in text
    assert f'"key": {shortened(public(IDENTITY))}' in text
    assert f'"keys": [[{shortened(public(ISSUING))}, 0, 0, {shortened(proof)}]]' in text
    assert '"place": "Hendaye", "country": "FR", "welcome": {"who": 1, "without": [1, 0]}}' in text
    example = text.partition("```text")[2].partition("```")[0].partition('"welcome"')[0]
    names = [name for name in cbor.decode(payload) if name not in (6, "welcome")]
    assert re.findall(r'"(\w+)":', example) == names


def test_the_status_list_of_the_example_is_true() -> None:
    statuses = StatusList(
        kid=key_id_of(public(ISSUING)), issued_at=T, array=pack([0, 0, 0, 0, 0, 1, 2])
    )
    payload = cose.parse_sign1(
        sign_list(statuses, key=ISSUING), typ="application/statuslist+cwt"
    ).payload
    text = section("6.3")
    assert statuses.entries == 1_024
    assert f"the payload has {len(payload)} bytes; 1,024 cards, card 5 revoked, card 6 s" in text
    lst = cbor.decode(payload)[65533]["lst"]
    assert f'{{2: "{statuses.kid.hex()}", 6: {T}, 65533: {{"lst": h\'{lst[:2].hex()}…\'' in text


def test_the_root_and_the_directory_of_the_example_are_true() -> None:
    key = public(FEDERATION)
    role = Role(threshold=1, keys={key_id_of(key): key})
    root = Root(
        version=1,
        federation=federation_id_of(b""),
        name="Fédération",
        expires_at=1_795_536_000,
        root=role,
        directory=role,
    )
    payload = encode_root(root)
    text = section("6.4")
    assert f"the payload has {len(payload)} bytes" in text
    named = f"[1, [{shortened(key)}]]"
    assert f'{{4: 1795536000, "name": "Fédération", "root": {named}, "version": 1' in text
    assert f'"directory": {named}}}' in text

    federation = federation_id_of(payload)
    row = Row(identity_key=public(IDENTITY), slug="hendaia-koop", name="Hendaia Koop", country="FR")
    directory = Directory(federation=federation, issued_at=T, expires_at=1_795_536_000, rows=(row,))
    text = section("6.5")
    assert f"\"federation\": h'{federation.hex()}'}}" in text
    assert f'"coops": [{{"key": {shortened(public(IDENTITY))}, "name": "Hendaia Koop"' in text
    names = list(cbor.decode(encode_directory(directory)))
    assert names == [4, 6, "coops", "federation"]


def test_the_welcome_policy_of_the_example_is_true() -> None:
    policy = Policy(
        who=Who.NETWORK,
        countries=frozenset({"BE", "FR", "PT"}),
        without=Without.VISITS,
        without_limit=2,
        visits=4,
        period=90,
    )
    written = {"who": 1, "visits": [4, 90], "without": [2, 2], "countries": ["BE", "FR", "PT"]}
    assert parse_policy(written) == policy
    assert policy_to_map(policy) == written
    example = '{"who": 1, "visits": [4, 90], "without": [2, 2], "countries": ["BE", "FR", "PT"]}'
    assert example in section("8")
