"""The process: one application on one port, until somebody ends it."""

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from passkoop_node.app import Options, make_app, make_runner
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.accounts import AccountStore
from passkoop_node.core.crowd import CROWD, ask_for_files
from passkoop_node.core.handling import CLOCK, SERVICES, WHEREABOUTS, WORKER
from passkoop_node.core.hosts import at_address, machine_addresses
from passkoop_node.errors import NodeError
from passkoop_node.home import Home
from passkoop_node.relay.wire import NEIGHBOURS

_GRACE = 3.0  # seconds for what is being answered when the end comes
_KEPT_OPEN = 75.0  # seconds between two requests of one connection
_NO_SUCH = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
_EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - asked for, not chosen


class PortTaken(NodeError):
    """Something else answers there already."""

    code = "port_taken"
    hint = "Choisissez-en un autre avec --port, ou arrêtez l’autre programme."

    def __init__(self, port: int) -> None:
        super().__init__(f"le port {port} est déjà pris sur cet ordinateur")


class BadAddress(NodeError):
    """The address is none of this machine's."""

    code = "bad_address"
    hint = "Donnez à --host une adresse de cet ordinateur, ou rien\u202f: toutes."

    def __init__(self, host: str) -> None:
        super().__init__(f"«\u00a0{host}\u00a0» n’est pas une adresse de cet ordinateur")


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """A node that answers."""

    addresses: list[str]  # where, the nearest first
    first_link: str = ""  # how the first administrator gets in, if there is none yet


async def serve(
    home: Home,
    options: Options,
    *,
    host: str,
    port: int,
    ready: Callable[[Serving], None],
    new_administrator: bool = False,
) -> None:
    """Serve the co-op in `home` until SIGINT or SIGTERM; `ready` is called once it answers.

    Args:
        host: an address of this machine; "" for all of them.
        port: 0 for any that is free.
        new_administrator: make a link for one more, also if there is one already.

    Raises:
        PortTaken, BadAddress: nothing was served.
        NodeError: the co-op cannot be opened.
    """
    runner = make_runner(
        make_app(home, options),
        handle_signals=False,
        keepalive_timeout=_KEPT_OPEN,
        shutdown_timeout=_GRACE,
    )
    ask_for_files()
    await runner.setup()
    assert runner.server is not None
    watching = asyncio.create_task(runner.app[CROWD].watch(runner.server))
    try:
        port = await _listen(runner, host, port)
        link = await _first_link(runner.app, always=new_administrator)
        addresses = _addresses(host, port)
        if options.announce and host in _EVERYWHERE:
            ourselves = runner.app[SERVICES].the(Ourselves)
            coop = await runner.app[WORKER].run(lambda: ourselves.coop)
            runner.app[NEIGHBOURS].start(coop, port, machine_addresses())
        if len(addresses) > 1:
            runner.app[WHEREABOUTS].for_others = addresses[1].rstrip("/")
        ready(
            Serving(
                addresses=addresses,
                first_link=f"{addresses[0]}premiere-fois/{link}" if link else "",
            )
        )
        await _until_told()
    finally:
        watching.cancel()
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> int:
    """Answer at `host`, or everywhere, and return the port."""
    hosts = ["0.0.0.0", "::"] if host in _EVERYWHERE else [host]  # noqa: S104 - asked for
    for one in hosts:
        try:
            await web.TCPSite(runner, one, port).start()
        except OSError as error:
            if one == "::" and error.errno in _NO_SUCH:
                continue  # a machine without version 6
            is_elsewhere = isinstance(error, socket.gaierror) or error.errno in _NO_SUCH
            raise (BadAddress(one) if is_elsewhere else PortTaken(port)) from error
        port = port or runner.addresses[0][1]  # any free one: the same for both versions
    return port


async def _first_link(app: web.Application, *, always: bool) -> str:
    accounts = app[SERVICES].the(AccountStore)
    if not always and await app[WORKER].run(accounts.has_administrator):
        return ""
    return await app[WORKER].run(accounts.invite, None, now=app[CLOCK]())


def _addresses(host: str, port: int) -> list[str]:
    if host not in _EVERYWHERE:
        return [at_address(host, port)]
    return [at_address(one, port) for one in ("localhost", *machine_addresses())]


async def _until_told() -> None:
    """Return when the process is told to end."""
    told = asyncio.Event()
    if sys.platform == "win32":  # no signals there: Ctrl-C raises KeyboardInterrupt
        await told.wait()
        return
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, told.set)
    try:
        await told.wait()
    finally:
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(one)
