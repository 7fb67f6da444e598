"""The 20 %: exact or an estimate, told apart; its proof; statistics; the visitors' sheet."""

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pypdfium2
import pytest

from passkoop_node.core.sheets import csv_of
from passkoop_node.visits import twenty
from passkoop_node.visits.blank_sheet import visitors_sheet
from passkoop_node.visits.chain import START
from passkoop_node.visits.days import noon_of
from passkoop_node.visits.money import BadAmount
from passkoop_node.visits.plots import Plot, Series, bars_svg, bars_table
from passkoop_node.visits.proof import register_json, register_sheet, year_pdf
from passkoop_node.visits.register import Fate
from passkoop_node.visits.sales import BadPeriod
from passkoop_node.visits.sheet import (
    LINES,
    BadSheet,
    SheetRow,
    clean_number,
    entries_from_sheet,
    new_number,
)
from passkoop_node.visits.statistics import by_home, by_month, plot_of_homes, plot_of_months
from passkoop_node.visits.totals import BadTotals, parse_totals
from passkoop_node.visits.twenty import Alert, MonthShare, YearShare, share_of_year, year_of
from passkoop_node.visits.visit import Kind, Rule, Words
from passkoop_protocol import cbor
from passkoop_protocol.keys import CoopId
from passkoop_protocol.welcome import Policy, Without
from visiting import BELGIAN, FRENCH, OURS, Comptoir, line, word

TODAY = date(2026, 7, 14)
NOW = noon_of(TODAY)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Comptoir]:
    shop = Comptoir(tmp_path / "coop")
    yield shop
    shop.close()


def on(day: str) -> int:
    return noon_of(date.fromisoformat(day))


def share(shop: Comptoir, *, today: date = TODAY) -> YearShare:
    return share_of_year(
        shop.visits.store,
        shop.visits.sales,
        shop.rooms.settings,
        months=year_of(shop.rooms.settings, today),
        today=today,
    )


def month(shop: Comptoir, name: str) -> MonthShare:
    return next(one for one in share(shop).months if one.month == name)


def note(shop: Comptoir, *lines: Any) -> None:
    answers = shop.visits.register.note_all(lines, now=NOW)
    assert {one.fate for one in answers} == {Fate.NOTED}


# Exact or an estimate


def test_a_month_with_an_amount_at_each_visit_is_exact(shop: Comptoir) -> None:
    note(
        shop,
        line(1, at=on("2026-05-02"), amount=3000),
        word(2, at=on("2026-05-03"), amount=1250),
        line(3, at=on("2026-06-03"), amount=9999),
    )
    shop.visits.sales.set_turnover("2026-05", 100_000, now=NOW)
    may = month(shop, "2026-05")
    assert (may.sold, may.exact, may.visits) == (4250, True, 2)
    assert share(shop).share == 42_500
    assert share(shop).exact


def test_own_members_are_never_visitors(shop: Comptoir) -> None:
    note(
        shop,
        line(1, kind=Kind.OWN, home=OURS.id, rule=Rule.OWN, at=on("2026-05-02"), amount=9000),
        word(2, at=on("2026-05-02"), amount=1000),
    )
    assert month(shop, "2026-05").sold == 1000


def test_members_of_other_co_ops_count_as_visitors_unless_the_co_op_says_otherwise(
    shop: Comptoir,
) -> None:
    note(
        shop,
        line(1, at=on("2026-05-02"), amount=3000),
        word(2, at=on("2026-05-02"), amount=1000),
    )
    shop.visits.sales.set_turnover("2026-05", 100_000, now=NOW)
    assert share(shop).sold == 4000
    counted = twenty.year_in_sentences(share(shop))[-1]
    shop.rooms.settings.set(twenty.COOPS_COUNT, False)
    assert share(shop).sold == 1000
    assert twenty.year_in_sentences(share(shop))[-1] != counted


def test_a_visit_without_an_amount_makes_the_month_an_estimate(shop: Comptoir) -> None:
    note(
        shop,
        *(line(number, at=on("2026-05-02") + number, amount=2000) for number in range(5)),
        word("x", at=on("2026-05-04")),
    )
    may = month(shop, "2026-05")
    assert (may.sold, may.exact) == (12_000, False)
    assert "20,00\u00a0€" in may.why


