"""The till while the node is away, in a real browser: its port is closed, then opened again."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from browsing import World, faults
from filming import blank, films, with_camera
from nodes import found
from passkoop_node.core.accounts import Role
from passkoop_node.core.devices import TillStore
from passkoop_node.core.language import PSEUDO
from passkoop_node.core.settings import SettingsStore
from passkoop_node.till import pages
from passkoop_node.till.desk import COUNTS_AMOUNTS
from passkoop_node.visits.register import check_chain
from passkoop_node.visits.visit import Kind, Rule
from passkoop_protocol.qr import qr_png
from passkoop_protocol.text import encode_text
from passkoop_protocol.welcome import Policy, Without
from serving import Client, Served
from tilling import DAY, Till

WAITS = (
    "() => import(document.scripts[0].src.replace('till.js', 'queue.js')).then((m) => m.lines())"
)
KEPT = """(now) => navigator.serviceWorker.ready
  .then(() => import(document.scripts[0].src.replace('till.js', 'keep.js')))
  .then((keep) => keep.kept()).then((kept) => kept && kept.state.now >= now)"""


class Shop:
    """A till in a browser, and a node that can be stopped and started on the same port."""

    def __init__(self, till: Till, browser: Browser) -> None:
        self.till = till
        self.browser = browser
        self.is_away = False

    @property
    def url(self) -> str:
        return self.till.served.url

    def stop(self) -> None:
        self.till.served.stop()
        self.is_away = True

    def start(self, *pages: Page) -> None:
        """Open the port again; browsers look by themselves, now and then, or when told so."""
        self.is_away = False
        old = self.till.served
        self.till.served = Served(self.till.home, now=old.now, port=old.port).start()
        for page in pages:
            page.evaluate("dispatchEvent(new Event('online'))")

    @contextmanager
    def device(self, client: Client | None = None, **options: Any) -> Iterator[BrowserContext]:
        world = World(self.till.served, {"it": client or self.till.client()}, self.browser)
        with world.context(
            "it", **{"viewport": {"width": 390, "height": 844}, **options}
        ) as context:
            context.set_default_timeout(8_000)
            yield context

    def page(self, context: BrowserContext) -> Page:
        """Return the till's page once it holds what it needs to be alone."""
        page = context.new_page()
        page.goto(f"{self.url}/caisse")
        self.renewed(page)
        return page

    def renewed(self, page: Page) -> None:
        """Wait until the till holds what the node says now."""
        until(page, KEPT, self.till.served.now)

    def scan(self, page: Page, card: str) -> None:
        if not page.locator("#texte").count():
            page.goto(f"{self.url}/caisse")
        page.locator("#texte").fill(self.till.cards.get(card, card))
        page.locator("#texte").press("Enter")
        expect(page.locator(".verdict")).to_be_visible()

    def lines(self) -> list[str]:
        return [entry.visit.line for entry in self.till.visits()]


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    till = Till(tmp_path_factory.mktemp("till"))
    yield till
    till.close()


@pytest.fixture
def shop(till: Till, chromium: Browser) -> Iterator[Shop]:
    till.forget()
    shop = Shop(till, chromium)
    yield shop
    if shop.is_away:
        shop.start()


def until(page: Page, wanted: str, told: object = None) -> None:
    """Wait until a promise of the page is kept with something true."""
    for _try in range(150):
        if page.evaluate(wanted, told):
            return
        page.wait_for_timeout(100)
    raise AssertionError(wanted)


def waiting(page: Page, count: int) -> None:
    """Wait until so many visits wait on this device."""
    until(page, f"() => ({WAITS})().then((lines) => lines.length === {count})")


def text_of(page: Page) -> str:
    """Return what is read of an answer, without the time, spaces made plain."""
    text = page.locator("main").inner_text() + " " + page.locator(".acts").inner_text()
    plain = " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())
    return re.sub(r"\d+ h \d\d", "…", plain)


def chain_is_whole(shop: Shop) -> bool:
    store = shop.till.served.rooms.visits.store
    return shop.till.served.run(check_chain, store).whole


