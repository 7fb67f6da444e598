"""The five languages, and which one this request speaks.

French is the source: what stands in code and templates is what French readers see, typeset. The
others are `.po` files under `locales/<language>/<room>.po`, read as they are: nothing is compiled
beforehand, so nothing can be out of date.
"""

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from passkoop_node.core.joining_words import joined
from passkoop_node.core.typography import typeset

Text = TypeVar("Text", bound=str)
LOCALES = Path(__file__).parent.parent / "locales"

# In their own words: whoever looks for theirs does not read ours.
LANGUAGES: Mapping[str, str] = {
    "fr": "Français",
    "en": "English",
    "es": "Español",
    "pt": "Português",
    "nl": "Nederlands",
}
SOURCE = "fr"
# A language that no one speaks: each text between ⟦ ⟧, so that tests see what was left out.
PSEUDO = "qps"

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


def current() -> str:
    """Return the language of this request; outside of any, French."""
    return _language.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` inside the block."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def translate(msgid: str) -> str:
    """Return a text in the language of this request, its %(places)s still open."""
    language = current()
    if language == SOURCE:
        return typeset(msgid)
    if language == PSEUDO:
        return f"⟦{typeset(msgid)}⟧"
    return _catalogue(language).gettext(msgid)


def translate_plural(one: str, many: str, count: int) -> str:
    """Return the text for `count` things, its %(places)s still open."""
    language = current()
    if language in (SOURCE, PSEUDO):
        # French counts 0 and 1.5 as one.
        return translate(one if abs(count) < 2 else many)
    return _catalogue(language).ngettext(one, many, count)


def _(msgid: str, **facts: Any) -> str:
    """Return a text in the language of this request, filled in."""
    return filled(translate(msgid), facts)


def filled(text: Text, facts: Mapping[str, Any]) -> Text:
    """Return a text of this request's language with its %(places)s filled in."""
    if current() == SOURCE:
        text, facts = joined(text, facts)
    return type(text)(text % facts)


def ngettext(one: str, many: str, count: int, **facts: Any) -> str:
    """Return the text for `count` things, filled in; %(num)s is the count."""
    return filled(translate_plural(one, many, count), {"num": count, **facts})


class Message:
    """A text to be said later, in the language of whoever reads it then."""

    __slots__ = ("facts", "msgid")

    def __init__(self, msgid: str, facts: Mapping[str, Any]) -> None:
        self.msgid = msgid
        self.facts = facts

    def __str__(self) -> str:
        return filled(translate(self.msgid), self.facts)

    def __repr__(self) -> str:
        return f"Message({self.msgid!r}, {self.facts!r})"


def N_(msgid: str, **facts: Any) -> Message:  # noqa: N802 - gettext's own name for it
    """Return a text to be said later."""
    return Message(msgid, facts)


def chosen(cookie: str, accepted: str, *, pseudo: bool = False) -> str:
    """Return the language to speak: the one chosen before, else the browser's, else French."""
    if cookie in LANGUAGES or (pseudo and cookie == PSEUDO):
        return cookie
    wishes: list[tuple[float, str]] = []
    for part in accepted[:200].split(","):
        tag, _sep, weight = part.strip().partition(";q=")
        try:
            wishes.append((float(weight or 1), tag[:2].lower()))
        except ValueError:
            continue
    # Sorting is stable: among equals, the browser's order holds.
    for liked, language in sorted(wishes, key=lambda wish: -wish[0]):
        if liked > 0 and language in LANGUAGES:
            return language
    return SOURCE


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """Return the catalogues of all rooms in one language."""
    # Only those who read another language pay for the reader.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

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
