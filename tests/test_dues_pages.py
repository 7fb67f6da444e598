"""The pages of dues, as forms that a browser sends."""

import pytest

from passkoop_node.members.member import MemberData
from serving import NOON, Answer, Client, Served

PAUL = "/bureau/membres/1"
PAID = f"{PAUL}/cotisation"
TWENTY = {"pour": "dues", "montant": "20", "moyen": "cash", "jour": "2026-11-01"}


@pytest.fixture
def nico(served: Served) -> Client:
    served.run(lambda: served.rooms.members.add(MemberData(given_name="Paul"), now=NOON))
    return served.administrator()


def ask_dues(client: Client, **more: str) -> Answer:
    plan = {"annee": "rolling", "montant": "20", "delai": "30", **more}
    return client.post("/reglages/cotisations", plan)


def test_a_payment_is_noted_once_and_shown_at_the_member(served: Served, nico: Client) -> None:
    assert "Cotisation" not in nico.get(PAUL).words  # of a co-op without dues
    assert ask_dues(nico).status == 303
    assert "À renouveler" in nico.get(PAUL).words
    assert nico.post(PAID, {**TWENTY, "vu": "0"}).status == 303
    again = nico.post(PAID, {**TWENTY, "vu": "0"})  # the button pressed twice
    assert again.status == 422
    assert "entre-temps" in again.words
    shown = nico.get(PAUL).words
    assert "À jour, payé jusqu’au 31 octobre 2027" in shown.replace("\u00a0", " ")
    assert len(served.run(served.rooms.dues.payments.of_member, 1)) == 1


def test_a_refused_payment_keeps_what_was_typed(nico: Client) -> None:
    ask_dues(nico)
    for field, wrong in (("montant", "vingt"), ("jour", "hier"), ("moyen", "troc")):
        answer = nico.post(PAID, {**TWENTY, field: wrong, "vu": "0"})
        assert answer.status == 422
        assert field == "moyen" or f'value="{wrong}"' in answer.text
    half = nico.post(PAID, {**TWENTY, "montant": "10", "vu": "0"})
    assert "ce montant ne paie pas une année" in half.words.lower()


def test_a_payment_is_taken_back_after_a_question(nico: Client) -> None:
    ask_dues(nico)
    nico.post(PAID, {**TWENTY, "vu": "0"})
    question = f"{PAID}/2026-0001/annuler"
    assert "Une ligne contraire s’ajoute" in nico.get(question).words
    assert nico.post(question, {}).status == 303
    assert "Annulé par le reçu 2026-0002" in nico.get(PAID).words
    assert nico.get(f"{PAID}/2026-0077/annuler").status == 404
    assert "À renouveler" in nico.get(PAUL).words


def test_a_receipt_is_taken_back_at_its_own_member_alone(served: Served, nico: Client) -> None:
    served.run(lambda: served.rooms.members.add(MemberData(given_name="Anne"), now=NOON))
    ask_dues(nico)
    nico.post(PAID, {**TWENTY, "vu": "0"})
    anne = "/bureau/membres/2/cotisation"
    for elsewhere in (f"{anne}/2026-0001/annuler", f"{PAID}/2026-0077/annuler"):
        assert nico.post(elsewhere, {}).status == 404
    assert "À jour" in nico.get(PAUL).words


def test_a_plan_without_an_amount_is_refused(nico: Client) -> None:
    assert ask_dues(nico, montant="").status == 422
    assert ask_dues(nico, delai="1000").status == 422
    assert ask_dues(nico, montant="", libre="oui").status == 303
