"""The pages of the till. Each is a form that works without JavaScript."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.failures import Failure, Refusal
from passkoop_node.core.feature import Door, MenuEntry, Needs, Pages, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import SERVICES, caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.settings import SettingsStore
from passkoop_node.errors import NodeError
from passkoop_node.members.store import MemberStore
from passkoop_node.till.desk import AnswerGone, Desk, Shown, State, has_left
from passkoop_node.till.saying import ZONES, Act, screen_of, strip_of
from passkoop_node.visits.counting import offer_for
from passkoop_node.visits.days import local_day
from passkoop_node.visits.guests import needs_of
from passkoop_node.visits.money import BadAmount, parse_amount
from passkoop_node.visits.room import VisitRoom
from passkoop_node.visits.visit import LONGEST
from passkoop_node.visits.wording import offer_in_a_sentence
from passkoop_protocol.errors import ProtocolError
from passkoop_protocol.qr import MAX_IMAGE_BYTES, read_qr

READY = "/caisse"
_HERE = Path(__file__).parent
DESK = web.AppKey("DESK", Desk)
READERS = web.AppKey("READERS", asyncio.Semaphore)
_FOUND = 8  # members shown for a name: more is another word to type

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class AnswerIsGone(Refusal):
    """The answer was given to another till, too long ago, or before the node was started."""

    failure = Failure(
        status=410,
        code="answer_gone",
        title=N_("Cette réponse n'est plus là"),
        says=N_("Repassez la carte : rien n'est perdu de ce qui était noté."),
        back=N_("Revenir à la caisse"),
        path=READY,
    )


# --- ready ---


async def ready_page(request: web.Request) -> web.Response:
    """GET /caisse: waits for a card."""
    return await _ready(request, Form())


async def scan(request: web.Request) -> web.Response:
    """POST /caisse: what a reader typed, or somebody pasted."""
    form = await read_form(request)
    texts = [form[name][:2000] for name in ("texte", "touches")]
    if not any(text.strip() for text in texts):
        form.wrong("texte", N_("Rien n'est arrivé : passez la carte sous la douchette."))
        return await _ready(request, form, status=422)
    shown = await run(
        request, request.app[DESK].scan, texts, till=till_of(request), now=now(request)
    )
    return _to(shown)


async def photo(request: web.Request) -> web.Response:
    """POST /caisse/photo: a picture of the card, by a phone over plain http too."""
    sent = (await request.post()).get("photo")
    form = Form()
    if not isinstance(sent, web.FileField):
        form.wrong("photo", N_("Choisissez une photo de la carte."))
        return await _ready(request, form, status=422)
    try:
        with sent.file:
            texts = await read_codes(request, sent.file.read())
    except ProtocolError as error:
        form.wrong("photo", PHOTO_FAULTS.get(error.code, PHOTO_FAULTS["not_an_image"]))
        return await _ready(request, form, status=422)
    shown = await run(
        request, request.app[DESK].scan, texts, till=till_of(request), now=now(request)
    )
    return _to(shown)


PHOTO_FAULTS: dict[str, Message] = {
    "no_code": N_("Aucun code lisible sur cette photo : de plus près, bien à plat, à la lumière."),
    "not_an_image": N_("Ce fichier n'est pas une photo lisible : PNG ou JPEG."),
    "too_large": N_("Cette photo est trop grande : reprenez-la en plus petit."),
}


async def read_codes(request: web.Request, image: bytes) -> list[str]:
    """Return the texts in a picture, read beside the event loop, two pictures at a time.

    Raises:
        NoCodeFound, NotAnImage, ImageTooLarge: there is nothing to read.
    """
    async with request.app[READERS]:
        return await asyncio.to_thread(read_qr, image)


async def _ready(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
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


# --- an answer ---


async def answer_page(request: web.Request) -> web.Response:
    """GET /caisse/r/<id>: the answer, whole screen."""
    shown = await _shown(request)
    if shown.state in (State.CANCELLED, State.DISMISSED):
        return go_to(request, READY)
    return await _answer(request, shown, Form())


async def _answer(
    request: web.Request, shown: Shown, form: Form, *, status: int = 200
) -> web.Response:
    desk = request.app[DESK]
    counts = await run(request, lambda: desk.counts_amounts)
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
        here=_path(shown),
        ask_amount=counts and shown.state is State.NOTED,
        noted=shown.state is State.NOTED,
        strip=strip_of(lists_from, now=now(request)),
        Act=Act,
    )


async def cancel(request: web.Request) -> web.Response:
    """POST …/annuler: the visit is taken back."""
    shown = await _shown(request)
    await run(request, request.app[DESK].cancel, shown, now=now(request))
    return go_to(request, READY, say=_("Visite annulée."))


async def welcome(request: web.Request) -> web.Response:
    """POST …/accueillir: with a remark, the cashier decides."""
    shown = await _shown(request)
    if not shown.welcomes:
        return await _answer(request, shown, Form())
    return await _welcome(request, shown)


async def as_without(request: web.Request) -> web.Response:
    """POST …/essai: what somebody without a card gets, for a card that does not do."""
    shown = await _shown(request)
    offer = shown.answer.offer
    if offer is None or not offer.welcomes:
        return await _answer(request, shown, Form())
    if "email" in offer.needs or "sponsor" in offer.needs:
        return await _without(request, Form({"nom": shown.name}))
    return await _welcome(request, shown)


async def _welcome(request: web.Request, shown: Shown, *, anyway: str = "") -> web.Response:
    desk = request.app[DESK]
    await run(request, desk.welcome, shown, now=now(request), anyway=anyway)
    if await run(request, lambda: desk.counts_amounts):
        return _to(shown)
    return go_to(request, READY, say=_said_noted(shown))


def _said_noted(shown: Shown) -> str:
    return _("Visite notée : %(name)s.", name=shown.name) if shown.name else _("Visite notée.")


async def not_today(request: web.Request) -> web.Response:
    """POST …/pas-aujourd-hui: nothing is kept."""
    shown = await _shown(request)
    request.app[DESK].dismiss(shown)
    return go_to(request, READY)


async def anyway_page(request: web.Request) -> web.Response:
    """GET …/quand-meme: asks why."""
    shown = await _shown(request)
    return render(request, "till/anyway.html", form=Form(), shown=shown, here=_path(shown))


async def anyway(request: web.Request) -> web.Response:
    """POST …/quand-meme: against the rules, with a reason that is kept."""
    shown = await _shown(request)
    form = await read_form(request)
    reason = form.text("raison", most=LONGEST["reason"])
    if not form.ok:
        return render(
            request, "till/anyway.html", status=422, form=form, shown=shown, here=_path(shown)
        )
    return await _welcome(request, shown, anyway=reason)


async def amount(request: web.Request) -> web.Response:
    """POST …/montant: what the purchase came to."""
    shown = await _shown(request)
    form = await read_form(request)
    try:
        cents = parse_amount(form["montant"])
    except BadAmount as error:
        form.wrong("montant", _told(error))
        return await _answer(request, shown, form, status=422)
    await run(request, request.app[DESK].set_amount, shown, cents, now=now(request))
    return go_to(request, READY, say=_said_noted(shown))


async def update(request: web.Request) -> web.Response:
    """POST …/mettre-a-jour: the same card, by the lists of this minute."""
    shown = await _shown(request)
    if not shown.text:
        return go_to(request, READY)
    again = await run(request, request.app[DESK].again, shown, now=now(request))
    still = again.answer.codes[:1] == ("unknown_issuer",)
    return go_to(request, _path(again), say=_("Toujours inconnue de nos listes.") if still else "")


# --- our members, by name ---


async def find_members(request: web.Request) -> web.Response:
    """POST /caisse/membres: who forgot their card. A form, so that no name is in an address."""
    form = await read_form(request)
    wanted = form.text("q", most=100)
    if not form.ok:
        return await _ready(request, form, status=422)
    members = the(request, MemberStore)
    found = await run(request, members.find, wanted, limit=_FOUND + 1)
    left = {one.id for one in found if has_left(one, now=now(request))}
    return render(
        request,
        "till/members.html",
        form=form,
        found=found[:_FOUND],
        left=left,
        more=len(found) > _FOUND,
    )


async def member(request: web.Request) -> web.Response:
    """POST /caisse/membre: this one."""
    form = await read_form(request)
    desk = request.app[DESK]
    id = _number(form["id"])
    return _to(await run(request, desk.member, id, till=till_of(request), now=now(request)))


# --- without a card ---


async def without_page(request: web.Request) -> web.Response:
    """GET /caisse/sans-carte: what our rules give to somebody without a card."""
    return await _without(request, Form())


async def _without(request: web.Request, form: Form, *, status: int = 200) -> web.Response:

    desk = request.app[DESK]
    policy, writes_down = await run(request, lambda: (desk.policy, desk.writes_guests_down))
    offer = offer_for(policy, day=local_day(now(request)))
    like = []
    if writes_down and form["nom"].strip():
        like = await run(request, desk.guests_like, form["nom"][:100])
    return render(
        request,
        "till/without.html",
        status=status,
        form=form,
        sentence=offer_in_a_sentence(offer),
        welcomes=offer.welcomes,
        writes_down=writes_down,
        needs=needs_of(policy.without),
        like=like,
        asked=bool(form["nom"].strip()),
    )


async def without(request: web.Request) -> web.Response:
    """POST /caisse/sans-carte: on their word, or written down for a trial."""
    form = await read_form(request)
    desk, till, moment = request.app[DESK], till_of(request), now(request)
    writes_down = await run(request, lambda: desk.writes_guests_down)
    name = form.text("nom", most=LONGEST["name"], optional=not writes_down)
    if not form.ok:
        return await _without(request, form, status=422)
    if not writes_down:
        return _to(await run(request, desk.without_card, till=till, now=moment, name=name))
    if form["etape"] != "nouvelle":
        return await _without(request, form)
    sponsor = await _sponsor(request, form) if form["parrain"].strip() else None
    if form.errors:
        return await _without(request, form, status=422)
    try:
        shown = await run(
            request,
            desk.new_guest,
            name=name,
            email=form["email"],
            sponsor_id=sponsor,
            till=till,
            now=moment,
        )
    except NodeError as error:
        if error.code != "bad_guest":
            raise
        form.wrong("nouvelle", _told(error))
        return await _without(request, form, status=422)
    return _to(shown)


async def known_guest(request: web.Request) -> web.Response:
    """POST /caisse/essai: somebody who was here before without a card."""
    form = await read_form(request)
    desk = request.app[DESK]
    id = _number(form["id"])
    return _to(await run(request, desk.guest, id, till=till_of(request), now=now(request)))


async def _sponsor(request: web.Request, form: Form) -> int | None:
    """Return the member who brings somebody; what is wrong is noted in the form."""
    members = the(request, MemberStore)
    wanted = form.text("parrain", most=100)
    found = [
        one
        for one in await run(request, members.find, wanted, limit=6)
        if not has_left(one, now=now(request))
    ]
    exact = [one for one in found if one.number.casefold() == wanted.casefold()]
    found = exact or found
    if len(found) == 1:
        return found[0].id
    if not found:
        form.wrong("parrain", N_("Aucun membre de ce nom : vérifiez avec la personne."))
    else:
        names = ", ".join(f"{one.full_name} ({one.number})" for one in found[:5])
        form.wrong("parrain", N_("Lequel ? Tapez son numéro : %(names)s.", names=names))
    return None


# --- the house's end of it ---


def till_of(request: web.Request) -> str:
    """Return who notes visits here: the device, or else whoever entered."""
    who = caller(request)
    return f"till:{who.till.id}" if who.till is not None else who.actor


async def _shown(request: web.Request) -> Shown:
    try:
        return request.app[DESK].find(request.match_info["id"], till=till_of(request))
    except AnswerGone as error:
        raise AnswerIsGone from error


def _path(shown: Shown) -> str:
    return f"{READY}/r/{shown.id}"


def _to(shown: Shown) -> web.Response:
    return web.Response(status=303, headers={"Location": _path(shown)})


def _told(error: NodeError) -> Message:
    """Return what an error says, as a field's fault; it is translated already."""
    says = f"{error}. {error.hint}"
    return Message("%(says)s", {"says": says[:1].upper() + says[1:]})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def set_up(app: web.Application) -> None:
    """Open the desk once the co-op is open."""

    async def open_desk(app: web.Application) -> AsyncIterator[None]:
        services = app[SERVICES]
        app[DESK] = Desk(
            services.the(VisitRoom),
            services.the(MemberStore),
            services.the(Ourselves),
            services.the(SettingsStore),
        )
        app[READERS] = asyncio.Semaphore(2)
        yield

    app.cleanup_ctx.append(open_desk)


