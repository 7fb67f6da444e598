"""The office's pages: who brought whom, a member's link, and the co-op's rule."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web
from markupsafe import Markup

from passkoop_node.cards.member_pages import ASIDES, Aside
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core import formats
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, Route, Switch, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import address_for_others, caller, now, run, the
from passkoop_node.core.language import N_, _, ngettext
from passkoop_node.core.paging import first_of_page, page_with
from passkoop_node.core.switches import SWITCHES
from passkoop_node.dues.faults import BadPayment
from passkoop_node.errors import MemberNotFound
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore
from passkoop_node.referral import rule_pages
from passkoop_node.referral.referring import BadReferral, Referrals
from passkoop_node.referral.reward import Gift
from passkoop_node.referral.store import How, Referral
from passkoop_protocol.qr import qr_svg

LIST = "/bureau/parrainages"
ONE = f"{LIST}/{{id:[0-9]{{1,9}}}}"
OF_MEMBER = "/bureau/membres/{id:[0-9]{1,9}}/parrainage"
SIZE = 50  # lines of a page

_FILTERS = {"": N_("Tous"), "attend": N_("Rien n'est encore offert")}
_DOUBTS = {
    "same_email": N_("Les deux ont la même adresse e-mail."),
    "same_phone": N_("Les deux ont le même téléphone, ou le même nom."),
}


async def list_referrals(request: web.Request) -> web.Response:
    """GET /bureau/parrainages."""
    return await _list(request, Form())


async def _list(request: web.Request, form: Form) -> web.Response:
    chosen = request.query.get("etat", "")
    chosen = chosen if chosen in _FILTERS else ""

    def look() -> dict[str, Any]:
        referrals = the(request, Referrals)
        store, on = referrals.store, formats.local_day(now(request))
        is_open = bool(chosen)
        total = store.count(is_open=is_open)
        first = first_of_page(request, size=SIZE, total=total)
        lines = store.page(is_open=is_open, limit=SIZE, offset=first)
        ids = {id for one in lines for id in (one.member_id, one.by_member_id)}
        return {
            "page": page_with(lines, request, size=SIZE, total=total),
            "people": {one.id: one for one in referrals.members.of_ids([*ids])},
            "due": {one.id for one in lines if referrals.is_due(one, on=on)},
            "reward": referrals.reward,
            "counts": {"": store.count(), "attend": store.count(is_open=True)},
        }

    found = await run(request, look)
    return render(
        request,
        "referral/list.html",
        status=200 if form.ok else 422,
        form=form,
        filters=_FILTERS,
        chosen=chosen,
        doubts=_DOUBTS,
        given=_given,
        **found,
    )


def _given(gift: Gift, value: int) -> str:
    """Return what is, or was, given, in words."""
    if gift is Gift.AMOUNT:
        return formats.money(value)
    if gift is Gift.MONTHS:
        return ngettext("%(num)s mois de cotisation", "%(num)s mois de cotisation", value)
    return _("un mot de remerciement")


async def note(request: web.Request) -> web.Response:
    """POST /bureau/parrainages: somebody tells the office who brought them."""
    form = await read_form(request)
    numbers = [form.text(name, most=32) for name in ("parrain", "filleul")]

    def keep() -> None:
        referrals, people = the(request, Referrals), []
        for name, number in zip(("parrain", "filleul"), numbers, strict=True):
            try:
                people.append(the(request, MemberStore).by_number(number))
            except MemberNotFound:
                form.wrong(name, N_("Personne n'a ce numéro de membre."))
        if form.ok:
            referrals.note(
                people[0],
                people[1],
                how=How.OFFICE,
                on=formats.local_day(now(request)),
                now=now(request),
                actor=caller(request).actor,
            )

    if form.ok:
        try:
            await run(request, keep)
        except BadReferral as error:
            form.wrong("filleul", told(error))
    if not form.ok:
        return await _list(request, form)
    return go_to(request, LIST, say=_("C'est noté."))


async def give(request: web.Request) -> web.Response:
    """POST /bureau/parrainages/<id>/offrir."""
    await read_form(request)

    def do() -> bool:
        return the(request, Referrals).give(
            int(request.match_info["id"]),
            on=formats.local_day(now(request)),
            now=now(request),
            actor=caller(request).actor,
        )

    try:
        done = await run(request, do)
    except BadPayment as error:
        return go_to(request, LIST, say=str(told(error)))
    said = _("C'est noté : le cadeau est offert.") if done else _("Rien à offrir ici.")
    return go_to(request, LIST, say=said)


async def believe(request: web.Request) -> web.Response:
    """POST /bureau/parrainages/<id>/verifier: a person looked, and they are two."""
    await read_form(request)
    store, id = the(request, Referrals).store, int(request.match_info["id"])
    await run(request, lambda: store.clear_doubt(store.get(id).id))
    return go_to(request, LIST, say=_("C'est noté."))


async def ask_take_back(request: web.Request) -> web.Response:
    """GET /bureau/parrainages/<id>/effacer: asks first."""

    def look() -> tuple[Referral, dict[int, Member]]:
        referrals = the(request, Referrals)
        one = referrals.store.get(int(request.match_info["id"]))
        people = referrals.members.of_ids([one.member_id, one.by_member_id])
        return one, {person.id: person for person in people}

    one, people = await run(request, look)
    return render(request, "referral/delete.html", one=one, people=people)


async def take_back(request: web.Request) -> web.Response:
    """POST /bureau/parrainages/<id>/effacer."""
    await read_form(request)
    forget, actor = the(request, Referrals).take_back, caller(request).actor
    await run(request, forget, int(request.match_info["id"]), now=now(request), actor=actor)
    return go_to(request, LIST, say=_("C'est effacé."))


# --- one member ---


def link_of(request: web.Request, member: Member) -> str:
    """Return the link that a member passes on; asked in the database's thread."""
    code = the(request, Referrals).code_of(member, now=now(request))
    address = the(request, Ourselves).web_address or address_for_others(request)
    return f"{address}/adhesion?de={code}"


