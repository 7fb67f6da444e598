"""The list of features, made one aiohttp application."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.web import AbstractRoute

from passkoop_node import health_page, nightly, notices
from passkoop_node.core import guard
from passkoop_node.core.cookies import JAR, Jar
from passkoop_node.core.crowd import CROWD, Crowd
from passkoop_node.core.failures import say_failures
from passkoop_node.core.feature import Job, Pages, Route
from passkoop_node.core.frame import PAGES, Static
from passkoop_node.core.frame import Pages as Renderer
from passkoop_node.core.handling import CLOCK, SERVICES, WHEREABOUTS, WORKER, Services, Whereabouts
from passkoop_node.core.hosts import Hosts
from passkoop_node.core.language import Message
from passkoop_node.core.limits import Limit
from passkoop_node.core.pages.entering import PASSWORDS
from passkoop_node.core.passwords import Passwords
from passkoop_node.core.settings import Setting
from passkoop_node.core.switches import SWITCHES, Switches
from passkoop_node.core.worker import Worker
from passkoop_node.home import Home
from passkoop_node.journal import pages as journal
from passkoop_node.rooms import FEATURES, Rooms, open_rooms
from passkoop_protocol.keys import CoopId

logger = logging.getLogger("passkoop")

CORE = Path(__file__).parent / "core"
SECRET = Setting(name="house.cookie_key", default="")  # hexadecimal: proves what our cookies say


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How the node is served."""

    hosts: Hosts = field(default_factory=lambda: Hosts(names=frozenset()))
    clock: Callable[[], int] = lambda: int(time.time())
    pseudo: bool = False  # for tests: a language that shows what was not translated
    jobs: bool = True
    announce: bool = False  # to the other nodes of this network, by zeroconf
    ribbon: Message | None = None  # stands above every page
    notices: Callable[[], Sequence[Message]] = tuple  # in the till's strip, beside the lists' age
    more: Mapping[str, Pages] = field(default_factory=dict)  # beside those of the features


Life = Callable[[web.Application], AsyncIterator[None]]


def make_app(home: Home, options: Options | None = None) -> web.Application:
    """Return the application of the co-op in `home`; it opens the co-op when it starts."""
    options = options or Options()

    async def life(app: web.Application) -> AsyncIterator[None]:
        async for _moment in _open(app, home, jobs=options.jobs):
            yield

    shown = {feature.name: feature.pages() for feature in FEATURES if feature.pages is not None}
    shown |= {
        "health": health_page.pages(),
        "nightly": nightly.pages(),
        "notices": notices.pages(),
        "journal": journal.pages(),
        **options.more,
    }
    return guarded_app(shown, life, options)


def make_runner(app: web.Application, **more: Any) -> web.AppRunner:
    """Return what answers for an application; `more` is for aiohttp.

    Who opened what is nobody's business, so nothing of it is written down. What is packed is not
    unpacked: of a body that was refused aiohttp reads the rest, and 97 kB of it may be 100 MB.
    """
    return web.AppRunner(app, access_log=None, auto_decompress=False, **more)


def guarded_app(shown: Mapping[str, Pages], life: Life, options: Options) -> web.Application:
    """Return an application that shows these pages, by room, behind the guards.

    Args:
        shown: the pages.
        life: opens what they need and puts a `JAR` into the application, then closes it again.
        options: how it is served.
    """
    # The order matters: what comes first also sees what those after it refuse.
    app = web.Application(
        middlewares=[
            guard.know_request,
            say_failures,
            guard.check_host,
            guard.check_access,
            guard.check_form,
        ]
    )
    app[CLOCK] = options.clock
    app[WHEREABOUTS] = Whereabouts()
    app[guard.HOSTS] = options.hosts
    app[CROWD] = Crowd(spared=options.hosts.proxies)
    app[guard.HAS_PSEUDO] = options.pseudo
    app[guard.WAYS] = set()
    # A shop's guests share one address; a page and its files are four requests.
    app[guard.STRANGERS] = Limit(200, 0.1)
    app.on_response_prepare.append(guard.add_headers)
    logging.getLogger("aiohttp.server").addFilter(guard.is_for_the_log)
    app.cleanup_ctx.append(life)
    _add_pages(app, shown)
    app[PAGES].ribbon, app[PAGES].notices = options.ribbon, options.notices
    return app


def _add_pages(app: web.Application, shown: Mapping[str, Pages]) -> None:
    templates = {"core": CORE / "templates"}
    static = {"core": CORE / "static"}
    templates |= {name: one.templates for name, one in shown.items() if one.templates}
    static |= {name: one.static for name, one in shown.items() if one.static}
    for one in shown.values():
        static |= one.more_static
    files = Static(static)
    app[SWITCHES] = Switches([switch for one in shown.values() for switch in one.switches])
    app[PAGES] = Renderer(
        templates=templates,
        static=files,
        menu=[entry for one in shown.values() for entry in one.menu],
        switches=app[SWITCHES],
    )
    app[guard.ROUTES] = routes = dict(_routes(app, shown.values()))
    assert len(routes) == sum(len(one.routes) for one in shown.values())
    app.router.add_get(files.base + "/{name:.+}", files.serve)
    for one in shown.values():
        if one.set_up is not None:
            one.set_up(app)
    app[JOBS] = [job for one in shown.values() for job in one.jobs]


JOBS: web.AppKey[Sequence[Job]] = web.AppKey("JOBS")


def _routes(app: web.Application, shown: Iterable[Pages]) -> Iterable[tuple[AbstractRoute, Route]]:
    for one in shown:
        for route in one.routes:
            if route.method == "GET":
                yield app.router.add_get(route.path, route.handler, allow_head=False), route
            else:
                yield app.router.add_route(route.method, route.path, route.handler), route


async def _open(app: web.Application, home: Home, *, jobs: bool) -> AsyncIterator[None]:
    """Open the co-op in the thread that owns its database, and close it at the end."""
    worker = app[WORKER] = Worker()
    passwords = app[PASSWORDS] = Passwords()
    try:
        rooms = await worker.run(open_rooms, home)
        try:
            app[SERVICES] = Services([rooms, *(getattr(rooms, one.name) for one in fields(Rooms))])
            await worker.run(app[SWITCHES].load, rooms.settings)
            key = await worker.run(_cookie_key, rooms)
            coop, name = await worker.run(_who_we_are, rooms)
            app[JAR] = Jar(coop=coop.hex()[:8], key=key)
            app[PAGES].coop = name
            app[PAGES].vegetable = coop[0] % 6 + 1
            tasks = [asyncio.create_task(_repeat(app, job)) for job in app[JOBS] if jobs]
            yield
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await worker.run(rooms.close)
    finally:
        worker.close()
        passwords.close()


def _cookie_key(rooms: Rooms) -> bytes:
    """Return what proves that a cookie is ours, made at the first start."""
    if not rooms.settings.get(SECRET):
        rooms.settings.set(SECRET, secrets.token_hex(32))
    return bytes.fromhex(rooms.settings.get(SECRET))


def _who_we_are(rooms: Rooms) -> tuple[CoopId, str]:
    return rooms.ourselves.coop, rooms.ourselves.profile.name


async def _repeat(app: web.Application, job: Job) -> None:
    """Do a job again and again; what goes wrong is in the log, and it is tried again."""
    await asyncio.sleep(job.after)
    while True:
        try:
            await job.work(app)
        except Exception:
            logger.exception("job %s", job.name)
        await asyncio.sleep(job.every)
