"""What the site of many co-ops costs, beside Jinja2 rendering one page template, and no more.

Twice: without the disk (all is read, checked and rendered; Jinja2 has its facts at hand), and with
it (Jinja2's pages are written, each into a folder of its own, as simply as can be).

Each number of co-ops is built in a process of its own, so that its memory is its own.
"""

import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tables import Table

ROOT = Path(__file__).parent.parent
COOPS = (1_000, 10_000)
NOW = 1_795_000_000
REGIONS = (
    "Bretagne", "Normandie", "Grand Est", "Occitanie", "Île-de-France", "Corse", "Pays de la Loire",
    "Auvergne-Rhône-Alpes", "Nouvelle-Aquitaine", "Hauts-de-France", "Centre-Val de Loire",
)  # fmt: skip
NAMES = ("Courge", "Panier", "Tulipe", "Betterave", "Navet", "Poireau", "Chou", "Radis", "Cerise")
WORDS = ("bleue", "percé", "potagère", "dorée", "du coin", "sur mer", "commune", "verte", "vive")
TOWNS = ("Val", "Mont", "Saint", "Riv", "Bel", "Clair", "Haut", "Bas", "Grand", "Petit", "Vieux")
ENDS = ("bruyère", "clair", "loup", "ours", "fontaine", "ville", "mont", "eau", "bois", "court")


def entries(count: int) -> list[dict[str, Any]]:
    """Return invented co-ops, as the federation would write them."""
    chance = random.Random(7)
    found = []
    for number in range(count):
        name = f"La {chance.choice(NAMES)} {chance.choice(WORDS)} {number}"
        found.append(
            {
                "nom": name,
                "lieu": chance.choice(TOWNS) + chance.choice(ENDS) + f"-{number % 900}",
                "pays": chance.choice(("FR", "FR", "FR", "FR", "BE", "CH")),
                "region": chance.choice(REGIONS),
                "code_postal": f"{chance.randrange(1_000, 95_000):05}",
                "adresse": f"{number % 200} rue du Marché",
                "latitude": round(43 + 8 * chance.random(), 5),
                "longitude": round(-3 + 10 * chance.random(), 5),
                "etape": chance.randrange(6),
                "site": f"https://coop{number}.example/",
                "courriel": f"bonjour@coop{number}.example",
                "adhesion_en_ligne": chance.random() < 0.5,
                "horaires": {"mardi": "10:00-13:00, 15:30-19:00", "samedi": "9:00-18:00"},
                "accueil": chance.choice(
                    (
                        {"sans_carte": "parole", "qui": "tous"},
                        {"sans_carte": "3 visites"},
                        {"pays": ["FR", "BE"]},
                        {"qui": "personne"},
                    )
                ),
                "fr": {
                    "resume": "Une épicerie tenue par ses membres, ouverte six jours sur sept.",
                    "avantages": ["La même marge sur tout.", "Une voix.", "Un accueil ailleurs."],
                    "adherer": "Une part, trois heures par mois.\nVenez à la réunion d’accueil.",
                },
            }
        )
    return found


def measure(count: int) -> dict[str, float]:
    """Build the site of so many co-ops, in this process; return what it took."""
    import resource

    from passkoop_site.building import build_site
    from passkoop_site.gather import gather
    from passkoop_site.remarks import Report
    from passkoop_site.render import render_site

    with tempfile.TemporaryDirectory() as name:
        content, site = Path(name, "content"), Path(name, "site")
        (content / "coops").mkdir(parents=True)
        (content / "site.toml").write_text('langues = ["fr"]\n', "utf-8")
        (content / "coops" / "tout.json").write_text(json.dumps(entries(count)), "utf-8")
        rendered, _ = timed(lambda: sum(1 for _ in render_site(gather(content, Report(), now=NOW))))
        first, made = timed(lambda: build_site(content, site, Report(), now=NOW))
        again, same = timed(lambda: build_site(content, site, Report(), now=NOW))
        pages = sum(1 for _ in site.rglob("*.html"))
        assert made[1].all == same[1].unchanged
        assert same[1].new + same[1].changed == 0
        index = len(gzip.compress((site / "recherche.json").read_bytes(), 9))
        plain, plain_written = plain_jinja(made[0], min(count, 3_000), Path(name, "plain"))
    return {
        "pages": pages,
        "rendered": pages / rendered,
        "built": pages / first,
        "plain": plain,
        "plain_written": plain_written,
        "again": pages / again,
        "index": index,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def plain_jinja(content: Any, count: int, folder: Path) -> tuple[float, float]:
    """Return the pages a second of Jinja2 on the template of a co-op; then with writing them."""
    from passkoop_site import coop_pages as made
    from passkoop_site.site import Site, static_files

    site = Site(content, "fr", static_files())
    facts: list[tuple[str, dict[str, Any]]] = []

    def keep(template: str, path: str, **given: Any) -> tuple[str, bytes]:
        facts.append((template, {"path": path, "description": ""} | given))
        return path, b""

    site.page = keep  # type: ignore[method-assign]
    for entry in content.entries[:count]:
        next(iter(made.coop_pages(site, entry)))
    template = site.env.get_template("coop.html")

    def write() -> None:
        for _name, given in facts:
            place = folder / given["path"]
            place.mkdir(parents=True)
            (place / "index.html").write_text(template.render(**given), "utf-8")

    seconds, _ = timed(lambda: [template.render(**given) for _name, given in facts])
    written, _ = timed(write)
    return len(facts) / seconds, len(facts) / written


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor's seconds that some work took, and what it gave."""
    begun = time.process_time()
    found = work()
    return time.process_time() - begun, found


def rows(counts: Sequence[int] = COOPS) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of the table."""
    for count in counts:
        done = subprocess.run(
            [sys.executable, __file__, str(count)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        found = json.loads(done.stdout)
        yield (
            f"site of {count:,} co-ops ({found['pages']:,} pages) read and rendered; × Jinja2",
            "≥ 0.5 ×",
            _beside(found["rendered"], found["plain"]),
        )
        yield (
            "the same, written to the disk; × Jinja2 and plain writing",
            "≥ 0.5 ×",
            _beside(found["built"], found["plain_written"]),
        )
        yield (
            "the same, nothing changed: nothing written",
            "",
            f"{found['again']:,.0f} pages/s",
        )
        yield (
            "its search index, compressed; memory at most",
            "≤ 200 kB",
            f"{found['index'] / 1000:.0f} kB; {found['memory']:.0f} MB",
        )


def _beside(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f} × ({ours:,.0f} and {theirs:,.0f} pages/s)"


def report() -> Iterator[Table]:
    """Yield the table."""
    yield Table(("the directory's site, in one language", "goal", "measured"), list(rows()))


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
