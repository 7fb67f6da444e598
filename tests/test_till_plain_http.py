"""A tablet on the shop's network, over plain http: no camera, but a photo, a reader, a name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import need
from passkoop_node.core.hosts import machine_addresses
from passkoop_protocol.qr import qr_png
from test_till_browser import READ, keys_of
from tilling import Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path, host="0.0.0.0")
    yield till
    till.close()


@pytest.fixture
def page(till: Till, chromium: Browser) -> Iterator[Page]:
    """Return the till's page under an address that no browser takes for its own computer."""
    address = next((one for one in machine_addresses() if ":" not in one), None)
    need(address, "This machine is on no network, so the till is not tested over plain http.")
    url = f"http://{address}:{till.served.port}"
    with chromium.new_context(locale="fr-FR", viewport={"width": 390, "height": 844}) as context:
        cookies = till.client().cookies.items()
        context.add_cookies([{"name": name, "value": it, "url": url} for name, it in cookies])
        page = context.new_page()
        page.goto(f"{url}/caisse")
        assert page.evaluate("window.isSecureContext") is False
        yield page


def test_a_photo_is_read_and_welcomed_over_plain_http(page: Page, till: Till) -> None:
    png = qr_png(till.cards["maite"], module_px=6)
    page.click("summary")
    page.set_input_files("#photo", {"name": "a.png", "mimeType": "image/png", "buffer": png})
    expect(page.locator("h1")).to_contain_text("Maïté Etcheverry")
    expect(page.locator("#reponse")).to_contain_text("Visite notée")
    assert len(till.visits()) == 1


def test_who_wants_the_camera_over_plain_http_is_told_why_not_and_a_reader_works(
    page: Page, till: Till
) -> None:
    page.click("#commencer")
    expect(page.locator("[data-camera=TypeError]")).to_contain_text("qu’en https")
    expect(page.locator("#commencer")).to_be_hidden()
    page.evaluate(READ, keys_of(till.cards["bastien"], "fr"))
    expect(page.locator("h1")).to_contain_text("Bastien Le Goff")
    page.click("text=Suivant")
    page.click("a[href='/caisse/appareil']")
    expect(page.locator("[data-why=camera]")).to_contain_text("Fermée")
