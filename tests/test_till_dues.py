"""At one's own door the till says where a member stands with the dues; elsewhere nobody knows."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passkoop_node.api.tokens import Scope
from passkoop_node.core.formats import local_day
from passkoop_node.dues.plan import Plan, Standing, Yearly, situation
from passkoop_node.dues.store import Method
from passkoop_node.till.standing import owing
from programs import Program
from stopping import Shop, text_of
from test_dues import DAYS, PLANS
from tilling import Till

ROLLING = Plan(yearly=Yearly.ROLLING, cents=2000, grace_days=30)
SAYS = {"": Standing.CURRENT, "dues_grace": Standing.GRACE, "dues_lapsed": Standing.LAPSED}


@given(plan=PLANS, until=st.none() | DAYS, joined=st.none() | DAYS, on=DAYS)
def test_the_till_says_of_each_day_what_the_register_says(
    plan: Plan, until: date | None, joined: date | None, on: date
) -> None:
    found = owing(plan, until=until, joined=joined)
    assert found is not None
    assert SAYS[found.code(on)] is situation(plan, paid_until=until, joined=joined, on=on)


@pytest.fixture
def own_till(tmp_path: Path) -> Iterator[Till]:
    """Return a till of a co-op with dues, where Irène owes since three days."""
    till = Till(tmp_path)
    paid(till, days_ago=368)
    yield till
    till.close()


def paid(till: Till, *, days_ago: int, grace: int = 30) -> None:
    """Let the co-op ask for dues, and Irène have paid so long ago."""

    def pay() -> None:
        rooms, now = till.served.rooms, till.served.now
        today = local_day(now)
        plan = Plan(yearly=Yearly.ROLLING, cents=2000, grace_days=grace)
        rooms.dues.set_plan(plan, now=now, actor="test")
        rooms.dues.pay(
            rooms.members.by_number("1"),
            cents=2000,
            method=Method.CASH,
            paid_on=today - timedelta(days=days_ago),
            today=today,
            now=now,
            actor="test",
        )

    till.served.run(pay)


def test_a_member_in_the_delay_is_noted_after_a_word(own_till: Till) -> None:
    device = own_till.client()
    page = own_till.scan(device, "own")
    assert "À noter Irène Vasseur Membre de notre coop" in page.words
    assert "Cotisation à régler avant le 19 décembre 2026" in page.words.replace("\u00a0", " ")
    assert own_till.visits() == []  # the cashier decides
    here = page.text.partition('action="/caisse/r/')[2][:16]
    own_till.follow(device, device.post(f"/caisse/r/{here}/accueillir"))
    (entry,) = own_till.visits()
    assert entry.visit.reasons == ()  # who paid what is no business of a visit


def test_by_name_and_by_badge_as_well(own_till: Till) -> None:
    device = own_till.client()
    page = own_till.follow(device, device.post("/caisse/membre", {"id": "1"}))
    assert "Cotisation à régler avant" in page.words
    page = own_till.scan(device, "0420000000426")  # has never paid, and nobody knows since when
    assert "Cotisation à renouveler : proposez de la régler" in page.words.replace("\u00a0", " ")


def test_a_card_that_dues_suspended_says_what_wakes_it(own_till: Till) -> None:
    device = own_till.client()
    paid_again = own_till.served.rooms

    def suspend() -> None:
        now = own_till.served.now
        plan = Plan(yearly=Yearly.ROLLING, cents=2000, grace_days=0)
        paid_again.dues.set_plan(plan, now=now, actor="test")
        paid_again.lapsing.switch(True, now=now, actor="test")
        assert sum(paid_again.lapsing.sweep(now=now)) == 1

    own_till.served.run(suspend)
    page = own_till.scan(device, "own")
    assert "Carte refusée" in page.words
    assert "dès qu’elle est réglée, la carte revit" in page.words


def test_a_program_is_told_too_and_a_guest_shows_nothing(own_till: Till) -> None:
    program = Program(own_till, *Scope)
    answer = program.verify(own_till.cards["own"])
    assert answer["outcome"] == "remark"
    assert [one["code"] for one in answer["reasons"]] == ["dues_grace"]
    assert program.verify(own_till.cards["maite"])["outcome"] == "welcome"


def test_the_till_alone_says_what_the_node_says_of_dues(shop: Shop) -> None:
    paid(shop.till, days_ago=368)
    with shop.device() as device:
        page = shop.page(device)
        shop.scan(page, "own")
        said = text_of(page)
        assert "Cotisation à régler avant" in said
        page.goto(f"{shop.url}/caisse")
        shop.renewed(page)
        shop.till.forget()
        page.reload()
        shop.stop()
        shop.scan(page, "own")
        assert text_of(page) == said.replace(", n° 1", "")
