"""The till while the node is away: it judges, counts and asks as the node would."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from browsing import faults
from filming import blank, films, with_camera
from passkoop_node.core.language import PSEUDO
from passkoop_node.core.settings import SettingsStore
from passkoop_node.till import pages
from passkoop_node.till.desk import ASKS_NAME, COUNTS_AMOUNTS
from passkoop_node.visits.visit import Rule
from passkoop_protocol.qr import qr_png
from passkoop_protocol.welcome import Policy, Without
from stopping import Shop, text_of, waiting
from tilling import DAY, Till


def test_the_till_alone_says_what_the_node_says(shop: Shop) -> None:
    wanted = ("maite", "lost", "old", "stranger", "damaged", "own", "PASSKOOP")
    with shop.device() as device:
        page = shop.page(device)
        said = {}
        for card in wanted:
            shop.scan(page, card)
            said[card] = text_of(page), page.get_attribute("body", "class")
            if page.locator("[data-act=annuler]").count():
                page.click("[data-act=annuler]")
                expect(page.locator(".ready")).to_be_visible()
            page.goto(f"{shop.url}/caisse")
        shop.renewed(page)
        shop.till.forget()
        page.reload()
        shop.stop()
        for card in wanted:
            shop.scan(page, card)
            text, zone = said[card]
            # Members' numbers stay on the node.
            assert (text_of(page), page.get_attribute("body", "class")) == (
                text.replace(", n° 1", ""),
                zone,
            )
            page.goto(f"{shop.url}/caisse")


def test_visits_are_counted_those_that_wait_too(
    tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> None:
    policy = Policy(visits=3, period=30, without=Without.VISITS, without_limit=3)
    till = Till(tmp_path_factory.mktemp("trois"), policy)
    shop = Shop(till, chromium)
    client = till.client()
    for card in ("maite", "bastien", "bastien"):
        till.scan(client, card, later=DAY)
        till.scan(client, card)
    with shop.device(client) as device:
        page = shop.page(device)
        till.served.now += DAY
        page.reload()
        shop.renewed(page)
        shop.stop()
        shop.scan(page, "maite")
        expect(page.locator("body.ok h1")).to_contain_text("Maïté")
        shop.scan(page, "maite")
        expect(page.locator("body.note main")).to_contain_text("Carte déjà passée aujourd’hui à")
        page.click("text=Pas aujourd")
        shop.scan(page, "bastien")
        expect(page.locator("body.note main")).to_contain_text("C’est la dernière visite prévue")
        page.click("[data-act=accueillir]")
        expect(page.locator("#dit")).to_contain_text("partira au retour")
        # Nobody can be written down for a trial without the node.
        page.click("text=Sans carte")
        page.get_by_role("button", name="Accueillir quand même").click()
        page.fill("#raison", "Ana Lopes, à l'essai")
        page.click("text=Accueillir et noter")
        waiting(page, 3)
        shop.start(page)
        waiting(page, 0)
        # The node has counted them; the till alone knows it from the node.
        till.served.now += 60
        page.goto(f"{shop.url}/caisse")
        shop.renewed(page)
        shop.stop()
        page.goto(f"{shop.url}/caisse")
        shop.scan(page, "bastien")
        expect(page.locator("body.note main")).to_contain_text("Déjà passée")
    shop.start()
    assert [entry.visit.remarks for entry in till.visits()[:3]] == [(), (), ()]
    assert till.visits()[0].words.reason == "Ana Lopes, à l'essai"
    till.close()


def test_what_the_cashier_decides_alone_is_kept(shop: Shop) -> None:
    with shop.device() as device:
        page = shop.page(device)
        shop.stop()
        shop.scan(page, "maite")
        page.click("[data-act=annuler]")
        expect(page.locator("#dit")).to_contain_text("Visite annulée")
        waiting(page, 0)
        shop.scan(page, "lost")
        page.click("[data-act=quand-meme]")
        page.click("text=Accueillir et noter")
        expect(page.locator("#raison")).to_have_attribute("aria-invalid", "true")
        page.fill("#raison", "connue de l'équipe")
        page.click("text=Accueillir et noter")
        expect(page.locator("#dit")).to_contain_text("Visite notée")
        page.click("text=Sans carte")
        page.fill("#nom", "Ana, de la Coop du Port")
        page.get_by_role("button", name="Accueillir", exact=True).click()
        expect(page.locator("body.ok h1")).to_contain_text("Ana")
        waiting(page, 2)
        shop.start(page)
        waiting(page, 0)
        # Taken back after it was handed over: a correction follows.
        page.click("[data-act=annuler]")
        expect(page.locator("#q")).to_be_visible()  # the node's own page again
        waiting(page, 0)
    ana, lost = shop.till.visits()[:2]
    assert (ana.words.name, ana.cancelled, ana.visit.rule) == (
        "Ana, de la Coop du Port",
        True,
        Rule.WORD,
    )
    assert (lost.words.reason, lost.visit.rule) == ("connue de l'équipe", Rule.ANYWAY)


def test_what_the_node_showed_last_is_decided_without_it(shop: Shop) -> None:
    before = len(shop.lines())
    with shop.device() as device:
        page = shop.page(device)
        shop.scan(page, "maite")
        expect(page.locator("body.ok h1")).to_contain_text("Maïté")
        shop.stop()
        page.click("[data-act=annuler]")
        expect(page.locator("#dit")).to_contain_text("Visite annulée")
        waiting(page, 1)
        shop.start(page)
        expect(page.locator("#q")).to_be_visible()
        shop.scan(page, "lost")
        shop.stop()
        page.click("[data-act=quand-meme]")
        page.fill("#raison", "connue de l'équipe")
        page.click("text=Accueillir et noter")
        expect(page.locator("#dit")).to_contain_text("Visite notée")
        shop.start(page)
        waiting(page, 0)
    assert len(shop.lines()) == before + 2
    lost, maite = shop.till.visits()[:2]
    assert (maite.cancelled, lost.words.reason) == (True, "connue de l'équipe")


def test_an_amount_is_said_before_or_after_the_visit_was_handed_over(shop: Shop) -> None:
    settings = shop.till.served.the(SettingsStore)
    shop.till.served.run(settings.set, COUNTS_AMOUNTS, True)
    with shop.device() as device:
        page = shop.page(device)
        shop.stop()
        shop.scan(page, "maite")
        page.fill("#montant", "-3")
        page.press("#montant", "Enter")
        expect(page.locator("#montant-faute")).to_contain_text("23,50")
        page.fill("#montant", "12,5")
        page.press("#montant", "Enter")
        expect(page.locator("#dit")).to_contain_text("Visite notée")
        shop.scan(page, "bastien")
        waiting(page, 2)
        shop.start(page)
        waiting(page, 0)
        page.fill("#montant", "8")
        page.press("#montant", "Enter")
        expect(page.locator("#q")).to_be_visible()
        waiting(page, 0)
    assert sorted(entry.amount or 0 for entry in shop.till.visits()[:2]) == [800, 1250]
    settings = shop.till.served.the(SettingsStore)
    shop.till.served.run(settings.set, COUNTS_AMOUNTS, False)


SHAPES: dict[str, dict[str, Any]] = {
    "fr": {"viewport": {"width": 1280, "height": 900}},
    PSEUDO: {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
}


@pytest.mark.parametrize("language", SHAPES)
def test_the_pages_of_a_till_alone_shut_nobody_out(shop: Shop, language: str) -> None:
    with shop.device(language=language, **SHAPES[language]) as device:
        page = shop.page(device)
        shop.stop()
        page.goto(f"{shop.url}/caisse")
        expect(page.locator("#seule")).to_be_visible()
        found = {"ready": faults(page, language=language)}
        for card in ("maite", "maite", "lost", "stranger"):
            shop.scan(page, card)
            found[page.get_attribute("body", "class") or ""] = faults(page, language=language)
        page.click("[data-act=quand-meme]")
        page.locator("form.one .main").click()
        expect(page.locator("#raison-faute")).to_be_visible()
        found["anyway"] = faults(page, language=language)
        for path in ("sans-carte", "attente", "douchette"):
            page.goto(f"{shop.url}/caisse/{path}")
            expect(page.locator("#seule")).to_be_visible()
            found[path] = faults(page, language=language)
        page.evaluate("indexedDB.deleteDatabase('passkoop-caisse')")
        page.goto(f"{shop.url}/caisse")
        expect(page.locator("#rien")).to_be_visible()
        found["nothing kept"] = faults(page, language=language)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_camera_is_read_without_the_node_where_zxing_wasm_is_installed(
    shop: Shop, tmp_path: Path
) -> None:
    if not pages.ZXING.is_dir():
        pytest.skip("zxing-wasm is not here: npm brings it when the project is installed")
    card = qr_png(shop.till.cards["bastien"])
    film = films(tmp_path / "film.mjpeg", *[blank()] * 60, *[card] * 30)
    with with_camera(shop.browser, film) as shop.browser, shop.device(permissions=["camera"]) as it:
        page = shop.page(it)
        page.click("#commencer")
        expect(page.locator("body.ok h1")).to_contain_text("Bastien", timeout=20_000)
        shop.stop()
        page.click("text=Suivant")
        expect(page.locator("#seule")).to_be_visible()
        expect(page.locator("body.note h1")).to_contain_text("Bastien", timeout=20_000)


def test_a_name_is_asked_for_before_it_is_shown_by_the_node_and_by_the_till_alone(
    tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> None:
    till = Till(tmp_path_factory.mktemp("prenom"))
    till.served.run(till.served.the(SettingsStore).set, ASKS_NAME, True)
    shop = Shop(till, chromium)
    with shop.device() as device:
        page = shop.page(device)
        for is_alone in (False, True):
            if is_alone:
                till.forget()
                shop.renewed(page)
                shop.stop()
            shop.scan(page, "maite")
            name = page.locator(".veil .name")
            expect(page.locator("#demandez")).to_be_visible()
            expect(name).to_be_hidden()
            assert "Maïté" not in page.locator("#reponse").inner_text()
            page.click(".veil summary")
            expect(name).to_have_text("Maïté Etcheverry")
            assert faults(page, language="fr") == {}
            page.goto(f"{shop.url}/caisse")
