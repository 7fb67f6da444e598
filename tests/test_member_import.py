"""Members from the files that co-ops have: exports, spreadsheets, and what is neither."""

import os
import random
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from passkoop_node.core.database import open_database
from passkoop_node.errors import (
    ContradictoryFile,
    DiskFull,
    FileTooLarge,
    NodeError,
    NoNameColumn,
    NotATable,
    NothingToImport,
    RegisterChanged,
)
from passkoop_node.members import FEATURE
from passkoop_node.members import csvfiles as files
from passkoop_node.members.columns import normalised
from passkoop_node.members.csvfiles import read_table
from passkoop_node.members.imports import ImportPlan, Outcome, apply, preview
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.store import MemberStore

NOW = 1_795_000_000  # in November 2026
HELLOASSO = (
    "\ufeffRéférence commande;Date de la commande;Statut de la commande;Nom adhérent;"
    "Prénom adhérent;Nom payeur;Prénom payeur;Email payeur;Raison sociale;Moyen de paiement;Tarif;"
    'Montant tarif;Code Promo;Montant code promo;"Téléphone   ";"Votre adresse e-mail";Ville;'
    "Date de naissance\r\n"
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path / "passkoop.db", [FEATURE.migrations])) as db:
        yield db


@pytest.fixture
def store(db: Database) -> MemberStore:
    return MemberStore(db)


def run_import(store: MemberStore, text: str | bytes) -> ImportPlan:
    data = text if isinstance(text, bytes) else text.encode()
    plan = preview(data, store, now=NOW)
    apply(plan, store, now=NOW)
    return plan


def counted(plan: ImportPlan) -> dict[str, int]:
    """Return the outcomes that there are."""
    return {outcome: count for outcome, count in plan.counts.items() if count}


def names(store: MemberStore) -> dict[str, str]:
    return {member.number: member.full_name for member in store.members()}


def changed_nothing(store: MemberStore, text: str | bytes) -> bool:
    """Say whether importing a file again leaves the register as it is, to the byte."""
    before = store.members()
    plan = run_import(store, text)
    return store.members() == before and not plan.additions and not plan.updates


# A plain file


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


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("\ufeffNuméro d’adhérent·e ", "numero d adherent"),
        ("N°\u00a0ADHÉRENT(E)", "n adherent"),
        ("Date d'adhésion\u00a0:", "date d adhesion"),
        ("Adresse e-mail", "adresse email"),
        ("first_name", "first name"),
        ("Coopérateur/rice", "cooperateur"),
        ("Votre courriel ?", "courriel"),
    ],
)
def test_a_header_is_compared_without_its_dress(header: str, plain: str) -> None:
    assert normalised(header) == plain


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("First name,Last name,Email", "Anne,Martin,a@b.test"),
        ("Nombre;Apellidos;Correo electrónico", "Anne;Martin;a@b.test"),
        ("Nome,Apelido,Correio eletrónico", "Anne,Martin,a@b.test"),
        ("Voornaam;Achternaam;E-mailadres", "Anne;Martin;a@b.test"),
        ("Nom;Courriel", "Anne Martin;a@b.test"),
        ("Name;Mail", "Anne Martin;a@b.test"),
        ("Nombre;Correo", "Anne Martin;a@b.test"),
        ("Prénom;Name;Mail", "Anne;Martin;a@b.test"),
        ("Nom & prénom;E-mail", "MARTIN Anne;a@b.test"),
    ],
)
def test_names_are_found_in_five_languages_in_one_column_or_two(
    store: MemberStore, header: str, line: str
) -> None:
    run_import(store, f"{header}\n{line}\n")
    (anne,) = store.members()
    assert (anne.given_name, anne.family_name.title()) == ("Anne", "Martin")
    assert anne.email == "a@b.test"


# Encodings and delimiters

TEXT = "Prénom;Nom;Ville\r\nZoé;Lefèvre;Œuilly\r\nBjörn;d’Arc;Saÿ\r\n"


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
        ("iso-8859-15", "ISO-8859-15"),
    ],
)
def test_a_file_is_read_in_the_encoding_it_is_in(store: MemberStore, codec: str, said: str) -> None:
    text = TEXT if codec != "iso-8859-15" else TEXT.replace("’", "'")
    mark = b"\xfe\xff" if codec == "utf-16-be" else b""
    plan = run_import(store, mark + text.encode(codec))
    assert plan.encoding == said
    assert plan.warnings == ()
    assert [one.town for one in store.members()] == ["Œuilly", "Saÿ"]


