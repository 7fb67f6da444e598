"""A file of each program that co-ops keep their members with: taken in right, and twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from command import Coop
from importing import NOW, counted, register_in, run_import
from listings import HELLOASSO, LISTINGS, MEMBERS, PAHEKO, Listing
from passkoop_node.members.beside import known_in
from passkoop_node.members.imports import Outcome, apply, preview
from passkoop_node.members.modes import Mode
from passkoop_node.members.preferences import Channel, PreferenceStore, Topic
from passkoop_node.members.store import MemberStore

FILES = [(one, "csv") for one in LISTINGS] + [
    (one, kind) for one in LISTINGS if one.has_workbooks for kind in ("xlsx", "ods")
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemberStore]:
    with register_in(tmp_path) as store:
        yield store


def households(store: MemberStore) -> dict[str, str]:
    numbers = {one.id: one.number for one in store.members()}
    return {numbers[one]: numbers[other] for one, other in known_in(store).principals.items()}


def plain(text: str) -> str:
    """Return a text without the spaces of typography."""
    return " ".join(text.split())


def news(store: MemberStore) -> dict[str, str]:
    numbers = {one.id: one.number for one in store.members()}
    return {numbers[id]: str(channel) for id, (channel, _how) in known_in(store).news.items()}


@pytest.mark.parametrize(
    ("listing", "kind"), FILES, ids=[f"{one.name}-{kind}" for one, kind in FILES]
)
def test_a_file_of_each_program_is_taken_in_right_and_a_second_time_doubles_nothing(
    store: MemberStore, listing: Listing, kind: str
) -> None:
    writer = {"csv": listing.as_csv, "xlsx": listing.as_xlsx, "ods": listing.as_ods}[kind]
    data = writer()
    plan = run_import(store, data)
    assert plan.export == listing.name
    assert counted(plan) == listing.counts
    members = {one.number: one for one in store.members()}
    assert members.keys() == listing.becomes.keys()
    for number, fields in listing.becomes.items():
        found = {name: getattr(members[number], name) for name in fields}
        if found.get("joined"):
            found["joined"] = found["joined"].isoformat()
        assert found == fields
    assert (households(store), news(store)) == (listing.households, listing.news)
    again = preview(data, store, now=NOW)
    assert not again.people
    before = store.members(), known_in(store)
    apply(again, store, now=NOW + 60)
    assert (store.members(), known_in(store)) == before


def test_the_files_of_two_programs_about_the_same_people_make_them_once(store: MemberStore) -> None:
    run_import(store, HELLOASSO.as_csv())
    plan = run_import(store, PAHEKO.as_csv())
    assert counted(plan)["updated"] == 1  # Maïté, by her address
    assert [one.given_name for one in store.members()].count("Maïté") == 1


# Three ways


def test_adding_alone_leaves_who_is_there_as_they_are(store: MemberStore) -> None:
    run_import(store, "Numéro;Nom;Prénom;Ville\n1;Martin;Anne;Le Teil\n")
    data = b"Numero;Nom;Prenom;Ville\n1;Martin;Anne;Viviers\n2;Petit;Ben;Viviers\n"
    plan = preview(data, store, now=NOW, mode=Mode.CREATE)
    assert counted(plan) == {"created": 1, "skipped": 1}
    assert plain(plan.lines[0].message) == "déjà dans le registre (n° 1), laissé de côté"
    apply(plan, store, now=NOW)
    assert [one.town for one in store.members()] == ["Le Teil", "Viviers"]


def test_adding_alone_takes_no_badge_that_stays_somebody_elses(store: MemberStore) -> None:
    run_import(store, "Numéro;Nom;Prénom;Badge\n12;Martin;Anne;B\n")
    data = b"Numero;Nom;Prenom;Badge\n12;Martin;Anne;C\n14;Petit;Ben;B\n"
    plan = preview(data, store, now=NOW, mode=Mode.CREATE)
    assert counted(plan) == {"created": 1, "skipped": 1}
    apply(plan, store, now=NOW)
    assert [(one.number, one.badge) for one in store.members()] == [("12", "B"), ("14", "")]


def test_bringing_up_to_date_alone_adds_nobody_and_needs_no_names(store: MemberStore) -> None:
    run_import(
        store,
        "Numéro;Nom;Prénom;E-mail\n1;Martin;Anne;a@exemple.test\n2;Petit;Ben;b@exemple.test\n"
        "3;Petit;Luc;b@exemple.test\n",
    )
    data = (
        "Numéro;E-mail;Téléphone\n1;;0611\n;A@exemple.test;0612\n;b@exemple.test;0613\n9;;0614\n"
    ).encode()
    plan = preview(data, store, now=NOW, mode=Mode.UPDATE)
    said = [(line.outcome, plain(line.message)) for line in plan.lines]
    assert said == [
        (Outcome.REPEATED, "même personne que la ligne 3"),
        (Outcome.UPDATED, ""),
        (Outcome.ERROR, "plusieurs membres ont cette adresse ; ajoutez leur numéro au fichier"),
        (Outcome.ERROR, "personne dans le registre n’a ce numéro ou cette adresse"),
    ]
    apply(plan, store, now=NOW)
    assert [one.phone for one in store.members()] == ["0612", "", ""]
    named = preview(b"Nom;Prenom\nRoux;Zoe\nMartin;Anne\n", store, now=NOW, mode=Mode.UPDATE)
    assert counted(named) == {"skipped": 1, "unchanged": 1}


# Households


def test_a_column_of_principals_makes_households_of_new_and_old_members(store: MemberStore) -> None:
    run_import(store, "Numéro;Nom;Prénom\n1;Martin;Anne\n2;Martin;Ben\n")
    data = (
        "Numéro;Nom;Prénom;Titulaire du foyer\n1;Martin;Anne;1\n2;Martin;Ben;1\n3;Roux;Zoé;4\n"
        "4;Roux;Luc;\n5;Blanc;Paul;2\n6;Noir;Lou;99\n"
    )
    plan = run_import(store, data)
    assert households(store) == {"2": "1", "3": "4"}
    assert [one.category for one in store.members()] == [0, 1, 1, 0, 0, 0]
    assert plan.lines[1].changes == ("category", "household")
    assert "déjà dans le foyer d’Anne Martin" in plain(plan.lines[4].message)
    assert "foyer de « 99 » : membre inconnu" in plain(plan.lines[5].message)
    assert not run_import(store, data).people


def test_a_household_stands_against_another_category_in_a_file(store: MemberStore) -> None:
    run_import(store, "Numéro;Nom;Prénom;Titulaire du foyer\n1;Martin;Anne;\n2;Martin;Ben;1\n")
    run_import(store, "Numéro;Nom;Prénom;Catégorie\n1;Martin;Anne;rattachée\n2;Martin;Ben;membre\n")
    assert [one.category for one in store.members()] == [0, 1]


def test_a_file_does_not_overrule_what_a_member_said_of_the_news(store: MemberStore) -> None:
    run_import(store, PAHEKO.as_csv())
    (maite,) = [one for one in store.members() if one.given_name == "Maïté"]
    wishes = PreferenceStore(store.db)
    wishes.keep(maite.id, {Topic.NEWS: Channel.NONE}, how="self", now=NOW)
    assert not run_import(store, PAHEKO.as_csv()).people
    assert wishes.of(maite.id).channels[Topic.NEWS] is Channel.NONE


# Far too much


def test_a_file_of_two_gigabytes_is_refused_without_reading_it(
    tmp_path: Path,
) -> None:
    huge = tmp_path / "membres.csv"
    with huge.open("wb") as stream:
        stream.write(MEMBERS.as_csv())
        stream.truncate(2_000_000_000)
    coop = Coop(tmp_path / "coop")
    coop.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    refused = coop("member", "import", huge)
    assert refused.code
    assert "dépasse 64\u00a0Mo" in refused.err
