"""The office's inbox: who wants to join, and what is answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from passkoop_node.cards.saying import today, why_not
from passkoop_node.core import formats
from passkoop_node.core.addresses import is_address
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.mail_settings import MailSettings
from passkoop_node.core.paging import first_of_page, page_with
from passkoop_node.errors import NodeError
from passkoop_node.joining.answers import (
    GENDERS,
    MOST,
    REGISTER,
    TOPICS,
    WAYS,
    Answers,
    read_answers,
)
from passkoop_node.joining.merging import differences, merged, shown
from passkoop_node.joining.outcomes import Accepted, AlreadyAnswered
from passkoop_node.joining.questions import Ask, Questions
from passkoop_node.joining.requests import LONGEST_REASON, Requests
from passkoop_node.joining.store import JoinRequest, State
from passkoop_node.members.member import Member
from passkoop_node.members.preferences import Channel
from passkoop_node.members.store import MemberStore
from passkoop_node.members.wording import FIELDS

INBOX = "/bureau/demandes"
ONE = f"{INBOX}/{{id:[0-9]{{1,9}}}}"
PER_PAGE = 25

# By the word of the address: (state, words).
SHELVES: Mapping[str, tuple[State, Message]] = {
    "": (State.WAITING, N_("À lire")),
    "sans-preuve": (State.UNPROVED, N_("Adresse à confirmer")),
    "acceptees": (State.ACCEPTED, N_("Acceptées")),
    "refusees": (State.REFUSED, N_("Refusées")),
}
# Of one request.
STATES: Mapping[State, Message] = {
    State.WAITING: N_("À lire"),
    State.UNPROVED: N_("Adresse à confirmer"),
    State.ACCEPTED: N_("Acceptée"),
    State.REFUSED: N_("Refusée"),
}
SOURCES: Mapping[str, Message] = {"online": N_("en ligne"), "kiosk": N_("à la borne")}
# The office may correct all that the register holds; what is not known is left out.
_CORRECTING = Questions(
    known=dict.fromkeys(Questions().known, Ask.OPTIONAL),
)


async def inbox_page(request: web.Request) -> web.Response:
    """GET /bureau/demandes?etat=refusees&cherche=etch&page=2."""
    chosen = request.query.get("etat", "")
    chosen = chosen if chosen in SHELVES else ""
    state, _words = SHELVES[chosen]
    text = " ".join(request.query.get("cherche", "")[:100].split())

    def look() -> dict[str, Any]:
        inbox = the(request, Requests)
        total = inbox.store.count(state, text)
        first = first_of_page(request, size=PER_PAGE, total=total)
        found = inbox.store.page(state, text, limit=PER_PAGE, offset=first)
        is_open = state is not State.ACCEPTED
        questions = inbox.questions.load()
        return {
            "page": page_with(found, request, size=PER_PAGE, total=total),
            "alike": {one.id for one in found if is_open and inbox.alike(one.answers)},
            "members": _members(request, found),
            "counts": {name: inbox.store.count(of) for name, (of, _says) in SHELVES.items()},
            "questions": questions,
        }

    found = await run(request, look)
    return render(
        request,
        "joining/inbox.html",
        chosen=chosen,
        shelves=SHELVES,
        sources=SOURCES,
        text=text,
        **found,
    )


def _members(request: web.Request, found: Sequence[JoinRequest]) -> Mapping[int, Member]:
    ids = [one.member_id for one in found if one.member_id is not None]
    return {one.id: one for one in the(request, MemberStore).of_ids(ids)}


# --- one request ---


async def request_page(request: web.Request) -> web.Response:
    """GET /bureau/demandes/<id>."""
    return await _show(request)


async def _show(request: web.Request, *, fault: Message | None = None) -> web.Response:
    def look() -> dict[str, Any]:
        inbox, one = the(request, Requests), _request(request)
        is_open = one.state in (State.WAITING, State.UNPROVED)
        alike = inbox.alike(one.answers) if is_open else []
        return {
            "one": one,
            "alike": [(member, differences(member, one.answers)) for member in alike],
            "consent": inbox.store.consent_text(one.consent).splitlines(),
            "member": _members(request, [one]).get(one.member_id or 0),
            "is_open": is_open,
            "preferences": _wanted(one.answers),
            "brought_by": inbox.welcome.brought_by(one.answers, on=today(request)),
        }

    found = await run(request, look)
    return render(
        request,
        "joining/request.html",
        status=422 if fault else 200,
        fault=fault,
        facts=_facts(found["one"].answers),
        sources=SOURCES,
        states=STATES,
        money=formats.money,
        **found,
    )


def _facts(said: Answers) -> list[tuple[object, str]]:
    """Return what was answered, with the words of the register."""
    facts: list[tuple[object, str]] = [
        (FIELDS[name], shown(name, value)) for name in REGISTER if (value := getattr(said, name))
    ]
    if said.heard:
        facts.append((_("Comment la coop est connue"), said.heard))
    return facts


def _wanted(said: Answers) -> list[tuple[object, object]]:
    ways = {str(channel): title for channel, (_n, title, _l) in WAYS.items()}
    none = N_("non")
    return [
        (title, ways.get(said.channels.get(topic, Channel.NONE), none))
        for topic, title in TOPICS.items()
    ]


# --- what is answered ---


async def accept(request: web.Request) -> web.Response:
    """POST /bureau/demandes/<id>/accepter: one tap, unless the register may hold this person."""
    form = await read_form(request)

    def do() -> Accepted | None:
        inbox, one = the(request, Requests), _request(request)
        if form["nouveau"] != "oui" and inbox.alike(one.answers):
            return None
        return inbox.accept(one.id, **_by(request))

    return await _answered(request, do, form)


async def merge(request: web.Request) -> web.Response:
    """POST /bureau/demandes/<id>/reunir: the member of the register, with what was chosen."""
    form = await read_form(request)

    def do() -> Accepted:
        inbox, one = the(request, Requests), _request(request)
        number = form["membre"]
        id = int(number) if number.isdecimal() and len(number) < 10 else 0
        member = the(request, MemberStore).get(id)
        taken = {name for name in REGISTER if form[name] == "demande"}
        data = merged(member, one.answers, taken)
        return inbox.accept(one.id, into=member, data=data, **_by(request))

    return await _answered(request, do, form)


def _by(request: web.Request) -> dict[str, Any]:
    return {"actor": caller(request).actor, "now": now(request), "today": today(request)}


async def _answered(
    request: web.Request, do: Callable[[], Accepted | None], form: Form
) -> web.Response:
    try:
        done = await run(request, do)
    except AlreadyAnswered:
        return go_to(request, _path(request), say=_("Quelqu'un vient d'y répondre."))
    except NodeError as error:
        if error.code.endswith("_not_found"):
            raise
        return await _show(request, fault=told(error))
    if done is None:
        said = _("Cette personne est peut-être déjà membre : comparez.")
        return go_to(request, _path(request), say=said)
    # From the list one goes on with the list.
    return go_to(request, INBOX if form["liste"] == "oui" else _path(request), say=_says(done))


def _says(done: Accepted) -> str:
    name, number = done.member.full_name, done.member.number
    if not done.has_card:
        why = _("Sa carte n'est pas faite.") if done.fault is None else _reason(done.fault)
        return _("%(name)s est membre n° %(number)s. %(why)s", name=name, number=number, why=why)
    if done.is_mailed:
        return _(
            "%(name)s est membre n° %(number)s, sa carte part par e-mail.", name=name, number=number
        )
    return _("%(name)s est membre n° %(number)s, sa carte est faite.", name=name, number=number)


def _reason(fault: NodeError) -> str:
    try:
        return str(why_not(fault))
    except NodeError:
        return str(told(fault))


async def ask_refuse(request: web.Request) -> web.Response:
    """GET /bureau/demandes/<id>/refuser: asks first."""
    return await _refusing(request, Form())


async def _refusing(request: web.Request, form: Form) -> web.Response:
    def look() -> tuple[JoinRequest, bool]:
        one = _request(request)
        can_write = the(request, MailSettings).is_ready() and is_address(one.answers.email)
        return one, can_write

    one, can_write = await run(request, look)
    if one.state in (State.ACCEPTED, State.REFUSED):
        return go_to(request, _path(request), say=_("Quelqu'un vient d'y répondre."))
    return render(
        request,
        "joining/refuse.html",
        status=200 if form.ok else 422,
        one=one,
        form=form,
        can_write=can_write,
        most=LONGEST_REASON,
    )


async def refuse(request: web.Request) -> web.Response:
    """POST /bureau/demandes/<id>/refuser."""
    form = await read_form(request)
    reason = form.text("raison", most=LONGEST_REASON, optional=True)
    if not form.ok:
        return await _refusing(request, form)

    def do() -> None:
        the(request, Requests).refuse(
            int(request.match_info["id"]),
            reason=reason,
            writes=form["ecrire"] == "oui",
            actor=caller(request).actor,
            now=now(request),
        )

    try:
        await run(request, do)
    except AlreadyAnswered:
        return go_to(request, _path(request), say=_("Quelqu'un vient d'y répondre."))
    except NodeError as error:
        if error.code.endswith("_not_found"):
            raise
        form.wrong("raison", told(error))
        return await _refusing(request, form)
    return go_to(request, INBOX, say=_("La demande est refusée. On peut encore la rouvrir."))


async def reopen(request: web.Request) -> web.Response:
    """POST /bureau/demandes/<id>/rouvrir."""
    await read_form(request)
    id = int(request.match_info["id"])

    def do() -> None:
        actor = caller(request).actor
        the(request, Requests).reopen(id, actor=actor, now=now(request))

    try:
        await run(request, do)
    except AlreadyAnswered:
        said = _("Elle n'est plus refusée, ou la personne en a envoyé une autre.")
        return go_to(request, _path(request), say=said)
    return go_to(request, _path(request), say=_("La demande est de nouveau ouverte."))


# --- corrected before it is answered ---


async def correct_page(request: web.Request) -> web.Response:
    """GET /bureau/demandes/<id>/corriger."""
    one = await run(request, _request, request)
    typed = {name: str(getattr(one.answers, name) or "") for name in (*REGISTER, "heard")}
    return _correcting(request, one, Form(typed))


def _correcting(request: web.Request, one: JoinRequest, form: Form) -> web.Response:
    return render(
        request,
        "joining/correct.html",
        status=200 if form.ok else 422,
        one=one,
        form=form,
        names=FIELDS,
        most=MOST,
        genders={code: (title, "") for code, title in GENDERS.items()},
    )


async def correct(request: web.Request) -> web.Response:
    """POST /bureau/demandes/<id>/corriger."""
    form = await read_form(request)
    one = await run(request, _request, request)
    form.typed |= {"consent": "oui", "channel": ""}
    read = read_answers(form, _CORRECTING, today=today(request))
    if not form.ok:
        return _correcting(request, one, form)
    changed = {name: getattr(read, name) for name in (*REGISTER, "heard")}
    # What the form does not show stays as it was sent.
    changed |= {"country": one.answers.country, "language": one.answers.language}
    answers = replace(one.answers, **changed)

    def do() -> None:
        actor = caller(request).actor
        the(request, Requests).correct(one.id, answers, actor=actor, now=now(request))

    try:
        await run(request, do)
    except AlreadyAnswered:
        return go_to(request, _path(request), say=_("Quelqu'un vient d'y répondre."))
    return go_to(request, _path(request), say=_("C'est corrigé."))


# --- shared ---


def _request(request: web.Request) -> JoinRequest:
    return the(request, Requests).store.get(int(request.match_info["id"]))


def _path(request: web.Request) -> str:
    return f"{INBOX}/{request.match_info['id']}"


def count_waiting(request: web.Request) -> int:
    """Return how many requests wait for the office."""
    return the(request, Requests).store.count(State.WAITING)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(INBOX, inbox_page, needs=office),
        get(ONE, request_page, needs=office),
        post(f"{ONE}/accepter", accept, needs=office),
        post(f"{ONE}/reunir", merge, needs=office),
        get(f"{ONE}/refuser", ask_refuse, needs=office),
        post(f"{ONE}/refuser", refuse, needs=office),
        post(f"{ONE}/rouvrir", reopen, needs=office),
        get(f"{ONE}/corriger", correct_page, needs=office),
        post(f"{ONE}/corriger", correct, needs=office),
    )