@pytest.mark.parametrize("delimiter", list(";,\t|"))
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_asked_of_the_header_and_quotes_are_heard(
    store: MemberStore, delimiter: str, newline: str
) -> None:
    lines = [
        ["Prénom", "Nom", '"Ville; ou, commune | bourg\tetc."', "Ville", "Notes"],
        ["Anne", "Martin", "", '"Le Teil, en ""haut"""', '"un; deux, trois|\tquatre"'],
    ]
    text = newline.join(delimiter.join(line) for line in lines) + newline
    plan = run_import(store, text)
    assert plan.delimiter == delimiter
    (anne,) = store.members()
    assert (anne.town, anne.notes) == ('Le Teil, en "haut"', "un; deux, trois| quatre")


def test_the_note_of_a_spreadsheet_on_its_delimiter_is_heard(store: MemberStore) -> None:
    assert (
        run_import(store, "sep=|\r\nNom, prénom|Nom|Prénom\r\n,|Martin|Anne\r\n").delimiter == "|"
    )
    assert names(store) == {"1": "Anne Martin"}


def test_lines_are_numbered_as_in_the_file(store: MemberStore) -> None:
    text = '\nNom;Prénom\n"Mar\ntin";Anne\n\n;;\n;Ben\n;\nDupont;\n'
    plan = preview(text.encode(), store, now=NOW)
    assert [(line.line, line.name) for line in plan.lines] == [
        (3, "Anne Mar tin"),
        (7, "Ben"),
        (9, "Dupont"),
    ]


def test_accents_that_were_broken_before_are_pointed_out(store: MemberStore) -> None:
    broken = "Nom;Prénom\nMartin;Anne\nLefèvre;Zoé\n".encode().decode("cp1252").encode()
    with pytest.raises(NoNameColumn):  # the header is broken too: Prénom alone says nothing
        preview(broken.replace(b"Nom", b"Rien"), store, now=NOW)
    text = "Nom;Prenom\nMartin;Anne\n" + "Lefèvre;Zoé\n".encode().decode("cp1252")
    plan = preview(text.encode(), store, now=NOW)
    assert "ligne 3\u202f: «\u00a0Ã¨\u00a0»" in plan.warnings[0]


def test_a_few_broken_letters_cost_their_lines_alone(store: MemberStore) -> None:
    data = b"Nom;Pr\xc3\xa9nom\nL\xc3\xa9on;Zo\xc3\xa9\nMartin;Agn\xe8s\nDupont;Anne\n"
    plan = run_import(store, data)
    assert [(line.line, line.outcome) for line in plan.lines if line.message] == [
        (3, Outcome.ERROR)
    ]
    assert "UTF-8" in plan.errors[0].message
    assert list(names(store).values()) == ["Zoé Léon", "Anne Dupont"]


# What is no list of members


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04\x14\0", "XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"),
        (b"SQLite format 3\0", "base"),
        (b"<!DOCTYPE html><html>Connectez-vous;Nom</html>", "page web"),
        ("Nom;Prénom\nMartin;Anne\n".encode("utf-16-le"), "UTF-16"),
        (b"Nom;Pr\0nom\n", "texte"),
        (b"\xff\xfeN", "UTF-16"),
        (b"Nom;\x81\x8d\n", "encodage"),
        (b'"Nom;Prenom\nMartin;Anne\n', "titre"),
        (b"Nom;" * 300_000, "démesurée"),
    ],
)
def test_a_file_that_is_no_table_says_what_it_is(
    store: MemberStore, data: bytes, word: str
) -> None:
    with pytest.raises(NotATable, match=word) as caught:
        preview(data, store, now=NOW)
    assert "CSV" in caught.value.hint


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n \n;;\n", b"Nom;Prenom\n", b"Nom\n;\n"])
def test_an_empty_file_says_so(store: MemberStore, data: bytes) -> None:
    with pytest.raises(NothingToImport):
        preview(data, store, now=NOW)


def test_a_file_that_is_too_large_is_not_read(
    store: MemberStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 50_000_000)
    with pytest.raises(FileTooLarge, match="51\u00a0Mo"):
        preview(b"Nom\n" + b"x" * 50_000_001, store, now=NOW)


def test_a_table_without_names_lists_the_headers_found(store: MemberStore) -> None:
    with pytest.raises(NoNameColumn, match="Produit, Prix \\(€\\)") as caught:
        preview("Produit;Prix (€)\nChou;2,50\n".encode(), store, now=NOW)
    assert "«\u00a0Nom\u00a0»" in caught.value.hint


