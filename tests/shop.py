"""Co-ops and federations in memory, with real keys: what a test or a vector needs of the world.

Everything is made of the names given, so the same calls give the same bytes. `Shop` is a co-op
that welcomes visitors; `Coop` and `Federation` sign whatever they are asked to, also what they
should not.
"""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from passkoop_protocol import cbor, cose, descriptor, directory, status, text
from passkoop_protocol.additions import Addition
from passkoop_protocol.card import AAD as CARD_AAD
from passkoop_protocol.keys import (
    CoopId,
    KeyId,
    PublicKey,
    SigningKey,
    coop_id_of,
    key_id_of,
    possession_message,
)
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.verdict import Verdict, judge
from passkoop_protocol.welcome import Policy, Visits

T = 1_764_000_000  # when everything was signed, unless a test says otherwise
NOW = T + 3_600  # when it is looked at
DAY = 86_400
LIFETIME = 1_095 * DAY  # of a card

ACTIVE, RETIRED, WITHDRAWN = 0, 1, 2
VALID, REVOKED, SUSPENDED, REVOKED_TOO = 0, 1, 2, 3


@cache
def key_of(label: str) -> SigningKey:
    """Return the key that belongs to `label`, always the same one."""
    return SigningKey(hashlib.sha256(f"Pass'Koop test key: {label}".encode()).digest())


def public(key: SigningKey) -> PublicKey:
    """Return the public half."""
    return PublicKey(bytes(key.verify_key))


def kid_of(key: SigningKey) -> KeyId:
    """Return the short name."""
    return key_id_of(public(key))


def sign1(
    payload: bytes,
    key: SigningKey,
    aad: bytes,
    *,
    typ: str | None = None,
    protected: bytes | None = None,
    unprotected: object = None,
    tag: int = 18,
) -> bytes:
    """Return a COSE_Sign1 as it should be, or with any of its parts as it should not."""
    if protected is None:
        header: dict[int, object] = {1: -19, 4: kid_of(key)}
        protected = cbor.encode(header if typ is None else header | {16: typ})
    signed = cbor.encode(["Signature1", protected, aad, payload])
    parts = [protected, {} if unprotected is None else unprotected, payload]
    return cbor.encode(cbor.Tag(tag, [*parts, key.sign(signed).signature]))


def payload_hash_of(document: bytes) -> bytes:
    """Return by what a signed document is known."""
    return hashlib.sha256(cbor.decode(document).value[2]).digest()


@dataclass(frozen=True, slots=True)
class Listed:
    """An issuing key as a descriptor lists it."""

    key: SigningKey
    state: int = ACTIVE
    since: int = 0


