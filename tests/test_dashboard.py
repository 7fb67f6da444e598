"""The co-op in figures: the counts are right, and nobody is recognised in what an assembly sees."""

import csv
import io
import random
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from importing import NOW, register_in
from passkoop_node.booklet.notes import Kind, NoteStore
from passkoop_node.core.accounts import Role
from passkoop_node.core.database import writing
from passkoop_node.dashboard.charts import Chart, charts_of
from passkoop_node.dashboard.figures import (
    LEAST,
    MembersOn,
    Year,
    band_of,
    standings_of,
    without_small,
)
from passkoop_node.dashboard.pages import ASSEMBLY, DASHBOARD, asked_year
from passkoop_node.dues.plan import Plan, Standing, Yearly, situation
from passkoop_node.dues.store import Method
from passkoop_node.members.figures import MemberFigures
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.store import MemberStore
from passkoop_node.rooms import Rooms
from serving import Client, Served


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemberStore]:
    with register_in(tmp_path) as store:
        yield store


def some_members(chance: random.Random, count: int) -> list[MemberData]:
    """Return invented members with gaps in what is known of them, and odd dates too."""

    def day() -> date | None:
        return chance.choice([None, date(2022, 1, 1) + timedelta(chance.randrange(1900))])

    return [
        MemberData(
            number=str(number),
            given_name="Anne",
            family_name=f"Martin-{number}",
            gender=chance.choice(["f", "f", "m", "x", ""]),
            birth_year=chance.choice([None, 1930, 1955, 1980, 2001, 2008, 2012, 2026]),
            category=chance.choice([0, 0, 0, 1, 7]),
            town=chance.choice(["", "Le Teil", "Viviers", "VIVIERS", "Étoile", "Rochemaure"]),
            joined=day(),
            left=chance.choice([None, None, day()]),
        )
        for number in range(1, count + 1)
    ]


def belongs(member: MemberData, on: date) -> bool:
    return (member.joined is None or member.joined <= on) and (
        member.left is None or member.left > on
    )


@pytest.mark.parametrize("seed", range(12))
def test_what_the_database_counts_is_what_anybody_counts_by_hand(
    store: MemberStore, seed: int
) -> None:
    chance = random.Random(seed)
    store.write_all(some_members(chance, chance.choice([0, 1, 30, 200])), now=NOW)
    members, figures = store.members(), MemberFigures(store.db)
    day = date(2022, 1, 1) + timedelta(chance.randrange(1900))
    present = [one for one in members if belongs(one, day)]
    on = MembersOn(day=day, kinds=figures.by_kind(day), towns=figures.by_town(day))
    assert on.total == len(present) == store.count(on=day)
    assert on.by_gender() == {
        one: sum(member.gender == one for member in present) for one in ("f", "m", "x", "")
    }
    assert on.by_category() == dict(sorted(Counter(one.category for one in present).items()))
    for band, genders in on.by_age().items():
        those = [one for one in present if band_of(one.birth_year, day.year) == band]
        assert sum(genders.values()) == len(those)
        assert genders["f"] == sum(one.gender == "f" for one in those)
    assert on.young() == sum(
        one.birth_year is not None and day.year - one.birth_year < 26 for one in present
    )
    towns = Counter(one.town.upper() for one in present)
    assert {town.upper(): count for town, count in on.towns} == dict(towns)
    assert [count for _town, count in on.towns] == sorted(towns.values(), reverse=True)
    days = [day + timedelta(30 * one) for one in range(12)]
    assert figures.counts_on(days) == [sum(belongs(one, at) for one in members) for at in days]
    for month in range(1, 13):
        assert figures.joined_by_month(day.year)[month] == sum(
            one.joined is not None and (one.joined.year, one.joined.month) == (day.year, month)
            for one in members
        )
        lasts = [one.left - timedelta(1) for one in members if one.left]
        assert figures.left_by_month(day.year)[month] == sum(
            (last.year, last.month) == (day.year, month) for last in lasts
        )
    so_far = figures.left_by_month(day.year, until=day)
    assert sum(so_far.values()) == sum(one.year == day.year and one <= day for one in lasts)
    joined = [one.joined for one in members if one.joined]
    so_far = figures.joined_by_month(day.year, until=day)
    assert sum(so_far.values()) == sum(one.year == day.year and one <= day for one in joined)
    assert figures.first_year() == (min(joined).year if joined else None)


