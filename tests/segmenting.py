"""Where the pages of segments, groups and what is written to them are, for tests of every page."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from browsing import World
from passkoop_node.letters import group_pages, mailing_pages, segment_pages
from passkoop_node.members.preferences import Channel, Topic
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


def draft(till: Till, world: World) -> str:
    """Return the page of a message that was not sent."""
    nico = world.people["nico"]
    typed = {"segment": "membres", "sujet": "news", "objet": "AG", "texte": "# Le 3\n\n- a\n\n> b"}
    return nico.post("/bureau/ecrire/nouveau", {**typed, "sms": "AG le 3"}).goes_to


def sent(till: Till, world: World) -> str:
    """Return the page of a message that is in the post."""
    path, rooms = draft(till, world), till.served.rooms

    def send() -> None:
        (member, *_others) = rooms.members.members()
        one = replace(member, address="3 rue des Halles", postcode="25000", town="Besançon")
        rooms.members.update(one, now=till.served.now)
        said = {Topic.NEWS: Channel.POST}
        rooms.preferences.keep(member.id, said, how="office", now=till.served.now)

    till.served.run(send)
    nico = world.people["nico"]
    question = nico.get(f"{path}/envoyer").text
    count = question.partition('name="nombre" value="')[2].partition('"')[0]
    assert nico.post(f"{path}/envoyer", {"nombre": count, "version": "1"}).goes_to == path
    nico.get(path)  # says it, once
    return path


def question(till: Till, world: World) -> str:
    """Return the page that asks before a message goes."""
    sent(till, world)  # somebody wants it
    return f"{draft(till, world)}/envoyer"


EXAMPLES: Mapping[str, str | Callable[[Till, World], str]] = {
    segment_pages.ONE: "/bureau/segments/membres",
    f"{segment_pages.ONE}/etiquettes": "/bureau/segments/membres/etiquettes",
    segment_pages.EDIT: lambda *all: f"{segment(*all)}/changer",
    segment_pages.DELETE: lambda *all: f"{segment(*all)}/supprimer",
    mailing_pages.ONE: draft,
    f"{mailing_pages.ONE}/changer": lambda *all: f"{draft(*all)}/changer",
    f"{mailing_pages.ONE}/supprimer": lambda *all: f"{draft(*all)}/supprimer",
    f"{mailing_pages.ONE}/envoyer": question,
    f"{mailing_pages.ONE}/annuler": lambda *all: f"{sent(*all)}/annuler",
    group_pages.ONE: group,
    f"{group_pages.ONE}/renommer": lambda *all: f"{group(*all)}/renommer",
    f"{group_pages.ONE}/supprimer": lambda *all: f"{group(*all)}/supprimer",
    group_pages.OF_MEMBER: lambda *all: group(*all) and "/bureau/membres/1/groupes",
}
