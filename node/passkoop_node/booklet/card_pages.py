"""The card on one's own page: shown, kept on the telephone, printed, sent by e-mail."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web
from markupsafe import Markup

from passkoop_node.booklet.caller import me
from passkoop_node.booklet.entering_pages import COOKIE, GONE, door, whose
from passkoop_node.booklet.room import OwnRoom
from passkoop_node.cards.issuing import Issuer, last_day
from passkoop_node.cards.mailing import CardMail
from passkoop_node.cards.pictures import picture_names
from passkoop_node.cards.printing import printable
from passkoop_node.cards.saying import today
from passkoop_node.cards.situations import Situation, situation_of
from passkoop_node.cards.store import StoredCard
from passkoop_node.core import formats
from passkoop_node.core.addresses import is_address
from passkoop_node.core.cookies import JAR
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import PAGES, go_to, render
from passkoop_node.core.guard import OWN_DOOR
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.limits import Limit
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Standing
from passkoop_node.members.member import Member
from passkoop_protocol.qr import qr_svg
from passkoop_protocol.text import encode_text

CARD = f"{OWN_DOOR}/carte"
_HERE = Path(__file__).parent
SENDING = web.AppKey("SENDING", Limit)
DRAWING = web.AppKey("OWN_CARDS", asyncio.Semaphore)  # pages of PDF: one at a time

# What a card that does not open doors says, and what to do about it.
_KINDLY = {
    Situation.SUSPENDED: (
        N_("Votre carte est en pause."),
        N_("Demandez pourquoi au bureau de votre coop : elle remarche dès que c'est réglé."),
    ),
    Situation.EXPIRED: (
        N_("Votre carte est arrivée au bout de sa validité."),
        N_("Demandez la suivante au bureau de votre coop, ou à la caisse."),
    ),
    Situation.REVOKED: (
        N_("Cette carte a été annulée."),
        N_("Une nouvelle vous attend peut-être : demandez au bureau de votre coop."),
    ),
    Situation.NONE: (
        N_("Vous n'avez pas encore de carte."),
        N_("Demandez-la au bureau de votre coop, ou à la caisse."),
    ),
}
_LEFT = (
    N_("Vous ne faites plus partie de la coop."),
    N_("Vos données restent visibles ici, et vous pouvez les faire effacer."),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnCard:
    """A member's card as their own page shows it."""

    member: Member
    card: StoredCard | None  # one that is good
    last_day: date | None
    kindly: tuple[Message, Message] | None  # why there is none, and what to do
    can_send: bool
    can_pay: bool  # it is suspended, and dues are owed

    @property
    def text(self) -> str:
        """What the code holds: the address at which any telephone shows the card."""
        assert self.card is not None
        assert self.card.data is not None
        return encode_text(self.card.data)

    @property
    def code(self) -> Markup:
        """The code, drawn."""
        return Markup(qr_svg(self.text))  # noqa: S704 - our own drawing


def own_card(request: web.Request) -> OwnCard:
    """Return the card of whoever asks, or why there is none."""
    member, issuer = me(request), the(request, Issuer)
    newest = issuer.cards.newest_of([member.id]).get(member.id)
    stands = situation_of(newest, issuer.withdrawn_keys(), now=now(request))
    has_left = member.left is not None and member.left <= today(request)
    is_good = stands is Situation.VALID and not has_left
    card = newest if is_good and newest and newest.data is not None else None
    why = _LEFT if has_left else _KINDLY[Situation.NONE if is_good else stands]
    mail = the(request, CardMail).post.mail
    return OwnCard(
        member=member,
        card=card,
        last_day=last_day(card) if card else None,
        kindly=None if card else why,
        can_pay=stands is Situation.SUSPENDED and not has_left and _owes(request, member),
        can_send=card is not None and mail.is_ready() and is_address(member.email),
    )


def _owes(request: web.Request, member: Member) -> bool:
    ledger = the(request, Ledger)
    standing, _last = ledger.stands(member, on=formats.local_day(now(request)))
    return standing in (Standing.GRACE, Standing.LAPSED)


async def home(request: web.Request) -> web.Response:
    """GET /moi: the card and the ways from it, or the door."""
    id = await whose(request)
    if id is None:
        return await door(request)
    raise web.HTTPSeeOther(CARD)


