"""The register of visits: it only grows, each visit counts once, and nobody can change a line."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passkoop_node.visits.chain import START, Fault, Head, facts_of, line_hash
from passkoop_node.visits.checking import check_recent
from passkoop_node.visits.money import BadAmount, parse_amount, shown_amount
from passkoop_node.visits.register import Fate, VisitNotFound, check_chain
from passkoop_node.visits.visit import BadVisit, FutureVisit, Kind, NewVisit, Rule, Words
from passkoop_protocol.welcome import Policy
from visiting import BELGIAN, FIRST, FRENCH, Comptoir, line, noon, word

NOW = noon() + 3600


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Comptoir]:
    shop = Comptoir(tmp_path / "coop")
    yield shop
    shop.close()


# Once, and as it was


def test_a_visit_sent_twice_counts_once(shop: Comptoir) -> None:
    register = shop.visits.register
    first = register.note(line(1, amount=2350), now=NOW)
    again = register.note(line(1, amount=2350), now=NOW + 60)
    assert (first.fate, again.fate) == (Fate.NOTED, Fate.KNOWN)
    assert again.visit == first.visit
    assert shop.visits.store.head().seq == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 2351},
        {"at": noon() - 1},
        {"home": BELGIAN.id},
        {"member_ref": bytes(8)},
        {"words": Words(name="Zoé Exemple")},
    ],
)
def test_the_same_line_with_other_content_is_flagged_and_never_overwritten(
    shop: Comptoir, changes: dict[str, object]
) -> None:
    register = shop.visits.register
    first = register.note(line(1, amount=2350), now=NOW)
    for _ in range(3):
        other = register.note(line(1, **{"amount": 2350, **changes}), now=NOW)
        assert other.fate is Fate.CONFLICT
    assert shop.visits.store.get(1) == first.visit
    assert [len(found) for found in shop.visits.store.conflicts().values()] == [1]
    (entry,) = shop.visits.store.entries()
    assert entry.conflicts == 1
    assert shop.check().whole


def test_the_same_line_of_another_till_is_another_visit(shop: Comptoir) -> None:
    register = shop.visits.register
    register.note(line(1), now=NOW)
    assert register.note(line(1, till="caisse-2"), now=NOW).fate is Fate.NOTED


def test_what_the_till_showed_may_differ_when_a_line_comes_again(shop: Comptoir) -> None:
    register = shop.visits.register
    register.note(line(1), now=NOW)
    assert register.note(line(1, reasons=("old_list",)), now=NOW).fate is Fate.KNOWN


# What is refused, and what never is


def test_a_visit_dated_tomorrow_is_refused(shop: Comptoir) -> None:
    with pytest.raises(FutureVisit):
        shop.visits.register.note(line(1, at=noon(1)), now=NOW)
    assert shop.visits.store.head().seq == 0


def test_a_clock_that_is_a_few_minutes_ahead_is_no_future(shop: Comptoir) -> None:
    assert shop.visits.register.note(line(1, at=NOW + 600), now=NOW).fate is Fate.NOTED
    with pytest.raises(FutureVisit):
        shop.visits.register.note(line(2, at=NOW + 601), now=NOW)


def test_a_late_visit_is_never_refused(shop: Comptoir) -> None:
    register = shop.visits.register
    for number, days in enumerate((1, 40, 4000)):
        noted = register.note(line(number, at=noon() - days * 86_400), now=NOW)
        assert noted.fate is Fate.NOTED
    assert shop.check().whole


@pytest.mark.parametrize("amount", [-3, -1, 10_000_000, 10**15])
def test_an_amount_of_minus_three_or_of_a_hundred_thousand_euros_is_refused(
    shop: Comptoir, amount: int
) -> None:
    with pytest.raises(BadAmount):
        shop.visits.register.note(line(1, amount=amount), now=NOW)
    assert shop.visits.store.head().seq == 0


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("23,50", 2350),
        ("23.5 €", 2350),
        ("1 234,56", 123_456),
        ("1\u202f234,56\u00a0€", 123_456),
        ("1.234,56", 123_456),
        ("12", 1200),
        ("0", 0),
        ("99999,99", 9_999_999),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, cents: int) -> None:
    assert parse_amount(text) == cents
    assert parse_amount(shown_amount(cents)) == cents


@pytest.mark.parametrize(
    "text", ["-3", "−3", "", "douze", "1,234", "1.234", "100000", "1e5", "٣", "9" * 40]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadAmount):
        parse_amount(text)


@pytest.mark.parametrize(
    "wrong",
    [
        line(""),
        line("x" * 65),
        line("a\nb"),
        line(1, home=None),
        line(1, member_ref=b"short"),
        line(1, category=24),
        line(1, at=-1),
        line(1, rule=Rule.NONE),
        line(1, rule=Rule.ANYWAY),
        line(1, reasons=("two words",)),
        line(1, words=Words(name="x" * 101)),
        line(1, words=Words(name="a\u202eb")),
        line(1, kind=Kind.CANCEL),
        line(1, kind=Kind.AMOUNT, corrects=("caisse-1", "0"), rule=Rule.NONE),
        word(1, kind=Kind.CANCEL, corrects=("caisse-1", "1"), rule=Rule.NONE),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(shop: Comptoir, wrong: NewVisit) -> None:
    with pytest.raises(BadVisit):
        shop.visits.register.note(wrong, now=NOW)
    assert shop.visits.store.head().seq == 0


def test_a_till_hands_over_its_queue_and_one_bad_line_stops_no_other(shop: Comptoir) -> None:
    queue = [line(1), line(2, at=noon(1)), line(3, amount=-3), line(1), line(4)]
    answers = shop.visits.register.note_all(queue, now=NOW)
    assert [one.fate.value for one in answers] == ["noted", "refused", "refused", "known", "noted"]
    assert [one.error.code for one in answers if one.error] == ["visit_in_future", "bad_amount"]
    assert shop.check().lines == 2


# Over quota


def test_a_late_visit_over_the_quota_is_kept_with_a_remark(tmp_path: Path) -> None:
    shop = Comptoir(tmp_path / "coop", Policy(visits=2, period=30))
    register = shop.visits.register
    for day in (0, 1):
        assert register.note(line(day, at=noon(day)), now=noon(2)).visit is not None
    noted = register.note(line("late", at=noon(2)), now=noon(20))
    assert noted.fate is Fate.NOTED
    assert noted.visit is not None
    assert noted.visit.remarks == ("over_quota",)
    shop.close()


def test_who_was_welcomed_beyond_the_quota_knowingly_gets_no_remark(tmp_path: Path) -> None:
    shop = Comptoir(tmp_path / "coop", Policy(visits=1, period=30))
    card = FRENCH.text()
    assert shop.comes(card, now=noon()) == "remark last_visit"
    answer = shop.scan(card, now=noon(1))
    assert answer.codes == ("limit_reached",)
    noted = shop.note(answer, now=noon(1))  # on their word, as without a card
    assert noted.visit is not None
    assert (noted.visit.rule, noted.visit.remarks) == (Rule.WORD, ())
    shop.close()


def test_a_second_purchase_of_one_day_uses_no_visit_up(tmp_path: Path) -> None:
    shop = Comptoir(tmp_path / "coop", Policy(visits=2, period=30))
    remarks = [
        shop.visits.register.note(line(number, at=noon() + number), now=NOW).visit
        for number in range(3)
    ]
    assert [one.remarks for one in remarks if one] == [(), ("same_day",), ("same_day",)]
    visits = shop.visits.reception.visits_of(shop.trust(NOW), now=NOW)(
        FRENCH.id, b"\1\2\3\4\5\6\7\10"
    )
    assert (visits.in_period, visits.today) == (0, True)
    shop.close()


# Corrections


def test_a_mistake_is_taken_back_by_a_further_line(shop: Comptoir) -> None:
    register = shop.visits.register
    register.note(line(1, amount=2350), now=NOW)
    noted = register.cancel(1, till="bureau", line="c1", reason="deux fois", now=NOW)
    assert noted.visit is not None
    assert noted.visit.kind is Kind.CANCEL
    (entry,) = shop.visits.store.entries()
    assert entry.cancelled
    assert entry.visit.amount == 2350
    assert shop.visits.store.totals(FIRST, FIRST) == []
    assert shop.check().lines == 2


def test_an_amount_is_corrected_by_a_further_line_and_the_last_one_counts(shop: Comptoir) -> None:
    register = shop.visits.register
    register.note(line(1), now=NOW)
    register.correct_amount(1, 1000, till="bureau", line="c1", now=NOW)
    register.correct_amount(1, 1250, till="bureau", line="c2", now=NOW)
    (total,) = shop.visits.store.totals(FIRST, FIRST)
    assert (total.visits, total.amount, total.without_amount) == (1, 1250, 0)


def test_a_visit_is_taken_back_once_and_only_a_visit(shop: Comptoir) -> None:
    register = shop.visits.register
    register.note(line(1), now=NOW)
    register.cancel(1, till="bureau", line="c1", now=NOW)
    assert register.cancel(1, till="bureau", line="c1", now=NOW + 9).fate is Fate.KNOWN
    for seq in (1, 2, 3):
        with pytest.raises(VisitNotFound):
            register.cancel(seq, till="bureau", line="c2", now=NOW)


def test_a_correction_that_comes_before_its_line_still_counts(shop: Comptoir) -> None:
    correction = word(2, kind=Kind.CANCEL, corrects=("caisse-1", "1"), rule=Rule.NONE)
    register = shop.visits.register
    assert register.note(correction, now=NOW).fate is Fate.NOTED
    register.note(line(1), now=NOW)
    (entry,) = shop.visits.store.entries()
    assert entry.cancelled


def test_a_visit_taken_back_is_not_counted_against_the_visitor(shop: Comptoir) -> None:
    shop.visits.register.note(line(1), now=NOW)
    visits_of = shop.visits.reception.visits_of(shop.trust(NOW), now=NOW)
    assert visits_of(FRENCH.id, b"\1\2\3\4\5\6\7\10").today
    shop.visits.register.cancel(1, till="bureau", line="c1", now=NOW)
    assert not visits_of(FRENCH.id, b"\1\2\3\4\5\6\7\10").today


# People are pseudonyms


def test_nothing_in_the_folder_holds_the_reference_of_a_card(shop: Comptoir) -> None:
    ref = b"\xde\xad\xbe\xef\xca\xfe\xf0\x0d"
    shop.visits.register.note(line(1, member_ref=ref), now=NOW)
    shop.rooms.db.execute("pragma wal_checkpoint(truncate)").fetchone()
    for path in shop.home.path.rglob("*"):
        if path.is_file():
            assert ref not in path.read_bytes()
            assert ref.hex().encode() not in path.read_bytes()


def test_visits_follow_a_co_op_to_its_new_id(shop: Comptoir) -> None:
    shop.visits.register.note(line(1), now=NOW)
    trust = shop.trust(noon(1))
    trust.pair(BELGIAN.id, replaces=[FRENCH.id])
    count = shop.visits.reception.visits_of(trust, now=NOW)
    assert count(BELGIAN.id, b"\1\2\3\4\5\6\7\10").today
    assert not count(BELGIAN.id, bytes(8)).today


# The chain


def test_the_database_itself_refuses_to_change_a_line(shop: Comptoir) -> None:
    shop.visits.register.note(line(1, words=Words(reason="oui")), now=NOW)
    shop.visits.register.note(line(2), now=NOW)
    for statement in (
        "update visit set amount = 1",
        "delete from visit",
        "insert or replace into visit select * from visit where seq = 1",
        "update visit_words set name = 'x'",
        "update visit_holder set holder = x'00'",
    ):
        with pytest.raises(sqlite3.IntegrityError, match=r"only grows|never changed"):
            shop.rooms.db.execute(statement)
    assert shop.check().whole


def filled(path: Path) -> Comptoir:
    shop = Comptoir(path)
    lines = [line(number, amount=100 * number) for number in range(1, 6)]
    lines.append(word(6, words=Words(name="Zoé Exemple")))
    shop.visits.register.note_all(lines, now=NOW)
    return shop


TAMPERING = {
    "update visit set amount = 1 where seq = 3": (3, Fault.CHANGED),
    "update visit set day = '2020-01-01' where seq = 2": (2, Fault.CHANGED),
    "update visit set home = x'00000000000000000000' where seq = 4": (4, Fault.CHANGED),
    "update visit set hash = zeroblob(32) where seq = 5": (5, Fault.CHANGED),
    "update visit set words_mac = x'' where seq = 6": (6, Fault.CHANGED),
    "delete from visit where seq = 3": (3, Fault.MISSING),
    "delete from visit where seq = 1": (1, Fault.MISSING),
    "update visit_words set name = 'Tom' where seq = 6": (6, Fault.PERSON),
    "update visit_holder set holder = zeroblob(16) where seq = 2": (2, Fault.PERSON),
    "insert into visit_words values (1, zeroblob(16), 'Tom', '', '')": (1, Fault.PERSON),
    "delete from visit where seq = 6": (6, Fault.HEAD),
}


@pytest.mark.parametrize("statement", TAMPERING)
def test_tampering_is_found_at_its_line(tmp_path: Path, statement: str) -> None:
    shop = filled(tmp_path / "coop")
    head = shop.visits.store.head()
    db = shop.rooms.db
    db.execute("pragma foreign_keys = off")
    for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        if name.startswith("visit"):
            db.execute(f"drop trigger {name}")
    db.execute(statement)
    proof = check_chain(shop.visits.store, [head])
    assert (proof.broken_at, proof.fault) == TAMPERING[statement]
    assert not proof.whole
    if proof.fault is not Fault.HEAD:  # nobody has kept the head here
        assert not check_recent(shop.visits.store, shop.rooms.audit).whole
    shop.close()


def test_the_last_lines_are_looked_at_without_reading_those_before(tmp_path: Path) -> None:
    shop = filled(tmp_path / "coop")
    db = shop.rooms.db
    db.execute("drop trigger visit_is_not_changed")
    db.execute("update visit set amount = 1 where seq = 2")
    proof = check_recent(shop.visits.store, shop.rooms.audit, most=3)
    assert (proof.whole, proof.lines, proof.head.seq) == (True, 3, 6)
    assert check_recent(shop.visits.store, shop.rooms.audit, most=5).broken_at == 2
    shop.close()


def test_who_kept_an_export_sees_that_the_register_was_written_anew(tmp_path: Path) -> None:
    shop = filled(tmp_path / "coop")
    head = shop.visits.store.head()
    assert check_chain(shop.visits.store, [head]).whole
    forged = filled(tmp_path / "other")
    assert forged.check().whole
    proof = check_chain(forged.visits.store, [head])
    assert (proof.broken_at, proof.fault) == (6, Fault.HEAD)
    longer = Head(seq=9, hash=bytes(32))
    assert check_chain(shop.visits.store, [longer]).fault is Fault.HEAD
    for one in (shop, forged):
        one.close()


def test_an_empty_register_is_whole(shop: Comptoir) -> None:
    proof = check_chain(shop.visits.store, [shop.visits.store.head()])
    assert (proof.whole, proof.lines) == (True, 0)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("card"), st.integers(0, 5), st.none() | st.integers(0, 9_999_999)),
        st.tuples(st.just("word"), st.integers(0, 5), st.text("aéÔ ’", max_size=5)),
        st.tuples(st.just("cancel"), st.integers(1, 12), st.just(0)),
        st.tuples(st.just("amount"), st.integers(1, 12), st.integers(0, 5000)),
        st.tuples(st.just("again"), st.integers(0, 12), st.just(0)),
        st.tuples(st.just("erase"), st.integers(1, 12), st.just(0)),
        st.tuples(st.just("erase_day"), st.integers(0, 6), st.just(0)),
        st.tuples(st.just("erase_person"), st.integers(0, 5), st.just(0)),
    ),
    max_size=14,
)


@settings(max_examples=min(settings().max_examples, 1_000))
@given(steps=STEPS)
def test_the_chain_is_whole_whatever_was_noted_corrected_and_erased(
    steps: list[tuple[str, int, object]],
) -> None:
    with TemporaryDirectory() as folder:
        shop = Comptoir(Path(folder) / "coop")
        try:
            live_through(shop, steps)
        finally:
            shop.close()


def live_through(shop: Comptoir, steps: list[tuple[str, int, object]]) -> None:
    visits, store = shop.visits, shop.visits.store
    sent: list[NewVisit] = []
    heads = [store.head()]
    for number, (step, which, what) in enumerate(steps):
        name, at, seq = str(number), noon(which), which
        if step in ("card", "word"):
            new = (
                line(name, at=at, member_ref=bytes([which] * 8), amount=what)
                if step == "card"
                else word(name, at=at, words=Words(name=" ".join(str(what).split())))
            )
            sent.append(new)
            assert visits.register.note(new, now=noon(9)).fate is Fate.NOTED
        elif step in ("cancel", "amount"):
            try:
                if step == "cancel":
                    visits.register.cancel(seq, till="bureau", line=name, now=noon(9))
                else:
                    visits.register.correct_amount(
                        seq, int(str(what)), till="bureau", line=name, now=noon(9)
                    )
            except VisitNotFound:
                continue
        elif step == "again" and which < len(sent):
            assert visits.register.note(sent[which], now=noon(9)).fate is Fate.KNOWN
        elif step == "erase":
            visits.eraser.erase_words(seq, now=noon(9), actor="test")
        elif step == "erase_day":
            day = FIRST + timedelta(days=which)
            store.erase_holders(before=day)
            store.erase_words(before=day)
        elif step == "erase_person":
            visits.eraser.erase_holder(
                FRENCH.id, bytes([which] * 8), trust=None, now=noon(9), actor="test"
            )
        heads.append(store.head())
    proof = check_chain(store, heads)
    assert proof.whole, proof
    assert proof.lines == store.head().seq


def test_a_line_s_hash_covers_every_fact(shop: Comptoir) -> None:
    visit = shop.visits.register.note(line(1, amount=1, reasons=("old_list",)), now=NOW).visit
    assert visit is not None
    assert line_hash(START, visit) == visit.hash
    changes: dict[str, Any] = {
        "seq": 2,
        "till": "x",
        "line": "x",
        "at": 1,
        "received": 1,
        "day": FIRST + timedelta(days=1),
        "kind": Kind.WITHOUT,
        "home": None,
        "category": 1,
        "amount": 2,
        "outcome": None if visit.outcome else 0,
        "reasons": (),
        "remarks": ("over_quota",),
        "rule": Rule.WORD,
        "corrects": ("a", "b"),
        "holder_mac": b"",
        "words_mac": b"x",
    }
    assert changes.keys() == {*type(visit).__slots__} - {"hash"}
    for name, value in changes.items():
        changed = replace(visit, **{name: value})
        assert line_hash(START, changed) != visit.hash, name
    assert b"\1\2\3\4\5\6\7\10" not in str(facts_of(visit)).encode()
