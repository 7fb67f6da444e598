"""Bureau → Borne → Tirages: a prize, two days, and a winner that anybody can check."""

from datetime import timedelta

from aiohttp import web

from passkoop_node.core.addresses import is_address
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import PAGES, go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import LANGUAGES, N_, SOURCE, _, ngettext, speaking
from passkoop_node.core.letters import Letter
from passkoop_node.core.mail_settings import MailNotSetUp
from passkoop_node.core.post import PostOffice
from passkoop_node.kiosk.draw_store import Draws
from passkoop_node.kiosk.draws import (
    KEEP_DAYS,
    LONGEST_PRIZE,
    LONGEST_WORD,
    MOST_KEEP_DAYS,
    Draw,
    Entry,
    NotNow,
    hash_of_entries,
)
from passkoop_node.kiosk.promotion_pages import LONGEST_SHOWN, day_of
from passkoop_node.kiosk.room import DRAWS, today

_MONTH = timedelta(days=30)
KIND = "draw"  # of the winner's letter


async def list_draws(request: web.Request) -> web.Response:
    """GET /bureau/borne/tirages."""
    day = today(request)
    usual = {
        "du": day.isoformat(),
        "au": (day + _MONTH).isoformat(),
        "jours": str(KEEP_DAYS),
    }
    return await _list(request, Form(usual))


async def add(request: web.Request) -> web.Response:
    """POST /bureau/borne/tirages: a new draw."""
    form = await read_form(request)
    prize = form.text("lot", most=LONGEST_PRIZE)
    first, last = day_of(form, "du"), day_of(form, "au")
    if first and last and not 0 <= (last - first).days <= LONGEST_SHOWN:
        form.wrong("au", N_("Le dernier jour vient après le premier, et trois ans après au plus."))
    if last and "au" not in form.errors and last < today(request):
        form.wrong("au", N_("Ce jour est passé : personne ne pourrait participer."))
    keep = form["jours"].strip()
    if not (keep.isascii() and keep.isdecimal() and 1 <= int(keep[:6]) <= MOST_KEEP_DAYS):
        form.wrong("jours", N_("Un nombre de jours, de 1 à %(most)s.", most=MOST_KEEP_DAYS))
    if not (form.ok and first and last):
        return await _list(request, form, status=422)
    id = await run(
        request,
        the(request, Draws).add,
        prize,
        first,
        last,
        keep_days=int(keep),
        actor=caller(request).actor,
        now=now(request),
    )
    return go_to(request, f"{DRAWS}/{id}", say=_("Le tirage est prêt : la borne le propose."))


async def show(request: web.Request) -> web.Response:
    """GET /bureau/borne/tirages/<id>: where it stands, and what comes next."""
    return await _show(request)


async def close(request: web.Request) -> web.Response:
    """POST …/clore: nobody enters any more, and the hash of all entries is shown."""
    id = _id(request)
    do = the(request, Draws).close
    try:
        found = await run(request, do, id, actor=caller(request).actor, now=now(request))
    except NotNow:
        return await _show(request, fault=_("Personne ne participe, ou c'est déjà clos."))
    said = ngettext(
        "C'est clos, avec %(num)s participation.",
        "C'est clos, avec %(num)s participations.",
        found.entry_count or 0,
    )
    return go_to(request, f"{DRAWS}/{id}", say=said)


async def draw(request: web.Request) -> web.Response:
    """POST …/tirer: the winner, or the next one where the first declines."""
    id, form = _id(request), await read_form(request)
    word = form.text("mot", most=LONGEST_WORD, optional=True)
    rounds = form["tires"] if form["tires"].isdecimal() else "-1"
    if not form.ok:
        return await _show(request, form=form)
    try:
        await run(
            request,
            the(request, Draws).draw,
            id,
            word=word,
            rounds=int(rounds[:9]),
            actor=caller(request).actor,
            now=now(request),
        )
    except NotNow:
        return await _show(request, fault=_("C'est déjà tiré, ou il ne reste personne."))
    return go_to(request, f"{DRAWS}/{id}")


