"""French before a name: « d'Inès », « du Panier », not « de Inès », « de Le Panier »."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

Text = TypeVar("Text", bound=str)

_BEFORE = re.compile(r"\b(de|que) %\((\w+)\)s")
# No h: « d'Hélène », but « de Halle », and nothing tells which it is.
_VOWELS = frozenset("aâàeéèêëiîïoôöœuùûü")
_ARTICLES = {"Le ": "du", "Les ": "des"}
COOP = "coop"  # the fact that names a co-op; a person may be called « Le Goff »


def joined(text: Text, facts: Mapping[str, Any]) -> tuple[Text, Mapping[str, Any]]:
    """Return a French text and what fills it, with the words before names as one says them.

    What is in the names themselves stays: « Simone de Oliveira » keeps hers.
    """
    if " %(" not in text:
        return text, facts
    more = dict(facts)

    def join(found: re.Match[str]) -> str:
        word, name = found.groups()
        value = facts.get(name)
        if not isinstance(value, str) or not value:
            return found[0]
        for article, short in _ARTICLES.items():
            if word == "de" and name == COOP and value.startswith(article):
                more[f"{name}~"] = value[len(article) :]
                return f"{short} %({name}~)s"
        return f"{word[:-1]}’%({name})s" if value[0].lower() in _VOWELS else found[0]

    return type(text)(_BEFORE.sub(join, text)), more
