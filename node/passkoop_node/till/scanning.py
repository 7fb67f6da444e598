"""The till that waits: a card comes by a reader, a photo, or the camera's pictures."""

import asyncio
import re
from typing import Any

from aiohttp import web

from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import render
from passkoop_node.core.handling import now, run
from passkoop_node.core.language import N_, Message
from passkoop_node.till.room import DESK, READERS, go_to_answer, till_of
from passkoop_node.till.saying import ZONES, strip_of
from passkoop_protocol.errors import ProtocolError
from passkoop_protocol.qr import NoCodeFound, read_qr_or_badge


async def ready_page(request: web.Request) -> web.Response:
    """GET /caisse: waits for a card."""
    return await show_ready(request, Form())


async def scan(request: web.Request) -> web.Response:
    """POST /caisse: what a reader typed, or somebody pasted."""
    form = await read_form(request)
    texts = [form[name][:2000] for name in ("texte", "touches")]
    if not any(text.strip() for text in texts):
        form.wrong("texte", N_("Rien n'est arrivé : passez la carte sous la douchette."))
        return await show_ready(request, form, status=422)
    shown = await run(
        request,
        request.app[DESK].scan,
        texts,
        till=till_of(request),
        now=now(request),
        line=_line(form),
    )
    return go_to_answer(shown)


def _line(form: Form) -> str:
    """Return the number that the till's page gave to this scan, "" without scripts."""
    return form["ligne"] if re.fullmatch("[0-9a-f]{16}", form["ligne"]) else ""


async def photo(request: web.Request) -> web.Response:
    """POST /caisse/photo: a picture of the card, by a phone over plain http too."""
    sent = (await request.post()).get("photo")
    form = Form()
    if not isinstance(sent, web.FileField):
        form.wrong("photo", N_("Choisissez une photo de la carte."))
        return await show_ready(request, form, status=422)
    try:
        with sent.file:
            texts = await read_codes(request, sent.file.read())
    except ProtocolError as error:
        form.wrong("photo", PHOTO_FAULTS.get(error.code, PHOTO_FAULTS["not_an_image"]))
        return await show_ready(request, form, status=422)
    shown = await run(
        request, request.app[DESK].scan, texts, till=till_of(request), now=now(request)
    )
    return go_to_answer(shown)


PHOTO_FAULTS: dict[str, Message] = {
    "no_code": N_("Aucun code lisible sur cette photo : de plus près, bien à plat, à la lumière."),
    "not_an_image": N_("Ce fichier n'est pas une photo lisible : PNG ou JPEG."),
    "too_large": N_("Cette photo est trop grande : reprenez-la en plus petit."),
}


async def image(request: web.Request) -> web.Response:
    """POST /caisse/image: a picture of the camera, as JPEG; answers with the codes in it."""
    try:
        codes = await read_codes(request, await request.read())
    except NoCodeFound:
        codes = []
    except ProtocolError as error:
        raise web.HTTPBadRequest from error
    return web.json_response({"codes": codes})


async def read_codes(request: web.Request, image: bytes) -> list[str]:
    """Return the texts in a picture, read beside the event loop, two pictures at a time.

    Raises:
        NoCodeFound, NotAnImage, ImageTooLarge: there is nothing to read.
    """
    async with request.app[READERS]:
        return await asyncio.to_thread(read_qr_or_badge, image)


async def show_ready(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    """Return the page that waits, with what is wrong with what was sent."""
    desk, till = request.app[DESK], till_of(request)

    def look() -> dict[str, Any]:
        moment = now(request)
        return {
            "recent": desk.recent(till=till, now=moment, noted_only=True)[:6],
            "today": desk.visits_today(now=moment),
            "lists_from": desk.lists_from(),
        }

    found = await run(request, look)
    strip = strip_of(found.pop("lists_from"), now=now(request))
    return render(
        request, "till/ready.html", status=status, form=form, strip=strip, zones=ZONES, **found
    )
