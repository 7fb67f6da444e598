"""The private keys on the disk: who may read them, and what happens to damaged or foreign ones."""

import json
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from nodes import NOW, Node
from passkoop_node.cards.store import CardState
from passkoop_node.coops.ourselves import NoActiveKey, OtherIdentity
from passkoop_node.core.keyring import (
    IdentityAway,
    IdentityState,
    KeyDamaged,
    Keyring,
    WrongPassphrase,
)
from passkoop_node.errors import FileMissing, NodeError, OpenPermissions
from passkoop_node.home import Home, write_private
from passkoop_protocol.keys import PublicKey, key_id_of

PASSPHRASE = "une brouette d’orties, à l’ombre"

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    home = Home(tmp_path / "coop")
    home.create()
    return Keyring(home)


def never() -> str:
    raise AssertionError("nobody is to be asked")


@on_posix
def test_every_file_of_a_new_coop_is_for_its_owner_alone(courge: Node) -> None:
    courge.issue("Maïté Etcheverry")
    assert courge.home.loose_paths() == []
    modes = {path.stat().st_mode & 0o777 for path in courge.home.keys.iterdir()}
    assert modes == {0o600}
    assert {path.suffix for path in courge.home.keys.iterdir()} == {".key"}


@on_posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_may_read_signs_nothing(courge: Node, mode: int) -> None:
    for path in courge.home.keys.iterdir():
        path.chmod(mode)
    with pytest.raises(OpenPermissions, match="issuing-"):
        courge.issue("Maïté Etcheverry")
    with pytest.raises(OpenPermissions, match="identity"):
        courge.rooms.ourselves.rotate(courge.ask, now=NOW)
    assert courge.rooms.cards.count() == {}
    assert len(courge.rooms.coops.issuing_keys()) == 1


def test_an_identity_key_under_a_passphrase_opens_with_it_alone(keyring: Keyring) -> None:
    key = SigningKey.generate()
    keyring.keep_identity_key(key, passphrase=PASSPHRASE)
    assert keyring.identity_state() is IdentityState.SEALED
    content = (keyring.home.keys / "identity.key").read_bytes()
    assert bytes(key) not in content
    assert bytes(key).hex().encode() not in content
    assert keyring.identity_key(lambda: PASSPHRASE) == key
    # Another keyboard sends the accents as characters of their own.
    assert keyring.identity_key(lambda: unicodedata.normalize("NFD", PASSPHRASE)) == key
    with pytest.raises(WrongPassphrase):
        keyring.identity_key(lambda: PASSPHRASE + " ")


def test_sealing_again_changes_the_passphrase(keyring: Keyring) -> None:
    key = SigningKey.generate()
    keyring.keep_identity_key(key)
    assert keyring.identity_state() is IdentityState.OPEN
    keyring.keep_identity_key(key, passphrase=PASSPHRASE)
    keyring.keep_identity_key(key, passphrase="autre")
    assert keyring.identity_key(lambda: "autre") == key
    assert [path.name for path in keyring.home.keys.iterdir()] == ["identity.key"]


@pytest.mark.parametrize("typed", ["", "\udcff\udcfe", "\ud800"])
def test_whatever_a_terminal_sends_can_be_a_wrong_passphrase(keyring: Keyring, typed: str) -> None:
    sealed = {"ops": 1, "mem": 8192, "salt": "00" * 16, "box": "00" * 72}
    write_private(keyring.home.keys / "identity.key", json.dumps(sealed).encode())
    with pytest.raises(WrongPassphrase):
        keyring.identity_key(lambda: typed)


