"""The pages of a bank's or a shop's file: sent, looked at, agreed to."""

import asyncio
from collections.abc import Mapping, Sequence

from aiohttp import web

from passkoop_node.core import formats
from passkoop_node.core.feature import Job, Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import CLOCK, caller, now, run, the
from passkoop_node.core.language import N_, _, ngettext
from passkoop_node.core.paging import page_of
from passkoop_node.core.settings import SettingsStore
from passkoop_node.dues import online
from passkoop_node.dues.bankfiles import FIELDS, BadStatement, read_statement
from passkoop_node.dues.choices import remember, remembered
from passkoop_node.dues.held import KEPT, Held, Shelf
from passkoop_node.dues.incoming import Source
from passkoop_node.dues.intake import Fate, Intake, Outcome
from passkoop_node.dues.onlinefiles import BadShopFile, read_orders
from passkoop_node.errors import FileTooLarge
from passkoop_node.members.text import shown
from passkoop_node.visits.money import shown_amount

FILE = "/bureau/cotisations/{source:banque|en-ligne}"
MAX_BYTES = 5_000_000
MAX_LINES = 2_000  # `passkoop dues bank` takes more
SECONDS = 120  # in which the file has to have come
PER_PAGE = 50
_COLUMN = "colonne-"

SHELF = web.AppKey("DUES_SHELF", Shelf)
SOURCES = {"banque": Source.BANK, "en-ligne": Source.ONLINE}
TITLES = {Source.BANK: N_("Relevé de la banque"), Source.ONLINE: N_("Paiements en ligne")}
COLUMNS = {
    "date": N_("Jour de l'opération"),
    "amount": N_("Montant, avec son signe"),
    "credit": N_("Montant reçu (crédit)"),
    "debit": N_("Montant sorti (débit)"),
    "payer": N_("Nom de qui paie"),
    "words": N_("Libellé ou communication"),
    "balance": N_("Solde après l'opération"),
}
FATES = {
    Fate.NOTED: N_("Sera noté"),
    Fate.ASKED: N_("À rattacher"),
    Fate.TAKEN_BACK: N_("Sera annulé"),
    Fate.KNOWN: N_("Déjà connu"),
    Fate.SKIPPED: N_("Laissé de côté"),
}
assert set(COLUMNS) == set(FIELDS)


def _source(request: web.Request) -> tuple[Source, str]:
    """Return where the money comes from, and the address of its pages."""
    word = request.match_info["source"]
    return SOURCES[word], f"/bureau/cotisations/{word}"


async def file_page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/banque."""
    return await _file(request, Form())


async def _file(request: web.Request, form: Form) -> web.Response:
    source, here = _source(request)
    link = await run(request, online.link_of, the(request, SettingsStore))
    return render(
        request,
        "dues/intake_file.html",
        status=200 if form.ok else 422,
        form=form,
        here=here,
        title=TITLES[source],
        is_bank=source is Source.BANK,
        link=link,
        waiting=_held(request),
        size=MAX_BYTES // 1_000_000,
        lines=MAX_LINES,
    )


async def take_file(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/banque: a file, read; nothing is noted."""
    source, here = _source(request)
    sent = (await request.post()).get("fichier")
    form = Form()
    if not isinstance(sent, web.FileField):
        form.wrong("fichier", N_("Choisissez un fichier."))
        return await _file(request, form)
    with sent.file:
        data = await asyncio.to_thread(sent.file.read)
    held = Held(
        owner=caller(request).session,
        source=source,
        title=shown(sent.filename),
        at=now(request),
        data=data,
        chosen=await run(request, remembered, the(request, SettingsStore)),
    )
    try:
        await _read(request, held)
    except (FileTooLarge, BadStatement, BadShopFile) as error:
        form.wrong("fichier", told(error))
        return await _file(request, form)
    if len(held.lines) > MAX_LINES:
        return await _too_long(request, form, held)
    request.app[SHELF].keep(held)
    return go_to(request, f"{here}/apercu")


async def _too_long(request: web.Request, form: Form, held: Held) -> web.Response:
    form.wrong(
        "fichier",
        N_(
            "Ce fichier a %(num)s lignes : cette page en prend %(most)s au plus. La commande "
            "« passkoop dues bank » les prend toutes.",
            num=len(held.lines),
            most=MAX_LINES,
        ),
    )
    return await _file(request, form)


async def _read(request: web.Request, held: Held) -> None:
    """Read the file, and see what it would do."""
    if held.source is Source.BANK:
        said = await asyncio.to_thread(read_statement, held.data, held.chosen)
        held.lines, held.columns, held.outgoing = said.lines, said.columns, said.outgoing
        held.faults, held.unreadable = said.faults, said.unreadable
        held.is_understood = said.is_understood
    else:
        orders = await asyncio.to_thread(read_orders, held.data)
        held.lines, held.unreadable = orders.lines, orders.unreadable
    if len(held.lines) <= MAX_LINES:
        await _try_out(request, held)