async def card_page(request: web.Request) -> web.Response:
    """GET /moi/carte; one's own telephone keeps this page for when there is no network."""
    token = request.app[JAR].read(request, COOKIE)

    def look() -> tuple[OwnCard, bool]:
        return own_card(request), the(request, OwnRoom).keys.is_own_device(token)

    found, keeps = await run(request, look)
    response = render(request, "booklet/card.html", own=found, keeps=keeps)
    if not keeps:
        response.headers[GONE] = "de passage"
    return response


async def sheet(request: web.Request) -> web.Response:
    """GET /moi/carte.pdf: the card, to cut out."""
    from passkoop_node.cards.sheet import card_sheet

    def look() -> Any:
        own = own_card(request)
        if own.card is None:
            return None
        return printable(own.card, the(request, Issuer).ourselves.profile, number=own.member.number)

    shown = await run(request, look)
    if shown is None:
        raise web.HTTPNotFound
    (name,) = picture_names([shown])
    async with request.app[DRAWING]:
        data = await asyncio.to_thread(card_sheet, [shown])
    return file_answer(data, f"{name}.pdf", "application/pdf")


async def send(request: web.Request) -> web.Response:
    """POST /moi/carte/envoyer: to the address that the register has."""
    await read_form(request)
    request.app[SENDING].take(str(caller(request).member), now=now(request))

    def put() -> bool:
        own = own_card(request)
        if not own.can_send or own.card is None:
            return False
        mail, pairs = the(request, CardMail), [(own.member, own.card)]
        mail.send(pairs, actor=caller(request).actor, now=now(request))
        return True

    done = await run(request, put)
    say = (
        _("Votre carte part dans la minute.")
        if done
        else _("Cette carte ne peut pas être envoyée.")
    )
    return go_to(request, CARD, say=say)


async def worker(request: web.Request) -> web.Response:
    """GET /moi/sw.js: the service worker, which keeps the page of the card. No secret."""
    static = request.app[PAGES].static
    files = ("core/tokens.css", "core/frame.css", "core/icon.svg", "booklet/moi.css")
    told = {
        "BASE": static.base,
        "FILES": [static.address(one) for one in (*files, "booklet/moi.js")],
        "CARD": CARD,
        "GONE": GONE,
    }
    lines = [f"const {name} = {json.dumps(value)};" for name, value in told.items()]
    text = "\n".join([*lines, (_HERE / "worker.js").read_text("utf-8")])
    headers = {"Service-Worker-Allowed": OWN_DOOR, "Cache-Control": "no-cache"}
    return web.Response(text=text, content_type="text/javascript", headers=headers)


async def manifest(request: web.Request) -> web.Response:
    """GET /moi/carte.webmanifest: how the card stands on a home screen. Names nobody."""
    coop = request.app[PAGES].coop
    told = {
        "name": _("Ma carte – %(coop)s", coop=coop),
        "short_name": coop[:12],
        "start_url": CARD,
        "scope": OWN_DOOR,
        "display": "standalone",
        "background_color": "#d9c19a",
        "theme_color": "#d9c19a",
        "icons": [
            {
                "src": request.app[PAGES].static.address("core/icon.svg"),
                "sizes": "any",
                "type": "image/svg+xml",
            }
        ],
    }
    return web.json_response(told, content_type="application/manifest+json")


def set_up(app: web.Application) -> None:
    """Count what is sent from now on."""
    app[SENDING] = Limit(3, 600)
    app[DRAWING] = asyncio.Semaphore(1)


def routes() -> Sequence[Route]:
    """Return the ways to the card."""
    own = Needs.MEMBER
    return (
        get(OWN_DOOR, home, needs=Needs.NOTHING),
        get(CARD, card_page, needs=own),
        get(f"{CARD}.pdf", sheet, needs=own),
        post(f"{CARD}/envoyer", send, needs=own),
        Route(
            method="GET",
            path=f"{OWN_DOOR}/sw.js",
            handler=worker,
            needs=Needs.NOTHING,
            is_api=True,
        ),
        Route(
            method="GET",
            path=f"{CARD}.webmanifest",
            handler=manifest,
            needs=Needs.NOTHING,
            is_api=True,
        ),
    )
