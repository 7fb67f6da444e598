"""The private keys, each in a file of its own that only its owner may read.

Issuing keys lie open: an unattended node must sign. The identity key is rarely needed; it can be
sealed with a passphrase, or taken off the machine.
"""

import json
import unicodedata
from collections.abc import Callable
from enum import Enum

import nacl.exceptions
import nacl.pwhash.argon2id as argon2id
import nacl.secret
import nacl.utils
from nacl.signing import SigningKey

from passkoop_node.errors import FileMissing, NodeError
from passkoop_node.home import Home, disk_errors, read_private, sync_folder, write_private
from passkoop_protocol.keys import KeyId, PublicKey, key_id_of

AskPassphrase = Callable[[], str]

_BOX = nacl.secret.SecretBox.NONCE_SIZE + nacl.secret.SecretBox.MACBYTES + 32  # bytes


class IdentityAway(NodeError):
    """The identity key is not on this machine."""

    code = "identity_away"
    hint = (
        "Remettez le fichier «\u00a0identity.key\u00a0» dans le dossier «\u00a0keys\u00a0», "
        "puis recommencez."
    )

    def __init__(self) -> None:
        super().__init__("la clé d’identité de la coop n’est pas sur cette machine")


class WrongPassphrase(NodeError):
    """The passphrase does not open the identity key."""

    code = "wrong_passphrase"
    hint = "Vérifiez la touche Verr. Maj., puis recommencez."

    def __init__(self) -> None:
        super().__init__("cette phrase de passe n’ouvre pas la clé d’identité")


class PassphraseNeeded(NodeError):
    """The identity key is sealed, and nobody can be asked."""

    code = "passphrase_needed"
    hint = "Lancez la commande dans un terminal, ou donnez PASSKOOP_PASSPHRASE."

    def __init__(self) -> None:
        super().__init__("la clé d’identité est protégée par une phrase de passe")


class KeyDamaged(NodeError):
    """A key file holds something else."""

    code = "key_damaged"
    hint = "Reprenez ce fichier d’une sauvegarde, ou refaites la coop avec la fiche de secours."

    def __init__(self, name: str) -> None:
        super().__init__(f"le fichier de clé {name} est abîmé")


class NotEnoughMemory(NodeError):
    """A passphrase takes 256 MB to check, so that guessing many is dear."""

    code = "not_enough_memory"
    hint = "Fermez d’autres programmes, puis recommencez\u202f: il faut 256\u00a0Mo libres."

    def __init__(self) -> None:
        super().__init__("il manque de la mémoire pour ouvrir la clé d’identité")


class IdentityState(Enum):
    """Where the identity key is."""

    AWAY = "away"
    OPEN = "open"  # protected by the file's permissions alone
    SEALED = "sealed"  # under a passphrase


