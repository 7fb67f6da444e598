"""People whose card is not at hand: our members by name, and whoever has none."""

from aiohttp import web

from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import render
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.language import N_
from passkoop_node.errors import NodeError
from passkoop_node.members.store import MemberStore
from passkoop_node.till.room import DESK, SEARCHES, go_to_answer, till_of
from passkoop_node.till.scanning import show_ready
from passkoop_node.till.shown import has_left
from passkoop_node.visits.counting import offer_for
from passkoop_node.visits.days import local_day
from passkoop_node.visits.guests import needs_of
from passkoop_node.visits.visit import LONGEST
from passkoop_node.visits.wording import offer_in_a_sentence

_FOUND = 8  # members shown for a name: more is another word to type


async def find_members(request: web.Request) -> web.Response:
    """POST /caisse/membres: who forgot their card. A form, so that no name is in an address."""
    form = await read_form(request)
    wanted = form.text("q", most=100)
    if not form.ok:
        return await show_ready(request, form, status=422)
    _count_search(request)
    members = the(request, MemberStore)
    found = await run(request, members.find, wanted, limit=_FOUND + 1)
    left = {one.id for one in found if has_left(one, now=now(request))}
    return render(
        request,
        "till/members.html",
        form=form,
        found=found[:_FOUND],
        left=left,
        more=len(found) > _FOUND,
    )


async def member(request: web.Request) -> web.Response:
    """POST /caisse/membre: this one."""
    form = await read_form(request)
    desk = request.app[DESK]
    id = _number(form["id"])
    _count_search(request)
    return go_to_answer(
        await run(request, desk.member, id, till=till_of(request), now=now(request))
    )


# --- without a card ---


async def without_page(request: web.Request) -> web.Response:
    """GET /caisse/sans-carte: what our rules give to somebody without a card."""
    return await show_without(request, Form())


async def show_without(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    """Return the page of somebody without a card, with what was typed."""
    desk = request.app[DESK]
    policy, writes_down = await run(request, lambda: (desk.policy, desk.writes_guests_down))
    offer = offer_for(policy, day=local_day(now(request)))
    like = []
    if writes_down and form["nom"].strip():
        _count_search(request)
        like = await run(request, desk.guests_like, form["nom"][:100])
    return render(
        request,
        "till/without.html",
        status=status,
        form=form,
        sentence=offer_in_a_sentence(offer),
        welcomes=offer.welcomes,
        writes_down=writes_down,
        needs=needs_of(policy.without),
        like=like,
        asked=bool(form["nom"].strip()),
    )


async def without(request: web.Request) -> web.Response:
    """POST /caisse/sans-carte: on their word, or written down for a trial."""
    form = await read_form(request)
    desk, till, moment = request.app[DESK], till_of(request), now(request)
    writes_down = await run(request, lambda: desk.writes_guests_down)
    name = form.text("nom", most=LONGEST["name"], optional=not writes_down)
    if not form.ok:
        return await show_without(request, form, status=422)
    if not writes_down:
        return go_to_answer(await run(request, desk.without_card, till=till, now=moment, name=name))
    if form["etape"] != "nouvelle":
        return await show_without(request, form)
    sponsor = await _sponsor(request, form) if form["parrain"].strip() else None
    if form.errors:
        return await show_without(request, form, status=422)
    try:
        shown = await run(
            request,
            desk.new_guest,
            name=name,
            email=form["email"],
            sponsor_id=sponsor,
            till=till,
            now=moment,
        )
    except NodeError as error:
        if error.code != "bad_guest":
            raise
        form.wrong("nouvelle", told(error))
        return await show_without(request, form, status=422)
    return go_to_answer(shown)


async def known_guest(request: web.Request) -> web.Response:
    """POST /caisse/essai: somebody who was here before without a card."""
    form = await read_form(request)
    desk = request.app[DESK]
    id = _number(form["id"])
    _count_search(request)
    return go_to_answer(await run(request, desk.guest, id, till=till_of(request), now=now(request)))


async def _sponsor(request: web.Request, form: Form) -> int | None:
    """Return the member who brings somebody; what is wrong is noted in the form."""
    _count_search(request)
    members = the(request, MemberStore)
    wanted = form.text("parrain", most=100)
    found = [
        one
        for one in await run(request, members.find, wanted, limit=6)
        if not has_left(one, now=now(request))
    ]
    exact = [one for one in found if one.number.casefold() == wanted.casefold()]
    found = exact or found
    if len(found) == 1:
        return found[0].id
    if not found:
        form.wrong("parrain", N_("Aucun membre de ce nom : vérifiez avec la personne."))
    else:
        names = ", ".join(f"{one.full_name} ({one.number})" for one in found[:5])
        form.wrong("parrain", N_("Lequel ? Tapez son numéro : %(names)s.", names=names))
    return None


def _count_search(request: web.Request) -> None:
    """Count that somebody was looked for here.

    Raises:
        TooOften: more than a shop's door has people.
    """
    request.app[SEARCHES].take(till_of(request), now=now(request))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
