"""Lists that others keep become entries: nothing lost, nothing done twice, nothing overwritten."""

import json
from pathlib import Path

import pytest

from command import passkoop as run
from command import snapshot, told
from passkoop_site import maps
from passkoop_site.entries import load_entries
from passkoop_site.importing import import_coops
from passkoop_site.remarks import Report
from siting import DIRTY, REAL, built, said


def imported(source: Path, content: Path) -> tuple[Report, dict[str, str]]:
    """Import a file, and return the remarks and the entries' texts by name."""
    report = Report()
    import_coops(source, content, report)
    return report, {
        path.stem: path.read_text("utf-8") for path in sorted((content / "coops").iterdir())
    }


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    source = tmp_path / "liste.json"
    source.write_text(json.dumps(DIRTY, ensure_ascii=False), "utf-8")
    return source


def test_dirt_is_repaired_and_what_is_no_co_op_is_told(dirty: Path, tmp_path: Path) -> None:
    report, entries = imported(dirty, tmp_path / "content")
    assert list(entries) == [
        "chou", "flottante", "la-grande-courge", "les-p-tits-pois-monteclair",
        "les-p-tits-pois-rivebelle", "tuque",
    ]  # fmt: skip
    courge = entries["la-grande-courge"]
    for line in (
        'nom = "La Grande Courge"',
        'region = "Bretagne"',
        'code_postal = "35990"',
        'adresse = "3 rue du Lin"',
        'site = "https://courge.example"',
        'courriel = "a@courge.example"',
        'etape = "epicerie"',
    ):
        assert f"{line}\n" in courge
    assert 'pays = "GB"\nregion = "Irlande du Nord"' in entries["chou"]
    assert 'pays = "CA"\nregion = "Québec"' in entries["tuque"]
    assert "latitude" not in entries["les-p-tits-pois-rivebelle"]
    assert "javascript" not in entries["tuque"]
    refused = [one.where for one in report.remarks if one.refused]
    assert refused == ["n°\u00a06 (annuaire.example)", "n°\u00a07"]
    assert "n°\u00a08 (Flottante): il manque la ville" in said(report)
    assert "en plein océan" in said(report)


def test_importing_twice_changes_nothing_and_spares_what_was_written_by_hand(
    dirty: Path, tmp_path: Path
) -> None:
    content = tmp_path / "content"
    imported(dirty, content)
    before = snapshot(content)
    again = import_coops(dirty, content, Report())
    assert (again.created, again.updated, again.unchanged, again.refused) == (0, 0, 6, 2)
    assert snapshot(content) == before

    by_hand = content / "coops" / "chou.toml"
    by_hand.write_text(by_hand.read_text("utf-8") + 'telephone = "01"\n', "utf-8")
    rows = json.loads(dirty.read_text("utf-8"))
    rows[0]["ville"] = rows[3]["ville"] = "Plessis"
    dirty.write_text(json.dumps(rows), "utf-8")
    report = Report()
    third = import_coops(dirty, content, report)
    assert (third.updated, third.kept, third.unchanged) == (1, 1, 4)
    assert 'telephone = "01"' in by_hand.read_text("utf-8")
    assert "chou.toml: ce fichier a été modifié à la main" in said(report)
    assert import_coops(dirty, content, Report(), replace=True).updated == 1
    assert 'telephone = "01"' not in by_hand.read_text("utf-8")


def test_what_is_imported_is_what_the_site_reads(dirty: Path, tmp_path: Path) -> None:
    imported(dirty, tmp_path / "content")
    report = Report()
    entries = load_entries(tmp_path / "content" / "coops", report)
    assert report.remarks == []
    _, pages = built(tmp_path / "content", tmp_path / "site")
    for entry in entries:
        assert f"{entry.slug}/index.html" in pages
    assert "Bretagne" in pages["la-grande-courge/index.html"]


def test_a_csv_is_taken_with_columns_of_many_names(tmp_path: Path) -> None:
    source = tmp_path / "coops.csv"
    source.write_bytes(
        "Nom;Ville;Pays;E-mail;Étape;Adhésion en ligne;Latitude;Longitude;Couleur\r\n"
        "Le Chou d’or;Plessis;be;b@chou.example;Supermarché;oui;50,5;4,5;vert\r\n"
        '"L\'Œillet; rose";Lagny;fr;;4;non;;;\r\n'
        ";Perdue;fr;;;;;;\r\n"
        "Étrange;Loin;XX;;;;;;\r\n".encode("iso-8859-15", "replace").replace(b"?", b"'")
    )
    report, entries = imported(source, tmp_path / "content")
    assert list(entries) == ["l-oeillet-rose", "le-chou-d-or"]
    assert "adhesion_en_ligne = true" in entries["le-chou-d-or"]
    assert 'etape = "supermarche"' in entries["le-chou-d-or"]
    assert "latitude = 50.5" in entries["le-chou-d-or"]
    assert [one.where for one in report.remarks if one.refused] == ["ligne 4", "ligne 5 (Étrange)"]
    assert "« couleur » n’est pas un mot connu".replace("« ", "«\u00a0").replace(
        " »", "\u00a0»"
    ) in said(report)


def test_the_command_imports_and_says_what_became_of_each_line(dirty: Path, tmp_path: Path) -> None:
    content = tmp_path / "content"
    done = run("site", "import", dirty, content)
    assert done.code == 0
    assert done.said[-1].startswith("8 lignes lues\u202f: créées 6, ")
    assert done.said[-1].endswith("refusées 2.")
    assert run("site", "import", dirty, content, "--json").answer["unchanged"] == 6
    for name, text, word in (
        ("a.json", "[1, 2]", "liste d’objets"),
        ("b.json", "[", "JSON"),
        ("c.csv", "a;b\n1;2\n", "colonne"),
    ):
        (tmp_path / name).write_text(text, "utf-8")
        told(run("site", "import", tmp_path / name, content), 2, word)
    told(run("site", "import", tmp_path / "rien.csv", content), 2, "rien.csv")


def test_each_of_130_real_co_ops_is_on_the_site_or_in_the_report(tmp_path: Path) -> None:
    if REAL is None:  # no program that a machine could be given
        pytest.skip("The list of real co-ops is in nobody's repository, and not beside this one.")
    given = json.loads(REAL.read_text("utf-8"))
    report = Report()
    done = import_coops(REAL, tmp_path / "content", report)
    refused = [one for one in report.remarks if one.refused]
    assert done.read == len(given) == 130
    assert done.created + len(refused) == 130
    assert len(refused) == done.refused == 2  # portals
    _, pages = built(tmp_path / "content", tmp_path / "site")
    slugs = [path.stem for path in (tmp_path / "content" / "coops").iterdir()]
    assert {"les-pot-iront-draguignan", "les-pot-iront-frejus"} <= set(slugs)
    lists = "".join(text for path, text in pages.items() if path.startswith("coops/"))
    by_country = "".join(text for path, text in pages.items() if path.startswith("pays/"))
    found = json.loads(pages["recherche.json"])["slug"].split("\n")
    assert len(slugs) == len(found) == 128
    entries = load_entries(tmp_path / "content" / "coops", Report())
    atlas = maps.atlas(entries)
    dots = (*atlas.europe.dots, *atlas.quebec.dots, *atlas.world.dots)
    assert {entry.slug for dot in dots for entry in dot.entries} == set(slugs)
    for slug in slugs:
        assert f'href="/{slug}/"' in lists, slug
        assert f'href="/{slug}/"' in by_country, slug
        assert slug in found
