"""Dues that were not paid suspend cards, and what is paid wakes them, each for its own reason."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from command import GIVEN
from command import Coop as Command
from nodes import DAY, Node, found
from passkoop_node.cards.household_acts import join, lead, part
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.core.clocks import note_dates
from passkoop_node.core.formats import local_day
from passkoop_node.dues.lapsing import FEW, Wait
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.store import Method, Payment
from passkoop_node.members.member import Member
from relaying import MakeCoop, later
from serving import Served

ROLLING = Plan(yearly=Yearly.ROLLING, cents=2000, grace_days=30)
TEST = "test"
VALID, SUSPENDED = CardState.VALID, CardState.SUSPENDED


class Koop(Node):
    """A co-op with yearly dues, where cards are suspended."""

    def ask_dues(self, plan: Plan = ROLLING, *, suspends: bool = True) -> None:
        self.rooms.dues.set_plan(plan, now=self.now, actor=TEST)
        self.rooms.lapsing.switch(suspends, now=self.now, actor=TEST)

    @property
    def today(self) -> date:
        return local_day(self.now)

    def join(self, *names: str) -> list[Member]:
        """Return new members, who join today and get a card."""
        members = [
            self.rooms.members.update(replace(one, joined=self.today), now=self.now)
            for one in self.add(*names)
        ]
        self.rooms.issuer.issue(members, now=self.now, actor=TEST)
        return members

    def pay(self, member: Member, **more: object) -> Payment:
        how = {"cents": 2000, "method": Method.CASH, "paid_on": self.today, "today": self.today}
        return self.rooms.dues.pay(member, now=self.now, actor=TEST, **{**how, **more})  # type: ignore[arg-type]

    def correct(self, payment: Payment) -> None:
        self.rooms.dues.correct(payment.receipt, today=self.today, now=self.now, actor=TEST)

    def wait(self, seconds: int = 60, *, days: int = 0) -> int:
        """Let time pass and the job do its work; return how many people's cards it changed."""
        self.now += seconds + days * DAY
        return self.sweep()

    def sweep(self, *, agreed: bool = False) -> int:
        return sum(self.rooms.lapsing.sweep(now=self.now, agreed=agreed))

    def card(self, member: Member) -> StoredCard:
        return self.rooms.cards.of_member(member.id)[0]

    def stands(self, *members: Member) -> list[CardState]:
        return [self.card(one).state for one in members]

    def set(self, member: Member, state: CardState) -> None:
        self.rooms.issuer.set_state(member, state, now=self.now, actor=TEST)


@pytest.fixture
def koop(tmp_path: Path) -> Iterator[Koop]:
    """Return a co-op that asks for 20 euros a year, with 30 days of grace."""
    node = found(tmp_path / "koop")
    koop = Koop(node.home, node.rooms)
    koop.ask_dues()
    yield koop
    koop.rooms.close()


def test_a_card_is_suspended_after_the_grace_and_wakes_with_the_payment(koop: Koop) -> None:
    (paul,) = koop.join("Paul")
    koop.pay(paul)
    assert koop.wait(days=394) == 0  # the last day of the grace
    assert koop.wait(days=1) == 1
    assert koop.codes(koop.card(paul)) == ["suspended"]
    assert koop.wait() == 0  # done twice, it is done once
    koop.pay(paul)
    assert koop.codes(koop.card(paul)) == []  # the list says so as well
    assert koop.card(paul).held_for == ""


def test_a_payment_taken_back_puts_the_person_where_they_were(koop: Koop) -> None:
    paul, lucie = koop.join("Paul", "Lucie")
    koop.pay(lucie)
    koop.wait(days=31)
    assert koop.stands(paul, lucie) == [SUSPENDED, VALID]
    for payment in (koop.pay(paul), koop.pay(lucie, until=None)):
        koop.correct(payment)
    assert koop.codes(koop.card(paul)) == ["suspended"]
    assert koop.codes(koop.card(lucie)) == []


def test_what_somebody_suspended_by_hand_stays_so_when_dues_are_paid(koop: Koop) -> None:
    before, after = koop.join("Avant", "Après")
    koop.set(before, SUSPENDED)
    koop.wait(days=31)
    koop.set(after, SUSPENDED)  # held for dues, and now for a reason of the office's too
    for one in (before, after):
        koop.pay(one)
    assert koop.stands(before, after) == [SUSPENDED, SUSPENDED]
    koop.set(before, VALID)
    assert koop.stands(before) == [VALID]


