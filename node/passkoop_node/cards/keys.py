"""Our issuing keys renewed and withdrawn, with the lists that follow from it."""

from passkoop_node.cards.issuing import Issuer
from passkoop_node.coops.ourselves import AskIdentity
from passkoop_protocol.keys import KeyId


def rotate_key(issuer: Issuer, ask: AskIdentity, *, now: int, actor: str) -> KeyId:
    """Make a new issuing key and retire the active ones: their cards stay good.

    Returns:
        The new key's kid.

    Raises:
        MustCatchUp, TooManyKeys, …: nothing was changed.
    """
    kid = issuer.ourselves.rotate(ask, now=now)
    issuer.lists.refresh(now=now)
    issuer.audit.add("key.rotate", now=now, actor=actor, subject=kid.hex())
    return kid


def withdraw_key(
    issuer: Issuer, kid: KeyId, ask: AskIdentity, *, now: int, actor: str
) -> KeyId | None:
    """Withdraw a lost or stolen issuing key: all its cards have to be made anew.

    Returns:
        The kid of the new key, made if no active one was left.

    Raises:
        KeyNotFound, KeyNotActive, MustCatchUp, TooManyKeys, …: nothing was changed.
    """
    new = issuer.ourselves.withdraw(kid, ask, now=now)
    if not issuer.ourselves.is_catching_up:  # else with `restore --finish`
        issuer.lists.refresh(now=now)
    issuer.audit.add("key.withdraw", now=now, actor=actor, subject=kid.hex())
    return new


def cards_to_remake(issuer: Issuer, kid: KeyId, *, now: int) -> int:
    """Return how many members would be left without a good card if a key were withdrawn."""
    return sum(one.kid == kid for one in issuer.current(now=now).values())
