"""Files that hold members, in every dress, and files that do not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from importing import NOW, names, register_in, run_import
from passkoop_node.errors import (
    FileTooLarge,
    NoNameColumn,
    NotATable,
    NothingToImport,
)
from passkoop_node.members import csvfiles as files
from passkoop_node.members.csvfiles import read_table
from passkoop_node.members.imports import Outcome, preview
from passkoop_node.members.store import MemberStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemberStore]:
    with register_in(tmp_path) as store:
        yield store


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
    plan = run_import(store, "sep=|\r\nNom, prénom|Nom|Prénom\r\n,|Martin|Anne\r\n")
    assert plan.delimiter == "|"
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


# What stands around a text


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


def test_many_lines_that_cannot_be_read_are_given_up_soon(store: MemberStore) -> None:
    with pytest.raises(NotATable, match="illisibles"):
        preview(b"Nom\n" + b'"a"b\n' * 5000, store, now=NOW)


def test_a_table_says_how_it_was_read() -> None:
    table = read_table("Nom|Prénom\nMartin|Anne\n".encode())
    assert (table.headers, table.delimiter) == (("Nom", "Prénom"), "|")
    assert table.rows == [(2, ["Martin", "Anne"], "")]
