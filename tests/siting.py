"""Folders of content as tests need them, and sites built of them. All co-ops are invented."""

from pathlib import Path
from typing import Any

from passkoop_site.building import build_site
from passkoop_site.remarks import Report
from passkoop_site.writing import value_as_toml

NOW = 1_795_000_000  # 19 November 2026
_LIST = Path("shared", "data", "coops-interfoodcoop.json")
# Real co-ops, in nobody's repository: beside the checkout, on the machines that have it.
REAL = next((one / _LIST for one in Path(__file__).parents if (one / _LIST).exists()), None)

COURGE = """
nom = "La Courge bleue"
lieu = "Valbruyère"
pays = "FR"
code_postal = "35990"
adresse = "12, rue du Marché"
latitude = 48.3
longitude = -2.0
etape = "epicerie"
adhesion = "https://courge.example/adherer"
courriel = "bonjour@courge.example"
telephone = "02 99 00 00 00"
adhesion_en_ligne = true
dons = "https://courge.example/dons"
depuis = 2026-10-01

[horaires]
lundi = "14:00-20:00"
mardi = "10:00-13:00, 15:30-19:00"
mercredi = "10:00-13:00, 15:30-19:00"
samedi = "9h-18h"

[accueil]
qui = "reseau"
sans_carte = "3 visites"

[fr]
resume = "L’épicerie coopérative de Valbruyère."
avantages = ["La même marge sur tous les produits.", "Une voix à l’assemblée."]
adherer = "Vous prenez une part de 10 €.\\nVous donnez trois heures par mois."
etapes = ["Essayez.", "Venez à la réunion.", "Signez."]
dons = "À la caisse, arrondissez vos achats."
horaires = "Fermé la dernière semaine d’août."
"""


def entry(folder: Path, name: str, text: str = "", **values: Any) -> Path:
    """Write the entry of a co-op, from a text or from values."""
    path = folder / "coops" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    values = values if text else {"nom": name, "lieu": "Valbruyère", "pays": "FR"} | values
    tables = {key: value for key, value in values.items() if isinstance(value, dict)}
    lines = [
        f"{key} = {value_as_toml(value)}" for key, value in values.items() if key not in tables
    ]
    for key, table in tables.items():
        lines += [f"[{key}]", *(f"{inner} = {value_as_toml(one)}" for inner, one in table.items())]
    path.write_text(text + "\n".join(lines) + "\n", "utf-8")
    return path


def village(folder: Path) -> Path:
    """Write a content with co-ops of all kinds, in one language, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.toml").write_text('langues = ["fr"]\n', "utf-8")
    entry(folder, "la-courge", COURGE)
    entry(
        folder,
        "le-panier",
        nom="Le Panier percé",
        pays="BE",
        site="https://panier.example/",
        mene_a="site",
        latitude=50.5,
        longitude=4.5,
        etape="supermarche",
        accueil={"qui": "tous", "sans_carte": "parole"},
    )
    entry(
        folder,
        "la-tulipe",
        nom="La Tulipe",
        pays="CH",
        lieu="Rivebelle",
        facebook="https://www.facebook.com/tulipe.example",
        mene_a="facebook",
        latitude=46.8,
        longitude=7.1,
        accueil={"sans_carte": "60 jours"},
    )
    entry(
        folder,
        "la-betterave",
        nom="La Betterave",
        lieu="Monteclair",
        boutique="https://betterave.example/",
        mene_a="boutique",
        latitude=44.8,
        longitude=0.6,
        accueil={"pays": ["FR", "PT"]},
    )
    entry(
        folder,
        "le-navet",
        nom="Le Navet doré",
        adhesion="https://navet.example/",
        mene_a="adhesion",
        accueil={"qui": "personne"},
        latitude=47.5,
        longitude=2.5,
    )
    entry(
        folder,
        "o-alho",
        nom="O Alho-porro",
        pays="PT",
        lieu="Vilabela",
        courriel="ola@alho.example",
        mene_a="courriel",
        latitude=40.2,
        longitude=-8.4,
        accueil={"sans_carte": "parrainage 30 jours"},
    )
    entry(
        folder,
        "la-tuque",
        nom="La Tuque",
        pays="CA",
        region="Québec",
        lieu="Saint-Blé",
        site="https://tuque.example",
        latitude=46.5,
        longitude=-72.5,
        etape="groupe",
    )
    entry(
        folder,
        "l-igname",
        nom="L’Igname",
        lieu="Anse-Vert",
        region="Guadeloupe",
        latitude=16.2,
        longitude=-61.5,
    )
    return folder


def built(content: Path, site: Path, *, now: int = NOW) -> tuple[Report, dict[str, str]]:
    """Build the site, and return the remarks and its text files by path."""
    if not (content / "site.toml").exists():  # one language is built in a fifth of the time
        (content / "site.toml").write_text('langues = ["fr"]\n', "utf-8")
    report = Report()
    build_site(content, site, report, now=now)
    kinds = (".html", ".json", ".xml", ".atom", ".txt")
    found = {
        str(path.relative_to(site)): path.read_text("utf-8")
        for path in sorted(site.rglob("*"))
        if path.suffix in kinds
    }
    return report, found


def said(report: Report) -> str:
    """Return all remarks as one text."""
    return "\n".join(f"{one.where}: {one.what}. {one.to_do}" for one in report.remarks)


_PLACE = {"lattitude": 46.5, "longitude": 2.5, "avancement": 4}
DIRTY = [
    _PLACE
    | {
        "nom": "La Grande<br>Courge",
        "departement": "35",
        "ville": "Valbruyère",
        "adresse": "3 rue du Lin<br>35990 Valbruyère",
        "logo": "x.png",
        "site_web": "courge.example",
        "courriel": "mailto:a@courge.example",
    },
    _PLACE
    | {
        "nom": "Les P'tits Pois",
        "departement": "83",
        "ville": "Monteclair",
        "facebook": "https://www.facebook.com/pois.example",
    },
    {
        "nom": "Les P’tits Pois",
        "departement": "83",
        "ville": "Rivebelle",
        "avancement": 4,
        "lattitude": 0,
        "longitude": 0,
    },
    _PLACE | {"nom": "Chou", "departement": "IE_N", "ville": "Greenford"},
    _PLACE
    | {
        "nom": "Tuque",
        "departement": "CA",
        "ville": "Saint-Blé",
        "adresse": "Saint-Blé, QC",
        "site_web": "javascript:alert(1)",
    },
    _PLACE | {"nom": "annuaire.example", "departement": "DE", "ville": "Pays Allemagne"},
    _PLACE | {"nom": "", "departement": "BE", "ville": "Sans Nom"},
    _PLACE | {"nom": "Flottante", "departement": "FR"},
]
