"""Who has not renewed, and whose turn it is soon: in groups, in an order, as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from passkoop_node.core.language import N_, Message
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Standing
from passkoop_node.dues.standings import standings_of_all

SOON = 30  # days before the end of what was paid


class Turn(StrEnum):
    """How pressing it is that somebody renews."""

    LAPSED = "lapsed"
    GRACE = "grace"
    SOON = "soon"
    LATER = "later"


TURNS: Mapping[str, Message] = {
    Turn.LAPSED: N_("À renouveler"),
    Turn.GRACE: N_("Délai accordé"),
    Turn.SOON: N_("Bientôt"),
    Turn.LATER: N_("À jour"),
}
SHAPES: Mapping[Turn, str] = {  # of core/icons.html
    Turn.LAPSED: "note",
    Turn.GRACE: "note",
    Turn.SOON: "none",
    Turn.LATER: "ok",
}


class By(StrEnum):
    """What the list may be sorted by."""

    UNTIL = "fin"
    NAME = "nom"
    NUMBER = "numero"


@dataclass(frozen=True, kw_only=True, slots=True)
class Renewal:
    """Somebody whose dues are to be renewed."""

    member_id: int
    turn: Turn
    until: date | None  # the last day that is paid for; None: nothing ever was


def turn_of(standing: Standing, until: date | None, *, on: date) -> Turn:
    """Return how pressing it is."""
    if standing is Standing.LAPSED:
        return Turn.LAPSED
    if standing is Standing.GRACE:
        return Turn.GRACE
    return Turn.SOON if until is not None and (until - on).days < SOON else Turn.LATER


def renewals(ledger: Ledger, *, on: date) -> list[Renewal]:
    """Return whose turn it is, by number; a household is there by its principal alone."""
    stands = standings_of_all(ledger, on=on)
    here = ledger.members.ids(on=on) - ledger.households.store.principals_of_all().keys()
    found = []
    for id in ledger.members.ordered_ids() if stands else ():
        if id not in here:
            continue
        standing, until = stands[id]
        turn = turn_of(standing, until, on=on)
        if turn is not Turn.LATER:
            found.append(Renewal(member_id=id, turn=turn, until=until))
    return found


def in_order(
    found: Sequence[Renewal], by: By, *, places: Mapping[int, int], descending: bool = False
) -> list[Renewal]:
    """Return them by a column; by the end of what was paid unless it says otherwise.

    Args:
        found: by number.
        by: the column.
        places: the place of each member in the order of names, by id.
        descending: the other way round.
    """
    if by is By.NUMBER:
        return list(reversed(found)) if descending else list(found)
    if by is By.NAME:
        return sorted(found, key=lambda one: places.get(one.member_id, 0), reverse=descending)
    never = date.min  # who has never paid comes first: nobody has waited longer
    return sorted(found, key=lambda one: one.until or never, reverse=descending)
