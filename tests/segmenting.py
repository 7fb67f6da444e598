"""Where the pages of segments, groups and what is written to them are, for tests of every page."""

from collections.abc import Callable, Mapping

from browsing import World
from passkoop_node.letters import group_pages, segment_pages
from tilling import Till


def segment(till: Till, world: World) -> str:
    """Return the page of a segment of the co-op's own."""
    nico = world.people["nico"]
    typed = {"champ-0": "town", "valeur-0": "Hendaye", "nom": "Hendaye", "faire": "garder"}
    page = nico.post("/bureau/segments/nouveau", typed).goes_to or "/bureau/segments/1"
    nico.get(page)  # says it, once
    return page


def group(till: Till, world: World) -> str:
    """Return the page of a group with people in it."""
    nico = world.people["nico"]
    page = nico.post("/bureau/groupes/nouveau", {"nom": "Bénévoles"}).goes_to
    nico.post(f"{page or '/bureau/groupes/1'}/ajouter", {"numeros": "1 2"})
    nico.get("/bureau/segments")  # says it, once
    return page or "/bureau/groupes/1"


EXAMPLES: Mapping[str, str | Callable[[Till, World], str]] = {
    segment_pages.ONE: "/bureau/segments/membres",
    segment_pages.EDIT: lambda *all: f"{segment(*all)}/changer",
    segment_pages.DELETE: lambda *all: f"{segment(*all)}/supprimer",
    group_pages.ONE: group,
    f"{group_pages.ONE}/renommer": lambda *all: f"{group(*all)}/renommer",
    f"{group_pages.ONE}/supprimer": lambda *all: f"{group(*all)}/supprimer",
    group_pages.OF_MEMBER: lambda *all: group(*all) and "/bureau/membres/1/groupes",
}
