"""Where people find the form: the co-op's page of the directory, and the shop's window."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.profile import load_page
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import PAGES, go_to, render
from passkoop_node.core.handling import address_for_others, caller, now, run, the
from passkoop_node.core.keyring import IdentityState
from passkoop_node.core.language import _
from passkoop_node.core.settings import SettingsStore
from passkoop_node.errors import NodeError
from passkoop_node.identity.unlocking import PHRASE, identity_state, refuse, unlocked
from passkoop_node.joining.public_pages import DRAWING, JOIN

DIRECTORY = "/reglages/adhesion/annuaire"
POSTER = "/reglages/adhesion/affiche.pdf"


def join_address(request: web.Request) -> str:
    """Return where people open the form: outside the shop, if the co-op has an address there."""
    site = the(request, Ourselves).web_address or address_for_others(request)
    return f"{site}{JOIN}"


def page_says(request: web.Request) -> bool:
    """Return whether the co-op's page of the directory leads to the form."""
    page = load_page(the(request, SettingsStore))
    return page.join == join_address(request) and page.online is True


async def ask_page(request: web.Request) -> web.Response:
    """GET /reglages/adhesion/annuaire: what the directory will say."""
    return await _show(request, Form())


async def _show(request: web.Request, form: Form) -> web.Response:
    form.typed.pop(PHRASE, None)
    ourselves = the(request, Ourselves)
    state = await identity_state(request)
    is_public = await run(request, lambda: bool(ourselves.web_address))
    return render(
        request,
        "joining/directory.html",
        status=200 if form.ok else 422,
        form=form,
        identity=state.value,
        is_public=is_public,
        says=await run(request, page_says, request),
        before=await run(request, lambda: load_page(the(request, SettingsStore)).join),
        address=await run(request, join_address, request),
    )


async def publish(request: web.Request) -> web.Response:
    """POST /reglages/adhesion/annuaire: the page of the directory leads to the form, signed."""
    form = await read_form(request)
    ourselves, settings = the(request, Ourselves), the(request, SettingsStore)
    if not await run(request, lambda: ourselves.web_address):
        return await _show(request, form)
    away = await identity_state(request) is IdentityState.AWAY
    identity = None if away else await unlocked(request, form)
    if not form.ok:
        return await _show(request, form)
    ask = (lambda: identity) if identity else None

    def do() -> None:
        page = load_page(settings)
        if form["retirer"] == "oui":
            page = replace(page, join="", online=None)
        else:
            page = replace(page, join=join_address(request), online=True)
        ourselves.declare_page(page, ask, now=now(request))
        the(request, AuditStore).add("page.set", now=now(request), actor=caller(request).actor)

    try:
        await run(request, do)
    except NodeError as error:
        refuse(form, PHRASE, error)
        return await _show(request, form)
    said = (
        _("C'est noté. La page sera signée quand la clé d'identité sera remise sur cette machine.")
        if away
        else _("C'est noté et signé. L'annuaire le montrera à sa prochaine mise à jour.")
    )
    return go_to(request, "/reglages/adhesion", say=said)


async def poster(request: web.Request) -> web.Response:
    """GET /reglages/adhesion/affiche.pdf: for the shop's window."""
    address, name = await run(request, join_address, request), request.app[PAGES].coop

    def draw() -> bytes:
        from passkoop_node.joining.poster import join_poster  # and with it the writer of PDF

        return join_poster(address, coop=name)

    async with request.app[DRAWING]:
        data = await asyncio.to_thread(draw)
    return file_answer(data, "affiche-adhesion.pdf", "application/pdf")


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    admin = Needs.ADMINISTRATOR
    return (
        get(DIRECTORY, ask_page, needs=admin),
        post(DIRECTORY, publish, needs=admin),
        get(POSTER, poster, needs=admin),
    )
