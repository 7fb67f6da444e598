"""Bureau → Borne: what the kiosks show between two people."""

import asyncio
import datetime
from collections.abc import Mapping

from aiohttp import web

from passkoop_node.core.devices import Kind, TillStore
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.kiosk.draw_store import Draws
from passkoop_node.kiosk.pictures import MAX_FILE, BadPicture, redrawn
from passkoop_node.kiosk.promotions import (
    LONGEST_TITLE,
    LONGEST_WORDS,
    MOST,
    Promotion,
    Promotions,
    TooManyPromotions,
)
from passkoop_node.kiosk.room import OFFICE, REDRAWING, today

NEW = f"{OFFICE}/nouvelle"
LONGEST_SHOWN = 3 * 366  # days
_MORE = 64_000  # bytes of a form beside its picture
_A_WEEK = datetime.timedelta(days=7)


async def list_promotions(request: web.Request) -> web.Response:
    """GET /bureau/borne: in the order in which they are shown."""
    promotions, kiosks, draw = await run(request, _seen, request)
    return render(
        request,
        "kiosk/office.html",
        promotions=promotions,
        kiosks=kiosks,
        draw=draw,
        today=today(request),
        most=MOST,
    )


def _seen(request: web.Request) -> tuple[object, ...]:
    kiosks = [one for one in the(request, TillStore).all(Kind.KIOSK) if one.revoked_at is None]
    draws = the(request, Draws)
    return the(request, Promotions).all(), kiosks, draws.open_on(today(request))


async def new_page(request: web.Request) -> web.Response:
    """GET /bureau/borne/nouvelle: this week, unless somebody says otherwise."""
    day = today(request)
    form = Form({"du": day.isoformat(), "au": (day + _A_WEEK).isoformat()})
    return render(request, "kiosk/promotion.html", form=form, promotion=None)


async def add(request: web.Request) -> web.Response:
    """POST /bureau/borne/nouvelle."""
    form, new, picture = await _read(request)
    if form.ok and new is not None:
        try:
            await run(
                request,
                the(request, Promotions).add,
                new,
                picture,
                actor=caller(request).actor,
                now=now(request),
            )
        except TooManyPromotions as error:
            form.wrong("titre", told(error))
        else:
            return go_to(request, OFFICE, say=_("C'est sur la borne, aux jours dits."))
    return render(request, "kiosk/promotion.html", status=422, form=form, promotion=None)


async def edit_page(request: web.Request) -> web.Response:
    """GET /bureau/borne/<id>."""
    one = await run(request, the(request, Promotions).get, _id(request))
    form = Form(
        {
            "titre": one.title,
            "texte": one.words,
            "decrite": one.described,
            "du": one.first_day.isoformat(),
            "au": one.last_day.isoformat(),
        }
    )
    return render(request, "kiosk/promotion.html", form=form, promotion=one)


async def edit(request: web.Request) -> web.Response:
    """POST /bureau/borne/<id>."""
    one = await run(request, the(request, Promotions).get, _id(request))
    form, new, picture = await _read(request)
    if not form.ok or new is None:
        return render(request, "kiosk/promotion.html", status=422, form=form, promotion=one)
    await run(
        request,
        the(request, Promotions).change,
        one.id,
        new,
        picture,
        drop_picture=form["sans_image"] == "oui",
        actor=caller(request).actor,
        now=now(request),
    )
    return go_to(request, OFFICE, say=_("C'est noté."))


async def delete_page(request: web.Request) -> web.Response:
    """GET /bureau/borne/<id>/supprimer: asks."""
    one = await run(request, the(request, Promotions).get, _id(request))
    return render(request, "kiosk/promotion_delete.html", promotion=one)


async def delete(request: web.Request) -> web.Response:
    """POST /bureau/borne/<id>/supprimer."""
    take = the(request, Promotions).delete
    await run(request, take, _id(request), actor=caller(request).actor, now=now(request))
    return go_to(request, OFFICE, say=_("La promotion est supprimée."))


async def move(request: web.Request) -> web.Response:
    """POST /bureau/borne/<id>/ordre: one place up or down."""
    form = await read_form(request)
    await run(
        request,
        the(request, Promotions).move,
        _id(request),
        up=form["sens"] == "avant",
        actor=caller(request).actor,
        now=now(request),
    )
    return go_to(request, OFFICE)


async def _read(request: web.Request) -> tuple[Form, Promotion | None, bytes | None]:
    """Return the form, what it says if it is right, and the picture drawn anew."""
    form = await read_form(request)
    title = form.text("titre", most=LONGEST_TITLE)
    words = form.text("texte", most=LONGEST_WORDS, optional=True)
    described = form.text("decrite", most=LONGEST_TITLE, optional=True)
    first, last = day_of(form, "du"), day_of(form, "au")
    if first and last and not 0 <= (last - first).days <= LONGEST_SHOWN:
        form.wrong("au", N_("Le dernier jour vient après le premier, et trois ans après au plus."))
    picture = None
    data = _file(await request.post())
    if data:
        try:
            async with request.app[REDRAWING]:
                picture = await asyncio.to_thread(redrawn, data)
        except BadPicture as error:
            form.wrong("image", told(error))
    if not (form.ok and first and last):
        return form, None, None
    new = Promotion(title=title, words=words, described=described, first_day=first, last_day=last)
    return form, new, picture


def _file(sent: Mapping[str, object]) -> bytes:
    """Return the picture that was sent, b"" without one; no file stays open."""
    data = b""
    for name, value in sent.items():
        if isinstance(value, web.FileField):
            with value.file:
                if name == "image":
                    data = value.file.read(MAX_FILE + 1)
    return data


def day_of(form: Form, name: str) -> datetime.date | None:
    """Return a day that was typed or chosen."""
    try:
        return datetime.date.fromisoformat(form[name].strip())
    except ValueError:
        form.wrong(name, N_("Écrivez un jour comme 2026-11-30."))
        return None


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


def routes() -> list[Route]:
    """Return the office's pages about promotions."""
    office, one = Needs.OFFICE, OFFICE + "/{id:[0-9]{1,9}}"
    most = MAX_FILE + _MORE
    return [
        get(OFFICE, list_promotions, needs=office),
        get(NEW, new_page, needs=office),
        Route(method="POST", path=NEW, handler=add, needs=office, max_body=most, seconds=60),
        get(one, edit_page, needs=office),
        Route(method="POST", path=one, handler=edit, needs=office, max_body=most, seconds=60),
        get(f"{one}/supprimer", delete_page, needs=office),
        post(f"{one}/supprimer", delete, needs=office),
        post(f"{one}/ordre", move, needs=office),
    ]
