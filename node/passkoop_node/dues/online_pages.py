"""The page where the co-op says at which address it is paid online."""

from collections.abc import Sequence

from aiohttp import web

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import _
from passkoop_node.core.settings import SettingsStore
from passkoop_node.dues.online import MOST, BadLink, link_of, set_link

PAGE = "/reglages/cotisations/en-ligne"


async def page(request: web.Request) -> web.Response:
    """GET /reglages/cotisations/en-ligne."""
    link = await run(request, link_of, the(request, SettingsStore))
    return _page(request, Form({"lien": link}))


def _page(request: web.Request, form: Form) -> web.Response:
    status = 200 if form.ok else 422
    return render(request, "dues/online.html", status=status, form=form, most=MOST)


async def keep(request: web.Request) -> web.Response:
    """POST /reglages/cotisations/en-ligne."""
    form = await read_form(request)
    settings, audit = the(request, SettingsStore), the(request, AuditStore)

    def keep_link() -> None:
        with writing(settings.db):
            set_link(settings, form["lien"])
            audit.add("dues.online", now=now(request), actor=caller(request).actor)

    try:
        await run(request, keep_link)
    except BadLink as error:
        form.wrong("lien", told(error))
        return _page(request, form)
    return go_to(request, PAGE, say=_("C'est enregistré."))


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    return (
        get(PAGE, page, needs=Needs.ADMINISTRATOR),
        post(PAGE, keep, needs=Needs.ADMINISTRATOR),
    )
