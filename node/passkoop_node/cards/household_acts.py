"""Who is in whose household, with what it means for their cards: all of it is done, or nothing."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from passkoop_node.cards.issuing import Issuer
from passkoop_node.core.database import writing
from passkoop_node.members.households import Households
from passkoop_node.members.member import Member


def join(
    issuer: Issuer, member: Member, principal: Member, *, on: datetime.date, now: int, actor: str
) -> None:
    """Affiliate `member` to `principal`.

    A card that says "member" stays good: it is paper, and both kinds are welcomed alike. The next
    one says "affiliated".

    Raises:
        BadHousehold, MustCatchUp: nothing was changed.
    """
    with _acting(issuer) as households:
        households.join(member, principal, on=on, now=now, actor=actor)
        issuer.following.settle([principal], now=now, actor=actor)
    _tell(issuer, now=now)


def part(issuer: Issuer, member: Member, *, now: int, actor: str) -> None:
    """Take `member` out of the household.

    Raises:
        NotInHousehold, MustCatchUp: nothing was changed.
    """
    with _acting(issuer) as households:
        households.part(member, now=now, actor=actor)
        issuer.following.free(member, now=now, actor=actor)
    _tell(issuer, now=now)


def lead(issuer: Issuer, member: Member, *, now: int, actor: str) -> None:
    """Make `member`, who is affiliated, the principal.

    Raises:
        NotInHousehold, BadHousehold, MustCatchUp: nothing was changed.
    """
    with _acting(issuer) as households:
        former = households.lead(member, now=now, actor=actor)
        issuer.following.hand_over(member, former, now=now)
        issuer.following.settle([member], now=now, actor=actor)
    _tell(issuer, now=now)


@contextmanager
def _acting(issuer: Issuer) -> Iterator[Households]:
    with writing(issuer.cards.db):
        issuer.check_can_tell()  # a change that no list can tell of is not made
        yield issuer.following.households


def _tell(issuer: Issuer, *, now: int) -> None:
    """Let the lists tell of it; inside a larger `writing`, whoever began that does so after it.

    A list is signed with a date that is on the disk already.
    """
    if not issuer.cards.db.conn.in_transaction:
        issuer.lists.refresh(now=now)
