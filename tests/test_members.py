"""The register: members added, changed, found, and their names on cards."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importing import register_in
from passkoop_node.core.database import open_database
from passkoop_node.errors import BadgeTaken, BadMember, MemberNotFound, NumberTaken
from passkoop_node.members import FEATURE
from passkoop_node.members import store as members_store
from passkoop_node.members.member import Member, MemberData, display_name
from passkoop_node.members.names import any_order, split_full_name
from passkoop_node.members.sorting import SortBy
from passkoop_node.members.store import MemberStore
from passkoop_node.members.text import clean, fold
from passkoop_protocol.card import is_display_name

NOW = 1_790_000_000
ZOE = MemberData(
    given_name="Zoé",
    family_name="Lefèvre-Østergård",
    email="Zoe@exemple.test",
    phone="06 12 34 56 78",
    town="Sainte-Œuvre",
    birth_year=1984,
    joined=date(2021, 3, 14),
    badge="0421234567895",
    notes="Vient à vélo.\nAime le chou.",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemberStore]:
    with closing(open_database(tmp_path / "passkoop.db", [FEATURE.migrations])) as db:
        yield MemberStore(db)


def add(store: MemberStore, name: str, **more: object) -> Member:
    given_name, _, family_name = name.rpartition(" ")
    data = MemberData(given_name=given_name, family_name=family_name)
    return store.add(replace(data, **more), now=NOW)  # type: ignore[arg-type]


# Keeping


def test_a_member_comes_back_as_written(store: MemberStore) -> None:
    zoe = store.add(ZOE, now=NOW)
    assert zoe == store.get(zoe.id) == store.by_number("1")
    assert replace(ZOE, number="1") == MemberData(
        **{name: getattr(zoe, name) for name in MemberData.__slots__}
    )
    assert (zoe.created_at, zoe.updated_at) == (NOW, NOW)


def test_each_member_has_a_reference_of_their_own(store: MemberStore) -> None:
    references = {add(store, f"Anne Martin{number}").member_ref for number in range(50)}
    assert len(references) == 50
    assert {len(reference) for reference in references} == {8}


def test_a_number_is_given_where_none_is(store: MemberStore) -> None:
    add(store, "Anne Un", number="41")
    add(store, "Anne Deux", number="A-900")
    add(store, "Anne Trois", number="0421234567895")  # a bar code, which counts nothing
    assert add(store, "Anne Quatre").number == "42"


def test_two_members_cannot_have_one_number_or_badge(store: MemberStore) -> None:
    store.add(replace(ZOE, number="b7"), now=NOW)
    with pytest.raises(NumberTaken, match="B7"):
        add(store, "Anne Martin", number="B7")
    with pytest.raises(BadgeTaken):
        add(store, "Anne Martin", badge=ZOE.badge)
    anne = add(store, "Anne Martin")
    with pytest.raises(NumberTaken):
        store.update(replace(anne, number="b7"), now=NOW)
    assert store.count() == 2


@pytest.mark.parametrize(
    "data",
    [
        MemberData(given_name=" \u200e ", family_name="\t"),
        MemberData(given_name="Anne", number="1" * 33),
        MemberData(given_name="Anne", town="x" * 501),
        MemberData(given_name="Anne", category=24),
    ],
)
def test_what_cannot_be_kept_is_refused(store: MemberStore, data: MemberData) -> None:
    with pytest.raises(BadMember):
        store.add(data, now=NOW)
    assert store.count() == 0


def test_a_member_is_changed_and_keeps_number_and_reference(store: MemberStore) -> None:
    zoe = store.add(ZOE, now=NOW)
    after = store.update(replace(zoe, town=" Le\u00a0Teil ", member_ref=b"otherref"), now=NOW + 9)
    assert after == replace(zoe, town="Le Teil", updated_at=NOW + 9)
    with pytest.raises(MemberNotFound):
        store.update(replace(zoe, id=99), now=NOW)


def test_hidden_characters_are_not_kept(store: MemberStore) -> None:
    member = add(store, "Ann\u202ee  Du\u00adpont", town="Saint\nDenis", notes="une\r\n\x07deux")
    assert (member.full_name, member.town) == ("Anne Dupont", "Saint Denis")
    assert member.notes == "une\ndeux"


# Finding


def test_a_member_is_found_by_the_beginning_of_words_without_case_or_accents(
    store: MemberStore,
) -> None:
    zoe = store.add(ZOE, now=NOW)
    add(store, "Azoé Martin")
    for text in ("zoe", "LEFEVRE", "osterg", "zoé øst", "sainte oeuvre", "0612", "042123", "@exem"):
        assert store.find(text) == [zoe], text
    for text in ("", "  ", "%", "_", "zoe martin", "'", "évre"):
        assert store.find(text) == [], text


def test_who_has_the_text_as_number_is_found_first(store: MemberStore) -> None:
    add(store, "Anne Un", number="12-2")
    add(store, "Anne Deux", number="120")
    add(store, "Anne Trois", number="12")
    assert [member.number for member in store.find("12")] == ["12", "12-2", "120"]
    assert [member.number for member in store.find("anne", limit=2)] == ["12", "12-2"]


def test_members_come_in_the_order_of_their_numbers_page_by_page(store: MemberStore) -> None:
    for number in ("100", "2", "10", "10-2", "A1"):
        add(store, "Anne Martin", number=number)
    assert [one.number for one in store.members()] == ["2", "10", "10-2", "100", "A1"]
    assert [one.number for one in store.members(limit=2, offset=2)] == ["10-2", "100"]


def test_those_who_left_are_not_among_those_who_belong(store: MemberStore) -> None:
    add(store, "Anne Reste")
    add(store, "Anne Part", joined=date(2020, 1, 1), left=date(2025, 6, 1))
    add(store, "Anne Arrive", joined=date(2026, 1, 1))
    assert [one.family_name for one in store.members(on=date(2025, 5, 31))] == ["Reste", "Part"]
    assert [one.family_name for one in store.members(on=date(2025, 6, 1))] == ["Reste"]
    assert (store.count(), store.count(on=date(2026, 1, 1))) == (3, 2)


def test_a_couple_shares_an_address_and_nobody_has_none(store: MemberStore) -> None:
    for name in ("Anne Martin", "Ben Martin"):
        add(store, name, email="martin@exemple.test")
    add(store, "Chloé Sans")
    assert len(store.by_email("MARTIN@exemple.test")) == 2
    assert store.by_email("") == []
    assert store.by_badge("") is None
    with pytest.raises(MemberNotFound, match="99"):
        store.by_number("99")


def test_every_writing_changes_the_revision(store: MemberStore) -> None:
    seen = [store.revision()]
    zoe = store.add(ZOE, now=NOW)
    seen.append(store.revision())
    store.update(replace(zoe, town="Ailleurs"), now=NOW)
    seen.append(store.revision())
    store.write_all([MemberData(number="8", given_name="Anne")], now=NOW)
    seen.append(store.revision())
    assert len(set(seen)) == 4


# Names


@pytest.mark.parametrize(
    ("given", "family", "shown"),
    [
        ("Zoé", "Lefèvre", "Zoé Lefèvre"),
        ("", "Lefèvre", "Lefèvre"),
        ("Zo\u0065\u0301", "Le\u202efèvre\n", "Zoé Lefèvre"),
        ("Marie Joséphine Antoinette", "de La Rochefoucauld-Montmorency-Laval", None),
        ("Wolfeschlegelsteinhausenbergerdorff", "Featherstonehaugh-Cholmondeley", None),
        ("X", "y" * 70, "X " + "y" * 59 + "…"),
        ("\U0001f469\u200d\U0001f33e", "", "\U0001f469\U0001f33e"),
    ],
)
def test_a_name_on_a_card_is_shortened_where_it_hurts_least(
    given: str, family: str, shown: str | None
) -> None:
    known = {
        "M": "Marie de La Rochefoucauld-Montmorency-Laval",
        "W": "W. Featherstonehaugh-Cholmondeley",
    }
    name = display_name(MemberData(given_name=given, family_name=family))
    assert name == (shown or known[given[0]])


def test_a_name_is_never_cut_between_a_letter_and_its_accents() -> None:
    name = display_name(MemberData(family_name="q\u0323\u0307" * 30))
    assert name == "q\u0323\u0307" * 12 + "…"


@given(st.text(), st.text(), st.text(max_size=5))
@example("", "e\u200d\u0301", "")
@example("\u0301" * 40, "\u0301", "")
@example(" ", "\u2028", "\ud800")
def test_every_name_can_stand_on_a_card(given: str, family: str, number: str) -> None:
    member = MemberData(given_name=given, family_name=family, number=number)
    assert is_display_name(display_name(member))


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("whole", "given", "family"),
    [
        ("DUPONT Marie", "Marie", "DUPONT"),
        ("Marie DUPONT", "Marie", "DUPONT"),
        ("LE GALL Jean-Yves", "Jean-Yves", "LE GALL"),
        ("Anne de LA TOUR", "Anne", "de LA TOUR"),
        ("Dupont, Marie Anne", "Marie Anne", "Dupont"),
        ("Marie Dupont", "Marie", "Dupont"),
        ("J. DUPONT", "J.", "DUPONT"),
        ("MARIE DUPONT", "MARIE", "DUPONT"),
        ("Jean de la Fontaine", "Jean", "de la Fontaine"),
        ("Anne d'ORMESSON", "Anne", "d'ORMESSON"),
        ("Molière", "", "Molière"),
        ("Marie DUPONT (Zoé)", "Marie", "DUPONT (Zoé)"),
        (", ", "", ", "),
    ],
)
def test_a_name_in_one_field_is_parted(whole: str, given: str, family: str) -> None:
    assert split_full_name(whole) == (given, family)


@given(st.text())
def test_parting_a_name_loses_no_word(whole: str) -> None:
    given, family = split_full_name(clean(whole))
    assert any_order(given, family) == any_order(clean(whole), "")


def test_spellings_of_one_name_are_the_same() -> None:
    spellings = [
        ("Jean-Pierre", "d’Œuvre"),
        ("jean pierre", "D'OEUVRE"),
        ("D OEUVRE", "Jean pierre"),
    ]
    assert len({any_order(*spelling) for spelling in spellings}) == 1
    assert fold("ÉÇØŁß") == "ecolss"


def test_lists_are_sorted_by_any_column_also_after_many_came_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members_store, "MANY", 3)

    def indexes(store: MemberStore) -> set[str]:
        rows = store.db.execute("select sql from sqlite_master where type = 'index'").fetchall()
        return {sql for (sql,) in rows if sql}

    with register_in(tmp_path) as store:
        before = indexes(store)
        people = [("2", "Zoé", "Petit", "Évian"), ("10", "Anne", "Petit-Martin", "Irun")]
        people += [("1", "Élie", "Évrard", "Dax"), ("3", "Élie", "Émery", "Évian")]
        data = [
            MemberData(number=number, given_name=given, family_name=family, town=town)
            for number, given, family, town in people
        ]
        store.write_all(data, now=NOW)
        assert indexes(store) == before
        for by, wanted in (
            (SortBy.NUMBER, ["1", "2", "3", "10"]),
            (SortBy.NAME, ["3", "1", "2", "10"]),
            (SortBy.TOWN, ["1", "2", "3", "10"]),
        ):
            for text, shown in (("", wanted), ("e", [one for one in wanted if one != "10"])):
                found = store.page(text, by=by, limit=10)
                assert [one.number for one in found] == shown
                turned = store.page(text, by=by, descending=True, limit=10)
                assert [one.number for one in turned] == shown[::-1]
            assert [one.number for one in store.page(by=by, limit=2, offset=1)] == wanted[1:3]
        ids = {store.by_number(one).id for one in ("2", "10")}
        assert store.count_found("petit", among=ids) == 2
        assert store.count_found("zoe", among=ids) == 1
        assert len(store.ordered_ids("evrard", among=ids)) == 0
