"""Words as people and spreadsheets write them: cleaned to keep, folded to compare."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart, as people without that key type them.
_LIGATURES = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}


class _Bare(dict[int, str]):
    """For `str.translate`: what a letter is without its accents, reckoned when first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        bare = "" if unicodedata.combining(letter) else _LIGATURES.get(letter, letter)
        self[code] = bare
        return bare


_BARE = _Bare()


def clean(text: str) -> str:
    """Return `text` in NFC on one line, without characters that cannot be seen, single spaces."""
    if not text.isprintable():
        text = "".join(
            character if character.isprintable() else _stand_in(character) for character in text
        )
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def fold(text: str) -> str:
    """Return `text` without case and accents: « Élodie » and « ELODIE » are the same."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text.casefold()).translate(_BARE)


def words(text: str) -> list[str]:
    """Return the folded words of `text`, without punctuation: « d’Arc, J.-P. » is d arc j p."""
    return _WORD.findall(fold(text))


def shown(text: str, longest: int = 40) -> str:
    """Return a text from a stranger's file as it may stand in a message."""
    text = clean(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _stand_in(hidden: str) -> str:
    # Tabs, line ends and no-break spaces part words; a soft hyphen or a direction mark does not.
    return " " if hidden.isspace() or unicodedata.category(hidden) == "Cc" else ""
