"""The office's page of one member, and what it does to their card."""

import pytest

from importing import many_members
from passkoop_node.cards.pages import CARDS, MEMBERS
from passkoop_node.cards.situations import Situation, situations
from passkoop_node.core.accounts import Role
from passkoop_node.members.imports import apply, preview
from passkoop_node.members.member import Member
from serving import NOON, Answer, Client, Served

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
