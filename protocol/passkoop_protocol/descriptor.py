"""The descriptor: what a co-op says of itself, signed by its identity key (SPEC 6.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from . import cbor, cose, fields
from .errors import BadProof, BadShape
from .keys import (
    CoopId,
    KeyId,
    PublicKey,
    SigningKey,
    coop_id_of,
    key_id_of,
    possession_message,
    signature_holds,
)
from .welcome import Policy, is_country, parse_policy, policy_to_map

TYP = "application/passkoop-descriptor+cose"
AAD = b"passkoop/descriptor/1"
MAX_DOCUMENT = 32_768  # bytes
MAX_KEYS = 64

_IAT = 6


class KeyState(IntEnum):
    """What an issuing key still does."""

    ACTIVE = 0  # signs cards and lists
    RETIRED = 1  # its cards issued until `since` stay good; it signs nothing more
    WITHDRAWN = 2  # nothing it signed is good any more: lost or stolen


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuingKey:
    """A key that signs cards and lists for a co-op."""

    key: PublicKey
    state: KeyState
    since: int  # seconds, UTC: when it was retired or withdrawn; 0 while active
    proof: bytes  # its signature over `possession_message(coop)`

    @property
    def kid(self) -> KeyId:
        """Return the key's short name."""
        return key_id_of(self.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Descriptor:
    """A co-op in its own words. What this version does not know is left out; the bytes keep it."""

    issued_at: int  # seconds, UTC; also the version: newer replaces older
    identity_key: PublicKey
    name: str
    place: str
    country: str  # ISO 3166-1 alpha-2
    keys: tuple[IssuingKey, ...]
    policy: Policy = field(default_factory=Policy)
    addresses: tuple[str, ...] = ()  # where its node answers
    contact: str = ""  # where a lost card may be sent
    form: str = ""  # legal form
    page: Mapping[str, Any] = field(default_factory=dict)  # content for its page, by language

    @property
    def coop(self) -> CoopId:
        """Return the co-op's id."""
        return coop_id_of(self.identity_key)


def prove_possession(key: SigningKey, coop: CoopId) -> bytes:
    """Return the proof that the co-op holds the issuing key: 64 bytes."""
    return key.sign(possession_message(coop)).signature


def sign_descriptor(descriptor: Descriptor, *, key: SigningKey) -> bytes:
    """Return the descriptor signed with the co-op's identity key: a tagged COSE_Sign1.

    Raises:
        BadShape, BadProof: a verifier would refuse it.
    """
    value: dict[Any, Any] = {
        _IAT: descriptor.issued_at,
        "key": descriptor.identity_key,
        "name": descriptor.name,
        "place": descriptor.place,
        "country": descriptor.country,
        "keys": [[one.key, int(one.state), one.since, one.proof] for one in descriptor.keys],
        "welcome": policy_to_map(descriptor.policy),
    }
    optional = {
        "addresses": list(descriptor.addresses),
        "contact": descriptor.contact,
        "form": descriptor.form,
        "page": dict(descriptor.page),
    }
    payload = cbor.encode(value | {name: content for name, content in optional.items() if content})
    parse_descriptor(payload)
    data = cose.sign1(payload, key=key, aad=AAD, typ=TYP)
    if len(data) > MAX_DOCUMENT:
        raise BadShape(f"the descriptor is longer than {MAX_DOCUMENT} bytes")
    return data


def read_identity_key(payload: bytes) -> PublicKey:
    """Return the identity key that a payload names: with it, the signature is then checked."""
    return PublicKey(
        fields.bytes_of(fields.payload_map(payload).get("key"), 32, "the identity key")
    )


def parse_descriptor(payload: bytes) -> Descriptor:
    """Return the descriptor in a payload, its key proofs checked.

    Raises:
        BadShape: a field is missing or has another type or range than SPEC 6.2 gives it.
        BadProof: an issuing key without proof that the co-op holds it.
    """
    value = fields.payload_map(payload)
    identity_key = PublicKey(fields.bytes_of(value.get("key"), 32, "the identity key"))
    country, page = value.get("country"), value.get("page", {})
    if not is_country(country):
        raise BadShape("'country' is no two-letter code")
    if type(page) is not dict:
        raise BadShape("'page' is no map")
    return Descriptor(
        issued_at=fields.time_of(value, _IAT),
        identity_key=identity_key,
        name=fields.text_of(value, "name", longest=100),
        place=fields.text_of(value, "place", longest=100),
        country=str(country),
        keys=_issuing_keys(
            fields.list_of(value, "keys", longest=MAX_KEYS, required=True), coop_id_of(identity_key)
        ),
        policy=parse_policy(value.get("welcome")),
        addresses=fields.addresses_of(value, "addresses"),
        contact=fields.text_of(value, "contact", longest=300, required=False),
        form=fields.text_of(value, "form", longest=100, required=False),
        page=page,
    )


def _issuing_keys(rows: Sequence[Any], coop: CoopId) -> tuple[IssuingKey, ...]:
    keys: dict[PublicKey, IssuingKey] = {}
    for row in rows:
        if (
            type(row) is not list
            or len(row) != 4
            or type(row[1]) is not int
            or row[1] not in (0, 1, 2)
        ):
            raise BadShape("an issuing key is not [key, state, since, proof]")
        state = KeyState(row[1])
        since = fields.time_of({"since": row[2]}, "since")
        if (since == 0) != (state is KeyState.ACTIVE):
            raise BadShape("an issuing key's state and date do not agree")
        key = PublicKey(fields.bytes_of(row[0], 32, "an issuing key"))
        proof = fields.bytes_of(row[3], 64, "a proof of possession")
        if key in keys:
            raise BadShape("an issuing key stands twice")
        if not signature_holds(key, possession_message(coop), proof):
            raise BadProof(f"no proof that the co-op holds the issuing key {key_id_of(key).hex()}")
        keys[key] = IssuingKey(key=key, state=state, since=since, proof=proof)
    return tuple(keys.values())
