"""French before a name, in Python's sentences and in templates."""

import pytest

from passkoop_node.core.language import N_, _, speaking
from passkoop_node.members.member import MemberData
from passkoop_node.visits.days import local_day
from serving import NOON, Served


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Inès", "Foyer d’Inès"),
        ("Paul", "Foyer de Paul"),
        ("Hélène", "Foyer de Hélène"),  # or d’: the h of Halle is another
        ("Simone de Oliveira", "Foyer de Simone de Oliveira"),
        ("Le Goff", "Foyer de Le Goff"),
        ("", "Foyer de "),
        ("%(name)s", "Foyer de %(name)s"),
    ],
)
def test_de_is_elided_before_a_person_and_nothing_in_the_name_changes(name: str, said: str) -> None:
    assert _("Foyer de %(name)s", name=name) == said
    assert str(N_("Foyer de %(name)s", name=name)) == said


@pytest.mark.parametrize(
    ("coop", "said"),
    [
        ("Le Panier", "Devenir membre du Panier"),
        ("Les Radis", "Devenir membre des Radis"),
        ("La Courge", "Devenir membre de La Courge"),
        ("Éclat & fils", "Devenir membre d’Éclat & fils"),
    ],
)
def test_a_coop_s_article_is_joined(coop: str, said: str) -> None:
    assert _("Devenir membre de %(coop)s", coop=coop) == said


def test_other_languages_are_left_as_they_are() -> None:
    with speaking("en"):
        assert _("Foyer de %(name)s", name="Inès") == "Household of Inès"


def test_templates_join_too_and_escape_the_name(served: Served) -> None:
    def fill() -> None:
        rooms = served.rooms
        names = ("Inès <b>", "Paul")
        people = [rooms.members.add(MemberData(given_name=one), now=NOON) for one in names]
        rooms.households.join(people[1], people[0], on=local_day(NOON), now=NOON, actor="test")

    served.run(fill)
    page = served.administrator().get("/bureau/membres/2").text
    assert "dans le foyer d’Inès &lt;b&gt;" in page
