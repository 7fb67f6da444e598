"""The office's pages of a household: somebody joins it, leaves it, or becomes its principal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from passkoop_node.cards import household_acts
from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.saying import today, why_not
from passkoop_node.cards.situations import SITUATIONS, Situation, situations
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.errors import MemberNotFound, NodeError
from passkoop_node.members.households import BadHousehold, Households, NotInHousehold
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore

MEMBERS = "/bureau/membres"
_HOME = f"{MEMBERS}/{{id:[0-9]{{1,9}}}}/foyer"
_MOST_FOUND = 20
_LONGEST_SEARCH = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Somebody who might join a household."""

    member: Member
    why_not: str  # "" if nothing is against it


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Something that is asked before it is done to a household."""

    title: Message
    says: Message
    button: Message
    done: Message  # of %(name)s
    act: Callable[..., None]


QUESTIONS: Mapping[str, Question] = {
    "retirer": Question(
        title=N_("Retirer du foyer ?"),
        says=N_("Cette personne reste au registre, comme membre à part entière, avec sa carte."),
        button=N_("Retirer du foyer"),
        done=N_("%(name)s n'est plus dans le foyer."),
        act=household_acts.part,
    ),
    "titulaire": Question(
        title=N_("Changer de titulaire ?"),
        says=N_(
            "Cette personne devient titulaire du foyer. Les autres, dont la personne titulaire "
            "aujourd'hui, lui sont rattachés. Les cartes restent comme elles sont."
        ),
        button=N_("Changer de titulaire"),
        done=N_("%(name)s est titulaire du foyer."),
        act=household_acts.lead,
    ),
}


# --- who joins ---


async def join_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/foyer?cherche=lucie."""
    return await _search(request, request.query.get("cherche", ""))


async def _search(
    request: web.Request, sought: str, fault: Message | str | None = None
) -> web.Response:
    text = " ".join(sought[:_LONGEST_SEARCH].split())

    def look() -> tuple[Member | None, Member, Sequence[Found]]:
        member, households = _member(request), the(request, Households)
        found = the(request, MemberStore).find(text, limit=_MOST_FOUND + 1)
        return (
            households.principal_of(member),
            member,
            [
                Found(member=one, why_not=households.why_not(one, member, on=today(request)))
                for one in found
                if one.id != member.id
            ],
        )

    principal, member, found = await run(request, look)
    if principal is not None:
        return go_to(request, f"{MEMBERS}/{principal.id}/foyer")
    return render(
        request,
        "cards/joining.html",
        status=422 if fault else 200,
        member=member,
        text=text,
        found=found[:_MOST_FOUND],
        has_more=len(found) > _MOST_FOUND,
        fault=fault,
    )


async def join(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/foyer: somebody is affiliated to this member."""
    form = await read_form(request)
    wanted = form["personne"]

    def keep() -> tuple[Member, Situation, Situation]:
        if not wanted.isdecimal() or len(wanted) > 9:
            raise MemberNotFound(wanted[:20])
        issuer, member = the(request, Issuer), the(request, MemberStore).get(int(wanted))
        principal = _member(request)
        household_acts.join(issuer, member, principal, on=today(request), **_who(request))
        stand = situations(issuer, [member, principal], now=now(request))
        return member, stand[member.id], stand[principal.id]

    try:
        member, stands, first = await run(request, keep)
    except BadHousehold as error:
        return await _search(request, form["cherche"], _sentence(error))
    except MemberNotFound:
        return await _search(request, form["cherche"], N_("Choisissez quelqu'un dans la liste."))
    except NodeError as error:
        return await _search(request, form["cherche"], why_not(error))
    said = _("%(name)s est dans le foyer.", name=member.full_name)
    if stands is Situation.SUSPENDED and first is Situation.SUSPENDED:
        said += " " + _("Sa carte est suspendue, comme celle de la personne titulaire.")
    elif stands is Situation.SUSPENDED:
        said += " " + _("Sa carte est suspendue pour l'instant : sa fiche dit pourquoi.")
    elif stands is Situation.VALID and member.category == 0:
        said += " " + _("Sa carte reste bonne ; la prochaine dira « foyer d'un membre ».")
    return go_to(request, f"{MEMBERS}/{request.match_info['id']}#foyer", say=said)


# --- who leaves, who leads ---


async def ask(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/foyer/retirer, titulaire: asks first."""
    return await _ask(request)


async def _ask(request: web.Request, fault: Message | str | None = None) -> web.Response:
    def look() -> tuple[Member, Member | None]:
        member = _member(request)
        return member, the(request, Households).principal_of(member)

    member, principal = await run(request, look)
    if principal is None:
        said = _("%(name)s n'est dans le foyer de personne.", name=member.full_name)
        return go_to(request, f"{MEMBERS}/{member.id}", say=said)
    return render(
        request,
        "cards/household_question.html",
        status=422 if fault else 200,
        member=member,
        principal=principal,
        question=QUESTIONS[request.match_info["act"]],
        fault=fault,
    )


async def act(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/foyer/retirer, titulaire."""
    question = QUESTIONS[request.match_info["act"]]

    def keep() -> tuple[Member, Member | None]:
        member = _member(request)
        principal = the(request, Households).principal_of(member)
        question.act(the(request, Issuer), member, **_who(request))
        return member, principal

    try:
        member, principal = await run(request, keep)
    except NotInHousehold:
        return await _ask(request)  # pressed twice, or somebody was quicker
    except BadHousehold as error:
        return await _ask(request, _sentence(error))
    except NodeError as error:
        return await _ask(request, why_not(error))
    leads = principal is None or question.act is household_acts.lead
    page = f"{MEMBERS}/{(member if leads else principal).id}#foyer"  # type: ignore[union-attr]
    return go_to(request, page, say=Message(question.done.msgid, {"name": member.full_name}))


# --- shared ---


def household_of(request: web.Request, member: Member) -> Mapping[str, Any]:
    """Return what the page of a member shows of the household."""
    household = the(request, Households).of(member)
    people = [household.principal, *household.affiliated] if household else []
    return {
        "household": household,
        "people": people,
        "home_situations": situations(the(request, Issuer), people, now=now(request)),
        "home_shown": SITUATIONS,
    }


def _who(request: web.Request) -> dict[str, Any]:
    return {"now": now(request), "actor": caller(request).actor}


def _sentence(error: BadHousehold) -> str:
    says = str(error)
    return f"{says[:1].upper()}{says[1:]}."


def _member(request: web.Request) -> Member:
    return the(request, MemberStore).get(int(request.match_info["id"]))


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    question = f"{_HOME}/{{act:{'|'.join(QUESTIONS)}}}"
    return (
        get(_HOME, join_page, needs=office),
        post(_HOME, join, needs=office),
        get(question, ask, needs=office),
        post(question, act, needs=office),
    )
