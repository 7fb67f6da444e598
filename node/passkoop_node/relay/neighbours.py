"""Nodes on the same network find each other (zeroconf): hints of whom to call, and no more.

Whoever is on the network can say anything here. What follows is a call like any other, and what
it brings authenticates itself.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from importlib import import_module
from ipaddress import ip_address
from typing import TYPE_CHECKING

from passkoop_node.core.hosts import at_address
from passkoop_node.core.reach import Reach, may_call
from passkoop_protocol.keys import CoopId

if TYPE_CHECKING:  # loaded once the node answers: it takes as long as half of the rest
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

logger = logging.getLogger("passkoop")

SERVICE = "_passkoop._tcp.local."
_MOST = 4  # nodes that are listened to: they must not crowd out whom people here know
_ANSWER_MS = 3_000


class Neighbours:
    """Makes a node known on its network, and notes the others there."""

    def __init__(self, interfaces: Sequence[str] | None = None) -> None:
        """Begin with nobody; `interfaces` are addresses of this machine, None all that it has."""
        self._interfaces = interfaces
        self._seen: dict[str, str] = {}  # name of the service: address
        self._looks: set[asyncio.Task[None]] = set()
        self._own = ""
        self._starting: asyncio.Task[None] | None = None
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None

    @property
    def addresses(self) -> list[str]:
        """Where other nodes of this network answer."""
        return list(self._seen.values())

    def start(self, coop: CoopId, port: int, addresses: Iterable[str]) -> None:
        """Begin to make this node known, and to look for others. It takes a second or two.

        Where the network forbids it, we do without.

        Args:
            coop: who we are.
            port: where we answer.
            addresses: of this machine, on its networks.
        """
        self._own = f"{coop.hex()}.{SERVICE}"
        starting = self._start(f"passkoop-{coop.hex()}.local.", port, list(addresses))
        self._starting = asyncio.get_running_loop().create_task(starting)

    async def _start(self, server: str, port: int, addresses: list[str]) -> None:
        await asyncio.to_thread(import_module, "zeroconf.asyncio")
        from zeroconf import Error, InterfaceChoice, IPVersion, ServiceInfo
        from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

        info = ServiceInfo(SERVICE, self._own, port=port, parsed_addresses=addresses, server=server)
        interfaces = InterfaceChoice.All if self._interfaces is None else self._interfaces
        try:
            self._zeroconf = AsyncZeroconf(interfaces=interfaces, ip_version=IPVersion.V4Only)
            self._browser = AsyncServiceBrowser(
                self._zeroconf.zeroconf, [SERVICE], handlers=[self._note]
            )
            await self._zeroconf.async_register_service(info, allow_name_change=True)
        except (OSError, Error) as error:
            logger.info("this network knows no zeroconf: %s", error)

    async def stop(self) -> None:
        """Take our name back from the network."""
        tasks = [*self._looks, *([self._starting] if self._starting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._browser is not None:
            await self._browser.async_cancel()
        if self._zeroconf is not None:
            await self._zeroconf.async_unregister_all_services()
            await self._zeroconf.async_close()

    def _note(
        self,
        zeroconf: "Zeroconf",
        service_type: str,
        name: str,
        state_change: "ServiceStateChange",
    ) -> None:
        from zeroconf import ServiceStateChange

        if state_change is ServiceStateChange.Removed:
            self._seen.pop(name, None)
        elif name != self._own and self._has_room_for(name):
            look = asyncio.get_running_loop().create_task(self._look(zeroconf, service_type, name))
            self._looks.add(look)
            look.add_done_callback(self._looks.discard)

    def _has_room_for(self, name: str) -> bool:
        if len(self._looks) >= _MOST:
            return False
        return name in self._seen or len(self._seen) < _MOST

    async def _look(self, zeroconf: "Zeroconf", service_type: str, name: str) -> None:
        from zeroconf import IPVersion
        from zeroconf.asyncio import AsyncServiceInfo

        info = AsyncServiceInfo(service_type, name)
        if await info.async_request(zeroconf, _ANSWER_MS):
            address = address_of(info.parsed_addresses(IPVersion.V4Only), info.port or 0)
            if address:
                self._seen[name] = address


def address_of(addresses: Iterable[str], port: int) -> str:
    """Return where a node of this network answers; "": nowhere that we would call.

    Only addresses of a network like ours: nobody there sends us to the rest of the world, or to
    what answers on this very machine.
    """
    for address in addresses:
        inside = not may_call(address, Reach.PUBLIC) and may_call(address, Reach.ANYWHERE)
        if inside and not ip_address(address).is_loopback and 1024 <= port <= 65_535:
            return at_address(address, port).rstrip("/")
    return ""
