"""The site: what stands where, the same bytes each time, nothing of anybody's unescaped."""

import contextlib
import gzip
import json
import os
import random
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from command import passkoop as run
from command import told
from passkoop_site.building import build_site
from passkoop_site.errors import NoContent, NotASite, SiteInContent
from passkoop_site.feeds import search_index
from passkoop_site.gather import gather
from passkoop_site.remarks import Report
from passkoop_site.render import render_site
from passkoop_site.write import write_site
from siting import NOW, built, entry, said, village


def test_the_site_holds_each_co_op_in_lists_search_map_and_data(tmp_path: Path) -> None:
    _, pages = built(village(tmp_path / "content"), tmp_path / "site")
    slugs = {path.stem for path in (tmp_path / "content" / "coops").iterdir()}
    for slug in slugs:
        assert f'href="/{slug}/"' in pages["coops/index.html"]
        assert f"{slug}/index.html" in pages
        assert f"https://membre.coop/{slug}/</loc>" in pages["sitemap.xml"]
    index = json.loads(pages["recherche.json"])
    assert set(index["slug"].split("\n")) == slugs
    assert {one["slug"] for one in json.loads(pages["coops.json"])["coops"]} == slugs
    assert pages["carte/index.html"].count('<circle class="reach"') == len(slugs)
    assert "<title>La Courge bleue, Valbruyère</title>" in pages["coops.atom"]


def test_a_co_op_s_page_says_what_it_wrote_and_whom_it_welcomes(tmp_path: Path) -> None:
    _, pages = built(village(tmp_path / "content"), tmp_path / "site")
    page = pages["la-courge/index.html"]
    for text in (
        "Bienvenue aux membres de toutes les coops du réseau.",
        "Sans carte, 3 visites d’essai.",
        "Vous donnez trois heures par mois.",
        "Une voix à l’assemblée.",
        "10\u00a0h – 13\u00a0h, 15\u00a0h\u00a030 – 19\u00a0h",
        "Mardi à mercredi",
        "Fermé la dernière semaine d’août.",
        "https://courge.example/adherer",
        'href="tel:0299000000"',
        '"@type": "GroceryStore"',
    ):
        assert text in page, text
    assert "n’a pas encore publié ses règles" in pages["la-tuque/index.html"]


def test_the_same_content_gives_the_same_bytes_and_an_unchanged_site_is_not_touched(
    tmp_path: Path,
) -> None:
    content = village(tmp_path / "content")
    built(content, tmp_path / "one")
    built(content, tmp_path / "two")
    files = sorted(path for path in (tmp_path / "one").rglob("*") if path.is_file())
    for path in files:
        other = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == other.read_bytes(), path
        os.utime(path, (1, 1))
    _, written = build_site(content, tmp_path / "one", Report(), now=NOW + 86_400)
    assert (written.new, written.changed, written.removed) == (0, 0, 0)
    assert written.unchanged == len(files) - 1  # the list of files is no file of the site
    assert all(path.stat().st_mtime == 1 for path in files)


def test_what_is_gone_is_taken_away_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    content, site = village(tmp_path / "content"), tmp_path / "site"
    built(content, site)
    (site / "CNAME").write_text("membre.coop")
    (content / "coops" / "la-tuque.toml").unlink()
    entry(content, "la-betterave", nom="La Betterave rouge")
    _, pages = built(content, site)
    assert not (site / "la-tuque").exists()
    assert not (site / "pays" / "ca").exists()
    assert (site / "CNAME").exists()
    assert "La Betterave rouge" in pages["coops/index.html"]


def test_a_folder_with_other_things_in_it_is_not_written_to(tmp_path: Path) -> None:
    content = village(tmp_path / "content")
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "mer.jpg").write_bytes(b"mer")
    with pytest.raises(NotASite):
        build_site(content, photos, Report(), now=NOW)
    assert [path.name for path in photos.iterdir()] == ["mer.jpg"]
    for target in (content, content / "site", tmp_path):
        with pytest.raises(SiteInContent):
            build_site(content, target, Report(), now=NOW)
    with pytest.raises(NoContent):
        build_site(photos, tmp_path / "site", Report(), now=NOW)