def test_a_file_of_errors_alone_is_refused(store: MemberStore) -> None:
    with pytest.raises(NothingToImport, match="ligne 2\u202f: pas de nom"):
        preview(b"Nom;Prenom;Ville\n;;Le Teil\n;;Viviers\n", store, now=NOW)


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


def test_what_spreadsheets_put_around_a_text_is_taken_off(store: MemberStore) -> None:
    run_import(store, "Numéro;Nom;Tél\n12.0;=\"Martin\";'+33 6 12\n13,00;Dupont;'06\n")
    assert [(one.number, one.full_name, one.phone) for one in store.members()] == [
        ("12", "Martin", "+33 6 12"),
        ("13", "Dupont", "'06"),
    ]


def test_a_message_shows_a_strange_text_harmless_and_short(store: MemberStore) -> None:
    header = "\x1b[31mProduit" + "x" * 100
    with pytest.raises(NoNameColumn) as caught:
        preview(f"{header};\u202eautre\nA;B\n".encode(), store, now=NOW)
    assert str(caught.value).isprintable() or "\u202f" in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)
    assert len(str(caught.value)) < 150


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


# Exports that we know


def test_an_export_of_helloasso(store: MemberStore) -> None:
    text = HELLOASSO + (
        # Newest first; Anne renewed and moved, and her old address must not come back.
        "905;02/11/2026 19:45;Validé;MARTIN;Anne;MARTIN;Anne;anne@exemple.test;;Carte bancaire;"
        'Plein;"12,00";;;06 22;;Viviers;01/01/1970\r\n'
        "904;01/11/2026 08:00;Annulé;Petit;Ben;Petit;Ben;ben@exemple.test;;;Plein;12,00;;;;;;\r\n"
        "903;15/10/2026 10:00;Validé;Durand;Chloé;Durand;Denis;denis@exemple.test;;;Gratuit;;;;"
        ";;Le Teil;23/05/2009\r\n"
        "902;14/10/2026 10:00;Validé;Garnier;Élie;Garnier;Élie;compta@exemple.test;;;Plein;"
        '12,00;;;;elie@exemple.test;"Saint-Ours; ""le haut""";12/12/1977\r\n'
        "901;03/11/2025 20:10;Validé;Martin;Anne;Martin;Anne;anne@exemple.test;;;Plein;12,00;;;"
        "06 11;;Le Teil;01/01/1970\r\n"
    )
    plan = run_import(store, text)
    assert (plan.export, plan.title) == ("helloasso", "HelloAsso (adhésions)")
    assert counted(plan) == {"created": 3, "repeated": 1, "skipped": 1}
    assert plan.lines[1].message == "commande «\u00a0Annulé\u00a0», laissée de côté"
    assert plan.lines[4].message == "même personne que la ligne 2"
    anne, elie, chloe = store.members()
    assert (anne.town, anne.phone, anne.birth_year) == ("Viviers", "06 22", None)
    assert anne.joined == date(2025, 11, 3)  # since the first order
    assert (chloe.email, chloe.birth_year) == ("", 2009)  # her father paid: it is his address
    assert "son e-mail n’est pas repris" in plan.lines[2].message
    assert (elie.email, elie.town) == ("elie@exemple.test", 'Saint-Ours; "le haut"')
    assert changed_nothing(store, text)


def test_an_export_of_gestion_compte_with_households(store: MemberStore) -> None:
    text = (
        "Numéro de membre,Prénom,Nom,Email,Téléphone,Compteur de temps,Formations\n"
        "12,Anne,Martin,m@exemple.test,06 11,3.5,\n"
        "12,Ben,Martin,m@exemple.test,06 12,3.5,caisse\n"
        "13,Chloé,Durand,c@exemple.test,,-1,\n"
        "12,Élie,Petit,,,3.5,\n"
    )
    plan = run_import(store, text)
    assert plan.export == "gestion_compte"
    assert names(store) == {
        "12": "Anne Martin",
        "12-2": "Ben Martin",
        "12-3": "Élie Petit",
        "13": "Chloé Durand",
    }
    assert [one.category for one in store.members()] == [0, 1, 1, 0]
    assert "rattaché au membre 12" in plan.lines[1].message
    assert changed_nothing(store, text)
    header, *lines = text.splitlines()
    assert changed_nothing(store, "\n".join([header, *reversed(lines)]))  # in another order too


