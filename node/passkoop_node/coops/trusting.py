"""The trust store of this co-op: built from what is on the disk, and kept there."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from passkoop_node.coops.store import CoopStore, Place, StoredDocument
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
    """Return the trust store that the documents and pairings on the disk make."""
    trust = TrustStore(own=own)
    paired = {one.coop for one in store.pairings()}
    replacements = store.replacements()
    # Who bears a new id is not listened to any more, but its documents came before that.
    for coop in (*paired, *(old for old, _ in replacements)):
        trust.pair(coop)
    for one in store.documents():
        try:
            # Its own date for the clock: it was believed when it came, and ours may have stopped.
            trust.add(one.data, now=one.issued_at)
        except ProtocolError:  # of a co-op that is no longer paired
            continue
    for coop, keys in store.former_keys().items():
        if trust.descriptor(coop):
            trust.remember_former(coop, keys)
    for coop, kid, issued_at in store.dropped_lists():
        trust.remember_dropped(coop, kid, issued_at)
    for old, new in replacements:
        trust.pair(new, replaces=[old])
    trust.paired &= paired  # the new one may have been unpaired since
    for waiting in store.parked():
        with suppress(ProtocolError):
            trust.add(waiting.data, now=waiting.parked_at, paced=True)
    return trust


def heard_documents(trust: TrustStore, store: CoopStore) -> list[bytes]:
    """Return what may be handed on, in order: what `trust` holds, of co-ops that it listens to.

    Documents of co-ops whose pairing was undone stay on the disk, so that a later pairing does not
    take them back in time.
    """
    return [one.data for one in store.documents() if may_hand_on(trust, one)]


def may_hand_on(trust: TrustStore, document: StoredDocument) -> bool:
    """Return whether `trust` holds a document from the disk, and listens to who signed it."""
    if document.kind in ("root", "directory"):
        return True
    coop = CoopId(document.subject)
    if not trust.listens_to(coop):
        return False
    if document.kind == "descriptor":
        held = trust.descriptor(coop)
        return held is not None and held.data == document.data
    lists = trust.status_list(coop, KeyId(document.kid))
    return lists is not None and any(one.data == document.data for one in lists.documents)


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
            addition = trust.add(data, now=now, paced=paced)
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
        if one.kid is not None:
            for anchor in trust.anchors(one.kid):  # two co-ops may list one key
                yield "status_list", anchor.coop, one.kid


def _held(trust: TrustStore, place: Place) -> Iterator[StoredDocument]:
    """Yield what `trust` holds at a place."""
    kind, subject, kid = place
    found: Iterable[tuple[int, bytes, bytes]] = ()  # date, hash, bytes
    if kind == "descriptor":
        if descriptor := trust.descriptor(CoopId(subject)):
            date = descriptor.descriptor.issued_at
            found = [(date, descriptor.hash, descriptor.data)]
    elif held := trust.status_list(CoopId(subject), KeyId(kid)):
        found = [(held.issued_at, one.hash, one.data) for one in held.documents]
    for issued_at, name, data in found:
        yield StoredDocument(
            kind=kind, subject=subject, kid=kid, hash=name, issued_at=issued_at, data=data
        )
