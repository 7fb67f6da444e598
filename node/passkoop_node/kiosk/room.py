"""What the pages of the kiosk share: who it is, whom it serves, and how often it may ask."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

from aiohttp import web

from passkoop_node.core.devices import Till
from passkoop_node.core.formats import local_day
from passkoop_node.core.handling import caller, now
from passkoop_node.core.language import N_, speaking
from passkoop_node.core.limits import Limit
from passkoop_node.kiosk.drafts import DRAFTS, Draft

Handler = Callable[[web.Request], Awaitable[web.Response]]

KIOSK = "/borne"
QUESTION = f"{KIOSK}/question"
ENTER = f"{KIOSK}/tirage"
OFFICE = "/bureau/borne"
DRAWS = f"{OFFICE}/tirages"
IDLE, LAST = 90, 20  # seconds without a touch, then seconds in which one can still say no
REFRESH = 300  # seconds after which the first screen is loaded anew

TOUCHES = web.AppKey("KIOSK_TOUCHES", Limit)  # of one kiosk: anything sent
SENDS = web.AppKey("KIOSK_SENDS", Limit)  # of one kiosk: requests, and entries of a draw
REDRAWING = web.AppKey("KIOSK_REDRAWING", asyncio.Semaphore)  # one picture after the other


def kiosk_of(request: web.Request) -> Till:
    """Return the device that asks: these pages open for no other."""
    kiosk = caller(request).kiosk
    assert kiosk is not None
    return kiosk


def today(request: web.Request) -> date:
    """Return which day it is in the shop."""
    return local_day(now(request))


def draft_of(request: web.Request, id: str | None = None) -> Draft | None:
    """Return whom the kiosk serves now; None if nobody, or if `id` means somebody before."""
    return request.app[DRAFTS].of(kiosk_of(request).id, now=now(request), id=id)


def in_their_language(handler: Handler) -> Handler:
    """Return a handler that speaks the language which this person chose; nothing keeps it."""

    async def speaks(request: web.Request) -> web.Response:
        draft = draft_of(request)
        if draft is None or not draft.language:
            return await handler(request)
        with speaking(draft.language):
            return await handler(request)

    return speaks


def touched(request: web.Request) -> None:
    """Count a form that was sent: far more than fingers do, and far fewer than a program does."""
    request.app[TOUCHES].take(str(kiosk_of(request).id), now=now(request))


def set_limits(app: web.Application) -> None:
    """Count from now on, for each kiosk by itself."""
    app[REDRAWING] = asyncio.Semaphore(1)
    app[TOUCHES] = Limit(120, 1)
    app[SENDS] = Limit(
        30, 20, N_("Beaucoup de demandes viennent de cette borne. Patientez un instant.")
    )