class Keyring:
    """The `keys` folder of a co-op."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._identity = home.keys / "identity.key"

    def issuing_key(self, kid: KeyId) -> SigningKey:
        """Return the issuing key `kid`.

        Raises:
            FileMissing, OpenPermissions, KeyDamaged: it cannot be used.
        """
        path = self.home.keys / f"issuing-{kid.hex()}.key"
        key = _key_of(read_private(path), path.name)
        if key_id_of(PublicKey(bytes(key.verify_key))) != kid:
            raise KeyDamaged(path.name)
        return key

    def has_issuing_key(self, kid: KeyId) -> bool:
        """Return whether the issuing key `kid` is on this machine."""
        path = self.home.keys / f"issuing-{kid.hex()}.key"
        with disk_errors(path):
            return path.is_file()

    def keep_issuing_key(self, key: SigningKey) -> KeyId:
        """Put a new issuing key on the disk, and return its kid."""
        kid = key_id_of(PublicKey(bytes(key.verify_key)))
        path = self.home.keys / f"issuing-{kid.hex()}.key"
        write_private(path, bytes(key).hex().encode() + b"\n")
        return kid

    def identity_state(self) -> IdentityState:
        """Return where the identity key is, also if others may read its file."""
        try:
            with disk_errors(self._identity), self._identity.open("rb") as stream:
                sealed = stream.read(1) == b"{"
        except FileMissing:
            return IdentityState.AWAY
        return IdentityState.SEALED if sealed else IdentityState.OPEN

    def identity_key(self, ask: AskPassphrase) -> SigningKey:
        """Return the identity key; `ask` is called if a passphrase seals it.

        Raises:
            IdentityAway, WrongPassphrase, OpenPermissions, KeyDamaged: it cannot be used.
        """
        try:
            content = read_private(self._identity)
        except FileMissing as error:
            raise IdentityAway from error
        return open_key(content, ask, self._identity.name)

    def keep_identity_key(self, key: SigningKey, *, passphrase: str = "") -> None:
        """Put the identity key on the disk, sealed if there is a passphrase."""
        self.put_identity_file(identity_file(key, passphrase=passphrase))

    def put_identity_file(self, content: bytes) -> None:
        """Put on the disk what `identity_file` made of the identity key."""
        write_private(self._identity, content)

    def drop_identity_key(self) -> None:
        """Take the identity key off this machine: nothing here signs for the co-op any more.

        Raises:
            IdentityAway: it is not here.
        """
        try:
            with disk_errors(self._identity):
                self._identity.unlink()
                sync_folder(self._identity.parent)
        except FileMissing as error:
            raise IdentityAway from error


def identity_file(key: SigningKey, *, passphrase: str = "") -> bytes:
    """Return the content of the identity key's file, sealed if there is a passphrase."""
    return _sealed(key, passphrase) if passphrase else bytes(key).hex().encode() + b"\n"


def open_key(content: bytes, ask: AskPassphrase, name: str) -> SigningKey:
    """Return the key in the file `name`; `ask` is called if a passphrase seals it.

    Raises:
        WrongPassphrase, KeyDamaged, NotEnoughMemory: it cannot be used.
    """
    if content.startswith(b"{"):
        return _unsealed(content, ask(), name)
    return _key_of(content, name)


def _key_of(content: bytes, name: str) -> SigningKey:
    try:
        return SigningKey(bytes.fromhex(content.decode().strip()))
    except (ValueError, nacl.exceptions.CryptoError) as error:
        raise KeyDamaged(name) from error


def _sealed(key: SigningKey, passphrase: str) -> bytes:
    """Return the key under `passphrase`: argon2id (RFC 9106), then a NaCl secret box."""
    salt = nacl.utils.random(argon2id.SALTBYTES)
    cost = {"ops": argon2id.OPSLIMIT_MODERATE, "mem": argon2id.MEMLIMIT_MODERATE}
    box = nacl.secret.SecretBox(_stretched(passphrase, salt, cost["ops"], cost["mem"]))
    content = {"kdf": "argon2id", **cost, "salt": salt.hex(), "box": box.encrypt(bytes(key)).hex()}
    return json.dumps(content).encode() + b"\n"


def _unsealed(content: bytes, passphrase: str, name: str) -> SigningKey:
    try:
        sealed = json.loads(content)
        salt, box = bytes.fromhex(sealed["salt"]), bytes.fromhex(sealed["box"])
        ops, mem = int(sealed["ops"]), int(sealed["mem"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise KeyDamaged(name) from error
    if (
        (len(salt), len(box)) != (argon2id.SALTBYTES, _BOX)
        or not argon2id.OPSLIMIT_MIN <= ops <= argon2id.OPSLIMIT_SENSITIVE
        or not argon2id.MEMLIMIT_MIN <= mem <= argon2id.MEMLIMIT_SENSITIVE
    ):
        raise KeyDamaged(name)
    try:
        return SigningKey(
            nacl.secret.SecretBox(_stretched(passphrase, salt, ops, mem)).decrypt(box)
        )
    except nacl.exceptions.CryptoError as error:
        raise WrongPassphrase from error


def _stretched(passphrase: str, salt: bytes, ops: int, mem: int) -> bytes:
    # NFC: one keyboard sends é as one character, another as two.
    secret = unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass")
    try:
        return argon2id.kdf(nacl.secret.SecretBox.KEY_SIZE, secret, salt, ops, mem)
    except nacl.exceptions.RuntimeError as error:
        raise NotEnoughMemory from error
