"""Segments: who is meant by a filter, on random registers too; what a filter may be; groups."""

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from nodes import DAY, NOW, Node, found
from passkoop_node.cards.situations import situations
from passkoop_node.cards.store import CardState
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.store import Method
from passkoop_node.letters.choosing import months_before
from passkoop_node.letters.criteria import CRITERIA, Kind
from passkoop_node.letters.filters import (
    MOST,
    BadFilter,
    Condition,
    Filter,
    check_filter,
    dump_filter,
    parse_filter,
)
from passkoop_node.letters.segments import READY, GroupUsed, SegmentNotFound, TitleTaken
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.preferences import Channel, Topic
from passkoop_node.members.text import fold
from passkoop_node.visits.visit import Kind as VisitKind
from passkoop_node.visits.visit import NewVisit, Rule

TODAY = date(2026, 11, 18)
TOWNS = ("", "Hendaye", "HENDAYE", "Saint-Jean-de-Luz", "Échirolles")
WORDS = ("", "Bénévole au comptoir", "benevole", "à rappeler", "part sociale")


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return found(tmp_path / "coop")


def asked(
    *wanted: tuple[str, Sequence[str]], none: Sequence[tuple[str, Sequence[str]]] = ()
) -> Filter:
    sides = [
        tuple(Condition(field=name, values=tuple(values)) for name, values in side)
        for side in (wanted, none)
    ]
    return check_filter(Filter(wanted=sides[0], unwanted=sides[1]))


def ids(node: Node, filter: Filter) -> set[int]:
    return node.rooms.segments.population(on=TODAY, now=node.now).ids(filter)


def people(dice: random.Random, count: int) -> list[MemberData]:
    def day(chance: float) -> date | None:
        return TODAY + timedelta(days=dice.randint(-900, 60)) if dice.random() < chance else None

    return [
        MemberData(
            number=f"A{n}" if n % 7 == 0 else str(n),
            given_name=dice.choice(["Maïté", "Élodie", "Paul", ""]),
            family_name=dice.choice(["Etcheverry", "D'Arc", "=1+1"]),
            email=dice.choice(["", f"a{n}@exemple.org"]),
            phone=dice.choice(["", "05 59 00 00 00"]),
            address=dice.choice(["", "1 rue du Port"]),
            postcode=dice.choice(["", "64700", "64 500", "38130"]),
            town=dice.choice(TOWNS),
            country=dice.choice(["", "France", "FRANCE", "Espagne"]),
            language=dice.choice(["", "fr", "es", "eu"]),
            category=dice.choice([0, 0, 1, 5]),
            gender=dice.choice(["", "f", "m", "x"]),
            birth_year=dice.choice([None, dice.randint(1930, 2012)]),
            joined=day(0.8),
            left=day(0.2),
            badge=dice.choice(["", f"042{n:010}"]),
            referred_by=dice.choice(["", "Maïté", "12"]),
            notes=dice.choice(WORDS),
        )
        for n in range(1, count + 1)
    ]


def peopled(node: Node, dice: random.Random) -> None:
    """Fill the register, and everything else that a filter can ask about."""
    rooms, now = node.rooms, node.now
    rooms.members.write_all(people(dice, 90), now=now)
    all_ = rooms.members.members()
    here = [one for one in all_ if one.left is None and (one.joined or TODAY) <= TODAY]
    carried = dice.sample(here, 26)
    rooms.issuer.issue(carried[:20], now=now, actor="t")
    rooms.issuer.issue(carried[20:], now=now - 90 * DAY, days=30, actor="t")
    for card in dice.sample(list(rooms.cards.current(now=now).values()), 8):
        state = dice.choice([CardState.SUSPENDED, CardState.REVOKED])
        rooms.cards.change([card.id], state, reason="", now=now)
    plan = Plan(yearly=Yearly.ROLLING, cents=2000, grace_days=40)
    rooms.dues.set_plan(plan, now=now, actor="t")
    for one in dice.sample(here, 25):
        paid_on = TODAY - timedelta(days=dice.randint(0, 500))
        rooms.dues.pay(
            one, cents=2000, method=Method.CASH, paid_on=paid_on, today=TODAY, now=now, actor="t"
        )
    couples = dice.sample(here, 12)
    for first, second in zip(couples[::2], couples[1::2], strict=True):
        rooms.households.join(first, second, on=TODAY, now=now, actor="t")
    group = rooms.segments.keep_group(None, "Bénévoles", now=now, actor="t")
    rooms.segments.put_in(group, [one.id for one in dice.sample(all_, 15)], now=now, actor="t")
    for n, one in enumerate(dice.sample(all_, 20)):
        rooms.preferences.keep(
            one.id,
            {dice.choice(list(Topic)): dice.choice(list(Channel))},
            how="office",
            now=now,
        )
        visit = NewVisit(
            till="t",
            line=str(n),
            at=now - dice.randint(0, 700) * DAY,
            kind=VisitKind.OWN,
            home=node.coop,
            member_ref=one.member_ref,
            rule=Rule.OWN,
        )
        rooms.visits.register.note(visit, now=now)


