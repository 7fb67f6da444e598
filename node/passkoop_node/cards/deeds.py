"""What the office does to one member's cards, and the words of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.core.language import N_, Message
from passkoop_node.errors import NodeError
from passkoop_node.members.member import Member

MAX_REASON = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """Something that is asked first, and then done."""

    state: CardState | None  # of the cards from then on; None: there is a new one
    title: Message
    says: Message
    button: Message
    done: Message
    needs_reason: bool = False
    is_final: bool = False  # nothing undoes it, and others have to learn it


DEEDS: Mapping[str, Deed] = {
    "remplacer": Deed(
        state=None,
        title=N_("Remplacer la carte ?"),
        says=N_(
            "Pour une carte perdue, volée ou abîmée. L'ancienne est annulée pour toujours, une "
            "nouvelle est faite, suspendue si l'ancienne l'était."
        ),
        button=N_("Remplacer la carte"),
        done=N_("La nouvelle carte est faite, l'ancienne est annulée."),
        is_final=True,
    ),
    "suspendre": Deed(
        state=CardState.SUSPENDED,
        title=N_("Suspendre la carte ?"),
        says=N_("Elle est refusée partout, jusqu'à ce que vous leviez la suspension."),
        button=N_("Suspendre la carte"),
        done=N_("La carte est suspendue."),
    ),
    "reprendre": Deed(
        state=CardState.VALID,
        title=N_("Lever la suspension ?"),
        says=N_("La carte est de nouveau acceptée."),
        button=N_("Lever la suspension"),
        done=N_("La suspension est levée."),
    ),
    "annuler": Deed(
        state=CardState.REVOKED,
        title=N_("Annuler la carte ?"),
        says=N_("Elle est refusée partout et pour toujours, et n'est pas remplacée."),
        button=N_("Annuler la carte"),
        done=N_("La carte est annulée."),
        needs_reason=True,
        is_final=True,
    ),
}

# What else is to be known of it where dues that were not paid are why the card is suspended.
HELD_DEEDS: Mapping[str, Message] = {
    "reprendre": N_(
        "La cotisation reste à payer : la carte ne sera plus suspendue pour celle-là, mais le sera "
        "pour la suivante."
    ),
    "suspendre": N_("Elle l'est déjà pour la cotisation. Un paiement ne la réveillera plus."),
}


# The same deeds, as programs call them.
WORDS: Mapping[str, str] = {
    "replace": "remplacer",
    "suspend": "suspendre",
    "resume": "reprendre",
    "revoke": "annuler",
}


class CardNotFound(NodeError):
    """The member has no such card."""

    code = "card_not_found"
    hint = "Regardez quelles cartes a ce membre."

    def __init__(self) -> None:
        super().__init__("ce membre n’a pas cette carte")


class CardChanged(NodeError):
    """The card that was meant is not the member's newest any more."""

    code = "card_changed"
    hint = "Regardez quelles cartes a ce membre, puis recommencez avec la dernière."

    def __init__(self) -> None:
        super().__init__("ce membre a une carte plus récente")


class ReasonMissing(NodeError):
    """What nothing undoes has to have a reason."""

    code = "reason_missing"
    hint = "Dites pourquoi, en quelques mots."

    def __init__(self) -> None:
        super().__init__("il manque la raison")


def card_of(issuer: Issuer, member: Member, card_id: int) -> StoredCard:
    """Return a card of a member's.

    Raises:
        CardNotFound: it is none of theirs.
    """
    found = [one for one in issuer.cards.of_member(member.id) if one.id == card_id]
    if not found:
        raise CardNotFound
    return found[0]


def do_to_card(
    deed: Deed,
    issuer: Issuer,
    member: Member,
    card_id: int,
    *,
    reason: str,
    now: int,
    actor: str,
) -> StoredCard:
    """Do it to a member's cards, if the one that is meant is the newest; return the newest then.

    What is done already is not done again.

    Raises:
        CardNotFound, CardChanged, ReasonMissing: nothing was changed.
        NoCard, HasLeft, NoPlaceLeft, MustCatchUp: nothing was changed.
    """
    meant = card_of(issuer, member, card_id)
    if issuer.cards.of_member(member.id)[0].id != card_id:
        raise CardChanged
    if deed.needs_reason and not reason:
        raise ReasonMissing
    is_done = meant.state is deed.state and not meant.can_become(deed.state)
    if not is_done:
        seen = sight(issuer, member)
        if not do(deed, issuer, member, seen=seen, reason=reason, now=now, actor=actor):
            raise CardChanged
    return issuer.cards.of_member(member.id)[0]


def sight(issuer: Issuer, member: Member) -> str:
    """Return a text that is another one as soon as the member's cards are."""
    cards = issuer.cards.of_member(member.id)
    return "-".join(f"{one.id}.{int(one.state)}" for one in cards[:5])


def do(
    deed: Deed, issuer: Issuer, member: Member, *, seen: str, reason: str, now: int, actor: str
) -> bool:
    """Do it to the cards of `member`, unless they are no more as `sight` showed them.

    Returns:
        Whether it was done.

    Raises:
        NoCard, HasLeft, NoPlaceLeft, MustCatchUp: nothing was changed.
    """
    if sight(issuer, member) != seen:
        return False
    if deed.state is None:
        issuer.replace(member, reason=reason or "remplacée", now=now, actor=actor)
    else:
        issuer.set_state(member, deed.state, reason=reason, now=now, actor=actor)
    return True