def test_whom_the_office_lets_go_on_is_not_suspended_again_for_the_same_dues(koop: Koop) -> None:
    (paul,) = koop.join("Paul")
    koop.wait(days=31)
    koop.set(paul, VALID)
    assert koop.wait(days=10) == 0
    payment = koop.pay(paul)
    koop.correct(payment)
    assert koop.stands(paul) == [VALID]
    koop.rooms.issuer.replace(paul, reason="perdue", now=koop.now, actor=TEST)
    assert koop.stands(paul) == [VALID]
    koop.pay(paul)
    assert koop.wait(days=500) == 1  # the next ones are others


def test_a_household_sleeps_and_wakes_with_its_principal(koop: Koop) -> None:
    paul, lucie, nora = koop.join("Paul", "Lucie", "Nora")
    koop.set(nora, SUSPENDED)
    for one in (lucie, nora):
        join(koop.rooms.issuer, one, paul, on=koop.today, now=koop.now, actor=TEST)
    assert koop.wait(days=31) == 2
    assert koop.stands(paul, lucie, nora) == [SUSPENDED, SUSPENDED, SUSPENDED]
    koop.pay(paul)
    assert koop.stands(paul, lucie, nora) == [VALID, VALID, SUSPENDED]


def test_a_household_whose_principal_has_no_card_is_suspended_all_the_same(koop: Koop) -> None:
    (lucie,) = koop.join("Lucie")
    (paul,) = koop.add("Paul")
    join(koop.rooms.issuer, lucie, paul, on=koop.today, now=koop.now, actor=TEST)
    assert koop.wait(days=31) == 1
    assert koop.stands(lucie) == [SUSPENDED]
    koop.pay(paul)
    assert koop.stands(lucie) == [VALID]


def test_a_new_principal_wakes_the_household_by_paying(koop: Koop) -> None:
    paul, lucie = koop.join("Paul", "Lucie")
    join(koop.rooms.issuer, lucie, paul, on=koop.today, now=koop.now, actor=TEST)
    koop.wait(days=31)
    lead(koop.rooms.issuer, lucie, now=koop.now, actor=TEST)
    assert koop.stands(paul, lucie) == [SUSPENDED, SUSPENDED]
    koop.pay(lucie)
    assert koop.stands(paul, lucie) == [VALID, VALID]


def test_what_a_household_paid_stays_with_who_leads_it_next_and_with_who_leaves_it(
    koop: Koop,
) -> None:
    paul, lucie, nora = koop.join("Paul", "Lucie", "Nora")
    for one in (lucie, nora):
        join(koop.rooms.issuer, one, paul, on=koop.today, now=koop.now, actor=TEST)
    koop.pay(paul)
    koop.wait(days=60)
    part(koop.rooms.issuer, nora, now=koop.now, actor=TEST)
    lead(koop.rooms.issuer, lucie, now=koop.now, actor=TEST)
    part(koop.rooms.issuer, paul, now=koop.now, actor=TEST)
    koop.rooms.members.update(replace(paul, left=koop.today), now=koop.now)
    assert koop.sweep() == 0
    assert koop.stands(lucie, nora) == [VALID, VALID]
    assert koop.wait(days=400) == 2  # the year is over for both of them


def test_who_joins_a_household_that_is_up_to_date_wakes(koop: Koop) -> None:
    (paul,) = koop.join("Paul")
    koop.wait(days=31)
    (lucie,) = koop.join("Lucie")
    koop.pay(lucie)
    join(koop.rooms.issuer, paul, lucie, on=koop.today, now=koop.now, actor=TEST)
    assert koop.rooms.lapsing.is_due(now=koop.now)
    assert koop.sweep() == 1
    assert koop.stands(paul) == [VALID]


def test_the_new_card_of_somebody_who_owes_comes_suspended(koop: Koop) -> None:
    (paul,) = koop.join("Paul")
    koop.wait(days=31)
    koop.rooms.issuer.replace(paul, reason="perdue", now=koop.now, actor=TEST)
    assert koop.codes(koop.card(paul)) == ["suspended"]
    koop.set(paul, CardState.REVOKED)
    koop.rooms.issuer.issue([paul], now=koop.now, actor=TEST)
    assert koop.codes(koop.card(paul)) == ["suspended"]
    koop.pay(paul)
    assert koop.codes(koop.card(paul)) == []
    koop.ask_dues(replace(ROLLING, grace_days=0))
    (nora,) = koop.join("Nora")  # without grace, the card is good once the dues are paid
    assert koop.stands(nora) == [SUSPENDED]


