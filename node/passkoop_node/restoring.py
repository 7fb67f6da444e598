"""Documents that come in, and how a restored co-op gets back what it signed after its backup."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from passkoop_node.coops.ourselves import AskIdentity
from passkoop_node.coops.trusting import Received, keep, receive
from passkoop_node.core.backup import unpack_backup
from passkoop_node.core.database import writing
from passkoop_node.errors import NodeError
from passkoop_node.home import Home
from passkoop_node.rooms import Rooms, open_rooms
from passkoop_protocol.holdings import HeldList
from passkoop_protocol.keys import KeyId
from passkoop_protocol.trust import TrustStore


class NothingFetched(NodeError):
    """Nobody has given our own lists back since the register was restored."""

    code = "nothing_fetched"
    hint = (
        "Importez un fichier récent d’une coop amie («\u00a0passkoop peer import\u00a0»), "
        "ou ajoutez --nothing-newer si personne n’a rien de plus récent."
    )

    def __init__(self) -> None:
        super().__init__("aucune liste de votre coop n’est encore revenue")


class NotRestored(NodeError):
    """The register does not come from a backup."""

    code = "not_restored"
    hint = "Rien à faire\u202f: cette coop signe normalement."

    def __init__(self) -> None:
        super().__init__("ce registre n’attend rien")


def take_in(rooms: Rooms, documents: Iterable[bytes], *, now: int) -> Received:
    """Take in documents that came from others, our own among them.

    If there is one of ours that was not signed here, the co-op signs nothing until
    `finish_restore`: this folder is a copy that was put back without `restore`, or somebody else
    has our keys.
    """
    documents = list(documents)
    # All the checking is done before others have to wait. Whatever they write meanwhile counts:
    # a trust store that does not know it would set the disk back.
    revision = rooms.coops.revision()
    trust = rooms.trust()
    received = receive(trust, documents, now=now)
    with writing(rooms.db):
        if rooms.coops.revision() != revision:
            trust = rooms.trust()
            received = receive(trust, documents, now=now)
        keep(trust, rooms.coops, received, now=now)
        _notice_ours(rooms, trust, received, now=now)
    return received


def _notice_ours(rooms: Rooms, trust: TrustStore, received: Received, *, now: int) -> None:
    ours = rooms.ourselves.coop
    newer = [one for one in (*received.accepted, *received.equivocations) if one.subject == ours]
    if newer:
        if not rooms.ourselves.is_catching_up:
            rooms.ourselves.begin_catching_up()
            rooms.audit.add("coop.signed_elsewhere", now=now, actor="peer")
        if any(one.kind == "descriptor" for one in newer):
            rooms.ourselves.absorb_descriptor()
        rooms.lists.raise_dates(_own_lists(rooms, trust))
    if rooms.ourselves.is_catching_up and _is_back(rooms, received):
        rooms.ourselves.note_fetched()


def _is_back(rooms: Rooms, received: Received) -> bool:
    """Return whether our own lists came back, as new as anybody has them.

    A list that we hold already will do if its file was written after the backup, which the word of
    another co-op in it shows: then nobody has seen a newer one. Our descriptor alone will not: it
    may be years old, and still the newest.
    """
    ours, since = rooms.ourselves.coop, rooms.ourselves.catching_up_since
    if any(one.subject == ours and one.kind == "status_list" for one in received.accepted):
        return True
    told = (*received.accepted, *received.known)
    return any(one.subject == ours and one.kind == "status_list" for one in told) and any(
        one.subject != ours and one.issued_at > since for one in told
    )


def _own_lists(rooms: Rooms, trust: TrustStore) -> Mapping[KeyId, HeldList]:
    ours = rooms.ourselves.coop
    return {kid: held for coop, kid, held in trust.status_lists() if coop == ours}


def restore(source: Path, home: Home, *, now: int) -> int:
    """Put the co-op of a backup into `home`; it signs nothing yet (SPEC 13.4).

    Returns:
        When the backup was made; seconds, UTC.

    Raises:
        NotABackup, NewerDatabase, AlreadyANode, DiskFull, …: there is no co-op in `home`.
    """

    def prepare(draft: Home, made_at: int) -> None:
        with closing(open_rooms(draft)) as rooms:
            _ = rooms.ourselves.coop  # it is one
            rooms.ourselves.begin_catching_up(since=made_at)
            rooms.audit.add("coop.restore", now=now, actor="cli", details={"made_at": made_at})

    return unpack_backup(source, home, prepare=prepare)


def finish_restore(rooms: Rooms, ask: AskIdentity, *, nothing_newer: bool, now: int) -> KeyId:
    """Let a restored co-op sign again, with a new issuing key; return its kid.

    Args:
        rooms: of the co-op.
        ask: unlocks the identity key.
        nothing_newer: a person declares that what was signed after the backup is lost.
        now: seconds, UTC.

    Raises:
        NotRestored, NothingFetched, …: nothing was signed.
    """
    if not rooms.ourselves.is_catching_up:
        raise NotRestored
    if not (rooms.ourselves.has_fetched or nothing_newer):
        raise NothingFetched
    rooms.lists.absorb(_own_lists(rooms, rooms.trust()), now=now)
    kid = rooms.ourselves.finish_catching_up(ask, now=now)
    rooms.issuer.finish()
    rooms.lists.refresh(now=now)
    return kid