def test_the_till_goes_on_while_the_node_is_stopped_and_its_visits_arrive_once(shop: Shop) -> None:
    before = len(shop.lines())
    with shop.device() as device:
        page = shop.page(device)
        shop.stop()
        shop.scan(page, "maite")
        expect(page.locator("body.ok h1")).to_contain_text("Maïté Etcheverry")
        expect(page.locator(".strip")).to_contain_text("1 visite à envoyer")
        shop.scan(page, "lost")
        expect(page.locator("body.no h1")).to_contain_text("Yasmine Haddad")
        page.click("text=Pas aujourd")
        page.reload()  # the service worker answers
        expect(page.locator("#seule")).to_contain_text("ne répond pas")
        shop.scan(page, "own")
        expect(page.locator("main")).to_contain_text("Bonnes courses")
        expect(page.locator(".strip")).to_contain_text("2 visites à envoyer")
        waiting(page, 2)
        shop.start()  # nobody tells the till
        waiting(page, 0)
        page.keyboard.press("Escape")
        expect(page.locator(".strip")).to_contain_text("2 visites aujourd")
    kinds = [entry.visit.kind for entry in shop.till.visits()[: len(shop.lines()) - before]]
    assert sorted(kinds) == [Kind.OWN, Kind.CARD]
    assert chain_is_whole(shop)


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


def test_a_co_op_paired_this_morning_is_known_to_the_till_alone(shop: Shop, tmp_path: Path) -> None:
    served = shop.till.served
    friend = found(tmp_path / "amie", "La Coop amie", now=served.now)
    card = encode_text(friend.issue("Nadia Roux")[0].data or b"")
    coop, documents = friend.coop, friend.export()
    friend.rooms.close()

    def pair() -> None:
        served.rooms.coops.pair(coop, [], now=served.now)
        served.rooms.relay.intake.take_in(documents, now=served.now)

    with shop.device() as device:
        page = shop.page(device)
        served.run(pair)
        served.now += 60
        page.reload()
        shop.renewed(page)
        shop.stop()
        shop.scan(page, card)
        expect(page.locator("body.ok h1")).to_contain_text("Nadia Roux")


def test_an_answer_that_is_lost_on_the_way_counts_once(shop: Shop) -> None:
    before = len(shop.lines())
    lost: list[str] = []

    def lose(route: Route) -> None:
        """Let the node do its work, and drop what it answers."""
        route.fetch()
        lost.append(route.request.url)
        route.abort()

    with shop.device() as device:
        page = shop.page(device)
        # The answer to a scan: the node has noted the visit, the till judges the card itself.
        page.route("**/caisse", lose, times=1)
        shop.scan(page, "maite")
        expect(page.locator("body.ok h1")).to_contain_text("Maïté")
        waiting(page, 0)
        assert len(shop.lines()) == before + 1
        # The answer to the visits that were handed over.
        page.keyboard.press("Escape")
        shop.stop()
        shop.scan(page, "bastien")
        page.route("**/caisse/visites", lose, times=1)
        shop.start(page)
        waiting(page, 0)
    assert len(lost) == 2
    assert len(shop.lines()) == before + 2
    assert all(entry.conflicts == 0 for entry in shop.till.visits())
    assert chain_is_whole(shop)


def test_a_proxy_that_answers_in_the_node_s_place_is_no_node(shop: Shop) -> None:
    before = len(shop.lines())
    with shop.device() as device:
        page = shop.page(device)
        page.route("**/caisse/**", lambda route: route.fulfill(status=502, body="Bad gateway"))
        page.route("**/caisse", lambda route: route.fulfill(status=502, body="Bad gateway"))
        shop.scan(page, "maite")
        expect(page.locator("body.ok h1")).to_contain_text("Maïté")
        expect(page.locator("#seule")).to_be_visible()
        waiting(page, 1)
        page.unroute_all()
        page.evaluate("dispatchEvent(new Event('online'))")
        waiting(page, 0)
    assert len(shop.lines()) == before + 1


