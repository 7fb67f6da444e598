"""The house's own pages in a real browser: for everybody, in every language, on any screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browsing import Scene, World, faults
from passkoop_node.core import guard
from passkoop_node.core.accounts import AccountStore, Role
from passkoop_node.core.administration import Administration
from passkoop_node.core.devices import Till, TillStore
from passkoop_node.core.language import PSEUDO
from passkoop_node.errors import DiskFull
from serving import NOON, Client, Served, make_coop


def send(**typed: str) -> "Sender":
    return Sender(typed)


class Sender:
    """Types into the fields of a page and presses its main button."""

    def __init__(self, typed: dict[str, str]) -> None:
        self.typed = typed

    def __call__(self, page: Page) -> None:
        for name, text in self.typed.items():
            page.fill(f"main [name={name}]", text)
        page.click("main .main")


ACCOUNTS, TILLS = "/reglages/comptes", "/reglages/caisses"
SCENES = [
    Scene("accueil", "nobody", "/"),
    Scene("accueil-administration", "nico", "/"),
    Scene("accueil-caisse", "till", "/entrer"),
    Scene("entrer", "nobody", "/entrer?retour=/sante"),
    Scene("entrer-faute", "nobody", "/entrer", send(nom="Nico", mot_de_passe="faux"), 422),
    Scene("entrer-vide", "nobody", "/entrer", send(), 422),
    Scene("premiere-fois", "nobody", "/premiere-fois/first"),
    Scene("premiere-fois-faute", "nobody", "/premiere-fois/first", send(mot_de_passe="a"), 422),
    Scene("premiere-fois-odile", "nobody", "/premiere-fois/odile"),
    Scene("premiere-fois-trop-tard", "nobody", f"/premiere-fois/{'x' * 32}", status=410),
    Scene("compte", "nico", "/compte"),
    Scene("compte-faute", "nico", "/compte", send(actuel="a", mot_de_passe="b"), 422),
    Scene("sortir", "nico", "/sortir"),
    Scene("langue", "nobody", "/langue?retour=/entrer"),
    Scene("bureau", "nico", "/bureau"),
    Scene("reglages", "nico", "/reglages"),
    Scene("reglages-bureau", "odile", "/reglages"),
    Scene("comptes", "nico", ACCOUNTS),
    Scene("compte-nouveau", "nico", f"{ACCOUNTS}/nouveau"),
    Scene("compte-nouveau-faute", "nico", f"{ACCOUNTS}/nouveau", send(nom=""), 422),
    Scene("compte-lien", "nico", f"{ACCOUNTS}/3", lambda page: page.click("[action$=lien] button")),
    Scene("compte-un", "nico", f"{ACCOUNTS}/1"),
    Scene("compte-attend", "nico", f"{ACCOUNTS}/3"),
    Scene("compte-supprimer", "nico", f"{ACCOUNTS}/3/supprimer"),
    Scene("compte-dernier", "nico", f"{ACCOUNTS}/1/supprimer", send(), 422),
    Scene("caisses", "nico", TILLS),
    Scene("caisses-faute", "nico", TILLS, lambda page: page.click("main form .main"), 422),
    Scene("caisse", "nico", f"{TILLS}/1"),
    Scene("caisse-faute", "nico", f"{TILLS}/1", lambda page: rename(page, ""), 422),
    Scene("caisse-retiree", "nico", f"{TILLS}/2"),
    Scene("jumeler", "nobody", "/jumeler?code=ACDEFGHJ"),
    Scene("jumeler-faute", "nobody", "/jumeler", send(code="rien"), 422),
    Scene("jumeler-encore", "till", "/jumeler"),
    Scene("sante", "nico", "/sante"),
    Scene("erreur-403", "till", "/reglages", status=403),
    Scene("erreur-404", "nico", "/nulle-part", status=404),
    Scene("erreur-405", "nobody", "/compte/sessions", status=405),
    Scene("erreur-421", "nobody", "http://ailleurs.localhost/", status=421),
    Scene("erreur-500", "nico", f"{TILLS}/500", status=500),
    Scene("erreur-503", "nico", f"{TILLS}/503", status=503),
]


def rename(page: Page, name: str) -> None:
    page.fill("[name=nom]", name)
    page.click("form[action$=nom] button")


@pytest.fixture(scope="module")
def world(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = make_coop(tmp_path_factory.mktemp("pages") / "coop")
    served = Served(home).start()
    served.now = NOON
    world = World(served, browser=chromium)
    world.people["nobody"] = Client(served)
    world.people["nico"] = served.administrator()
    world.people["odile"] = served.entered("Odile", Role.OFFICE)
    world.people["till"] = served.till("Caisse du fond")
    served.till("Vieille tablette")
    served.run(served.the(TillStore).revoke, 2, now=NOON)
    new = served.run(served.the(AccountStore).add, "Maïté", Role.CASHIER, now=NOON)
    assert new.id == 3
    served.run(served.the(Administration).open_code, "Tablette", actor="cli", now=NOON)
    for one in (guard.STRANGERS,):
        served.app[one].tries = 10_000
    yield world
    world.close()
    served.stop()


@pytest.fixture
def scene(world: World, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Return a scene, with fresh links in it and tries given back."""
    scene: Scene = request.param
    served = world.served
    served.now += 600  # tries are given back
    served.now -= 600 if served.now > NOON + 3600 else 0
    path = scene.path
    invite = served.the(AccountStore).invite
    if path.endswith("/first"):
        path = f"/premiere-fois/{served.run(invite, None, now=served.now)}"
    elif path.endswith("/odile"):
        path = f"/premiere-fois/{served.run(invite, 2, now=served.now)}"
    elif path.startswith("http"):
        path = path.replace("localhost", f"localhost:{served.port}")
    by_id = TillStore.by_id

    def broken(store: TillStore, id: int) -> Till:
        if id == 503:
            raise DiskFull(Path("/coop/passkoop.db"))
        return by_id(store, id // (id - 500)) if id == 500 else by_id(store, id)

    monkeypatch.setattr(TillStore, "by_id", broken)
    return Scene(scene.name, scene.who, path, scene.then, scene.status)


every_scene = pytest.mark.parametrize("scene", SCENES, indirect=True, ids=lambda one: one.name)


@every_scene
def test_a_page_shuts_nobody_out(world: World, scene: Scene) -> None:
    with world.page(scene.who, viewport={"width": 1280, "height": 900}) as page:
        world.open(scene, page)
        assert faults(page, language="fr") == {}


@every_scene
def test_a_page_is_whole_in_any_language_on_a_narrow_screen_in_the_dark(
    world: World, scene: Scene
) -> None:
    with world.narrow_and_dark(scene.who) as page:
        world.open(scene, page)
        assert faults(page, language=PSEUDO) == {}