async def _try_out(request: web.Request, held: Held) -> None:
    today = formats.local_day(now(request))
    try_out = the(request, Intake).try_out
    held.outcomes = await run(request, try_out, held.lines, today=today, now=now(request))


# --- what it would do ---


async def preview_page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/banque/apercu?montrer=asked&page=2."""
    return await _preview(request, Form())


async def _preview(request: web.Request, form: Form) -> web.Response:
    source, here = _source(request)
    held = _held(request)
    if held is None:
        return go_to(request, here, say=_("Choisissez le fichier à lire."))
    counts = _counts(held.outcomes)
    asked = request.query.get("montrer", "")
    found = [one for one in held.outcomes if one.fate == asked] or list(held.outcomes)
    return render(
        request,
        "dues/intake_preview.html",
        status=200 if form.ok else 422,
        form=form,
        here=here,
        held=held,
        title=TITLES[source],
        is_bank=source is Source.BANK,
        counts=counts,
        fates=FATES,
        asked=asked if asked in counts else "",
        page=page_of(found, request, size=PER_PAGE),
        column=_COLUMN,
        fields=COLUMNS,
        money=shown_amount,
        has_news=any(counts.get(one) for one in (Fate.NOTED, Fate.ASKED, Fate.TAKEN_BACK)),
    )


def _counts(outcomes: Sequence[Outcome]) -> Mapping[Fate, int]:
    counts = {fate: sum(one.fate is fate for one in outcomes) for fate in FATES}
    return {fate: count for fate, count in counts.items() if count}


async def choose_columns(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/banque/colonnes: read the file again, with other columns."""
    _of, here = _source(request)
    held = _held(request)
    form = await read_form(request)
    if held is None:
        return _gone(request, here)
    chosen = dict(held.chosen)
    for one in held.columns:
        said = form.typed.get(f"{_COLUMN}{one.key}")
        if one.key and said is not None and said != one.field and said in ("", *FIELDS):
            chosen[one.key] = said
    before, held.chosen = held.chosen, chosen
    try:
        await _read(request, held)
    except (FileTooLarge, BadStatement, BadShopFile) as error:
        held.chosen = before
        return go_to(request, f"{here}/apercu", say=str(told(error)))
    await run(request, remember, the(request, SettingsStore), chosen)
    if len(held.lines) > MAX_LINES:
        request.app[SHELF].drop(held.owner)
        return await _too_long(request, form, held)
    return go_to(request, f"{here}/apercu", say=_("Le fichier est relu avec ces colonnes."))


async def confirm(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/banque/confirmer: what is sure is noted, the rest waits."""
    _of, here = _source(request)
    held = _held(request)
    form = await read_form(request)
    if held is None:
        return _gone(request, here)
    if form["apercu"] != held.id:
        return go_to(request, f"{here}/apercu", say=_("Cet aperçu n'était plus le dernier."))
    if held.faults and form["verifie"] != "oui":
        form.wrong("verifie", N_("Vérifiez d'abord le fichier : ses totaux ne sont pas justes."))
        return await _preview(request, form)
    request.app[SHELF].drop(held.owner)  # whoever presses twice finds nothing
    outcomes = await run(
        request,
        the(request, Intake).take,
        held.lines,
        today=formats.local_day(now(request)),
        now=now(request),
        actor=caller(request).actor,
    )
    counts = _counts(outcomes)
    said = ngettext("%(num)s paiement noté", "%(num)s paiements notés", counts.get(Fate.NOTED, 0))
    waiting = counts.get(Fate.ASKED, 0)
    if waiting:
        said += ngettext(", %(num)s à rattacher.", ", %(num)s à rattacher.", waiting)
        return go_to(request, "/bureau/cotisations/a-rattacher", say=said)
    return go_to(request, "/bureau/cotisations/paiements", say=f"{said}.")


async def give_up(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/banque/abandonner: the file is forgotten."""
    await read_form(request)
    _of, here = _source(request)
    request.app[SHELF].drop(caller(request).session)
    return go_to(request, here, say=_("Rien n'a été noté, le fichier est oublié."))


def _held(request: web.Request) -> Held | None:
    source, _here = _source(request)
    return request.app[SHELF].of(caller(request).session, source, now=now(request))


def _gone(request: web.Request, here: str) -> web.Response:
    return go_to(request, here, say=_("Ce fichier n'est plus là : choisissez-le de nouveau."))


async def _sweep(app: web.Application) -> None:
    app[SHELF].sweep(now=app[CLOCK]())


JOB = Job(name="dues.files", every=KEPT // 6, work=_sweep)


def set_up(app: web.Application) -> None:
    """Put what the pages need into the app."""
    app[SHELF] = Shelf()


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(FILE, file_page, needs=office),
        Route(
            method="POST",
            path=FILE,
            handler=take_file,
            needs=office,
            max_body=MAX_BYTES,
            seconds=SECONDS,
        ),
        get(f"{FILE}/apercu", preview_page, needs=office),
        post(f"{FILE}/colonnes", choose_columns, needs=office),
        post(f"{FILE}/confirmer", confirm, needs=office),
        post(f"{FILE}/abandonner", give_up, needs=office),
    )
