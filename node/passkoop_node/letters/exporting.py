"""The people of a segment for a spreadsheet, and those of them whom a letter can reach."""

from collections.abc import Sequence
from dataclasses import dataclass

from passkoop_node.core.sheets import Sheet
from passkoop_node.members import listing
from passkoop_node.members.beside import Known, known_in
from passkoop_node.members.member import Member
from passkoop_node.members.postal import has_address
from passkoop_node.members.store import MemberStore


def sheet_of_people(
    store: MemberStore, members: Sequence[Member], columns: Sequence[str], *, title: str
) -> Sheet:
    """Return a table of members, as all lists of members are.

    Args:
        store: the register.
        members: who stands in it.
        columns: some of `listing.COLUMNS`.
        title: of the table.
    """
    known: Known = known_in(store)
    principals = {known.principals[one.id] for one in members if one.id in known.principals}
    numbers = {one.id: one.number for one in store.of_ids(sorted(principals))}
    made = listing.sheet_of(members, columns, numbers=numbers, known=known)
    return Sheet(title=title, titles=made.titles, rows=made.rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelopes:
    """Whom letters reach."""

    addressed: Sequence[Member]
    without: Sequence[Member]  # of whom the register says too little
    shared: int  # how many have no envelope of their own: it goes to the household


def envelopes(store: MemberStore, members: Sequence[Member], *, by_household: bool) -> Envelopes:
    """Return who gets an envelope, in their order.

    Args:
        store: the register.
        members: who are meant.
        by_household: one for a household, where principal and affiliated live under one address.
    """
    addressed = [one for one in members if has_address(one)]
    without = [one for one in members if not has_address(one)]
    shared = 0
    if by_household:
        principals, by_id = known_in(store).principals, {one.id: one for one in addressed}

        def is_alone(one: Member) -> bool:
            principal = by_id.get(principals.get(one.id, 0))
            return principal is None or _place(principal) != _place(one)

        alone = [one for one in addressed if is_alone(one)]
        shared, addressed = len(addressed) - len(alone), alone
    return Envelopes(addressed=addressed, without=without, shared=shared)


def _place(member: Member) -> tuple[str, str, str]:
    return member.address.casefold(), member.postcode, member.town.casefold()
