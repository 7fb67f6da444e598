"""The office's pages of what people carry: letters to print, SMS to send from a phone."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from passkoop_node.channels.by_hand import BatchChanged, ByHand, sms_file
from passkoop_node.channels.sending import Channels
from passkoop_node.channels.texting import size_of
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.outbox import Carrier, State
from passkoop_node.core.outbox import Message as OutboxMessage
from passkoop_node.core.pages.outbox import OUTBOX

PAGES: Mapping[str, Carrier] = {"lettres": Carrier.POST, "sms": Carrier.SMS}
ONE = f"{OUTBOX}/{{carrier:lettres|sms}}"
_CHANGED = N_("La liste a changé entre-temps : téléchargez de nouveau, puis confirmez.")


async def hand_page(request: web.Request) -> web.Response:
    """GET /bureau/courrier/lettres and /bureau/courrier/sms."""
    return await _show(request)


async def _show(request: web.Request, fault: Message | None = None) -> web.Response:
    carrier = _carrier(request)

    def look() -> dict[str, Any]:
        hand = the(request, ByHand)
        automatic = carrier is Carrier.SMS and hand.sms.is_ready()
        batch = None if automatic else hand.batch(carrier, now=now(request))
        waiting = hand.post.outbox.counts(carrier)[State.WAITING]
        return {"automatic": automatic, "batch": batch, "waiting": waiting}

    found = await run(request, look)
    messages: Sequence[OutboxMessage] = found["batch"].messages if found["batch"] else ()
    return render(
        request,
        f"channels/hand_{'letters' if carrier is Carrier.POST else 'sms'}.html",
        status=422 if fault else 200,
        fault=fault,
        parts=sum(size_of(one.body or "").parts for one in messages)
        if carrier is Carrier.SMS
        else 0,
        shown=messages[:_SHOWN],
        **found,
    )


_SHOWN = 10  # of a batch: enough to see what it is


async def file(request: web.Request) -> web.Response:
    """GET /bureau/courrier/lettres/fichier?lot=1-9-9: the PDF, or the text file."""
    carrier, ids = _carrier(request), request.query.get("lot", "")

    def look() -> Any:
        hand = the(request, ByHand)
        return hand.again(carrier, ids, now=now(request)), the(request, Channels).ourselves.profile

    try:
        batch, profile = await run(request, look)
    except BatchChanged:
        return await _show(request, _CHANGED)
    if carrier is Carrier.SMS:
        return file_answer(sms_file(batch.messages), "sms.txt", "text/plain")
    data = await _drawn(batch.messages, profile)
    return file_answer(data, "lettres.pdf", "application/pdf")


async def _drawn(messages: Sequence[OutboxMessage], profile: Any) -> bytes:
    from passkoop_node.channels.paper import Head, Sheet, draw_letters  # the writer of PDF

    head = Head(
        name=profile.name,
        place=profile.place,
        contact=profile.contact,
        country=profile.country,
    )
    sheets = [
        Sheet(
            address=one.recipient.splitlines(),
            subject=one.subject,
            text=one.body or "",
            footer=one.footer,
            language=one.language,
            written_at=one.queued_at,
        )
        for one in messages
    ]
    return await asyncio.to_thread(draw_letters, sheets, head, title=_("Lettres"))


async def done(request: web.Request) -> web.Response:
    """POST /bureau/courrier/lettres: a person says that a batch is in the post."""
    form = await read_form(request)
    carrier = _carrier(request)

    def believe() -> int:
        given: dict[str, Any] = {"actor": caller(request).actor, "now": now(request)}
        return the(request, ByHand).done(carrier, form["lot"], **given)

    try:
        count = await run(request, believe)
    except BatchChanged:
        return await _show(request, _CHANGED)
    if carrier is Carrier.POST:
        say = ngettext(
            "C'est noté : %(num)s lettre est partie.",
            "C'est noté : %(num)s lettres sont parties.",
            count,
        )
    else:
        say = ngettext(
            "C'est noté : %(num)s SMS est parti.", "C'est noté : %(num)s SMS sont partis.", count
        )
    return go_to(request, request.path, say=say)


def links(request: web.Request) -> Sequence[tuple[str, str]]:
    """Return what the page of letters leads to: (address, words)."""
    hand = the(request, ByHand)
    found = []
    counts = {one: hand.post.outbox.counts(one)[State.WAITING] for one in PAGES.values()}
    if letters := counts[Carrier.POST]:
        words = ngettext("%(num)s lettre à imprimer", "%(num)s lettres à imprimer", letters)
        found.append((f"{OUTBOX}/lettres", words))
    if (sms := counts[Carrier.SMS]) and not hand.sms.is_ready():
        words = ngettext("%(num)s SMS à envoyer à la main", "%(num)s SMS à envoyer à la main", sms)
        found.append((f"{OUTBOX}/sms", words))
    return found


def _carrier(request: web.Request) -> Carrier:
    return PAGES[request.match_info["carrier"]]


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(ONE, hand_page, needs=office),
        post(ONE, done, needs=office),
        get(f"{ONE}/fichier", file, needs=office),
    )
