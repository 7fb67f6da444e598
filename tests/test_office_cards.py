"""The office's list of members and its cards: making those that are missing, printing them."""

import datetime

import pytest

from importing import many_members
from passkoop_cli.pictures import read_codes
from passkoop_node.cards import batches, making
from passkoop_node.cards.pages import CARDS, MEMBERS
from passkoop_node.cards.store import CardState, CardStore
from passkoop_node.core.accounts import Role
from passkoop_node.members.imports import apply, preview
from passkoop_node.members.member import MemberData
from passkoop_node.members.store import MemberStore
from passkoop_protocol.text import encode_text
from serving import NOON, Answer, Client, Served


@pytest.fixture
def odile(served: Served) -> Client:
    """Return somebody of the office of a co-op with sixty members."""

    def fill() -> None:
        store = served.rooms.members
        apply(preview(many_members(60), store, now=NOON), store, now=NOON)

    served.run(fill)
    return served.entered("Odile", Role.OFFICE)


def follow(client: Client, answer: Answer) -> Answer:
    return client.get(answer.goes_to) if answer.status == 303 else answer


def cards(served: Served) -> int:
    counted = served.run(served.the(CardStore).count)
    return counted.get(CardState.VALID, 0)


def change(served: Served, number: str, state: CardState) -> None:
    rooms = served.rooms
    member = served.run(rooms.members.by_number, number)
    served.run(rooms.issuer.set_state, member, state, now=NOON, actor="test")


def test_the_list_is_searched_sorted_and_paged(served: Served, odile: Client) -> None:
    served.run(
        served.the(MemberStore).add,
        MemberData(number="7-2", given_name="Émile", family_name="Évrard", town="Hendaye"),
        now=NOON,
    )
    assert "1 à 50 sur 61" in odile.get(MEMBERS).words
    assert "Évrard" not in odile.get(f"{MEMBERS}?page=2").words  # 7-2 stands behind 7
    found = odile.get(f"{MEMBERS}?cherche=hendaye+emile").words
    assert "Émile Évrard" in found
    assert "Pas de carte" in found
    by_name = odile.get(f"{MEMBERS}?tri=nom").words
    assert by_name.index("Émile Évrard") < by_name.index("Lefèvre")  # É is an E
    assert "Personne ne correspond" in odile.get(f"{MEMBERS}?cherche=zzz&page=9").words
    for nonsense in ("page=-1", "page=x", "tri=x", "cherche=%00", "cherche=" + "x" * 900):
        assert odile.get(f"{MEMBERS}?{nonsense}").status == 200


