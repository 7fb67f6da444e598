"""What the node lacks, as a page."""

from aiohttp import web

from passkoop_node.core.feature import Door, MenuEntry, Needs, Pages, get
from passkoop_node.core.frame import render
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.language import N_
from passkoop_node.health import Level, examine
from passkoop_node.rooms import Rooms

_SHAPES = {Level.OK: "ok", Level.NOTE: "note", Level.BAD: "no"}


async def health(request: web.Request) -> web.Response:
    """GET /sante."""
    findings = await run(request, examine, the(request, Rooms), now=now(request))
    to_do = [one for one in findings if one.level is not Level.OK]
    fine = [one for one in findings if one.level is Level.OK]
    return render(request, "core/health.html", to_do=to_do, fine=fine, shapes=_SHAPES)


def pages() -> Pages:
    """Return the page of the node's health."""
    return Pages(
        routes=(get("/sante", health, needs=Needs.OFFICE),),
        menu=(
            MenuEntry(
                door=Door.SETTINGS,
                title=N_("Santé"),
                path="/sante",
                needs=Needs.OFFICE,
                says=N_("Ce qui va, ce qui manque, et quoi faire."),
                icon="health",
            ),
        ),
    )