def test_bad_entries_are_refused_or_repaired_with_a_sentence(tmp_path: Path) -> None:
    content = tmp_path / "content"
    entry(content, "bon")
    entry(content, "sans-nom", nom="")
    entry(content, "sans-pays", pays="")
    entry(content, "nulle-part", latitude=0.0, longitude=0.0)
    entry(content, "chemin", slug="../../etc/passwd")
    entry(content, "coops", nom="Les Coops")
    entry(content, "pirate", site="javascript:alert(1)", mene_a="site", courriel="<b>@x")
    entry(
        content, "balises", nom="<b onclick=alert(1)>Ga</b> <script>la</script>", adresse="a<br>b"
    )
    (content / "coops" / "casse.toml").write_text("nom = ", "utf-8")
    report, pages = built(content, tmp_path / "site")
    words = said(report)
    for sentence in (
        "sans-nom.toml: il manque le nom de la coop",
        "sans-pays.toml: il manque le pays",
        "nulle-part.toml: la position 0, 0 est en plein océan",
        "« ../../etc/passwd » ne peut pas être une adresse",
        "c’est « coops-coop »",
        "« javascript:alert(1) » (site) n’est pas une adresse web",
        "la page devrait mener à « site », qui manque",
        "balises.toml: le nom contenait des balises",
        "casse.toml: ce fichier ne se lit pas",
    ):
        assert sentence.replace("« ", "«\u00a0").replace(" »", "\u00a0»") in words, sentence
    assert {one.where for one in report.remarks if one.refused} == {
        "sans-nom.toml", "sans-pays.toml", "casse.toml",
    }  # fmt: skip
    everything = "".join(pages.values())
    assert "javascript:" not in everything
    assert "onclick" not in everything
    assert "<script>" not in everything
    assert "Ga la" in pages["balises/index.html"]
    assert (tmp_path / "site" / "chemin" / "index.html").exists()
    assert not (tmp_path / "etc").exists()


def test_texts_of_strangers_are_escaped_wherever_they_stand(tmp_path: Path) -> None:
    content = tmp_path / "content"
    evil = "\"'& </title></script> é"
    entry(content, "mal", nom=f"A {evil}", lieu=evil, region=evil, adresse=evil, telephone=evil,
          accueil={"sans_carte": "parole"}, depuis="2026-01-01",
          fr={"resume": evil, "avantages": [evil], "adherer": evil, "dons": evil})  # fmt: skip
    _, pages = built(content, tmp_path / "site")
    for path, text in pages.items():
        if path.endswith(".html"):
            assert text.count("</title>") == text.count("<title>"), path
            assert text.count("</script>") == text.count("<script"), path
            assert "\"'&" not in text, path
    json.loads(pages["mal/index.html"].split('ld+json">')[1].split("</script>")[0])


