"""`passkoop visit`: noting, listing, proving, exporting, and the sheet."""

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path

import pypdfium2
import pytest

from command import Coop, found, two_friends
from passkoop_node.visits import presets
from passkoop_protocol.welcome import Policy, Without


@pytest.fixture
def friends(tmp_path: Path) -> tuple[Coop, Coop]:
    return two_friends(tmp_path)


@pytest.fixture
def coop(tmp_path: Path) -> Coop:
    return found(tmp_path / "coop", "Hendaia Koop")


def rule(coop: Coop, policy: Policy) -> None:
    with coop.rooms() as rooms:
        rooms.ourselves.set_policy(policy)


def test_a_visitor_comes_with_a_card_and_the_register_proves_it(
    friends: tuple[Coop, Coop],
) -> None:
    home, host = friends
    card = home.card_text(7)
    noted = host.do("visit", "note", card, "--amount", "23,50", "--json").answer
    assert (noted["number"], noted["fate"]) == (1, "noted")
    (visit,) = host.do("visit", "list", "--json").answers
    assert (visit["kind"], visit["rule"], visit["amount"]) == ("card", "network", 2350)
    assert "Hendaia Koop" in host.do("visit", "list").out
    check = host.do("visit", "check", "--json").answer
    assert (check["whole"], check["lines"], check["head"]) == (True, 1, noted["hash"])


def test_the_second_scan_of_a_day_is_said_and_noted(friends: tuple[Coop, Coop]) -> None:
    home, host = friends
    card = home.card_text(7)
    host.do("visit", "note", card)
    again = host.do("visit", "note", card, "--json")
    assert again.answer["remarks"] == ["same_day"]
    assert "Déjà passée" in again.err


def test_the_same_line_given_again_counts_once(coop: Coop) -> None:
    words = ("visit", "note", "--name", "Zoé Exemple", "--line", "7", "--json")
    assert coop.do(*words).answer["fate"] == "noted"
    assert coop.later()(*words).answer["fate"] == "conflict"  # another time of day
    assert coop.do(*words).answer["fate"] == "known"
    assert coop.do("visit", "check", "--json").answer["lines"] == 1
    assert coop.do("visit", "list", "--json").answer["conflicts"] == 1


def test_own_members_are_noted_by_number(friends: tuple[Coop, Coop]) -> None:
    home, _host = friends
    home.do("visit", "note", "--member", "7", "--amount", "12")
    (visit,) = home.do("visit", "list", "--json").answers
    assert (visit["kind"], visit["rule"]) == ("own", "own")
    assert home.do("visit", "list", "--visitors", "--json").answers == []


def test_who_is_not_welcome_is_not_noted_unless_anyway(coop: Coop) -> None:
    rule(coop, Policy(without=Without.REFUSAL))
    refused = coop("visit", "note", "--name", "Zoé Exemple", "--json")
    assert refused.code == 1
    assert refused.answer == {
        "outcome": "refused",
        "reasons": ["without_refused"],
        "noted": False,
    }
    assert coop("visit", "note", "pas une carte").code == 3
    noted = coop.do("visit", "note", "--name", "Zoé", "--anyway", "elle a froid", "--json")
    assert noted.answer["fate"] == "noted"
    (visit,) = coop.do("visit", "list", "--json").answers
    assert (visit["rule"], visit["reason"], visit["name"]) == ("anyway", "elle a froid", "Zoé")


def test_three_purchases_from_the_terminal_whatever_the_case_of_the_name(coop: Coop) -> None:
    rule(coop, next(one.policy for one in presets.PRESETS if one.code == "three_purchases"))
    codes = [
        coop.later(days=day)("visit", "note", "--name", name).code
        for day, name in enumerate(["Zoé Exemple", "ZOE EXEMPLE", "zoé exemple", "Zoé Exemple"])
    ]
    assert codes == [0, 0, 0, 1]
    with coop.rooms() as rooms:
        assert [one.name for one in rooms.visits.guests.all()] == ["Zoé Exemple"]


def test_verify_counts_the_visits_that_were_noted_and_notes_none(
    friends: tuple[Coop, Coop],
) -> None:
    home, host = friends
    rule(host, Policy(visits=2, period=30))
    card = home.card_text(7)
    for day in (0, 1):
        assert host.later(days=day).verify(card)[0] in ("welcome", "remark")
        host.later(days=day).do("visit", "note", card)
    assert host.later(days=1).verify(card)[1] == ["already_today"]
    outcome, codes, _name = host.later(days=2).verify(card)
    assert (outcome, codes[0]) == ("refused", "limit_reached")
    assert len(host.do("visit", "list", "--json").answers) == 2


