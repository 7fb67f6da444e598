"""`passkoop member import` says what becomes of each line."""

from pathlib import Path

import pytest

from command import Coop
from passkoop_node.members.choices import remember

ORDERS = (
    "Référence commande;Date de la commande;Statut de la commande;Nom adhérent;Prénom adhérent;"
    "Nom payeur;Prénom payeur;Email payeur\n"
    "1;01/11/2026 08:00;Annulé;Petit;Ben;Petit;Ben;ben@exemple.test\n"
    "2;02/11/2026 08:00;Validé;Durand;Chloé;Durand;Denis;denis@exemple.test\n"
    "3;02/11/2026 08:00;Validé;;;;;\n"
)


@pytest.fixture
def coop(tmp_path: Path) -> Coop:
    coop = Coop(tmp_path / "coop")
    coop.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    return coop


def test_a_line_that_is_left_aside_is_named_with_its_reason(coop: Coop, tmp_path: Path) -> None:
    file = tmp_path / "commandes.csv"
    file.write_text(ORDERS, "utf-8")
    said = coop.do("member", "import", file).err.replace("\u202f", " ").replace("\u00a0", " ")
    assert "ligne 2 : commande « Annulé », laissée de côté" in said
    assert "ligne 3 : payé par quelqu’un d’autre : son e-mail n’est pas repris" in said
    assert "ligne 4 : pas de nom" in said
    (answer,) = coop.do("member", "import", file, "--json").answers
    assert [one["line"] for one in answer["lines"]] == [2, 3, 4]


def test_columns_that_the_office_named_are_known_to_the_command(coop: Coop, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text("Qui;Machin\nMaïté Etcheverry;maite@exemple.test\n", "utf-8")
    assert coop("member", "import", file).code == 2
    with coop.rooms() as rooms:
        remember(rooms.settings, {"qui": "full_name", "machin": "email"})
    coop.do("member", "import", file)
    (maite,) = coop.do("member", "list", "--json").answers
    assert (maite["given_name"], maite["email"]) == ("Maïté", "maite@exemple.test")


def test_a_household_is_made_and_unmade_by_numbers(coop: Coop) -> None:
    for name in ("Paul", "Lucie", "Nora"):
        coop.do("member", "add", "--given", name)
    (answer,) = coop.do("member", "household", "add", "2", "--to", "1", "--json").answers
    assert answer == {"principal": "1", "affiliated": ["2"]}
    refused = coop("member", "household", "add", "3", "--to", "2")
    assert refused.code == 2
    assert "un foyer n’a qu’un titulaire" in refused.err
    (answer,) = coop.do("member", "household", "lead", "2", "--json").answers
    assert answer == {"principal": "2", "affiliated": ["1"]}
    assert "personne rattachée" in coop.do("member", "household", "show", "1").out
    (answer,) = coop.do("member", "household", "remove", "1", "--json").answers
    assert answer == {"principal": None, "affiliated": []}
    assert coop("member", "household", "remove", "1").code == 2
