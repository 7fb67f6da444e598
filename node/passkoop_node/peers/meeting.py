"""Pairing: our whole code is shown, and the other's is typed, scanned or photographed."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from markupsafe import Markup

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.pairing import OwnCode, Pairings
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.peers.codes import MAX_TYPED, codes_in, read_code
from passkoop_node.peers.known import KnownCoops
from passkoop_node.peers.listing import COOPS
from passkoop_node.peers.words import code_fault
from passkoop_protocol.errors import BadPairingCode, ProtocolError
from passkoop_protocol.keys import CoopId, pairing_code
from passkoop_protocol.qr import MAX_IMAGE_BYTES, NoCodeFound, qr_svg, read_qr

MEET = f"{COOPS}/jumeler"
_MAX_FRAME = 1_000_000  # bytes of a picture of the camera; 63 kB is usual
READING = web.AppKey("READING_CODES", asyncio.Semaphore)  # of photos: one at a time

_PHOTO_FAULTS: dict[str, Message] = {
    "no_code": N_("Aucun code lisible sur cette photo : de plus près, bien à plat, à la lumière."),
    "not_an_image": N_("Ce fichier n'est pas une photo lisible : PNG ou JPEG."),
    "too_large": N_("Cette photo est trop grande : reprenez-la en plus petit."),
}


async def meet_page(request: web.Request) -> web.Response:
    """GET /bureau/coops/jumeler."""
    return await _show(request, Form())


async def take_code(request: web.Request) -> web.Response:
    """POST /bureau/coops/jumeler: a code, which is then shown again and asked about.

    No address leads to the question: nobody can be sent there with a code that they did not type.
    """
    form = await read_form(request)
    coop, old = _code(form, "code"), _code(form, "ancien") if form["ancien"].strip() else None
    if coop is None or not form.ok:
        return await _show(request, form, status=422)
    return await _ask(request, form, coop, [old] if old else [])


async def take_photo(request: web.Request) -> web.Response:
    """POST /bureau/coops/jumeler/photo: a photo of the other's code."""
    sent = (await request.post()).get("fichier")
    form = Form()
    if not isinstance(sent, web.FileField):
        form.wrong("fichier", N_("Choisissez une photo du code."))
        return await _show(request, form, status=422)
    try:
        with sent.file:
            async with request.app[READING]:
                texts = await asyncio.to_thread(read_qr, sent.file.read())
    except ProtocolError as error:
        form.wrong("fichier", _PHOTO_FAULTS.get(error.code, _PHOTO_FAULTS["not_an_image"]))
        return await _show(request, form, status=422)
    found = codes_in(texts)
    if len(found) != 1:
        form.wrong(
            "fichier",
            N_("Il y a plusieurs codes sur cette photo : n'en montrez qu'un.")
            if found
            else N_(
                "Ce n'est pas le code d'une coop : photographiez le sien, sur cette même page."
            ),
        )
        return await _show(request, form, status=422)
    return await _ask(request, form, found[0], [])


async def image(request: web.Request) -> web.Response:
    """POST /bureau/coops/jumeler/image: a picture of the camera, as JPEG; answers with its codes.

    Only where the browser cannot read codes by itself.
    """
    data = await request.read()
    try:
        async with request.app[READING]:
            texts = await asyncio.to_thread(read_qr, data)
    except NoCodeFound:
        texts = []
    except ProtocolError as error:
        raise web.HTTPBadRequest from error
    return web.json_response({"codes": texts})


async def confirm(request: web.Request) -> web.Response:
    """POST /bureau/coops/jumeler/confirmer."""
    form = await read_form(request)
    coop, old = _code(form, "code"), _code(form, "ancien") if form["ancien"] else None
    if coop is None or not form.ok:
        return await _show(request, form, status=422)
    add, actor = the(request, Pairings).add, caller(request).actor
    try:
        await run(request, add, coop, [old] if old else [], now=now(request), actor=actor)
    except OwnCode:
        return await _refuse_own(request, form)
    said = _(
        "Le jumelage est noté. Donnez aussi votre code à cette coop : il faut l'un et l'autre."
    )
    return go_to(request, f"{COOPS}/{coop.hex()}", say=said)


async def _ask(
    request: web.Request, form: Form, coop: CoopId, old: Sequence[CoopId]
) -> web.Response:
    """Show what was typed, and what pairing means."""
    pairings = the(request, Pairings)

    def look() -> dict[str, Any]:
        pairings.check(coop, old)
        known = the(request, KnownCoops)
        portraits = [known.portrait(one) for one in (coop, *old)]
        return {
            "is_paired": pairings.is_paired(coop),
            "known": portraits[0],
            "old_known": portraits[1] if old else None,
        }

    try:
        found = await run(request, look)
    except OwnCode:
        return await _refuse_own(request, form)
    if found["is_paired"] and not old:
        form.wrong("code", N_("Votre coop est déjà jumelée avec celle de ce code."))
        return await _show(request, form, status=422, already=found["known"])
    return render(
        request,
        "peers/confirm.html",
        code=pairing_code(coop),
        old=pairing_code(old[0]) if old else "",
        **found,
    )


async def _refuse_own(request: web.Request, form: Form) -> web.Response:
    is_twice = form["ancien"] and form["ancien"].strip() == form["code"].strip()
    form.wrong(
        "ancien" if is_twice else "code",
        N_("Les deux codes sont les mêmes.")
        if is_twice
        else N_("C'est le code de votre propre coop : tapez celui de l'autre."),
    )
    return await _show(request, form, status=422)


def _code(form: Form, name: str) -> CoopId | None:
    """Return the co-op whose code is in a field; what is wrong is noted in the form."""
    text = form.text(name, most=MAX_TYPED)
    if name in form.errors:
        return None
    try:
        return read_code(text)
    except BadPairingCode as error:
        form.wrong(name, code_fault(error))
        return None


async def _show(
    request: web.Request, form: Form, *, status: int = 200, already: object = None
) -> web.Response:
    code = pairing_code(await run(request, lambda: the(request, Ourselves).coop))
    return render(
        request,
        "peers/meet.html",
        status=status,
        form=form,
        groups=code.split("-"),
        qr=Markup(qr_svg(code)),  # noqa: S704 - of our own making
        already=already,
        longest=MAX_TYPED,
    )


def set_up(app: web.Application) -> None:
    """Let one photo be read at a time."""
    app[READING] = asyncio.Semaphore(1)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    decides = Needs.ADMINISTRATOR
    return (
        get(MEET, meet_page, needs=decides),
        post(MEET, take_code, needs=decides),
        post(f"{MEET}/photo", take_photo, needs=decides, max_body=MAX_IMAGE_BYTES + 10_000),
        Route(
            method="POST",
            path=f"{MEET}/image",
            handler=image,
            needs=decides,
            max_body=_MAX_FRAME,
            is_api=True,
        ),
        post(f"{MEET}/confirmer", confirm, needs=decides),
    )
