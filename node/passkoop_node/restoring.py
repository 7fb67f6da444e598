"""How a restored co-op gets back what it signed after its backup."""

from contextlib import closing
from pathlib import Path

from passkoop_node.coops.ourselves import AskIdentity
from passkoop_node.core.backup import unpack_backup
from passkoop_node.errors import NodeError
from passkoop_node.home import Home
from passkoop_node.relay.feed import take_new_log
from passkoop_node.relay.intake import own_lists
from passkoop_node.rooms import Rooms, open_rooms
from passkoop_protocol.keys import KeyId


class NothingFetched(NodeError):
    """Nobody has given our own lists back since the register was restored."""

    code = "nothing_fetched"
    hint = (
        "Prenez des nouvelles («\u00a0passkoop peer sync\u00a0») ou importez un fichier récent "
        "d’une coop amie («\u00a0passkoop peer import\u00a0»), "
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
            take_new_log(rooms.settings)
            rooms.outbox.doubt(now=now)  # what waited then may have gone since
            rooms.mailings.doubt()
            rooms.lapsing.doubt()  # who has paid since is not to lose their card by it
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
    rooms.lists.absorb(own_lists(rooms.trust(), rooms.ourselves.coop), now=now)
    kid = rooms.ourselves.finish_catching_up(ask, now=now)
    rooms.issuer.finish()
    rooms.lists.refresh(now=now)
    return kid