def condition(dice: random.Random, name: str) -> Condition:
    """Return a condition that can be asked."""
    kind, some = CRITERIA[name].kind, dice.randint(1, 2)
    if name == "group":
        values = [dice.choice(["1", "99"])]
    elif kind is Kind.CHOICE:
        values = dice.sample(list(CRITERIA[name].choices), some)
    elif kind is Kind.COUNT:
        values = [str(dice.choice([0, 3, 30, 400]))]
    elif kind is Kind.YEARS:
        low = dice.randint(0, 60)
        values = dice.choice([[str(low), str(low + 20)], ["", str(low)], [str(low), ""]])
    elif kind is Kind.DAYS:
        low_day = TODAY + timedelta(days=dice.randint(-800, 100))
        high_day = low_day + timedelta(days=dice.randint(0, 300))
        values = dice.choice(
            [[low_day.isoformat(), high_day.isoformat()], ["", high_day.isoformat()]]
        )
    else:
        words = {
            "town": ["hendaye", "echirolles", "Saint-Jean-de-Luz"],
            "postcode": ["64", "645", "38 130"],
            "country": ["france", "espagne"],
            "name": ["elodie d'", "=1", "paul"],
            "number": ["12", "a7", "nobody"],
        }
        values = dice.sample(words.get(name, ["bénévole", "MAITE", "12"]), some)
    return Condition(field=name, values=tuple(values))


