"""What co-ops and people hand to the federation's office: a request, a person's key.

Both are a line that survives an e-mail, and prove that who made them holds the key. A co-op's
request is its own signed descriptor: its identity key signs nothing else.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass

from passkoop_protocol import cose
from passkoop_protocol.bundle import MAGIC, read_bundle
from passkoop_protocol.descriptor import TYP, Descriptor, read_identity_key
from passkoop_protocol.errors import BadSignature, ProtocolError
from passkoop_protocol.keys import (
    KeyId,
    PublicKey,
    SigningKey,
    coop_id_of,
    key_id_of,
    shown_id,
    signature_holds,
)
from passkoop_protocol.trust import TrustStore
from passkoop_site.federation_errors import BadPerson, BadRequest

MAX_FILE = 1_048_576  # bytes of a request
_REQUEST = "passkoop-demande:"
_PERSON = "passkoop-personne:"
_PURPOSE = b"passkoop/person/1"  # of the signature by which a person shows that the key is theirs


def write_request(descriptor: bytes) -> str:
    """Return the line by which a co-op asks to be admitted: its descriptor as it signed it."""
    return _REQUEST + _text_of(descriptor)


def read_request(data: bytes, *, now: int) -> tuple[Descriptor, bytes]:
    """Return who asks to be admitted, and the descriptor as it came.

    Args:
        data: the line, or a file of documents with one descriptor in it.
        now: seconds, UTC.

    Raises:
        BadRequest: it is none, or was not signed with the key that it names.
    """
    document = _document_in(data)
    try:
        key = read_identity_key(cose.parse_sign1(document, typ=TYP).payload)
        trust = TrustStore()
        trust.pair(coop_id_of(key))
        trust.add(document, now=now)
    except BadSignature as error:
        raise BadRequest("elle n’est pas signée avec la clé de la coop qu’elle nomme") from error
    except ProtocolError as error:
        raise BadRequest(f"elle ne contient pas de fiche signée ({error.code})") from error
    held = trust.descriptor(coop_id_of(key))
    assert held is not None
    return held.descriptor, document


def _document_in(data: bytes) -> bytes:
    if data.startswith(MAGIC):
        try:
            documents = read_bundle(data)
        except ProtocolError as error:
            raise BadRequest("le fichier est abîmé") from error
        found = [one for one in documents if cose.has_typ(one, TYP)]
        if len(found) != 1:
            raise BadRequest("le fichier ne contient pas la fiche d’une seule coop")
        return found[0]
    return _bytes_in(data, _REQUEST) or data


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody of the federation, by name and public key."""

    name: str
    key: PublicKey

    @property
    def kid(self) -> KeyId:
        """The key's short name."""
        return key_id_of(self.key)

    @property
    def code(self) -> str:
        """Sixteen letters that are compared by voice."""
        return shown_id(coop_id_of(self.key))


def write_person(name: str, key: SigningKey) -> str:
    """Return the line that a person hands to the others."""
    public = bytes(key.verify_key)
    signature = key.sign(_PURPOSE + public + name.encode()).signature
    return _PERSON + _text_of(public + signature + name.encode())


def read_person(text: str) -> Person:
    """Return whose key a line holds.

    Raises:
        BadPerson: it is none, or was mistyped.
    """
    data = _bytes_in(text.encode(), _PERSON)
    if data is None or len(data) < 97:
        raise BadPerson("cette ligne n’est pas la clé d’une personne, ou elle n’est pas entière")
    public, signature, name = data[:32], data[32:96], data[96:]
    if not signature_holds(public, _PURPOSE + public + name, signature):
        raise BadPerson("cette ligne a été modifiée en route")
    return Person(name=checked_name(name.decode(errors="replace")), key=PublicKey(public))


def checked_name(name: str) -> str:
    """Return a person's name without blanks around it.

    Raises:
        BadPerson: empty, too long, or with characters that cannot be printed.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60 or not name.isprintable():
        raise BadPerson("un nom compte de une à soixante lettres")
    return name


def _text_of(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes_in(data: bytes, start: str) -> bytes | None:
    """Return what stands in base64 behind `start`; mail programs may have broken the line."""
    text = re.sub(r"[\s>]+", "", data.decode(errors="replace"))
    if not text.startswith(start):
        return None
    letters = text.removeprefix(start)
    if not re.fullmatch("[A-Za-z0-9_-]*", letters):  # the decoder would pass over what is none
        return b""
    try:
        return urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except (Base64Error, ValueError):
        return b""
