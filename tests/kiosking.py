"""The kiosk's pages, and the office's about it, as one comes to see them."""

from collections.abc import Callable, Mapping

from browsing import World
from passkoop_node.core.formats import local_day
from passkoop_node.kiosk.promotions import Promotion
from serving import NOON
from tilling import Till

_PICTURE = "promotions/{id:[0-9]{1,9}}-{state:[0-9a-f]{16}}.jpg"
FILES = {
    f"/borne/{_PICTURE}",
    f"/bureau/borne/{_PICTURE}",
    "/borne/borne.webmanifest",
}  # sent, not shown


def asked(till: Till, world: World) -> str:
    """Return the page of a question, to somebody who touched the kiosk."""
    world.people["kiosk"].post("/borne/commencer")
    return "/borne/question"


def drawing(till: Till, world: World) -> str:
    """Return the page on which one enters a prize draw, to somebody who touched the kiosk."""
    drawn(till, world)
    world.people["kiosk"].post("/borne/commencer", {"vers": "tirage"})
    return "/borne/tirage"


def drawn(till: Till, world: World) -> str:
    """Return the page of a prize draw."""
    draws, today = till.served.rooms.draws, local_day(NOON)
    if not till.served.run(draws.all):
        typed = {"keep_days": 30, "actor": "cli", "now": NOON}
        till.served.run(lambda: draws.add("Un panier", today, today, **typed))  # type: ignore[arg-type]
    return "/bureau/borne/tirages/1"


def promoted(till: Till, world: World) -> str:
    """Return the page of a promotion."""
    day = local_day(NOON)
    shown = Promotion(title="Fromages", words="", described="", first_day=day, last_day=day)
    promotions = till.served.rooms.promotions
    if not till.served.run(promotions.all):
        till.served.run(lambda: promotions.add(shown, None, actor="cli", now=NOON))
    return f"/bureau/borne/{till.served.run(promotions.all)[0].id}"


EXAMPLES: Mapping[str, str | Callable[[Till, World], str]] = {
    "/borne/question": asked,
    "/borne/tirage": drawing,
    "/bureau/borne/{id:[0-9]{1,9}}": promoted,
    "/bureau/borne/{id:[0-9]{1,9}}/supprimer": lambda *all: f"{promoted(*all)}/supprimer",
    "/bureau/borne/tirages/{id:[0-9]{1,9}}": drawn,
    "/bureau/borne/tirages/{id:[0-9]{1,9}}/effacer": lambda *all: f"{drawn(*all)}/effacer",
    "/reglages/bornes/{id:[0-9]{1,9}}": "/reglages/bornes/3",
}
