"""By which names this node may be called.

A page of a stranger can make a browser ask any machine of the shop's network under the stranger's
own name (DNS rebinding), and then read the answer. So whatever name is not ours gets nothing.
"""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

import ifaddr

LOOPBACK = ("localhost", "127.0.0.1", "::1")
# An address of version 6 in brackets, or a name; then perhaps a port.
_HOST = re.compile(r"(?:\[([0-9a-z:.%_~-]+)\]|([^\s:/?#@\\\[\]<>\"'%,;]+))(?::[0-9]{1,5})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hosts:
    """The names of this node."""

    names: frozenset[str]  # configured: a domain, a name that the router gives
    proxies: frozenset[str] = frozenset()  # addresses whose X-Forwarded-* are believed

    def knows(self, host: str, *, arrived_at: str) -> bool:
        """Return whether `host`, as the browser named it, is this node.

        Args:
            host: a Host header, perhaps with a port, perhaps in brackets.
            arrived_at: the address of this machine at which the connection came in.
        """
        name = host_name(host)
        return bool(name) and (
            name in LOOPBACK
            or name in self.names
            or name in machine_names()
            or (_is_address(name) and name in {_plain(arrived_at), *machine_addresses()})
        )


def host_name(host: str) -> str:
    """Return the name in a Host header, without port and brackets, lower case; "" if it is none.

    Links in letters begin with it: whatever else stands there, such as "ours:1@theirs", would lead
    whoever is written to somewhere else.
    """
    found = _HOST.fullmatch(host.strip().lower())
    if found is None:
        return ""
    return _plain(found[1]) if found[1] else found[2].rstrip(".")


def machine_names() -> frozenset[str]:
    """Return what this machine is called on its network."""
    name = socket.gethostname().lower().rstrip(".")
    short = name.partition(".")[0]
    # .local: mDNS; the others are what home routers append.
    return frozenset({name, short, *(f"{short}.{zone}" for zone in ("local", "lan", "home"))})


def machine_addresses() -> list[str]:
    """Return this machine's addresses on its networks, IPv4 first; those of itself left out."""
    found: list[IPv4Address | IPv6Address] = []
    for adapter in ifaddr.get_adapters():
        for one in adapter.ips:
            text = one.ip if isinstance(one.ip, str) else one.ip[0]
            address = ip_address(text)
            if not (address.is_loopback or address.is_link_local):
                found.append(address)
    return [str(one) for one in sorted(set(found), key=lambda one: (one.version, int(one)))]


def at_address(address: str, port: int) -> str:
    """Return the http address of a page on this machine."""
    shown = f"[{address}]" if ":" in address else address
    return f"http://{shown}:{port}/"


def parse_names(names: Iterable[str]) -> frozenset[str]:
    """Return configured names as they are compared."""
    return frozenset(map(host_name, names)) - {""}


def _plain(address: str) -> str:
    """Return an address without its zone, an IPv4 one in its own form."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(parsed)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
