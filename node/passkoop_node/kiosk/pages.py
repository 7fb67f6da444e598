"""The kiosk's screens, and the table of all its pages."""

from pathlib import Path

from aiohttp import web

from passkoop_node.core.feature import (
    Group,
    Job,
    MenuEntry,
    Needs,
    Pages,
    Route,
    Switch,
    get,
    post,
)
from passkoop_node.core.formats import local_day
from passkoop_node.core.frame import PAGES, go_to, render
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER, caller, now, run, the
from passkoop_node.core.language import LANGUAGES, N_, _
from passkoop_node.kiosk import asking, draw_pages, entering, promotion_pages
from passkoop_node.kiosk.drafts import DRAFTS, Drafts
from passkoop_node.kiosk.draw_store import Draws
from passkoop_node.kiosk.draws import Draw
from passkoop_node.kiosk.promotions import Promotion, Promotions
from passkoop_node.kiosk.room import (
    ENTER,
    KIOSK,
    OFFICE,
    QUESTION,
    REFRESH,
    kiosk_of,
    set_limits,
    today,
    touched,
)

_HERE = Path(__file__).parent


async def first_screen(request: web.Request) -> web.Response:
    """GET /borne: between two people. Whoever was there before is forgotten."""
    request.app[DRAFTS].forget(kiosk_of(request).id)
    if caller(request).account is not None:
        return render(request, "kiosk/left.html")
    shown, draw = await run(request, _shown, request)
    return render(
        request,
        "kiosk/first.html",
        promotions=shown,
        draw=draw,
        is_open=draw is not None and draw.is_open(today(request)),
        refresh=REFRESH,
    )


def _shown(request: web.Request) -> tuple[list[Promotion], Draw | None]:
    day = today(request)
    return the(request, Promotions).shown(day), the(request, Draws).in_sight(day)


async def begin(request: web.Request) -> web.Response:
    """POST /borne/commencer: the first touch, on a language or anywhere else."""
    touched(request)
    sent = await request.post()
    chosen = sent.get("langue")
    language = chosen if isinstance(chosen, str) and chosen in LANGUAGES else ""
    request.app[DRAFTS].begin(kiosk_of(request).id, language=language, now=now(request))
    return go_to(request, ENTER if sent.get("vers") == "tirage" else QUESTION)


async def erase(request: web.Request) -> web.Response:
    """POST /borne/effacer: nothing stays, and the first screen comes."""
    request.app[DRAFTS].forget(kiosk_of(request).id)
    return go_to(request, KIOSK)


async def picture(request: web.Request) -> web.Response:
    """GET …/promotions/<id>-<state>.jpg: the same for ever, for its address changes with it."""
    id = int(request.match_info["id"])
    data = await run(request, the(request, Promotions).picture, id)
    headers = {"Cache-Control": "private, max-age=604800, immutable"}
    return web.Response(body=data, content_type="image/jpeg", headers=headers)


async def manifest(request: web.Request) -> web.Response:
    """GET /borne/borne.webmanifest: a tablet that keeps the page at hand opens it whole."""
    static = request.app[PAGES].static
    told = {
        "name": _("Borne de %(coop)s", coop=request.app[PAGES].coop),
        "short_name": _("Borne"),
        "start_url": KIOSK,
        "scope": KIOSK,
        "display": "fullscreen",
        "background_color": "#d9c19a",
        "theme_color": "#d9c19a",
        "icons": [
            {"src": static.address("core/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
        ],
    }
    return web.json_response(told, content_type="application/manifest+json")


async def erase_due(app: web.Application) -> None:
    """Erase who took part in draws that are over for long enough."""
    moment = app[CLOCK]()
    draws = app[SERVICES].the(Draws)
    await app[WORKER].run(draws.erase_due, today=local_day(moment), now=moment, actor="serve")


async def forget_old(app: web.Application) -> None:
    """Forget those who left while a kiosk was cut off."""
    app[DRAFTS].forget_old(now=app[CLOCK]())


def set_up(app: web.Application) -> None:
    """Begin with nobody: what was typed before the node stopped is gone with it."""
    app[DRAFTS] = Drafts()
    set_limits(app)


def pages() -> Pages:
    """Return the pages of the kiosk and those of the office about it."""
    kiosk = Needs.KIOSK
    image = "/promotions/{id:[0-9]{1,9}}-{state:[0-9a-f]{16}}.jpg"
    routes: list[Route] = [
        get(KIOSK, first_screen, needs=kiosk),
        post(f"{KIOSK}/commencer", begin, needs=kiosk),
        post(f"{KIOSK}/effacer", erase, needs=kiosk),
        get(QUESTION, asking.question_page, needs=kiosk),
        post(QUESTION, asking.answer, needs=kiosk),
        get(ENTER, entering.enter_page, needs=kiosk),
        post(ENTER, entering.enter, needs=kiosk),
        get(f"{KIOSK}{image}", picture, needs=kiosk),
        get(f"{KIOSK}/borne.webmanifest", manifest, needs=kiosk),
        get(f"{OFFICE}{image}", picture, needs=Needs.OFFICE),
        *promotion_pages.routes(),
        *draw_pages.routes(),
    ]
    return Pages(
        routes=routes,
        menu=(
            MenuEntry(
                group=Group.MEMBERS,
                title=N_("Borne"),
                path=OFFICE,
                needs=Needs.OFFICE,
                says=N_("Ce que la borne montre entre deux personnes, et le tirage au sort."),
                icon="kiosk",
            ),
        ),
        jobs=(
            Job(name="forget who left a kiosk", every=60, work=forget_old),
            Job(name="erase prize draws", every=6 * 3600, after=300, work=erase_due),
        ),
        switches=(
            Switch(
                name="kiosk.kiosk",
                title=N_("Borne"),
                says=N_("Une tablette dans le magasin, où l'on devient membre."),
                paths=(KIOSK, OFFICE, "/reglages/bornes"),
            ),
        ),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=set_up,
    )
