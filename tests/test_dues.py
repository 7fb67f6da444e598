"""Dues: the year that is paid for, the receipts, who has not renewed; by `passkoop dues`."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import GIVEN, Coop
from passkoop_node.dues.plan import Plan, Standing, Yearly, next_period, situation

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
PLANS = st.builds(
    Plan,
    yearly=st.sampled_from([Yearly.ROLLING, Yearly.CIVIL]),
    cents=st.just(2000),
    grace_days=st.integers(0, 366),
)


@pytest.fixture
def coop(tmp_path: Path) -> Coop:
    """A co-op on 18 November 2026, with three members who joined that day."""
    coop = Coop(tmp_path / "coop")
    coop.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    for name in ("Paul", "Lucie", "Nora"):
        coop.do("member", "add", "--given", name, "--joined", "2026-11-18")
    return coop


def yearly(coop: Coop, *more: object) -> None:
    coop.do("dues", "plan", "--yearly", "rolling", "--amount", "20", "--grace", "30", *more)


def stands(coop: Coop, number: int = 1) -> str:
    return str(coop.do("dues", "show", number, "--json").answer["situation"])


def paid(coop: Coop, *words: object) -> dict[str, object]:
    return coop.do("dues", "pay", *words, "--method", "cash", "--json").answer


@given(plan=PLANS, until=st.none() | DAYS, paid_on=DAYS)
def test_who_pays_is_up_to_date_and_loses_no_day(
    plan: Plan, until: date | None, paid_on: date
) -> None:
    period = next_period(plan, paid_until=until, paid_on=paid_on)
    assert period.first <= period.last <= period.first + timedelta(days=365)
    if until is not None:
        assert period.first > until, "a day would be paid twice"
    after = situation(plan, paid_until=period.last, joined=None, on=paid_on)
    assert after is not Standing.LAPSED
    if plan.yearly is Yearly.ROLLING:
        assert (period.last - period.first).days in (364, 365)
    else:
        assert (period.last.month, period.last.day) == (12, 31)


@given(plan=PLANS, until=st.none() | DAYS, joined=st.none() | DAYS, on=DAYS)
def test_a_member_goes_from_up_to_date_to_grace_to_lapsed_and_never_back(
    plan: Plan, until: date | None, joined: date | None, on: date
) -> None:
    order = [Standing.CURRENT, Standing.GRACE, Standing.LAPSED]
    today, tomorrow = (
        order.index(situation(plan, paid_until=until, joined=joined, on=day))
        for day in (on, on + timedelta(days=1))
    )
    assert today <= tomorrow
    assert (today == 0) == (until is not None and on <= until)
    nothing = Plan(grace_days=plan.grace_days)
    assert situation(nothing, paid_until=until, joined=joined, on=on) is Standing.EXEMPT


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2027-03-01", "2028-02-29"),
        ("2028-02-29", "2029-02-28"),
        ("2028-03-01", "2029-02-28"),
        ("2027-01-01", "2027-12-31"),
    ],
)
def test_a_year_ends_the_day_before_it_would_start_again(first: str, last: str) -> None:
    plan, day = Plan(yearly=Yearly.ROLLING), date.fromisoformat(first)
    period = next_period(plan, paid_until=None, paid_on=day)
    assert period.last == date.fromisoformat(last)


def test_a_coop_without_dues_sees_nothing_of_them(coop: Coop) -> None:
    assert coop.do("dues", "plan").out == "Pas de cotisation.\n"
    assert stands(coop) == "exempt"
    assert coop.do("dues", "late", "--json").out == ""
    refused = coop("dues", "pay", 1, "--amount", "20", "--method", "cash", "--json")
    assert (refused.code, refused.answer["error"]) == (GIVEN, "bad_payment")
    share = paid(coop, 1, "--share", "--amount", "100")
    assert (share["receipt"], share["cents"], share["last"]) == ("2026-0001", 10_000, None)
    assert stands(coop) == "exempt"


def test_a_member_is_up_to_date_for_a_year_then_has_the_days_of_grace(coop: Coop) -> None:
    yearly(coop)
    assert stands(coop) == "grace"  # who has just joined
    assert stands(coop.later(days=30)) == "lapsed"
    assert paid(coop, 1)["last"] == "2027-11-17"
    assert stands(coop.later(days=364)) == "current"
    assert stands(coop.later(days=365)) == "grace"
    assert stands(coop.later(days=394)) == "grace"
    assert stands(coop.later(days=395)) == "lapsed"
    late = coop.later(days=365).do("dues", "late", "--json").answers
    assert [(one["number"], one["situation"]) for one in late] == [
        ("1", "grace"),
        ("2", "lapsed"),
        ("3", "lapsed"),
    ]


def test_who_renews_early_or_within_the_grace_starts_the_day_after(coop: Coop) -> None:
    yearly(coop)
    paid(coop, 1)
    assert paid(coop.later(days=300), 1)["first"] == "2027-11-18"
    assert paid(coop.later(days=740), 1)["first"] == "2028-11-18"  # ten days late
    assert paid(coop.later(days=1300), 1)["first"] == "2030-06-10"  # lapsed long ago


def test_a_payment_may_be_dated_back_but_not_ahead(coop: Coop) -> None:
    yearly(coop)
    assert paid(coop, 1, "--day", "01/11/2026")["last"] == "2027-10-31"
    for wrong in ("20/11/2026", "01/01/1870"):
        refused = coop("dues", "pay", 2, "--method", "cash", "--day", wrong, "--json")
        assert (refused.code, refused.answer["error"]) == (GIVEN, "bad_payment")
    assert coop.do("dues", "show", 2, "--json").answer["payments"] == []


def test_half_the_amount_pays_no_year_unless_amounts_are_free(coop: Coop) -> None:
    yearly(coop)
    half = ("dues", "pay", 1, "--method", "card", "--amount", "10", "--json")
    assert coop(*half).answer["error"] == "bad_payment"
    assert coop.do(*half, "--until", "2027-05-18").answer["last"] == "2027-05-18"
    assert coop(*half, "--until", "2029-05-18").answer["error"] == "bad_payment"
    assert coop("dues", "pay", 1, "--method", "card", "--amount", "-5").code == GIVEN
    assert coop("dues", "pay", 1, "--method", "card", "--amount", "0").code == GIVEN
    coop.do("dues", "plan", "--free")
    assert coop.do(*half).answer["first"] == "2027-05-19"


def test_a_mistake_is_taken_back_by_a_line_of_its_own_and_numbers_have_no_gaps(
    coop: Coop,
) -> None:
    yearly(coop)
    assert paid(coop, 1)["receipt"] == "2026-0001"
    coop("dues", "pay", 9, "--method", "cash")  # nobody: no number is spent
    counter = coop.do("dues", "correct", "2026-0001", "--json").answer
    assert (counter["receipt"], counter["cents"]) == ("2026-0002", -2000)
    assert stands(coop) == "grace"
    for again in ("2026-0001", "2026-0002"):
        assert coop("dues", "correct", again, "--json").answer["error"] == "already_corrected"
    assert coop("dues", "correct", "2026-9", "--json").answer["error"] == "receipt_not_found"
    assert paid(coop, 1)["receipt"] == "2026-0003"
    assert stands(coop) == "current"
    assert paid(coop.later(days=60), 2)["receipt"] == "2027-0001"
    shown = coop.do("dues", "show", 1).out.replace("\u00a0", " ")
    assert "annulé par 2026-0002" in shown
    assert "−20,00 €" in shown


def test_no_payment_is_changed_or_erased_whoever_writes(coop: Coop) -> None:
    yearly(coop)
    paid(coop, 1)
    with coop.rooms() as rooms:
        for sql in ("update payment set cents = 1", "delete from payment"):
            with pytest.raises(sqlite3.IntegrityError, match="append only"):
                rooms.db.execute(sql)


def test_a_household_is_up_to_date_by_its_principal(coop: Coop) -> None:
    yearly(coop)
    coop.do("member", "household", "add", 2, "--to", 1)
    refused = coop("dues", "pay", 2, "--method", "cash", "--json")
    assert refused.answer["error"] == "bad_payment"
    paid(coop, 1)
    assert stands(coop, 2) == "current"
    late = coop.later(days=400).do("dues", "late", "--json").answers
    assert [one["number"] for one in late] == ["1", "3"]
