"""The office's pages that ask before a message to many goes, stops, or is forgotten; its jobs."""

from collections.abc import Sequence

from aiohttp import web

from passkoop_node.channels.words import CHANNELS, TOPICS
from passkoop_node.core.feature import Job, Needs, Route, get, post
from passkoop_node.core.formats import local_day
from passkoop_node.core.forms import read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER, caller, now, run, the
from passkoop_node.core.language import _, ngettext
from passkoop_node.letters.mailing_pages import ONE, REASONS, WRITE, plan_of, show
from passkoop_node.letters.mailing_store import Mailing, Stage
from passkoop_node.letters.mailings import (
    MailingChanged,
    MailingNotFound,
    Mailings,
    NobodyToWriteTo,
    Plan,
)
from passkoop_node.letters.segments import SegmentNotFound

_QUEUE_EVERY = 5  # seconds
_SETTLE_EVERY = 6 * 3_600


async def ask_send(request: web.Request) -> web.Response:
    """GET /bureau/ecrire/<id>/envoyer: asks, with the number."""

    def look() -> tuple[Mailing, Plan | None]:
        mailing = the(request, Mailings).get(_id(request))
        if mailing.stage is not Stage.DRAFT:
            return mailing, None
        return mailing, plan_of(request, mailing)

    try:
        mailing, plan = await run(request, look)
    except SegmentNotFound as error:
        return await show(request, told(error))
    if plan is None:
        return go_to(request, f"{WRITE}/{mailing.id}")
    if not plan.reached:
        return await show(request, told(NobodyToWriteTo()))
    return render(
        request,
        "letters/mailing_send.html",
        mailing=mailing,
        plan=plan,
        channels=CHANNELS,
        topics=TOPICS,
        reasons=REASONS,
    )


async def send(request: web.Request) -> web.Response:
    """POST /bureau/ecrire/<id>/envoyer: pressed twice, it goes once."""
    form = await read_form(request)
    mailings = the(request, Mailings)
    mailing = await run(request, mailings.get, _id(request))
    page = f"{WRITE}/{mailing.id}"
    if mailing.stage is not Stage.DRAFT:
        return go_to(request, page, say=_("Ce message est déjà en route."))
    try:
        count = await run(
            request,
            mailings.send,
            mailing,
            seen=_number(form["nombre"]),
            version=_number(form["version"]),
            on=local_day(now(request)),
            actor=caller(request).actor,
            now=now(request),
        )
    except (MailingChanged, NobodyToWriteTo, SegmentNotFound) as error:
        return await show(request, told(error))
    await run(request, mailings.queue_some, now=now(request))
    say = ngettext(
        "Le message part pour %(num)s personne.", "Le message part pour %(num)s personnes.", count
    )
    return go_to(request, page, say=say)


async def ask_cancel(request: web.Request) -> web.Response:
    """GET /bureau/ecrire/<id>/annuler: asks first."""
    mailing = await run(request, _sent, request)
    return render(request, "letters/mailing_cancel.html", mailing=mailing)


async def cancel(request: web.Request) -> web.Response:
    """POST /bureau/ecrire/<id>/annuler: what has not gone yet."""
    await read_form(request)

    def stop() -> Mailing:
        mailing = _sent(request)
        stop = the(request, Mailings).cancel
        stop(mailing, actor=caller(request).actor, now=now(request))
        return mailing

    mailing = await run(request, stop)
    return go_to(request, f"{WRITE}/{mailing.id}", say=_("Ce qui attendait ne partira pas."))


async def ask_delete(request: web.Request) -> web.Response:
    """GET /bureau/ecrire/<id>/supprimer: asks first."""
    mailing = await run(request, _deletable, request)
    return render(request, "letters/mailing_delete.html", mailing=mailing)


async def delete(request: web.Request) -> web.Response:
    """POST /bureau/ecrire/<id>/supprimer."""
    await read_form(request)

    def forget() -> None:
        forget = the(request, Mailings).delete
        forget(_deletable(request), actor=caller(request).actor, now=now(request))

    await run(request, forget)
    return go_to(request, WRITE, say=_("Le message est supprimé de la liste."))


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


def _sent(request: web.Request) -> Mailing:
    mailing = the(request, Mailings).get(_id(request))
    if mailing.stage not in (Stage.SENDING, Stage.DONE):
        raise MailingNotFound
    return mailing


def _deletable(request: web.Request) -> Mailing:
    mailing = the(request, Mailings).get(_id(request))
    if mailing.stage is Stage.SENDING:
        raise MailingNotFound
    return mailing


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


# --- what goes on by itself ---


async def queue(app: web.Application) -> None:
    """Put into the outbox what was sent, a part at a time: tills get their turn in between."""
    mailings, worker = app[SERVICES].the(Mailings), app[WORKER]
    while await worker.run(mailings.queue_some, now=app[CLOCK]()):
        pass


async def settle(app: web.Application) -> None:
    """Keep what became of messages, before the outbox forgets it."""
    await app[WORKER].run(app[SERVICES].the(Mailings).settle)


JOBS = (
    Job(name="letters.queue", every=_QUEUE_EVERY, work=queue),
    Job(name="letters.outcomes", every=_SETTLE_EVERY, work=settle, after=60),
)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(f"{ONE}/envoyer", ask_send, needs=office),
        post(f"{ONE}/envoyer", send, needs=office),
        get(f"{ONE}/annuler", ask_cancel, needs=office),
        post(f"{ONE}/annuler", cancel, needs=office),
        get(f"{ONE}/supprimer", ask_delete, needs=office),
        post(f"{ONE}/supprimer", delete, needs=office),
    )
