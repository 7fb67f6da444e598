"""Members from XLSX and ODS, and workbooks that are none, or far too much."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from importing import NOW, names, register_in, run_import
from passkoop_node.errors import NotATable, NothingToImport
from passkoop_node.members.imports import Outcome, preview
from passkoop_node.members.store import MemberStore
from workbooks import Cell, ods, xlsx, xlsx_of

HEADERS = ("Numéro", "Nom, s'il y en a plusieurs le premier", "Nom", "Prénom", "Date d'adhésion")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemberStore]:
    with register_in(tmp_path) as store:
        yield store


def test_members_come_from_a_workbook_of_excel(store: MemberStore) -> None:
    rows: list[Sequence[Cell]] = [
        HEADERS,
        [12, None, "Lefèvre;", "Zoé\nAnne", "31/12/2025"],
        [],
        [13.0, "", "Martin", "Ben", None],
    ]
    plan = run_import(store, xlsx(rows))
    assert names(store) == {"12": "Zoé Anne Lefèvre;", "13": "Ben Martin"}
    assert [line.line for line in plan.lines] == [2, 4]  # as the spreadsheet numbers them
    assert (plan.delimiter, plan.encoding) == (";", "XLSX, ODS")
    assert preview(xlsx(rows), store, now=NOW).counts[Outcome.UNCHANGED] == 2


def test_members_come_from_a_workbook_of_libreoffice_and_an_empty_sheet_is_passed_over(
    store: MemberStore,
) -> None:
    run_import(store, ods([["Nom", "Prénom"], ["Œuvrard", "Élie"]]))
    assert names(store) == {"1": "Élie Œuvrard"}


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04" + bytes(100), xlsx([["Nom"]])[:-40], xlsx_of("<nonsense")]
)
def test_a_damaged_workbook_says_so(store: MemberStore, data: bytes) -> None:
    with pytest.raises(NotATable, match="pas un classeur") as caught:
        preview(data, store, now=NOW)
    assert "CSV" in caught.value.hint


def test_an_empty_workbook_says_so(store: MemberStore) -> None:
    with pytest.raises(NothingToImport):
        preview(xlsx([]), store, now=NOW)


FIRST = '<row r="1"><c r="A1"><v>1</v></c></row>'
LONG = "x" * 30_000
BOMBS = {
    "far": FIRST + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "wide": FIRST + '<row r="2"><c r="XFD2"><v>1</v></c></row>',
    "long": "".join(
        f'<row r="{number}"><c t="inlineStr"><is><t>{LONG}</t></is></c></row>'
        for number in range(1, 1100)
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_workbook_that_unfolds_to_more_than_there_is_costs_an_answer(
    store: MemberStore, bomb: str
) -> None:
    with pytest.raises(NotATable, match="démesuré"):
        preview(xlsx_of(BOMBS[bomb]), store, now=NOW)


def test_what_people_write_above_the_titles_is_passed_over(store: MemberStore) -> None:
    rows: list[Sequence[Cell]] = [
        ["Liste des membres 2026", None, None],
        [],
        ["Éditée par", "Odile", None],
        ["Numéro", "Nom", "Prénom"],
        [12, "Etcheverry", "Maïté"],
    ]
    plan = run_import(store, xlsx(rows))
    assert names(store) == {"12": "Maïté Etcheverry"}
    assert "à la ligne 4" in plan.warnings[0]
    assert [line.line for line in plan.lines] == [5]
    assert preview(xlsx(rows), store, now=NOW).counts[Outcome.UNCHANGED] == 1