def test_without_any_amount_the_basket_that_the_office_gave_counts_or_nothing(
    shop: Comptoir,
) -> None:
    note(shop, word(1, at=on("2026-05-04")), word(2, at=on("2026-05-05")))
    assert month(shop, "2026-05").sold == 0
    assert month(shop, "2026-05").why.startswith("Au moins")
    shop.rooms.settings.set(twenty.BASKET, 1800)
    assert month(shop, "2026-05").sold == 3600
    assert not month(shop, "2026-05").exact


def test_one_total_at_closing_is_exact_whatever_the_visits_of_that_day_have(
    shop: Comptoir,
) -> None:
    note(
        shop,
        word(1, at=on("2026-05-04")),
        word(2, at=on("2026-05-04"), amount=500),
        word(3, at=on("2026-05-05"), amount=700),
    )
    shop.visits.sales.set_visitor_sales("2026-05-04", 4321, now=NOW)
    may = month(shop, "2026-05")
    assert (may.sold, may.exact) == (4321 + 700, True)
    shop.visits.sales.set_visitor_sales("2026-05", 6000, now=NOW)
    assert month(shop, "2026-05").sold == 6000
    shop.visits.sales.set_visitor_sales("2026-05", None, now=NOW)
    assert month(shop, "2026-05").sold == 5021


def test_a_month_that_is_not_over_is_not_exact_yet(shop: Comptoir) -> None:
    note(shop, word(1, at=on("2026-07-01"), amount=700))
    july = month(shop, "2026-07")
    assert (july.sold, july.exact) == (700, False)
    assert share(shop, today=date(2026, 8, 1)).months[6].exact


def test_months_before_the_register_are_unknown_and_later_ones_without_visits_are_nought(
    shop: Comptoir,
) -> None:
    note(shop, word(1, at=on("2026-06-01"), amount=1), word(2, at=on("2026-03-01"), amount=700))
    found = {one.month: one.sold for one in share(shop).months}
    assert [found[f"2026-{number:02}"] for number in range(2, 9)] == [None, 700, 0, 0, 1, 0, None]
    shop.visits.sales.set_turnover("2026-01", 1, now=NOW)
    assert share(shop).share is None


def test_more_than_the_turnover_is_said_to_be_wrong(shop: Comptoir) -> None:
    note(shop, word(1, at=on("2026-05-01"), amount=700))
    shop.visits.sales.set_turnover("2026-05", 699, now=NOW)
    assert not month(shop, "2026-05").exact
    assert "vérifiez" in month(shop, "2026-05").why


def test_corrections_change_the_share(shop: Comptoir) -> None:
    note(shop, word(1, at=on("2026-05-01"), amount=700), word(2, at=on("2026-05-01"), amount=900))
    shop.visits.register.cancel(1, till="bureau", line="c", now=NOW)
    shop.visits.register.correct_amount(2, 950, till="bureau", line="d", now=NOW)
    assert month(shop, "2026-05").sold == 950


# The limit


@pytest.mark.parametrize(
    ("sold", "alert"),
    [
        (14_999, Alert.NONE),
        (15_000, Alert.NEAR),
        (17_999, Alert.NEAR),
        (18_000, Alert.CLOSE),
        (20_000, Alert.CLOSE),
        (20_001, Alert.OVER),
    ],
)
def test_it_warns_at_fifteen_and_eighteen_and_beyond_twenty_per_cent(
    shop: Comptoir, sold: int, alert: Alert
) -> None:
    note(shop, word(1, at=on("2026-05-01"), amount=sold))
    shop.visits.sales.set_turnover("2026-05", 100_000, now=NOW)
    assert share(shop).alert is alert


def test_the_limit_goes_by_the_legal_form_and_can_be_changed(shop: Comptoir) -> None:
    settings = shop.rooms.settings
    assert twenty.limit_of(settings) == 20
    settings.set(twenty.FORM, "association")
    assert twenty.limit_of(settings) == 0
    assert share(shop).alert is Alert.NONE
    settings.set(twenty.LIMIT, 10)
    assert twenty.limit_of(settings) == 10


def test_the_accounting_year_may_begin_in_any_month(shop: Comptoir) -> None:
    settings = shop.rooms.settings
    assert year_of(settings, TODAY)[::11] == ["2026-01", "2026-12"]
    settings.set(twenty.YEAR_FROM, 9)
    assert year_of(settings, TODAY)[::11] == ["2025-09", "2026-08"]
    assert year_of(settings, date(2026, 9, 1))[0] == "2026-09"


