"""The office's pages of a household, as forms that a browser sends."""

import pytest

from passkoop_node.cards.pages import MEMBERS
from passkoop_node.cards.situations import Situation, situations
from passkoop_node.core.accounts import Role
from passkoop_node.core.audit import AuditStore
from passkoop_node.members.member import MemberData
from serving import NOON, Answer, Client, Served
from test_every_page import Forms

PAUL, LUCIE, NORA = (f"{MEMBERS}/{id}" for id in (1, 2, 3))


@pytest.fixture
def odile(served: Served) -> Client:
    """Return somebody of the office of a co-op of three, each with a card, and no household."""

    def fill() -> None:
        names = (("Paul", "Marchand"), ("Lucie", "Marchand"), ("Nora", "Roux"))
        members = [
            served.rooms.members.add(MemberData(given_name=given, family_name=family), now=NOON)
            for given, family in names
        ]
        served.rooms.issuer.issue(members, now=NOON, actor="test")

    served.run(fill)
    return served.entered("Odile", Role.OFFICE)


def follow(client: Client, answer: Answer) -> Answer:
    assert answer.status == 303, answer.words
    return client.get(answer.goes_to.partition("#")[0])


def join(client: Client, who: str, to: str = PAUL) -> Answer:
    return client.post(f"{to}/foyer", {"personne": who.rpartition("/")[2]})


def stands(served: Served) -> list[Situation]:
    def look() -> list[Situation]:
        members = served.rooms.members.members()
        found = situations(served.rooms.issuer, members, now=served.now)
        return [found[one.id] for one in members]

    return served.run(look)


def suspend(client: Client, page: str, deed: str = "suspendre") -> Answer:
    page = f"{page}/cartes/{deed}"
    (form,) = (one for one in Forms(page, client.get(page).text).found if one.action == page)
    return client.post(page, dict(form.fields))


GOOD, STOPPED, GONE = Situation.VALID, Situation.SUSPENDED, Situation.REVOKED


def test_somebody_is_looked_for_and_joins_a_household(served: Served, odile: Client) -> None:
    assert "Personne n’est rattaché à ce membre" in odile.get(PAUL).words
    found = odile.get(f"{PAUL}/foyer?cherche=march")
    assert "Lucie Marchand" in found.words
    assert "Nora" not in found.words
    (form,) = (
        one
        for one in Forms("", found.text).found
        if one.action.endswith("1/foyer") and one.method == "post"
    )
    page = follow(odile, odile.post(f"{PAUL}/foyer", dict(form.fields)))
    assert "Lucie Marchand est dans le foyer. Sa carte reste bonne" in page.words
    assert "personne rattachée" in page.words
    page = odile.get(LUCIE)
    assert "dans le foyer de Paul Marchand" in page.words
    assert "La carte dit encore « membre »" in page.words
    assert "Rattachement au foyer du n° 1" in page.words
    assert odile.get(f"{LUCIE}/foyer").goes_to == f"{PAUL}/foyer"  # hers is his
    assert "déjà dans ce foyer" in odile.get(f"{PAUL}/foyer?cherche=lucie").words
    assert "Rien n’a changé" not in page.words
    assert served.entered("Kepa", Role.CASHIER).get(f"{PAUL}/foyer").status == 403


def test_a_suspended_card_that_joins_a_household_is_not_said_to_be_so_by_its_principal(
    odile: Client,
) -> None:
    suspend(odile, LUCIE)
    page = follow(odile, join(odile, LUCIE))
    assert "Sa carte est suspendue pour l’instant : sa fiche dit pourquoi" in page.words
    assert "comme celle de la personne titulaire" not in page.words
    suspend(odile, PAUL)
    assert "comme celle de la personne titulaire" in follow(odile, join(odile, NORA)).words