class Slow:
    """Answers for one member at a time, by what the rooms say of one."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.rooms = node.rooms

    def meets(self, one: Member, asked: Condition) -> bool:
        name, values = asked.field, asked.values
        if CRITERIA[name].kind is Kind.CHOICE:
            return bool({*values} & self.answers(one, name))
        if name == "age":
            return one.birth_year is not None and self.within(2026 - one.birth_year, values)
        if name in ("joined", "left"):
            return self.within(getattr(one, name), values)
        if name == "joined_within":
            first = months_before(TODAY, int(values[0]))
            return one.joined is not None and first <= one.joined <= TODAY
        if name in ("paid_until", "paid_ends"):
            _stands, until = self.rooms.dues.stands(one, on=TODAY)
            if name == "paid_until" or until is None:
                return self.within(until, values)
            return TODAY <= until <= TODAY + timedelta(days=int(values[0]))
        said, sought = fold(self.said(one, name)), [fold(value) for value in values]
        if name == "postcode":
            said, sought = said.replace(" ", ""), [value.replace(" ", "") for value in sought]
            return any(said.startswith(value) for value in sought) and said != ""
        if name in ("town", "country", "number"):
            return said in sought
        return any(value in said for value in sought)

    def said(self, one: Member, name: str) -> str:
        return one.full_name if name == "name" else str(getattr(one, name))

    @staticmethod
    def within(value: date | int | None, ends: Sequence[str]) -> bool:
        if value is None:
            return False
        read = date.fromisoformat if isinstance(value, date) else int
        low, high = (read(end) if end else None for end in ends)
        return (low is None or low <= value) and (high is None or value <= high)  # type: ignore[operator]

    def answers(self, one: Member, name: str) -> set[str]:
        """Return which choices are true of somebody."""
        rooms = self.rooms
        match name:
            case "belongs":
                if one.left is not None and one.left <= TODAY:
                    return {"left"}
                return {"future" if one.joined and one.joined > TODAY else "member"}
            case "group":
                return {str(group.id) for group in rooms.segments.store.groups_of(one.id)}
            case "category":
                return {str(one.category) if one.category < 2 else "other"}
            case "language":
                return {one.language if one.language != "eu" else "other"}
            case "gender":
                return {one.gender}
            case "household":
                if rooms.households.principal_of(one):
                    return {"affiliated"}
                return {"principal" if rooms.households.of(one) else "alone"}
            case "dues":
                return {rooms.dues.stands(one, on=TODAY)[0].value}
            case "card":
                return {situations(rooms.issuer, [one], now=self.node.now)[one.id].value}
            case "accepts":
                wants = rooms.preferences.of(one.id).channels
                return {f"{topic}:{channel}" for topic, channel in wants.items()}
            case "came":
                return {self.came(one)}
            case "address":
                return {"yes" if one.address and one.town else "no"}
            case _:
                return {"yes" if getattr(one, name) else "no"}

    def came(self, one: Member) -> str:
        visits = self.rooms.visits
        days = visits.store.days_of([visits.pseudonyms.of(self.node.coop, one.member_ref)])
        if not days:
            return "never"
        for months, name in ((1, "month"), (3, "quarter"), (12, "year")):
            if days[-1] > months_before(TODAY, months):
                return name
        return "longer"


@pytest.mark.parametrize(
    "seed", [1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 40))]
)
def test_who_is_meant_is_who_meets_each_condition_one_by_one(node: Node, seed: int) -> None:
    dice = random.Random(seed)
    peopled(node, dice)
    slow, members = Slow(node), node.rooms.members.members()
    alone = [asked((name, condition(dice, name).values)) for name in CRITERIA]
    mixed = []
    for _ in range(30):
        sides = [
            tuple(condition(dice, name) for name in dice.sample(list(CRITERIA), dice.randint(0, 3)))
            for _side in range(2)
        ]
        mixed.append(check_filter(Filter(wanted=sides[0], unwanted=sides[1])))
    hits = 0
    everybody = node.rooms.segments.population(on=TODAY, now=node.now)
    for filter in (*alone, *mixed):
        expected = {
            one.id
            for one in members
            if all(slow.meets(one, asked) for asked in filter.wanted)
            and not any(slow.meets(one, asked) for asked in filter.unwanted)
        }
        assert everybody.ids(filter) == expected, filter
        hits += 0 < len(expected) < len(members)
        assert parse_filter(dump_filter(filter)) == filter
    assert hits > 25, "the filters tell nobody apart"


def test_every_ready_segment_can_be_asked(node: Node) -> None:
    peopled(node, random.Random(5))
    segments = node.rooms.segments
    assert {one.key for one in segments.ready()} == set(READY)
    counts = {one.key: len(ids(node, check_filter(one.filter))) for one in segments.ready()}
    assert all(0 < count < 90 for count in counts.values()), counts


def test_a_coop_without_dues_sees_no_segment_of_dues(node: Node) -> None:
    keys = {one.key for one in node.rooms.segments.ready()}
    assert "sans-email" in keys
    assert not keys & {"a-jour", "a-renouveler", "a-terme"}
    with pytest.raises(SegmentNotFound):
        node.rooms.segments.get("a-jour")
    node.add("Paul Aguirre")
    assert ids(node, asked(("dues", ["lapsed"]))) == set()


BAD = [
    "",
    "[]",
    "null",
    '{"all": 1}',
    '{"any": []}',
    '{"all": [{"field": "town"}]}',
    '{"all": [{"field": "town", "values": "Hendaye"}]}',
    '{"all": [{"field": "town", "values": [1]}]}',
    '{"all": [{"field": ["town"], "values": ["a"]}]}',
    '{"all": [{"field": "town", "values": ["a"], "sql": "1=1"}]}',
    '{"all": [{"field": "search", "values": ["a"]}]}',
    '{"all": [{"field": "town", "values": []}]}',
    '{"all": [{"field": "town", "values": [" "]}]}',
    '{"all": [{"field": "gender", "values": ["f", "other"]}]}',
    '{"all": [{"field": "group", "values": ["1 or 1=1"]}]}',
    '{"all": [{"field": "age", "values": ["20"]}]}',
    '{"all": [{"field": "age", "values": ["-1", ""]}]}',
    '{"all": [{"field": "age", "values": ["30", "20"]}]}',
    '{"all": [{"field": "age", "values": ["", ""]}]}',
    '{"all": [{"field": "joined", "values": ["", "2026-13-01"]}]}',
    '{"all": [{"field": "joined", "values": ["2026-W01-1", ""]}]}',
    '{"all": [{"field": "joined", "values": ["2026-01-02", "2026-01-01"]}]}',
    '{"all": [{"field": "joined_within", "values": ["99999"]}]}',
    '{"all": [{"field": "joined_within", "values": ["٣"]}]}',
    '{"all": [{"field": "notes", "values": ["\\u202e"]}]}',
    json.dumps({"all": [{"field": "town", "values": ["a" * 101]}]}),
    json.dumps({"all": [{"field": "town", "values": ["a"] * 51}]}),
    json.dumps({"none": [{"field": "town", "values": ["a"]}] * (MOST + 1)}),
    '{"all": ' + "[" * 10_000 + "]" * 10_000 + "}",
    '{"all": [{"field": "town", "values": ["' + "a" * 1_000_000 + '"]}]}',
]


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_a_filter_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        parse_filter(text)


def test_a_segment_keeps_itself_and_its_name_is_its_own(node: Node) -> None:
    segments = node.rooms.segments
    filter = asked(("town", ["hendaye"]))
    kept = segments.keep(None, "Hendaye", filter, now=NOW, actor="t")
    assert ids(node, kept.filter) == set()
    node.rooms.members.add(MemberData(given_name="Paul", town="HENDAYE"), now=NOW)
    assert len(ids(node, kept.filter)) == 1
    with pytest.raises(TitleTaken):
        segments.keep(None, "hendaye", filter, now=NOW, actor="t")
    again = segments.keep(kept.key, "HENDAYE", filter, now=NOW, actor="t")
    assert segments.get("hendaye") == again
    segments.delete(again, now=NOW, actor="t")
    for gone in (kept.key, "HENDAYE", "9" * 50, "'; drop table member"):
        with pytest.raises(SegmentNotFound):
            segments.get(gone)


def test_a_group_in_use_stays_and_leaves_with_its_people(node: Node) -> None:
    segments = node.rooms.segments
    paul, lucie = node.add("Paul Aguirre", "Lucie Aguirre")
    group = segments.keep_group(None, "Bénévoles", now=NOW, actor="t")
    assert segments.put_in(group, [paul.id, paul.id, lucie.id], now=NOW, actor="t") == 2
    filter = asked(("group", [str(group.id)]))
    used = segments.keep(None, "Ceux qui aident", filter, now=NOW, actor="t")
    with pytest.raises(GroupUsed, match="Ceux qui aident"):
        segments.delete_group(group, now=NOW, actor="t")
    assert segments.take_out(group, [lucie.id, 99], now=NOW, actor="t") == 1
    assert ids(node, filter) == {paul.id}
    assert segments.store.about(paul.id) == [{"group": "Bénévoles", "since": NOW}]
    segments.store.erase_member(paul.id, now=NOW)
    assert ids(node, filter) == set()
    segments.delete(used, now=NOW, actor="t")
    segments.delete_group(group, now=NOW, actor="t")
    assert segments.store.groups() == []


def test_months_before_a_day_end_in_shorter_months() -> None:
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert months_before(date(2026, 1, 31), 2) == date(2025, 11, 30)
    assert months_before(date(2026, 12, 5), 12) == date(2025, 12, 5)
    assert months_before(date(1026, 1, 1), 1_200 * 20) == date.min
