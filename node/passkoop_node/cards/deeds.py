"""What the office does to one member's cards, and the words of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.store import CardState
from passkoop_node.core.language import N_, Message
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
            "nouvelle est faite."
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
