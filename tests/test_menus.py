"""What stands behind the doors: in groups, in one order, and from every page back to every door."""

import re
from collections.abc import Iterator

import pytest

from passkoop_node.core.accounts import Role
from passkoop_node.core.feature import Group
from passkoop_node.core.frame import PAGES
from serving import Client, Served, make_coop


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(make_coop(tmp_path_factory.mktemp("menus") / "coop")).start()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def nico(served: Served) -> Client:
    return served.administrator()


def links(html: str) -> list[tuple[str, bool]]:
    """Return where the header leads, and whether we are there."""
    header = html.partition("<header")[2].partition("</header>")[0]
    found = re.findall(r'<li[^>]*><a href="([^"]+)"([^>]*)>', header)
    return [(path, "aria-current" in rest) for path, rest in found]


def test_a_door_shows_its_groups_and_the_header_of_its_pages_the_same_order(nico: Client) -> None:
    door = nico.get("/reglages").text.partition("<main")[2]
    titles = re.findall(r"<h2>(.+?)</h2>", door)
    assert titles == ["Votre coop", "Qui travaille ici", "Les autres coops", "Entretien"]
    shown = re.findall(r'<a class="label" href="([^"]+)"', door)
    header = links(nico.get("/reglages/caisses").text)
    assert header[:3] == [("/caisse", False), ("/bureau", False), ("/reglages", True)]
    assert [path for path, _here in header[3:]] == shown
    assert [path for path, here in header[3:] if here] == ["/reglages/caisses"]


def test_the_doors_are_in_sight_on_pages_of_pages_and_on_pages_of_none(nico: Client) -> None:
    doors = ["/caisse", "/bureau", "/reglages"]
    for path, here in [
        ("/reglages/comptes/nouveau", ["/reglages", "/reglages/comptes"]),
        ("/bureau", ["/bureau"]),
        ("/sante", ["/reglages", "/sante"]),
        ("/compte", []),
        ("/nulle-part", []),
    ]:
        found = links(nico.get(path).text)
        assert [one for one, _here in found[:3]] == doors, path
        assert [one for one, is_here in found if is_here] == here


def test_nobody_sees_a_group_or_a_door_that_is_empty_to_them(served: Served) -> None:
    odile = served.entered("Odile", Role.OFFICE).get("/reglages").text
    titles = re.findall(r"<h2>(.+?)</h2>", odile)
    assert titles == ["Votre coop", "Entretien"]
    maite = served.entered("Maïté", Role.CASHIER).get("/compte").text
    assert links(maite) == []  # the till alone: nothing to choose from


def test_no_two_entries_of_the_menus_bear_one_name_and_no_group_is_empty(served: Served) -> None:
    menu = served.app[PAGES].menu
    titles = [str(one.title) for one in menu]
    assert len(set(titles)) == len(titles)
    assert {one.group for one in menu} == set(Group)


def test_the_office_has_its_pages_in_groups_that_one_takes_in_at_a_glance(nico: Client) -> None:
    door = nico.get("/bureau").text.partition("<main")[2]
    groups = re.findall(r"<h2>(.+?)</h2>", door)
    assert groups == [
        "Membres et cartes",
        "Écrire aux membres",
        "Visites et autres coops",
        "Chiffres et exports",
    ]
    for group, pages in zip(groups, door.split("<h2>")[1:], strict=True):
        assert len(re.findall(r'<a class="label"', pages)) <= 8, group