@pytest.mark.parametrize("how", ["switch", "plan", "grace"])
def test_cards_wake_when_the_coop_asks_for_less(koop: Koop, how: str) -> None:
    (paul,) = koop.join("Paul")
    koop.wait(days=31)
    assert koop.stands(paul) == [SUSPENDED]
    if how == "switch":
        koop.rooms.lapsing.switch(False, now=koop.now, actor=TEST)
    else:
        plan = Plan() if how == "plan" else replace(ROLLING, grace_days=90)
        koop.rooms.dues.set_plan(plan, now=koop.now, actor=TEST)
    assert koop.rooms.lapsing.is_due(now=koop.now)
    koop.sweep()
    assert koop.codes(koop.card(paul)) == []
    assert not koop.rooms.lapsing.is_due(now=koop.now)


def test_nobody_is_suspended_unless_the_coop_wants_it(koop: Koop) -> None:
    koop.ask_dues(suspends=False)
    (paul,) = koop.join("Paul")
    assert koop.wait(days=400) == 0
    assert koop.stands(paul) == [VALID]
    assert koop.rooms.lapsing.outlook(now=koop.now).people == 1  # what switching it on would do


def test_nobody_is_suspended_by_a_clock_that_is_ahead(koop: Koop) -> None:
    paul, lucie = koop.join("Paul", "Lucie")
    wrong = koop.now + 40 * DAY
    note_dates(koop.rooms.settings, [koop.now], now=wrong)
    assert sum(koop.rooms.lapsing.sweep(now=wrong, agreed=True)) == 0
    assert koop.rooms.lapsing.waits() is Wait.CLOCK
    note_dates(koop.rooms.settings, [wrong], now=wrong)  # it was that day indeed
    assert sum(koop.rooms.lapsing.sweep(now=wrong)) == 2
    assert koop.stands(paul, lucie) == [SUSPENDED, SUSPENDED]


def test_many_at_once_are_suspended_only_once_somebody_has_said_yes(koop: Koop) -> None:
    members = koop.join(*(f"Membre{n}" for n in range(FEW + 1)))
    assert koop.wait(days=31) == 0
    assert koop.rooms.lapsing.waits() is Wait.MANY
    assert koop.rooms.lapsing.outlook(now=koop.now).people == FEW + 1
    payment = koop.pay(members[0])
    koop.correct(payment)
    assert koop.stands(members[0]) == [VALID]  # as before: nobody has said yes
    assert koop.sweep(agreed=True) == FEW + 1
    assert koop.rooms.lapsing.waits() is None
    assert koop.wait(days=1) == 0


def test_after_a_restore_somebody_says_yes_first(koop: Koop) -> None:
    (paul,) = koop.join("Paul")
    koop.rooms.lapsing.doubt()
    assert koop.wait(days=31) == 0
    assert koop.rooms.lapsing.waits() is Wait.RESTORED
    assert koop.wait(days=31) == 0
    assert koop.sweep(agreed=True) == 1
    assert koop.stands(paul) == [SUSPENDED]


def test_the_civil_year_ends_with_the_year_of_the_shop(koop: Koop) -> None:
    koop.ask_dues(Plan(yearly=Yearly.CIVIL, cents=2000, grace_days=0))
    (paul,) = koop.join("Paul")
    koop.pay(paul)
    koop.now = int(datetime(2026, 12, 31, 23, 59).astimezone().timestamp())
    assert koop.sweep() == 0
    assert koop.wait(120) == 1
    koop.pay(paul)
    assert koop.rooms.dues.payments.paid_until(paul.id) == date(2027, 12, 31)
    assert koop.stands(paul) == [VALID]


def test_who_pays_two_years_sleeps_after_two(koop: Koop) -> None:
    (paul,) = koop.join("Paul")
    koop.pay(paul)
    koop.pay(paul, again=True)
    until = koop.rooms.dues.payments.paid_until(paul.id)
    assert until is not None
    assert until - koop.today > timedelta(days=720)
    assert koop.wait(days=700) == 0
    assert koop.wait(days=70) == 1


def test_who_left_is_left_alone_and_who_joins_later_has_time(koop: Koop) -> None:
    gone, future = koop.join("Partie", "Future")
    joined = koop.today + timedelta(days=60)
    koop.rooms.members.update(replace(future, joined=joined), now=koop.now)
    koop.rooms.members.update(replace(gone, left=koop.today), now=koop.now)
    assert koop.wait(days=59) == 0
    assert koop.stands(gone, future) == [VALID, VALID]
    assert koop.wait(days=32) == 1
    assert koop.stands(gone, future) == [VALID, SUSPENDED]


def test_many_payments_at_once_sign_one_list(koop: Koop) -> None:
    members = koop.join("Paul", "Lucie", "Nora")
    koop.wait(days=31)
    before = koop.rooms.coops.newest_date()
    with koop.rooms.lapsing.many(now=koop.now):
        for one in members:
            koop.pay(one)
    assert koop.refused(map(koop.card, members)) == []
    assert koop.rooms.coops.newest_date() == before + 1  # each list is a second younger


