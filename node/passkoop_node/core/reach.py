"""Where an outgoing call may lead: addresses come from others, and must not point inside."""

import re
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from yarl import URL

from passkoop_node.errors import NodeError

LONGEST = 200  # letters of an address: SPEC 6.1
_PORTS = (80, 443)  # and all from 1024 on: those between speak other languages than HTTP
# What an address of version 6 carries in it is where the packet comes out in the end.
_NAT64 = IPv6Network("64:ff9b::/96")
# Systems take 127.1, 2130706433 and 0x7f.1 for addresses; no name of a machine ends in a number.
_ENDS_IN_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)


class BadWebAddress(NodeError):
    """Not an address that a node can be called at."""

    code = "bad_web_address"
    hint = "Donnez-la en entier, par exemple https://carte.exemple.coop."

    def __init__(self, text: str) -> None:
        super().__init__(f"«\u00a0{text[:LONGEST]}\u00a0» n’est pas une adresse web utilisable")


class Reach(Enum):
    """How far a call may go."""

    PUBLIC = "public"  # whoever anybody named: machines of the open internet alone
    ANYWHERE = "anywhere"  # whom people here named: their own network, too


def parse_web_address(text: str) -> str:
    """Return an address in the form in which it is kept and called, without its last slash.

    Raises:
        BadWebAddress: no http address, or one with a name and a password, a question or a mark.
    """
    try:
        url = URL(text.strip())
        port = url.port
        usual = str(url).rstrip("/")
    except ValueError as error:
        raise BadWebAddress(text) from error
    if (
        url.scheme not in ("http", "https")
        or not url.raw_host
        or url.raw_user is not None
        or url.raw_password is not None
        or url.raw_query_string
        or url.raw_fragment
        or port is None
        or not (port in _PORTS or 1024 <= port <= 65_535)
        or not usual.isascii()
        or not usual.isprintable()
        or " " in usual
        or len(usual) > LONGEST
    ):
        raise BadWebAddress(text)
    return usual


def is_inside(address: str) -> bool:
    """Return whether a web address plainly leads inside a network; a name may do so unseen."""
    host = URL(address).host or ""
    return host == "localhost" or (is_ip(host) and not may_call(host, Reach.PUBLIC))


def is_ip(host: str) -> bool:
    """Return whether this is an IP address and no name.

    So are those in the old short forms, which `may_call` then allows nobody to call.
    """
    try:
        ip_address(host)
    except ValueError:
        return _ENDS_IN_A_NUMBER.fullmatch(host) is not None
    return True


def may_call(address: str, reach: Reach) -> bool:
    """Return whether a machine at this IP address may be called.

    Args:
        address: as the system's resolver gives it, perhaps with a zone.
        reach: how far.
    """
    try:
        parsed = _innermost(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if parsed.is_multicast or parsed.is_unspecified or int(parsed) == 0xFFFFFFFF:
        return False
    if reach is Reach.ANYWHERE:
        return True
    site_local = isinstance(parsed, IPv6Address) and parsed.is_site_local
    return parsed.is_global and not (parsed.is_reserved or site_local)


def _innermost(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that one of version 6 wraps, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)
