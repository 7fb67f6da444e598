"""What is printed: codes that are read, names that are all there, the same bytes each time."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from command import passkoop as run
from command import told
from passkoop_site.building import build_site
from passkoop_site.paper import drawable, lines_of
from passkoop_site.remarks import Report
from siting import NOW, built, entry, village


def pages_of(path: Path) -> list[str]:
    """Return the text of each page of a PDF."""
    document = pypdfium2.PdfDocument(path)
    return [page.get_textpage().get_text_range() for page in document]


def codes_of(path: Path) -> list[str]:
    """Return what the codes of a PDF's first page say, printed at 150 points an inch."""
    picture = pypdfium2.PdfDocument(path)[0].render(scale=150 / 72).to_pil()
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def test_the_posters_lead_to_the_site_and_say_who_welcomes(tmp_path: Path) -> None:
    content = village(tmp_path / "content")
    (content / "site.toml").write_text('langues = ["fr", "es"]\n', "utf-8")
    build_site(content, tmp_path / "site", Report(), now=NOW)
    for prefix in ("", "es/"):
        site = tmp_path / "site" / prefix
        address = f"https://membre.coop/{prefix}"
        assert codes_of(site / "vacances" / "affiche.pdf") == [f"{address}vacances/"]
        assert codes_of(site / "entre-coops" / "affiche.pdf") == [address]
        assert codes_of(site / "entre-coops" / "depliant.pdf") == [f"{address}vacances/"]
    (poster,) = pages_of(tmp_path / "site" / "vacances" / "affiche.pdf")
    for name in ("La Courge bleue, Valbruyère", "Le Panier percé", "O Alho-porro, Vilabela"):
        assert name in poster
    assert "Le Navet" not in poster  # it serves its own members
    letter = (tmp_path / "site" / "vacances" / "lettre.txt").read_text("utf-8")
    assert "- La Courge bleue, Valbruyère. Bienvenue aux membres" in letter
    assert "Le Navet" not in letter
    assert "https://membre.coop/vacances/" in letter


def test_a_poster_of_many_co_ops_goes_on_on_the_next_page_and_loses_none(tmp_path: Path) -> None:
    content = tmp_path / "content"
    for number in range(120):
        entry(
            content, f"coop-{number:03}", nom=f"Coop N{number:03}", accueil={"sans_carte": "parole"}
        )
    built(content, tmp_path / "site")
    pages = pages_of(tmp_path / "site" / "vacances" / "affiche.pdf")
    assert len(pages) > 1
    text = " ".join(pages)
    assert [number for number in range(120) if f"N{number:03}" not in text] == []


def test_holidays_are_told_to_members_of_each_country(tmp_path: Path) -> None:
    _, pages = built(village(tmp_path / "content"), tmp_path / "site")
    betterave = "La Betterave"  # welcomes members from France and Portugal
    assert betterave in pages["vacances/depuis/pt/index.html"]
    assert betterave not in pages["vacances/depuis/ch/index.html"]
    assert "Le Panier percé" in pages["vacances/depuis/ch/index.html"]
    assert "2 coops n’ont pas encore publié leurs règles" in pages["vacances/index.html"]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [("Où ?", "Où ?"), ("Łódź", "Łódź"), ("ǟa", "aa"), ("合作社", "···"), ("", "")],
)
def test_letters_that_no_font_here_has_do_not_become_boxes(text: str, drawn: str) -> None:
    assert drawable(text, "OpenSans-Regular") == drawn


def test_a_word_too_long_for_its_column_stands_on_a_line_of_its_own() -> None:
    assert lines_of("a bbbbbbbbbbbbbbbbbbbb c", "OpenSans-Regular", 10, 40) == [
        "a", "bbbbbbbbbbbbbbbbbbbb", "c",
    ]  # fmt: skip


def test_a_co_op_s_kit_is_in_its_name_and_leads_to_its_page(tmp_path: Path) -> None:
    content = village(tmp_path / "content")
    done = run("site", "kit", content, "la-courge", "-o", tmp_path / "kit")
    assert done.code == 0, done.err
    assert sorted(path.name for path in (tmp_path / "kit").iterdir()) == [
        "affiche-fr.pdf", "depliant-fr.pdf", "liens-fr.txt", "macaron.svg",
    ]  # fmt: skip
    poster = tmp_path / "kit" / "affiche-fr.pdf"
    assert codes_of(poster) == ["https://membre.coop/la-courge/"]
    (text,) = pages_of(poster)
    assert "La Courge bleue" in text
    assert "3 visites d’essai." in text
    (text,) = pages_of(tmp_path / "kit" / "depliant-fr.pdf")
    assert "La Courge bleue" in text
    links = (tmp_path / "kit" / "liens-fr.txt").read_text("utf-8")
    assert '<a href="https://membre.coop/la-courge/">' in links
    told(run("site", "kit", content, "nulle-part", "-o", tmp_path / "kit"), 2, "nulle-part")
