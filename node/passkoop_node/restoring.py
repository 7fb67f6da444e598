"""Documents that come in, and how a restored co-op gets back what it signed after its backup."""

from collections.abc import Iterable
from pathlib import Path

from passkoop_node.coops.ourselves import AskIdentity
from passkoop_node.coops.trusting import Received, receive
from passkoop_node.core.backup import unpack_backup
from passkoop_node.errors import NodeError
from passkoop_node.home import Home
from passkoop_node.rooms import Rooms, open_rooms
from passkoop_protocol.keys import KeyId


class NothingFetched(NodeError):
    """Nobody has given our own documents back since the register was restored."""

    code = "nothing_fetched"
    hint = (
        "Importez un fichier récent d’une coop amie (« passkoop peer import »), "
        "ou ajoutez --nothing-newer si personne n’a rien de plus récent."
    )

    def __init__(self) -> None:
        super().__init__("aucun document de votre coop n’est encore revenu")


class NotRestored(NodeError):
    """The register does not come from a backup."""

    code = "not_restored"
    hint = "Rien à faire : cette coop signe normalement."

    def __init__(self) -> None:
        super().__init__("ce registre n’attend rien")


def take_in(rooms: Rooms, documents: Iterable[bytes], *, now: int) -> Received:
    """Take in documents that came from others, our own among them."""
    received = receive(rooms.trust(), rooms.coops, documents, now=now)
    ours = rooms.ourselves.coop
    if any(one.subject == ours for one in received.accepted):
        # Only after a restore, or if somebody else signs with our keys: never sign behind it.
        rooms.ourselves.absorb_descriptor()
        rooms.lists.absorb(now=now)
    if rooms.ourselves.is_catching_up and any(
        one.subject == ours for one in (*received.accepted, *received.known)
    ):
        rooms.ourselves.note_fetched()
    return received


def restore(source: Path, home: Home, *, now: int) -> int:
    """Put the co-op of a backup into `home`; it signs nothing yet (SPEC 13.4).

    Returns:
        When the backup was made; seconds, UTC.
    """
    made_at = unpack_backup(source, home)
    try:
        rooms = open_rooms(home)
    except BaseException:
        home.database.unlink(missing_ok=True)
        raise
    rooms.ourselves.begin_catching_up()
    rooms.audit.add("coop.restore", now=now, actor="cli", details={"made_at": made_at})
    rooms.close()
    return made_at


def finish_restore(rooms: Rooms, ask: AskIdentity, *, nothing_newer: bool, now: int) -> KeyId:
    """Let a restored co-op sign again, with a new issuing key; return its kid.

    Args:
        ask: unlocks the identity key.
        nothing_newer: a person declares that what was signed after the backup is lost.
    """
    if not rooms.ourselves.is_catching_up:
        raise NotRestored
    if not (rooms.ourselves.has_fetched or nothing_newer):
        raise NothingFetched
    rooms.ourselves.absorb_descriptor()
    rooms.lists.absorb(now=now)
    kid = rooms.ourselves.finish_catching_up(ask, now=now)
    rooms.issuer.finish()
    rooms.lists.refresh(now=now)
    return kid