def test_the_import_file_of_gestion_compte(store: MemberStore) -> None:
    plan = run_import(
        store,
        "Numero existant,Nom,Prénom,Rue,Complement adresse,Code postale,Ville,Téléphone,Email,"
        "Commission (liste id),Email du compte associé,Date inscription,Montant,Mode de paiement,"
        "Membre ayant réalisé l'inscription\n"
        "7,Martin,Anne,3 rue du Four,Bât. B,07400,Le Teil,06,a@exemple.test,,,02/01/2024,15,1,Ben\n"
        "8,Petit,Ben,,,,,,b@exemple.test,,a@exemple.test,02/01/2024,15,1,\n",
    )
    assert plan.export == "gestion_compte_import"
    anne, ben = store.members()
    assert (anne.address, anne.postcode) == ("3 rue du Four, Bât. B", "07400")
    assert (anne.category, ben.category, anne.joined) == (0, 1, date(2024, 1, 2))


def test_an_export_of_galette(store: MemberStore) -> None:
    plan = run_import(
        store,
        '"ID de l\'adhérent ";"Statut ";"Nom ";"Prénom ";"Pseudo ";"Date de naissance ";"Genre ";'
        '"Adresse ";"Code Postal ";"Ville ";"Pays ";"Téléphone ";"GSM ";"Courriel ";'
        '"Date de création ";"Date d’échéance ";"Langue "\r\n'
        '"7";"Membre actif";"MARTIN";"Anne";"";"1977-12-12";"Femme";"3 rue du Four";"07400";'
        '"Le Teil";"France";"04 75";"06 11";"a@exemple.test";"2024-01-02";"2027-01-01";'
        '"Français"\r\n',
    )
    assert plan.export == "galette"
    (anne,) = store.members()
    assert (anne.number, anne.phone, anne.gender, anne.language) == ("7", "06 11", "f", "fr")
    assert (anne.birth_year, anne.joined) == (1977, date(2024, 1, 2))


def test_an_export_of_paheko(store: MemberStore) -> None:
    text = (
        "Numéro de membre,Nom & prénom,Adresse E-Mail,Adresse postale,Code postal,Ville,"
        "Numéro de téléphone,Inscription à la lettre d'information,Date d'inscription,Catégorie\n"
        "1,DUPONT Marie,m@exemple.test,3 rue du Four,07400,Le Teil,0611,Oui,02/01/2024,Actif\n"
        "2,Élie Petit,,,,,,Non,02/01/2024,Rattaché\n"
    )
    plan = run_import(store, text)
    assert plan.export == "paheko"
    marie, elie = store.members()
    assert (marie.given_name, marie.family_name, marie.email) == (
        "Marie",
        "DUPONT",
        "m@exemple.test",
    )
    assert (elie.full_name, elie.category) == ("Élie Petit", 1)
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


def test_a_full_disk_during_an_import_leaves_the_register_as_it_was(
    db: Database, store: MemberStore
) -> None:
    store.add(MemberData(given_name="Anne"), now=NOW)
    before = store.members()
    pages = db.execute("pragma page_count").fetchone()[0]
    db.execute(f"pragma max_page_count = {pages + 5}")
    with pytest.raises(DiskFull):
        run_import(store, many_members(2000))
    assert store.members() == before


def many_members(count: int) -> bytes:
    """Return a file of invented members, the same each time."""
    chance = random.Random(7)
    given, family = ["Anne", "Béatrice", "Chloé", "Denis", "Élie"], ["Martin", "Lefèvre", "Petit"]
    lines = ["Numéro;Nom;Prénom;E-mail;Téléphone;Adresse;Code postal;Ville;Date d'inscription"]
    for number in range(1, count + 1):
        name = f"{chance.choice(family)}-{chance.choice(family)}{chance.randrange(9999)}"
        lines.append(
            f"{number};{name};{chance.choice(given)};m{number}@exemple.test;06 {number:08};"
            f"{number} rue du Four;07{number % 1000:03};Le Teil;"
            f"0{number % 9 + 1}/0{number % 8 + 1}/2024"
        )
    return "\n".join(lines).encode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a process that can be killed")
@pytest.mark.parametrize("wait", [0.0, 0.02, 0.1])
def test_an_import_that_is_killed_leaves_all_or_nothing(tmp_path: Path, wait: float) -> None:
    path = tmp_path / "passkoop.db"
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
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
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
    with closing(open_database(path, [FEATURE.migrations])) as db:
        count = MemberStore(db).count()
        assert count == 5000 if "done" in said else count in {0, 5000}
        assert db.execute("pragma integrity_check").fetchone()[0] == "ok"


