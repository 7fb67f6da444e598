"""The page on which anybody asks to join, and the private pages that say what comes next."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from markupsafe import Markup

from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.printable import PrintableCard
from passkoop_node.cards.printing import printable_cards, with_cards
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core import formats
from passkoop_node.core.cookies import JAR
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import ADDRESS, address_for_others, now, run, the
from passkoop_node.core.language import LANGUAGES, N_, Message, current
from passkoop_node.core.limits import Limit, TooOften, neighbourhood
from passkoop_node.core.mail_settings import MailSettings
from passkoop_node.core.settings import SettingsStore
from passkoop_node.dues.iban import in_fours
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.online import link_of
from passkoop_node.dues.store import Kind
from passkoop_node.dues.transfers import Transfer
from passkoop_node.joining import spam
from passkoop_node.joining.answers import (
    GENDERS,
    MOST,
    OWN_ANSWER,
    TOPICS,
    YES_NO,
    Answers,
    read_answers,
    ways,
)
from passkoop_node.joining.consent import consent_text
from passkoop_node.joining.offering import OWN, Offer, costs, offer_of, read_offer
from passkoop_node.joining.outcomes import InboxFull, Sent
from passkoop_node.joining.questions import Questions, Shape
from passkoop_node.joining.requests import Requests
from passkoop_node.joining.store import JoinRequest, State
from passkoop_node.members.store import MemberStore
from passkoop_protocol.qr import qr_svg

JOIN = "/adhesion"
_LINK = "{token:[A-Za-z0-9_-]{20,60}}"
FOLLOW = f"{JOIN}/suite/{_LINK}"
PROVE = f"{JOIN}/confirmer/{_LINK}"
CARD = f"{FOLLOW}/carte.pdf"

# A household, a market stall, a class: more from one place come one a minute.
SENDING = web.AppKey("JOINING", Limit)
DRAWING = web.AppKey("JOINING_CARDS", asyncio.Semaphore)  # pages of PDF: one at a time
# What was sent of late, hashed, and the private page that it led to: a finger taps twice.
LATEST: web.AppKey[OrderedDict[bytes, str]] = web.AppKey("JOINING_LATEST")
MOST_LATEST = 1_000
_CODE = re.compile(r"[A-Za-z0-9-]{1,40}")
_LINES = N_("Beaucoup de demandes viennent d'ici : attendez %(num)s s, puis envoyez de nouveau.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the form asks, and what stands around it."""

    questions: Questions
    consent: str
    offer: Offer | None
    where: str  # who to ask


def asked_of(request: web.Request) -> Asked:
    """Return what the form asks now; in the database's thread."""
    questions = the(request, Requests).questions.load()
    profile = the(request, Ourselves).profile
    return Asked(
        questions=questions,
        consent=consent_text(questions, profile),
        offer=offer_of(the(request, Ledger), questions),
        where=profile.contact or profile.place,
    )


async def join_page(request: web.Request) -> web.Response:
    """GET /adhesion?de=CODE."""
    asked = await run(request, asked_of, request)
    code = request.query.get("de", "")
    typed = {"code": code if _CODE.fullmatch(code) else ""}
    if asked.offer is not None:
        typed |= asked.offer.typed
    if len(offered := ways(asked.questions)) > 1:
        typed["channel"] = str(next(iter(offered)))
    return _show(request, asked, Form(typed))


def _show(
    request: web.Request,
    asked: Asked,
    form: Form,
    *,
    fault: Message | None = None,
    status: int = 200,
) -> web.Response:
    if not asked.questions.is_open:
        return render(request, "joining/closed.html", status=404, where=asked.where)
    key = request.app[JAR].key
    # A form that is corrected keeps its stamp: it is not filled in anew.
    when = spam.read_stamp(key, form["depuis"])
    is_old = when is None or now(request) - when > spam.LONGEST
    questions = asked.questions
    return render(
        request,
        "joining/join.html",
        status=status,
        form=form,
        fault=fault,
        questions=questions,
        asks={name: str(ask) for name, ask in questions.known.items()},
        own=[(one, _choices(one.shape, one.choices)) for one in questions.own],
        ways={str(way): (title, "") for way, title in ways(questions).items()},
        topics={str(topic): title for topic, title in TOPICS.items()},
        genders={code: (title, "") for code, title in GENDERS.items()},
        languages=LANGUAGES,
        consent=asked.consent.splitlines(),
        offer=asked.offer,
        amounts=_amounts(asked.offer),
        most=MOST,
        own_answer=OWN_ANSWER,
        stamp=spam.stamp(key, now=now(request)) if is_old else form["depuis"],
        trap=spam.TRAP,
        money=formats.money,
    )


