"""What the demonstration may ask of the network: nothing, or this machine alone."""

import errno
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
    """Let nothing in this process open a socket: whoever tries stops with NetworkTouched."""

    def refuse(event: str, _given: tuple[object, ...]) -> None:
        raise NetworkTouched(event)

    with _asked(refuse):
        yield


@contextmanager
def this_machine_alone() -> Iterator[None]:
    """Let nothing in this process speak to another machine, or be heard by one.

    Whoever tries meets what there is without a network.
    """

    def refuse(event: str, given: tuple[object, ...]) -> None:
        if _leaves(event, given):
            raise OSError(errno.ENETUNREACH, "the demonstration speaks to this machine alone")

    with _asked(refuse):
        yield


@contextmanager
def _asked(refuse: Callable[[str, tuple[object, ...]], None]) -> Iterator[None]:
    """Have `refuse` asked before anything is done with a socket.

    Python tells its audit hooks of every socket before there is one, whichever library asks, and an
    error there prevents it. A hook stays until the process ends: behind the block, it sleeps.
    """
    watches = True

    def ask(event: str, given: tuple[object, ...]) -> None:
        if watches and event.startswith("socket."):
            refuse(event, given)

    sys.addaudithook(ask)
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