def test_without_its_file_the_identity_key_is_away(keyring: Keyring, courge: Node) -> None:
    assert keyring.identity_state() is IdentityState.AWAY
    with pytest.raises(IdentityAway):
        keyring.identity_key(never)
    (courge.home.keys / "identity.key").unlink()
    (card,) = courge.issue("Maïté Etcheverry")  # the rest goes on
    assert courge.codes(card) == []
    before = courge.rooms.coops.documents()
    with pytest.raises(IdentityAway):
        courge.rooms.ourselves.rotate(courge.ask, now=NOW)
    with pytest.raises(IdentityAway):
        courge.rooms.ourselves.withdraw(card.kid, courge.ask, now=NOW)
    assert courge.rooms.coops.documents() == before
    assert courge.codes(card) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"00" * 31,
        b"00" * 33,
        b"zz" * 32,
        b"\xff" * 64,
        b"{",
        b"{}",
        b"[]",
        b'{"kdf": "argon2id", "ops": 3, "mem": 268435456, "salt": "00", "box": "00"}',
        b"{" * 5_000,
        b'{"salt": 1, "box": 2, "ops": 3, "mem": 4}',
    ],
)
def test_a_damaged_key_file_says_so(keyring: Keyring, content: bytes) -> None:
    kid = keyring.keep_issuing_key(SigningKey.generate())
    for name in ("identity.key", f"issuing-{kid.hex()}.key"):
        write_private(keyring.home.keys / name, content)
    with pytest.raises(KeyDamaged, match="identity"):
        keyring.identity_key(lambda: PASSPHRASE)
    with pytest.raises(KeyDamaged, match="issuing"):
        keyring.issuing_key(kid)


@pytest.mark.parametrize(
    ("field", "value"), [("mem", 2**40), ("mem", 1), ("ops", 10**9), ("ops", 0), ("box", "00")]
)
def test_a_sealed_key_cannot_ask_for_a_year_of_work(
    keyring: Keyring, field: str, value: object
) -> None:
    sealed = {"ops": 1, "mem": 8192, "salt": "00" * 16, "box": "00" * 72}
    content = json.dumps(sealed | {field: value}).encode()
    write_private(keyring.home.keys / "identity.key", content)
    with pytest.raises(KeyDamaged):
        keyring.identity_key(lambda: PASSPHRASE)


def test_an_issuing_key_under_the_name_of_another_is_refused(keyring: Keyring) -> None:
    kid = keyring.keep_issuing_key(SigningKey.generate())
    other = keyring.keep_issuing_key(SigningKey.generate())
    folder = keyring.home.keys
    (folder / f"issuing-{other.hex()}.key").replace(folder / f"issuing-{kid.hex()}.key")
    with pytest.raises(KeyDamaged):
        keyring.issuing_key(kid)
    with pytest.raises(FileMissing):
        keyring.issuing_key(other)
    assert not keyring.has_issuing_key(other)


def test_the_identity_key_of_another_coop_signs_nothing_of_ours(courge: Node, panier: Node) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    before = courge.rooms.coops.documents(), courge.rooms.coops.issuing_keys()
    courge.rooms.keyring.keep_identity_key(panier.ask())
    attempts: list[Callable[[], object]] = [
        lambda: courge.rooms.ourselves.rotate(courge.ask, now=NOW),
        lambda: courge.rooms.ourselves.withdraw(card.kid, courge.ask, now=NOW),
        lambda: courge.rooms.ourselves.sign_descriptor(courge.ask, now=NOW),
    ]
    for attempt in attempts:
        with pytest.raises(OtherIdentity):
            attempt()
    assert (courge.rooms.coops.documents(), courge.rooms.coops.issuing_keys()) == before
    assert courge.codes(card) == []


def test_a_lost_issuing_key_says_what_to_do_and_its_cards_live_on(courge: Node) -> None:
    maite, jean = courge.issue("Maïté Etcheverry", "Jean Dupont")
    (courge.home.keys / f"issuing-{maite.kid.hex()}.key").unlink()
    with pytest.raises(NoActiveKey) as caught:
        courge.issue("Anne Le Goff")
    assert "key rotate" in caught.value.hint
    courge.later()
    courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    member = courge.member_of(jean)
    courge.rooms.issuer.set_state(member, CardState.REVOKED, now=courge.now, actor="test")
    assert courge.codes(maite) == []
    assert courge.codes(jean) == ["revoked"]


def test_what_keys_complain_of_is_told_apart_by_code() -> None:
    kinds: list[type[NodeError]]
    kinds = [IdentityAway, WrongPassphrase, KeyDamaged, OtherIdentity, NoActiveKey]
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.hint for kind in kinds)


def test_a_kept_issuing_key_is_found_by_its_kid(keyring: Keyring) -> None:
    key = SigningKey.generate()
    kid = keyring.keep_issuing_key(key)
    assert kid == key_id_of(PublicKey(bytes(key.verify_key)))
    assert keyring.issuing_key(kid) == key