def _amounts(offer: Offer | None) -> dict[str, tuple[object, str]]:
    """Return the amounts that there are to choose from."""
    if offer is None or len(offer.amounts) < 2:
        return {}
    shown: dict[str, tuple[object, str]] = {}
    for one in offer.amounts:
        price = costs(one)
        name = Markup('<span translate="no">{}</span>').format(one.name) if one.name else price
        shown[one.name or OWN] = (name, price if one.name else "")
    return shown


def _choices(shape: Shape, choices: Sequence[str]) -> dict[str, tuple[object, str]]:
    match shape:
        case Shape.TEXT:
            return {}
        case Shape.YES_NO:
            return {name: (title, "") for name, title in YES_NO.items()}
        case Shape.CHOICE:
            return {
                one: (Markup('<span translate="no">{}</span>').format(one), "") for one in choices
            }


async def send(request: web.Request) -> web.Response:
    """POST /adhesion: taken in, or shown again with what was typed."""
    form = await read_form(request)
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):  # nobody asked for it, and it lies on the disk
            value.file.close()
    asked = await run(request, asked_of, request)
    if not asked.questions.is_open:
        return _show(request, asked, form)
    answers = _read(request, form, asked)
    key = request.app[JAR].key
    trapped = form.typed.pop(spam.TRAP, "")
    fault = spam.fault(key, form["depuis"], trapped, now=now(request))
    if not form.ok:
        return _show(request, asked, form, status=422)
    if fault is not None:
        return _show(request, asked, form, fault=fault, status=422)
    try:
        moment = asyncio.get_running_loop().time()
        request.app[SENDING].take(neighbourhood(request[ADDRESS]), now=moment)
        token = await run(request, _submit_once, request, answers, asked.consent, form["depuis"])
    except TooOften as often:
        says = Message(_LINES.msgid, {"num": often.seconds})
        response = _show(request, asked, form, fault=says, status=429)
        response.headers["Retry-After"] = str(often.seconds)
        return response
    except InboxFull as full:
        return _show(request, asked, form, fault=told(full), status=503)
    return go_to(request, f"{JOIN}/suite/{token}")


def _read(request: web.Request, form: Form, asked: Asked) -> Answers:
    today = formats.local_day(now(request))
    answers = read_answers(form, asked.questions, today=today)
    if not _CODE.fullmatch(form["code"]):
        form.typed["code"] = ""
    answers = read_offer(form, asked.offer, answers, today=today)
    return replace(answers, code=form["code"])


def _submit_once(request: web.Request, answers: Answers, consent: str, stamp: str) -> str:
    """Return the private page's token: the same for the same form, sent again from one place."""
    latest = request.app[LATEST]
    typed = repr((neighbourhood(request[ADDRESS]), stamp, answers)).encode()
    said = hashlib.blake2b(typed, key=request.app[JAR].key[:64]).digest()
    if said not in latest:
        latest[said] = _submit(request, answers, consent).token
        if len(latest) > MOST_LATEST:
            latest.popitem(last=False)
    return latest[said]


def _submit(request: web.Request, answers: Answers, consent: str) -> Sent:
    spoken = current()
    return the(request, Requests).submit(
        answers,
        consent=consent,
        source="online",
        spoken=spoken if spoken in LANGUAGES else "fr",
        actor="visitor",
        now=now(request),
        today=formats.local_day(now(request)),
        address=request[ADDRESS],
        site=the(request, Ourselves).web_address or address_for_others(request),
    )


# --- what comes next ---


