"""Cards for many at once: in parts, between which tills get their turn; the lists are made once."""

import random
from collections.abc import Generator, Sequence

from passkoop_node.cards.issuing import LIFETIME_DAYS, Issuer, draw_places
from passkoop_node.cards.store import StoredCard
from passkoop_node.members.member import Member
from passkoop_protocol.keys import PublicKey, key_id_of

PART = 200  # cards


def issue_in_parts(
    issuer: Issuer,
    members: Sequence[Member],
    *,
    now: int,
    actor: str,
    days: int = LIFETIME_DAYS,
) -> Generator[list[StoredCard], None, None]:
    """Yield the new cards part by part, each on the disk; at the end the lists know of all.

    Who was given a card by somebody else meanwhile gets no second one. Closed early, or stopped
    by an error, it leaves the cards that were made, and lists that know of them.

    Raises:
        NoPlaceLeft: there is no room for all of them; no card was made.
        HasLeft, MustCatchUp: of this part no card was made.
    """
    issuer.ourselves.check_may_sign()
    key = issuer.ourselves.active_key()
    draw_places(issuer.cards.places(key_id_of(PublicKey(bytes(key.verify_key)))), len(members))
    # A list grows with the cards: in the order of the register its places would tell who is new.
    shuffled = random.SystemRandom().sample(members, len(members))
    try:
        # Of nobody too: cards that a power cut left unsigned are signed.
        for first in range(0, max(1, len(shuffled)), PART):
            part = shuffled[first : first + PART]
            yield issuer.issue(
                part, now=now, actor=actor, days=days, pass_over=True, make_lists=False
            )
    finally:
        issuer.lists.refresh(now=now)
