"""A real node on a real port, and those who ask it: programs that name their headers, browsers."""

import asyncio
import http.client
import re
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from nodes import found
from passkoop_node.app import JOBS, Options, make_app, make_runner
from passkoop_node.core.accounts import AccountStore, Role
from passkoop_node.core.administration import Administration
from passkoop_node.core.devices import Kind
from passkoop_node.core.handling import SERVICES, WORKER
from passkoop_node.core.hosts import Hosts
from passkoop_node.core.passwords import hash_password
from passkoop_node.home import Home
from passkoop_node.rooms import Rooms

NOON = 1_795_345_200  # 22 November 2026, noon in Paris
PASSWORD = "carotte velo lundi"
HASHED = hash_password(PASSWORD)

Given = ParamSpec("Given")
Result = TypeVar("Result")


def make_coop(path: Path, *, name: str = "Hendaia Koop", now: int = NOON) -> Home:
    """Return the folder of a new co-op."""
    coop = found(path, name, now=now)
    coop.rooms.close()
    return coop.home


async def _done(work: Awaitable[None]) -> None:
    await work


class Served:
    """A node that answers on a port of its own, in a thread of its own; its clock is ours."""

    def __init__(
        self,
        home: Home,
        *,
        now: int = NOON,
        hosts: Hosts | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        routes: Iterable[web.RouteDef] = (),
    ) -> None:
        self.home = home
        self.now = now
        self.host = host
        self.routes = routes
        self.port = port  # 0: any that is free
        self.options = Options(
            hosts=hosts or Hosts(names=frozenset()), clock=lambda: self.now, pseudo=True
        )
        self._loop: asyncio.AbstractEventLoop
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._failure: BaseException | None = None
        self.app: web.Application

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://localhost:{self.port}"

    def start(self) -> "Served":
        """Return once it answers."""
        self._thread.start()
        self._ready.wait(30)
        if self._failure:
            raise self._failure
        return self

    def stop(self) -> None:
        """Return once it is gone."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)

    def run(
        self, function: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Return what `function` returns in the thread of the database."""
        work = self.app[WORKER].run(function, *args, **kwargs)
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def do_job(self, job: str) -> None:
        """Do what the node does by itself from time to time, now."""
        work = next(one.work for one in self.app[JOBS] if one.name == job)
        asyncio.run_coroutine_threadsafe(_done(work(self.app)), self._loop).result(30)

    def the(self, kind: type[Result]) -> Result:
        """Return one of the node's services."""
        return self.app[SERVICES].the(kind)

    @property
    def rooms(self) -> Rooms:
        """All of the co-op; to be used inside `run`."""
        return self.the(Rooms)

    def add_account(self, name: str, role: Role) -> int:
        """Return the id of a new account, whose password is PASSWORD."""
        add = self.the(AccountStore).add
        return self.run(add, name, role, password=HASHED, now=self.now).id

    def administrator(self) -> "Client":
        """Return somebody who has entered as an administrator, « Nico »."""
        return self.entered("Nico", Role.ADMINISTRATOR)

    def entered(self, name: str, role: Role) -> "Client":
        """Return somebody new who has entered."""
        self.add_account(name, role)
        client = Client(self)
        answer = client.enter(name, PASSWORD)
        assert answer.status == 303, answer.text
        return client

    def till(self, name: str = "Caisse 1", *, on: "Client | None" = None) -> "Client":
        """Return a device that was paired: a new one, or `on`."""
        return self._paired(name, Kind.TILL, on or Client(self))

    def kiosk(self, name: str = "Borne 1", *, on: "Client | None" = None) -> "Client":
        """Return a device that was paired as a kiosk: a new one, or `on`."""
        return self._paired(name, Kind.KIOSK, on or Client(self))

    def _paired(self, name: str, kind: Kind, client: "Client") -> "Client":
        make = self.the(Administration).open_code
        code = self.run(make, name, actor="cli", now=self.now, kind=kind)
        assert client.post("/jumeler", {"code": code.code}).status == 303
        client.get("/entrer")  # says what it is now, once
        return client

    def _live(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.app = make_app(self.home, self.options)
        self.app.add_routes(self.routes)
        runner = make_runner(self.app, shutdown_timeout=1)
        try:
            await runner.setup()
            site = web.TCPSite(runner, self.host, self.port)
            await site.start()
            self.port = runner.addresses[0][1]
            self._ready.set()
            await self._end.wait()
        except BaseException as error:
            self._failure = error
            self._ready.set()
            raise
        finally:
            await runner.cleanup()


@dataclass
class Answer:
    """What the node answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def words(self) -> str:
        """What a person reads of a page, spaces made plain."""
        main = re.search(r"<main.*?</main>", self.text, re.DOTALL)
        bare = unescape(re.sub(r"<[^>]+>", " ", main[0] if main else self.text))
        return " ".join(bare.replace("\u202f", " ").replace("\u00a0", " ").split())

    @property
    def goes_to(self) -> str:
        """Where a browser would go on."""
        return self.headers.get("Location", "")


class Answering(Protocol):
    """What answers on a port of this machine."""

    port: int


@dataclass
class Client:
    """A program that keeps cookies and says where its forms come from, as a browser does."""

    node: Answering
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Return an answer; a header given as None is left out."""
        port = self.node.port
        told: dict[str, str | None] = {"Host": f"localhost:{port}"}
        if method not in ("GET", "HEAD"):
            told["Origin"] = f"http://localhost:{port}"
            told["Sec-Fetch-Site"] = "same-origin"
        if self.cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        told |= headers or {}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            sent = {name: value for name, value in told.items() if value is not None}
            connection.request(method, path, body, sent)
            reply = connection.getresponse()
            answer = Answer(status=reply.status, headers=reply.headers, body=reply.read())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        found = re.search(
            r'name="passkoop-jeton" content="(\w+)"', answer.body.decode(errors="replace")
        )
        if found:
            self.token = found[1]
        return answer

    def get(self, path: str, headers: Mapping[str, str | None] | None = None) -> Answer:
        """Return a page."""
        return self.ask("GET", path, headers=headers)

    def post(
        self,
        path: str,
        form: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Send a form, with the token that the pages before it carried."""
        told = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        if self.cookies and not self.token:
            self.get("/")
        body = urlencode({"_jeton": self.token, **(form or {})}).encode()
        return self.ask("POST", path, body, told)

    def enter(self, name: str, password: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send the form of /entrer."""
        answer = self.post("/entrer", {"nom": name, "mot_de_passe": password}, headers)
        self.token = ""
        if answer.status == 303:
            self.get("/")
        return answer
