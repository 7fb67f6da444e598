"""The till in a real browser: readers, camera, photo, keyboard alone, with and without scripts."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import Scene, World, faults
from filming import blank, films, with_camera
from passkoop_node.core.language import PSEUDO
from passkoop_node.till import pages
from passkoop_node.till.device import SAMPLE
from passkoop_protocol.keyboards import LAYOUTS
from passkoop_protocol.qr import qr_png
from serving import Client
from tilling import Till

US = LAYOUTS["us"]
CODES = [
    *("Backquote", *(f"Digit{n}" for n in (*range(1, 10), 0)), "Minus", "Equal"),
    *(f"Key{letter}" for letter in "QWERTYUIOP"),
    *("BracketLeft", "BracketRight", "Backslash"),
    *(f"Key{letter}" for letter in "ASDFGHJKL"),
    *("Semicolon", "Quote"),
    *(f"Key{letter}" for letter in "ZXCVBNM"),
    *("Comma", "Period", "Slash"),
]


def keys_of(text: str, layout: str) -> list[dict[str, object]]:
    """Return the key events of a reader set to US on a computer with another layout."""
    table, events = LAYOUTS[layout], []
    for character in text:
        shift = character not in US.unshifted
        at = (US.shifted if shift else US.unshifted).index(character)
        key = (table.shifted if shift else table.unshifted)[at]
        key = "Dead" if key == "◌" else key
        events.append({"code": CODES[at], "key": key, "shiftKey": shift})
    return [*events, {"code": "Enter", "key": "Enter", "shiftKey": False}]


READ = """(events) => {
  for (const one of events) {
    const event = new KeyboardEvent("keydown", {...one, bubbles: true, cancelable: true});
    const field = document.activeElement;
    if (field.dispatchEvent(event) && "value" in field && one.key.length === 1) {
      field.value += one.key;
    }
  }
}"""


@pytest.fixture(scope="module")
def world(till: Till, chromium: Browser) -> Iterator[World]:
    world = World(till.served, browser=chromium)
    world.people["till"] = till.client()
    world.people["nobody"] = Client(till.served)
    yield world
    world.close()


@pytest.fixture
def fresh(till: Till) -> None:
    """Take back the visits of other tests: nobody was here today."""
    till.forget()


@pytest.fixture
def page(world: World, till: Till, fresh: None) -> Iterator[Page]:
    # A browser of its own: its clock is stopped, its network cut.
    with world.context("till", viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{till.served.url}/caisse")
        yield page


def shows(page: Page, zone: str, text: str) -> None:
    """Wait for an answer."""
    expect(page.locator("h1")).to_contain_text(text)
    assert zone in (page.get_attribute("body", "class") or "").split()


@pytest.mark.parametrize("layout", ["us", "fr", "be", "de", "ch-fr", "fr-bepo", "ca"])
def test_a_reader_is_understood_whatever_the_keyboard(page: Page, till: Till, layout: str) -> None:
    page.evaluate("document.activeElement.blur()")
    page.evaluate(READ, keys_of(till.cards["maite"], layout))
    shows(page, "ok", "Maïté Etcheverry")
    expect(page.locator("h1")).to_be_focused()


@pytest.mark.parametrize(
    ("layout", "says"), [("fr", "français (AZERTY)"), ("de", "allemand"), ("us", "américain")]
)
def test_a_reader_is_tried_on_a_page_of_its_own(
    page: Page, till: Till, layout: str, says: str
) -> None:
    page.click("text=Essayer la douchette")
    expect(page.locator("h1")).to_contain_text("Essayer la douchette")
    page.evaluate(READ, keys_of(SAMPLE, layout))
    expect(page.locator("main")).to_contain_text("Cette douchette marche.")
    expect(page.locator("main")).to_contain_text(says)
    assert page.url.endswith("/caisse/douchette")


def test_a_device_says_what_it_can_do_and_sounds_are_switched_off(page: Page) -> None:
    page.click("a[href='/caisse/appareil']")
    reads = "apporte son lecteur" if pages.ZXING.is_dir() else "Pass’Koop lit les images"
    expect(page.locator("[data-can=detector]")).to_contain_text(reads)
    expect(page.locator("[data-can=alone]")).to_contain_text("la caisse continue")
    silence = page.get_by_role("button", name="Sans sons")
    silence.click()
    expect(silence).to_have_attribute("aria-pressed", "true")
    silence.click()
    expect(silence).to_have_attribute("aria-pressed", "false")


def test_what_a_reader_types_into_another_field_is_taken_out_of_it(page: Page, till: Till) -> None:
    page.fill("#q", "Mor")
    page.evaluate(READ, keys_of(till.cards["damaged"][-40:], "fr"))
    shows(page, "unk", "Carte non vérifiée")


def test_who_types_a_name_is_no_reader(page: Page) -> None:
    page.locator("#q").press_sequentially("moreira", delay=60)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Qui est-ce")
    expect(page.get_by_role("button", name="Tiago Moreira")).to_be_visible()


def test_a_plain_welcome_clears_itself_and_a_refusal_stays(page: Page, till: Till) -> None:
    page.clock.install()
    page.goto(f"{till.served.url}/caisse")
    page.evaluate(READ, keys_of(till.cards["bastien"], "fr"))
    shows(page, "ok", "Bastien Le Goff")
    page.clock.run_for(4_000)
    shows(page, "ok", "Bastien Le Goff")
    page.clock.run_for(1_500)
    expect(page.locator("h1")).to_contain_text("Passez la carte")
    page.evaluate(READ, keys_of(till.cards["lost"], "fr"))
    shows(page, "no", "Yasmine Haddad")
    page.clock.run_for(60_000)
    page.evaluate(READ, keys_of(till.cards["maite"], "fr"))
    shows(page, "no", "Yasmine Haddad")
    page.click("text=Pas aujourd")
    expect(page.locator("h1")).to_contain_text("Passez la carte")


def test_a_welcome_that_is_being_read_stays(page: Page, till: Till) -> None:
    page.clock.install()
    page.goto(f"{till.served.url}/caisse")
    page.evaluate(READ, keys_of(till.cards["bastien"], "fr"))
    shows(page, "ok", "Bastien Le Goff")
    page.mouse.click(300, 300)
    page.clock.run_for(60_000)
    shows(page, "ok", "Bastien Le Goff")
    page.keyboard.press("Escape")
    expect(page.locator("h1")).to_contain_text("Passez la carte")


def test_a_photo_is_sent_as_soon_as_it_is_chosen(page: Page, till: Till) -> None:
    page.click("summary")
    png = qr_png(till.cards["maite"], module_px=6)
    page.set_input_files("#photo", {"name": "a.png", "mimeType": "image/png", "buffer": png})
    shows(page, "ok", "Maïté Etcheverry")


def test_over_plain_http_a_till_whose_node_is_away_says_so(page: Page, till: Till) -> None:
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.reload()
    page.context.set_offline(True)
    page.evaluate(READ, keys_of(till.cards["maite"], "fr"))
    expect(page.locator("#absente")).to_be_visible()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("reader", ["the node", "zxing-wasm"])
def test_a_card_held_before_the_camera_is_read_and_welcomed(
    world: World, till: Till, tmp_path: Path, reader: str
) -> None:
    if reader == "zxing-wasm" and not pages.ZXING.is_dir():
        pytest.skip("zxing-wasm is not here: npm brings it when the project is installed")
    first, second = qr_png(till.cards["bastien"]), qr_png(till.cards["maite"])
    nothing = [blank()] * 10
    film = films(tmp_path / "film.mjpeg", *nothing, *[first] * 20, *nothing, *[second] * 20)
    asked: list[str] = []
    assert world.browser is not None
    with (
        with_camera(world.browser, film) as browser,
        World(till.served, world.people, browser).context(
            "till", permissions=["camera"], service_workers="block"
        ) as one,
    ):
        page = one.new_page()
        if reader == "the node":
            page.route("**/zxing/**", lambda route: route.abort())
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{till.served.url}/caisse")
        page.click("#commencer")
        shows(page, "ok", "Bastien Le Goff")
        page.click("text=Suivant")
        expect(page.locator("#viseur video")).to_be_visible()
        if reader == "the node":
            assert faults(page, language="fr") == {}
        shows(page, "ok", "Maïté Etcheverry")
    assert any(url.endswith("/caisse/image") for url in asked) == (reader == "the node")
    till.forget()


def scripts_of(name: str, found: dict[str, bytes]) -> dict[str, bytes]:
    """Return a script of the till and those that it loads at once; not the verifier's."""
    room, file = name.split("/")
    if name not in found:
        shared = {"browser": pages.verifier() / "browser"}
        rooms = Path(pages.__file__).parent.parent
        found[name] = (shared.get(room, rooms / room / "static") / file).read_bytes()
        for other in re.findall(r'from "\./([\w-]+\.js)"', found[name].decode()):
            scripts_of(f"{room}/{other}", found)
        for other in re.findall(r'from "\.\./([\w-]+/[\w-]+\.js)"', found[name].decode()):
            if not other.startswith("verifier/"):
                scripts_of(other, found)
    return found


