"""Five languages: whole, alike in what they fill in, and chosen as their readers expect."""

import ast
import datetime
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from passkoop_node.core import formats
from passkoop_node.core.language import (
    LANGUAGES,
    LOCALES,
    N_,
    PSEUDO,
    SOURCE,
    _,
    chosen,
    current,
    ngettext,
    speaking,
)
from passkoop_node.core.typography import typeset
from passkoop_node.visits.money import parse_amount, shown_amount, shown_share, typed_amount
from passkoop_node.visits.wording import shown_month
from serving import NOON, Client, Served

ROOT = Path(__file__).parent.parent
# Rooms whose sentences are still being translated; empty before a release.
LATER: list[str] = []


@pytest.fixture(autouse=True)
def paris() -> Iterator[None]:
    """Put the shop in France: times are those of its wall clock."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Paris"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_every_sentence_is_said_in_every_language() -> None:
    tool = [sys.executable, str(ROOT / "tools" / "messages.py"), "--check", "--later", *LATER]
    done = subprocess.run(tool, capture_output=True, text=True, encoding="utf-8")
    assert done.stdout == "", "run `python tools/messages.py`, then translate what is empty"
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != SOURCE])
def test_a_sentence_of_two_rooms_is_said_alike_in_both(language: str) -> None:
    said: dict[str | tuple[str, ...], set[str]] = {}  # one catalogue hides the other
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                key = message.id if isinstance(message.id, str) else tuple(message.id)
                if key and message.string and all(message.string):
                    said.setdefault(key, set()).add(str(message.string))
    assert {key: texts for key, texts in said.items() if len(texts) > 1} == {}


def test_no_sentence_stands_inside_an_f_string_where_it_is_not_found() -> None:
    for folder in ("node", "cli"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for text in (one for one in ast.walk(tree) if isinstance(one, ast.JoinedStr)):
                names = {getattr(getattr(one, "func", None), "id", "") for one in ast.walk(text)}
                assert names.isdisjoint({"_", "N_", "ngettext"}), f"{path}:{text.lineno}"


def test_french_is_typeset_whatever_was_typed() -> None:
    for typed, printed in [
        ("Mot de passe oublié ?", "Mot de passe oublié\u202f?"),
        ("C'est « fait » : oui ; non !", "C’est «\u00a0fait\u00a0»\u202f: oui\u202f; non\u202f!"),
        ("%(size)s Mo, 20 %%, 3 jours", "%(size)s\u00a0Mo, 20\u00a0%%, 3\u00a0jours"),
        ("le n° 12 à 10 h 42", "le n°\u00a012 à 10\u00a0h\u00a042"),
        ('<a href="https://a.example/?b=1">Ici</a> :', None),
        ("http://localhost:8765/", None),
        ("a\u202f: b", "a\u202f: b"),
    ]:
        wanted = printed or typed.replace(" :", "\u202f:")
        assert typeset(typed) == wanted
        assert typeset(wanted) == wanted


def test_a_browser_s_wishes_are_followed_in_their_order() -> None:
    for cookie, wishes, language in [
        ("", "nl-BE,nl;q=0.9,fr;q=0.8", "nl"),
        ("", "de-CH,de;q=0.9,en;q=0.5,es;q=0.7", "es"),
        ("", "eu", "fr"),
        ("", "", "fr"),
        ("", "en;q=0", "fr"),
        ("", "en;q=x, pt", "pt"),
        ("", "," * 100_000, "fr"),
        ("es", "nl", "es"),
        ("xx", "nl", "nl"),
        (PSEUDO, "nl", "nl"),
    ]:
        assert chosen(cookie, wishes) == language
    assert chosen(PSEUDO, "nl", pseudo=True) == PSEUDO


def test_a_message_is_said_in_the_language_of_whoever_reads_it() -> None:
    message = N_("%(name)s n'est plus une caisse.", name="A < B")
    assert str(message) == "A < B n’est plus une caisse."
    with speaking("en"):
        assert str(message) == "A < B is no longer a till."
        assert _("Entrer") == "Sign in"
        assert ngettext("%(num)s jour", "%(num)s jours", 0) == "0 days"
    with speaking(PSEUDO):
        assert _("Entrer") == "⟦Entrer⟧"
    assert current() == "fr"
    assert ngettext("%(num)s jour", "%(num)s jours", 0) == "0\u00a0jour"


def test_days_and_hours_are_written_as_people_write_them() -> None:
    first = datetime.date(2027, 3, 1)
    said = {}
    for language in LANGUAGES:
        with speaking(language):
            said[language] = (formats.day(first), formats.hour(NOON), formats.number(12345.5))
    assert said == {
        "fr": ("1er\u00a0mars 2027", "12\u00a0h\u00a000", "12\u202f345,5"),
        "en": ("1 March 2027", "12:00", "12,345.5"),
        "es": ("1 de marzo de 2027", "12:00", "12.345,5"),
        "pt": ("1 de março de 2027", "12:00", "12\u00a0345,5"),
        "nl": ("1 maart 2027", "12:00", "12.345,5"),
    }
    assert formats.moment(NOON - 60, now=NOON) == "aujourd’hui, 11\u00a0h\u00a059"
    assert formats.moment(NOON - 86_400, now=NOON) == "hier, 12\u00a0h\u00a000"
    assert formats.moment(NOON - 30 * 86_400, now=NOON) == "le 23\u00a0octobre 2026"


def test_money_is_written_as_people_write_it_and_read_back() -> None:
    said = {}
    for language in LANGUAGES:
        with speaking(language):
            said[language] = (
                shown_amount(123_456_750),
                shown_share(183_999),
                shown_month("2028-09"),
            )
            assert parse_amount(shown_amount(123_450)) == 123_450
            assert parse_amount(shown_amount(50)) == 50
            assert parse_amount(typed_amount(123_450)) == 123_450
            assert typed_amount(2350) == _("23,50")
    assert said == {
        "fr": ("1\u202f234\u202f567,50\u00a0€", "18,3\u00a0%", "septembre 2028"),
        "en": ("€1,234,567.50", "18.3%", "September 2028"),
        "es": ("1.234.567,50\u00a0€", "18,3\u00a0%", "septiembre de 2028"),
        "pt": ("1\u00a0234\u00a0567,50\u00a0€", "18,3%", "setembro de 2028"),
        "nl": ("€\u00a01.234.567,50", "18,3%", "september 2028"),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_the_language_that_was_chosen(served: Served, language: str) -> None:
    nico = served.administrator()
    title = {
        "fr": "Comptes",
        "en": "Accounts",
        "es": "Cuentas",
        "pt": "Contas",
        "nl": "Accounts",
    }
    assert nico.post("/langue", {"langue": language, "retour": "/sante"}).goes_to == "/sante"
    page = nico.get("/reglages/comptes")
    assert f'<html lang="{language}">' in page.text
    assert f"<h1>{title[language]}</h1>" in page.text
    for path in ("/", "/compte", "/reglages/caisses", "/sante", "/nulle-part"):
        assert nico.get(path).status in (200, 404)
    # What the database's thread says, it says in the language of whoever asked.
    stranger = Client(served)
    assert f'lang="{language}"' in stranger.get("/", {"Accept-Language": language}).text
