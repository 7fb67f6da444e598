"""The page of the network, in a real browser: whom this co-op calls, and when they answered."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from browsing import Scene, World, faults
from passkoop_node.core import guard
from passkoop_node.core.accounts import Role
from passkoop_node.core.language import PSEUDO
from passkoop_node.relay.network import NETWORK
from relaying import Coop
from serving import Client, make_coop


def add(page: Page) -> None:
    page.fill("#adresse", "http://pass word")
    page.evaluate("document.querySelector('main form.one').noValidate = true")
    page.click("main form.one button")


SCENES = [
    Scene("reseau", "nico", NETWORK),
    Scene("reseau-faute", "nico", NETWORK, add, 422),
]


@pytest.fixture(scope="module")
def hendaye(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coop]:
    """A co-op that knows three addresses: one answers, one does not, one was never called."""
    folder = tmp_path_factory.mktemp("reseau")
    hendaye, lyon = (Coop.of(make_coop(folder / name, name=name)) for name in ("Hendaye", "Lyon"))
    hendaye.start()
    lyon.start()
    hendaye.call(lyon.address, "http://127.0.0.1:1")
    hendaye.round()
    hendaye.call(lyon.address, "http://127.0.0.1:1", "http://127.0.0.1:2/carte")
    hendaye.run(hendaye.rooms.ourselves.set_addresses, ["https://carte.hendaye.example"])
    hendaye.app[guard.STRANGERS].tries = 10_000
    yield hendaye
    hendaye.stop()
    lyon.stop()


@pytest.fixture(scope="module")
def world(chromium: Browser, hendaye: Coop) -> Iterator[World]:
    world = World(hendaye, browser=chromium)
    world.people["nico"] = hendaye.administrator()
    yield world
    world.close()


@pytest.fixture(params=SCENES, ids=lambda one: one.name)
def scene(request: pytest.FixtureRequest) -> Scene:
    found: Scene = request.param
    return found


def test_the_page_shuts_nobody_out(world: World, scene: Scene) -> None:
    with world.page(scene.who, viewport={"width": 1280, "height": 900}) as page:
        world.open(scene, page)
        assert faults(page, language="fr") == {}


def test_the_page_is_whole_in_any_language_on_a_narrow_screen_in_the_dark(
    world: World, scene: Scene
) -> None:
    with world.narrow_and_dark(scene.who) as page:
        world.open(scene, page)
        assert faults(page, language=PSEUDO) == {}


def test_an_address_is_added_called_and_taken_away(hendaye: Coop) -> None:
    nico = hendaye.entered("Odile", Role.ADMINISTRATOR)
    words = nico.get(NETWORK).words
    assert "jamais" in words
    assert "ne répond pas" in words
    assert "https://carte.hendaye.example" in words
    new = "http://127.0.0.1:1025"
    assert nico.post(NETWORK, {"adresse": new + "/"}).goes_to == NETWORK
    assert new in nico.get(NETWORK).words
    assert nico.post(f"{NETWORK}/maintenant").goes_to == NETWORK
    assert "Rien de nouveau." in nico.get(NETWORK).words
    nico.post(f"{NETWORK}/retirer", {"adresse": new})
    assert new not in nico.get(NETWORK).words


def test_the_page_is_the_administrators_alone(hendaye: Coop) -> None:
    assert Client(hendaye).get(NETWORK).status == 303
    office = hendaye.entered("Bruno", Role.OFFICE)
    assert office.get(NETWORK).status == 403
    assert office.post(f"{NETWORK}/maintenant").status == 403
