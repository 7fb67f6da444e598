"""E-mail addresses: what is written on an envelope, never more than one line."""

import re
from functools import lru_cache

from passkoop_node.errors import NodeError

MAX_ADDRESS = 254  # characters, RFC 5321 with its erratum 1690

# A dot-atom (RFC 5322): quoted local parts and those beyond ASCII exist, and members have none.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


class BadEmail(NodeError):
    """What was given is no e-mail address."""

    code = "bad_email"
    hint = "Vérifiez-la\u202f: elle s’écrit nom@exemple.org, sur une ligne."

    def __init__(self) -> None:
        super().__init__("ce n’est pas une adresse e-mail")  # not said: it may be somebody's


def parse_address(text: str) -> str:
    """Return the one address that `text` is, its domain in ASCII (IDNA).

    Raises:
        BadEmail: it is none, it is several, or it holds a line end or anything else invisible.
    """
    local, _at, given = text.strip(" ").rpartition("@")
    domain = _domain(given)
    if (
        not domain
        or len(local) > 64
        or not _LOCAL.fullmatch(local)
        or len(local) + 1 + len(domain) > MAX_ADDRESS
    ):
        raise BadEmail
    return f"{local}@{domain}"


@lru_cache(maxsize=1_000)  # a register's addresses share few
def _domain(given: str) -> str:
    """Return a domain in ASCII (IDNA), "" if it is none."""
    try:
        domain = given.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    labels = domain.split(".")
    return domain if len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) else ""


def is_address(text: str) -> bool:
    """Return whether mail can be sent to `text`."""
    try:
        parse_address(text)
    except BadEmail:
        return False
    return True
