"""Importing members: who is who, what becomes of bad lines, all or nothing."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from importing import NOW, changed_nothing, counted, many_members, names, register_in, run_import
from passkoop_node.errors import (
    ContradictoryFile,
    DiskFull,
    NothingToImport,
    RegisterChanged,
)
from passkoop_node.members.imports import Outcome, apply, preview
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.store import MemberStore
from processes import ENVIRONMENT, python_command


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemberStore]:
    with register_in(tmp_path) as store:
        yield store


def test_a_plain_file_is_previewed_and_then_imported(store: MemberStore) -> None:
    text = (
        "Nom;Prénom;E-mail;Tél.;N° d’adhérent·e;Date d'adhésion;Code barre;Année de naissance;"
        "Humeur\n"
        "Lefèvre;Zoé;zoe@exemple.test;06 12 34 56 78;12;14/03/2021;421234567891;1984;bonne\n"
        "Østergård;Bjørn;;;;2022-01-05;;;\n"
    )
    plan = preview(text.encode(), store, now=NOW)
    assert store.count() == 0
    assert (plan.export, plan.encoding, plan.delimiter) == ("generic", "UTF-8", ";")
    assert plan.ignored == ("Humeur",)
    assert counted(plan) == {"created": 2}
    assert [line.line for line in plan.lines] == [2, 3]
    apply(plan, store, now=NOW)
    zoe = store.by_number("12")
    assert replace(zoe, id=0, member_ref=b"") == Member(
        id=0,
        member_ref=b"",
        created_at=NOW,
        updated_at=NOW,
        number="12",
        given_name="Zoé",
        family_name="Lefèvre",
        email="zoe@exemple.test",
        phone="06 12 34 56 78",
        joined=date(2021, 3, 14),
        birth_year=1984,
        badge="0421234567891",
    )
    assert store.by_number("13").joined == date(2022, 1, 5)  # the next number
    assert changed_nothing(store, text)


def test_columns_are_known_by_header_and_never_by_position(store: MemberStore) -> None:
    run_import(store, "Ville,E-MAIL,PRENOM,Nom de famille \nLe Teil,a@b.test,Anne,Martin\n")
    anne = store.members()[0]
    assert (anne.given_name, anne.family_name) == ("Anne", "Martin")
    assert (anne.email, anne.town) == ("a@b.test", "Le Teil")


# Bad lines


def test_a_bad_line_never_stops_the_rest(store: MemberStore) -> None:
    text = (
        "Numéro;Nom;Prénom;Ville\n"
        "1;Martin;Anne;Le Teil\n"
        "2;;;Viviers\n"
        "3;Dupont;Ben;Le Teil;Viviers\n"
        '4;"Durand"x;Chloé;Viviers\n'
        f"5;{'x' * 501};Dan;Viviers\n"
        '6;"Petit;Élie;Viviers\n'
        "7;Moreau;Fanny;Viviers\n"
        "8;Garnier;Gil;Viviers;;\n"
        "9;Colin\n"
        "1;Autre;Hugo;Viviers\n"
    )
    plan = run_import(store, text)
    assert names(store) == {
        "1": "Anne Martin",
        "7": "Fanny Moreau",
        "8": "Gil Garnier",
        "9": "Colin",
    }
    assert [line.line for line in plan.errors] == [3, 4, 5, 6, 7, 11]
    for line, word in zip(
        plan.errors,
        ["pas de nom", "5 cellules pour 4", "guillemets", "501", "guillemets", "Anne Martin"],
        strict=True,
    ):
        assert word in str(line)
        assert "\n" not in str(line)
        assert "\u202f; " in str(line)  # what happened; what to do
    assert changed_nothing(store, text)


def test_a_line_of_totals_is_nobody(store: MemberStore) -> None:
    plan = run_import(store, "Numéro;Nom;Prénom\n1;Martin;Anne\nTotal;1;\n")
    assert names(store) == {"1": "Anne Martin"}
    assert [(line.line, "pas de nom" in line.message) for line in plan.errors] == [(3, True)]


def test_a_cell_that_says_nothing_is_left_out_with_a_remark(store: MemberStore) -> None:
    text = (
        "Nom,E-mail,Date de naissance,Date d'inscription,Badge,Langue,Genre\n"
        'Anne Martin,anne chez exemple,30/02/1980,hier,"4,21235E+11",klingon,?\n'
        "Ben Dupont,ben@exemple.test,01/01/1970,31/12/2099,0421 2345 67891,Français,M.\n"
    )
    plan = run_import(store, text)
    assert counted(plan) == {"created": 2}
    assert plan.lines[0].message.count("n’est pas repris") == 4
    assert plan.lines[1].message.count("n’est pas repris") == 1  # that far in the future
    anne, ben = store.members()
    assert (anne.email, anne.birth_year, anne.joined, anne.badge) == ("", None, None, "")
    assert (ben.birth_year, ben.badge, ben.language, ben.gender) == (
        None,
        "0421234567891",
        "fr",
        "m",
    )


# Who is who


def test_a_number_decides_even_if_the_name_changes(store: MemberStore) -> None:
    run_import(store, "Numéro;Nom;Prénom;Ville\n12;Martin;Anne;Le Teil\n")
    before = store.by_number("12")
    plan = run_import(store, "Numéro;Nom;Prénom;Ville\n12;Dupont;Anne;\n")
    assert counted(plan) == {"updated": 1}
    assert store.by_number("12") == replace(before, family_name="Dupont")  # and the town is kept


def test_a_number_with_quite_another_name_is_an_error(store: MemberStore) -> None:
    run_import(store, "Numéro;Nom;Prénom\n12;Martin;Anne\n")
    plan = run_import(store, "Numéro;Nom;Prénom\n12;Petit;Ben\n13;Durand;Chloé\n")
    assert "le numéro 12 est déjà pris par Anne Martin" in plan.errors[0].message
    assert names(store) == {"12": "Anne Martin", "13": "Chloé Durand"}


def test_an_address_with_the_name_decides_without_a_number(store: MemberStore) -> None:
    text = (
        "Nom;Prénom;E-mail;Ville\nMartin;Anne;m@exemple.test;{0}\nMartin;Ben;m@exemple.test;{0}\n"
    )
    run_import(store, text.format("Le Teil"))
    plan = run_import(store, text.format("Viviers").replace("m@", "M@").replace("Anne", "ANNE"))
    assert counted(plan) == {"updated": 2}
    assert names(store) == {"1": "Anne Martin", "2": "Ben Martin"}  # a couple, spelled as before
    assert [one.town for one in store.members()] == ["Viviers", "Viviers"]


def test_halves_of_a_name_that_were_swapped_are_seen_by_the_address(store: MemberStore) -> None:
    run_import(store, "Nom;Prénom;E-mail\nMartin;Anne;m@exemple.test\n")
    plan = run_import(store, "Nom;Prénom;E-mail\nAnne;Martin;m@exemple.test\n")
    assert counted(plan) == {"unchanged": 1}


def test_the_name_alone_decides_where_there_is_nothing_else(store: MemberStore) -> None:
    run_import(store, "Nom;Prénom\nLefèvre-Petit;Zoé\n")
    assert changed_nothing(store, "Prénom,Nom\nZOE,LEFEVRE PETIT\n")
    plan = run_import(store, "Nom;Prénom;E-mail\nLefèvre Petit;Zoé;zoe@exemple.test\n")
    assert counted(plan) == {"updated": 1}
    assert store.members()[0].email == "zoe@exemple.test"


def test_two_members_of_one_name_are_told_apart_by_year_or_not_at_all(store: MemberStore) -> None:
    header = "Numéro;Nom;Prénom;Année de naissance\n"
    run_import(store, f"{header}1;Martin;Anne;1950\n2;Martin;Anne;1980\n")
    plan = run_import(store, f"{header};Martin;Anne;1980\n;Martin;Anne;1999\n")
    assert [(line.outcome, line.number) for line in plan.lines] == [
        (Outcome.UNCHANGED, "2"),
        (Outcome.CREATED, "3"),
    ]
    with pytest.raises(NothingToImport, match="plusieurs membres portent ce nom"):
        preview(b"Nom;Prenom\nMartin;Anne\n", store, now=NOW)


def test_one_person_on_several_lines_is_one_member(store: MemberStore) -> None:
    text = (
        "Numéro;Nom;Prénom;Ville;Tél\n"
        "12;Martin;Anne;Le Teil;01\n"
        "12;MARTIN;Anne;Viviers;\n"
        "12;Martin;Anne;;02\n"
    )
    plan = run_import(store, text)
    assert counted(plan) == {"created": 1, "repeated": 2}
    assert plan.lines[0].message == "même personne que la ligne 4"
    (anne,) = store.members()
    assert (anne.town, anne.phone) == ("Viviers", "02")
    assert changed_nothing(store, text)


def test_the_numbers_of_the_co_op_replace_those_that_were_given(store: MemberStore) -> None:
    run_import(store, "Nom;E-mail\nAnne Martin;a@exemple.test\nBen Petit;b@exemple.test\n")
    text = "Numéro;Nom;E-mail\n340;Anne Martin;a@exemple.test\nX7;Ben Petit;b@exemple.test\n"
    plan = run_import(store, text)
    assert names(store) == {"340": "Anne Martin", "X7": "Ben Petit"}
    assert "numéro 1 remplacé par 340" in plan.lines[0].message
    assert changed_nothing(store, text)


def test_a_number_that_is_still_somebody_elses_is_not_taken(store: MemberStore) -> None:
    run_import(store, "Nom;E-mail\nAnne Martin;a@exemple.test\nBen Petit;b@exemple.test\n")
    text = (
        "Numéro;Nom;E-mail\n2;Anne Martin;a@exemple.test\n"
        "5;Ben Petit;b@exemple.test\n6;Chloé Durand;c@exemple.test\n"
    )
    plan = run_import(store, text)
    assert [line.line for line in plan.errors] == [2, 3]
    assert names(store) == {"1": "Anne Martin", "2": "Ben Petit", "6": "Chloé Durand"}
    assert changed_nothing(store, text)


def test_a_file_that_says_something_else_each_time_is_refused(store: MemberStore) -> None:
    run_import(
        store, "Numéro;Prénom;Nom;E-mail\n1;Anne;;a@exemple.test\n2;Ben;Petit;\n3;;Martin;\n"
    )
    text = (
        "Compteur de temps;Numéro de membre;Prénom;Nom;E-mail\n"
        ";2-2;Anne;Martin;b@exemple.test\n;2-2;Anne;;a@exemple.test\n"
        ";2-2;Ben;;a@exemple.test\n;3;;Petit;a@exemple.test\n;3;;Anne;a@exemple.test\n"
    )
    before = store.members()
    with pytest.raises(ContradictoryFile):
        preview(text.encode(), store, now=NOW)
    assert store.members() == before


def test_a_badge_that_is_somebody_elses_is_not_taken(store: MemberStore) -> None:
    text = "Numéro;Nom;Badge\n1;Anne;0421234567891\n2;Ben;0421234567891\n"
    plan = run_import(store, text)
    assert "déjà donné à quelqu’un d’autre" in plan.lines[1].message
    assert [one.badge for one in store.members()] == ["0421234567891", ""]
    assert changed_nothing(store, text)


def test_badges_may_change_hands_where_somebody_lets_go(store: MemberStore) -> None:
    run_import(store, "Numéro;Nom;Badge\n1;Anne;A\n2;Ben;B\n3;Chloé;C\n4;Dan;D\n")
    text = "Numéro;Nom;Badge\n1;Anne;B\n2;Ben;X\n3;Chloé;D\n4;Dan;C\n5;Élie;A\n6;Fanny;A\n"
    run_import(store, text)
    assert [one.badge for one in store.members()] == ["B", "X", "C", "D", "A", ""]
    assert changed_nothing(store, text)


# All or nothing


def test_a_plan_made_on_another_register_is_not_carried_out(store: MemberStore) -> None:
    data = b"Nom;E-mail\nAnne Martin;a@exemple.test\n"
    plan = preview(data, store, now=NOW)
    other = store.add(MemberData(given_name="Ben"), now=NOW)  # takes the number 1
    with pytest.raises(RegisterChanged):
        apply(plan, store, now=NOW)
    assert store.members() == [other]
    plan = preview(data, store, now=NOW)
    store.update(replace(other, town="Viviers"), now=NOW)  # changes nothing for this file
    apply(plan, store, now=NOW)
    assert names(store) == {"1": "Ben", "2": "Anne Martin"}


def test_a_full_disk_during_an_import_leaves_the_register_as_it_was(store: MemberStore) -> None:
    store.add(MemberData(given_name="Anne"), now=NOW)
    before = store.members()
    pages = store.db.execute("pragma page_count").fetchone()[0]
    store.db.execute(f"pragma max_page_count = {pages + 5}")
    with pytest.raises(DiskFull):
        run_import(store, many_members(2000))
    assert store.members() == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs a process that can be killed")
@pytest.mark.parametrize("wait", [0.0, 0.02, 0.1])
def test_an_import_that_is_killed_leaves_all_or_nothing(tmp_path: Path, wait: float) -> None:
    (tmp_path / "members.csv").write_bytes(many_members(5000))
    code = """
        import sys
        from pathlib import Path
        from passkoop_node.core.database import open_database
        from passkoop_node.members import FEATURE
        from passkoop_node.members.imports import apply, preview
        from passkoop_node.members.store import MemberStore
        folder = Path(sys.argv[1])
        store = MemberStore(open_database(folder / "passkoop.db", [FEATURE.migrations]))
        plan = preview((folder / "members.csv").read_bytes(), store, now=1)
        apply(plan, store, now=1, progress=lambda more: print(more, flush=True))
        print("done", flush=True)
    """
    process = subprocess.Popen(
        python_command(code, tmp_path),
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "1000\n"  # in the middle of it
    time.sleep(wait)
    process.kill()
    said = process.stdout.read()
    process.stdout.close()
    process.wait()
    with register_in(tmp_path) as store:
        count = store.count()
        assert count == 5000 if "done" in said else count in {0, 5000}
        assert store.db.execute("pragma integrity_check").fetchone()[0] == "ok"


def test_progress_counts_every_member(store: MemberStore) -> None:
    data = many_members(2500)
    plan = preview(data, store, now=NOW)
    heard: list[int] = []
    apply(plan, store, now=NOW, progress=heard.append)
    assert heard == [1000, 1000, 500]
    assert counted(preview(data, store, now=NOW)) == {"unchanged": 2500}
