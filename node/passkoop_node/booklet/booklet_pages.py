"""The booklet on one's own page, and what a member notes in it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from aiohttp import web
from markupsafe import Markup

from passkoop_node.booklet.caller import me
from passkoop_node.booklet.documents import Document, DocumentNotFound
from passkoop_node.booklet.notes import LONGEST, Kind, TooManyNotes
from passkoop_node.booklet.office_pages import file_of
from passkoop_node.booklet.room import OwnRoom
from passkoop_node.booklet.timeline import Sources, events, years
from passkoop_node.cards.store import CardStore
from passkoop_node.core import formats
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.guard import OWN_DOOR
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.post import PostOffice
from passkoop_node.core.switches import SWITCHES
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Standing, Yearly
from passkoop_node.members.member import Member
from passkoop_node.members.preferences import PreferenceStore
from passkoop_node.peers.known import KnownCoops
from passkoop_node.referral.pages import LIST as REFERRALS
from passkoop_node.referral.pages import link_of
from passkoop_node.visits.money import BadAmount, parse_amount
from passkoop_protocol.qr import qr_svg

BOOKLET = f"{OWN_DOOR}/carnet"
NOTE = f"{BOOKLET}/noter"
_OLDEST = date(1970, 1, 1)
_KINDS = {
    Kind.VISIT.value: (N_("Une visite dans une coop"), ""),
    Kind.PURCHASE.value: (N_("Un achat"), ""),
}
_STANDS = {
    Standing.CURRENT: N_("À jour jusqu'au %(day)s."),
    Standing.GRACE: N_("Votre cotisation est à renouveler : votre carte marche encore un peu."),
    Standing.LAPSED: N_("Votre cotisation est à renouveler."),
}
_NEVER_PAID = {  # there is nothing to renew yet
    Standing.GRACE: N_("Votre première cotisation reste à payer : votre carte marche déjà."),
    Standing.LAPSED: N_("Votre première cotisation reste à payer."),
}


async def booklet(request: web.Request) -> web.Response:
    """GET /moi/carnet: one year of it, the latest unless another is asked for."""

    def look() -> dict[str, Any]:
        member = me(request)
        sources = Sources(
            own=the(request, OwnRoom),
            cards=the(request, CardStore),
            ledger=the(request, Ledger),
            post=the(request, PostOffice),
            preferences=the(request, PreferenceStore),
        )
        passes_on = member.left is None and request.app[SWITCHES].is_open(REFERRALS)
        return {
            "found": events(sources, member),
            "dues": stands_of(request, member),
            "link": link_of(request, member) if passes_on else "",
        }

    looked = await run(request, look)
    found = looked["found"]
    all_years = years(found)
    asked = request.query.get("annee", "")
    chosen = int(asked) if asked.isdecimal() and len(asked) == 4 else None
    year = chosen if chosen in all_years else next(iter(all_years), None)
    return render(
        request,
        "booklet/booklet.html",
        events=[one for one in found if one.day.year == year],
        years=all_years,
        year=year,
        dues=looked["dues"],
        link=looked["link"],
        code=Markup(qr_svg(looked["link"])) if looked["link"] else "",  # noqa: S704 - our own
    )


def stands_of(request: web.Request, member: Member) -> Message | None:
    """Return where a member stands with the dues; a co-op without any says nothing."""
    ledger = the(request, Ledger)
    if ledger.plan.yearly is Yearly.NONE:
        return None
    standing, last = ledger.stands(member, on=formats.local_day(now(request)))
    words = (_STANDS if last else _NEVER_PAID).get(standing)
    if words is None:
        return None
    return Message(words.msgid, {"day": formats.day(last) if last else ""})


async def note_page(request: web.Request) -> web.Response:
    """GET /moi/carnet/noter."""
    today = formats.local_day(now(request)).isoformat()
    return await _note_page(request, Form({"quoi": Kind.VISIT.value, "jour": today}))


async def _note_page(request: web.Request, form: Form) -> web.Response:
    def look() -> list[str]:
        known = the(request, KnownCoops).all()
        return sorted({one.name for one in known if one.name})

    coops = await run(request, look)
    status = 200 if form.ok else 422
    return render(
        request,
        "booklet/note.html",
        status=status,
        form=form,
        kinds=_KINDS,
        coops=coops,
        longest=LONGEST,
    )


async def note(request: web.Request) -> web.Response:
    """POST /moi/carnet/noter."""
    form = await read_form(request)
    kind = form.choice("quoi", {value: Kind(value) for value in _KINDS})
    coop = form.text("coop", most=LONGEST)
    words = form.text("mot", most=LONGEST, optional=True)
    day = _day(form, formats.local_day(now(request)))
    cents = _cents(form)

    def keep() -> None:
        the(request, OwnRoom).notes.add(
            me(request).id,
            kind or Kind.VISIT,
            day=day or _OLDEST,
            coop=coop,
            cents=cents,
            words=words,
            now=now(request),
        )

    if form.ok:
        try:
            await run(request, keep)
        except TooManyNotes as error:
            form.wrong("coop", told(error))
        else:
            return go_to(request, BOOKLET, say=_("C'est noté, pour vous."))
    return await _note_page(request, form)


def _day(form: Form, today: date) -> date | None:
    try:
        day = date.fromisoformat(form["jour"].strip())
    except ValueError:
        form.wrong("jour", N_("Donnez un jour."))
        return None
    if not _OLDEST <= day <= today:
        form.wrong("jour", N_("Ce jour n'est pas encore venu, ou il est trop ancien."))
    return day


def _cents(form: Form) -> int | None:
    if not form["montant"].strip():
        return None
    try:
        return parse_amount(form["montant"])
    except BadAmount as error:
        form.wrong("montant", told(error))
        return None


async def remove(request: web.Request) -> web.Response:
    """POST /moi/carnet/retirer: one's own notes alone."""
    form = await read_form(request)
    id = form["note"]

    def forget() -> bool:
        if not id.isdecimal() or len(id) > 12:
            return False
        return the(request, OwnRoom).notes.remove(me(request).id, int(id))

    done = await run(request, forget)
    return go_to(request, BOOKLET, say=_("C'est retiré de votre carnet.") if done else "")


async def document(request: web.Request) -> web.Response:
    """GET /moi/documents/<id>: one's own, or one for all."""
    id = int(request.match_info["id"])

    def look() -> tuple[Document, bytes]:
        member = me(request)
        found = the(request, OwnRoom).documents.content(id, member_id=member.id)
        if not found[0].is_for(member):
            raise DocumentNotFound
        return found

    return file_of(*await run(request, look))


def routes() -> Sequence[Route]:
    """Return the ways to the booklet."""
    own = Needs.MEMBER
    return (
        get(BOOKLET, booklet, needs=own),
        get(NOTE, note_page, needs=own),
        post(NOTE, note, needs=own),
        post(f"{BOOKLET}/retirer", remove, needs=own),
        get(f"{OWN_DOOR}/documents/{{id:[0-9]{{1,9}}}}", document, needs=own),
    )