async def write(request: web.Request) -> web.Response:
    """POST …/ecrire: tell the latest winner by e-mail, once."""
    try:
        await run(request, _write, request, _id(request))
    except NotNow:
        return await _show(request, fault=_("C'est déjà envoyé, ou il n'y a pas d'adresse."))
    except MailNotSetUp:
        return await _show(
            request, fault=_("Le courriel n'est pas réglé : voyez Réglages, Courriel.")
        )
    return go_to(request, f"{DRAWS}/{_id(request)}", say=_("C'est dans le courrier à envoyer."))


def _write(request: web.Request, id: int) -> None:
    store, moment = the(request, Draws), now(request)
    with writing(store.db):
        found = store.get(id)
        winners = found.winners()
        winner = store.by_ticket(id, winners[-1]) if winners else None
        if winner is None or winner.told_at is not None or not is_address(winner.contact):
            raise NotNow
        letter = letter_to(winner, found, coop=request.app[PAGES].coop)
        the(request, PostOffice).put(letter, actor=caller(request).actor, now=moment)
        store.note_told(winner, now=moment)


def letter_to(winner: Entry, draw: Draw, *, coop: str) -> Letter:
    """Return what the winner reads, in their language."""
    language = winner.spoken if winner.spoken in LANGUAGES else SOURCE
    with speaking(language):
        return Letter(
            to=winner.contact,
            subject=_("Vous avez gagné – %(coop)s", coop=coop),
            text="\n\n".join(
                [
                    _("Bonjour %(name)s,", name=winner.name),
                    _(
                        "Le tirage au sort vous a désigné·e, avec le n° %(ticket)s. Vous gagnez : "
                        "%(prize)s.",
                        ticket=winner.ticket,
                        prize=draw.prize,
                    ),
                    _("Passez à la coop, ou répondez à ce message."),
                    coop,
                ]
            ),
            language=language,
            kind=KIND,
            ref=f"{draw.id}-{winner.ticket}",
        )


async def erase_page(request: web.Request) -> web.Response:
    """GET …/effacer: asks."""
    found = await run(request, the(request, Draws).get, _id(request))
    return render(request, "kiosk/draw_erase.html", draw=found)


async def erase(request: web.Request) -> web.Response:
    """POST …/effacer: who took part is forgotten now."""
    take = the(request, Draws).erase
    await run(request, take, _id(request), actor=caller(request).actor, now=now(request))
    return go_to(request, f"{DRAWS}/{_id(request)}", say=_("Les participations sont effacées."))


async def _list(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    draws, counts = await run(request, _all, request)
    return render(
        request,
        "kiosk/draws.html",
        status=status,
        form=form,
        draws=draws,
        counts=counts,
        today=today(request),
    )


def _all(request: web.Request) -> tuple[list[Draw], dict[int, int]]:
    store = the(request, Draws)
    draws = store.all()
    return draws, {one.id: store.count(one.id) for one in draws}


async def _show(request: web.Request, *, fault: str = "", form: Form | None = None) -> web.Response:
    found, entries = await run(request, _one, request)
    winners = [
        (ticket, next((one for one in entries if one.ticket == ticket), None))
        for ticket in found.winners()
    ]
    return render(
        request,
        "kiosk/draw.html",
        status=422 if fault or form else 200,
        draw=found,
        count=len(entries),
        winners=winners,
        can_write=bool(winners)
        and winners[-1][1] is not None
        and is_address(winners[-1][1].contact),
        holds=found.entries_hash == hash_of_entries(entries) if entries else None,
        today=today(request),
        fault=fault,
        form=form or Form(),
    )


def _one(request: web.Request) -> tuple[Draw, list[Entry]]:
    store = the(request, Draws)
    return store.get(_id(request)), store.entries(_id(request))


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


def routes() -> list[Route]:
    """Return the office's pages about draws."""
    office, one = Needs.OFFICE, DRAWS + "/{id:[0-9]{1,9}}"
    return [
        get(DRAWS, list_draws, needs=office),
        post(DRAWS, add, needs=office),
        get(one, show, needs=office),
        post(f"{one}/clore", close, needs=office),
        post(f"{one}/tirer", draw, needs=office),
        post(f"{one}/ecrire", write, needs=office),
        get(f"{one}/effacer", erase_page, needs=office),
        post(f"{one}/effacer", erase, needs=office),
    ]
