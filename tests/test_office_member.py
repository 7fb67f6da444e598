"""The office's page of one member, and what it does to their card."""

import pytest

from importing import many_members
from passkoop_node.cards.pages import CARDS, MEMBERS
from passkoop_node.cards.situations import Situation, situations
from passkoop_node.core.accounts import Role
from passkoop_node.members.imports import apply, preview
from passkoop_node.members.member import Member
from serving import NOON, Answer, Client, Served
from test_every_page import Forms

ONE = f"{MEMBERS}/3"


@pytest.fixture
def odile(served: Served) -> Client:
    """Return somebody of the office of a co-op with five members, of whom n° 3 has a card."""

    def fill() -> None:
        store = served.rooms.members
        apply(preview(many_members(5), store, now=NOON), store, now=NOON)

    served.run(fill)
    odile = served.entered("Odile", Role.OFFICE)
    assert odile.post(f"{ONE}/cartes/faire").status == 303
    return odile


def follow(client: Client, answer: Answer) -> Answer:
    assert answer.status == 303, answer.words
    return client.get(answer.goes_to)


def member(served: Served, number: str = "3") -> Member:
    return served.run(served.rooms.members.by_number, number)


def stands(served: Served, number: str = "3") -> Situation:
    one = member(served, number)
    return served.run(situations, served.rooms.issuer, [one], now=served.now)[one.id]


def asked(client: Client, deed: str, page: str = ONE) -> str:
    """Return what the page that asks holds of the cards that it showed."""
    text = client.get(f"{page}/cartes/{deed}").text
    return text.partition('name="vu" value="')[2].partition('"')[0]


def do(client: Client, deed: str, reason: str = "") -> Answer:
    seen = asked(client, deed)
    return client.post(f"{ONE}/cartes/{deed}", {"vu": seen, "raison": reason})


def test_a_line_of_the_list_leads_to_what_the_register_holds(served: Served, odile: Client) -> None:
    one = member(served)
    assert f'href="{ONE}"' in odile.get(MEMBERS).text
    words = odile.get(ONE).words
    for known in (one.full_name, one.email, "Membre n° 3", "Valable", "Carte faite"):
        assert known in words
    assert odile.get(f"{MEMBERS}/999").status == 404
    assert odile.get(f"{ONE}/cartes/manger").status == 404
    assert served.entered("Kepa", Role.CASHIER).get(ONE).status == 403


def test_a_card_is_suspended_and_good_again(served: Served, odile: Client) -> None:
    assert "La carte est suspendue" in follow(odile, do(odile, "suspendre", "cotisation")).words
    assert stands(served) is Situation.SUSPENDED
    page = odile.get(ONE).words
    assert "cotisation" in page
    assert "Carte suspendue" in page
    assert "La suspension est levée" in follow(odile, do(odile, "reprendre")).words
    assert stands(served) is Situation.VALID


def test_a_card_is_revoked_for_a_reason_and_it_is_said_how_others_learn_it(
    served: Served, odile: Client
) -> None:
    refused = do(odile, "annuler")
    assert refused.status == 422
    assert "Écrivez quelque chose ici" in refused.words
    assert stands(served) is Situation.VALID
    page = follow(odile, do(odile, "annuler", "carte volée")).words + odile.get(ONE).words
    assert "carte volée" in page
    assert stands(served) is Situation.REVOKED
    assert "Faire une carte" in page
    assert "La carte est faite" in follow(odile, odile.post(f"{ONE}/cartes/faire")).words
    assert stands(served) is Situation.VALID


def test_revoking_says_how_others_learn_it(odile: Client) -> None:
    assert "Les autres coops l’apprennent" in odile.get(f"{ONE}/cartes/annuler").words
    answer = do(odile, "annuler", "perdue")
    assert "Les autres coops l’apprennent" in odile.get(answer.goes_to).text


def test_a_lost_card_is_replaced_once_even_if_two_people_do_it(
    served: Served, odile: Client
) -> None:
    seen = asked(odile, "remplacer")
    form = {"vu": seen, "raison": "perdue"}
    assert odile.post(f"{ONE}/cartes/remplacer", form).status == 303
    again = odile.post(f"{ONE}/cartes/remplacer", form)
    assert again.status == 422
    assert "Ses cartes ont changé entre-temps" in again.words
    cards = served.run(served.rooms.cards.of_member, member(served).id)
    assert len(cards) == 2
    assert stands(served) is Situation.VALID
    assert odile.get(f"{CARDS}/image?numero=3").status == 200


def test_a_question_about_cards_that_are_no_more_changes_nothing(
    served: Served, odile: Client
) -> None:
    for deed in ("remplacer", "suspendre", "reprendre", "annuler"):
        answer = odile.post(f"{MEMBERS}/4/cartes/{deed}", {"vu": "", "raison": "x"})
        assert answer.status == 422, deed
    assert odile.post(f"{ONE}/cartes/faire").status == 422  # has one
    assert odile.post(f"{ONE}/cartes/annuler", {"vu": "x", "raison": "y" * 201}).status == 422
    assert stands(served) is Situation.VALID
    assert stands(served, "4") is Situation.NONE


def typed(client: Client, page: str, **changed: str) -> dict[str, str]:
    """Return what the form of a page holds, with something typed into it."""
    form = {}
    for field in Forms(page, client.get(page).text).found:
        if field.method == "post" and field.action == page:
            form = dict(field.fields)
    return form | changed


