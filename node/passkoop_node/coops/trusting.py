"""The trust store of this co-op: built from what is on the disk, and kept there."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from passkoop_node.coops.store import CoopStore, Place, StoredDocument
from passkoop_node.core.database import writing
from passkoop_protocol.additions import Addition, Outcome
from passkoop_protocol.cose import parse_sign
from passkoop_protocol.directory import (
    DIRECTORY_AAD,
    DIRECTORY_TYP,
    ROOT_TYP,
    FederationId,
    parse_directory,
    parse_root,
    payload_hash,
)
from passkoop_protocol.errors import ProtocolError
from passkoop_protocol.federations import Federation
from passkoop_protocol.keys import CoopId, KeyId
from passkoop_protocol.trust import TrustStore

_OF_COOPS = ("descriptor", "status_list")


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
    parked: list[Addition] = field(default_factory=list)  # too soon: they wait (SPEC 7.6)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def equivocations(self) -> list[Addition]:
        """Those of which there is another version of the same second."""
        return [one for one in (*self.accepted, *self.known) if one.equivocation]

    @property
    def changes(self) -> bool:
        """Whether there is anything to bring to the disk."""
        return bool(self.accepted or self.parked or self.equivocations)

    def add(self, addition: Addition) -> None:
        """Note what became of one more document."""
        {
            Outcome.ACCEPTED: self.accepted,
            Outcome.KNOWN: self.known,
            Outcome.PARKED: self.parked,
        }[addition.outcome].append(addition)


def load_trust(store: CoopStore, own: CoopId) -> TrustStore:
    """Return the trust store that the documents on the disk, and what people decided, make."""
    trust = TrustStore(own=own)
    for one in store.followed():
        trust.follow(one.federation)
    paired = {one.coop for one in store.pairings()}
    replacements = store.replacements()
    documents = store.documents()
    _load_federations(trust, documents)
    # All that is kept is held, also of those who are not listened to any more (SPEC 7.3): when
    # they are again, nobody can take them back in time.
    for coop in (*paired, *store.described()):
        trust.pair(coop)
    for document in documents:
        if document.kind in _OF_COOPS:
            # Its own date for the clock: it was believed when it came, and ours may have stopped.
            with suppress(ProtocolError):
                trust.add(document.data, now=document.issued_at)
    for coop, keys in store.former_keys().items():
        if trust.descriptor(coop):
            trust.remember_former(coop, keys)
    for coop, kid, issued_at in store.dropped_lists():
        trust.remember_dropped(coop, kid, issued_at)
    for old, new in replacements:
        trust.pair(new, replaces=[old])
    trust.paired &= paired  # the new one may have been unpaired since
    for coop in store.blocked():
        trust.block(coop)
    for waiting in store.parked():
        with suppress(ProtocolError):
            trust.add(waiting.data, now=waiting.parked_at, paced=True)
    return trust


def _load_federations(trust: TrustStore, documents: Iterable[StoredDocument]) -> None:
    """Take in the roots of each federation that is followed, and its directory.

    The directory comes as soon as a root confirms it: later ones may not, and it stays.
    """
    directories = {one.subject: one for one in documents if one.kind == "directory"}
    for root in documents:
        if root.kind != "root":
            continue
        with suppress(ProtocolError):  # of a federation that is not followed any more
            trust.add(root.data, now=0)
            if directory := directories.get(root.subject):
                trust.add(directory.data, now=directory.issued_at)
                del directories[root.subject]


def heard_documents(trust: TrustStore, store: CoopStore) -> list[bytes]:
    """Return what may be handed on, in order: what `trust` holds, of co-ops that it listens to.

    Documents of co-ops whose pairing was undone stay on the disk, so that a later pairing does not
    take them back in time.
    """
    return [one.data for one in store.documents() if may_hand_on(trust, one)]


def documents_for_a_till(trust: TrustStore, store: CoopStore) -> list[bytes]:
    """Return what a till of ours takes in while the node is away, to believe what we believe.

    A directory stands behind the last root that confirms it: where it waits for its new keys, who
    reads all roots first would refuse it.
    """
    documents = heard_documents(trust, store)
    for one in trust.federations.by_id.values():
        if one.held and not one.held.confirmed and one.held.data in documents:
            signed = parse_sign(one.held.data, typ=DIRECTORY_TYP)
            roles = [
                parse_root(parse_sign(root, typ=ROOT_TYP).payload).directory for root in one.roots
            ]
            confirming = [
                root
                for root, role in zip(one.roots, roles, strict=True)
                if len(signed.good_signers(role.keys, DIRECTORY_AAD)) >= role.threshold
            ]
            documents.remove(one.held.data)
            documents.insert(documents.index(confirming[-1]) + 1, one.held.data)
    return documents


def may_hand_on(trust: TrustStore, document: StoredDocument) -> bool:
    """Return whether `trust` holds a document from the disk, and listens to who signed it."""
    if document.kind not in _OF_COOPS:
        return is_held(trust, document)
    coop = CoopId(document.subject)
    if not trust.listens_to(coop):
        return False
    if document.kind == "descriptor":
        held = trust.descriptor(coop)
        return held is not None and held.data == document.data
    lists = trust.status_list(coop, KeyId(document.kid))
    return lists is not None and any(one.data == document.data for one in lists.documents)


def is_held(trust: TrustStore, document: StoredDocument) -> bool:
    """Return whether a root or a directory from the disk is what its federation goes by."""
    federation = trust.federations.by_id.get(FederationId(document.subject), Federation())
    if document.kind == "root":
        return document.data in federation.roots
    return federation.held is not None and federation.held.data == document.data


def known_root(trust: TrustStore, data: bytes) -> Addition | None:
    """Return what becomes of a root that led to the one held: there is nothing to say of it."""
    for federation, one in trust.federations.by_id.items():
        if data in one.roots:
            return Addition(
                kind="root",
                outcome=Outcome.KNOWN,
                subject=federation,
                issued_at=one.roots.index(data) + 1,
            )
    return None


def receive(
    trust: TrustStore, documents: Iterable[bytes], *, now: int, paced: bool = False
) -> Received:
    """Take documents into `trust`; what it then holds is not on the disk yet.

    Args:
        trust: changes.
        documents: as they came.
        now: seconds, UTC.
        paced: a relay brought them unasked: who signs too often has to wait.
    """
    received = Received()
    for place, data in enumerate(documents, 1):
        try:
            addition = known_root(trust, data) or trust.add(data, now=now, paced=paced)
        except ProtocolError as error:
            # Without what it was raised from: that holds on to every frame on the way.
            error.__cause__ = error.__context__ = None
            received.refused.append(Refusal(place=place, error=error.with_traceback(None)))
            continue
        received.add(addition)
    return received


def keep(trust: TrustStore, store: CoopStore, received: Received, *, now: int) -> None:
    """Bring to the disk what `receive` changed, all at once.

    `trust` was loaded from what is still on the disk, or it would be set back.
    """
    with writing(store.db):
        # Also of a descriptor that lost against another one of its second.
        spoke = {
            CoopId(one.subject)
            for one in (*received.accepted, *received.equivocations)
            if one.kind == "descriptor"
        }
        for coop in spoke:
            if held := trust.descriptor(coop):
                store.keep_former_keys(coop, held.former.keys())
                store.add_dropped_lists(coop, trust.dropped_lists(coop))
        for coop in _newly_listed(trust, store, received):
            store.renumber(coop)
        places = set(_places(trust, store, received, spoke))
        kept = (document for place in places for document in _held(trust, place))
        store.replace_documents(places, kept, now=now)
        store.keep_parked(trust.parked(), now=now)


def _places(
    trust: TrustStore, store: CoopStore, received: Received, spoke: Iterable[CoopId]
) -> Iterator[Place]:
    """Yield the places where something may have changed."""
    for coop in spoke:
        yield "descriptor", coop, b""
        for kid in store.listed_kids(coop):  # some may have been dropped
            yield "status_list", coop, kid
    for one in received.accepted:
        if one.kind == "root":
            yield "root", one.subject, one.issued_at.to_bytes(4)
        elif one.kind == "directory":
            yield "directory", one.subject, b""
        elif one.kid is not None:
            for anchor in trust.anchors(one.kid):  # two co-ops may list one key
                yield "status_list", anchor.coop, one.kid


def _newly_listed(trust: TrustStore, store: CoopStore, received: Received) -> set[CoopId]:
    """Return those whom a new directory lists, and of whom something older is kept."""
    listed: set[CoopId] = set()
    for one in received.accepted:
        federation = FederationId(one.subject)
        if one.kind == "directory" and (held := trust.federations.by_id[federation].held):
            before = store.documents_about("directory", federation)
            listed |= held.by_coop.keys() - (_listed_in(before[0].data) if before else set())
    return listed & store.described() if listed else listed


def _listed_in(data: bytes) -> set[CoopId]:
    """Return the co-ops in a directory from the disk."""
    directory = parse_directory(parse_sign(data, typ=DIRECTORY_TYP).payload)
    return {row.coop for row in directory.rows}


def _held(trust: TrustStore, place: Place) -> Iterator[StoredDocument]:
    """Yield what `trust` holds at a place."""
    kind, subject, kid = place
    found: Iterable[tuple[int, bytes, bytes]] = ()  # date, hash, bytes
    if kind == "root":
        root = trust.federations.by_id[FederationId(subject)].roots[int.from_bytes(kid) - 1]
        name = payload_hash(parse_sign(root, typ=ROOT_TYP).payload)
        found = [(int.from_bytes(kid), name, root)]
    elif kind == "directory":
        if directory := trust.federations.by_id[FederationId(subject)].held:
            found = [(directory.directory.issued_at, directory.hash, directory.data)]
    elif kind == "descriptor":
        if descriptor := trust.descriptor(CoopId(subject)):
            date = descriptor.descriptor.issued_at
            found = [(date, descriptor.hash, descriptor.data)]
    elif held := trust.status_list(CoopId(subject), KeyId(kid)):
        found = [(held.issued_at, one.hash, one.data) for one in held.documents]
    for issued_at, name, data in found:
        yield StoredDocument(
            kind=kind, subject=subject, kid=kid, hash=name, issued_at=issued_at, data=data
        )
