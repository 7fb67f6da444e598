"""How a member comes to their own page: an address, a link, a button."""

from collections.abc import Sequence

from aiohttp import web

from passkoop_node.booklet.entrance import LINK_PATH
from passkoop_node.booklet.keys import OWN_DEVICE
from passkoop_node.booklet.room import OwnRoom
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.addresses import MAX_ADDRESS, BadEmail, parse_address
from passkoop_node.core.cookies import JAR
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import PAGES, go_to, render
from passkoop_node.core.guard import OWN_DOOR
from passkoop_node.core.handling import (
    ADDRESS,
    CLOCK,
    IS_HTTPS,
    SERVICES,
    WORKER,
    address_for_others,
    now,
    run,
    the,
)
from passkoop_node.core.hosts import LOOPBACK, host_name
from passkoop_node.core.language import _, current
from passkoop_node.core.limits import Limit, TooOften, neighbourhood
from passkoop_node.core.mail_settings import MailSettings
from passkoop_node.members.member import Member

COOKIE = "membre"
ONE_LINK = f"{LINK_PATH}/{{token:[A-Za-z0-9_-]{{20,60}}}}"
GONE = "X-Passkoop-Moi"  # tells the service worker that nobody is at home here: it forgets the card
BY_NEIGHBOUR = web.AppKey("BY_NEIGHBOUR", Limit)
BY_EMAIL = web.AppKey("BY_EMAIL", Limit)


async def whose(request: web.Request) -> int | None:
    """Return whose own page is open in this browser, by the member's id."""
    token = request.app[JAR].read(request, COOKIE)
    if not token:
        return None
    return await run(request, the(request, OwnRoom).entrance.whose, token, now=now(request))


async def door(request: web.Request) -> web.Response:
    """GET /moi, for who has not entered: asks for the address."""
    return await _door(request, Form())


async def _door(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    can_write = await run(request, the(request, MailSettings).is_ready)
    response = render(
        request, "booklet/door.html", status=status, form=form, can_write=can_write, sent=False
    )
    response.headers[GONE] = "personne"
    return response


async def ask(request: web.Request) -> web.Response:
    """POST /moi: the same answer for all, known or not."""
    form = await read_form(request)
    email = typed_email(form)
    if not form.ok:
        return await _door(request, form, status=422)
    request.app[BY_NEIGHBOUR].take(neighbourhood(request[ADDRESS]), now=now(request))
    try:
        request.app[BY_EMAIL].take(email.lower(), now=now(request))
    except TooOften:
        pass  # the links that went are good; that there were any is not said
    else:
        address = await run(request, outside, request)
        put = the(request, OwnRoom).entrance.ask
        await run(request, put, email, address=address, language=current(), now=now(request))
    response = render(request, "booklet/door.html", form=Form(), can_write=True, sent=True)
    response.headers[GONE] = "personne"
    return response


def typed_email(form: Form) -> str:
    """Return the address in the field `email`; what is wrong with it is noted in the form."""
    text = form.text("email", most=MAX_ADDRESS)
    try:
        return parse_address(text) if form.ok else ""
    except BadEmail as error:
        form.wrong("email", told(error))
        return ""


def outside(request: web.Request) -> str:
    """Return what a link in a letter begins with: it is opened on another device, elsewhere."""
    ours = the(request, Ourselves).web_address
    is_public = host_name(request.host) not in LOOPBACK and request[IS_HTTPS]
    return ours if ours and not is_public else address_for_others(request)


async def link_page(request: web.Request) -> web.Response:
    """GET /moi/lien/<token>: asks, for who looks at a link has not opened it: mail is scanned."""
    return await _link(request)


async def _link(request: web.Request, *, status: int = 200) -> web.Response:
    people = await _behind(request)
    if not people:
        return render(request, "booklet/over.html", status=410)
    days = OWN_DEVICE // 86_400
    return render(request, "booklet/link.html", status=status, people=people, days=days)


async def open_link(request: web.Request) -> web.Response:
    """POST /moi/lien/<token>: opens the page of the person who was chosen."""
    form = await read_form(request)
    secret = await run(
        request,
        the(request, OwnRoom).entrance.open,
        request.match_info["token"],
        form["personne"],
        is_own_device=form["garder"] == "oui",
        now=now(request),
    )
    if secret is None:
        return await _link(request, status=422)
    response = go_to(request, OWN_DOOR)
    seconds = OWN_DEVICE if form["garder"] == "oui" else None
    request.app[JAR].keep(request, response, COOKIE, secret, seconds=seconds)
    return response


async def _behind(request: web.Request) -> Sequence[Member]:
    token = request.match_info["token"]
    return await run(request, the(request, OwnRoom).entrance.behind, token, now=now(request))


async def leave(request: web.Request) -> web.Response:
    """POST /moi/sortir."""
    token = request.app[JAR].read(request, COOKIE)
    if token:
        await run(request, the(request, OwnRoom).keys.end, token)
    response = go_to(request, OWN_DOOR, say=_("Votre page est fermée sur cet appareil."))
    request.app[JAR].drop(request, response, COOKIE)
    return response


async def write_links(app: web.Application) -> None:
    """Put the links that were asked for into the outbox."""
    answer = app[SERVICES].the(OwnRoom).entrance.answer_round
    while await app[WORKER].run(answer, coop=app[PAGES].coop, now=app[CLOCK]()):
        pass


async def forget_old(app: web.Application) -> None:
    """Delete links and sessions that open nothing any more."""
    await app[WORKER].run(app[SERVICES].the(OwnRoom).keys.forget_old, now=app[CLOCK]())


def set_up(app: web.Application) -> None:
    """Count what is asked from now on."""
    app[BY_NEIGHBOUR] = Limit(10, 30)  # a shop's guests share an address
    app[BY_EMAIL] = Limit(3, 600)  # nobody fills another's mailbox


def routes() -> Sequence[Route]:
    """Return the ways in and out."""
    return (
        post(OWN_DOOR, ask, needs=Needs.NOTHING),
        get(ONE_LINK, link_page, needs=Needs.NOTHING),
        post(ONE_LINK, open_link, needs=Needs.NOTHING),
        post(f"{OWN_DOOR}/sortir", leave, needs=Needs.NOTHING),
    )
