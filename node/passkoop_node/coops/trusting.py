"""The trust store of this co-op: built from what is on the disk, and kept there."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from passkoop_node.coops.store import CoopStore, StoredDocument
from passkoop_node.core.database import writing
from passkoop_protocol.additions import Addition, Outcome
from passkoop_protocol.errors import ProtocolError
from passkoop_protocol.keys import CoopId, KeyId
from passkoop_protocol.trust import TrustStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A document that was not taken, by its place in what came (from 1)."""

    place: int
    error: ProtocolError


@dataclass(kw_only=True, slots=True)
class Received:
    """What became of documents that came together."""

    accepted: list[Addition] = field(default_factory=list)
    known: list[Addition] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def load_trust(store: CoopStore, own: CoopId) -> TrustStore:
    """Return the trust store that the documents and pairings on the disk make."""
    trust = TrustStore(own=own)
    for pairing in store.pairings():
        trust.pair(pairing.coop, replaces=pairing.replaces)
    for one in store.documents():
        try:
            # Its own date for the clock: it was believed when it came, and ours may have stopped.
            trust.add(one.data, now=one.issued_at)
        except ProtocolError:  # of a co-op that is no longer paired
            continue
    for coop, keys in store.former_keys().items():
        if trust.descriptor(coop):
            trust.remember_former(coop, keys)
    return trust


def receive(
    trust: TrustStore, store: CoopStore, documents: Iterable[bytes], *, now: int
) -> Received:
    """Take documents into `trust` and keep on the disk what it then holds, all at once."""
    received = Received()
    with writing(store.db):
        for place, data in enumerate(documents, 1):
            try:
                addition = trust.add(data, now=now)
            except ProtocolError as error:
                received.refused.append(Refusal(place=place, error=error))
                continue
            if addition.outcome is Outcome.ACCEPTED:
                _keep(trust, store, addition, now=now)
                received.accepted.append(addition)
            else:
                received.known.append(addition)
    return received


def _keep(trust: TrustStore, store: CoopStore, addition: Addition, *, now: int) -> None:
    """Bring what an accepted document changed to the disk."""
    coop = CoopId(addition.subject)
    if addition.kind == "descriptor":
        held = trust.descriptor(coop)
        assert held is not None  # it was accepted just now
        _keep_documents(store, addition, [(held.hash, held.data)], now=now)
        store.add_former_keys(coop, held.former)
        for kid in store.listed_kids(coop):
            _keep_list(trust, store, coop, kid, now=now)  # some may have been dropped
    elif addition.kid is not None:
        for owner in {anchor.coop for anchor in trust.anchors(addition.kid)}:
            _keep_list(trust, store, owner, addition.kid, now=now)


def _keep_list(trust: TrustStore, store: CoopStore, coop: CoopId, kid: KeyId, *, now: int) -> None:
    held = trust.status_list(coop, kid)
    kept = []
    if held is not None:
        kept = [
            StoredDocument(
                kind="status_list",
                subject=coop,
                kid=kid,
                hash=one.hash,
                issued_at=held.issued_at,
                data=one.data,
            )
            for one in held.documents
        ]
    store.replace_documents("status_list", coop, kid, kept, now=now)


def _keep_documents(
    store: CoopStore, addition: Addition, kept: Iterable[tuple[bytes, bytes]], *, now: int
) -> None:
    documents = [
        StoredDocument(
            kind=addition.kind,
            subject=addition.subject,
            kid=b"",
            hash=name,
            issued_at=addition.issued_at,
            data=data,
        )
        for name, data in kept
    ]
    store.replace_documents(addition.kind, addition.subject, b"", documents, now=now)