def test_totals_are_taken_from_what_the_shop_s_own_till_wrote(shop: Comptoir) -> None:
    text = "\ufeffJour;Total visiteurs\n2026-05-04;43,21\n5/5/2026\t1 000,00 €\n04/05/2026;0,79\n\n"
    totals = parse_totals(text)
    assert totals == {"2026-05-04": 4400, "2026-05-05": 100_000}
    shop.visits.sales.set_all_visitor_sales(totals, now=NOW)
    assert month(shop, "2026-05").sold == 104_400
    assert parse_totals("05/2026;12") == {"2026-05": 1200}


@pytest.mark.parametrize("text", ["2026-05-04", "mai;12", "2026-05-04;-3", "1\n2026-05-04;1"])
def test_totals_with_a_line_that_cannot_be_read_are_refused_whole(text: str) -> None:
    with pytest.raises(BadTotals):
        parse_totals(text)


def test_totals_of_a_day_that_does_not_exist_are_refused_whole(shop: Comptoir) -> None:
    totals = parse_totals("2026-05-04;1\n2026-02-30;2")
    with pytest.raises(BadPeriod):
        shop.visits.sales.set_all_visitor_sales(totals, now=NOW)
    assert shop.visits.sales.visitor_sales() == {}


@pytest.mark.parametrize("period", ["2026-13", "2026-5", "05-2026", "2026-02-30", "mai", ""])
def test_a_period_that_is_none_is_refused(shop: Comptoir, period: str) -> None:
    for keep in (shop.visits.sales.set_turnover, shop.visits.sales.set_visitor_sales):
        with pytest.raises(BadPeriod):
            keep(period, 1, now=NOW)


def test_a_turnover_below_nought_is_refused_and_the_old_one_stays(shop: Comptoir) -> None:
    shop.visits.sales.set_turnover("2026-05", 5, now=NOW)
    with pytest.raises(BadAmount):
        shop.visits.sales.set_turnover("2026-05", -5, now=NOW)
    assert shop.visits.sales.turnover() == {"2026-05": 5}


# The proof


def name_of(coop: CoopId) -> str:
    return {FRENCH.id: '=HYPERLINK("x")', BELGIAN.id: "Coop; « de la Meuse »"}[coop]


def test_the_csv_is_read_back_line_by_line_and_ends_with_the_head(shop: Comptoir) -> None:
    note(
        shop,
        line(1, at=on("2026-05-01"), amount=123_456),
        line(2, at=on("2026-05-02"), home=BELGIAN.id),
        word(3, at=on("2026-05-03")),
    )
    shop.visits.register.cancel(3, till="bureau", line="c", now=NOW)
    text = csv_of(register_sheet(shop.visits.store, name_of=name_of)).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text), delimiter=";"))
    assert [row[0] for row in rows[1:5]] == ["1", "2", "3", "4"]
    assert rows[1][3] == '\'=HYPERLINK("x")'
    assert rows[1][6] == "1234,56"
    assert rows[2][3] == "Coop; « de la Meuse »"
    assert rows[4][7] == "3"
    head = shop.visits.store.head()
    assert rows[-2][1] == "4"
    assert rows[-1][1] == head.hash.hex()
    day = date(2026, 5, 1)
    may_first = csv_of(register_sheet(shop.visits.store, name_of=name_of, since=day, until=day))
    assert len(may_first.splitlines()) == 2 + 3


def test_anybody_can_compute_the_chain_from_the_export_and_finds_no_name_in_it(
    shop: Comptoir,
) -> None:
    note(shop, line(1), word(2, words=Words(name="Zoé Exemple")))
    *lines, last = map(json.loads, register_json(shop.visits.store))
    assert "Zoé" not in json.dumps([lines, last], ensure_ascii=False)
    head = START
    for one in lines:
        facts = one["facts"]
        if "home" in facts:
            facts["home"] = bytes.fromhex(facts["home"])
        macs = [bytes.fromhex(one[name]) for name in ("holder_mac", "words_mac")]
        head = hashlib.sha256(head + cbor.encode([facts, *macs])).digest()
        assert head.hex() == one["hash"]
    assert last == {"lines": 2, "head": head.hex()}


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    return [page.get_textpage().get_text_bounded() for page in document]


