"""Federations: followed by their fingerprint, left again, and how old their word is."""

from collections.abc import Sequence
from dataclasses import dataclass

from passkoop_node.coops.trusting import Received, receive
from passkoop_node.core.database import writing
from passkoop_node.errors import NodeError
from passkoop_node.relay.room import RelayRoom
from passkoop_protocol.directory import FederationId, Root, Row
from passkoop_protocol.errors import ProtocolError, UnknownFederation
from passkoop_protocol.federations import Federation
from passkoop_protocol.keys import CoopId, pairing_code, shown_id
from passkoop_protocol.trust import TrustStore

_MOST_ROOTS = (
    2_097_152  # bytes of a chain of roots: a hundred of the longest, thousands as they are
)

_LATEST = 253_370_000_000  # in the year 9998: no calendar here goes further


class NotThatFederation(NodeError):
    """What was given, or fetched, does not begin with the root that the fingerprint names."""

    code = "not_that_federation"
    hint = (
        "Comparez l’empreinte avec celle que donne la fédération, groupe par groupe, "
        "et demandez-lui son fichier complet."
    )

    def __init__(self, federation: FederationId) -> None:
        super().__init__(f"rien ici n’est de la fédération {shown_id(CoopId(federation))}")


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowedFederation:
    """A federation that is followed, as people want to know it."""

    id: FederationId
    followed_at: int
    root: Root | None  # None: nothing of it came yet
    rows: Sequence[Row]
    issued_at: int  # of the directory; 0: none came yet
    expires_at: int  # the first second at which its word is too old
    confirmed: bool  # by the newest root's keys

    @property
    def fingerprint(self) -> str:
        """What people type, in four groups."""
        return pairing_code(CoopId(self.id))

    def is_old(self, now: int) -> bool:
        """Return whether verdicts turn yellow by it."""
        return bool(self.issued_at) and (not self.confirmed or now >= self.expires_at)


def followed(room: RelayRoom) -> list[FollowedFederation]:
    """Return the federations that are followed, the first one first."""
    by_id = room.live.get().federations.by_id
    return [
        _shown(one.federation, one.followed_at, by_id.get(one.federation, Federation()))
        for one in room.coops.followed()
    ]


def follow(
    room: RelayRoom,
    federation: FederationId,
    documents: Sequence[bytes] = (),
    *,
    actor: str,
    now: int,
) -> Received:
    """Believe what a federation says, and take in what is given of it.

    Args:
        room: of the co-op.
        federation: by its fingerprint, which somebody typed.
        documents: of a file or of a relay; none: they come from whoever has them.
        actor: who typed it.
        now: seconds, UTC.

    Raises:
        NotThatFederation: nothing in `documents` leads to it; nothing was changed.
        ProtocolError: why its first root was refused; nothing was changed.
    """
    if documents:
        check_leads_to(federation, documents, now=now)
    with writing(room.coops.db):
        is_new = room.coops.follow(federation, now=now)
        if is_new:
            subject = shown_id(CoopId(federation))
            room.audit.add("federation.follow", now=now, actor=actor, subject=subject)
    if is_new and (back := _listed(room.live.get(), federation) & room.coops.described()):
        with writing(room.coops.db):  # it was followed before: what is kept is handed on again
            for coop in back:
                room.coops.renumber(coop)
    return room.intake.take_in(documents, now=now)


def unfollow(room: RelayRoom, federation: FederationId, *, actor: str, now: int) -> bool:
    """Stop believing a federation; return whether it was followed."""
    with writing(room.coops.db):
        if not room.coops.unfollow(federation):
            return False
        subject = shown_id(CoopId(federation))
        room.audit.add("federation.unfollow", now=now, actor=actor, subject=subject)
    return True


def check_leads_to(federation: FederationId, documents: Sequence[bytes], *, now: int) -> None:
    """Return quietly if a root of this federation is among the documents.

    Raises:
        NotThatFederation, ProtocolError: as it says in `follow`.
    """
    trust = TrustStore()
    trust.follow(federation)
    received = receive(trust, documents, now=now)
    if trust.federations.by_id[federation].root is None:
        of_it = [one.error for one in received.refused if _is_of_a_root(one.error)]
        raise of_it[0] if of_it else NotThatFederation(federation)


def _is_of_a_root(error: ProtocolError) -> bool:
    return not isinstance(error, UnknownFederation) and error.code in (
        "threshold_not_met",
        "version_gap",
        "bad_shape",
    )


def _listed(trust: TrustStore, federation: FederationId) -> set[CoopId]:
    one = trust.federations.by_id.get(federation, Federation())
    return set(one.held.by_coop) if one.held else set()


def _shown(federation: FederationId, followed_at: int, one: Federation) -> FollowedFederation:
    directory = one.held.directory if one.held else None
    dates = [part.expires_at for part in (one.root, directory) if part]
    return FollowedFederation(
        id=federation,
        followed_at=followed_at,
        root=one.root,
        rows=directory.rows if directory else (),
        issued_at=directory.issued_at if directory else 0,
        expires_at=min([*dates, _LATEST]) if dates else 0,
        confirmed=one.held is not None and one.held.confirmed,
    )
