"""What strangers typed, made fit to be shown: texts without markup, addresses that lead on."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from passkoop_protocol.fields import is_hidden_free
from passkoop_site.remarks import Report

_TAG = re.compile(r"<\s*/?\s*[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_BREAK = re.compile(r"<\s*/?\s*br?\s*/?\s*>", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>\"'(),:;\\\[\]]{1,64}@[\w-]+(?:\.[\w-]+)+")
_HOST = re.compile(r"(?:[\w-]{1,63}\.)+[^\W\d_][\w-]{1,62}")
_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
MAX_SLUG = 60
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "þ": "th"})


def without_markup(text: str, *, line: str = " ") -> str:
    """Return a text without tags; `line` stands where one began a new line."""
    if "<" in text:
        text = _TAG.sub(" ", _BREAK.sub(line, text))
    return text


def clean_line(text: str) -> str:
    """Return a text on one line, without tags, hidden characters or doubled blanks."""
    if text.isascii() and text.isprintable() and "<" not in text:
        return " ".join(text.split())
    text = without_markup(unicodedata.normalize("NFC", text))
    if not is_hidden_free(text):
        text = "".join(char if is_hidden_free(char) else " " for char in text)
    return " ".join(text.split())


def clean_lines(text: str) -> str:
    """Return a text of several lines, each clean, none empty."""
    lines = without_markup(text, line="\n").splitlines()
    return "\n".join(filter(None, map(clean_line, lines)))


def clean_address(text: str) -> str:
    """Return a web address that may be linked to, or "" if this is none.

    An address without scheme gets https. Nothing but http and https passes, nor does one with a
    name and password, which can look like another host.
    """
    text = clean_line(text).replace(" ", "%20")
    if not text or len(text) > 300:
        return ""
    if not re.match(r"https?://", text, re.IGNORECASE):
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text) or text.startswith(("/", "\\", "#", "?")):
            return ""
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    if "@" in parts.netloc or "\\" in text or not _HOST.fullmatch(host):
        return ""
    try:
        host = host.encode("idna").decode()
    except UnicodeError:
        return ""
    return urlunsplit(
        (
            parts.scheme.lower(),
            host if port is None else f"{host}:{port}",
            quote(parts.path, safe="/%:@!$&'()*+,;=-._~"),
            quote(parts.query, safe="/%:@!$&'()*+,;=-._~?"),
            quote(parts.fragment, safe="/%:@!$&'()*+,;=-._~?"),
        )
    )


def clean_mail(text: str) -> str:
    """Return an e-mail address, or "" if this is none."""
    text = clean_line(text).removeprefix("mailto:").strip()
    return text if len(text) <= 254 and _MAIL.fullmatch(text) else ""


def shown_address(address: str) -> str:
    """Return an address as people read it: without scheme, `www.` and final slash."""
    parts = urlsplit(address)
    return (parts.netloc.removeprefix("www.") + parts.path).rstrip("/")


@lru_cache(maxsize=1024)
def slug_of(text: str) -> str:
    """Return a text as it stands in addresses: small letters, digits, single dashes."""
    text = text.lower().translate(_LETTERS)
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)
    )
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG].strip("-")


def is_slug(text: object) -> bool:
    """Return whether `text` can name a page."""
    return isinstance(text, str) and len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def linked(text: str, what: str, report: Report, where: str) -> str:
    """Return a web address that may be linked to; what is none is left out with a sentence."""
    address = clean_address(text)
    if text.strip() and not address:
        report.repaired(
            where,
            f"« {clean_line(text)[:80]} » ({what}) n’est pas une adresse web : laissé de côté",
            "Donnez une adresse qui commence par https://.",
        )
    return address