def test_the_cards_that_are_missing_are_made_once(
    served: Served, odile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PART", 25)
    assert "60 membres n’ont pas de carte" in odile.get(CARDS).words
    page = follow(odile, odile.post(f"{CARDS}/faire", {"tous": "oui"}))
    assert "60 nouvelles cartes" in page.words
    assert "Les nouvelles cartes" in page.words
    assert cards(served) == 60
    answer = odile.post(f"{CARDS}/faire", {"tous": "oui"})  # pressed again
    assert answer.status == 422
    assert cards(served) == 60
    assert "Chaque membre a déjà sa carte" in odile.get(CARDS).words


def test_a_long_batch_shows_how_far_it_is_and_goes_on_when_the_page_is_left(
    served: Served, odile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Aucune carte" in odile.get(f"{CARDS}/faire").words
    monkeypatch.setattr(batches, "PART", 1)
    monkeypatch.setattr(making, "PATIENCE", 0)
    answer = odile.post(f"{CARDS}/faire", {"tous": "oui"})
    assert answer.goes_to == f"{CARDS}/faire"
    again = odile.post(f"{CARDS}/faire", {"tous": "oui"})  # pressed again: no second batch
    assert again.goes_to in (f"{CARDS}/faire", None) or again.status == 422
    seen = set()
    for _look in range(200):
        page = odile.get(f"{CARDS}/faire")
        seen.add("Refresh" in page.headers)
        if "60 nouvelles cartes" in page.words:
            break
        assert "sur 60" in page.words
    assert seen == {True, False}  # it was seen on its way, and asks no more at the end
    assert cards(served) == 60
    assert served.run(served.rooms.lists.refresh, now=served.now) == 0  # the list knows of all


def test_a_node_that_stops_amid_a_batch_leaves_whole_cards_and_a_list_of_them(
    served: Served, odile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PART", 1)
    monkeypatch.setattr(making, "PATIENCE", 0)
    odile.post(f"{CARDS}/faire", {"tous": "oui"})
    while not cards(served):
        served.run(lambda: None)
    served.stop()
    again = Served(served.home, now=served.now).start()
    made = cards(again)
    assert 0 < made < 60
    assert again.run(again.rooms.cards.unsigned) == []
    assert again.run(again.rooms.lists.refresh, now=again.now) == 0
    again.stop()


def test_a_card_that_was_taken_back_is_made_anew_by_name_alone(
    served: Served, odile: Client
) -> None:
    odile.post(f"{CARDS}/faire", {"numero": "12"})
    change(served, "12", CardState.REVOKED)
    page = odile.get(CARDS)
    assert "59 membres n’ont pas de carte" in page.words
    assert "1 membre a une carte annulée" in page.words
    odile.post(f"{CARDS}/faire", {"tous": "oui"})
    assert "Annulée" in odile.get(f"{CARDS}?cherche=m12@exemple").words
    odile.post(f"{CARDS}/faire", {"numero": "12"})
    assert "Annulée" not in odile.get(f"{CARDS}?cherche=m12@exemple").words
    assert cards(served) == 60


def test_who_left_gets_no_card_and_a_sentence_says_so(served: Served, odile: Client) -> None:
    left = MemberData(number="900", given_name="Odile", left=datetime.date(2026, 1, 1))
    served.run(served.the(MemberStore).add, left, now=NOON)
    answer = odile.post(f"{CARDS}/faire", {"numero": "900"})
    assert answer.status == 422
    assert "n° 900 a quitté la coop" in answer.words
    assert odile.post(f"{CARDS}/faire", {"numero": "901"}).status == 404
    assert "Personne n’est choisi" in odile.post(f"{CARDS}/faire").words


def test_cards_are_printed_all_the_new_ones_or_the_chosen(served: Served, odile: Client) -> None:
    assert odile.post(f"{CARDS}/planche").status == 422  # there is none yet
    odile.post(f"{CARDS}/faire", {"numero": "3"})
    served.now += 60
    odile.post(f"{CARDS}/faire", {"numero": "4"})
    everybody = odile.post(f"{CARDS}/planche")
    assert everybody.headers["Content-Type"] == "application/pdf"
    assert 'filename="cartes.pdf"' in everybody.headers["Content-Disposition"]
    for form in ({"depuis": served.now}, {"choisis": "oui", "numero": "4"}, {"premiere": "2"}):
        one = odile.post(f"{CARDS}/planche", form)
        assert "carte-4-" in one.headers["Content-Disposition"]
        assert len(read_codes(one.body)) == 1
    assert len(read_codes(everybody.body)) == 2
    assert "Personne n’est choisi" in odile.post(f"{CARDS}/planche", {"choisis": "oui"}).words
    assert (
        "faites-la d’abord"
        in odile.post(f"{CARDS}/planche", {"choisis": "oui", "numero": "5"}).words
    )


def test_one_card_is_a_picture(served: Served, odile: Client) -> None:
    odile.post(f"{CARDS}/faire", {"numero": "3"})
    image = odile.get(f"{CARDS}/image?numero=3")
    assert image.headers["Content-Type"] == "image/png"
    stored = served.run(lambda: list(served.rooms.cards.current(now=NOON).values()))
    assert read_codes(image.body) == [encode_text(one.data or b"") for one in stored]
    assert odile.get(f"{CARDS}/image?numero=5").status == 422
    assert odile.get(f"{CARDS}/image").status == 404


def test_a_cashier_sees_no_list_and_makes_no_card(served: Served) -> None:
    cleo = served.entered("Cléo", Role.CASHIER)
    for path in (MEMBERS, CARDS, f"{CARDS}/image?numero=1"):
        assert cleo.get(path).status == 403
    assert cleo.post(f"{CARDS}/faire", {"tous": "oui"}).status == 403
