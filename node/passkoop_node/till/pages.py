"""The pages of the till. Each is a form that works without JavaScript."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from aiohttp import web

import passkoop_protocol
from passkoop_node.coops.live import LiveTrust
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, Route, get, post
from passkoop_node.core.handling import SERVICES
from passkoop_node.core.language import N_
from passkoop_node.core.limits import Limit
from passkoop_node.core.settings import SettingsStore
from passkoop_node.dues.lapsing import Lapsing
from passkoop_node.members.store import MemberStore
from passkoop_node.till import answers, away, device, people, rules, scanning
from passkoop_node.till.desk import Desk
from passkoop_node.till.room import DESK, READERS, READY, SEARCHES
from passkoop_node.till.saying import Act
from passkoop_node.visits.room import VisitRoom
from passkoop_protocol.qr import MAX_IMAGE_BYTES

_HERE = Path(__file__).parent
ZXING = _HERE / "zxing"  # brought by npm when the wheel was built; without it the node reads
_MAX_FRAME = 1_000_000  # bytes of a picture of the camera; 63 kB is usual


def verifier() -> Path:
    """Return the folder of the verifier in JavaScript: in the wheel, or beside it in a checkout."""
    package = Path(passkoop_protocol.__file__).parent
    installed = package / "js"
    return installed if installed.is_dir() else package.parent / "js"


def set_up(app: web.Application) -> None:
    """Open the desk once the co-op is open."""

    async def open_desk(app: web.Application) -> AsyncIterator[None]:
        services = app[SERVICES]
        app[DESK] = Desk(
            services.the(VisitRoom),
            services.the(MemberStore),
            services.the(Ourselves),
            services.the(SettingsStore),
            services.the(LiveTrust),
            services.the(Lapsing),
        )
        app[READERS] = asyncio.Semaphore(2)
        app[SEARCHES] = Limit(60, 10)
        yield

    app.cleanup_ctx.append(open_desk)


def pages() -> Pages:
    """Return the pages of the till."""
    one, till = READY + "/r/{id:[0-9a-f]{16}}", Needs.TILL
    routes = [
        get(READY, scanning.ready_page, needs=till),
        post(READY, scanning.scan, needs=till),
        Route(
            method="POST",
            path=f"{READY}/photo",
            handler=scanning.photo,
            needs=till,
            max_body=MAX_IMAGE_BYTES,
            seconds=60,
        ),
        Route(
            method="POST",
            path=f"{READY}/image",
            handler=scanning.image,
            needs=till,
            max_body=_MAX_FRAME,
            is_api=True,
        ),
        post(f"{READY}/membres", people.find_members, needs=till),
        post(f"{READY}/membre", people.member, needs=till),
        get(f"{READY}/sans-carte", people.without_page, needs=till),
        post(f"{READY}/sans-carte", people.without, needs=till),
        post(f"{READY}/essai", people.known_guest, needs=till),
        get(one, answers.answer_page, needs=till),
        get(f"{one}/quand-meme", answers.anyway_page, needs=till),
        post(f"{one}/quand-meme", answers.anyway, needs=till),
        get(device.READER, device.reader_page, needs=till),
        post(device.READER, device.reader, needs=till),
        get(device.DEVICE, device.device_page, needs=till),
        get(rules.RULES, rules.rules_page, needs=Needs.OFFICE),
        post(rules.RULES, rules.choose_rules, needs=Needs.ADMINISTRATOR),
        post(f"{rules.RULES}/ecran", rules.choose_screen, needs=Needs.ADMINISTRATOR),
        post(f"{rules.RULES}/montants", rules.choose_amounts, needs=Needs.ADMINISTRATOR),
        post(f"{one}/carte", answers.visitor_card, needs=till),
        post(f"{one}/montant", answers.amount, needs=till),
    ]
    doing = {
        Act.CANCEL: answers.cancel,
        Act.WELCOME: answers.welcome,
        Act.OFFER: answers.as_without,
        Act.UPDATE: answers.update,
        Act.NOT_TODAY: answers.not_today,
    }
    routes += [post(f"{one}/{act.value}", handler, needs=till) for act, handler in doing.items()]
    routes += away.routes()
    more = {"verifier": verifier(), "browser": verifier() / "browser"}
    if ZXING.is_dir():
        more["zxing"] = ZXING
        routes = [replace(route, runs_wasm=route.path.startswith(READY)) for route in routes]
    return Pages(
        routes=routes,
        menu=(
            MenuEntry(
                group=Group.TILL,
                title=N_("Caisse"),
                path=READY,
                needs=till,
                says=N_("Accueillir quelqu'un, carte ou pas."),
                icon="till",
            ),
            MenuEntry(
                group=Group.COOP,
                title=N_("Règles d'accueil"),
                path=rules.RULES,
                needs=Needs.OFFICE,
                says=N_("Qui vous accueillez, avec et sans carte."),
                icon="rules",
            ),
        ),
        templates=_HERE / "templates",
        static=_HERE / "static",
        more_static=more,
        set_up=set_up,
    )
