"""The general pages that the federation writes, its settings, and the files for programs."""

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from passkoop_site.building import build_site
from passkoop_site.errors import BadSettings
from passkoop_site.pages import render_markdown
from passkoop_site.remarks import Report
from passkoop_site.settings import load_settings
from siting import NOW, built, entry, said, village


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_the_federation_s_page_replaces_ours_in_every_language_and_may_be_new(
    tmp_path: Path,
) -> None:
    content = village(tmp_path / "content")
    write(content / "site.toml", 'langues = ["fr", "en"]\n')
    write(
        content / "pages" / "fr" / "passkoop.md", "# Notre carte\n\nElle est *verte* : regardez.\n"
    )
    write(content / "pages" / "fr" / "soutien.md", "# Soutien\n\n[Les coops](/coops/)\n")
    write(content / "pages" / "en" / "soutien.md", "# Support\n\n[Co-ops](/coops/)\n")
    _, pages = built(content, tmp_path / "site")
    assert "Elle est <em>verte</em>\u202f: regardez." in pages["passkoop/index.html"]
    english = pages["en/passkoop/index.html"]
    assert 'lang="fr"><h1>Notre carte</h1>' in english  # not half of it beside half of ours
    assert '<a href="/en/coops/">Co-ops</a>' in pages["en/soutien/index.html"]
    assert ">Support</a>" in pages["en/index.html"]


def test_pages_that_cannot_be_pages_are_told(tmp_path: Path) -> None:
    content = village(tmp_path / "content")
    for name, text in {
        "coops.md": "# Coops\n",
        "À propos.md": "# À propos\n",
        "sans-titre.md": "Bonjour.\n",
        "latin.md": "",
        "long.md": "# Long\n" + "a" * 200_001,
    }.items():
        write(content / "pages" / "fr" / name, text)
    (content / "pages" / "fr" / "latin.md").write_bytes("# Été\n".encode("latin-1"))
    report, pages = built(content, tmp_path / "site")
    words = said(report)
    assert "coops.md: le nom de ce fichier ne peut pas être une adresse" in words
    assert "À propos.md: le nom de ce fichier" in words
    assert "fr/sans-titre.md: la page n’a pas de titre" in words
    assert "latin.md: cette page ne se lit pas" in words
    assert "long.md: cette page ne se lit pas" in words
    assert "8 coops alimentaires" in pages["coops/index.html"]


def test_where_one_joins_on_line_nobody_is_told_to_ask_how(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    write(content / "site.toml", 'langues = ["fr"]\n')
    entry(content, "muette")
    entry(content, "ouverte", adhesion="https://ouverte.example/", adhesion_en_ligne=True)
    build_site(content, tmp_path / "site", Report(), now=NOW)
    for slug, asks in (("muette", True), ("ouverte", False)):
        page = (tmp_path / "site" / slug / "index.html").read_text("utf-8")
        assert ("Demandez-lui" in page) is asks, slug


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<b>)",
        "[x](//evil.example)",
        "![x](https://evil.example/x.png)",
        '<a href="x" onclick="alert(1)">x</a>',
    ],
)
def test_markdown_brings_no_markup_of_its_own(text: str) -> None:
    html = render_markdown(text)
    for wrong in ("<script", "<img", 'href="javascript', 'href="data', 'href="//', '<a href="x"'):
        assert wrong not in html


@pytest.mark.parametrize(
    "text",
    [
        "adresse = ",
        'adresse = "ftp://x.example"',
        'adresse = "membre"',
        'contact = "nous"',
        'langues = ["fr", "fr"]',
        'langues = ["de"]',
        "langues = 3",
        "langues = []",
        'couleur = "vert"',
    ],
)
def test_settings_that_cannot_be_used_are_told_before_anything_is_written(
    tmp_path: Path, text: str
) -> None:
    write(tmp_path / "site.toml", text)
    with pytest.raises(BadSettings):
        load_settings(tmp_path / "site.toml")


def test_programs_read_the_feeds_the_map_of_the_site_and_the_picture(tmp_path: Path) -> None:
    content = village(tmp_path / "content")
    build_site(content, tmp_path / "site", Report(), now=NOW)
    site = tmp_path / "site"
    feed = ET.parse(site / "coops.atom").getroot()
    atom = "{http://www.w3.org/2005/Atom}"
    assert [one.findtext(f"{atom}title") for one in feed.iter(f"{atom}entry")] == [
        "La Courge bleue, Valbruyère"
    ]
    assert feed.findtext(f"{atom}updated") == "2026-10-01T00:00:00Z"
    urls = [one.text or "" for one in ET.parse(site / "sitemap.xml").getroot().iter() if one.text]
    for url in filter(str.strip, urls):
        assert (site / url.removeprefix("https://membre.coop/") / "index.html").is_file()
    assert "Sitemap: https://membre.coop/sitemap.xml" in (site / "robots.txt").read_text("utf-8")
    courge = next(
        one
        for one in json.loads((site / "coops.json").read_text("utf-8"))["coops"]
        if one["slug"] == "la-courge"
    )
    assert courge["position"] == [48.3, -2.0]
    assert (courge["welcome"], courge["online"], courge["stage"]) == ("essai", True, 4)
    page = (site / "la-courge" / "index.html").read_text("utf-8")
    data = json.loads(page.split('ld+json">')[1].split("</script>")[0])
    assert data["openingHoursSpecification"][0] == {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": "Monday",
        "opens": "14:00",
        "closes": "20:00",
    }
    assert '<meta property="og:image" content="https://membre.coop/static/partage.png">' in page
    with Image.open(io.BytesIO((site / "static" / "partage.png").read_bytes())) as picture:
        assert picture.size == (1200, 630)
