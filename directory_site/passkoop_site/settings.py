"""site.toml: where the site will stand, and the few things that the federation chooses."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from passkoop_site.cleaning import clean_address, clean_line, clean_mail
from passkoop_site.errors import BadSettings

LANGUAGES: Mapping[str, str] = {
    "fr": "Français",
    "en": "English",
    "es": "Español",
    "pt": "Português",
    "nl": "Nederlands",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What the federation chooses."""

    address: str = "https://membre.coop"  # of the home page, without final slash
    contact: str = ""  # an e-mail address
    languages: tuple[str, ...] = tuple(LANGUAGES)  # the first one stands at the root
    quote: str = ""  # a sentence for the home page, once its author has agreed
    quoted: str = ""  # who said it

    @property
    def root(self) -> str:
        """What every path of the site begins with: "" where it has a host of its own."""
        return urlsplit(self.address).path


def load_settings(path: Path) -> Settings:
    """Return what site.toml says; without the file, all as usual.

    Raises:
        BadSettings: something in it cannot be understood.
    """
    if not path.exists():
        return Settings()
    try:
        given = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(path, f"ce n’est pas du TOML ({error})") from error
    return _checked(given, path)


def _checked(given: Mapping[str, Any], path: Path) -> Settings:
    for key in given:
        if key not in ("adresse", "contact", "langues", "citation", "citation_de"):
            raise BadSettings(path, f"«\u00a0{clean_line(str(key))}\u00a0» n’est pas un réglage")
    address = str(given.get("adresse", Settings().address)).rstrip("/")
    is_local = urlsplit(address).hostname in ("localhost", "127.0.0.1")
    if not is_local and clean_address(address) != address:
        raise BadSettings(path, "«\u00a0adresse\u00a0» doit ressembler à https://membre.coop")
    contact = str(given.get("contact", ""))
    if contact and not clean_mail(contact):
        raise BadSettings(path, "«\u00a0contact\u00a0» n’est pas une adresse e-mail")
    languages = given.get("langues", list(LANGUAGES))
    if (
        not isinstance(languages, list)
        or not languages
        or len(set(map(str, languages))) < len(languages)
        or not set(map(str, languages)) <= LANGUAGES.keys()
    ):
        raise BadSettings(path, f"«\u00a0langues\u00a0» se choisit parmi {', '.join(LANGUAGES)}")
    return Settings(
        address=address,
        contact=clean_mail(contact),
        languages=tuple(languages),
        quote=clean_line(str(given.get("citation", ""))),
        quoted=clean_line(str(given.get("citation_de", ""))),
    )