class Coop:
    """A co-op that signs."""

    def __init__(self, name: str, *, country: str = "FR") -> None:
        """Make the co-op with its identity key and a first issuing key."""
        self.name, self.country = name, country
        self.identity = key_of(f"{name}, identity")
        self.issuing = self.key(1)

    def key(self, number: int) -> SigningKey:
        """Return the co-op's issuing key with this number, from 1."""
        return key_of(f"{self.name}, issuing {number}")

    @property
    def id(self) -> CoopId:
        """Return the co-op's id."""
        return coop_id_of(public(self.identity))

    @property
    def kid(self) -> KeyId:
        """Return the kid of its first issuing key."""
        return kid_of(self.issuing)

    # --- cards ---

    def claims(
        self,
        *,
        index: object = 0,
        ref: object = b"\1\2\3\4\5\6\7\10",
        name: object = "Maïté Etcheverry",
        category: object = 0,
        iat: object = T,
        exp: object = T + LIFETIME,
    ) -> bytes:
        """Return a card's payload, whatever is put into it."""
        return cbor.encode({4: exp, 6: iat, -65537: [index, ref, name, category]})

    def card(self, *, key: SigningKey | None = None, **claims: object) -> bytes:
        """Return a card signed with the first issuing key, or with `key`."""
        return sign1(self.claims(**claims), key or self.issuing, CARD_AAD)

    def text(self, *, key: SigningKey | None = None, **claims: object) -> str:
        """Return the text in the QR code of a card."""
        return text.encode_text(self.card(key=key, **claims))

    # --- documents ---

    def listed(self, keys: Sequence[Any] | None = None) -> list[list[object]]:
        """Return the rows `keys` of a descriptor, of SigningKey or Listed; by default the first."""
        rows: list[list[object]] = []
        for one in [self.issuing] if keys is None else keys:
            row = one if isinstance(one, Listed) else Listed(one)
            proof = row.key.sign(possession_message(self.id)).signature
            rows.append([public(row.key), row.state, row.since, proof])
        return rows

    def fields(
        self,
        *,
        at: object = T,
        keys: Sequence[Any] | None = None,
        **changes: object,
    ) -> dict[Any, Any]:
        """Return a descriptor's payload as a map; a change to None leaves the field out."""
        fields: dict[Any, Any] = {
            6: at,
            "key": public(self.identity),
            "name": self.name,
            "place": "Hendaye",
            "country": self.country,
            "keys": self.listed(keys),
            "welcome": {"who": 1},
        }
        return {name: one for name, one in (fields | changes).items() if one is not None}

    def descriptor(
        self,
        *,
        at: object = T,
        keys: Sequence[Any] | None = None,
        **changes: object,
    ) -> bytes:
        """Return the signed descriptor."""
        return self.sign_descriptor(cbor.encode(self.fields(at=at, keys=keys, **changes)))

    def sign_descriptor(self, payload: bytes, *, key: SigningKey | None = None) -> bytes:
        """Return any payload signed as a descriptor."""
        return sign1(payload, key or self.identity, descriptor.AAD, typ=descriptor.TYP)

    def status_list(
        self,
        statuses: Mapping[int, int] | None = None,
        *,
        at: object = T,
        entries: int = 1_024,
        of: SigningKey | None = None,
        signer: SigningKey | None = None,
        **changes: object,
    ) -> bytes:
        """Return the signed list of the cards of the key `of`; `changes`: other claims, by name."""
        claims = {
            2: kid_of(of or self.issuing).hex(),
            6: at,
            65533: {"bits": 2, "lst": lst_of(statuses or {}, entries=entries)},
            65534: 21_600,
        }
        names = {"sub": 2, "iat": 6, "status_list": 65533, "ttl": 65534}
        claims |= {names[name]: value for name, value in changes.items()}
        payload = cbor.encode({name: one for name, one in claims.items() if one is not None})
        return self.sign_list(payload, key=signer)

    def sign_list(self, payload: bytes, *, key: SigningKey | None = None) -> bytes:
        """Return any payload signed as a status list."""
        return sign1(payload, key or self.issuing, status.AAD, typ=status.TYP)