def test_a_record_is_corrected_and_the_log_names_the_fields(served: Served, odile: Client) -> None:
    edit = f"{ONE}/corriger"
    unchanged = odile.post(edit, typed(odile, edit))
    assert "Rien n’a changé" in follow(odile, unchanged).text
    page = follow(odile, odile.post(edit, typed(odile, edit, family_name="Iribarne", town="")))
    assert "C’est changé" in page.text
    assert "Iribarne" in page.words
    assert "La carte porte encore le nom" in page.words
    assert member(served).town == ""
    assert "Correction de la fiche" in page.words
    (entry,) = served.run(served.rooms.audit.entries, subject="3", limit=1)
    assert entry.details == {"fields": ["family_name", "town"]}


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    served: Served, odile: Client
) -> None:
    edit, before = f"{ONE}/corriger", member(served)
    for field, text, says in (
        ("email", "pas une adresse", "Adresse e-mail à vérifier"),
        ("birth_year", "1066", "Année de naissance impossible"),
        ("joined", "31/02/2025", "Date à écrire comme 31/12/2025"),
        ("number", "", "Écrivez quelque chose ici"),
        ("number", "4", "Ce numéro est déjà celui de"),
        ("town", "x" * 501, "C’est trop long : 500 caractères au plus"),
        ("category", "7", "Choisissez l’une des possibilités"),
    ):
        answer = odile.post(edit, typed(odile, edit, phone="06 12", **{field: text}))
        assert answer.status == 422, field
        assert says in answer.words, answer.words
        assert f'id="{field}-faute"' in answer.text
        assert "06 12" in answer.text
    nobody = odile.post(edit, typed(odile, edit, given_name="", family_name=" "))
    assert "Écrivez un prénom ou un nom de famille" in nobody.words
    assert member(served) == before


def test_the_history_follows_a_number_that_changes_and_not_its_next_owner(
    served: Served, odile: Client
) -> None:
    served.now += 60
    edit = f"{ONE}/corriger"
    assert odile.post(edit, typed(odile, edit, number="30")).status == 303
    assert "Carte faite" in odile.get(ONE).words  # while they were n° 3
    four = f"{MEMBERS}/4/corriger"
    assert odile.post(four, typed(odile, four, number="3")).status == 303
    assert "Carte faite" not in odile.get(f"{MEMBERS}/4").words


def test_two_people_who_correct_at_once_do_not_overwrite_each_other(
    served: Served, odile: Client
) -> None:
    edit = f"{ONE}/corriger"
    first, second = typed(odile, edit, town="Urrugne"), typed(odile, edit, phone="06 99")
    assert odile.post(edit, first).status == 303
    answer = odile.post(edit, second)
    assert answer.status == 422
    assert "Quelqu’un d’autre a changé cette fiche" in answer.words
    assert "Au registre maintenant : « Urrugne »" in answer.words
    assert member(served).town == "Urrugne"
    version = answer.text.partition('name="version" value="')[2].partition('"')[0]
    assert odile.post(edit, first | {"phone": "06 99", "version": version}).status == 303
    assert (member(served).town, member(served).phone) == ("Urrugne", "06 99")


def test_a_member_is_added_by_hand_with_the_next_number(served: Served, odile: Client) -> None:
    new = f"{MEMBERS}/nouveau"
    assert odile.post(new, typed(odile, new)).status == 422  # nobody
    taken = odile.post(new, typed(odile, new, given_name="Ane", number="4"))
    assert taken.status == 422
    assert "Ce numéro est déjà celui de" in taken.words
    page = follow(odile, odile.post(new, typed(odile, new, given_name="Ane", notes="a\r\nb")))
    assert "Ane est membre n° 6" in page.text.replace("\u202f", " ").replace("\u00a0", " ")
    assert "Ajout au registre" in page.words
    assert member(served, "6").notes == "a\nb"


def test_a_name_that_the_register_has_is_added_again_only_once_somebody_says_so(
    served: Served, odile: Client
) -> None:
    new = f"{MEMBERS}/nouveau"
    assert odile.post(new, typed(odile, new, given_name="Ane", family_name="Roux")).status == 303
    twice = typed(odile, new, given_name="roux", family_name="ANE", town="Irun")
    asked = odile.post(new, twice)
    assert asked.status == 422
    assert "Le registre a déjà quelqu’un de ce nom" in asked.words
    assert "Ane Roux" in asked.words
    assert 'value="Irun"' in asked.text  # nothing that was typed is lost
    assert served.run(served.rooms.members.count) == 6
    assert odile.post(new, {**twice, "autre": "oui"}).status == 303


def test_who_leaves_keeps_no_card_and_may_come_back(served: Served, odile: Client) -> None:
    leave = f"{ONE}/depart"
    for day, says in (("", "Écrivez quelque chose ici"), ("2026-02-31", "Date à écrire")):
        answer = odile.post(leave, {"jour": day, "annuler": "oui"})
        assert answer.status == 422
        assert says in answer.words
    page = follow(odile, odile.post(leave, {"jour": "2026-11-22", "annuler": "oui"}))
    assert "Ne fait plus partie de la coop depuis le 22 novembre 2026" in page.words
    assert stands(served) is Situation.REVOKED
    assert odile.post(f"{ONE}/cartes/faire").status == 422
    page = follow(odile, odile.post(f"{ONE}/retour"))
    assert "Retour noté" in page.words
    assert member(served).left is None
    assert odile.post(f"{ONE}/cartes/faire").status == 303


def test_who_leaves_later_has_a_card_until_then(served: Served, odile: Client) -> None:
    form = {"jour": "2026-12-31", "annuler": "oui"}
    assert "annulez sa carte ici" in follow(odile, odile.post(f"{ONE}/depart", form)).text
    assert stands(served) is Situation.VALID
    assert odile.post(f"{MEMBERS}/4/depart", form | {"jour": "2026-11-01"}).status == 303  # no card
    later = odile.post(f"{ONE}/depart", form | {"jour": "2026-11-20"})
    assert "Un autre départ était déjà noté" in follow(odile, later).text
    assert stands(served) is Situation.VALID
