"""Shops behind routers, and one machine that all of them reach: in namespaces of this kernel.

    left  10.0.0.2 ── router ── 203.0.113.2 ┐
                                            ├ 203.0.113.1  middle
    right 10.0.0.2 ── router ── 203.0.113.6 ┘

Both shops use the same private addresses, as two homes do. Their routers put their own address in
place of the shop's (masquerade) and let nobody in; the machine in the middle passes nothing on.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

SHOP, MIDDLE = "10.0.0.2", "203.0.113.1"
_ROUTER = """
table ip home {
  chain out {
    type nat hook postrouting priority 100;
    oifname "street" masquerade
  }
  chain through {
    type filter hook forward priority 0; policy drop;
    iifname "shop" accept
    ct state established,related accept
  }
}
"""


class Town:
    """A few machines, by name, and the lines between them."""

    def __init__(self) -> None:
        self._mark = f"passkoop-{os.getpid()}-"
        self._made: list[str] = []

    def within(self, machine: str) -> list[str]:
        """Return what runs a command on a machine."""
        return ["ip", "netns", "exec", self._mark + machine]

    def cut(self, side: str) -> None:
        """Pull the cable between a shop's router and the middle."""
        self._ip("-n", self._mark + "middle", "link", "set", side, "down")

    def heal(self, side: str) -> None:
        """Put it back in."""
        self._ip("-n", self._mark + "middle", "link", "set", side, "up")

    def reaches(self, machine: str, address: str, port: int) -> bool:
        """Return whether a machine can connect to a port."""
        ask = [
            "python3",
            "-c",
            f"import socket; socket.create_connection(({address!r}, {port}), 2)",
        ]
        return subprocess.run([*self.within(machine), *ask], capture_output=True).returncode == 0

    def build(self) -> None:
        """Put up the machines and the lines."""
        for machine in ("left", "left-router", "middle", "right-router", "right"):
            self._ip("netns", "add", self._mark + machine)
            self._made.append(machine)
            self._set(machine, "lo")
        for side, ours, theirs in (
            ("left", MIDDLE, "203.0.113.2"),
            ("right", "203.0.113.5", "203.0.113.6"),
        ):
            router = f"{side}-router"
            self._line((side, "home", f"{SHOP}/24"), (router, "shop", "10.0.0.1/24"))
            self._line((router, "street", f"{theirs}/30"), ("middle", side, f"{ours}/30"))
            self._ip("-n", self._mark + side, "route", "add", "default", "via", "10.0.0.1")
            self._ip("-n", self._mark + router, "route", "add", "default", "via", ours)
            self._run(router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
            self._run(router, "nft", "-f", "-", told=_ROUTER)

    def tear_down(self) -> None:
        """Take everything away; what runs there was ended before."""
        for machine in self._made:
            subprocess.run(["ip", "netns", "del", self._mark + machine], check=False)

    def _line(self, *ends: tuple[str, str, str]) -> None:
        (one, here, _), (other, there, _) = ends
        peer = ["peer", "name", there, "netns", self._mark + other]
        self._ip("link", "add", here, "netns", self._mark + one, "type", "veth", *peer)
        for machine, name, address in ends:
            self._ip("-n", self._mark + machine, "address", "add", address, "dev", name)
            self._set(machine, name)

    def _set(self, machine: str, name: str) -> None:
        self._ip("-n", self._mark + machine, "link", "set", name, "up")

    def _run(self, machine: str, *words: str, told: str = "") -> None:
        _do([*self.within(machine), *words], told)

    def _ip(self, *words: str) -> None:
        _do(["ip", *words])


def _do(words: Sequence[str], told: str = "") -> None:
    done = subprocess.run(words, input=told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(words)}: {done.stderr.strip()}")


def what_lacks() -> str:
    """Return why there can be no town on this machine; "": there can."""
    if not hasattr(socket, "AF_NETLINK"):
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    for program, package in (("ip", "iproute2"), ("nft", "nftables")):
        if shutil.which(program) is None:
            return f"{program} is missing (Debian: {package})"
    try:
        with town():
            return ""
    except OSError as error:
        return f"this kernel gives no namespaces with masquerade: {error}"


@contextmanager
def town() -> Iterator[Town]:
    """Yield a town; nothing of it is left in the end."""
    one = Town()
    try:
        one.build()
        yield one
    finally:
        one.tear_down()
