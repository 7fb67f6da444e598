"""The office's pages that send cards: one member's, or all that never went."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.cards.issuing import HasLeft, NoCard
from passkoop_node.cards.mailing import CardMail, NoEmail, NotSendable, Unsent
from passkoop_node.cards.saying import today
from passkoop_node.core.addresses import is_address
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.letters import Letter
from passkoop_node.core.mail_settings import MailNotSetUp
from passkoop_node.core.mail_words import NOT_SET_UP
from passkoop_node.errors import NodeError
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore

MEMBER = "/bureau/membres/{id:[0-9]{1,9}}"
ALL = "/bureau/cartes/envoyer"
BATCH = 50  # letters put before the database is given to a till that waits
_SAMPLE = 5  # names shown


def _why_not(error: NodeError) -> Message:
    """Return why no card can be sent; another fault is for the page of errors."""
    if isinstance(error, MailNotSetUp):
        return NOT_SET_UP
    if isinstance(error, NoEmail):
        return N_("Il n'y a pas d'adresse e-mail valable sur la fiche : corrigez-la d'abord.")
    if isinstance(error, NotSendable):
        return N_("La carte est suspendue : levez d'abord la suspension.")
    if isinstance(error, NoCard):
        return N_("Il n'y a pas de carte à envoyer : faites-la d'abord.")
    if isinstance(error, HasLeft):
        return N_("Cette personne ne fait plus partie de la coop.")
    raise error


# --- one ---


async def ask_one(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/cartes/envoyer: shows the text, and asks."""
    return await _ask_one(request)


async def _ask_one(request: web.Request, fault: Message | None = None) -> web.Response:
    def look() -> tuple[Member, Letter | None, Message | None, int | None]:
        member, mail = _member(request), the(request, CardMail)
        try:
            mail.post.mail.ready()
            card = mail.sendable(member, on=today(request), now=now(request))
            return member, mail.letter(member, card), None, card.sent_at
        except NodeError as error:
            return member, None, _why_not(error), None

    member, letter, wrong, sent_at = await run(request, look)
    return render(
        request,
        "cards/send.html",
        status=422 if fault else 200,
        member=member,
        letter=letter,
        fault=fault or wrong,
        sent_at=sent_at,
    )


async def send_one(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/cartes/envoyer."""
    await read_form(request)

    def send() -> tuple[Member, int]:
        member, mail = _member(request), the(request, CardMail)
        card = mail.sendable(member, on=today(request), now=now(request))
        return member, mail.send([(member, card)], actor=caller(request).actor, now=now(request))

    try:
        member, count = await run(request, send)
    except NodeError as error:
        return await _ask_one(request, _why_not(error))
    say = _("La carte part dans la minute.") if count else _("Cette carte est déjà au courrier.")
    return go_to(request, f"/bureau/membres/{member.id}", say=say)


# --- all ---


async def ask_all(request: web.Request) -> web.Response:
    """GET /bureau/cartes/envoyer: counts, shows a sample, and asks."""
    return await _ask_all(request)


async def _ask_all(request: web.Request, fault: Message | None = None) -> web.Response:
    def look() -> dict[str, Any]:
        mail = the(request, CardMail)
        unsent = _unsent(request)
        first = mail.pairs(unsent.to_send[:_SAMPLE], now=now(request))
        server = mail.post.mail.server()
        return {
            "is_ready": mail.post.mail.is_ready(),
            "unsent": unsent,
            "sample": [one for one, _card in first],
            "letter": mail.letter(*first[0]) if first else None,
            "minutes": -(-len(unsent.to_send) // server.per_minute) if server else 0,
        }

    found = await run(request, look)
    status = 422 if fault else 200
    if not found["is_ready"]:
        fault = NOT_SET_UP
    return render(request, "cards/send_all.html", status=status, fault=fault, **found)


async def send_all(request: web.Request) -> web.Response:
    """POST /bureau/cartes/envoyer."""
    form = await read_form(request)
    unsent = await run(request, _unsent, request)
    shown = form["nombre"]
    if not shown.isdecimal() or len(shown) > 9 or len(unsent.to_send) > int(shown):
        return await _ask_all(request, _MORE)
    count = 0
    for first in range(0, len(unsent.to_send), BATCH):
        try:
            count += await run(request, _send, request, unsent.to_send[first : first + BATCH])
        except MailNotSetUp:
            return await _ask_all(request, NOT_SET_UP)
    say = ngettext("%(num)s carte au courrier.", "%(num)s cartes au courrier.", count)
    return go_to(request, "/bureau/courrier?etat=attente", say=say)


_MORE = N_("Il y a plus de cartes à envoyer qu'à l'instant : vérifiez, puis confirmez.")


def _unsent(request: web.Request) -> Unsent:
    return the(request, CardMail).unsent(on=today(request), now=now(request))


def _send(request: web.Request, member_ids: Sequence[int]) -> int:
    mail = the(request, CardMail)
    # Who has no address any more is not written to; the others need not wait for it.
    pairs = [
        (one, card)
        for one, card in mail.pairs(member_ids, now=now(request))
        if is_address(one.email)
    ]
    return mail.send(pairs, actor=caller(request).actor, now=now(request))


def _member(request: web.Request) -> Member:
    return the(request, MemberStore).get(int(request.match_info["id"]))


def routes() -> Sequence[Route]:
    """Return the ways to sending cards."""
    office = Needs.OFFICE
    return (
        get(f"{MEMBER}/cartes/envoyer", ask_one, needs=office),
        post(f"{MEMBER}/cartes/envoyer", send_one, needs=office),
        get(ALL, ask_all, needs=office),
        post(ALL, send_all, needs=office),
    )