def test_the_year_on_paper_says_the_share_what_is_exact_and_the_head(shop: Comptoir) -> None:
    note(
        shop,
        line(1, at=on("2026-05-01"), amount=15_000),
        line(2, at=on("2026-06-01")),
    )
    for name in ("2026-05", "2026-06"):
        shop.visits.sales.set_turnover(name, 100_000, now=NOW)
    homes = by_home(shop.visits.store, shop.visits.sales, since=date(2026, 1, 1), until=TODAY)
    head = shop.visits.store.head()
    pdf = year_pdf(
        share(shop),
        homes,
        coop_name="Coop du Comptoir",
        coop_id="ABCD",
        head=head,
        name_of=lambda _coop: "Coop des Tilleuls",
        now=NOW,
    )
    (text,) = text_of(pdf)
    for words in ("mai 2026", "150,00 €", "≈ 150,00 €", "15,0 %", "Coop des Tilleuls"):
        assert words in re.sub(r"\s+", " ", text)
    assert head.hash.hex() in re.sub(r"\s", "", text)


def test_a_year_with_many_co_ops_takes_as_many_pages_as_it_needs(shop: Comptoir) -> None:
    coops = [CoopId(number.to_bytes(10)) for number in range(1, 130)]
    note(shop, *(line(at, home=coop, at=on("2026-05-01")) for at, coop in enumerate(coops)))
    homes = by_home(shop.visits.store, shop.visits.sales, since=date(2026, 1, 1), until=TODAY)
    pdf = year_pdf(
        share(shop),
        homes,
        coop_name="Coop du Comptoir",
        coop_id="ABCD",
        head=shop.visits.store.head(),
        name_of=lambda coop: f"Coop {coop.hex()}",
        now=NOW,
    )
    pages = text_of(pdf)
    assert len(pages) == 4
    assert all(f"Coop {coop.hex()}" in "".join(pages) for coop in coops)


# Statistics


def test_visits_are_counted_by_month_and_by_home_co_op_given_and_received(shop: Comptoir) -> None:
    ours = {"kind": Kind.OWN, "home": OURS.id, "rule": Rule.OWN}
    note(
        shop,
        line(1, at=on("2026-05-01")),
        line(2, at=on("2026-05-09")),
        line(3, at=on("2026-06-01"), member_ref=bytes(8)),
        line(4, at=on("2026-06-01"), home=BELGIAN.id),
        word(5, at=on("2026-06-02")),
        word(6, at=on("2026-06-02"), home=FRENCH.id),
        line(7, at=on("2026-06-02"), **ours),
    )
    shop.visits.sales.set_received(FRENCH.id, "2026-06", 4, now=NOW)
    months = by_month(shop.visits.store, shop.visits.sales, ["2026-05", "2026-06"])
    assert [(one.own, one.cards, one.without, one.received) for one in months] == [
        (0, 2, 0, 0),
        (1, 2, 2, 4),
    ]
    homes = by_home(shop.visits.store, shop.visits.sales, since=date(2026, 5, 1), until=TODAY)
    assert [(one.home, one.given, one.people, one.received) for one in homes] == [
        (FRENCH.id, 4, 2, 4),
        (None, 1, 0, 0),
        (BELGIAN.id, 1, 1, 0),
    ]
    trust = shop.trust(NOW)
    trust.pair(BELGIAN.id, replaces=[FRENCH.id])
    merged = by_home(
        shop.visits.store, shop.visits.sales, since=date(2026, 5, 1), until=TODAY, trust=trust
    )
    assert (merged[0].home, merged[0].given) == (BELGIAN.id, 5)


def test_a_plot_says_in_words_and_in_a_table_what_its_bars_show(shop: Comptoir) -> None:
    note(shop, line(1, at=on("2026-05-01")), word(2, at=on("2026-05-02")))
    months = by_month(shop.visits.store, shop.visits.sales, year_of(shop.rooms.settings, TODAY))
    homes = by_home(shop.visits.store, shop.visits.sales, since=date(2026, 5, 1), until=TODAY)
    for plot in (plot_of_months(months), plot_of_homes(homes, name_of=name_of)):
        svg = ET.fromstring(bars_svg(plot, id="p1"))
        assert svg.attrib["role"] == "img"
        assert svg.attrib["aria-labelledby"] == "p1-title p1-says"
        assert [child.tag for child in svg][:2] == ["title", "desc"]
        assert svg[0].text == plot.title
        assert not any("style" in one.attrib for one in svg.iter())
        table = ET.fromstring(bars_table(plot))
        numbers = [int(cell.text) for cell in table.iter("td") if cell.text]
        assert sum(numbers) == sum(sum(one.values) for one in plot.series)