def pages() -> Pages:
    """Return the pages of the till."""
    one, till = READY + "/r/{id:[0-9a-f]{16}}", Needs.TILL
    routes = [
        get(READY, ready_page, needs=till),
        post(READY, scan, needs=till),
        Route(
            method="POST",
            path=f"{READY}/photo",
            handler=photo,
            needs=till,
            max_body=MAX_IMAGE_BYTES,
            seconds=60,
        ),
        post(f"{READY}/membres", find_members, needs=till),
        post(f"{READY}/membre", member, needs=till),
        get(f"{READY}/sans-carte", without_page, needs=till),
        post(f"{READY}/sans-carte", without, needs=till),
        post(f"{READY}/essai", known_guest, needs=till),
        get(one, answer_page, needs=till),
        get(f"{one}/quand-meme", anyway_page, needs=till),
        post(f"{one}/quand-meme", anyway, needs=till),
        post(f"{one}/montant", amount, needs=till),
    ]
    doing = {
        Act.CANCEL: cancel,
        Act.WELCOME: welcome,
        Act.OFFER: as_without,
        Act.UPDATE: update,
        Act.NOT_TODAY: not_today,
    }
    routes += [post(f"{one}/{act.value}", handler, needs=till) for act, handler in doing.items()]
    return Pages(
        routes=routes,
        menu=(
            MenuEntry(
                door=Door.TILL,
                title=N_("Caisse"),
                path=READY,
                needs=till,
                says=N_("Accueillir quelqu'un, carte ou pas."),
                icon="till",
            ),
        ),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=set_up,
    )
