"""E-mail addresses: what is written on an envelope, never more than one line."""

import re

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
    local, _at, domain = text.strip(" ").rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadEmail from None  # the cause would say the address
    labels = domain.split(".")
    if (
        len(local) > 64
        or not _LOCAL.fullmatch(local)
        or len(labels) < 2
        or not all(_LABEL.fullmatch(label) for label in labels)
        or len(local) + 1 + len(domain) > MAX_ADDRESS
    ):
        raise BadEmail
    return f"{local}@{domain}"


def is_address(text: str) -> bool:
    """Return whether mail can be sent to `text`."""
    try:
        parse_address(text)
    except BadEmail:
        return False
    return True