def test_logos_are_encoded_anew_and_large_ones_are_left_out(tmp_path: Path) -> None:
    content = tmp_path / "content"
    for slug in ("petit", "lourd", "faux", "ailleurs"):
        entry(content, slug, logo=f"logos/{slug}.png" if slug != "ailleurs" else "../secret.png")
    (content / "logos").mkdir()
    picture = Image.new("RGB", (1200, 300), "#84204f")
    picture.save(content / "logos" / "petit.png", pnginfo=None)
    picture.save(tmp_path / "secret.png")
    (content / "logos" / "lourd.png").write_bytes(
        (content / "logos" / "petit.png").read_bytes() + bytes(20_000_000)
    )
    (content / "logos" / "faux.png").write_text("<svg onload='alert(1)'/>")
    report, pages = built(content, tmp_path / "site")
    words = said(report)
    assert "lourd: le logo pèse 20\u00a0Mo, plus que les 5\u00a0Mo permis" in words
    assert "faux: le logo n’est pas une image" in words
    assert "n’est pas un fichier d’ici" in words
    assert [path.name for path in (tmp_path / "site" / "logos").iterdir()] == ["petit.png"]
    with Image.open(tmp_path / "site" / "logos" / "petit.png") as shown:
        assert shown.size == (400, 100)
    assert 'src="/logos/petit.png"' in pages["petit/index.html"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_that_says_nonsense_of_itself_is_left_out_and_stops_no_build(
    tmp_path: Path, kind: str
) -> None:
    content = tmp_path / "content"
    entry(content, "piege", logo="logos/piege.img")
    (content / "logos").mkdir()
    turned = Image.Exif()
    turned[0x0112], turned[0x010E] = 6, "Une légende"
    Image.new("RGB", (40, 30)).save(content / "logos" / "piege.img", kind, exif=turned)
    whole = (content / "logos" / "piege.img").read_bytes()
    # A text where the width stands: whoever turns the picture writes it anew, as a number.
    tags = b"MM\x00*\x00\x00\x00\x08\x00\x02\x01"
    broken = whole.replace(tags + b"\x0e", tags + b"\x00", 1)
    assert broken != whole
    if kind == "PNG":  # with its sum right
        start = whole.index(b"eXIf")
        end = start + 4 + int.from_bytes(whole[start - 4 : start])
        broken = broken[:end] + zlib.crc32(broken[start:end]).to_bytes(4) + broken[end + 4 :]
    (content / "logos" / "piege.img").write_bytes(broken)
    report, pages = built(content, tmp_path / "site")
    assert "piege: le logo n’est pas une image" in said(report)
    assert "piege/index.html" in pages


def test_the_command_builds_says_what_it_did_and_where_it_cannot(tmp_path: Path) -> None:
    content = village(tmp_path / "content")
    entry(content, "sans-nom", nom="")
    done = run("site", "build", content, "-o", tmp_path / "site", "--report", tmp_path / "r.txt")
    assert done.code == 0
    assert "sans-nom.toml\u202f: il manque le nom de la coop." in done.err
    assert done.said[-1].startswith("8 coops, ")
    assert "sans-nom.toml" in (tmp_path / "r.txt").read_text("utf-8")
    answer = run("site", "build", content, "-o", tmp_path / "site", "--json").answer
    assert (answer["coops"], answer["new"], answer["changed"]) == (8, 0, 0)
    assert answer["remarks"][0]["refused"] is True
    told(run("site", "build", tmp_path / "r", "-o", tmp_path / "s"), 2, "ni coops ni documents")
    told(run("site", "build", content, "-o", content), 2, "ne peut pas être écrit dans")
    (content / "site.toml").write_text('couleur = "vert"', "utf-8")
    told(run("site", "build", content, "-o", tmp_path / "s"), 2, "n’est pas un réglage")
    assert not (tmp_path / "s").exists()


def test_a_build_that_is_cut_short_leaves_whole_files_and_is_taken_up(tmp_path: Path) -> None:
    content = village(tmp_path / "content")
    made = gather(content, Report(), now=NOW)

    def cut_short() -> Iterator[tuple[str, bytes]]:
        yield from islice(render_site(made), 10)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_site(tmp_path / "site", cut_short(), now=NOW)
    kept = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    assert len(kept) == 10 + 1
    _, written = build_site(content, tmp_path / "site", Report(), now=NOW)
    assert written.unchanged == 10
    assert written.new > 40


def test_a_full_disk_is_told_and_no_file_is_half_written(tmp_path: Path, small_disk: Path) -> None:
    content = village(tmp_path / "content")
    site = small_disk / "site"
    run("site", "build", content, "-o", site)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(4096))
    entry(content, "la-tuque", nom="La Tuque rouge")
    told(run("site", "build", content, "-o", site), 5, "plein")
    after = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    assert after.keys() == before.keys()
    assert all(data == before[path] for path, data in after.items())  # a full disk takes none
    filler.unlink()
    assert run("site", "build", content, "-o", site).code == 0


@pytest.mark.slow
def test_the_search_of_ten_thousand_co_ops_is_one_small_file(tmp_path: Path) -> None:
    chance = random.Random(7)
    words = ["Courge", "Panier", "Tulipe", "bleue", "percé", "du coin", "sur mer", "Val", "Mont"]
    given = [
        {
            "nom": f"La {chance.choice(words)} {chance.choice(words)} {number}",
            "lieu": f"{chance.choice(words)}-{chance.choice(words)}-{number % 900}",
            "pays": "FR",
            "code_postal": f"{chance.randrange(1_000, 95_000):05}",
            "etape": chance.randrange(6),
            "accueil": {"sans_carte": chance.choice(["refus", "parole", "3 visites"])},
        }
        for number in range(10_000)
    ]
    (tmp_path / "coops").mkdir()
    (tmp_path / "coops" / "tout.json").write_text(json.dumps(given), "utf-8")
    content = gather(tmp_path, Report(), now=NOW)
    assert len({entry.slug for entry in content.entries}) == 10_000
    assert len(gzip.compress(search_index(content.entries))) < 200_000
