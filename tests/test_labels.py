"""The people of a segment on paper and in files: labels, CSV, XLSX, by page and by command."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from python_calamine import CalamineWorkbook
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from command import GIVEN, Coop
from nodes import Node
from passkoop_node.letters.exporting import envelopes
from passkoop_node.letters.labels import SHEETS, Sheet, label_sheets
from passkoop_node.letters.paper_pages import KINDS, PER_PAGE
from passkoop_node.members.member import MemberData
from passkoop_node.members.postal import address_lines
from serving import NOON, Client, Served

ADDRESS = ["Maïté Etcheverry", "3 rue des Halles", "25000 Besançon"]
LONG = [
    "Jean-Sébastien de la Très Longue Maison-Neuve et d'Ailleurs",
    *["Bâtiment " * 12] * 4,
]


def pages(data: bytes) -> list[list[tuple[str, tuple[float, float, float, float]]]]:
    """Return the texts of each page with their boxes: left, bottom, right, top."""
    found = []
    for page in pdfium.PdfDocument(data):
        text = page.get_textpage()
        boxes = [text.get_rect(n) for n in range(text.count_rects())]
        found.append([(text.get_text_bounded(*box), box) for box in boxes])
    return found


def is_within(box: tuple[float, float, float, float], sheet: Sheet, place: int) -> bool:
    """Return whether a text stands on one label."""
    left, bottom, right, top = box
    x, y = sheet.corner(place)
    return x <= left and right <= x + sheet.width and y <= bottom and top <= y + sheet.height


@pytest.mark.parametrize("name", SHEETS)
def test_each_label_stands_within_its_own(name: str) -> None:
    sheet = SHEETS[name]
    assert sheet.per_page == PER_PAGE[name]
    count = sheet.per_page + 1
    addresses = [[f"Nom{n}", *LONG[n % 2 :]] for n in range(count)]
    first, second = pages(label_sheets(addresses, sheet, title="AG"))
    for page, offset in ((first, 0), (second, sheet.per_page)):
        for text, box in page:
            place = next(at for at in range(sheet.per_page) if is_within(box, sheet, at))
            if text.startswith("Nom"):
                assert text == f"Nom{place + offset}"
    left, bottom = sheet.corner(sheet.per_page - 1)
    assert left + sheet.width < A4[0] - 4 * mm
    assert bottom > 4 * mm


def test_labels_begin_where_the_sheet_was_left() -> None:
    sheet = SHEETS["L7160"]
    first, second = pages(label_sheets([ADDRESS] * 2, sheet, start=21, title="AG"))
    (_name, (left, bottom, _right, _top)), *_rest = first
    assert left > sheet.corner(20)[0]
    assert bottom < sheet.corner(17)[1]
    assert second[0][0] == "Maïté Etcheverry"
    for start in (0, 22):
        with pytest.raises(ValueError, match="labels"):
            label_sheets([ADDRESS], sheet, title="", start=start)


def test_an_envelope_goes_to_a_household_once_and_abroad_with_the_country(courge: Node) -> None:
    members, now = courge.rooms.members, courge.now
    home: dict[str, Any] = {"address": "3 rue des Halles", "postcode": "25000", "town": "Besançon"}
    paul = members.add(MemberData(given_name="Paul", **home, country="France"), now=now)
    ane = members.add(MemberData(given_name="Ane", **home), now=now)
    far = members.add(MemberData(given_name="Jon", town="Irun", address="1", country="es"), now=now)
    members.add(MemberData(given_name="Sans", town="Irun"), now=now)
    courge.rooms.households.join(ane, paul, on=date(2026, 11, 18), now=now, actor="t")
    found = envelopes(members, members.members(), by_household=True)
    assert [one.given_name for one in found.addressed] == ["Paul", "Jon"]
    assert [one.given_name for one in found.without] == ["Sans"]
    assert found.shared == 1
    each = envelopes(members, members.members(), by_household=False)
    assert len(each.addressed) == 3
    assert address_lines(paul, home="FR") == ["Paul", "3 rue des Halles", "25000 Besançon"]
    assert address_lines(far, home="FR")[-1] == "ES"


@pytest.fixture
def nico(served: Served) -> Client:
    people = [
        MemberData(number="1", given_name="=1+1", family_name="@SUM(A1)", town="Irun", address="1"),
        MemberData(number="2", given_name="Paul", email="a@exemple.test"),
    ]
    served.run(lambda: served.rooms.members.write_all(people, now=NOON))
    return served.administrator()


def test_the_people_of_a_segment_go_into_files_that_execute_nothing(nico: Client) -> None:
    path = "/bureau/segments/membres/exporter"
    sent = nico.post(path, {"format": "csv"})
    assert "attachment" in (sent.headers["Content-Disposition"] or "")
    rows = list(csv.reader(io.StringIO(sent.body.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][1:3] == ["'=1+1", "'@SUM(A1)"]
    book = nico.post(path, {"format": "xlsx"}).body
    (sheet,) = CalamineWorkbook.from_filelike(io.BytesIO(book)).sheet_names
    table = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name(sheet).to_python()
    assert table[1][1] == "=1+1"
    assert b"<f>" not in book
    assert nico.post(path, {"format": "exe"}).status == 400
    assert nico.post("/bureau/segments/99/exporter", {"format": "csv"}).status == 404


def test_the_page_of_labels_lists_who_has_no_address(nico: Client) -> None:
    path = "/bureau/segments/membres/etiquettes"
    assert set(KINDS) == set(SHEETS)
    shown = nico.get(path).words
    assert "1 personne a une adresse postale" in shown
    assert "1 personne sans adresse Paul" in shown
    asked = {"feuille": "L7160", "depuis": "3", "ordre": "nom", "foyers": "oui"}
    made = nico.post(path, asked)
    assert made.headers["Content-Type"] == "application/pdf"
    ((text, _box), *_rest) = pages(made.body)[0]
    assert text.startswith("=1+1")
    for field, wrong in (("depuis", "22"), ("depuis", "x"), ("feuille", "A4"), ("ordre", "; --")):
        answer = nico.post(path, {**asked, field: wrong})
        assert answer.status == 422, (field, wrong)
    nobody = nico.post("/bureau/segments/sans-adresse/etiquettes", asked)
    assert nobody.status == 422
    assert "Personne ici n’a d’adresse postale" in nobody.words


def test_segments_at_the_command_line(tmp_path: Path) -> None:
    coop = Coop(tmp_path / "coop")
    coop.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    coop.do("member", "add", "--given", "=Paul", "--joined", "2026-01-01")
    listed = {one["key"]: one["people"] for one in coop.do("segment", "list", "--json").answers}
    assert listed["membres"] == listed["sans-email"] == 1
    assert listed["partis"] == 0
    assert coop.do("segment", "show", "sans-email", "--json").answer["name"] == "=Paul"
    assert "sans-email" in coop.do("segment", "list").out
    assert coop("segment", "show", "rien").code == GIVEN
    file = tmp_path / "gens.csv"
    coop.do("segment", "export", "membres", "-o", file, "--columns", "number,given_name")
    assert file.read_text("utf-8-sig").splitlines()[1] == "1;'=Paul"
    assert coop("segment", "export", "membres", "-o", tmp_path / "x.exe").code == GIVEN
