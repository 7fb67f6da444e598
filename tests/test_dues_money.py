"""Parts of a year, the same money twice, days for nothing, and payment in several times."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import GIVEN, Coop
from nodes import Node, found
from passkoop_node.dues.agreements import agree, grant, take_back_grant
from passkoop_node.dues.amounts import Amount, Amounts, BadAmountRule, Whom
from passkoop_node.dues.faults import BadPayment, CountsWithOthers, PaidAlready, TooLittle
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Period, Plan, Standing, Yearly
from passkoop_node.dues.schedules import Schedule, instalments
from passkoop_node.dues.store import Kind, Method, Payment
from passkoop_node.members.member import Member

DAY = date(2026, 11, 18)
NOON = 1_795_000_000


class Desk:
    """Where dues are noted, of a co-op that asks 20 euros a year, and of Paul who pays them."""

    def __init__(self, node: Node) -> None:
        self.ledger: Ledger = node.rooms.dues
        (self.paul,) = node.add("Paul")
        plan = Plan(yearly=Yearly.ROLLING, cents=2_000, grace_days=0)
        self.ledger.set_plan(plan, now=NOON, actor="test")

    def pay(
        self,
        euros: int,
        *,
        days: int = 0,
        part: bool = False,
        again: bool = False,
        kind: Kind = Kind.DUES,
        amount: Amount | None = None,
        member: Member | None = None,
    ) -> Payment:
        day = DAY + timedelta(days=days)
        return self.ledger.pay(
            member or self.paul,
            kind=kind,
            cents=euros * 100,
            method=Method.CASH,
            paid_on=day,
            part=part,
            again=again,
            amount=amount,
            today=day,
            now=NOON,
            actor="test",
        )

    def stands(self, *, days: int = 0) -> Standing:
        return self.ledger.stands(self.paul, on=DAY + timedelta(days=days))[0]

    def agree(self, times: int) -> None:
        """Agree on so many months for a year."""
        agree(
            self.ledger,
            self.paul,
            kind=Kind.DUES,
            cents=2_000,
            times=times,
            first=DAY,
            now=NOON,
            actor="test",
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    node = found(tmp_path / "coop")
    yield Desk(node)
    node.rooms.close()


def test_half_the_amount_is_kept_and_counts_as_no_year_until_the_rest_comes(desk: Desk) -> None:
    with pytest.raises(TooLittle):
        desk.pay(10)
    first = desk.pay(10, part=True)
    assert (first.is_part, first.last) == (True, None)
    assert desk.stands() is Standing.LAPSED
    rest = desk.pay(10, days=40)
    assert (rest.is_part, rest.first) == (False, DAY + timedelta(days=40))
    assert desk.stands(days=40) is Standing.CURRENT
    assert desk.ledger.payments.open_parts(desk.paul.id) == []


def test_a_part_is_not_taken_back_under_the_year_that_it_helped_to_pay(desk: Desk) -> None:
    part, rest = desk.pay(10, part=True), desk.pay(10)
    with pytest.raises(CountsWithOthers):
        desk.ledger.correct(part.receipt, today=DAY, now=NOON, actor="test")
    desk.ledger.correct(rest.receipt, today=DAY, now=NOON, actor="test")
    assert [one.receipt for one in desk.ledger.payments.open_parts(desk.paul.id)] == [part.receipt]
    desk.ledger.correct(part.receipt, today=DAY, now=NOON, actor="test")
    assert desk.ledger.payments.open_parts(desk.paul.id) == []


def test_a_year_is_not_taken_back_under_the_one_that_follows_it(desk: Desk) -> None:
    first, second = desk.pay(20), desk.pay(20, again=True)
    share = desk.pay(50, kind=Kind.SHARE)
    with pytest.raises(CountsWithOthers):
        desk.ledger.correct(first.receipt, today=DAY, now=NOON, actor="test")
    desk.ledger.correct(share.receipt, today=DAY, now=NOON, actor="test")
    assert desk.stands() is Standing.CURRENT
    later = DAY + timedelta(days=370)  # the second year has begun, and is paid
    desk.ledger.correct(first.receipt, today=later, now=NOON, actor="test")
    assert desk.stands(days=370) is Standing.CURRENT
    desk.ledger.correct(second.receipt, today=later, now=NOON, actor="test")
    assert desk.stands(days=370) is Standing.LAPSED


def test_a_second_year_within_days_is_asked_about_and_later_is_a_renewal(desk: Desk) -> None:
    before = desk.pay(20)
    with pytest.raises(PaidAlready) as refused:
        desk.pay(20, days=3)
    assert refused.value.before.receipt == before.receipt
    assert desk.pay(20, days=3, again=True).first == date(2027, 11, 18)
    assert desk.pay(20, days=300).first == date(2028, 11, 18)


def test_days_for_nothing_have_no_receipt_and_can_be_taken_back(desk: Desk) -> None:
    ledger = desk.ledger
    period = grant(ledger, desk.paul, why="Gratuit", on=DAY, now=NOON, actor="test")
    assert (period.first, period.last) == (DAY, date(2027, 11, 17))
    assert desk.stands() is Standing.CURRENT
    assert ledger.payments.of_member(desk.paul.id) == []
    assert desk.pay(20).first == date(2027, 11, 18)
    (given_days,) = ledger.grants.of_member(desk.paul.id)
    assert take_back_grant(ledger, desk.paul, given_days.id, now=NOON, actor="test")
    assert not take_back_grant(ledger, desk.paul, given_days.id, now=NOON, actor="test")
    month = grant(
        ledger, desk.paul, why="Merci", on=DAY, last=date(2028, 12, 17), now=NOON, actor="test"
    )
    assert (month.first, month.last) == (date(2028, 11, 18), date(2028, 12, 17))


def test_in_three_times_each_pays_up_to_the_day_before_the_next_is_due(desk: Desk) -> None:
    desk.agree(3)
    assert desk.pay(7).last == date(2026, 12, 17)
    assert desk.pay(3, days=20).last == date(2026, 12, 17)
    assert desk.pay(4, days=30).last == date(2027, 1, 17)
    with pytest.raises(BadPayment):
        desk.pay(7, days=31)
    assert desk.pay(6, days=31).last == date(2027, 11, 17)
    assert desk.pay(20, days=300).first == date(2027, 11, 18)


def test_what_is_late_in_several_times_is_known(desk: Desk) -> None:
    desk.agree(4)
    desk.pay(5)
    schedule = desk.ledger.schedules.open_of(desk.paul.id, Kind.DUES)
    assert schedule is not None
    paid = schedule.cents - desk.ledger.left(schedule)
    assert schedule.late(paid, on=date(2026, 12, 18)) == 0
    assert schedule.late(paid, on=date(2027, 1, 19)) == 1_000
    assert desk.stands(days=31) is Standing.LAPSED


@given(
    cents=st.integers(12, 10_000_000),
    times=st.integers(1, 12),
    first=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    paid=st.integers(0, 10_000_000),
)
def test_instalments_add_up_and_more_money_never_pays_fewer_days(
    cents: int, times: int, first: date, paid: int
) -> None:
    parts = instalments(cents, times, first=first)
    assert sum(one.cents for one in parts) == cents
    assert sorted({one.due_on for one in parts}) == [one.due_on for one in parts]
    year = Period(first=first, last=first + timedelta(days=364))
    schedule = Schedule(
        id=1,
        member_id=1,
        kind=Kind.DUES,
        cents=cents,
        period=year,
        since=0,
        instalments=parts,
    )
    less, more = schedule.covered(paid), schedule.covered(paid + 1)
    assert less is None or (more is not None and more.last >= less.last)
    assert (schedule.covered(cents) or year).last == year.last
    assert schedule.covered(parts[0].cents - 1) is None or times == 0


def test_amounts_have_names_and_are_for_whom_they_are(desk: Desk) -> None:
    amounts: Amounts = desk.ledger.amounts
    amounts.put(Amount(name="  Réduit ", cents=1_000, most_age=25))
    amounts.put(Amount(name="Foyer", cents=3_000, whom=Whom.HOUSEHOLD))
    amounts.put(Amount(name="réduit", cents=800, most_age=25))
    assert [(one.name, one.cents) for one in amounts.named()] == [("réduit", 800), ("Foyer", 3_000)]
    for wrong in (Amount(name="", cents=1), Amount(name="Bébé", cents=1, most_age=0)):
        with pytest.raises(BadAmountRule):
            amounts.put(wrong)
    reduced, household = amounts.named()
    assert desk.pay(8, amount=reduced).amount == "réduit"
    assert not household.fits(desk.paul, has_household=False, on=DAY)
    assert household.fits(desk.paul, has_household=True, on=DAY)
    assert amounts.remove("Foyer")
    assert not amounts.remove("Foyer")


# --- by the command ---


@pytest.fixture
def coop(tmp_path: Path) -> Coop:
    coop = Coop(tmp_path / "coop")
    coop.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    coop.do("member", "add", "--given", "Paul", "--family", "Petit", "--joined", "2026-11-18")
    coop.do("dues", "plan", "--yearly", "rolling", "--amount", "20")
    return coop


def test_a_receipt_and_the_journal_are_written_and_a_second_year_is_said(
    coop: Coop, tmp_path: Path
) -> None:
    pay = ("dues", "pay", 1, "--method", "cash", "--json")
    half = coop.do(*pay, "--amount", "5", "--part", "--paid-by", "=Anne").answer
    assert (half["last"], half["paid_by"]) == (None, "=Anne")
    assert coop.do(*pay, "--amount", "15").answer["last"] == "2027-11-17"
    assert coop(*pay).answer["error"] == "paid_already"
    assert coop.do(*pay, "--again").answer["first"] == "2027-11-18"
    assert "acompte" in coop.do("dues", "show", 1).out
    pdf = tmp_path / "recu.pdf"
    coop.do("dues", "receipt", "2026-0001", "-o", pdf)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert coop("dues", "receipt", "2026-0009", "-o", pdf).code != 0
    journal = coop.do("dues", "journal", "--year", 2026).raw.decode("utf-8-sig")
    assert [line[:9] for line in journal.splitlines()[1:]] == [
        "2026-0001",
        "2026-0002",
        "2026-0003",
    ]
    assert ";'=Anne;" in journal
    book = tmp_path / "journal.xlsx"
    coop.do("dues", "journal", "-o", book)
    assert book.read_bytes().startswith(b"PK")


def test_files_of_a_bank_and_a_shop_are_taken_by_the_command(coop: Coop, tmp_path: Path) -> None:
    file = tmp_path / "releve.csv"
    file.write_text("Date;Montant;Nom;Libellé\n16/11/2026;20,00;Petit Paul;x\nTotal;19,00;;\n")
    bank = ("dues", "bank", file, "--json")
    assert coop(*bank).code == GIVEN  # its total is wrong
    assert coop.do("dues", "waiting", "--json").out == ""
    assert coop.do(*bank, "--checked", "--dry-run").answer["done"] is False
    assert coop.do(*bank, "--checked").answer["asked"] == 1
    assert coop.do(*bank, "--checked").answer["known"] == 1
    assert coop.do("dues", "waiting", "--json").answer["payer"] == "Petit Paul"
    assert "1 paiement à rattacher" in coop.do("dues", "waiting").err.replace("\u00a0", " ")
    shop = tmp_path / "helloasso.csv"
    shop.write_text(
        "Référence commande;Date de la commande;Statut de la commande;Nom adhérent;"
        "Prénom adhérent;Tarif;Montant tarif\n7;16/11/2026 10:00;Validé;Petit;Paul;Adhésion;20\n"
    )
    assert coop.do("dues", "online", shop, "--json").answer["noted"] == 1
    assert coop.do("dues", "show", 1, "--json").answer["situation"] == "current"


@pytest.mark.slow
def test_a_file_of_two_gigabytes_is_refused_without_being_read(coop: Coop, tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as stream:
        stream.truncate(2_000_000_000)
    for command in ("bank", "online"):
        assert coop("dues", command, file, "--json").answer["error"] == "file_too_large"