async def of_member(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/parrainage."""
    if not request.app[SWITCHES].is_open(LIST):
        raise web.HTTPNotFound

    def look() -> dict[str, Any]:
        referrals = the(request, Referrals)
        member = referrals.members.get(int(request.match_info["id"]))
        brought = referrals.store.brought_by(member.id)
        by = referrals.store.who_brought(member.id)
        ids = [one.member_id for one in brought] + ([by.by_member_id] if by else [])
        return {
            "member": member,
            "brought": brought,
            "by": by,
            "people": {one.id: one for one in referrals.members.of_ids(ids)},
            "link": link_of(request, member),
        }

    found = await run(request, look)
    return render(
        request,
        "referral/member.html",
        qr=Markup(qr_svg(found["link"])),  # noqa: S704 - of our own making
        given=_given,
        **found,
    )


def _aside(request: web.Request, member: Member) -> Aside | None:
    if not request.app[SWITCHES].is_open(LIST):
        return None
    brought = len(the(request, Referrals).store.brought_by(member.id))
    return Aside(
        name="parrainage",
        title=N_("Parrainages"),
        says=ngettext("%(num)s personne amenée", "%(num)s personnes amenées", brought)
        if brought
        else _("Personne pour l'instant."),
        path=OF_MEMBER.replace("{id:[0-9]{1,9}}", str(member.id)),
        link=N_("Son lien à transmettre"),
    )


def _set_up(app: web.Application) -> None:
    app[ASIDES] = (*app.get(ASIDES, ()), _aside)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(LIST, list_referrals, needs=office),
        post(LIST, note, needs=office),
        post(f"{ONE}/offrir", give, needs=office),
        post(f"{ONE}/verifier", believe, needs=office),
        get(f"{ONE}/effacer", ask_take_back, needs=office),
        post(f"{ONE}/effacer", take_back, needs=office),
        get(OF_MEMBER, of_member, needs=office),
        *rule_pages.routes(),
    )


def pages() -> Pages:
    """Return what the room shows."""
    return Pages(
        routes=routes(),
        menu=(
            MenuEntry(
                group=Group.MEMBERS,
                title=N_("Parrainages"),
                path=LIST,
                needs=Needs.OFFICE,
                says=N_("Qui a amené qui, et ce que la coop offre."),
                icon="people",
            ),
            rule_pages.MENU,
        ),
        switches=(
            Switch(
                name="referral.referral",
                title=N_("Le parrainage"),
                says=N_("Un lien par membre, et un cadeau pour qui amène quelqu'un."),
                paths=(LIST, rule_pages.RULE),
            ),
        ),
        templates=Path(__file__).parent / "templates",
        set_up=_set_up,
    )
