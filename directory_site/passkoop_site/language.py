"""The languages of the site: French is the source, the others are `.po` files under `locales`.

A `Speech` is handed to whatever makes text and is called `_` there, so that sentences are found.
"""

import datetime
import gettext
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from passkoop_site.settings import LANGUAGES
from passkoop_site.typography import typeset

LOCALES = Path(__file__).parent / "locales"
SOURCE = "fr"
# A language that no one speaks: each text between ⟦ ⟧, so that tests see what was left out.
PSEUDO = "qps"


def N_(msgid: str) -> str:  # noqa: N802 - gettext's own name for it
    """Return a text to be said later."""
    return msgid


class Speech:
    """One language: sentences by their French, dates, numbers, names of countries."""

    def __init__(self, language: str) -> None:
        assert language in (*LANGUAGES, PSEUDO)
        self.language = language
        self.locale = Locale.parse(SOURCE if language == PSEUDO else language)
        self._said: dict[str, str] = {}

    def __call__(self, msgid: str, **facts: Any) -> str:
        """Return a text, filled in."""
        return self.filled(msgid, facts)

    def filled(self, msgid: str, facts: Mapping[str, Any]) -> str:
        """Return a text with its places filled from a mapping, which may make them up."""
        said = self._said.get(msgid)
        if said is None:
            said = self._said[msgid] = self._translated(msgid)
        return said % facts

    def plural(self, one: str, many: str, count: int, **facts: Any) -> str:
        """Return the text for `count` things; %(num)s is the count."""
        facts["num"] = self.number(count)
        if self.language in (SOURCE, PSEUDO):
            return self(one if count < 2 else many, **facts)  # French counts 0 as one
        return _catalogue(self.language).ngettext(one, many, count) % facts

    def _translated(self, msgid: str) -> str:
        if self.language == SOURCE:
            return typeset(msgid)
        if self.language == PSEUDO:
            return f"⟦{typeset(msgid)}⟧"
        return _catalogue(self.language).gettext(msgid)

    def number(self, value: int) -> str:
        """Return « 12 345 »."""
        return self.marked(format_decimal(value, locale=self.locale))

    def country(self, code: str) -> str:
        """Return a country's name."""
        return self.marked(str(self.locale.territories.get(code, code)))

    def listed(self, texts: list[str]) -> str:
        """Return « a, b et c »."""
        return self.marked(format_list(texts, locale=self.locale))

    def day(self, day: datetime.date) -> str:
        """Return « 14 mai 2028 »."""
        text = format_date(day, format="long", locale=self.locale)
        if self.language in (SOURCE, PSEUDO) and text.startswith("1 "):
            text = f"1er{text[1:]}"
        return self.marked(text)

    def weekday(self, number: int) -> str:
        """Return the name of a day of the week, 0: Monday."""
        name: str = self.locale.days["stand-alone"]["wide"][number]
        return self.marked(name[:1].upper() + name[1:])

    def time(self, minutes: int) -> str:
        """Return « 10 h 30 », elsewhere « 10:30 »."""
        hour, minute = divmod(minutes, 60)
        if self.language in (SOURCE, PSEUDO):
            return self.marked(f"{hour}\u00a0h" + (f"\u00a0{minute:02}" if minute else ""))
        return f"{hour}:{minute:02}"

    def marked(self, text: str) -> str:
        """Show a test that this text follows the language."""
        return f"⟦{text}⟧" if self.language == PSEUDO else text


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """Return the sentences of one language."""
    found = gettext.NullTranslations()
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as source:
            catalogue = read_po(source, locale=language)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        room = gettext.GNUTranslations(compiled)
        room.add_fallback(found)
        found = room
    return found