def test_paid_at_home_the_card_is_welcome_elsewhere_after_one_sync(coop: MakeCoop) -> None:
    home, host = coop("La Courge"), coop("Le Potiron")
    host.pair(home)
    card = home.issue("Paul")

    def lapse() -> None:
        node = Koop(home.home, home.rooms, now=home.now)
        node.ask_dues(replace(ROLLING, grace_days=0))
        assert node.sweep() == 1

    home.run(lapse)
    later(120, home, host)
    host.call(home.address)
    host.round()
    assert host.codes(card) == ["suspended"]

    def pay() -> None:
        node = Koop(home.home, home.rooms, now=home.now)
        node.pay(node.member_of(card))

    later(120, home, host)
    home.run(pay)
    host.round()
    assert host.codes(card) == []


def test_the_command_shows_how_many_it_would_be_and_asks_first(tmp_path: Path) -> None:
    coop = Command(tmp_path / "coop")
    coop.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    coop.do("member", "add", "--given", "Paul", "--joined", "2026-01-01")
    coop.do("card", "issue", 1)
    coop.do("dues", "plan", "--yearly", "rolling", "--amount", 20)
    told = coop.do("dues", "suspend", "--json").answer
    assert told == {"on": False, "waits": "", "changed": 0, "to_suspend": 1, "suspended": 0}
    refused = coop("dues", "suspend", "--on")
    assert refused.code == GIVEN
    assert "1 carte à suspendre" in refused.err.replace("\u00a0", " ")
    assert coop.do("dues", "suspend", "--json").answer["on"] is False
    told = coop.do("dues", "suspend", "--on", "--yes", "--json").answer
    assert told == {"on": True, "waits": "", "changed": 1, "to_suspend": 0, "suspended": 1}
    assert coop.verify(coop.card_text(1))[:2] == ("refused", ["dues_suspended", "suspended"])
    coop.do("dues", "pay", 1, "--method", "cash")
    assert coop.verify(coop.card_text(1))[0] == "welcome"
    coop.do("dues", "correct", "2026-0001")
    coop.do("dues", "plan", "--yearly", "none")
    assert coop.verify(coop.card_text(1))[0] == "welcome"
    coop.do("dues", "plan", "--yearly", "rolling")
    assert coop.do("dues", "suspend", "--yes", "--json").answer["changed"] == 1
    assert coop.do("dues", "suspend", "--off", "--json").answer["changed"] == 1
    assert coop.verify(coop.card_text(1))[:2] == ("remark", ["dues_lapsed"])  # at our own door


def test_a_payment_that_a_restore_lost_suspends_nobody_before_a_yes(tmp_path: Path) -> None:
    coop = Command(tmp_path / "coop")
    coop.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    coop.do("member", "add", "--given", "Paul", "--joined", "2026-11-01")
    coop.do("card", "issue", 1)
    coop.do("dues", "plan", "--yearly", "rolling", "--amount", 20, "--grace", 30)
    coop.do("dues", "suspend", "--on")
    coop.do("backup", tmp_path / "hier.passkoop-backup")
    coop.do("dues", "pay", 1, "--method", "cash")
    back = Command(tmp_path / "de-retour")
    back.do("restore", tmp_path / "hier.passkoop-backup")
    back.do("restore", "--finish", "--nothing-newer")
    later = back.later(days=60)
    told = later.do("dues", "suspend", "--json").answer
    assert (told["waits"], told["to_suspend"], told["suspended"]) == ("restored", 1, 0)
    assert later.do("dues", "suspend", "--on", "--yes", "--json").answer["changed"] == 1


def test_a_node_that_is_served_looks_by_itself_and_says_in_sante_what_it_waits_for(
    served: Served,
) -> None:
    def begin() -> Member:
        koop = Koop(served.home, served.rooms, now=served.now)
        koop.ask_dues()
        (paul,) = koop.join("Paul")
        koop.pay(paul)
        return paul

    paul = served.run(begin)
    served.now += 400 * DAY
    served.do_job("dues and cards")
    assert served.run(lambda: served.rooms.cards.of_member(paul.id)[0].state) is SUSPENDED
    served.run(served.rooms.lapsing.doubt)
    nico = served.administrator()
    shown = nico.get("/sante").words
    assert "aucune carte n’est suspendue pour la cotisation avant votre accord" in shown
    told = nico.get("/reglages/journal").words.replace("\u00a0", " ")
    assert "Membre n° 1 : carte suspendue, cotisation à renouveler." in told
    assert "Pass’Koop, de lui-même" in told
