"""The pages of segments and groups, as forms that a browser sends."""

import pytest

from passkoop_node.core.accounts import Role
from passkoop_node.members.member import MemberData
from sending import send_file
from serving import NOON, Answer, Client, Served

NEW = "/bureau/segments/nouveau"
HENDAYE = {"champ-0": "town", "valeur-0": "hendaye, Irun", "nom": "Du coin"}


@pytest.fixture
def nico(served: Served) -> Client:
    people = [
        MemberData(number="1", given_name="Paul", town="Hendaye"),
        MemberData(number="2", given_name="Ane", family_name="<b>=1+1", town="Irun"),
        MemberData(number="3", given_name="Lucie", town="Bayonne", language="es"),
    ]
    served.run(lambda: served.rooms.members.write_all(people, now=NOON))
    return served.administrator()


def press(client: Client, button: str, path: str = NEW, **more: str) -> Answer:
    return client.post(path, {**HENDAYE, **more, "faire": button})


def test_a_segment_is_counted_kept_changed_and_deleted_without_scripts(nico: Client) -> None:
    assert "3 personnes aujourd’hui" in nico.get(NEW).words
    counted = press(nico, "compter")
    assert counted.status == 200
    assert "2 personnes aujourd’hui" in counted.words
    more = press(nico, "ajouter", critere="language")
    assert "Langue" in more.words
    assert 'value="hendaye, Irun"' in more.text, "what was typed is lost"
    language = {"champ-1": "language", "valeur-1": "es", "sens-1": "sauf"}
    assert "2 personnes" in press(nico, "compter", **language).words
    assert "Langue" not in press(nico, "enlever-1", **language).words.partition("Ajouter")[0]
    kept = press(nico, "garder", **language)
    assert kept.status == 303
    page = nico.get(kept.goes_to)
    assert "2 personnes" in page.words
    assert "sauf – Langue : Español" in page.words
    assert "&lt;b&gt;=1+1" in page.text
    assert press(nico, "garder").status == 422  # the name is taken
    edit = f"{kept.goes_to}/changer"
    assert 'value="hendaye, Irun"' in nico.get(edit).text
    assert press(nico, "garder", edit, nom="Du sud").goes_to == kept.goes_to
    assert "Du sud" in nico.get("/bureau/segments").words
    question = nico.get(f"{kept.goes_to}/supprimer")
    assert "les fiches des membres restent" in question.words
    assert nico.post(f"{kept.goes_to}/supprimer").status == 303
    assert nico.get(kept.goes_to).status == 404
    assert nico.get(edit).status == 404
    assert press(nico, "garder", edit).status == 404


def test_a_criterion_that_was_chosen_and_not_added_is_not_forgotten(nico: Client) -> None:
    page = press(nico, "garder", critere="language")
    assert page.status == 422
    assert "Ce critère est ajouté" in page.words
    assert 'name="champ-1" value="language"' in page.text
    assert "Du coin" not in nico.get("/bureau/segments").words


@pytest.mark.parametrize(
    "more",
    [
        {"valeur-0": ""},
        {"champ-0": "age", "de-0": "40", "a-0": "30"},
        {"champ-0": "joined", "de-0": "demain", "a-0": ""},
        {"champ-0": "joined_within", "valeur-0": "1e3"},
        {"champ-0": "gender", "valeur-0": "tous"},
        {"champ-0": "group", "valeur-0": "1) or (1=1"},
        {"nom": ""},
        {"nom": "a" * 81},
    ],
)
def test_a_refused_segment_keeps_what_was_typed_and_says_why(
    nico: Client, more: dict[str, str]
) -> None:
    answer = press(nico, "garder", **more)
    assert answer.status == 422
    assert "-faute" in answer.text
    assert "Erreur" in answer.text
    assert "Aucun pour l’instant" in nico.get("/bureau/segments").words


def test_a_filter_made_by_hand_chooses_nobody_else(nico: Client) -> None:
    unknown = press(nico, "compter", **{"champ-1": "search' or 1=1 --", "valeur-1": "x"})
    assert "2 personnes" in unknown.words
    for path in ("/bureau/segments/1%20or%201", "/bureau/segments/0", "/bureau/segments/rien"):
        assert nico.get(path).status == 404
    for query in ("tri=1;drop", "page=-1", "page=99999999999", "sens=x&tri=nom"):
        assert nico.get(f"/bureau/segments/membres?{query}").status == 200
    many = {f"champ-{n}": "town" for n in range(60)} | {f"valeur-{n}": "a" for n in range(60)}
    assert press(nico, "compter", **many).status == 200
    assert press(nico, "compter", nom="a" * 100_000).status == 413


def test_a_group_takes_numbers_and_files_and_says_which_are_nobodys(
    served: Served, nico: Client
) -> None:
    page = nico.post("/bureau/groupes/nouveau", {"nom": "Bénévoles"}).goes_to
    assert nico.post("/bureau/groupes/nouveau", {"nom": "bénévoles"}).status == 422
    wrong = nico.post(f"{page}/ajouter", {"numeros": "1, 77\n2"})
    assert wrong.status == 422
    assert "Personne n’a ce numéro : 77" in wrong.words
    assert "0 personne" in wrong.words
    assert nico.post(f"{page}/ajouter", {"numeros": "1 2"}).status == 303
    listed = "Numéro;Nom\r\n2;Ane\r\n3;Lucie\r\n".encode("iso-8859-15")
    assert send_file(nico, f"{page}/ajouter", "liste.csv", listed).status == 303
    assert "3 personnes" in nico.get(page).words
    assert "Bénévoles" in nico.get("/bureau/membres/3").words
    nico.post(f"{page}/retirer", {"membre": "3"})
    assert "Dans aucun groupe" in nico.get("/bureau/membres/3").words
    nico.post("/bureau/membres/3/groupes", {"groupe": "1", "montre": "1"})
    assert "Dans : Bénévoles" in nico.get("/bureau/membres/3").words
    nico.post("/bureau/membres/3/groupes", {"montre": "1"})
    used = {"champ-0": "group", "valeur-0": "1"}
    assert press(nico, "garder", **used).status == 303
    refused = nico.post(f"{page}/supprimer")
    assert refused.status == 422
    assert "Du coin" in refused.words
    nico.post("/bureau/segments/1/supprimer")
    assert nico.post(f"{page}/supprimer").status == 303
    assert nico.get(page).status == 404


def test_segments_are_for_the_office_alone(served: Served) -> None:
    cashier = served.entered("Caisse", Role.CASHIER)
    for path in ("/bureau/segments", NEW, "/bureau/groupes/1", "/bureau/membres/1/groupes"):
        assert cashier.get(path).status == 403
    assert Client(served).get("/bureau/segments").status == 303
