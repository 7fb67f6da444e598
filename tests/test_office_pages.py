"""The office's pages in a real browser: members, their import, their cards."""

import dataclasses
import datetime
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from browsing import Scene, World, drop_file, faults
from importing import many_members
from passkoop_node.cards import pages as cards_pages
from passkoop_node.cards.store import CardState
from passkoop_node.core.accounts import Role
from passkoop_node.core.language import PSEUDO
from passkoop_node.members import pages as members_pages
from passkoop_node.members.imports import apply, preview
from passkoop_node.rooms import Rooms
from serving import NOON, Served, make_coop

DAY = 86_400
MEMBERS, CARDS, IMPORT = "/bureau/membres", "/bureau/cartes", "/bureau/membres/importer"
FILE = (
    "N°;Nom;Prénom;Ville;Machin\n1;Etcheverry;Maïté;Hendaye;vélo\n"
    "500;Iribarne;Joanes;Urrugne;\n;;;Béhobie;\n"
).encode()
STRANGE = "Qui;Machin\nMaïté Etcheverry;maite@exemple.test\n".encode()


numbers = count(600)


class Drop:
    """Chooses a file and sends it, then presses what is next."""

    def __init__(self, data: bytes, *then: str) -> None:
        self.data = data
        self.then = then

    def __call__(self, page: Page) -> None:
        data = self.data.replace(b"500", str(next(numbers)).encode())  # somebody new each time
        file = FilePayload(name="adhésions 2026.csv", mimeType="text/csv", buffer=data)
        page.set_input_files("input[type=file]", file)
        page.click("main form .main")
        for button in self.then:
            page.click(button)


SCENES = [
    Scene("membres", "odile", f"{MEMBERS}?tri=nom"),
    Scene("membres-personne", "odile", f"{MEMBERS}?cherche=zzz"),
    Scene("membres-vide", "nora", MEMBERS),
    Scene("membre", "odile", f"{MEMBERS}/5"),
    Scene("membre-suspendu", "odile", f"{MEMBERS}/6"),
    Scene("membre-parti", "odile", f"{MEMBERS}/8"),
    Scene("membre-depart", "odile", f"{MEMBERS}/5/depart"),
    Scene("membre-corriger", "odile", f"{MEMBERS}/5/corriger"),
    Scene("membre-nouveau", "odile", f"{MEMBERS}/nouveau"),
    Scene(
        "membre-nouveau-faute",
        "odile",
        f"{MEMBERS}/nouveau",
        lambda page: page.click("main form .main"),
        422,
    ),
    Scene("membre-annuler", "odile", f"{MEMBERS}/5/cartes/annuler"),
    Scene(
        "membre-annuler-faute",
        "odile",
        f"{MEMBERS}/5/cartes/annuler",
        lambda page: page.click("main form .main"),
        422,
    ),
    Scene("membre-foyer", "odile", f"{MEMBERS}/1/foyer?cherche=e"),
    Scene("importer", "nora", IMPORT),
    Scene("importer-faute", "odile", IMPORT, Drop(b"%PDF-1.4"), 422),
    Scene("importer-apercu", "odile", IMPORT, Drop(FILE)),
    Scene("importer-colonnes", "odile", IMPORT, Drop(STRANGE)),
    Scene("importer-tout-y-est", "odile", IMPORT, Drop(many_members(14))),
    Scene("importer-fait", "odile", IMPORT, Drop(FILE, "form[action$=confirmer] button")),
    Scene("cartes", "odile", f"{CARDS}?depuis={NOON}"),
    Scene("cartes-faute", "odile", CARDS, lambda page: page.click("main table ~ .row button"), 422),
    Scene("cartes-vide", "nora", CARDS),
]
every_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def worlds(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, World]]:
    """Return a co-op with members, where Odile is at the office, and a new one, Nora's."""
    patch = pytest.MonkeyPatch()
    for pages in (cards_pages, members_pages):
        patch.setattr(pages, "PER_PAGE", 10)  # a short page is looked through sooner
    path = tmp_path_factory.mktemp("office")
    full, empty = (Served(make_coop(path / name)).start() for name in ("full", "empty"))
    full.run(fill, full.rooms)
    worlds = {
        "odile": World(full, browser=chromium),
        "nora": World(empty, browser=chromium),
    }
    for name, world in worlds.items():
        world.people[name] = world.served.entered(name.title(), Role.OFFICE)
    yield worlds
    for world in worlds.values():
        world.close()
        world.served.stop()
    patch.undo()


def fill(rooms: Rooms) -> None:
    """Take members in, with cards in every state."""
    apply(preview(many_members(14), rooms.members, now=NOON), rooms.members, now=NOON)
    chosen = rooms.members.members(limit=12)
    rooms.issuer.issue(chosen[:2], now=NOON - 400 * DAY, actor="test", days=30)
    rooms.issuer.issue(chosen[2:], now=NOON, actor="test")
    for place, state in ((3, CardState.REVOKED), (5, CardState.SUSPENDED)):
        rooms.issuer.set_state(chosen[place], state, now=NOON, actor="test")
    left = dataclasses.replace(chosen[7], left=datetime.date(2026, 1, 1))
    rooms.members.update(left, now=NOON)


@every_scene
def test_a_page_shuts_nobody_out(worlds: dict[str, World], scene: Scene) -> None:
    world = worlds[scene.who]
    with world.page(scene.who, viewport={"width": 1280, "height": 900}) as page:
        world.open(scene, page)
        assert faults(page, language="fr") == {}


@every_scene
def test_a_page_is_whole_in_any_language_on_a_narrow_screen_in_the_dark(
    worlds: dict[str, World], scene: Scene
) -> None:
    narrow = {"width": 320, "height": 640}
    world = worlds[scene.who]
    with world.page(scene.who, language=PSEUDO, viewport=narrow, color_scheme="dark") as page:
        world.open(scene, page)
        assert faults(page, language=PSEUDO) == {}


def test_a_file_is_dropped_on_the_page_and_comes_in_without_a_script_too(
    worlds: dict[str, World],
) -> None:
    world = worlds["odile"]
    with world.page("odile", viewport={"width": 1280, "height": 900}) as page:
        page.goto(world.served.url + IMPORT)
        page.locator("[data-drop-hint]").wait_for(state="visible")
        drop_file(page, "[data-drop]", "membres.csv", FILE.decode())
        page.wait_for_url("**/apercu")
        assert "membres.csv" in page.inner_text("main")
    with world.context("odile", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(world.served.url + IMPORT)
        assert not page.is_visible("[data-drop-hint]")
        Drop(FILE, "form[action$=confirmer] button")(page)
        assert "Import terminé" in page.inner_text("main")


def test_the_list_follows_what_is_typed_and_keeps_its_order(worlds: dict[str, World]) -> None:
    world = worlds["odile"]
    with world.page("odile", viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{world.served.url}{MEMBERS}?tri=nom&sens=inverse")
        rows = page.locator("#membres tbody tr")
        everybody = rows.count()
        page.locator("#cherche").press_sequentially("m9@exemple")
        expect(rows).to_have_count(1)
        assert "1 personne trouvée" in page.inner_text("#membres-nombre")
        assert "cherche=m9%40exemple" in page.url
        assert "sens=inverse" in page.url
        assert page.evaluate("document.activeElement.id") == "cherche"
        assert "cherche=" in (page.get_attribute("#membres thead a", "href") or "")
        page.fill("#cherche", "")
        expect(rows).to_have_count(everybody)
        assert page.inner_text("#membres-nombre") == ""
