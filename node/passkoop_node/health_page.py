"""What the node lacks, as a page."""

from aiohttp import web

from passkoop_node.core.feature import Group, Job, MenuEntry, Needs, Pages, get
from passkoop_node.core.frame import render
from passkoop_node.core.guard import WAYS
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER, now, run, the
from passkoop_node.core.language import N_
from passkoop_node.core.settings import SettingsStore
from passkoop_node.core.ways import note_ways
from passkoop_node.health import Level, examine
from passkoop_node.rooms import Rooms

_TICK = 300  # seconds
_SHAPES = {Level.OK: "ok", Level.NOTE: "note", Level.BAD: "no"}


async def health(request: web.Request) -> web.Response:
    """GET /sante."""
    await keep_ways(request.app)
    findings = await run(request, examine, the(request, Rooms), now=now(request))
    to_do = [one for one in findings if one.level is not Level.OK]
    fine = [one for one in findings if one.level is Level.OK]
    return render(request, "core/health.html", to_do=to_do, fine=fine, shapes=_SHAPES)


async def keep_ways(app: web.Application) -> None:
    """Keep how pages were opened, for `doctor` too, which is another process."""
    if not app[WAYS]:
        return
    ways = app[WAYS].copy()
    app[WAYS].clear()
    await app[WORKER].run(note_ways, app[SERVICES].the(SettingsStore), ways, now=app[CLOCK]())


def pages() -> Pages:
    """Return the page of the node's health."""
    return Pages(
        routes=(get("/sante", health, needs=Needs.OFFICE),),
        menu=(
            MenuEntry(
                group=Group.UPKEEP,
                title=N_("Santé"),
                path="/sante",
                needs=Needs.OFFICE,
                says=N_("Ce qui va, ce qui manque, et quoi faire."),
                icon="health",
            ),
        ),
        jobs=(Job(name="ways", every=_TICK, work=keep_ways),),
    )
