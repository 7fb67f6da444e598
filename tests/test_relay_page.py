"""The pages of the network, in a real browser: whom this co-op calls, which directories it has."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from browsing import Scene, World, faults
from federating import federation
from passkoop_node.core import guard
from passkoop_node.core.accounts import Role
from passkoop_node.core.language import PSEUDO
from passkoop_node.relay.directories import DIRECTORIES
from passkoop_node.relay.network import NETWORK
from passkoop_protocol.keys import CoopId, pairing_code
from relaying import Coop
from serving import NOON, Client, make_coop
from shop import Coop as Signer

FED, OTHER = federation("La Fédération d'ici"), federation("Les Coops de là-bas", "two")
CODE = pairing_code(CoopId(OTHER.id))


def add(page: Page) -> None:
    page.fill("#adresse", "http://pass word")
    page.evaluate("document.querySelector('main form.one').noValidate = true")
    page.click("main form.one button")


def mistype(page: Page) -> None:
    page.fill("#empreinte", "ABCDE-ABCDE-ABCDE-ABCDE")
    page.fill("#adresse", "nulle part")
    page.evaluate("document.querySelector('main form.one').noValidate = true")
    page.click("main form.one button")


SCENES = [
    Scene("annuaires", "nico", DIRECTORIES),
    Scene("annuaires-faute", "nico", DIRECTORIES, mistype, 422),
    Scene("annuaire", "nico", f"{DIRECTORIES}/{FED.id.hex()}"),
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
    rows = [
        FED.row(Signer("Le Panier à deux anses"), slug="panier", region="Auvergne-Rhône-Alpes"),
        FED.row(Signer("La Courge voyageuse"), slug="courge", country="BE", suspended=True),
    ]
    hendaye.run(hendaye.rooms.coops.follow, FED.id, now=NOON)
    documents = [FED.root(), FED.directory(rows, at=NOON, exp=NOON + 1)]
    hendaye.run(hendaye.rooms.relay.intake.take_in, documents, now=NOON)
    lyon.run(lyon.rooms.coops.follow, OTHER.id, now=NOON)
    documents = [OTHER.root(), OTHER.directory(rows[:1], at=NOON)]
    lyon.run(lyon.rooms.relay.intake.take_in, documents, now=NOON)
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


def test_a_federation_is_followed_from_an_address_looked_at_and_left(hendaye: Coop) -> None:
    nico = hendaye.entered("Paule", Role.ADMINISTRATOR)
    (lyon,) = [one for one in hendaye.run(lambda: hendaye.rooms.relay.typed) if "1025" not in one][
        :1
    ]
    answer = nico.post(DIRECTORIES, {"empreinte": CODE, "adresse": "http://127.0.0.1:1025"})
    assert "ne donne pas les documents" in answer.words
    assert nico.post(DIRECTORIES, {"empreinte": "X" + CODE[1:]}).status == 422
    wrong = nico.post(DIRECTORIES, {"empreinte": pairing_code(CoopId(bytes(10))), "adresse": lyon})
    assert wrong.status == 422
    assert nico.post(DIRECTORIES, {"empreinte": CODE, "adresse": lyon}).goes_to == DIRECTORIES
    page = nico.get(DIRECTORIES)
    assert "Les Coops de là-bas" in page.words
    one = f"{DIRECTORIES}/{OTHER.id.hex()}"
    assert "accueillie" in nico.get(one).words
    assert "Les Coops de là-bas" in nico.get(NETWORK).words
    assert nico.get(f"{one}/quitter").status == 200
    assert nico.post(f"{one}/quitter").goes_to == DIRECTORIES
    assert nico.get(one).status == 404
    assert "Les Coops de là-bas" not in nico.get(DIRECTORIES).words


def test_the_page_is_the_administrators_alone(hendaye: Coop) -> None:
    assert Client(hendaye).get(NETWORK).status == 303
    office = hendaye.entered("Bruno", Role.OFFICE)
    assert office.get(NETWORK).status == 403
    assert office.post(f"{NETWORK}/maintenant").status == 403