@pytest.mark.parametrize("seed", range(8))
def test_where_members_stand_with_dues_is_counted_by_whoever_pays_for_them(seed: int) -> None:
    chance = random.Random(seed)
    today = date(2026, 11, 22)
    plan = Plan(yearly=Yearly.ROLLING, cents=1000, grace_days=30)
    people = [
        (id, chance.choice([None, today - timedelta(chance.randrange(60))])) for id in range(80)
    ]
    principals = {id: chance.randrange(40) for id in range(40, 80) if chance.random() < 0.5}
    paid = {id: today + timedelta(chance.randrange(-60, 60)) for id in range(0, 80, 2)}
    joined = dict(people)
    by_hand = Counter(
        situation(
            plan,
            paid_until=paid.get(principals.get(id, id)),
            joined=joined[principals.get(id, id)],
            on=today,
        )
        for id, _day in people
    )
    counted = standings_of(plan, people, principals=principals, paid_until=paid, on=today)
    assert counted == {one: by_hand[one] for one in Standing if one is not Standing.EXEMPT}


def test_no_small_count_is_told_nor_can_be_reckoned_from_the_total() -> None:
    assert without_small([12, 3, 8, 0]) == [12, None, None, 0]
    assert without_small([12, 3, 8, 4]) == [12, None, 8, None]
    assert without_small([12, 7, 0]) == [12, 7, 0]
    assert without_small([3]) == [None]
    assert without_small([37, 4], is_summed=False) == [37, None]
    assert without_small([]) == []
    chance = random.Random(5)
    for _turn in range(300):
        values = [chance.randrange(20) for _place in range(chance.randrange(1, 9))]
        told = without_small(values)
        assert all(one is None or one == 0 or one >= LEAST for one in told)
        hidden = [value for value, one in zip(values, told, strict=True) if one is None]
        assert len(hidden) != 1 or not any(one for one in told)


def year_of(members: list[Member] | list[MemberData]) -> Year:
    day = date(2026, 11, 22)
    from passkoop_node.members.figures import Kind

    kinds = Counter(
        Kind(gender=one.gender, birth_year=one.birth_year, category=one.category) for one in members
    )
    towns = Counter(one.town for one in members).most_common()
    return Year(
        year=2026,
        on=MembersOn(day=day, kinds=kinds, towns=towns),
        months=range(1, 12),
        members=[len(members)] * 11,
        joined=[1] * 11,
        left=[0] * 11,
        dues=None,
        visits=(),
    )


def test_no_age_can_be_reckoned_from_how_many_women_or_men_there_are() -> None:
    many = {("f", 1980): 12, ("f", 1960): 3, ("m", 1980): 3, ("m", 1960): 11, ("m", 1950): 9}
    people = [
        MemberData(given_name="A", gender=gender, birth_year=born)
        for (gender, born), count in many.items()
        for _person in range(count)
    ]
    charts = {one.name: one for one in charts_of(year_of(people), small=False)}
    assert None not in dict(charts["genre"].series)["Membres"]
    hidden = {name: values.count(None) for name, values in charts["ages"].series}
    assert hidden["Femmes"] == hidden["Hommes"] == 2


def test_small_towns_stand_among_the_others_for_an_assembly() -> None:
    towns = ["Viviers"] * 9 + ["Le Teil"] * 6 + ["Étoile"] * 2 + ["Alba"] * 3 + [""] * 7
    people = [MemberData(family_name="X", town=town, gender="f") for town in towns]
    charts = {one.name: one for one in charts_of(year_of(people), small=False)}
    assert charts["communes"].rows == [
        ("Viviers", ["9"]),
        ("Le Teil", ["6"]),
        ("Toutes les autres", ["5"]),
        ("Non précisé", ["7"]),
    ]
    assert charts["mouvements"].rows == [("Toute l’année", ["11", "0"])]
    assert charts["genre"].rows[0] == ("Femmes", ["27"])
    assert all("Étoile" not in one.says for one in charts.values())


# --- the pages ---


@pytest.fixture
def office(served: Served) -> Client:
    def fill() -> None:
        rooms = served.the(Rooms)
        chance = random.Random(3)
        with writing(rooms.db):
            rooms.members.write_all(some_members(chance, 150), now=served.now)

    served.run(fill)
    return served.entered("Odile", Role.OFFICE)


def names_of(page: str) -> list[str]:
    return [
        part.partition(".svg")[0]
        for part in page.split('href="/bureau/tableau/')[1:]
        if ".svg" in part[:30]
    ]


