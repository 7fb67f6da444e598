"""A till in a browser, whose node can be stopped and started again on the same port."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from browsing import World
from passkoop_node.visits.register import check_chain
from serving import Client, Served
from tilling import Till

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
