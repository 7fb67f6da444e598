"""Where everybody stands with their card, at once."""

from sqlite_utils import Database

from passkoop_node.cards.situations import Situation
from passkoop_node.cards.store import CardState


def situations_of_all(db: Database, gone: set[bytes], *, now: int) -> dict[int, Situation]:
    """Return what `situation_of` says of each member's newest card; who never had one is missing.

    Args:
        db: the co-op's.
        gone: the keys of ours that were withdrawn.
        now: seconds, UTC.
    """
    # As `newest_of` has them, the last one counts: the revoked ones before all others.
    rows = db.execute(
        "select member_id, kid, state, expires_at from card where member_id is not null"
        " order by state = 1 desc, id"
    )
    return {
        id: _situation(CardState(state), kid in gone, is_over=expires_at <= now)
        for id, kid, state, expires_at in rows
    }


def _situation(state: CardState, is_gone: bool, *, is_over: bool) -> Situation:
    if state is CardState.REVOKED:
        return Situation.REVOKED
    if is_gone:
        return Situation.NONE
    if is_over:
        return Situation.EXPIRED
    return Situation.SUSPENDED if state is CardState.SUSPENDED else Situation.VALID
