"""The office's page of letters: what waits, what went, what did not and why."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.mail_settings import MailNotSetUp
from passkoop_node.core.mail_words import CARRIERS, NOT_SET_UP, STATES, said_of
from passkoop_node.core.outbox import Carrier, OutboxStore, State
from passkoop_node.core.paging import first_of_page, page_with
from passkoop_node.core.post import TROUBLES, PostOffice

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

# Where people carry messages themselves: (address, words); asked in the database's thread.
MORE_POST: web.AppKey[Sequence[Callable[[web.Request], Sequence[tuple[str, str]]]]] = web.AppKey(
    "MORE_POST"
)


async def outbox_page(request: web.Request) -> web.Response:
    """GET /bureau/courrier?par=sms&etat=attente&page=2."""
    return await _show(request)


async def _show(request: web.Request, fault: Message | None = None) -> web.Response:
    asked = request.query.get("etat", "")
    chosen = asked if asked in FILTERS else ""
    carrier = _carrier(request.query.get("par", ""))

    def look() -> dict[str, Any]:
        office = the(request, PostOffice)
        counts = office.outbox.counts(carrier)
        of_all = {one: sum(office.outbox.counts(one).values()) for one in Carrier}
        states = FILTERS[chosen][1]
        total = sum(counts[one] for one in states)
        first = first_of_page(request, size=PER_PAGE, total=total)
        items = office.outbox.page(states, carrier=carrier, limit=PER_PAGE, offset=first)
        return {
            "counts": {
                name: sum(counts[one] for one in within) for name, (_w, within) in FILTERS.items()
            },
            "failed": counts[State.FAILED],
            "waiting": counts[State.WAITING],
            "page": page_with(items, request, size=PER_PAGE, total=total),
            "is_ready": office.mail.is_ready(),
            "of_all": of_all,
            "needs_mail": of_all[Carrier.EMAIL] > 0 or not any(of_all.values()),
            "troubles": [
                trouble for one in Carrier if (trouble := office.settings.get(TROUBLES[one]))
            ],
            "by_hand": [link for find in request.app.get(MORE_POST, ()) for link in find(request)],
        }

    found = await run(request, look)
    return render(
        request,
        "core/outbox.html",
        status=422 if fault else 200,
        fault=fault,
        chosen=chosen,
        filters=FILTERS,
        carrier=carrier,
        carriers=CARRIERS,
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
        carrier=CARRIERS[message.carrier],
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
    office, carrier = the(request, PostOffice), _carrier((await read_form(request))["par"])
    try:
        if carrier is None or carrier is Carrier.EMAIL:
            await run(request, _check_mail, office)
        count = await _change_all(request, office.send_again, State.FAILED, carrier)
    except MailNotSetUp:
        return await _show(request, NOT_SET_UP)
    say = ngettext("%(num)s message repart.", "%(num)s messages repartent.", count)
    return go_to(request, f"{OUTBOX}?etat=attente", say=say)


async def cancel_all_page(request: web.Request) -> web.Response:
    """GET /bureau/courrier/annuler: asks first."""
    carrier = _carrier(request.query.get("par", ""))
    counts = await run(request, the(request, OutboxStore).counts, carrier)
    waiting = counts[State.WAITING]
    return render(request, "core/outbox_cancel.html", waiting=waiting, carrier=carrier)


async def cancel_all(request: web.Request) -> web.Response:
    """POST /bureau/courrier/annuler: all that waits."""
    carrier = _carrier((await read_form(request))["par"])
    count = await _change_all(request, the(request, PostOffice).cancel, State.WAITING, carrier)
    say = ngettext("%(num)s message ne partira pas.", "%(num)s messages ne partiront pas.", count)
    return go_to(request, OUTBOX, say=say)


_CHANGED = N_("Ce message a changé entre-temps : voyez où il en est.")


async def _change(request: web.Request, change: Any, ids: Sequence[int]) -> int:
    actor = caller(request).actor
    count: int = await run(request, change, ids, actor=actor, now=now(request))
    return count


async def _change_all(
    request: web.Request, change: Any, state: State, carrier: Carrier | None
) -> int:
    """Change all letters in a state, some at a time."""
    ids = await run(request, the(request, OutboxStore).ids, state, carrier)
    count = 0
    for first in range(0, len(ids), BATCH):
        count += await _change(request, change, ids[first : first + BATCH])
    return count


def _check_mail(office: PostOffice) -> None:
    """Raise MailNotSetUp if it is needed: nothing that failed can go by another carrier."""
    others = (Carrier.SMS, Carrier.POST)
    if not any(office.outbox.counts(one)[State.FAILED] for one in others):
        office.mail.ready()


def _carrier(name: str) -> Carrier | None:
    return Carrier(name) if name in tuple(Carrier) else None


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