async def follow_page(request: web.Request) -> web.Response:
    """GET /adhesion/suite/<token>: what comes next, and the card once it is there."""

    def look() -> dict[str, Any]:
        found, may_show = _followed(request)
        questions = the(request, Requests).questions.load()
        card = _card(request, found) if may_show else None
        member = None
        if card is not None and found is not None and found.member_id is not None:
            member = the(request, MemberStore).get(found.member_id)
        profile = the(request, Ourselves).profile
        offer = offer_of(the(request, Ledger), questions)
        pays: list[tuple[Message, Transfer]] = []
        asked = {
            Kind.DUES: offer is not None and bool(offer.amounts),
            Kind.SHARE: offer is not None and bool(offer.share_cents),
        }
        if member is not None and found is not None:
            welcome = the(request, Requests).welcome
            pays = welcome.to_pay(found.answers, member, now=now(request))
            asked = dict.fromkeys(welcome.owed(found.answers, member), True)
        return {
            "pays": pays,
            "is_mailed": the(request, MailSettings).is_ready(),
            "shop": link_of(the(request, SettingsStore)) if member else "",
            "state": _state(found, questions),
            "afterwards": questions.afterwards.splitlines(),
            "card": card,
            "member": member,
            "where": profile.contact or profile.place,
            "dues": asked.get(Kind.DUES),
            "shares": asked.get(Kind.SHARE),
        }

    found = await run(request, look)
    card = found["card"]
    code = Markup(qr_svg(card.text)) if card else None  # noqa: S704 - of our own making
    return render(
        request,
        "joining/follow.html",
        code=code,
        token=request.match_info["token"],
        money=formats.money,
        drawn=lambda transfer: Markup(transfer.svg()),  # noqa: S704 - of our own making
        in_fours=in_fours,
        **found,
    )


def _state(found: JoinRequest | None, questions: Questions) -> str:
    """Return what is said; a link that shows nothing says what most links do."""
    if found is None:
        return "unproved" if questions.proves_email else "waiting"
    return str(found.state)


def _followed(request: web.Request) -> tuple[JoinRequest | None, bool]:
    """Return the request that the link of the address shows, and whether it may show the card."""
    token, by_link = request.match_info["token"], the(request, Requests).by_link
    for purpose in ("follow", "told"):
        is_good, found = by_link(token, purpose, now=now(request))
        if is_good:
            return found, purpose == "follow"
    raise web.HTTPNotFound


def _card(request: web.Request, found: JoinRequest | None) -> PrintableCard | None:
    if found is None or found.state is not State.ACCEPTED or found.member_id is None:
        return None
    issuer = the(request, Issuer)
    members = the(request, MemberStore).of_ids([found.member_id])
    # Who was a member before has a card, and anybody may have sent a request in their name.
    members = [one for one in members if one.created_at >= found.sent_at]
    cards = printable_cards(issuer, with_cards(issuer, members, now=now(request)))
    return cards[0] if cards else None


async def card_file(request: web.Request) -> web.Response:
    """GET /adhesion/suite/<token>/carte.pdf: the card, to be cut out."""

    def look() -> PrintableCard | None:
        found, may_show = _followed(request)
        return _card(request, found) if may_show else None

    card = await run(request, look)
    if card is None:
        raise web.HTTPNotFound

    def draw() -> bytes:
        from passkoop_node.cards.sheet import card_sheet  # and with it the writer of PDF

        return card_sheet([card])

    async with request.app[DRAWING]:
        data = await asyncio.to_thread(draw)
    return file_answer(data, "carte.pdf", "application/pdf")


# --- the proof of an address ---


async def prove_page(request: web.Request) -> web.Response:
    """GET /adhesion/confirmer/<token>: programs that look at letters open it, too; it asks."""
    await run(request, _to_prove, request)
    return render(request, "joining/prove.html")


async def prove(request: web.Request) -> web.Response:
    """POST /adhesion/confirmer/<token>."""
    await read_form(request)

    def do() -> Sent:
        return the(request, Requests).prove(
            _to_prove(request),
            actor="visitor",
            now=now(request),
            today=formats.local_day(now(request)),
        )

    sent = await run(request, do)
    return go_to(request, f"{JOIN}/suite/{sent.token}")


def _to_prove(request: web.Request) -> JoinRequest:
    token = request.match_info["token"]
    _is_good, found = the(request, Requests).by_link(token, "prove", now=now(request))
    if found is None:
        raise web.HTTPNotFound
    return found


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    anybody = Needs.NOTHING
    return (
        get(JOIN, join_page, needs=anybody),
        post(JOIN, send, needs=anybody),
        get(FOLLOW, follow_page, needs=anybody),
        get(CARD, card_file, needs=anybody),
        get(PROVE, prove_page, needs=anybody),
        post(PROVE, prove, needs=anybody),
    )


def set_up(app: web.Application) -> None:
    """Let nobody fill the inbox alone."""
    app[SENDING] = Limit(10, 60)
    app[DRAWING] = asyncio.Semaphore(1)
    app[LATEST] = OrderedDict()
