"""The office's page of letters: what waits, what went, what did not and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.mail_settings import TROUBLE, MailNotSetUp
from passkoop_node.core.mail_words import NOT_SET_UP, STATES, said_of
from passkoop_node.core.outbox import OutboxStore, State
from passkoop_node.core.paging import first_of_page, page_with
from passkoop_node.core.post import PostOffice

OUTBOX = "/bureau/courrier"
ONE = f"{OUTBOX}/{{id:[0-9]{{1,12}}}}"
PER_PAGE = 50
BATCH = 500  # letters changed before the database is given to a till that waits

# Which letters are shown: (words, states).
FILTERS: Mapping[str, tuple[Message, Sequence[State]]] = {
    "": (N_("Tous"), tuple(State)),
    "attente": (N_("En attente"), (State.WAITING, State.SENDING)),
    "a-voir": (N_("Pas partis, ou pas sûr"), (State.FAILED, State.UNCERTAIN)),
    "partis": (N_("Envoyés"), (State.SENT,)),
    "annules": (N_("Annulés"), (State.CANCELLED,)),
}


async def outbox_page(request: web.Request) -> web.Response:
    """GET /bureau/courrier?etat=attente&page=2."""
    return await _show(request)


async def _show(request: web.Request, fault: Message | None = None) -> web.Response:
    asked = request.query.get("etat", "")
    chosen = asked if asked in FILTERS else ""

    def look() -> dict[str, Any]:
        office = the(request, PostOffice)
        counts = office.outbox.counts()
        states = FILTERS[chosen][1]
        total = sum(counts[one] for one in states)
        first = first_of_page(request, size=PER_PAGE, total=total)
        items = office.outbox.page(states, limit=PER_PAGE, offset=first)
        return {
            "counts": {
                name: sum(counts[one] for one in within) for name, (_w, within) in FILTERS.items()
            },
            "failed": counts[State.FAILED],
            "waiting": counts[State.WAITING],
            "page": page_with(items, request, size=PER_PAGE, total=total),
            "is_ready": office.mail.is_ready(),
            "trouble": office.settings.get(TROUBLE),
        }

    found = await run(request, look)
    return render(
        request,
        "core/outbox.html",
        status=422 if fault else 200,
        fault=fault,
        chosen=chosen,
        filters=FILTERS,
        shown=STATES,
        said_of=said_of,
        **found,
    )


async def message_page(request: web.Request) -> web.Response:
    """GET /bureau/courrier/<id>."""
    return await _show_one(request)


async def _show_one(request: web.Request, fault: Message | None = None) -> web.Response:
    message = await run(request, the(request, OutboxStore).get, _id(request))
    return render(
        request,
        "core/outbox_message.html",
        status=422 if fault else 200,
        fault=fault,
        message=message,
        shown=STATES[message.state],
        why=said_of(message.why) if message.why else None,
    )


async def retry(request: web.Request) -> web.Response:
    """POST /bureau/courrier/<id>/renvoyer."""
    try:
        count = await _change(request, the(request, PostOffice).send_again, [_id(request)])
    except MailNotSetUp:
        return await _show_one(request, NOT_SET_UP)
    if not count:
        return await _show_one(request, _CHANGED)
    return go_to(request, OUTBOX, say=_("Le message repart dans la minute."))


async def arrived(request: web.Request) -> web.Response:
    """POST /bureau/courrier/<id>/arrive."""
    believe = the(request, PostOffice).take_as_sent
    actor = caller(request).actor
    if not await run(request, believe, _id(request), actor=actor, now=now(request)):
        return await _show_one(request, _CHANGED)
    return go_to(request, OUTBOX, say=_("C'est noté : le message est arrivé."))


async def cancel(request: web.Request) -> web.Response:
    """POST /bureau/courrier/<id>/annuler."""
    if not await _change(request, the(request, PostOffice).cancel, [_id(request)]):
        return await _show_one(request, _CHANGED)
    return go_to(request, OUTBOX, say=_("Ce message ne partira pas."))


async def retry_all(request: web.Request) -> web.Response:
    """POST /bureau/courrier/renvoyer: all that failed for good; what is uncertain, one by one."""
    office = the(request, PostOffice)
    try:
        await run(request, office.mail.ready)
        count = await _change_all(request, office.send_again, State.FAILED)
    except MailNotSetUp:
        return await _show(request, NOT_SET_UP)
    say = ngettext("%(num)s message repart.", "%(num)s messages repartent.", count)
    return go_to(request, f"{OUTBOX}?etat=attente", say=say)


async def cancel_all_page(request: web.Request) -> web.Response:
    """GET /bureau/courrier/annuler: asks first."""
    counts = await run(request, the(request, OutboxStore).counts)
    return render(request, "core/outbox_cancel.html", waiting=counts[State.WAITING])


async def cancel_all(request: web.Request) -> web.Response:
    """POST /bureau/courrier/annuler: all that waits."""
    await read_form(request)
    count = await _change_all(request, the(request, PostOffice).cancel, State.WAITING)
    say = ngettext("%(num)s message ne partira pas.", "%(num)s messages ne partiront pas.", count)
    return go_to(request, OUTBOX, say=say)


_CHANGED = N_("Ce message a changé entre-temps : voyez où il en est.")


async def _change(request: web.Request, change: Any, ids: Sequence[int]) -> int:
    actor = caller(request).actor
    count: int = await run(request, change, ids, actor=actor, now=now(request))
    return count


async def _change_all(request: web.Request, change: Any, state: State) -> int:
    """Change all letters in a state, some at a time."""
    ids = await run(request, the(request, OutboxStore).ids, state)
    count = 0
    for first in range(0, len(ids), BATCH):
        count += await _change(request, change, ids[first : first + BATCH])
    return count


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


def routes() -> Sequence[Route]:
    """Return the ways to the letters."""
    office = Needs.OFFICE
    return (
        get(OUTBOX, outbox_page, needs=office),
        post(f"{OUTBOX}/renvoyer", retry_all, needs=office),
        get(f"{OUTBOX}/annuler", cancel_all_page, needs=office),
        post(f"{OUTBOX}/annuler", cancel_all, needs=office),
        get(ONE, message_page, needs=office),
        post(f"{ONE}/renvoyer", retry, needs=office),
        post(f"{ONE}/arrive", arrived, needs=office),
        post(f"{ONE}/annuler", cancel, needs=office),
    )