def lst_of(statuses: Mapping[int, int], *, entries: int = 1_024) -> bytes:
    """Return the zlib stream of a list in which all cards are valid but these."""
    array = bytearray(entries // 4)
    for index, value in statuses.items():
        array[index // 4] |= value << index % 4 * 2
    return zlib.compress(bytes(array), 9)


@dataclass(kw_only=True)
class Federation:
    """A federation that signs: as many people as it has names, two roles, one key each in both."""

    name: str
    people: Sequence[str] = ("one",)
    threshold: int = 1
    expires_at: int = T + 365 * DAY
    first: dict[Any, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Settle the first root, from which the federation's id follows."""
        self.first = self.root_fields()

    @property
    def id(self) -> directory.FederationId:
        """Return the federation's id."""
        return directory.federation_id_of(cbor.encode(self.first))

    def key(self, person: str) -> SigningKey:
        """Return a person's key."""
        return key_of(f"{self.name}, {person}")

    def role(self, people: Sequence[str], threshold: int) -> list[object]:
        """Return a role as a root names it."""
        return [threshold, sorted(public(self.key(person)) for person in people)]

    def root_fields(self, version: int = 1, **changes: object) -> dict[Any, Any]:
        """Return a root's payload as a map; a change to None leaves the field out."""
        fields: dict[Any, Any] = {
            4: self.expires_at,
            "version": version,
            "name": self.name,
            "root": self.role(self.people, self.threshold),
            "directory": self.role(self.people, self.threshold),
        }
        if version != 1:
            fields["federation"] = self.id
        return {name: one for name, one in (fields | changes).items() if one is not None}

    def root(
        self, version: int = 1, *, signers: Iterable[str] | None = None, **changes: object
    ) -> bytes:
        """Return a signed root, signed by all people unless `signers` says by whom."""
        return self.sign_root(cbor.encode(self.root_fields(version, **changes)), signers=signers)

    def sign_root(self, payload: bytes, *, signers: Iterable[str] | None = None) -> bytes:
        """Return any payload signed as a root."""
        keys = [self.key(person) for person in (self.people if signers is None else signers)]
        return cose.sign(payload, keys=keys, aad=directory.ROOT_AAD, typ=directory.ROOT_TYP)

    def row(self, coop: Coop, **changes: object) -> dict[str, Any]:
        """Return a co-op as the directory lists it."""
        fields = {
            "key": public(coop.identity),
            "slug": "-".join(re.findall("[a-z0-9]+", coop.name.lower())),
            "name": coop.name,
            "country": coop.country,
        }
        return {name: one for name, one in (fields | changes).items() if one is not None}

    def directory_fields(
        self, coops: Iterable[Coop | Mapping[str, Any]], *, at: object = T, **changes: object
    ) -> dict[Any, Any]:
        """Return a directory's payload as a map; a change to None leaves the field out."""
        fields: dict[Any, Any] = {
            4: self.expires_at,
            6: at,
            "federation": self.id,
            "coops": [self.row(one) if isinstance(one, Coop) else one for one in coops],
        }
        names: dict[str, Any] = {"exp": 4}
        fields |= {names.get(name, name): one for name, one in changes.items()}
        return {name: one for name, one in fields.items() if one is not None}

    def directory(
        self,
        coops: Iterable[Coop | Mapping[str, Any]],
        *,
        at: object = T,
        signers: Iterable[str] | None = None,
        **changes: object,
    ) -> bytes:
        """Return a signed directory of these co-ops, or of these rows."""
        payload = cbor.encode(self.directory_fields(coops, at=at, **changes))
        return self.sign_directory(payload, signers=signers)

    def sign_directory(self, payload: bytes, *, signers: Iterable[str] | None = None) -> bytes:
        """Return any payload signed as a directory."""
        keys = [self.key(person) for person in (self.people if signers is None else signers)]
        return cose.sign(
            payload, keys=keys, aad=directory.DIRECTORY_AAD, typ=directory.DIRECTORY_TYP
        )


class Shop:
    """A co-op that welcomes visitors: it takes documents in, and says what a card means."""

    def __init__(self, *, own: Coop | None = None, policy: Policy | None = None) -> None:
        """Open a shop that knows nobody yet."""
        self.trust = TrustStore(own=own.id if own else None)
        self.policy = policy or Policy()

    def pair(self, *coops: Coop) -> "Shop":
        """Pair with co-ops, and take their descriptors and lists in."""
        for coop in coops:
            self.trust.pair(coop.id)
            self.add(coop.descriptor(), coop.status_list())
        return self

    def follow(self, federation: Federation, *coops: Coop) -> "Shop":
        """Follow a federation, and take in what it lists."""
        self.trust.follow(federation.id)
        self.add(federation.root(), federation.directory(coops))
        for coop in coops:
            self.add(coop.descriptor(), coop.status_list())
        return self

    def add(self, *documents: bytes, now: int = NOW, paced: bool = False) -> list[Addition]:
        """Take documents in; the first that is refused raises."""
        return [self.trust.add(data, now=now, paced=paced) for data in documents]

    def verify(
        self,
        card: str,
        *,
        now: int = NOW,
        visits_of: Callable[[CoopId, bytes], Visits] | None = None,
    ) -> Verdict:
        """Return the verdict on a card's text."""
        return judge(card, self.trust, now=now, policy=self.policy, visits_of=visits_of)


def codes(verdict: Verdict) -> list[str]:
    """Return a verdict as its outcome and its reasons."""
    return [verdict.outcome.word, *(reason.code for reason in verdict.reasons)]
