"""The tables in which volunteers write: French words on their side, the protocol's on ours."""

import re
from collections.abc import Mapping
from typing import Any

from passkoop_protocol.errors import BadShape
from passkoop_protocol.page import DAYS, MICRO, Stage
from passkoop_protocol.welcome import Policy, parse_policy
from passkoop_site.cleaning import clean_line, clean_lines, clean_mail, linked
from passkoop_site.remarks import Report

LANGUAGES = ("fr", "en", "es", "pt", "nl")

ADDRESSES = {  # what volunteers write: the protocol's word
    "site": "site",
    "adhesion": "join",
    "boutique": "shop",
    "facebook": "facebook",
    "dons": "give",
}
LEADS = {
    "site": "site",
    "adhesion": "join",
    "boutique": "shop",
    "courriel": "mail",
    "facebook": "facebook",
}
STAGES = {
    "idee": Stage.IDEA,
    "groupe": Stage.GROUP,
    "commandes": Stage.LAB,
    "epicerie": Stage.GROCERY,
    "supermarche": Stage.SUPERMARKET,
}
WORDS = {
    "resume": "summary",
    "avantages": "gains",
    "adherer": "joining",
    "etapes": "steps",
    "dons": "gifts",
    "horaires": "hours",
}
WEEK = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
WHO = {"personne": 0, "reseau": 1, "tous": 2}
_TIME = re.compile(r"(\d{1,2})(?:[:hH](\d{2})?)?")
_WITHOUT = re.compile(r"(?:(parrainage)\s+)?(\d{1,4})\s*(visites?|achats?|passages?|jours?)")

Table = Mapping[str, Any]


def page_of(table: Table, report: Report, where: str) -> dict[str, Any]:
    """Return what a volunteer's table says of a co-op, as `parse_page` reads it."""
    value: dict[str, Any] = {}
    for written, name in ADDRESSES.items():
        if text := text_of(table, written, report, where):
            value[name] = linked(text, written, report, where)
    if mail := text_of(table, "courriel", report, where):
        value["mail"] = clean_mail(mail)
        if not value["mail"]:
            _ignored(
                report, where, "courriel", mail, "Donnez une adresse comme contact@exemple.fr."
            )
    for written, name in (
        ("telephone", "phone"),
        ("code_postal", "postcode"),
        ("region", "region"),
    ):
        value[name] = text_of(table, written, report, where)
    if isinstance(table.get("adresse"), str):
        value["address"] = ", ".join(clean_lines(table["adresse"]).splitlines())
    if leads := text_of(table, "mene_a", report, where):
        value["leads"] = LEADS.get(leads, "")
        if not value["leads"]:
            _ignored(report, where, "mene_a", leads, f"Choisissez parmi : {', '.join(LEADS)}.")
            del value["leads"]
    if position := _position(table, report, where):
        value["position"] = position
    if "etape" in table:
        value["stage"] = _stage(table["etape"], report, where)
    if "adhesion_en_ligne" in table:
        if isinstance(table["adhesion_en_ligne"], bool):
            value["online"] = table["adhesion_en_ligne"]
        else:
            given = str(table["adhesion_en_ligne"])
            _ignored(report, where, "adhesion_en_ligne", given, "Écrivez true ou false.")
    if "horaires" in table:
        value["hours"] = _hours(table["horaires"], report, where)
    for language in LANGUAGES:
        if isinstance(words := table.get(language), Mapping):
            value[language] = _words(words)
    return {name: content for name, content in value.items() if content not in ("", None, [])}


def text_of(table: Table, key: str, report: Report, where: str) -> str:
    """Return a line of a table, "" if it has none; a number is written out."""
    if key not in table:
        return ""
    given = table[key]
    if isinstance(given, bool) or not isinstance(given, str | int):
        _ignored(report, where, key, str(given), "Écrivez-le entre guillemets, sur une ligne.")
        return ""
    return clean_line(str(given))


