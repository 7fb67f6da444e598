"""Countries and regions: what they are called, and how they stand in addresses."""

from functools import cache, lru_cache

from babel import Locale

from passkoop_site.cleaning import slug_of

FRANCE = {
    "Auvergne-Rhône-Alpes": "01 03 07 15 26 38 42 43 63 69 73 74",
    "Bourgogne-Franche-Comté": "21 25 39 58 70 71 89 90",
    "Bretagne": "22 29 35 56",
    "Centre-Val de Loire": "18 28 36 37 41 45",
    "Corse": "2A 2B 20",
    "Grand Est": "08 10 51 52 54 55 57 67 68 88",
    "Guadeloupe": "971",
    "Guyane": "973",
    "Hauts-de-France": "02 59 60 62 80",
    "Île-de-France": "75 77 78 91 92 93 94 95",
    "La Réunion": "974",
    "Martinique": "972",
    "Mayotte": "976",
    "Normandie": "14 27 50 61 76",
    "Nouvelle-Aquitaine": "16 17 19 23 24 33 40 47 64 79 86 87",
    "Nouvelle-Calédonie": "988",
    "Occitanie": "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "Pays de la Loire": "44 49 53 72 85",
    "Polynésie française": "987",
    "Provence-Alpes-Côte d’Azur": "04 05 06 13 83 84",
    "Saint-Pierre-et-Miquelon": "975",
}
_BY_DEPARTMENT = {one: region for region, all_of in FRANCE.items() for one in all_of.split()}
_FRENCH = {slug_of(region): region for region in FRANCE}
QUEBEC = ("CA", "Québec")


def region_of_department(department: str) -> str:
    """Return the French region of a department, or ""."""
    return _BY_DEPARTMENT.get(department.upper(), "")


def region_of_postcode(country: str, postcode: str) -> str:
    """Return the region that a postcode is in, where that is known, or ""."""
    digits = "".join(postcode.split())
    if country != "FR" or len(digits) != 5:
        return ""
    return region_of_department(digits[:3]) or region_of_department(digits[:2])


@lru_cache(maxsize=1024)
def region_name(country: str, region: str) -> str:
    """Return a region as it is written: the French ones in one way, whatever was typed."""
    return _FRENCH.get(slug_of(region), region) if country == "FR" else region


@cache
def country_name(code: str, language: str) -> str:
    """Return a country's name in a language, or its code if it has none."""
    return str(Locale.parse(language).territories.get(code, code))


@cache
def is_known_country(code: str) -> bool:
    """Return whether there is such a country."""
    return code.isalpha() and len(code) == 2 and code in Locale.parse("fr").territories