def test_progress_counts_every_member(store: MemberStore) -> None:
    data = many_members(2500)
    plan = preview(data, store, now=NOW)
    heard: list[int] = []
    apply(plan, store, now=NOW, progress=heard.append)
    assert heard == [1000, 1000, 500]
    assert counted(preview(data, store, now=NOW)) == {"unchanged": 2500}


# Anything at all

# fmt: off
CELLS = st.sampled_from([
    "", "1", "12", "Anne", "Martin", "MARTIN Anne", "a@exemple.test", "31/12/2025", "x" * 600,
    "Validé", "Annulé", '"', '"a;b"', "\n", ";", "\ufeff", "é", "\x1b", "9" * 40, "01/01/1970",
])
HEADERS = st.sampled_from([
    "Nom", "Prénom", "Numéro de membre", "E-mail", "Compteur de temps", "Badge", "Nom & prénom",
    "Date de naissance", "Catégorie", "Langue", "Genre", "Rien", "Date d'adhésion",
    "Référence commande", "Statut de la commande", "Nom adhérent", "Prénom adhérent",
    "Email payeur", "Nom payeur", "Date de la commande",
])
# fmt: on


@st.composite
def crooked_tables(draw: st.DrawFn) -> bytes:
    """Return a file that is nearly a list of members."""
    delimiter = draw(st.sampled_from(files.DELIMITERS))
    lines = [draw(st.lists(HEADERS, min_size=1, max_size=8))]
    lines += draw(st.lists(st.lists(CELLS, max_size=9), max_size=8))
    text = draw(st.sampled_from(["\n", "\r\n"])).join(map(delimiter.join, lines))
    return text.encode(draw(st.sampled_from(["utf-8", "utf-16", "utf-8-sig"])))


WORLD = {
    "Numéro de membre": ["", "1", "2", "3", "2-2"],
    "Prénom": ["Anne", "Ben", "ANNE", ""],
    "Nom": ["Martin", "Petit", "Anne"],
    "E-mail": ["", "a@exemple.test", "A@exemple.test", "b@exemple.test"],
    "Badge": ["", "A", "B"],
    "Année de naissance": ["", "1950", "1980"],
    "Date d'adhésion": ["", "01/02/2024", "01/03/2025"],
    "Compteur de temps": [""],
}


@st.composite
def small_worlds(draw: st.DrawFn) -> bytes:
    """Return a sound list of a few people who share names, numbers, addresses and badges."""
    some = draw(st.lists(st.sampled_from(list(WORLD)), unique=True))
    headers = draw(st.permutations(["Nom", *(header for header in some if header != "Nom")]))
    lines = st.lists(st.tuples(*(st.sampled_from(WORLD[header]) for header in headers)), max_size=6)
    return "\n".join(";".join(line) for line in [headers, *draw(lines)]).encode()


TABLES = crooked_tables() | small_worlds()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(TABLES, max_size=2),
    data=TABLES | st.binary() | st.text().map(str.encode),
)
@example(before=[], data=b"Nom\n" + b'"\n' * 3000)
@example(before=[], data=b"Nom;Nom\n" + b'x;"\n' * 10)
@example(before=[], data=b"sep=;\n")
@example(before=[], data=b"Nom;Num\xc3\xa9ro\nA\xc3\xa9;\xe9\n")
def test_no_file_raises_anything_but_our_errors_and_a_second_time_changes_nothing(
    store: MemberStore, before: list[bytes], data: bytes
) -> None:
    store.db.execute("delete from member")
    for earlier in before:
        import_or_refuse(store, earlier)
    refused = import_or_refuse(store, data)
    if refused:
        assert str(refused)
        assert refused.hint
    members = store.members()
    import_or_refuse(store, data)
    assert store.members() == members


def import_or_refuse(store: MemberStore, data: bytes) -> NodeError | None:
    try:
        plan = run_import(store, data)
    except NodeError as error:
        return error
    assert len(plan.lines) == sum(plan.counts.values())
    return None


def test_many_lines_that_cannot_be_read_are_given_up_soon(store: MemberStore) -> None:
    with pytest.raises(NotATable, match="illisibles"):
        preview(b"Nom\n" + b'"a"b\n' * 5000, store, now=NOW)


def test_a_table_says_how_it_was_read() -> None:
    table = read_table("Nom|Prénom\nMartin|Anne\n".encode())
    assert (table.headers, table.delimiter) == (("Nom", "Prénom"), "|")
    assert table.rows == [(2, ["Martin", "Anne"], "")]