def test_a_page_of_the_till_brings_at_most_15_kb_of_scripts() -> None:
    brought = scripts_of("till/till.js", {})
    assert {"browser/camera.js", "browser/reader.js", "till/signals.js"} <= brought.keys()
    assert sum(map(len, brought.values())) <= 15_000


def test_what_a_till_takes_along_to_be_alone_weighs_at_most_15_kb_packed() -> None:
    taken = scripts_of("till/alone.js", {})
    assert {f"till/{one}.js" for one in ("keep", "queue", "judging", "screens")} <= taken.keys()
    assert sum(len(gzip.compress(one)) for one in taken.values()) <= 15_000


def test_a_device_without_camera_says_what_to_do_instead(page: Page) -> None:
    page.click("#commencer")
    expect(page.locator("[data-camera=NotFoundError]")).to_be_visible()
    expect(page.locator("#commencer")).to_be_hidden()


@pytest.mark.usefixtures("fresh")
def test_the_till_works_by_keyboard_alone_and_without_scripts(world: World, till: Till) -> None:
    with world.context("till", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{till.served.url}/caisse")
        expect(page.locator("#commencer")).to_be_hidden()
        page.keyboard.type(till.cards["bastien"])
        page.keyboard.press("Enter")
        shows(page, "ok", "Bastien Le Goff")
        button = page.get_by_role("button", name="Annuler la visite")
        for _press in range(6):
            page.keyboard.press("Tab")
            if button.evaluate("one => one.matches(':focus')"):
                break
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Visite annulée")
    till.forget()


def scanned(card: str, *then: str) -> "Scanned":
    return Scanned(card, then)


class Scanned:
    """Scans a card, then presses what is named."""

    def __init__(self, card: str, then: tuple[str, ...]) -> None:
        self.card = card
        self.then = then

    def __call__(self, page: Page) -> None:
        page.locator("#texte").fill(CARDS.get(self.card, self.card))
        page.locator("#texte").press("Enter")
        expect(page.locator("#reponse")).to_be_visible()
        for act in self.then:
            page.locator(f"[data-act={act}]").click()
            page.wait_for_load_state()


CARDS: dict[str, str] = {}


def looked_for(name: str) -> "Looked":
    return Looked(name)


class Looked:
    """Looks for a member by name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, page: Page) -> None:
        page.fill("#q", self.name)
        page.press("#q", "Enter")
        page.wait_for_url("**/membres")


SCENES = [
    Scene("prete", "till", "/caisse"),
    Scene("photo", "till", "/caisse", lambda page: page.click("summary")),
    Scene("bienvenue", "till", "/caisse", scanned("maite")),
    Scene("a-noter", "till", "/caisse", scanned("maite")),
    Scene("refusee", "till", "/caisse", scanned("lost")),
    Scene("perimee", "till", "/caisse", scanned("old")),
    Scene("inconnue", "till", "/caisse", scanned("stranger")),
    Scene("code-barres", "till", "/caisse", scanned("0421234567891")),
    Scene("quand-meme", "till", "/caisse", scanned("lost", "quand-meme")),
    Scene("sans-carte", "till", "/caisse/sans-carte"),
    Scene("membres", "till", "/caisse", looked_for("tiago")),
    Scene("membres-personne", "till", "/caisse", looked_for("zzz")),
    Scene("douchette", "till", "/caisse/douchette"),
    Scene("appareil", "till", "/caisse/appareil"),
    Scene("reponse-partie", "till", "/caisse/r/0123456789abcdef", status=410),
]
every_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda one: one.name)


@pytest.fixture
def cards(till: Till) -> Iterator[None]:
    CARDS.update(till.cards)
    till.served.now += 60
    yield
    till.served.now += 60


@every_scene
@pytest.mark.usefixtures("cards")
def test_a_page_of_the_till_shuts_nobody_out(world: World, scene: Scene) -> None:
    with world.page(scene.who, viewport={"width": 1280, "height": 900}) as page:
        world.open(scene, page)
        assert faults(page, language="fr") == {}


@every_scene
@pytest.mark.usefixtures("cards")
def test_a_page_of_the_till_is_whole_in_any_language_on_a_narrow_screen(
    world: World, scene: Scene
) -> None:
    narrow = {"width": 320, "height": 640}
    with world.page(scene.who, language=PSEUDO, viewport=narrow, color_scheme="dark") as page:
        world.open(scene, page)
        assert faults(page, language=PSEUDO) == {}
