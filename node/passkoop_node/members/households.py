"""Households: one member is the principal, others are affiliated; each has a card of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.members.household_store import HouseholdStore
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore

MEMBER, AFFILIATED = 0, 1  # the categories of their cards
MOST = 20  # affiliated to one member: more is a mistake, or a shop


class BadHousehold(NodeError):
    """A household cannot be made so."""

    code = "bad_household"
    hint = "Rien n’a été changé."


class NotInHousehold(NodeError):
    """The member is affiliated to nobody."""

    code = "not_in_household"
    hint = "Rien n’a été changé."

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s n'est dans le foyer de personne", name=name))


@dataclass(frozen=True, kw_only=True, slots=True)
class Household:
    """A principal and those who are affiliated."""

    principal: Member
    affiliated: Sequence[Member]

    @property
    def size(self) -> int:
        """How many people it has."""
        return 1 + len(self.affiliated)


class Someone(Protocol):
    """What the rules ask of a person."""

    @property
    def id(self) -> int:
        """Theirs alone."""

    @property
    def full_name(self) -> str:
        """For people."""

    @property
    def left(self) -> date | None:
        """The first day as no member."""


def why_not_affiliated(
    member: Someone,
    principal: Someone,
    *,
    on: date,
    theirs: Someone | None,
    others: int,
    principals: Someone | None,
    places: int,
) -> str:
    """Return why `member` cannot be affiliated to `principal`, "" if nothing is against it.

    Args:
        member: who is to be affiliated.
        principal: to whom.
        on: the day it is.
        theirs: to whom `member` is affiliated now.
        others: how many are affiliated to `member`.
        principals: to whom `principal` is affiliated now.
        places: how many may still join.
    """
    if member.id == principal.id:
        return _("une personne ne peut pas être rattachée à elle-même")
    if principals is not None:
        return _(
            "%(name)s est déjà dans le foyer de %(principal)s : un foyer n'a qu'un titulaire",
            name=principal.full_name,
            principal=principals.full_name,
        )
    if theirs is not None and theirs.id == principal.id:
        return _("%(name)s est déjà dans ce foyer", name=member.full_name)
    if theirs is not None:
        return _(
            "%(name)s est déjà dans le foyer de %(principal)s : il faut d'abord l'en retirer",
            name=member.full_name,
            principal=theirs.full_name,
        )
    if others:
        return _(
            "%(name)s est titulaire d'un autre foyer : un foyer n'a qu'un titulaire",
            name=member.full_name,
        )
    for one in (principal, member):
        if one.left is not None and one.left <= on:
            return _("%(name)s a quitté la coop", name=one.full_name)
    if places < 1:
        return _("ce foyer est complet : %(most)s personnes rattachées au plus", most=MOST)
    return ""


class Households:
    """Who lives with whom. What it means for cards is for those who make them."""

    def __init__(self, store: HouseholdStore, members: MemberStore, audit: AuditStore) -> None:
        self.store = store
        self.members = members
        self.audit = audit
        # Who stands for themselves from now on, and the principal they had; inside `writing`.
        self.released: list[Callable[[Member, Member, int], None]] = []

    def of(self, member: Member) -> Household | None:
        """Return the household of a member, None if they are in none."""
        principal_id = self.store.principal_of(member.id)
        principal = member if principal_id is None else self.members.get(principal_id)
        affiliated = [self.members.get(id) for id in self.store.affiliated_to(principal.id)]
        return Household(principal=principal, affiliated=affiliated) if affiliated else None

    def principal_of(self, member: Member) -> Member | None:
        """Return to whom a member is affiliated."""
        id = self.store.principal_of(member.id)
        return None if id is None else self.members.get(id)

    def why_not(self, member: Member, principal: Member, *, on: date) -> str:
        """Return why `member` cannot be affiliated to `principal`, "" if nothing is against it."""
        return why_not_affiliated(
            member,
            principal,
            on=on,
            theirs=self.principal_of(member),
            others=len(self.store.affiliated_to(member.id)),
            principals=self.principal_of(principal),
            places=MOST - len(self.store.affiliated_to(principal.id)),
        )

    def join(self, member: Member, principal: Member, *, on: date, now: int, actor: str) -> None:
        """Affiliate a member to another, inside `writing`.

        Raises:
            BadHousehold: nothing was changed.
        """
        with writing(self.members.db):
            if fault := self.why_not(member, principal, on=on):
                raise BadHousehold(fault)
            self.store.add(member.id, to=principal.id, now=now)
            self._become(principal, MEMBER, now=now)
            self._become(member, AFFILIATED, now=now)
            self._note("household.join", member, principal, now=now, actor=actor)

    def part(self, member: Member, *, now: int, actor: str) -> None:
        """Take somebody out of the household: they are a member like any other again.

        Raises:
            NotInHousehold: nothing was changed.
        """
        with writing(self.members.db):
            principal = self._principal(member)
            self.store.remove([member.id])
            self._become(member, MEMBER, now=now)
            self._note("household.part", member, principal, now=now, actor=actor)
            self._release(member, principal, now)

    def lead(self, member: Member, *, now: int, actor: str) -> Member:
        """Make who was affiliated the principal; return the former one, who is affiliated now.

        Raises:
            NotInHousehold, BadHousehold: nothing was changed.
        """
        with writing(self.members.db):
            former = self._principal(member)
            held = self.members.get(member.id)
            if held.left is not None:
                raise BadHousehold(_("%(name)s quitte la coop", name=member.full_name))
            others = self.store.affiliated_to(former.id)
            self.store.remove(others)
            for id in [former.id, *(id for id in others if id != member.id)]:
                self.store.add(id, to=member.id, now=now)
            self._become(former, AFFILIATED, now=now)
            self._become(member, MEMBER, now=now)
            self._note("household.lead", member, former, now=now, actor=actor)
            self._release(member, former, now)
            return former

    def _release(self, member: Member, former: Member, now: int) -> None:
        for tell in self.released:
            tell(member, former, now)

    def _principal(self, member: Member) -> Member:
        principal = self.principal_of(member)
        if principal is None:
            raise NotInHousehold(member.full_name)
        return principal

    def _become(self, member: Member, category: int, *, now: int) -> None:
        held = self.members.get(member.id)
        if held.category != category:
            self.members.update(replace(held, category=category), now=now)

    def _note(self, action: str, member: Member, other: Member, *, now: int, actor: str) -> None:
        details = {"household": other.number}
        self.audit.add(action, now=now, actor=actor, subject=member.number, details=details)