def test_two_pages_of_one_till_hand_each_visit_over_once(shop: Shop) -> None:
    before = len(shop.lines())
    with shop.device() as device:
        first, second = shop.page(device), shop.page(device)
        shop.stop()
        shop.scan(first, "maite")
        shop.scan(second, "bastien")
        expect(second.locator(".strip")).to_contain_text("2 visites à envoyer")
        shop.start(first)
        waiting(first, 0)
        waiting(second, 0)
    assert len(shop.lines()) == before + 2


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


def test_a_till_that_was_revoked_forgets_all_but_its_visits(shop: Shop) -> None:
    before = len(shop.lines())
    with shop.device() as device:
        page = shop.page(device)
        shop.stop()
        shop.scan(page, "maite")
        shop.start()
        tills = shop.till.served.the(TillStore)
        (till, *_others) = sorted(shop.till.served.run(tills.all), key=lambda one: -one.id)
        shop.till.served.run(tills.revoke, till.id, now=shop.till.served.now)
        expect(page.locator("h1")).to_contain_text("plus une caisse")
        page.goto(f"{shop.url}/jumeler")
        assert page.evaluate(HELD) == [1, 0]
        assert len(shop.lines()) == before
        # Paired anew, it hands them over.
        code = shop.till.served.run(tills.open_code, "Caisse 9", now=shop.till.served.now)
        page.fill("#code", code.code)
        page.press("#code", "Enter")
        page.wait_for_load_state()
        page.goto(f"{shop.url}/caisse")
        waiting(page, 0)
    assert len(shop.lines()) == before + 1
    assert shop.till.visits()[0].visit.till == f"till:{till.id}"


HELD = """async () => {
  const count = (name) => new Promise((done) => {
    const opening = indexedDB.open(name);
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => done(0);
    opening.onsuccess = () => {
      const counting = opening.result.transaction("it").objectStore("it").count();
      counting.onsuccess = () => { opening.result.close(); done(counting.result); };
    };
  });
  return [await count("passkoop-visites"), await count("passkoop-caisse")];
}"""


def test_after_leaving_nothing_of_the_till_is_shown_node_or_no_node(shop: Shop) -> None:
    client = shop.till.served.entered("Zoé", Role.CASHIER)
    with shop.device(client) as device:
        page = shop.page(device)
        page.goto(shop.url)
        page.click("text=Sortir")
        page.wait_for_load_state()
        assert page.evaluate(HELD) == [0, 0]
        shop.stop()
        page.goto(f"{shop.url}/caisse")
        expect(page.locator("#rien")).to_be_visible()
        assert "Zoé" not in page.content()


ADD = """(line) => import(document.scripts[0].src.replace('till.js', 'queue.js'))
  .then((queue) => import(document.scripts[0].src.replace('till.js', 'keep.js'))
  .then((keep) => keep.kept())
  .then(({ state: { who, proof } }) => queue.add({ who, proof, ...line })))"""


def test_a_visit_that_the_node_does_not_take_stays_and_says_why(shop: Shop) -> None:
    tomorrow = {"line": "0" * 16, "at": shop.till.served.now + DAY, "kind": 2, "rule": "word"}
    with shop.device() as device:
        page = shop.page(device)
        page.evaluate(ADD, tomorrow)
        page.evaluate(ADD, {**tomorrow, "line": "1" * 16, "proof": "0" * 32})
        page.goto(f"{shop.url}/caisse/attente")
        expect(page.locator("#lignes")).to_contain_text("datée de l’avenir")
        expect(page.locator(".strip")).to_contain_text("2 visites à envoyer")
        expect(page.locator("#lignes .row:visible")).to_have_count(2)
        expect(page.locator("#seule")).to_have_count(0)  # the node is there
        page.locator("text=Effacer de cet appareil").first.click()
        expect(page.locator("#lignes li")).to_have_count(1)
        page.click("text=Effacer de cet appareil")
        expect(page.locator("#aucune")).to_be_visible()
    assert "0" * 16 not in shop.lines()


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
