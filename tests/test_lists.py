"""Lists for a spreadsheet: members, payments and visits, by page and by command."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from command import Coop
from importing import NOW
from passkoop_node.core import language
from passkoop_node.core.accounts import Role
from passkoop_node.core.sheets import Sheet, csv_of, xlsx_of
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.store import Method
from passkoop_node.members import listing
from passkoop_node.members.beside import known_in
from passkoop_node.members.imports import apply, preview
from passkoop_node.members.preferences import Channel, Topic
from passkoop_node.rooms import Rooms
from passkoop_node.takeout.pages import LISTS
from serving import Client, Served

PEOPLE = (
    "Numéro;Nom;Prénom;E-mail;Téléphone;Adresse;Code postal;Ville;Pays;Langue;Genre;"
    "Année de naissance;Date d'adhésion;Date de départ;Badge;Parrain;Notes;Titulaire du foyer;"
    "Lettre d'information\n"
    "1;Martin;Anne;a@exemple.test;+33 6 11;3 rue du Four;07400;Le Teil;France;fr;f;1980;"
    "02/01/2024;;A12;Zoé;vélo;;Oui\n"
    "2;Martin;Ben;b@exemple.test;;;;;;;m;;03/01/2024;;;;;1;Non\n"
    "3;Roux;Luc;;;;;;;;;;05/01/2020;06/01/2025;;;;;\n"
    "4;'=CMD|A1;@Lou;;;;;;;;x;;;;;;;;\n"
)


def fill(rooms: Rooms) -> None:
    plan = preview(PEOPLE.encode(), rooms.members, now=NOW)
    apply(plan, rooms.members, now=NOW)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


@pytest.fixture
def office(served: Served) -> Client:
    served.run(fill, served.the(Rooms))
    return served.entered("Odile", Role.OFFICE)


def test_what_looks_like_a_formula_stays_text_in_both_kinds_of_files() -> None:
    rows: Sequence[Sequence[str | int | date | Decimal | None]] = [
        ("=1+1", "http://exemple.test", date(2026, 5, 1), Decimal("-12.50"), None, 3),
        ("-2", "@x", date(1850, 5, 1), Decimal("1234.00"), "", 0),
    ]
    sheet = Sheet(title="A/B: *", titles=["=T", "b", "c", "d", "e", "f"], rows=rows)
    assert rows_of(csv_of(sheet))[1:] == [
        ["'=1+1", "http://exemple.test", "2026-05-01", "-12,50", "", "3"],
        ["'-2", "'@x", "1850-05-01", "1234,00", "", "0"],
    ]
    with zipfile.ZipFile(io.BytesIO(xlsx_of(sheet))) as book:
        text = "".join(
            book.read(name).decode() for name in book.namelist() if name.endswith(".xml")
        )
        relations = [name for name in book.namelist() if "worksheets/_rels" in name]
    assert "<f>" not in text
    assert "=1+1" in text
    assert relations == []  # no link either


def test_the_members_of_today_go_into_a_file_with_the_columns_that_are_wanted(
    served: Served, office: Client
) -> None:
    page = office.get(LISTS)
    assert "Exporter les membres" in page.words
    assert "Paiements" not in page.words  # the co-op asks for no dues
    asked = {"qui": "present", "format": "csv", "colonne-number": "oui", "colonne-email": "oui"}
    answer = office.post(f"{LISTS}/membres", asked)
    assert answer.status == 200
    assert rows_of(answer.body)[0] == ["Numéro", "E-mail"]
    assert [row[0] for row in rows_of(answer.body)[1:]] == ["1", "2", "4"]
    everybody = office.post(
        f"{LISTS}/membres", asked | {"qui": "all", "colonne-family_name": "oui"}
    )
    assert [row[0] for row in rows_of(everybody.body)[1:]] == ["1", "2", "3", "4"]
    assert rows_of(everybody.body)[4][1] == "'=CMD|A1"
    noted = served.run(served.the(Rooms).audit.entries)
    assert noted[0].action == "member.export"
    assert noted[0].details["columns"] == ["number", "family_name", "email"]


def test_a_list_without_columns_is_asked_for_again(office: Client) -> None:
    answer = office.post(f"{LISTS}/membres", {"qui": "present", "format": "csv"})
    assert answer.status == 422
    assert "au moins une colonne" in answer.words
    assert office.post(f"{LISTS}/visites", {"v-du": "hier", "format": "csv"}).status == 422
    assert office.post(f"{LISTS}/visites", {"format": "exe"}).status == 422


@pytest.mark.parametrize("code", ["fr", "en", "es", "pt", "nl"])
def test_what_goes_out_comes_in_again_and_changes_nothing(tmp_path: Path, code: str) -> None:
    coop = Coop(tmp_path / "coop")
    coop.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    with coop.rooms() as rooms:
        fill(rooms)
        store, known = rooms.members, known_in(rooms.members)
        numbers = {one.id: one.number for one in store.members()}
        with language.speaking(code):
            sheet = listing.sheet_of(store.members(), listing.COLUMNS, numbers=numbers, known=known)
            rows = [list(row) for row in sheet.rows]
            files = [
                write(Sheet(title=sheet.title, titles=sheet.titles, rows=rows))
                for write in (csv_of, xlsx_of)
            ]
        for data in files:
            plan = preview(data, store, now=NOW)
            assert plan.ignored == ()
            assert not plan.people
            assert plan.errors == []
    fresh = Coop(tmp_path / "autre")
    fresh.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    with fresh.rooms() as rooms:
        apply(preview(files[0], rooms.members, now=NOW), rooms.members, now=NOW)
        anne, ben, _luc, _lou = rooms.members.members()
        assert (anne.phone, anne.gender, anne.badge) == ("+33 6 11", "f", "A12")
        assert rooms.households.principal_of(ben) == anne
        assert rooms.preferences.of(anne.id).channels[Topic.NEWS] is Channel.EMAIL


def test_payments_go_out_with_their_receipts(served: Served, office: Client) -> None:
    rooms = served.the(Rooms)

    def pay() -> None:
        plan = Plan(yearly=Yearly.ROLLING, cents=1250)
        rooms.dues.set_plan(plan, now=served.now, actor="account:1")
        for number, day in (("1", date(2026, 3, 1)), ("4", date(2026, 5, 1))):
            rooms.dues.pay(
                rooms.members.by_number(number),
                cents=1250,
                method=Method.CASH,
                paid_on=day,
                today=date(2026, 11, 22),
                now=served.now,
                actor="account:1",
            )
        rooms.dues.correct("2026-0002", today=date(2026, 11, 22), now=served.now, actor="account:1")

    served.run(pay)
    answer = office.post(f"{LISTS}/paiements", {"p-du": "2026-04-01", "format": "csv"})
    titles, *rows = rows_of(answer.body)
    assert titles[:4] == ["Reçu", "Date", "Numéro", "Nom"]
    assert [row[0] for row in rows] == ["2026-0002", "2026-0003"]
    assert rows[0][3:6] == ["@Lou =CMD|A1", "Cotisation", "12,50"] or rows[0][3].startswith("'@")
    assert rows[1][5] == "-12,50"
    assert (rows[0][10], rows[1][9]) == ("2026-0003", "2026-0002")
    assert office.post(f"{LISTS}/paiements", {"format": "xlsx"}).body.startswith(b"PK")
    wrong = office.post(
        f"{LISTS}/paiements", {"p-du": "2026-04-02", "p-au": "2026-04-01", "format": "csv"}
    )
    assert "avant l’autre" in wrong.words


def test_the_register_of_visits_goes_out_as_a_workbook(office: Client) -> None:
    answer = office.post(f"{LISTS}/visites", {"format": "xlsx"})
    assert answer.status == 200
    assert answer.body.startswith(b"PK")


def test_the_same_lists_are_commands(tmp_path: Path) -> None:
    coop = Coop(tmp_path / "coop")
    coop.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    with coop.rooms() as rooms:
        fill(rooms)
    file = tmp_path / "membres.xlsx"
    said = coop.do("member", "export", "-o", file)
    assert "3 membres" in said.err
    assert file.read_bytes().startswith(b"PK")
    assert coop.do("member", "import", file).err.count("sans changement") == 1
    shown = coop.do("member", "export", "--columns", "number, family_name", "--all")
    assert [row[0] for row in rows_of(shown.raw)] == ["Numéro", "1", "2", "3", "4"]
    assert coop("member", "export", "--columns", "password").code
    assert coop("member", "export", "-o", tmp_path / "membres.doc").code
    assert rows_of(coop.do("dues", "export").raw)[0][0] == "Reçu"
    coop.do("visit", "export", "-o", tmp_path / "visites.xlsx")
    assert (tmp_path / "visites.xlsx").read_bytes().startswith(b"PK")
