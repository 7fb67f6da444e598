"""A member's data, taken away and erased: on their page, at the office, at the command line."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from command import passkoop
from nodes import found
from owning import own
from passkoop_node.booklet import labels, values
from passkoop_node.booklet.archive import render_page
from passkoop_node.core.accounts import Role
from passkoop_node.members.keeping import add_member
from passkoop_node.members.member import MemberData
from sending import send_file
from serving import NOON, Answer, Client, Served
from test_erasing import HER, fill, her
from test_erasing import node as node

PNG = b"\x89PNG\r\n\x1a\n image"


@pytest.fixture
def shop(served: Served) -> Served:
    """Return the node of a co-op with two members."""

    def put() -> None:
        rooms = served.rooms
        for number, name in (("1", "Maïté"), ("2", "Kepa")):
            data = MemberData(number=number, given_name=name, family_name="Haran")
            add_member(rooms.members, rooms.audit, data, actor="test", now=served.now)
        rooms.issuer.issue([rooms.members.by_number("1")], now=served.now, actor="test")

    served.run(put)
    return served


def unpacked(answer: Answer) -> dict[str, bytes]:
    assert answer.status == 200, answer.words
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_member_takes_all_away_in_one_file(shop: Served) -> None:
    nico = shop.entered("Nico", Role.OFFICE)
    path = "/bureau/membres/1/page/document"
    assert send_file(nico, path, "recu.png", PNG).status == 422  # without a title
    put = shop.rooms.own.documents.put
    who: dict[str, Any] = {"actor": "test", "now": shop.now}
    shop.run(put, 1, "Reçu", PNG, number="1", **who)
    shop.run(put, 2, "De Kepa", PNG, number="2", **who)
    maite = own(shop, "1")
    files = unpacked(maite.get("/moi/donnees.zip"))
    assert set(files) == {"donnees.json", "donnees.html", "documents/document-1.png"}
    assert files["documents/document-1.png"] == PNG
    told = json.loads(files["donnees.json"])
    assert (told["format"], told["coop"]) == ("passkoop member data 1", "Hendaia Koop")
    assert told["member"][0]["given_name"] == "Maïté"
    page = files["donnees.html"].decode()
    assert "Votre fiche" in page
    assert "Kepa" not in page + files["donnees.json"].decode()
    assert unpacked(nico.get("/bureau/membres/1/donnees.zip")).keys() == files.keys()


def test_every_field_of_the_file_has_a_name_for_people(tmp_path: Path) -> None:
    node = found(tmp_path / "coop", "Hendaia Koop", now=NOON)
    fill(node)
    told = node.rooms.own.data.of(her(node))
    assert set(told) == set(labels.HOLDINGS)
    keys = {key for lines in told.values() for line in lines for key in line}
    assert sorted(key for key in keys if not labels.is_named(key)) == []
    node.rooms.close()


def test_the_file_for_people_says_in_words_what_that_for_programs_says_in_codes(
    tmp_path: Path,
) -> None:
    node = found(tmp_path / "coop", "Hendaia Koop", now=NOON)
    fill(node)
    told = node.rooms.own.data.of(her(node))
    lines = [line for lines in told.values() for line in lines]
    left = {
        (key, value)
        for line in lines
        for key, value in line.items()
        if key in values.CODES and value not in ("", None) and values.said(key, value) is None
    }
    assert left == {("state", "m1")}  # which is no state
    assert {one["action"] for one in told["log"]} <= values.CODES["action"].keys()
    page = render_page(told, her(node), coop="Hendaia Koop", now=NOON)
    for code in ("own.link", "account:1", "till:1", ">valid<", ">cash<", "2026-11-22", "principal"):
        assert code not in page, code
    for words in ("Le bureau", "Valable", "Espèces", "22\u00a0novembre 2026", "1 minute"):
        assert words in page.replace("1\u00a0minute", "1 minute"), words
    node.rooms.close()


def test_a_member_asks_to_be_erased_and_the_office_does_it(shop: Served) -> None:
    maite, nico = own(shop, "1"), shop.entered("Nico", Role.OFFICE)
    assert "Ce qui reste" in maite.get("/moi/effacement").words
    refused = maite.post("/moi/effacement", {})
    assert refused.status == 422
    assert "Cochez la case" in refused.words
    assert maite.post("/moi/effacement", {"certain": "oui"}).goes_to == "/moi/donnees"
    assert "Retirer ma demande" in maite.get("/moi/donnees").words
    assert "soient effacées" in nico.get("/bureau/membres/1").words
    page = "/bureau/membres/1/effacer"
    assert "soient effacées" in nico.get(page).words
    wrong = nico.post(page, {"numero": "2"})
    assert (wrong.status, "Ce n'est pas son numéro" in wrong.words.replace("’", "'")) == (422, True)
    done = nico.post(page, {"numero": "1"})
    assert done.goes_to == "/bureau/membres"
    assert "ses cartes sont annulées" in nico.get("/bureau/membres").words
    assert nico.get("/bureau/membres/1").status == 404
    assert maite.get("/moi/carte").goes_to == "/moi"


def test_a_member_takes_the_wish_back(shop: Served) -> None:
    maite = own(shop, "1")
    maite.post("/moi/effacement", {"certain": "oui"})
    maite.post("/moi/effacement/reprendre")
    assert "Tout effacer" in maite.get("/moi/donnees").words
    assert shop.run(shop.rooms.own.wishes.all) == []


def test_a_page_is_closed_on_all_devices_by_the_member_or_the_office(shop: Served) -> None:
    phone, tablet = own(shop, "1"), own(shop, "1")
    assert "2 appareils" in phone.get("/moi/donnees").words
    phone.post("/moi/donnees/appareils")
    assert tablet.get("/moi/carte").goes_to == "/moi"
    phone, nico = own(shop, "1"), shop.entered("Nico", Role.OFFICE)
    nico.post("/bureau/membres/1/page/fermer")
    assert phone.get("/moi/carte").goes_to == "/moi"


def test_the_office_gives_a_link_to_scan(shop: Served) -> None:
    nico = shop.entered("Nico", Role.OFFICE)
    page = nico.post("/bureau/membres/2/page/lien")
    assert page.status == 200
    path = page.text.partition("/moi/lien/")[2].partition("<")[0]
    kepa = Client(shop)
    assert "Kepa Haran" in kepa.get(f"/moi/lien/{path}").words
    assert kepa.post(f"/moi/lien/{path}", {"personne": "1"}).status == 422
    assert kepa.post(f"/moi/lien/{path}", {"personne": "2"}).goes_to == "/moi"


def test_the_command_gives_and_erases_after_asking(tmp_path: Path) -> None:
    node = found(tmp_path / "coop", "Hendaia Koop", now=NOON)
    fill(node)
    node.rooms.close()
    at = ("--home", node.home.path)
    file = tmp_path / "elle.zip"
    done = passkoop(*at, "member", "data", HER.number, file, now=NOON)
    assert done.code == 0, done.err
    with zipfile.ZipFile(file) as archive:
        assert "documents/document-1.pdf" in archive.namelist()
    refused = passkoop(*at, "member", "erase", HER.number, now=NOON)
    assert refused.code != 0
    assert "--yes" in refused.err
    done = passkoop(*at, "member", "erase", HER.number, "--yes", "--json", now=NOON)
    assert done.answer == {"erased": True, "receipts_kept": 2, "until": "2036-12-31"}
    assert passkoop(*at, "member", "show", HER.number, now=NOON).code != 0
    assert b"zqx" not in node.home.database.read_bytes().lower()
