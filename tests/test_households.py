"""Households: one principal, others affiliated, and what it means for each one's card."""

import sqlite3
from dataclasses import replace
from datetime import date

import pytest

from nodes import Node
from passkoop_node.cards import household_acts
from passkoop_node.cards.following import HeldByPrincipal
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.core.database import writing
from passkoop_node.members.households import BadHousehold, NotInHousehold
from passkoop_node.members.member import Member

TODAY = date(2026, 11, 22)
VALID, SUSPENDED, REVOKED = CardState.VALID, CardState.SUSPENDED, CardState.REVOKED


class Flat:
    """A household at a co-op: Paul, and Lucie who is affiliated to him; Nora is alone."""

    def __init__(self, node: Node) -> None:
        self.node, self.rooms = node, node.rooms
        self.paul, self.lucie, self.nora = node.add("Paul Marchand", "Lucie Marchand", "Nora Roux")
        self.rooms.issuer.issue([self.paul, self.lucie, self.nora], now=node.now, actor="test")
        self.join(self.lucie, self.paul)

    def join(self, member: Member, principal: Member) -> None:
        household_acts.join(
            self.rooms.issuer, member, principal, on=TODAY, now=self.node.now, actor="test"
        )

    def lead(self, member: Member) -> None:
        household_acts.lead(self.rooms.issuer, member, now=self.node.now, actor="test")

    def part(self, member: Member) -> None:
        household_acts.part(self.rooms.issuer, member, now=self.node.now, actor="test")

    def set_state(self, member: Member, state: CardState) -> None:
        self.node.later()
        self.rooms.issuer.set_state(member, state, now=self.node.now, actor="test")

    def card(self, member: Member) -> StoredCard:
        return self.rooms.cards.of_member(member.id)[0]

    def codes(self) -> list[list[str]]:
        """Return what other co-ops would say of Paul's, Lucie's and Nora's newest card."""
        return [self.node.codes(self.card(one)) for one in (self.paul, self.lucie, self.nora)]

    def category(self, member: Member) -> int:
        return self.rooms.members.get(member.id).category

    def actions(self, member: Member) -> list[str]:
        return [one.action for one in self.rooms.audit.entries(subject=member.number)]


@pytest.fixture
def flat(courge: Node) -> Flat:
    return Flat(courge)


GOOD: list[str] = []
STOPPED = ["suspended"]


def test_whoever_joins_a_household_is_affiliated_and_their_card_stays_good(flat: Flat) -> None:
    household = flat.rooms.households.of(flat.lucie)
    assert household is not None
    assert household.principal.full_name == "Paul Marchand"
    assert [one.full_name for one in household.affiliated] == ["Lucie Marchand"]
    assert flat.rooms.households.of(flat.nora) is None
    assert (flat.category(flat.paul), flat.category(flat.lucie)) == (0, 1)
    assert flat.codes() == [GOOD, GOOD, GOOD]
    assert flat.card(flat.lucie).category == 0  # as printed
    new = flat.rooms.issuer.replace(
        flat.rooms.members.get(flat.lucie.id), reason="", now=flat.node.now, actor="test"
    )
    assert new.category == 1
    assert "household.join" in flat.actions(flat.lucie)


def test_what_is_no_household_is_refused_with_a_sentence(flat: Flat) -> None:
    paul, lucie, nora = flat.paul, flat.lucie, flat.nora
    (zoe,) = flat.node.add("Zoé Petit")
    gone = flat.node.add("Odile Perrin")[0]
    gone = flat.rooms.members.update(replace(gone, left=TODAY), now=flat.node.now)
    for member, principal, says in (
        (nora, nora, "à elle-même"),
        (nora, lucie, "n’a qu’un titulaire"),  # two principals
        (lucie, paul, "déjà dans ce foyer"),
        (lucie, zoe, "il faut d’abord l’en retirer"),  # two households
        (paul, zoe, "titulaire d’un autre foyer"),
        (gone, paul, "a quitté la coop"),
        (nora, gone, "a quitté la coop"),
    ):
        with pytest.raises(BadHousehold, match=says):
            flat.join(member, principal)
    for act in (flat.part, flat.lead):
        with pytest.raises(NotInHousehold):
            act(nora)
    assert flat.rooms.households.store.sizes_of_all() == {paul.id: 2}


