"""What a co-op hands to others: all that it knows of co-ops, its own documents signed anew."""

from passkoop_node.coops.ourselves import AskIdentity
from passkoop_node.coops.trusting import heard_documents
from passkoop_node.core.keyring import IdentityState
from passkoop_node.rooms import Rooms

HOW_NEWS_TRAVEL = (
    "Les autres coops l’apprennent par «\u00a0passkoop serve\u00a0», "
    "sinon par «\u00a0passkoop peer export\u00a0»."
)


def gather_news(rooms: Rooms, ask: AskIdentity, *, now: int) -> list[bytes]:
    """Return the newest documents; what changed in the co-op is signed first.

    While the identity key is away, the co-op's descriptor stays as it was.

    Args:
        rooms: of the co-op.
        ask: unlocks the identity key.
        now: seconds, UTC.
    """
    sign_news(rooms, ask, now=now)
    return heard_documents(rooms.trust(), rooms.coops)


def sign_news(rooms: Rooms, ask: AskIdentity, *, now: int) -> None:
    """Sign what changed in the co-op, as far as its keys are here."""
    if not rooms.ourselves.is_catching_up:
        rooms.issuer.finish()
        rooms.lists.refresh(now=now)
        away = rooms.keyring.identity_state() is IdentityState.AWAY
        if not (away or rooms.ourselves.descriptor_is_current()):
            rooms.ourselves.sign_descriptor(ask, now=now)