def test_the_dashboard_says_the_same_in_plots_in_tables_and_in_files(
    served: Served, office: Client
) -> None:
    page = office.get(DASHBOARD)
    present = served.run(served.the(MemberStore).count)
    assert page.status == 200
    names = names_of(page.text)
    assert names == ["membres", "mouvements", "genre", "ages", "categories", "communes", "visites"]
    assert "Cotisations aujourd’hui" not in page.words  # the co-op asks for none
    total = 0
    for name in names:
        image = office.get(f"{DASHBOARD}/{name}.svg?annee=2026")
        root = ET.fromstring(image.body)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert {child.tag.rpartition("}")[2] for child in root} >= {"title", "desc", "rect"}
        rows = list(
            csv.reader(
                io.StringIO(
                    office.get(f"{DASHBOARD}/{name}.csv?annee=2026").body.decode("utf-8-sig")
                ),
                delimiter=";",
            )
        )
        for row in rows[1:]:
            assert row[0] in page.text.replace("’", "’")
        if name == "genre":
            total = sum(int(row[1]) for row in rows[1:])
    on = served.run(lambda: served.the(MemberStore).count(on=date(2026, 11, 22)))
    assert 0 < total == on < present


def test_a_year_that_is_over_is_shown_as_of_its_last_day(served: Served, office: Client) -> None:
    page = office.get(f"{DASHBOARD}?annee=2024")
    count = served.run(lambda: served.the(MemberStore).count(on=date(2024, 12, 31)))
    assert "31 décembre 2024" in page.words
    assert f"Membres {count}" in page.words
    assert "effacée depuis" in page.words
    assert asked_year("9999", date(2026, 11, 22)) == 2026
    assert office.get(f"{DASHBOARD}?annee=1066").status == 200
    assert office.get(f"{DASHBOARD}/rien.svg").status == 404


def test_an_assembly_is_shown_no_small_counts_in_page_plot_or_file(office: Client) -> None:
    page = office.get(ASSEMBLY)
    assert "moins de 5" in page.words
    assert "petits=non" in page.text
    rows = office.get(f"{DASHBOARD}/ages.csv?annee=2026&petits=non").body.decode("utf-8-sig")
    for row in csv.reader(io.StringIO(rows), delimiter=";"):
        for cell in row[1:]:
            assert not cell.isdecimal() or int(cell) == 0 or int(cell) >= LEAST


def test_dues_are_shown_where_a_co_op_asks_for_some(served: Served, office: Client) -> None:
    rooms = served.the(Rooms)

    def pay() -> None:
        plan = Plan(yearly=Yearly.ROLLING, cents=1250, grace_days=30)
        rooms.dues.set_plan(plan, now=served.now, actor="account:1")
        today = date(2026, 11, 22)
        for number in ("1", "2", "3"):
            member = rooms.members.by_number(number)
            rooms.dues.pay(
                member,
                cents=1250,
                method=Method.CASH,
                paid_on=date(2026, 10, 5),
                today=today,
                now=served.now,
                actor="account:1",
            )
        rooms.dues.correct("2026-0003", today=today, now=served.now, actor="account:1")

    served.run(pay)
    page = office.get(DASHBOARD)
    assert {"cotisations", "paiements"} <= set(names_of(page.text))
    assert "25,00 €" in page.words.replace("\u00a0", " ").replace("\u202f", " ")
    paid = office.get(f"{DASHBOARD}/paiements.csv?annee=2026").body.decode("utf-8-sig")
    assert "25,00" in paid.splitlines()[10]
    assert "standings" not in page.text
    last = office.get(f"{DASHBOARD}?annee=2025")
    assert "cotisations" not in names_of(last.text)


def test_visits_elsewhere_are_those_that_members_noted_and_no_more(
    served: Served, office: Client
) -> None:
    def note() -> None:
        store = served.the(MemberStore)
        notes, (one, two) = NoteStore(store.db), store.members()[:2]
        for member, kind, day in (
            (one, Kind.VISIT, date(2026, 3, 5)),
            (two, Kind.VISIT, date(2026, 3, 6)),
            (two, Kind.PURCHASE, date(2026, 3, 6)),
            (two, Kind.VISIT, date(2025, 3, 6)),
        ):
            notes.add(member.id, kind, day=day, coop="X", cents=None, words="", now=served.now)

    served.run(note)
    rows = office.get(f"{DASHBOARD}/visites.csv?annee=2026").body.decode("utf-8-sig").splitlines()
    assert rows[3].split(";")[1:] == ["0", "0", "0", "2"]
    assert "2 visites selon leur carnet" in office.get(DASHBOARD).words


def test_a_chart_tells_its_numbers_once_to_all(served: Served, office: Client) -> None:
    chart = Chart(
        name="x",
        title="T",
        says="S",
        column="C",
        labels=["a", "b"],
        series=[("<b>", (1, None))],
    )
    assert chart.rows == [("a", ["1"]), ("b", ["moins de 5"])]
    assert chart.totals == []
    assert chart.plot().series[0].values == (1, 0)
