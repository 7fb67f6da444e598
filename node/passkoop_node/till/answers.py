"""An answer on the screen, and what the cashier does about it."""

import asyncio

from aiohttp import web

from passkoop_node.core.formats import hour
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run
from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.relay.wire import SYNC
from passkoop_node.relay.words import said_came
from passkoop_node.till.people import show_without
from passkoop_node.till.room import DESK, READY, go_to_answer, path_of, shown_in
from passkoop_node.till.saying import Act, screen_of, strip_of
from passkoop_node.till.shown import Shown, State
from passkoop_node.visits.money import BadAmount, parse_amount
from passkoop_node.visits.visit import LONGEST

_SECONDS_TO_UPDATE = 5  # somebody stands at the till


async def answer_page(request: web.Request) -> web.Response:
    """GET /caisse/r/<id>: the answer, whole screen."""
    shown = shown_in(request)
    if shown.state in (State.CANCELLED, State.DISMISSED):
        return go_to(request, READY)
    return await _answer(request, shown, Form())


async def _answer(
    request: web.Request, shown: Shown, form: Form, *, status: int = 200
) -> web.Response:
    desk = request.app[DESK]
    counts, stays, asks = await run(
        request, lambda: (desk.counts_amounts, desk.stays, desk.asks_name)
    )
    verdict = shown.answer.verdict
    lists_from = verdict.list_issued_at if verdict else None
    if lists_from is None:
        lists_from = await run(request, desk.lists_from)
    return render(
        request,
        "till/answer.html",
        status=status,
        form=form,
        shown=shown,
        screen=screen_of(shown),
        here=path_of(shown),
        ask_amount=counts and shown.state is State.NOTED,
        stays=stays,
        hides_name=asks and bool(shown.name and shown.text),  # somebody holds a card or a badge
        noted=shown.state is State.NOTED,
        noted_at=hour(shown.at),
        strip=strip_of(lists_from, now=now(request)),
        Act=Act,
    )


async def cancel(request: web.Request) -> web.Response:
    """POST …/annuler: the visit is taken back."""
    shown = shown_in(request)
    await run(request, request.app[DESK].cancel, shown, now=now(request))
    return go_to(request, READY, say=_("Visite annulée."))


async def welcome(request: web.Request) -> web.Response:
    """POST …/accueillir: with a remark, the cashier decides."""
    shown = shown_in(request)
    if not shown.welcomes:
        return await _answer(request, shown, Form())
    return await _welcome(request, shown)


async def as_without(request: web.Request) -> web.Response:
    """POST …/essai: what somebody without a card gets, for a card that does not do."""
    shown = shown_in(request)
    offer = shown.answer.offer
    if offer is None or not offer.welcomes:
        return await _answer(request, shown, Form())
    if "email" in offer.needs or "sponsor" in offer.needs:
        return await show_without(request, Form({"nom": shown.name}))
    return await _welcome(request, shown)


async def _welcome(request: web.Request, shown: Shown, *, anyway: str = "") -> web.Response:
    desk = request.app[DESK]
    await run(request, desk.welcome, shown, now=now(request), anyway=anyway)
    if await run(request, lambda: desk.counts_amounts):
        return go_to_answer(shown)
    return go_to(request, READY, say=_said_noted(shown))


def _said_noted(shown: Shown) -> str:
    return _("Visite notée : %(name)s.", name=shown.name) if shown.name else _("Visite notée.")


async def not_today(request: web.Request) -> web.Response:
    """POST …/pas-aujourd-hui: nothing is kept."""
    shown = shown_in(request)
    request.app[DESK].dismiss(shown)
    return go_to(request, READY)


async def anyway_page(request: web.Request) -> web.Response:
    """GET …/quand-meme: asks why."""
    shown = shown_in(request)
    return render(request, "till/anyway.html", form=Form(), shown=shown, here=path_of(shown))


async def anyway(request: web.Request) -> web.Response:
    """POST …/quand-meme: against the rules, with a reason that is kept."""
    shown = shown_in(request)
    form = await read_form(request)
    reason = form.text("raison", most=LONGEST["reason"])
    if not form.ok:
        return render(
            request, "till/anyway.html", status=422, form=form, shown=shown, here=path_of(shown)
        )
    return await _welcome(request, shown, anyway=reason)


async def amount(request: web.Request) -> web.Response:
    """POST …/montant: what the purchase came to."""
    shown = shown_in(request)
    form = await read_form(request)
    try:
        cents = parse_amount(form["montant"])
    except BadAmount as error:
        form.wrong("montant", told(error))
        return await _answer(request, shown, form, status=422)
    await run(request, request.app[DESK].set_amount, shown, cents, now=now(request))
    return go_to(request, READY, say=_said_noted(shown))


async def visitor_card(request: web.Request) -> web.StreamResponse:
    """POST …/carte: a visitor's card to print and hand over; scanned, it counts by itself."""
    shown = shown_in(request)
    guest = shown.answer.guest
    if guest is None:
        raise web.HTTPNotFound
    make = request.app[DESK].visitor_card
    try:
        card = await run(request, make, guest, actor=caller(request).actor, now=now(request))
    except NodeError as error:
        if error.code not in ("must_catch_up", "no_place_left", "bad_member"):
            raise
        return go_to(request, path_of(shown), say=told(error))

    def draw() -> bytes:
        from passkoop_node.cards.sheet import card_sheet  # and with it the writer of PDF

        return card_sheet([card])

    pdf = await asyncio.to_thread(draw)
    headers = {"Content-Disposition": 'inline; filename="carte-visiteur.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)


async def update(request: web.Request) -> web.Response:
    """POST …/mettre-a-jour: the same card, by the lists of this minute."""
    shown = shown_in(request)
    if not shown.text:
        return go_to(request, READY)
    came = said_came(await request.app[SYNC].round(insist=True, seconds=_SECONDS_TO_UPDATE))
    again = await run(request, request.app[DESK].again, shown, now=now(request))
    return go_to(request, path_of(again), say=came)
