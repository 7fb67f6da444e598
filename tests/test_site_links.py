"""Every link of the site leads somewhere, pages are sound HTML, nothing comes from elsewhere."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from justhtml import JustHTML, StrictModeError

from passkoop_site.building import build_site
from passkoop_site.remarks import Report
from siting import NOW, village

HOST = "https://membre.coop"
# What a page loads by itself, as against where it leads when it is asked.
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Links(HTMLParser):
    """What a page links to, loads, and has as targets of links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.leads: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.styles: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        self.styles += [name for name in given if name == "style" or name.startswith("on")]
        if tag in ("a", "form"):
            self.leads.append(given.get("href", given.get("action", "")))
        elif tag == "link" and given.get("rel") not in ("stylesheet", "icon"):
            self.leads.append(given["href"])
        elif tag in LOADS and LOADS[tag] in given:
            self.loads.append(given[LOADS[tag]])
        if tag == "script" and "src" not in given:
            assert given["type"] == "application/ld+json"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site in two languages, built under a path of its host."""
    folder = tmp_path_factory.mktemp("links")
    content = village(folder / "content")
    (content / "site.toml").write_text('langues = ["fr", "nl"]\ncontact = "a@b.example"\n', "utf-8")
    build_site(content, folder / "site", Report(), now=NOW)
    return folder / "site"


def pages_of(site: Path) -> Iterator[tuple[str, str]]:
    """Yield the address of each page within the host, and its text."""
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        yield f"/{name.removesuffix('index.html')}", path.read_text("utf-8")


def test_a_crawler_finds_no_link_that_leads_nowhere_and_reaches_every_page(site: Path) -> None:
    found = {address: Links(text) for address, text in pages_of(site)}
    wrong, reached = [], {"/"}
    waiting = ["/"]
    while waiting:
        address = waiting.pop()
        for link in (*found[address].leads, *found[address].loads):
            if urlsplit(link).scheme in ("mailto", "tel"):
                continue
            whole = urlsplit(urljoin(f"{HOST}{address}", link))
            if f"{whole.scheme}://{whole.netloc}" != HOST:
                assert whole.scheme == "https"
                continue
            place = whole.path
            if place in found:
                if whole.fragment and whole.fragment not in found[place].ids:
                    wrong.append(f"{address}: {link}")
                if place not in reached:
                    reached.add(place)
                    waiting.append(place)
            elif not (site / place[1:]).is_file():
                wrong.append(f"{address}: {link}")
    assert wrong == []
    assert set(found) - reached == {"/404.html", "/nl/404.html"}


def test_pages_load_nothing_from_elsewhere_and_have_no_script_or_style_inside(site: Path) -> None:
    for address, text in pages_of(site):
        links = Links(text)
        assert [one for one in links.loads if not re.match(r"/(?!/)", one)] == [], address
        assert links.styles == [], address
        assert "<style" not in text, address
        assert 'http-equiv="Content-Security-Policy" content="default-src \'none\';' in text
        assert len(links.ids) == len(set(links.ids)), address


def test_pages_are_html_without_a_fault(site: Path) -> None:
    with pytest.raises(StrictModeError):
        JustHTML("<!doctype html><title>a</title><p></div>", strict=True)
    for address, text in pages_of(site):
        if not address.startswith("/nl/"):
            JustHTML(text, strict=True, sanitize=False)


def test_a_page_says_where_it_is_in_each_language(site: Path) -> None:
    text = (site / "nl" / "la-courge" / "index.html").read_text("utf-8")
    assert '<html lang="nl">' in text
    assert f'<link rel="canonical" href="{HOST}/nl/la-courge/">' in text
    assert f'hreflang="fr" href="{HOST}/la-courge/"' in text
    assert f'hreflang="x-default" href="{HOST}/la-courge/"' in text
    assert '<p class="big" lang="fr">L’épicerie coopérative' in text
    assert "Zonder kaart 3 proefbezoeken." in text
    assert f"<loc>{HOST}/nl/la-courge/</loc>" in (site / "sitemap.xml").read_text("utf-8")
    # Québec is no region of Québec, in any language.
    assert "/pays/ca/quebec/" not in (site / "nl" / "index.html").read_text("utf-8")
    assert 'href="/nl/coops/"' in (site / "nl" / "cooperation" / "index.html").read_text("utf-8")


def test_a_site_below_a_path_of_its_host_links_below_it(tmp_path: Path) -> None:
    content = village(tmp_path / "content")
    settings = 'adresse = "https://federation.example/coops"\nlangues = ["fr"]\n'
    (content / "site.toml").write_text(settings, "utf-8")
    build_site(content, tmp_path / "site", Report(), now=NOW)
    for address, text in pages_of(tmp_path / "site"):
        links = Links(text)
        for link in (*links.leads, *links.loads):
            assert not link.startswith("/") or link.startswith("/coops/"), f"{address}: {link}"
