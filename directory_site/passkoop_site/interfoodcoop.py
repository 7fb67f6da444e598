"""The list of InterFoodCoop: its words, its habits, and what of them has to be put right."""

import re
from collections.abc import Mapping
from typing import Any

from passkoop_site.cleaning import clean_line, clean_lines
from passkoop_site.places import region_of_department
from passkoop_site.remarks import Report

_COUNTRIES = {"IE_N": ("GB", "Irlande du Nord")}
_PORTAL = re.compile(r"Pays\s")  # « Pays Allemagne » is where a list of others is
_POSTCODE = re.compile(r"(?<!\d)(\d{2}\s?\d{3})(?!\d)")
_QUEBEC = re.compile(r"\bQ(?:C|u[ée]bec)\b")


def is_interfoodcoop(table: Mapping[str, Any]) -> bool:
    """Return whether a table is one of that list: it misspells the latitude."""
    return "departement" in table and "lattitude" in table


def interfoodcoop_table(
    given: Mapping[str, Any], where: str, report: Report
) -> dict[str, Any] | None:
    """Return an entry's table for a line of that list; None, with a sentence, for no co-op."""
    town = clean_line(str(given.get("ville") or ""))
    if _PORTAL.match(town):
        report.refused(
            where,
            "c’est le site d’un autre réseau, pas une coop",
            "Si c’est voulu, citez-le dans une page générale.",
        )
        return None
    department = clean_line(str(given.get("departement") or ""))
    country, region = _COUNTRIES.get(department, (department, ""))
    if department[:1].isdigit():
        country, region = "FR", region_of_department(department)
    address = clean_lines(str(given.get("adresse") or ""))
    if country == "CA" and _QUEBEC.search(address):
        region = "Québec"
    if not town:
        report.repaired(where, "il manque la ville", 'Ajoutez lieu = "…" dans sa fiche.')
    street, postcode = _parted(address, town, country)
    table = {
        "nom": given.get("nom"),
        "lieu": town,
        "pays": country,
        "region": region,
        "code_postal": postcode,
        "adresse": street,
        "site": str(given.get("site_web") or ""),
        "courriel": str(given.get("courriel") or ""),
        "facebook": str(given.get("facebook") or ""),
        "etape": given.get("avancement", 0),
        "latitude": given.get("lattitude"),
        "longitude": given.get("longitude"),
    }
    return {key: value for key, value in table.items() if value not in ("", None)}


def _parted(address: str, town: str, country: str) -> tuple[str, str]:
    """Return the street and the postcode of an address; the town stands elsewhere."""
    found = _POSTCODE.search(address) if country == "FR" else None
    if found is None:
        return address, ""
    postcode = found[1].replace(" ", "")
    lines = []
    for line in address.splitlines():
        if found[1] not in line:
            lines.append(line)
            continue
        rest = clean_line(line.replace(found[1], " ")).strip(" ,-–")
        if rest and rest.casefold() != town.casefold():
            lines.append(rest)
    return "\n".join(line.strip(" ,") for line in lines), postcode