def policy_of(table: Table, report: Report, where: str) -> Policy | None:
    """Return the rules of welcome of a table, None if it has none that can be understood."""
    given = table.get("accueil")
    if given is None:
        return None
    value: dict[str, Any] | None = None
    if isinstance(given, Mapping):
        value = {"who": WHO.get(str(given.get("qui", "reseau")), 99)}
        value["without"] = _without(given.get("sans_carte", "refus"))
        if "pays" in given:
            value["countries"] = given["pays"]
    try:
        return parse_policy(value)
    except BadShape:
        _ignored(
            report,
            where,
            "accueil",
            str(given),
            "Voyez les exemples de « accueil » dans docs/site.md.",
        )
        return None


def _without(given: object) -> list[int]:
    if given == "refus":
        return [0, 0]
    if given == "parole":
        return [1, 0]
    found = _WITHOUT.fullmatch(str(given).strip().lower())
    if found is None:
        return [99, 0]
    days = found[3].startswith("jour")
    kind = 4 if found[1] else 3 if days else 2
    return [kind if days or not found[1] else 99, int(found[2])]


def _position(table: Table, report: Report, where: str) -> list[int] | None:
    lat, lon = table.get("latitude"), table.get("longitude")
    if lat is None and lon is None:
        return None
    try:
        place = [round(float(one) * MICRO) for one in (lat, lon) if not isinstance(one, bool)]  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        place = []
    if len(place) != 2 or abs(place[0]) > 90 * MICRO or abs(place[1]) > 180 * MICRO:
        _ignored(report, where, "latitude, longitude", f"{lat}, {lon}", "Donnez-les en degrés.")
        return None
    if abs(place[0]) < MICRO // 2 and abs(place[1]) < MICRO // 2:
        report.repaired(
            where,
            "la position 0, 0 est en plein océan : laissée de côté, la coop n’est pas sur la carte",
            "Donnez la latitude et la longitude de la coop.",
        )
        return None
    return place


def _stage(given: object, report: Report, where: str) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= 5:
        return given
    if isinstance(given, str) and given in STAGES:
        return int(STAGES[given])
    _ignored(report, where, "etape", str(given), f"Choisissez parmi : {', '.join(STAGES)}.")
    return 0


def _hours(given: object, report: Report, where: str) -> list[list[list[int]]] | None:
    """Return a week's hours; None, with a sentence, if they cannot be understood."""
    week: list[list[list[int]]] = [[] for _ in range(DAYS)]
    wrong = given
    if isinstance(given, Mapping) and given.keys() <= set(WEEK):
        wrong = None
        for day, text in given.items():
            spans = _spans(text)
            if spans is None:
                wrong = f"{day} : {text}"
            else:
                week[WEEK.index(day)] = spans
    if wrong is None:
        return week
    _ignored(
        report,
        where,
        "horaires",
        str(wrong),
        'Écrivez par exemple lundi = "10:00-13:00, 15:30-19:00".',
    )
    return None


def _spans(given: object) -> list[list[int]] | None:
    if not isinstance(given, str):
        return None
    spans = []
    for part in filter(None, given.replace("–", "-").split(",")):
        times = [_TIME.fullmatch(time.strip()) for time in part.split("-")]
        if len(times) != 2 or None in times:
            return None
        spans.append([int(found[1]) * 60 + int(found[2] or 0) for found in times if found])
    return spans


def _words(given: Table) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for written, name in WORDS.items():
        content = given.get(written)
        if isinstance(content, str):
            words[name] = clean_lines(content)
        elif isinstance(content, list):
            words[name] = [clean_line(str(one)) for one in content]
        elif content is not None:
            words[name] = content  # parse_page names what it cannot read
    return words


def _ignored(report: Report, where: str, key: str, given: str, to_do: str) -> None:
    shown = clean_line(given)[:80]
    report.repaired(where, f"« {key} = {shown} » ne se comprend pas : laissé de côté", to_do)
