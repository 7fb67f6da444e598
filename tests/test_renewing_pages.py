"""The office's pages of who has not renewed, and of cards that unpaid dues suspend."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from passkoop_node.cards.household_acts import join
from passkoop_node.cards.store import CardState
from passkoop_node.core.formats import local_day
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.store import Method
from passkoop_node.members.member import MemberData
from serving import Client, Served

LIST = "/bureau/cotisations/a-renouveler"
CARDS = "/reglages/cotisations/cartes"
PLAN = Plan(yearly=Yearly.ROLLING, cents=2000, grace_days=30)


@pytest.fixture
def nico(served: Served) -> Client:
    """Return an administrator of a co-op where one is late, one has a delay, one is soon due."""

    def people() -> None:
        rooms, now = served.rooms, served.now
        today = local_day(now)
        rooms.dues.set_plan(PLAN, now=now, actor="test")
        long_ago = today - timedelta(days=400)
        for name, days in (
            ("Tessa", 0),
            ("Delphine", 380),
            ("Basile", 350),
            ("Loïc", 10),
            ("=1+1", 0),
        ):
            member = rooms.members.add(
                MemberData(given_name=name, joined=long_ago, email=f"{len(name)}@exemple.fr"),
                now=now,
            )
            if days:
                paid = today - timedelta(days=days)
                rooms.dues.pay(
                    member,
                    cents=2000,
                    method=Method.CASH,
                    paid_on=paid,
                    today=today,
                    now=now,
                    actor="test",
                )
        everybody = rooms.members.members()
        join(rooms.issuer, everybody[4], everybody[0], on=today, now=now, actor="test")
        rooms.issuer.issue(everybody, now=now, actor="test")

    served.run(people)
    return served.administrator()


def names(words: str) -> list[str]:
    return [one for one in ("Tessa", "Delphine", "Basile", "Loïc") if f" {one} " in words]


def test_who_has_not_renewed_is_there_in_groups_and_as_a_file(nico: Client) -> None:
    page = nico.get(LIST)
    assert names(page.words) == ["Tessa", "Delphine", "Basile"]
    assert "3 personnes." in page.words.replace("\u00a0", " ")
    for group, name in (("lapsed", "Tessa"), ("grace", "Delphine"), ("soon", "Basile")):
        assert names(nico.get(f"{LIST}?groupe={group}").words) == [name]
    assert names(nico.get(f"{LIST}?cherche=basi").words) == ["Basile"]
    assert nico.get(f"{LIST}?cherche=personne&tri=xx&groupe=yy&page=9").status == 200
    by_name = nico.get(f"{LIST}?tri=nom&sens=inverse").text
    assert by_name.index(">Tessa<") < by_name.index(">Delphine<") < by_name.index(">Basile<")
    table = nico.get(f"{LIST}.csv?groupe=lapsed").text
    assert table.splitlines()[1].split(";")[2:6] == ["Tessa", "5@exemple.fr", "", "À renouveler"]
    book = CalamineWorkbook.from_filelike(BytesIO(nico.get(f"{LIST}.xlsx").body))
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows[1:]] == ["Tessa", "Delphine", "Basile"]


def test_the_list_of_members_is_narrowed_by_dues_the_household_with_its_principal(
    served: Served, nico: Client
) -> None:
    assert names(nico.get("/bureau/membres?cotisation=soon").words) == ["Basile"]
    late = nico.get("/bureau/membres?cotisation=lapsed")
    assert names(late.words) == ["Tessa"]
    assert "=1+1" in late.words
    served.run(lambda: served.rooms.dues.set_plan(Plan(), now=served.now, actor="test"))
    assert 'name="cotisation"' not in nico.get("/bureau/membres").text
    assert "rien à renouveler" in nico.get(LIST).words
    for page in ("/bureau/cotisations", "/reglages/cotisations"):
        assert "Rappels" not in nico.get(page).words


def test_switching_on_shows_how_many_first_and_does_no_other_number(
    served: Served, nico: Client
) -> None:
    shown = nico.get(CARDS).words.replace("\u00a0", " ")
    assert "Aujourd’hui, 2 cartes seraient suspendues." in shown  # the household's too
    assert "De 1 personne, aucun paiement n’est noté ici." in shown  # paid in a former tool?
    assert nico.post(CARDS, {"suspendre": "oui", "vu": "1"}).status == 422
    assert nico.post(CARDS, {"suspendre": "peut-être"}).status == 422
    assert served.run(lambda: served.rooms.lapsing.is_on) is False
    assert nico.post(CARDS, {"suspendre": "oui", "vu": "2"}).status == 303
    states = served.run(
        lambda: [one.state for one in served.rooms.cards.current(now=served.now).values()]
    )
    assert states.count(CardState.SUSPENDED) == 2
    assert "Cotisation à renouveler : un paiement la réveille" in nico.get(
        "/bureau/membres/1"
    ).words.replace("\u00a0", " ")
    asked = nico.get("/bureau/membres/1/cartes/reprendre").words.replace("\u00a0", " ")
    assert "ne sera plus suspendue pour celle-là" in asked
    shown = nico.get(CARDS).words.replace("\u00a0", " ")
    assert "les cartes de 1 personnes" not in shown
    assert nico.post(CARDS, {"suspendre": "non"}).status == 303
    assert "Suspension levée" in nico.get("/bureau/membres/1").words


def test_the_office_says_yes_to_many_on_the_list(served: Served, nico: Client) -> None:
    def restore() -> None:
        served.rooms.lapsing.switch(True, now=served.now, actor="test")
        served.rooms.lapsing.doubt()

    served.run(restore)
    served.do_job("dues and cards")
    page = nico.get(LIST).words.replace("\u00a0", " ")
    assert "La coop vient d’une sauvegarde" in page
    assert "Suspendre 2 cartes" in page
    assert nico.post(f"{LIST}/suspendre", {"vu": "3"}).status == 422
    assert nico.post(f"{LIST}/suspendre", {"vu": "2"}).status == 303
    assert "La coop vient" not in nico.get(LIST).words
    held = served.run(served.rooms.cards.held, "dues")
    assert held == {1}
    new = nico.get("/bureau/membres/1/cartes/suspendre").words.replace("\u00a0", " ")
    assert "Un paiement ne la réveillera plus" in new


def test_the_new_card_of_somebody_who_owes_is_made_with_a_word_about_it(
    served: Served, nico: Client
) -> None:
    def owe() -> int:
        served.rooms.lapsing.switch(True, now=served.now, actor="test")
        new = served.rooms.members.add(MemberData(given_name="Neuf"), now=served.now)
        new = replace(new, joined=local_day(served.now) - timedelta(days=99))
        return served.rooms.members.update(new, now=served.now).id

    page = f"/bureau/membres/{served.run(owe)}"
    assert nico.post(f"{page}/cartes/faire").status == 303
    assert "La carte est faite, suspendue" in nico.get(page).words