def test_corrections_are_further_lines(coop: Coop) -> None:
    coop.do("visit", "note", "--name", "Zoé", "--amount", "10")
    coop.do("visit", "note", "--correct", "1", "--amount", "12,5")
    assert coop.do("visit", "list", "--json").answer["amount"] == 1250
    coop.do("visit", "note", "--cancel", "1", "--anyway", "deux fois")
    assert coop.do("visit", "list", "--json").answer["cancelled"]
    again = coop("visit", "note", "--cancel", "1", "--json")
    assert (again.code, again.answer["error"]) == (2, "visit_not_found")
    assert coop.do("visit", "check", "--json").answer["lines"] == 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--amount=-3"], "bad_amount"),
        (["--amount", "100000"], "bad_amount"),
        (["--amount", "douze"], "bad_amount"),
        (["--day", "2099-01-01"], "visit_in_future"),
        (["--cancel", "9"], "visit_not_found"),
        (["--member", "404"], "member_not_found"),
    ],
)
def test_what_cannot_be_noted_is_said_in_two_lines(coop: Coop, words: list[str], code: str) -> None:
    done = coop("visit", "note", *words, "--json")
    assert (done.code, done.answer["error"]) == (2, code)
    assert [line.split("\u202f")[0] for line in done.said] == ["Erreur", "À faire"]
    assert coop.do("visit", "check", "--json").answer["lines"] == 0


@pytest.mark.parametrize(
    "words",
    [
        ["note", "ABC", "--name", "Zoé"],
        ["note", "--cancel", "1", "--name", "Zoé"],
        ["note", "--correct", "1"],
        ["check", "--head", "zz"],
        ["export", "-o", "registre.docx"],
        ["sheet", "--copies", "0"],
    ],
)
def test_words_that_do_not_go_together_are_said_so(coop: Coop, words: list[str]) -> None:
    done = coop("visit", *words)
    assert (done.code, done.out) == (2, "")
    assert len(done.said) == 2


def test_the_register_is_exported_for_a_spreadsheet_and_for_a_program(
    friends: tuple[Coop, Coop], tmp_path: Path
) -> None:
    home, host = friends
    host.do("visit", "note", home.card_text(7), "--amount", "23,50")
    host.do("visit", "note", "--name", "Zoé Exemple")
    host.do("visit", "export", "-o", tmp_path / "visites.csv")
    text = (tmp_path / "visites.csv").read_text("utf-8-sig")
    rows = list(csv.reader(StringIO(text), delimiter=";"))
    assert rows[1][3] == "Hendaia Koop"
    assert "Zoé" not in text
    lines = [json.loads(one) for one in host.do("visit", "export", "--json").out.splitlines()]
    assert lines[-1]["lines"] == 2
    assert lines[-1]["head"] == rows[-1][1]


def test_a_proof_s_head_is_found_again_and_another_s_is_not(coop: Coop, tmp_path: Path) -> None:
    coop.do("visit", "note", "--name", "Zoé", "--amount", "10")
    coop.do("visit", "export", "-o", tmp_path / "preuve.pdf")
    document = pypdfium2.PdfDocument(BytesIO((tmp_path / "preuve.pdf").read_bytes()))
    text = "".join(document[0].get_textpage().get_text_bounded().split())
    head = coop.do("visit", "check", "--json").answer["head"]
    assert head in text
    coop.do("visit", "note", "--name", "Tom")
    found = coop.do("visit", "check", "--head", f"{head[:8]} {head[8:16]}", "--json")
    assert found.answer["head_at"] == 1
    other = coop("visit", "check", "--head", "0" * 16, "--json")
    assert (other.code, other.answer["head_at"]) == (1, None)


def test_lines_that_were_exported_cannot_be_cut_off_unseen(coop: Coop, tmp_path: Path) -> None:
    for name in ("Zoé", "Tom"):
        coop.do("visit", "note", "--name", name)
    coop.do("visit", "export", "-o", tmp_path / "visites.csv")
    with coop.rooms() as rooms:
        rooms.db.execute("drop trigger visit_is_not_deleted")
        rooms.db.execute("delete from visit_words where seq = 2")
        rooms.db.execute("delete from visit where seq = 2")
    done = coop("visit", "check", "--json")
    assert (done.code, done.answer["broken_at"], done.answer["fault"]) == (1, 2, "head")
    assert "ligne 2" in done.err


def test_sheets_are_printed_each_with_its_number(coop: Coop, tmp_path: Path) -> None:
    done = coop.do("visit", "sheet", "-o", tmp_path / "fiches.pdf", "--copies", "3", "--json")
    numbers = done.answer["numbers"]
    document = pypdfium2.PdfDocument(BytesIO((tmp_path / "fiches.pdf").read_bytes()))
    assert len(document) == len(set(numbers)) == 3
    for number, page in zip(numbers, document, strict=True):
        assert number in page.get_textpage().get_text_bounded()
