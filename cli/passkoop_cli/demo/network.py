"""What the demonstration may ask of the network: nothing, or this machine alone."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address

# What leaves the machine, or lets others in. A socket by itself does neither.
_REACHING = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo")


class NetworkTouched(Exception):
    """Something wanted to open a connection while that was forbidden."""


@contextmanager
def no_network() -> Iterator[None]:
    """Let nothing in this process open a socket."""
    with _watching(lambda _event, _given: True):
        yield


@contextmanager
def this_machine_alone() -> Iterator[None]:
    """Let nothing in this process speak to another machine, or be heard by one."""
    with _watching(_leaves):
        yield


@contextmanager
def _watching(is_forbidden: Callable[[str, tuple[object, ...]], bool]) -> Iterator[None]:
    """Forbid some of what is done with sockets.

    Python tells its audit hooks of every socket before there is one, whichever library asks, and an
    error there prevents it. A hook stays until the process ends: behind the block, it sleeps.
    """
    watches = True

    def refuse(event: str, given: tuple[object, ...]) -> None:
        if watches and event.startswith("socket.") and is_forbidden(event, given):
            raise NetworkTouched(event)

    sys.addaudithook(refuse)
    try:
        yield
    finally:
        watches = False


def _leaves(event: str, given: tuple[object, ...]) -> bool:
    if event not in _REACHING:
        return False
    address = given[0] if event == "socket.getaddrinfo" else given[1]
    if isinstance(address, tuple):  # of both versions; those of other families are no network
        address = address[0]
    elif event != "socket.getaddrinfo":
        return False
    name = address.decode() if isinstance(address, bytes) else str(address or "")
    try:
        return not ip_address(name).is_loopback
    except ValueError:
        return name != "localhost"


def network_is_closed() -> bool:
    """Try to open a socket, and return whether that was prevented."""
    try:
        socket.socket().close()
    except NetworkTouched:
        return True
    return False
