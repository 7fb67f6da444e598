"""The entries of co-ops without a node: TOML or JSON files that volunteers write."""

import datetime
import json
import tomllib
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any

from passkoop_protocol.errors import BadPairingCode
from passkoop_protocol.keys import CoopId, parse_pairing_code
from passkoop_protocol.page import parse_page
from passkoop_site.cleaning import MAX_SLUG, is_slug, slug_of, without_markup
from passkoop_site.entry import Entry
from passkoop_site.places import is_known_country, region_name, region_of_postcode
from passkoop_site.remarks import Report
from passkoop_site.tables import ADDRESSES, LANGUAGES, page_of, policy_of, text_of

MAX_ENTRY = 64_000  # bytes of a TOML file
MAX_LIST = 32_000_000  # bytes of a JSON file, which may hold all
KNOWN = frozenset(
    [
        *(*ADDRESSES, *LANGUAGES, "nom", "lieu", "pays", "region", "code_postal", "adresse"),
        *("latitude", "longitude", "etape", "courriel", "telephone", "mene_a"),
        *("adhesion_en_ligne", "logo", "code", "depuis", "horaires", "accueil", "slug"),
    ]
)


def load_entries(folder: Path, report: Report) -> list[Entry]:
    """Return the co-ops of all files in a folder, by slug; no two have the same."""
    taken: dict[str, Entry] = {}
    paths = sorted(
        path for path in folder.glob("*") if path.suffix in (".toml", ".json") and path.is_file()
    )
    for path in paths:
        for where, table, stem in _tables(path, report):
            entry = read_entry(table, stem=stem, where=where, report=report)
            if entry is None:
                continue
            if entry.slug in taken:
                entry = replace(entry, slug=_other_slug(entry, taken))
                report.repaired(
                    where,
                    f"son adresse est déjà celle d’une autre coop : c’est « {entry.slug} »",
                    'Donnez-lui-en une, si celle-ci ne plaît pas (slug = "…").',
                )
            taken[entry.slug] = entry
    return [taken[slug] for slug in sorted(taken)]


def read_entry(table: Mapping[str, Any], *, stem: str, where: str, report: Report) -> Entry | None:
    """Return the co-op of a table; None, with a sentence, if it has no name or no country."""
    name = text_of(table, "nom", report, where)
    if not name:
        report.refused(where, "il manque le nom de la coop", 'Ajoutez nom = "…".')
        return None
    if without_markup(str(table["nom"])) != str(table["nom"]):
        report.repaired(
            where,
            f"le nom contenait des balises : il est devenu « {name} »",
            "Écrivez le nom sans balises.",
        )
    country = text_of(table, "pays", report, where).upper()
    if not is_known_country(country):
        report.refused(
            where,
            f"« {country} » n’est pas un pays" if country else "il manque le pays",
            "Donnez-le en deux lettres : FR, BE, CH, CA…",
        )
        return None
    page, left_out = parse_page(page_of(table, report, where))
    region = region_name(country, page.region) or region_of_postcode(country, page.postcode)
    for field in left_out:
        report.repaired(
            where,
            f"« {field} » est trop long ou n’a pas la bonne forme : laissé de côté",
            "Voyez docs/site.md.",
        )
    for key in sorted(table.keys() - KNOWN):
        report.repaired(
            where,
            f"« {key} » n’est pas un mot connu : sans effet",
            "Voyez docs/site.md.",
        )
    page = replace(page, region=region)
    if page.leads and not getattr(page, page.leads):
        report.repaired(
            where,
            f"la page devrait mener à « {table['mene_a']} », qui manque : elle parle elle-même",
            "Donnez cette adresse, ou retirez mene_a.",
        )
        page = replace(page, leads="")
    return Entry(
        slug=_slug(table, stem, name, where, report),
        name=name[:100],
        place=text_of(table, "lieu", report, where)[:100],
        country=country,
        page=page,
        policy=policy_of(table, report, where),
        logo=text_of(table, "logo", report, where),
        coop=_coop(table, where, report),
        since=_day(table.get("depuis")),
    )


def _other_slug(entry: Entry, taken: Container[str]) -> str:
    """Return an address that no other has: with the town, then with a number."""
    town = slug_of(f"{entry.slug[: MAX_SLUG // 2]} {entry.place}")
    numbered = (f"{entry.slug[: MAX_SLUG - 6]}-{number}" for number in count(2))
    return next(slug for slug in (town, *islice(numbered, 10_000)) if slug not in taken)


def _tables(path: Path, report: Report) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield each table of a file: what to call it, the table, and the file's name."""
    as_json = path.suffix == ".json"
    try:
        with path.open("rb") as file:
            data = file.read((MAX_LIST if as_json else MAX_ENTRY) + 1)
        if len(data) > (MAX_LIST if as_json else MAX_ENTRY):
            raise ValueError("le fichier est trop long")
        text = data.decode("utf-8-sig")
        given: Any = json.loads(text) if as_json else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        why = str(error) if len(str(error)) < 100 else type(error).__name__
        report.refused(
            path.name,
            f"ce fichier ne se lit pas ({why})",
            "Corrigez-le : les autres sont publiés sans lui.",
        )
        return
    several = given if isinstance(given, list) else [given]
    for number, table in enumerate(several, 1):
        where = path.name if given is not several else f"{path.name}, n°\u00a0{number}"
        if isinstance(table, dict):
            yield where, table, "" if given is several else path.stem
        else:
            report.refused(where, "ce n’est pas une fiche de coop", "Retirez cette ligne.")


def _slug(table: Mapping[str, Any], stem: str, name: str, where: str, report: Report) -> str:
    wanted = table.get("slug", stem)
    if is_slug(wanted):
        return str(wanted)
    slug = slug_of(stem) or slug_of(name) or "coop"
    if wanted:
        report.repaired(
            where,
            f"« {str(wanted)[:60]} » ne peut pas être une adresse : c’est « {slug} »",
            "N’y mettez que des petites lettres sans accent, des chiffres et des tirets.",
        )
    return slug


def _coop(table: Mapping[str, Any], where: str, report: Report) -> CoopId | None:
    code = table.get("code")
    if not code:
        return None
    try:
        return parse_pairing_code(str(code))
    except BadPairingCode:
        report.repaired(
            where,
            "le code de la coop est mal recopié : sa page ne suit pas ce qu’elle publie",
            "Recopiez ce que dit « passkoop peer code » chez elle.",
        )
        return None


def _day(given: object) -> datetime.date | None:
    if isinstance(given, datetime.datetime):
        return given.date()
    if isinstance(given, datetime.date):
        return given
    try:
        return datetime.date.fromisoformat(str(given))
    except ValueError:
        return None
