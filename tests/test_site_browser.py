"""The site in a real browser: the ways through it, with scripts and without, for everybody."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from browsing import ALL_RULES, RULES_OF_LIGHT, axe, left_out, overflow
from passkoop_site.building import build_site
from passkoop_site.gather import gather
from passkoop_site.language import PSEUDO
from passkoop_site.remarks import Report
from passkoop_site.render import render_site
from passkoop_site.settings import Settings
from passkoop_site.write import write_site
from siting import COURGE, NOW, village

# One of each template, and a list with its map.
PAGES = [
    *("", "coops/", "carte/", "pays/fr/bretagne/", "vacances/", "la-courge/"),
    *("la-tulipe/", "la-tuque/kit/", "entre-coops/", "404.html"),
]
WIDE = ("", "coops/", "carte/")  # where a wide screen shows another arrangement


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing of it."""

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on a port of its own, and yield its address."""
    server = ThreadingHTTPServer(("localhost", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@dataclass
class Visit:
    """A visitor's browser, and whom it asked for anything."""

    page: Page
    url: str
    elsewhere: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(self.url + path)
        return self.page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a site in two languages."""
    folder = tmp_path_factory.mktemp("browser")
    content = village(folder / "content")
    (content / "site.toml").write_text('langues = ["fr", "en"]\ncontact = "a@b.example"\n', "utf-8")
    build_site(content, folder / "site", Report(), now=NOW)
    with serving(folder / "site") as url:
        yield url


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the site in a language that nobody speaks."""
    folder = tmp_path_factory.mktemp("strange")
    content = gather(village(folder / "content"), Report(), now=NOW)
    settings = Settings(languages=(PSEUDO,), contact="a@b.example")
    pages = [
        replace(page, texts={PSEUDO: replace(text, title=f"⟦{text.title}⟧")})
        for page in content.pages
        for text in [page.texts["fr"]]
    ]
    write_site(
        folder / "site",
        render_site(replace(content, settings=settings, pages=pages)),
        now=NOW,
    )
    with serving(folder / "site") as url:
        yield url


@contextmanager
def visiting(chromium: Browser, url: str, **options: Any) -> Iterator[Visit]:
    """Yield a browser that meets nothing but the site; every other place says « Ailleurs »."""
    context = chromium.new_context(locale="fr-FR", **options)
    visit = Visit(context.new_page(), url)

    def outside(route: Route) -> None:
        visit.elsewhere.append(route.request.url)
        route.fulfill(body="<title>Ailleurs</title>", content_type="text/html")

    context.route(lambda asked: not asked.startswith(url), outside)
    visit.page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield visit
    context.close()


def test_everybody_can_read_every_kind_of_page(chromium: Browser, strange: str) -> None:
    small = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}
    wrong: dict[str, list[str]] = {}
    with visiting(chromium, strange, **small) as visit:
        for path in PAGES:
            page = visit.open(path)
            # A co-op's own words, and its name as a title, are in its own language.
            said = [
                one
                for one in left_out(page)
                if one not in COURGE and not one.startswith("title: La ")
            ]
            wrong[path] = axe(page, ALL_RULES) + overflow(page) + said
        assert visit.elsewhere == []
    with visiting(chromium, strange, viewport={"width": 1280, "height": 800}) as visit:
        for path in WIDE:
            wrong[path] += axe(visit.open(path), RULES_OF_LIGHT)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_a_co_op_without_a_site_home_region_page_join(chromium: Browser, site: str) -> None:
    # Without JavaScript, too: nothing on this way needs it.
    with visiting(chromium, site, java_script_enabled=False) as visit:
        page = visit.open("")
        page.get_by_role("link", name="Bretagne").click()
        assert page.locator("h1").inner_text() == "Les coops\u202f: Bretagne"
        page.get_by_role("heading", name="La Courge bleue").get_by_role("link").click()
        assert "Sans carte, 3 visites d’essai." in page.locator("main").inner_text()
        assert visit.elsewhere == []
        page.get_by_role("link", name="Devenir membre").click()
        assert page.title() == "Ailleurs"
        assert visit.elsewhere == ["https://courge.example/adherer"]


def test_a_co_op_with_a_site_is_reached_at_once_and_the_home_page_from_it(
    chromium: Browser, site: str
) -> None:
    with visiting(chromium, site) as visit:
        page = visit.open("la-tuque/")  # as the co-op's own site links to it
        assert page.locator("h1").inner_text() == "La Tuque"
        page.get_by_role("link", name="Le site de la coop").click()
        assert visit.elsewhere == ["https://tuque.example/"]
        page.go_back()
        page.locator("header").get_by_role("link", name="membre.coop").click()
        assert page.url == site


def test_a_co_op_that_chose_a_redirect_leads_there_and_says_where(
    chromium: Browser, site: str
) -> None:
    with visiting(chromium, site) as visit:
        page = visit.page
        for slug, target in (  # its site, its form, its shop: at once
            ("le-panier", "https://panier.example/"),
            ("le-navet", "https://navet.example/"),
            ("la-betterave", "https://betterave.example/"),
        ):
            page.goto(f"{site}{slug}/", wait_until="commit")
            page.wait_for_url(target)
        visit.elsewhere.clear()
        for slug, target in (  # a letter, or another's pages: when asked
            ("o-alho", "mailto:ola@alho.example"),
            ("la-tulipe", "https://www.facebook.com/tulipe.example"),
        ):
            visit.open(f"{slug}/")
            expect(page.locator("a.main")).to_have_attribute("href", target)
            page.get_by_role("link", name="Retour à l’accueil").click()
            assert page.url == site
        assert visit.elsewhere == []


def test_the_search_finds_by_name_town_postcode_and_filter(chromium: Browser, site: str) -> None:
    with visiting(chromium, site) as visit:
        page = visit.open("")
        page.get_by_label("Votre ville, votre code postal, une coop").fill("monteclair")
        page.get_by_role("button", name="Trouver une coop").click()
        names = page.locator("#trouve h2")
        expect(names).to_have_text(["La Betterave"])
        assert page.get_by_role("status").inner_text() == "1 coop trouvée"
        for asked, found in (("35990", ["La Courge bleue"]), ("igname", ["L’Igname"])):
            page.get_by_label("Nom, ville, code postal").fill(asked)
            expect(names).to_have_text(found)
        page.get_by_label("Nom, ville, code postal").fill("")
        page.get_by_label("Accueil").select_option(label="Sur parole")
        expect(names).to_have_text(["Le Panier percé"])
        colour = page.locator("#trouve li.label").get_attribute("class")
        assert "accueil=parole" in page.url
        page.get_by_role("link", name="Tout effacer").click()
        expect(names).to_have_count(8)
        assert page.locator("#c-le-panier").get_attribute("class") == colour  # its colour stays
        assert visit.elsewhere == []


def test_each_co_op_stands_on_the_map_and_beside_it(chromium: Browser, site: str) -> None:
    with visiting(chromium, site) as visit:
        page = visit.open("carte/")
        dots = page.locator(".dots a")
        assert dots.count() == 8
        page.get_by_role("link", name="La Tuque, Saint-Blé").click()
        assert page.locator("h1").inner_text() == "La Tuque"
        page.go_back()
        page.get_by_role("link", name="Guadeloupe").click()
        assert page.locator("h2").get_by_role("link", name="L’Igname").count() == 1
        assert visit.elsewhere == []
