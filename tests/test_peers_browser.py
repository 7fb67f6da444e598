"""What the pages of other co-ops and of keys look like once something was typed: in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import Scene, World, faults
from filming import blank, films, with_camera
from passkoop_node.core import guard
from passkoop_node.core.language import PSEUDO
from passkoop_node.identity.custody_pages import AWAY, SEAL
from passkoop_node.identity.declaring import COOP
from passkoop_node.peers.exchange import FILE
from passkoop_node.peers.listing import COOPS
from passkoop_node.peers.meeting import MEET
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.keys import CoopId, pairing_code
from passkoop_protocol.qr import qr_png
from relaying import Coop
from serving import make_coop

CODED = CoopId(bytes(range(10)))
CODE = pairing_code(CODED)


def send(page: Page, **typed: str) -> None:
    """Fill the first form of the page and send it, past what the browser itself would refuse."""
    for name, text in typed.items():
        page.fill(f"[name={name}]", text)
    page.evaluate("document.querySelectorAll('form').forEach((form) => form.noValidate = true)")
    page.click("main form .button.main")


def scenes(lyon: Coop, file: Path) -> Iterator[Scene]:
    wrong = CODE[:-1] + ("B" if CODE[-1] != "B" else "C")
    yield Scene("code", "nico", MEET, lambda page: send(page, code=CODE))
    yield Scene("wrong group", "nico", MEET, lambda page: send(page, code=wrong), 422)
    yield Scene("paired", "nico", f"{COOPS}/{lyon.coop.hex()}")

    def upload(page: Page) -> None:
        page.set_input_files("#fichier", file)
        send(page)

    yield Scene("report", "nico", FILE, upload)
    yield Scene("name missing", "nico", COOP, lambda page: send(page, nom=""), 422)
    yield Scene("words missing", "nico", AWAY, send, 422)
    yield Scene("too short", "nico", SEAL, lambda page: send(page, nouvelle="court"), 422)


@pytest.fixture
def hendaye(tmp_path: Path) -> Iterator[Coop]:
    coop = Coop.of(make_coop(tmp_path / "hendaye", name="Hendaia Koop"))
    coop.start()
    coop.app[guard.STRANGERS].tries = 10_000
    yield coop
    coop.stop()


@pytest.fixture
def lyon(tmp_path: Path, hendaye: Coop) -> Iterator[Coop]:
    """A co-op that is paired, with a list, and another file than we hold."""
    coop = Coop.of(make_coop(tmp_path / "lyon", name="La Traboule du Vieux-Lyon et de la Saône"))
    coop.start()
    coop.issue("Maïté Etcheverry")
    hendaye.pair(coop)
    hendaye.run(hendaye.node.take, coop.documents())
    yield coop
    coop.stop()


@pytest.mark.slow  # test_every_page opens them as they are before
def test_the_pages_are_whole_after_something_was_typed_in_any_language_on_a_narrow_screen(
    hendaye: Coop, lyon: Coop, chromium: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "lyon.passkoop"
    file.write_bytes(write_bundle([*lyon.documents(), b"\xd2\x84"]))
    world = World(hendaye, browser=chromium)
    world.people["nico"] = hendaye.administrator()
    wrong = {}
    with world.narrow_and_dark("nico") as page:
        for scene in scenes(lyon, file):
            world.open(scene, page)
            if found := faults(page, language=PSEUDO):
                wrong[scene.name] = found
    world.close()
    assert wrong == {}


def test_two_people_pair_their_coops_at_two_screens(
    hendaye: Coop, lyon: Coop, chromium: Browser
) -> None:
    """One reads the code out, the other types it; then the news come, and the card is known."""
    card = hendaye.issue("Jean Béhobie")
    lyon.call(hendaye.address)
    world, other = World(hendaye, browser=chromium), World(lyon, browser=chromium)
    world.people["nico"], other.people["odile"] = hendaye.administrator(), lyon.administrator()
    with world.page("nico") as here, other.page("odile") as there:
        here.goto(hendaye.url + MEET)
        groups = [one.strip() for one in here.locator(".groups span").all_inner_texts()]
        assert "-".join(groups) == pairing_code(hendaye.coop)
        there.goto(lyon.url + MEET)
        expect(there.locator("input[name=code]")).to_be_focused()
        there.keyboard.type(" ".join(groups).lower())
        there.keyboard.press("Enter")
        there.click("text=Oui, se jumeler")
        there.click("text=Prendre des nouvelles")
        there.wait_for_selector("h1:has-text('Hendaia Koop')")
    world.close()
    other.close()
    assert lyon.codes(card) == []


def test_the_other_s_code_is_scanned_by_the_camera_and_nothing_else_is_taken_for_it(
    hendaye: Coop, chromium: Browser, tmp_path: Path
) -> None:
    card = qr_png("HTTPS://MEMBRE.COOP/V#NOTACODE")
    nothing, code = [blank()] * 5, qr_png(CODE)
    film = films(tmp_path / "film.mjpeg", *[card] * 40, *nothing, *[code] * 40)
    with (
        with_camera(chromium, film) as browser,
        World(hendaye, {"nico": hendaye.administrator()}, browser).context(
            "nico", permissions=["camera"]
        ) as one,
    ):
        page = one.new_page()
        page.goto(hendaye.url + MEET)
        page.click("#scanner-code")
        expect(page.locator("#camera-dit")).to_contain_text("n’est pas le code d’une coop")
        assert faults(page, language="fr") == {}
        page.click("text=Oui, se jumeler")  # what a code leads to is asked, also when scanned
        page.wait_for_url("**/bureau/coops/" + CODED.hex())
    assert [one.coop for one in hendaye.run(hendaye.rooms.coops.pairings)] == [CODED]
