"""A volunteer's first steps in a real browser: without a script, by keyboard alone, and back."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from conftest import need
from passkoop_node.core.accounts import AccountStore, Role
from passkoop_node.core.hosts import machine_addresses
from passkoop_protocol.qr import read_qr
from serving import PASSWORD, Served, make_coop


@pytest.fixture
def browser(chromium: Browser) -> Iterator[BrowserContext]:
    """Return a browser that runs no script."""
    context = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    context.set_default_timeout(20_000)
    yield context
    context.close()


def first_link(served: Served) -> str:
    token = served.run(served.the(AccountStore).invite, None, now=served.now)
    return f"{served.url}/premiere-fois/{token}"


def begin(served: Served, page: Page) -> None:
    page.goto(first_link(served))
    page.fill("[name=nom]", "Nico")
    page.fill("[name=mot_de_passe]", PASSWORD)
    page.fill("[name=encore]", PASSWORD)
    page.click("main .main")
    expect(page.locator("h1")).to_have_text("Bonjour Nico")


def test_without_a_script_a_co_op_gets_people_and_a_till(
    served: Served, browser: BrowserContext, chromium: Browser
) -> None:
    page = browser.new_page()
    begin(served, page)
    page.click("text=Réglages")
    page.click("main >> text=Comptes")
    page.click("text=Nouveau compte")
    page.fill("[name=nom]", "Odile")
    page.check("[name=role][value=office]")
    page.click("main .main")
    link = page.input_value("#lien")
    odile = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    hers = odile.new_page()
    hers.goto(link)
    hers.fill("[name=mot_de_passe]", "court")
    hers.fill("[name=encore]", "court")
    hers.click("main .main")
    fault = hers.locator(".fault")
    expect(fault).to_contain_text("10 caractères au moins")
    expect(hers.locator("[name=mot_de_passe]")).to_be_focused()
    hers.fill("[name=mot_de_passe]", PASSWORD)
    hers.fill("[name=encore]", PASSWORD)
    hers.click("main .main")
    expect(hers.locator("h1")).to_have_text("Bonjour Odile")
    odile.close()

    page.click("text=C’est fait")
    expect(page.locator("tbody")).to_contain_text("Odile")
    page.click("nav >> text=Caisses")
    page.fill("[name=nom]", "Tablette de l’entrée")
    page.click("text=Afficher un code")
    # What a tablet's camera sees is what the screen shows.
    (address,) = read_qr(page.locator(".qrbox").screenshot())
    tablet = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    there = tablet.new_page()
    parts = urlsplit(address)
    there.goto(f"{served.url}{parts.path}?{parts.query}")
    there.click("main .main")
    expect(there.locator("main")).to_contain_text("Cet appareil est « Tablette de l’entrée »")
    page.click("main .main")
    expect(page.locator("tbody")).to_contain_text("Tablette de l’entrée")
    page.click("tbody >> text=Changer")
    page.click("text=Retirer cette caisse")
    expect(page.locator(".said")).to_contain_text("n’est plus une caisse")
    tablet.close()


def test_after_leaving_the_way_back_shows_nothing(served: Served, browser: BrowserContext) -> None:
    page = browser.new_page()
    begin(served, page)
    page.goto(f"{served.url}/reglages/comptes")
    expect(page.locator("tbody")).to_contain_text("Nico")
    page.click("text=Sortir")
    expect(page.locator(".said")).to_contain_text("Session terminée")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Entrer")
    assert "Nico" not in page.content()
    # Whoever enters there comes to where they wanted to go.
    page.fill("[name=nom]", "Nico")
    page.fill("[name=mot_de_passe]", PASSWORD)
    page.click("main .main")
    expect(page.locator("h1")).to_have_text("Comptes")


def test_all_can_be_done_by_keyboard(served: Served, browser: BrowserContext) -> None:
    page = browser.new_page()
    begin(served, page)
    page.goto(f"{served.url}/reglages/comptes")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Aller au contenu")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Nouveau compte")
    outline = page.locator(":focus").evaluate("node => getComputedStyle(node).outlineWidth")
    assert outline == "3px"
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nouveau compte")
    page.focus("[name=nom]")
    page.keyboard.type("Odile")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # from one radio button to the next
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Un lien pour")


def test_on_the_shop_s_network_without_https_forms_of_ours_are_known_by_their_origin(
    tmp_path: Path, chromium: Browser
) -> None:
    address = next((one for one in machine_addresses() if ":" not in one), None)
    need(address, "this machine is on no network, so a page over plain http cannot be opened")
    served = Served(make_coop(tmp_path / "coop"), host="0.0.0.0").start()
    served.add_account("Nico", Role.OFFICE)
    context = chromium.new_context(locale="fr-FR")
    try:
        page = context.new_page()
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.goto(f"http://{address}:{served.port}/entrer?retour=/sante")
            page.fill("[name=nom]", "Nico")
            page.fill("[name=mot_de_passe]", PASSWORD)
            page.click("main .main")
        expect(page.locator("h1")).to_have_text("Santé")
        headers = sent.value.all_headers()
        # What browsers do: no Sec-Fetch-Site here, and with no-referrer the Origin would be null.
        assert "sec-fetch-site" not in headers
        assert headers["origin"] == f"http://{address}:{served.port}"
        # The same form, sent by a page of another site.
        page.goto(f"http://127.0.0.1:{served.port}/entrer")
        page.evaluate(
            """(url) => {
              const form = document.querySelector("main form");
              form.action = url;
              document.querySelectorAll("meta").forEach((one) => one.remove());
              form.submit();
            }""",
            f"http://{address}:{served.port}/entrer",
        )
        assert page.locator("h1").inner_text() == "Entrer"  # our own policy holds the form back
    finally:
        context.close()
        served.stop()


def test_the_language_is_the_browser_s_until_another_is_chosen(
    served: Served, chromium: Browser
) -> None:
    context = chromium.new_context(locale="nl-BE")
    page = context.new_page()
    page.goto(f"{served.url}/entrer")
    assert page.get_attribute("html", "lang") == "nl"
    page.click("footer a")
    page.click("text=Português")
    assert page.get_attribute("html", "lang") == "pt"
    assert page.url.endswith("/entrer")
    page.click("footer a")
    page.click("text=Français")
    expect(page.locator("h1")).to_have_text("Entrer")
    context.close()
