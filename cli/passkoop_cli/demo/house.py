"""One co-op of the demonstration, served: a real node that can be switched off and on again."""

import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from aiohttp import web

from passkoop_cli.demo.doors import Doors, Ticket
from passkoop_node.app import Options, make_app, make_runner
from passkoop_node.coops.ourselves import Profile
from passkoop_node.core import cookies
from passkoop_node.core.handling import SERVICES, WORKER
from passkoop_node.core.hosts import Hosts
from passkoop_node.core.language import N_, Message
from passkoop_node.core.passwords import hash_password
from passkoop_node.home import Home
from passkoop_node.rooms import Rooms
from passkoop_node.till.desk import Desk
from passkoop_node.till.room import DESK

Given = ParamSpec("Given")
Result = TypeVar("Result")

# Not `localhost`: browsers do not tell ports apart when they send cookies, and the cookies of a
# real co-op on this machine are kept under that name. The co-ops themselves tell theirs by name.
ADDRESS = "127.0.0.1"
RIBBON = N_("Démo : tout est inventé")
_GRACE = 0.5  # seconds for what is being answered when a node is switched off


def now() -> int:
    """Return the time; seconds, UTC."""
    return int(time.time())


class House:
    """A co-op in a folder, and the node that serves it on a port of its own."""

    def __init__(
        self, path: Path, profile: Profile, *, notices: Callable[[], Sequence[Message]] = tuple
    ) -> None:
        self.home = Home(path)
        self.profile = profile
        self.doors = Doors()
        self.port = 0
        self.notices = notices  # in the strip of its till
        self._options = Options(
            hosts=Hosts(names=frozenset()),
            jobs=False,  # nothing has to be erased in an hour, and `demo.news` carries the news
            ribbon=RIBBON,
            notices=notices,
            more={"demo": self.doors.pages()},
        )
        self._runner: web.AppRunner | None = None
        self._account = 0
        self._secret = ""  # of the paired device
        self.till = ""  # what the register calls that device

    @property
    def is_on(self) -> bool:
        """Whether the node answers."""
        return self._runner is not None

    @property
    def desk(self) -> Desk:
        """Its tills."""
        return self._app[DESK]

    async def start(self) -> None:
        """Serve it, on the port that it had before if it is still free."""
        runner = make_runner(
            make_app(self.home, self._options), handle_signals=False, shutdown_timeout=_GRACE
        )
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, ADDRESS, self.port).start()
            except OSError:  # somebody else took it meanwhile
                await web.TCPSite(runner, ADDRESS, 0).start()
        except BaseException:
            await runner.cleanup()
            raise
        self.port = runner.addresses[0][1]
        self._runner = runner

    async def stop(self) -> None:
        """Close the door and the database: nobody answers at this port any more."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def run(
        self,
        function: Callable[Concatenate[Rooms, Given], Result],
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> Result:
        """Return what `function` returns for the co-op, in the thread of its database."""
        rooms = self._app[SERVICES].the(Rooms)
        return await self._app[WORKER].run(function, rooms, *args, **kwargs)

    async def staff(self) -> None:
        """Give it an administrator and a till, in the ways that people take."""
        self._account, self.till, self._secret = await self.run(_staff)

    async def open_office(self, path: str) -> str:
        """Return a link that opens once and lets the administrator in."""
        secret = await self.run(_begin_session, self._account)
        return self._link(Ticket(cookie=cookies.SESSION, secret=secret, path=path))

    def address(self, path: str) -> str:
        """Return the address of a page that opens for everybody."""
        return f"http://{ADDRESS}:{self.port}{path}"

    def open_till(self, path: str) -> str:
        """Return a link that opens once and makes the browser the till."""
        return self._link(Ticket(cookie=cookies.TILL, secret=self._secret, path=path))

    def _link(self, ticket: Ticket) -> str:
        return self.address(self.doors.path(ticket))

    @property
    def _app(self) -> web.Application:
        assert self._runner is not None
        return self._runner.app


def _staff(rooms: Rooms) -> tuple[int, str, str]:
    moment = now()
    link = rooms.accounts.invite(None, now=moment)
    password = hash_password(secrets.token_urlsafe())  # nobody is ever asked for it
    accepted = rooms.administration.accept_link(link, name="Démo", password=password, now=moment)
    assert accepted is not None
    code = rooms.administration.open_code("Caisse démo", actor="demo", now=moment)
    till, secret = rooms.administration.pair(code.code, now=moment)
    return accepted[0].id, f"till:{till.id}", secret


def _begin_session(rooms: Rooms, account: int) -> str:
    return rooms.administration.begin_session(account, now=now())
