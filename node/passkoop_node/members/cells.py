"""What the cells of one line say about a member."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from passkoop_node.core.language import _
from passkoop_node.members.columns import Columns, Notes, Values
from passkoop_node.members.member import LONGEST, LONGEST_TEXT
from passkoop_node.members.names import split_full_name
from passkoop_node.members.text import clean, fold, shown

_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@.,;<>\"]+")
_DATE = re.compile(
    r"(?:(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"|(?P<day2>\d{1,2})[-/.](?P<month2>\d{1,2})[-/.](?P<year2>\d{4}))(?:[T ].*)?",
    re.ASCII,
)
_FAR = timedelta(days=366)
_NO_BIRTHDAY = date(1970, 1, 1)  # what HelloAsso writes where nobody answered

_GENDERS = {
    "f": "f", "femme": "f", "feminin": "f", "female": "f", "woman": "f", "mme": "f", "mlle": "f",
    "madame": "f", "mujer": "f", "mulher": "f", "vrouw": "f", "mrs": "f", "ms": "f",
    "h": "m", "m": "m", "homme": "m", "masculin": "m", "male": "m", "man": "m", "mr": "m",
    "monsieur": "m", "hombre": "m", "homem": "m",
    "x": "x", "autre": "x", "other": "x", "non binaire": "x", "nb": "x",
}  # fmt: skip
_LANGUAGES = {
    "francais": "fr", "french": "fr", "frances": "fr", "frans": "fr",
    "anglais": "en", "english": "en", "ingles": "en", "engels": "en",
    "espagnol": "es", "spanish": "es", "espanol": "es", "spaans": "es",
    "portugais": "pt", "portuguese": "pt", "portugues": "pt", "portugees": "pt",
    "neerlandais": "nl", "dutch": "nl", "nederlands": "nl",
}  # fmt: skip
_YES = frozenset({"oui", "yes", "si", "sim", "ja", "true", "vrai", "1", "x", "o", "on", "v"})
_NO = frozenset({"non", "no", "nao", "nee", "false", "faux", "0", "n", "off"})
_AFFILIATED = ("1", "affili", "afili", "aangeslot", "rattach", "beneficiaire", "conjoint", "foyer")
_MEMBER = (
    "0", "membre", "member", "miembro", "membro", "adherent", "cooperat", "societaire", "socio",
    "lid",
)  # fmt: skip


class BadCell(Exception):
    """A cell of which nothing can be made; the message says what it should be."""


class BadLine(Exception):
    """A line of which no member can be made; the message says what and what to do."""


def read_values(cells: list[str], columns: Columns, notes: Notes, *, today: date) -> Values:
    """Return what a line says, without what it leaves empty.

    A cell of which nothing can be made is left out, with a note.

    Raises:
        BadLine: something in it is longer than can be true.
    """
    values: Values = {}
    for field, places in columns.fields.items():
        for place in places:
            text = _bare(cells[place]) if cells[place] else ""
            if not text:
                continue
            if len(text) > LONGEST.get(field, LONGEST_TEXT):
                raise BadLine(
                    _("cellule trop longue (%(num)s caractères) ; raccourcissez-la", num=len(text))
                )
            reader = _READERS.get(field)
            try:
                value = reader(text, today) if reader else text
            except BadCell as problem:
                notes.append(
                    _(
                        "%(problem)s : « %(text)s » n'est pas repris",
                        problem=problem,
                        text=shown(text),
                    )
                )
                continue
            if value is not None:
                values[field] = value
                break
    _join_names(values)
    if extra := values.pop("address2", ""):
        values["address"] = ", ".join(filter(None, (values.get("address"), extra)))
    return values


def read_typed(field: str, text: str, *, today: date) -> object | None:
    """Return what somebody typed of a field, by the rules of a file's cells; None if nothing.

    Raises:
        BadCell: nothing can be made of it.
    """
    reader = _READERS.get(field)
    return reader(text, today) if reader else text


def _join_names(values: Values) -> None:
    whole = values.pop("full_name", "")
    if whole and not values.keys() & {"given_name", "family_name"}:
        given, family = split_full_name(whole)
        values |= {"given_name": given} if given else {}
        values |= {"family_name": family} if family else {}


def _bare(cell: str) -> str:
    """Return the cell without what spreadsheets and their guards put around a text."""
    text = clean(cell)
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()
    # An apostrophe keeps a spreadsheet from reckoning with +33… or =….
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _number(text: str, _today: date) -> str:
    """Return a member's number as the co-op writes it, without a spreadsheet's decimals."""
    return re.sub(r"^([0-9]+)[.,]0+$", r"\1", text)


def _email(text: str, _today: date) -> str:
    text = text.removeprefix("mailto:")
    if not _EMAIL.fullmatch(text) or len(text) > 254:
        raise BadCell(_("adresse e-mail à vérifier"))
    return text


@lru_cache(maxsize=4096)
def _date(text: str, today: date) -> date:
    """Return the day: 31/12/2025, 31-12-2025, 2025-12-31, with or without an hour."""
    if found := _DATE.fullmatch(text):
        year, month, day = (found[part] or found[f"{part}2"] for part in ("year", "month", "day"))
        try:
            value = date(int(year), int(month), int(day))
        except ValueError:
            pass
        else:
            if value > today + _FAR:
                raise BadCell(_("date bien trop lointaine"))
            return value
    raise BadCell(_("date à écrire comme 31/12/2025"))


def _birth_year(text: str, today: date) -> int | None:
    if re.fullmatch(r"[0-9]{4}", text):
        year = int(text)
    elif (day := _date(text, today)) == _NO_BIRTHDAY:
        return None
    else:
        year = day.year
    if not today.year - 125 <= year <= today.year:
        raise BadCell(_("année de naissance impossible"))
    return year


def _gender(text: str, _today: date) -> str | None:
    return _GENDERS.get(fold(text).rstrip("."))


def _language(text: str, _today: date) -> str | None:
    plain = fold(text)
    code = plain.split("_")[0].split("-")[0]
    return code if re.fullmatch(r"[a-z]{2}", code) else _LANGUAGES.get(plain)


def _category(text: str, _today: date) -> int | None:
    plain = fold(text)
    return 1 if plain.startswith(_AFFILIATED) else 0 if plain.startswith(_MEMBER) else None


def _yes(text: str, _today: date) -> bool | None:
    plain = fold(text)
    return True if plain in _YES else False if plain in _NO else None


def _badge(text: str, _today: date) -> str:
    """Return the code of a badge, with the 0 that a spreadsheet takes from an EAN-13."""
    code = text.replace(" ", "")
    if re.fullmatch(r"[0-9][.,][0-9]+E\+?[0-9]+", code, re.IGNORECASE):
        raise BadCell(_("code-barres arrondi par le tableur"))
    if re.fullmatch(r"[0-9]{12}", code) and _is_ean13(f"0{code}"):
        return f"0{code}"
    return code


def _is_ean13(code: str) -> bool:
    digits = [int(digit) for digit in code]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


_READERS: dict[str, Callable[[str, date], object | None]] = {
    "number": _number,
    "email": _email,
    "payer_email": _email,
    "joined": _date,
    "left": _date,
    "ordered": _date,
    "birth_year": _birth_year,
    "gender": _gender,
    "language": _language,
    "category": _category,
    "badge": _badge,
    "household": _number,
    "news": _yes,
}