@pytest.mark.parametrize("highest", [0, 1, 4, 5, 7, 23, 99, 100, 101, 12_345, 999_999])
def test_bars_of_any_height_fit_the_plot(highest: int) -> None:
    plot = Plot(
        title="t",
        says="s",
        column="c",
        labels=("<&>", "b"),
        series=(Series(name="<n>", values=(highest, 0)), Series(name="m", values=(0, 0))),
    )
    svg = ET.fromstring(bars_svg(plot))
    bars = [one for one in svg.iter("rect") if "y" in one.attrib]
    assert all(float(one.attrib["y"]) >= 0 for one in bars)
    grid = list(svg.iter("line"))
    assert 2 <= len(grid) <= 6


# The visitors' sheet


def test_a_sheet_has_twenty_lines_a_number_and_the_rules(shop: Comptoir) -> None:
    numbers = [new_number(), new_number()]
    pdf = visitors_sheet(
        numbers, coop_name="Coop du Comptoir", sentences=["Sans carte, la parole."]
    )
    pages = text_of(pdf)
    assert len(pages) == 2
    for number, page in zip(numbers, pages, strict=True):
        assert number in page
        assert "Sans carte, la parole." in page
        for printed in range(1, LINES + 1):
            assert re.search(rf"^{printed}\s*$", page, re.MULTILINE)
        document = pypdfium2.PdfDocument(BytesIO(pdf))
        assert [round(side) for side in document[0].get_size()] == [595, 842]


def test_a_sheet_typed_in_twice_counts_once(shop: Comptoir) -> None:
    rows = [
        SheetRow(row=1, name="Zoé Exemple", home=FRENCH.id, amount="23,50"),
        SheetRow(row=2),
        SheetRow(row=3, name="Tom Exemple", note="de passage"),
    ]
    for fate in (Fate.NOTED, Fate.KNOWN):
        lines = entries_from_sheet("ab2-c3d ", date(2026, 7, 12), rows, policy=Policy(), now=NOW)
        answers = shop.visits.register.note_all(lines, now=NOW)
        assert [one.fate for one in answers] == [fate, fate]
    tom, zoe = shop.visits.store.entries()
    assert (zoe.visit.till, zoe.visit.line, zoe.amount) == ("fiche-AB2C3D", "1", 2350)
    assert (zoe.visit.day, zoe.visit.rule, zoe.words.name) == (
        date(2026, 7, 12),
        Rule.WORD,
        "Zoé Exemple",
    )
    assert tom.words.reason == "de passage"


def test_a_sheet_of_today_is_never_dated_ahead(shop: Comptoir) -> None:
    morning = NOW - 4 * 3600
    (entry,) = entries_from_sheet(
        "AB2C3D", TODAY, [SheetRow(row=1, name="Zoé")], policy=Policy(), now=morning
    )
    assert entry.at == morning


def test_a_co_op_that_refuses_people_without_a_card_still_types_its_sheet_in(
    shop: Comptoir,
) -> None:
    policy = Policy(without=Without.REFUSAL)
    lines = entries_from_sheet(
        "AB2C3D", TODAY, [SheetRow(row=1, name="Zoé")], policy=policy, now=NOW
    )
    assert shop.visits.register.note_all(lines, now=NOW)[0].fate is Fate.NOTED


@pytest.mark.parametrize(
    ("number", "rows"),
    [
        ("AB2C3", [SheetRow(row=1, name="Zoé")]),
        ("AB2C30", [SheetRow(row=1, name="Zoé")]),
        ("AB2C3D", [SheetRow(row=21, name="Zoé")]),
        ("AB2C3D", [SheetRow(row=0, name="Zoé")]),
        ("AB2C3D", [SheetRow(row=1, name="Zoé"), SheetRow(row=1, name="Tom")]),
    ],
)
def test_a_line_that_no_sheet_has_is_refused(number: str, rows: list[SheetRow]) -> None:
    with pytest.raises(BadSheet):
        entries_from_sheet(number, TODAY, rows, policy=Policy(), now=NOW)


def test_an_amount_of_minus_three_on_a_sheet_is_refused() -> None:
    rows = [SheetRow(row=1, name="Zoé", amount="-3")]
    with pytest.raises(BadAmount):
        entries_from_sheet("AB2C3D", TODAY, rows, policy=Policy(), now=NOW)


def test_each_sheet_has_its_own_number() -> None:
    numbers = {new_number() for _ in range(200)}
    assert len(numbers) == 200
    assert {clean_number(f" {one[:3]}-{one[3:].lower()} ") for one in numbers} == numbers
