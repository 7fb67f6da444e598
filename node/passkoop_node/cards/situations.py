"""Where a member stands with their card."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.core.language import N_, Message
from passkoop_node.members.member import Member


class Situation(StrEnum):
    """What a list of members says of each one's card."""

    VALID = "valid"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NONE = "none"


SITUATIONS: Mapping[Situation, tuple[str, Message]] = {  # (a shape of core/icons.html, words)
    Situation.VALID: ("ok", N_("Valable")),
    Situation.SUSPENDED: ("note", N_("Suspendue")),
    Situation.EXPIRED: ("note", N_("Expirée")),
    Situation.REVOKED: ("no", N_("Annulée")),
    Situation.NONE: ("none", N_("Pas de carte")),
}


def situations(issuer: Issuer, members: Sequence[Member], *, now: int) -> dict[int, Situation]:
    """Return where each of `members` stands, by member id."""
    newest = issuer.cards.newest_of([one.id for one in members])
    gone = issuer.withdrawn_keys()
    return {one.id: situation_of(newest.get(one.id), gone, now=now) for one in members}


def situation_of(card: StoredCard | None, gone: set[bytes], *, now: int) -> Situation:
    """Return where a card stands; `gone` are the keys of ours that were withdrawn."""
    if card is None or (card.kid in gone and card.state is not CardState.REVOKED):
        return Situation.NONE  # its key was withdrawn: nobody takes it any more
    if card.state is CardState.REVOKED:
        return Situation.REVOKED
    if card.expires_at <= now:
        return Situation.EXPIRED
    return Situation.SUSPENDED if card.state is CardState.SUSPENDED else Situation.VALID