def test_the_database_itself_refuses_two_principals(flat: Flat) -> None:
    store, db = flat.rooms.households.store, flat.rooms.db
    for member, principal in (
        (flat.nora, flat.lucie),
        (flat.paul, flat.nora),
        (flat.nora, flat.nora),
        (flat.lucie, flat.nora),
    ):
        with pytest.raises(sqlite3.IntegrityError), writing(db):
            store.add(member.id, to=principal.id, now=flat.node.now)


def test_a_household_is_suspended_with_its_principal_and_good_again_with_them(flat: Flat) -> None:
    flat.set_state(flat.paul, SUSPENDED)
    assert flat.codes() == [STOPPED, STOPPED, GOOD]
    with pytest.raises(HeldByPrincipal):
        flat.set_state(flat.lucie, VALID)
    flat.join(flat.nora, flat.paul)
    assert flat.codes() == [STOPPED, STOPPED, STOPPED]
    flat.set_state(flat.paul, VALID)
    assert flat.codes() == [GOOD, GOOD, GOOD]
    assert flat.actions(flat.lucie)[:2] == ["card.valid", "card.suspended"]


def test_a_card_suspended_for_its_own_reason_stays_so(flat: Flat) -> None:
    flat.set_state(flat.lucie, SUSPENDED)
    assert flat.codes() == [GOOD, STOPPED, GOOD]
    flat.set_state(flat.paul, SUSPENDED)
    flat.set_state(flat.paul, VALID)
    assert flat.codes() == [GOOD, STOPPED, GOOD]
    flat.set_state(flat.lucie, VALID)
    assert flat.codes() == [GOOD, GOOD, GOOD]


def test_a_new_card_is_no_way_around_the_principals_suspension(flat: Flat) -> None:
    flat.set_state(flat.paul, SUSPENDED)
    flat.node.later()
    lucie = flat.rooms.members.get(flat.lucie.id)
    flat.rooms.issuer.replace(lucie, reason="perdue", now=flat.node.now, actor="test")
    assert flat.codes() == [STOPPED, STOPPED, GOOD]
    flat.set_state(flat.lucie, REVOKED)
    flat.rooms.issuer.issue([lucie, *flat.node.add("Ana Ruiz")], now=flat.node.now, actor="test")
    assert flat.codes() == [STOPPED, STOPPED, GOOD]
    flat.set_state(flat.paul, VALID)
    assert flat.codes() == [GOOD, GOOD, GOOD]


def test_whoever_is_taken_out_of_a_household_is_a_member_like_any_other(flat: Flat) -> None:
    flat.set_state(flat.paul, SUSPENDED)
    flat.part(flat.lucie)
    assert flat.codes() == [STOPPED, GOOD, GOOD]
    assert flat.category(flat.lucie) == 0
    assert flat.rooms.households.of(flat.paul) is None
    flat.join(flat.lucie, flat.nora)  # another household
    assert flat.actions(flat.lucie)[0] == "household.join"


def test_another_principal_takes_the_whole_household_over(flat: Flat) -> None:
    flat.join(flat.nora, flat.paul)
    flat.set_state(flat.paul, SUSPENDED)
    flat.lead(flat.lucie)
    household = flat.rooms.households.of(flat.nora)
    assert household is not None
    assert household.principal.id == flat.lucie.id
    assert {one.id for one in household.affiliated} == {flat.paul.id, flat.nora.id}
    assert (flat.category(flat.lucie), flat.category(flat.paul)) == (0, 1)
    assert flat.codes() == [STOPPED, STOPPED, STOPPED]  # the dues are still to be paid
    flat.set_state(flat.lucie, VALID)
    assert flat.codes() == [GOOD, GOOD, GOOD]
