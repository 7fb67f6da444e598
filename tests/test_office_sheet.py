"""The visitors' sheet, typed in afterwards at the office."""

from collections.abc import Iterator

import pytest

from passkoop_node.core.accounts import Role
from passkoop_node.rooms import Rooms
from passkoop_node.visits.register import check_chain
from serving import NOON, Answer, Client
from tilling import DAY, Till

SHEET, VISITS = "/bureau/visites/feuille", "/bureau/visites"
TYPED = {
    "fiche": "ab2 c3d",
    "date": "2026-11-21",
    "premiere": "1",
    "nom-1": "Zoé Exemple",
    "coop-1": "les tilleuls",
    "montant-1": "23,50",
    "nom-3": "n° 1234",
    "jour-3": "20/11/2026",
}


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    till = Till(tmp_path_factory.mktemp("sheet"))
    till.served.now = NOON
    yield till
    till.close()


@pytest.fixture(scope="module")
def odile(till: Till) -> Client:
    return till.served.entered("Odile", Role.OFFICE)


def send(client: Client, **changes: str) -> Answer:
    """Return the page that a sheet leads to."""
    answer = client.post(
        SHEET, TYPED | {name.replace("_", "-"): to for name, to in changes.items()}
    )
    return client.get(answer.goes_to) if answer.status == 303 else answer


def test_a_sheet_typed_in_twice_is_counted_once(till: Till, odile: Client) -> None:
    page = send(odile)
    assert "2 visites notées." in page.words
    assert "Les Tilleuls" in page.words
    second, first = till.visits()
    assert (first.visit.till, first.visit.line, first.amount) == ("fiche-AB2C3D", "1", 2350)
    assert first.visit.home is not None
    assert (str(first.visit.day), str(second.visit.day)) == ("2026-11-21", "2026-11-20")
    assert second.words.name == "n° 1234"
    assert "Rien de nouveau à noter. 2 l’étaient déjà." in send(odile).words
    assert len(till.visits()) == 2


def test_the_same_line_with_other_content_is_flagged_and_the_first_one_stays(
    till: Till, odile: Client
) -> None:
    send(odile)
    page = send(odile, montant_1="99", nom_5="Tom")
    assert "1 visite notée." in page.words
    assert "Déjà notée autrement : la première reste." in page.words
    assert 'value="99"' in page.text
    assert "Ligne 1 : voir la visite déjà notée" in page.words
    assert [one.amount for one in till.visits() if one.visit.line == "1"] == [2350]
    assert "reçue deux fois, différente" in odile.get(VISITS).words


def test_a_sheet_of_today_typed_in_the_morning_and_again_at_night_is_one(
    till: Till, odile: Client
) -> None:
    before = len(till.visits())
    form = {"fiche": "QQQQQQ", "date": "2026-11-22", "jour_3": "", "nom_3": ""}
    for hours in (-3, 8):
        till.served.now = NOON + hours * 3600
        send(odile, **form)
    till.served.now = NOON
    assert len(till.visits()) == before + 1
    assert not till.visits()[0].conflicts


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"date": "2026-11-23"}, "Cette visite est datée de l’avenir."),
        ({"jour_3": "2026-11-23"}, "Cette visite est datée de l’avenir."),
        ({"jour_3": "hier"}, "Écrivez le jour comme 31/12/2028."),
        ({"date": ""}, "Écrivez le jour"),
        ({"date": "2026-02-30"}, "Écrivez le jour"),
        ({"fiche": "AB2C3"}, "n’est pas un numéro de fiche"),
        ({"montant_1": "-3"}, "Un montant ne peut pas être négatif"),
        ({"montant_1": "beaucoup"}, "n’est pas un montant"),
        ({"coop_1": "La Lune"}, "Cette coop n’est pas connue ici"),
        ({"nom_1": "x" * 101}, "C’est trop long"),
        ({"nom_1": "a\u202eb"}, "signes invisibles"),
    ],
)
def test_a_faulty_sheet_keeps_what_was_typed_and_notes_nothing(
    till: Till, odile: Client, changes: dict[str, str], says: str
) -> None:
    before = len(till.visits())
    page = (
        send(odile, fiche="ZZZZZZ", **changes) if "fiche" not in changes else send(odile, **changes)
    )
    assert page.status == 422
    assert says in page.words
    assert 'value="n° 1234"' in page.text
    assert page.text.count('aria-invalid="true"') == 1
    assert len(till.visits()) == before


def test_an_empty_sheet_says_so(odile: Client) -> None:
    page = send(odile, nom_1="", coop_1="", montant_1="", nom_3="")
    assert page.status == 422
    assert "Aucune ligne n’est remplie." in page.words


def test_the_second_half_of_a_sheet_is_another_page(till: Till, odile: Client) -> None:
    page = odile.get(f"{SHEET}?premiere=11&fiche=AB2C3D&date=2026-11-21")
    assert "Ligne 20" in page.words
    assert 'value="AB2C3D"' in page.text
    send(odile, premiere="11", nom_12="Ben")
    assert till.visits()[0].visit.line == "12"
    assert odile.get(f"{SHEET}?premiere=7").status == 200


def test_the_register_is_whole_after_all_of_this(till: Till) -> None:
    assert till.served.run(check_chain, till.served.the(Rooms).visits.store).whole
    assert till.served.now < NOON + DAY
