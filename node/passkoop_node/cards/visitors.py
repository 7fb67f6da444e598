"""Visitor's cards: for guests, who try the co-op and are no members of it."""

from passkoop_node.cards.issuing import Bearer, Issuer
from passkoop_node.cards.printable import PrintableCard
from passkoop_node.cards.printing import printable
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.core.database import writing
from passkoop_protocol.card import Category

REPLACED = "remplacée"


class VisitorCards:
    """Cards of category 2: good at our door alone, and told apart by the guest's reference."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer

    def issue(self, ref: bytes, name: str, *, days: int, now: int, actor: str) -> StoredCard:
        """Return a new card for the guest with this reference; earlier ones are revoked.

        Args:
            ref: the guest's, 8 bytes.
            name: as it stands on the card, at most 64 bytes.
            days: how long it is good, at least one.

        Raises:
            NoPlaceLeft, MustCatchUp, BadMember: no card was made.
        """
        issuer = self.issuer
        bearer = Bearer(name=name, category=Category.VISITOR, guest_ref=ref)
        with writing(issuer.cards.db):
            self._revoke(ref, REPLACED, now=now)
            issuer.choose_places([bearer], now=now, days=days)
            issuer.audit.add("card.issue_visitor", now=now, actor=actor)
        issuer.finish()
        issuer.lists.refresh(now=now)
        return issuer.cards.of_guest(ref)[0]

    def revoke(self, ref: bytes, *, reason: str, now: int, actor: str) -> int:
        """Take back a guest's cards; return how many. The new list is on the disk.

        Raises:
            MustCatchUp: nothing was changed.
        """
        issuer = self.issuer
        with writing(issuer.cards.db):
            issuer.ourselves.check_may_sign()
            count = self._revoke(ref, reason, now=now)
            if count:
                issuer.audit.add("card.revoke_visitor", now=now, actor=actor)
        issuer.lists.refresh(now=now)
        return count

    def printable(self, card: StoredCard) -> PrintableCard:
        """Return a guest's card with the words that stand beside its code."""
        return printable(card, self.issuer.ourselves.profile)

    def erase(self, ref: bytes, *, now: int) -> int:
        """Forget whose a guest's cards are; the next list says that they are revoked."""
        return self.issuer.cards.erase_guest(ref, now=now)

    def _revoke(self, ref: bytes, reason: str, *, now: int) -> int:
        cards = self.issuer.cards
        good = [one.id for one in cards.of_guest(ref) if one.state is not CardState.REVOKED]
        cards.change(good, CardState.REVOKED, reason=reason, now=now)
        return len(good)
