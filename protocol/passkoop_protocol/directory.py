"""A federation's documents: the root, which names its keys, and the directory (SPEC 6.4, 6.5)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NewType

from . import cbor, fields
from .errors import BadShape
from .keys import CoopId, KeyId, PublicKey, coop_id_of, key_id_of
from .welcome import is_country

ROOT_TYP, ROOT_AAD, MAX_ROOT = "application/passkoop-root+cose", b"passkoop/root/1", 16_384
DIRECTORY_TYP, DIRECTORY_AAD = "application/passkoop-directory+cose", b"passkoop/directory/1"
MAX_DIRECTORY = 8 * 1024 * 1024  # bytes
MAX_COOPS = 20_000

_EXP, _IAT = 4, 6
_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")

FederationId = NewType(
    "FederationId", bytes
)  # first 10 bytes of SHA-256 of the first root's payload


def payload_hash(payload: bytes) -> bytes:
    """Return the name of a document: SHA-256 of its payload, whoever signed it."""
    return hashlib.sha256(payload).digest()


def federation_id_of(first_root_payload: bytes) -> FederationId:
    """Return the id of the federation that began with this root."""
    return FederationId(payload_hash(first_root_payload)[:10])


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """Who may sign, and how many of them it takes."""

    threshold: int
    keys: Mapping[KeyId, PublicKey]


@dataclass(frozen=True, kw_only=True, slots=True)
class Root:
    """The keys of a federation's roles, in one version of many."""

    version: int  # from 1, one by one
    federation: FederationId
    name: str
    expires_at: int  # seconds, UTC; past it a verdict turns yellow, nothing stops
    root: Role
    directory: Role
    relays: tuple[str, ...] = ()


def encode_root(root: Root) -> bytes:
    """Return the payload of a root. The first one does not hold its id: that follows from it."""
    value: dict[Any, Any] = {
        _EXP: root.expires_at,
        "version": root.version,
        "name": root.name,
        "root": [root.root.threshold, sorted(root.root.keys.values())],
        "directory": [root.directory.threshold, sorted(root.directory.keys.values())],
    }
    if root.version > 1:
        value["federation"] = root.federation
    if root.relays:
        value["relays"] = list(root.relays)
    payload = cbor.encode(value)
    parse_root(payload)
    return payload


def parse_root(payload: bytes) -> Root:
    """Return the root in a payload.

    Raises:
        BadShape: a field is missing or has another type or range than SPEC 6.4 gives it.
    """
    value = fields.payload_map(payload)
    version = value.get("version")
    if type(version) is not int or not 1 <= version < 1 << 31:
        raise BadShape("'version' is no number from 1")
    if (version == 1) != ("federation" not in value):
        raise BadShape("every root but the first names its federation")
    federation = (
        federation_id_of(payload)
        if version == 1
        else fields.bytes_of(value["federation"], 10, "'federation'")
    )
    return Root(
        version=version,
        federation=FederationId(federation),
        name=fields.text_of(value, "name", longest=100),
        expires_at=fields.time_of(value, _EXP),
        root=_role(value, "root"),
        directory=_role(value, "directory"),
        relays=fields.addresses_of(value, "relays"),
    )


def _role(value: dict[Any, Any], name: str) -> Role:
    match value.get(name):
        case [int() as threshold, list() as keys] if (
            type(threshold) is int and 1 <= threshold <= len(keys) <= 32
        ):
            by_kid = {
                key_id_of(PublicKey(key)): PublicKey(key)
                for key in (fields.bytes_of(key, 32, "a key") for key in keys)
            }
            if len(by_kid) == len(keys):  # one person's key twice must not count as two
                return Role(threshold=threshold, keys=by_kid)
    raise BadShape(f"{name!r} is not [threshold, distinct keys]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A co-op in a directory."""

    identity_key: PublicKey
    slug: str  # this federation's name for it in addresses; no identifier
    name: str
    country: str  # ISO 3166-1 alpha-2
    region: str = ""
    suspended: bool = False
    replaces: tuple[CoopId, ...] = ()  # ids that this co-op bore before it lost its identity key

    @property
    def coop(self) -> CoopId:
        """Return the co-op's id."""
        return coop_id_of(self.identity_key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """The co-ops of a federation."""

    federation: FederationId
    issued_at: int  # seconds, UTC; also the version: newer replaces older
    expires_at: int
    rows: tuple[Row, ...]


def encode_directory(directory: Directory) -> bytes:
    """Return the payload of a directory."""
    payload = cbor.encode(
        {
            _EXP: directory.expires_at,
            _IAT: directory.issued_at,
            "federation": directory.federation,
            "coops": [_row_to_map(row) for row in directory.rows],
        }
    )
    parse_directory(payload)
    return payload


def _row_to_map(row: Row) -> dict[str, Any]:
    value: dict[str, Any] = {
        "key": row.identity_key,
        "slug": row.slug,
        "name": row.name,
        "country": row.country,
    }
    if row.region:
        value["region"] = row.region
    if row.suspended:
        value["suspended"] = True
    if row.replaces:
        value["replaces"] = list(row.replaces)
    return value


def parse_directory(payload: bytes) -> Directory:
    """Return the directory in a payload.

    Raises:
        BadShape: a field is missing or has another type or range than SPEC 6.5 gives it, or a
            co-op or a slug stands twice.
    """
    value = fields.payload_map(payload)
    rows = tuple(
        _row(row) for row in fields.list_of(value, "coops", longest=MAX_COOPS, required=True)
    )
    if len({row.coop for row in rows}) < len(rows) or len({row.slug for row in rows}) < len(rows):
        raise BadShape("a co-op or a slug stands twice in the directory")
    return Directory(
        federation=FederationId(fields.bytes_of(value.get("federation"), 10, "'federation'")),
        issued_at=fields.time_of(value, _IAT),
        expires_at=fields.time_of(value, _EXP),
        rows=rows,
    )


def _row(value: object) -> Row:
    if type(value) is not dict:
        raise BadShape("a co-op in the directory is no map")
    slug, country, suspended = (
        value.get("slug"),
        value.get("country"),
        value.get("suspended", False),
    )
    if type(slug) is not str or len(slug) > 60 or not _SLUG.fullmatch(slug):
        raise BadShape("a slug is not made of small letters, digits and single dashes")
    if not is_country(country) or type(suspended) is not bool:
        raise BadShape("a co-op's country or state is not what SPEC 6.5 says")
    replaces = fields.list_of(value, "replaces", longest=16)
    return Row(
        identity_key=PublicKey(fields.bytes_of(value.get("key"), 32, "an identity key")),
        slug=slug,
        name=fields.text_of(value, "name", longest=100),
        country=str(country),
        region=fields.text_of(value, "region", longest=60, required=False),
        suspended=suspended,
        replaces=tuple(CoopId(fields.bytes_of(old, 10, "a replaced id")) for old in replaces),
    )
