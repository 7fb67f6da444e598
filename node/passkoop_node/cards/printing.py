"""Which cards are printed, and the words that stand beside their codes."""

from collections.abc import Sequence

from passkoop_node.cards.issuing import Issuer, last_day
from passkoop_node.cards.printable import PrintableCard
from passkoop_node.cards.store import StoredCard
from passkoop_node.coops.profile import Profile
from passkoop_node.members.member import Member
from passkoop_protocol.text import encode_text

Pairs = Sequence[tuple[Member, StoredCard]]


def with_cards(issuer: Issuer, members: Sequence[Member], *, now: int) -> Pairs:
    """Return the members who have a card that is signed, with it, in their order."""
    current = issuer.current(now=now, of=members)
    pairs = [(one, current[one.id]) for one in members if one.id in current]
    return [(one, card) for one, card in pairs if card.data is not None]


def printable_cards(issuer: Issuer, pairs: Pairs) -> list[PrintableCard]:
    """Return members' cards as they are printed."""
    profile = issuer.ourselves.profile
    return [printable(card, profile, number=one.number) for one, card in pairs]


def printable(card: StoredCard, profile: Profile, *, number: str = "") -> PrintableCard:
    """Return a signed card as it is printed; a guest's has no number."""
    assert card.data is not None
    return PrintableCard(
        text=encode_text(card.data),
        holder_name=card.holder_name,
        coop_name=profile.name,
        return_address=profile.contact or profile.place,
        number=number,
        category=card.category,
        valid_until=last_day(card),
    )