def test_what_is_no_household_is_refused_on_the_page(served: Served, odile: Client) -> None:
    assert join(odile, LUCIE).status == 303
    for who, to, says in (
        (PAUL, PAUL, "à elle-même"),
        (LUCIE, NORA, "il faut d’abord l’en retirer"),
        (PAUL, NORA, "titulaire d’un autre foyer"),
        ("/x", NORA, "Choisissez quelqu’un"),
        ("/99", NORA, "Choisissez quelqu’un"),
    ):
        answer = join(odile, who, to)
        assert answer.status == 422, (who, to)
        assert says in answer.words
    for act in ("retirer", "titulaire"):
        assert odile.get(f"{NORA}/foyer/{act}").goes_to == NORA
        assert odile.post(f"{NORA}/foyer/{act}").goes_to == NORA
    edit = f"{LUCIE}/corriger"
    (form,) = (one for one in Forms(edit, odile.get(edit).text).found if one.action == edit)
    answer = odile.post(edit, dict(form.fields) | {"category": "0"})
    assert answer.status == 422
    assert "Le foyer en décide" in answer.words


def test_a_household_is_suspended_and_good_again_as_one(served: Served, odile: Client) -> None:
    assert join(odile, LUCIE).status == 303
    assert suspend(odile, PAUL).status == 303
    assert stands(served) == [STOPPED, STOPPED, GOOD]
    assert "avec celle du n° 1, titulaire du foyer" in odile.get(LUCIE).words
    refused = suspend(odile, LUCIE, "reprendre")
    assert refused.status == 422
    assert "levez cette suspension" in refused.words
    assert "Sa carte est suspendue" in follow(odile, join(odile, NORA)).words
    asked = odile.get(f"{NORA}/foyer/retirer")
    assert "Retirer du foyer ?" in asked.words
    assert "n’est plus dans le foyer" in follow(odile, odile.post(f"{NORA}/foyer/retirer")).words
    assert stands(served) == [STOPPED, STOPPED, GOOD]
    page = follow(odile, odile.post(f"{LUCIE}/foyer/titulaire"))
    assert "Lucie Marchand est titulaire du foyer" in page.words
    assert suspend(odile, LUCIE, "reprendre").status == 303
    assert stands(served) == [GOOD, GOOD, GOOD]


@pytest.mark.parametrize(
    ("fate", "then", "household"),
    [
        ("2", [GONE, GOOD, GOOD], {2: 2}),
        ("restent", [GONE, GOOD, GOOD], {}),
        ("partent", [GONE, GONE, GONE], {1: 3}),
    ],
)
def test_when_the_principal_leaves_the_office_is_asked_about_the_others(
    served: Served, odile: Client, fate: str, then: list[Situation], household: dict[int, int]
) -> None:
    assert (join(odile, LUCIE).status, join(odile, NORA).status) == (303, 303)
    form = {"jour": "2026-11-01", "annuler": "oui"}
    asked = odile.post(f"{PAUL}/depart", form)
    assert asked.status == 422
    assert "Choisissez l’une des possibilités" in asked.words
    assert stands(served) == [GOOD, GOOD, GOOD]
    assert odile.post(f"{PAUL}/depart", form | {"foyer": fate}).status == 303
    assert stands(served) == then
    store = served.rooms.households.store
    assert served.run(store.sizes_of_all) == household
    left = served.run(lambda: [one.left is not None for one in served.rooms.members.members()])
    assert left == [True, fate == "partent", fate == "partent"]
    assert odile.get(PAUL).status == 200
    entries = served.run(served.the(AuditStore).entries)
    assert "member.left" in {one.action for one in entries}


@pytest.mark.parametrize("fate", ["restent", "2"])
def test_a_principal_leaves_whose_suspension_held_the_household(
    served: Served, odile: Client, fate: str
) -> None:
    follow(odile, join(odile, LUCIE))
    suspend(odile, PAUL)
    assert stands(served) == [STOPPED, STOPPED, GOOD]
    typed = {"jour": "2026-11-22", "foyer": fate, "annuler": "oui"}
    answer = odile.post(f"{PAUL}/depart", typed)
    assert answer.status == 303, answer.words
    assert stands(served)[0] is GONE
    if fate == "restent":
        assert stands(served)[1] is GOOD
