"""The office's pages of segments: all of them, the people of one, making and changing one."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.pages import PER_PAGE, order_of
from passkoop_node.cards.situations import SITUATIONS, situations
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.formats import local_day
from passkoop_node.core.forms import Form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.core.paging import first_of_page, page_with
from passkoop_node.letters.choosing import Population
from passkoop_node.letters.criteria import CRITERIA, Kind
from passkoop_node.letters.filters import MOST, Condition, Filter
from passkoop_node.letters.mailings import Mailings
from passkoop_node.letters.rows import Row, filter_of, read_rows, rows_of
from passkoop_node.letters.segments import (
    LONGEST_TITLE,
    Segment,
    SegmentNotFound,
    Segments,
    TitleTaken,
    TooMany,
)
from passkoop_node.letters.store import Group
from passkoop_node.letters.wording import choices_of, described, offered
from passkoop_node.members.store import MemberStore

SEGMENTS = "/bureau/segments"
NEW = f"{SEGMENTS}/nouveau"
ONE = f"{SEGMENTS}/{{key:[0-9]{{1,9}}|[a-z][a-z-]{{1,30}}}}"
OWN = f"{SEGMENTS}/{{key:[0-9]{{1,9}}}}"
EDIT, DELETE = f"{OWN}/changer", f"{OWN}/supprimer"


def population(request: web.Request) -> Population:
    """Return everybody, today."""
    at = now(request)
    return the(request, Segments).population(on=local_day(at), now=at)


async def segments_page(request: web.Request) -> web.Response:
    """GET /bureau/segments."""
    segments, everybody = the(request, Segments), population(request)

    async def counted(some: Sequence[Segment]) -> list[tuple[Segment, int]]:
        # One at a time: tills get their turn in between.
        return [(one, len(await run(request, everybody.ids, one.filter))) for one in some]

    def look() -> list[tuple[Group, int]]:
        store = segments.store
        return [(one, len(store.people([one.id]))) for one in store.groups()]

    return render(
        request,
        "letters/segments.html",
        own=await counted(await run(request, segments.own)),
        ready=await counted(await run(request, segments.ready)),
        groups=await run(request, look),
    )


async def segment_page(request: web.Request) -> web.Response:
    """GET /bureau/segments/<key>?tri=nom&sens=inverse&page=2: the people of one."""

    def look() -> dict[str, Any]:
        segments, store = the(request, Segments), the(request, MemberStore)
        segment = segments.get(request.match_info["key"])
        ids = population(request).ids(segment.filter)
        order = order_of(request)
        first = first_of_page(request, size=PER_PAGE, total=len(ids))
        shown = store.of_ids(
            store.ordered_ids(
                by=order.by,
                descending=order.descending,
                among=ids,
                limit=PER_PAGE,
                offset=first,
            )
        )
        return {
            "segment": segment,
            "order": order,
            "says": described(segment.filter, segments.store.groups()),
            "situations": situations(the(request, Issuer), shown, now=now(request)),
            "page": page_with(shown, request, size=PER_PAGE, total=len(ids)),
        }

    found = await run(request, look)
    return render(
        request, "letters/segment.html", shown=SITUATIONS, today=local_day(now(request)), **found
    )


# --- making and changing ---


async def new_page(request: web.Request) -> web.Response:
    """GET /bureau/segments/nouveau?de=<key>: empty, or as another one is."""
    start = Filter(wanted=(Condition(field="belongs", values=("member",)),))

    def look() -> tuple[str, Filter]:
        try:
            other = the(request, Segments).get(request.query.get("de", ""))
        except SegmentNotFound:
            return "", start
        return "", other.filter

    title, filter = await run(request, look)
    return await _form(request, Form({"nom": title}), rows_of(filter), None)


async def edit_page(request: web.Request) -> web.Response:
    """GET /bureau/segments/<id>/changer."""
    segment = await run(request, the(request, Segments).get, request.match_info["key"])
    return await _form(request, Form({"nom": segment.title}), rows_of(segment.filter), segment)


async def change(request: web.Request) -> web.Response:
    """POST /bureau/segments/nouveau, /bureau/segments/<id>/changer: one button of several."""
    sent = await request.post()
    form = Form({name: value for name, value in sent.items() if isinstance(value, str)})
    key = request.match_info.get("key")
    segments = the(request, Segments)
    segment = await run(request, segments.get, key) if key else None
    rows, act = read_rows(sent), form["faire"]
    if act == "ajouter":
        if form["critere"] in CRITERIA and len(rows) < MOST:
            rows.append(_fresh(form["critere"], is_unwanted=form["cote"] == "sauf"))
        elif len(rows) >= MOST:
            form.wrong("critere", N_("Il y en a déjà %(most)s : c'est le maximum.", most=MOST))
        else:
            form.wrong("critere", N_("Choisissez ce qui est demandé."))
        return await _form(request, form, rows, segment)
    if act.startswith("enlever-"):
        place = act.removeprefix("enlever-")
        rows = [one for at, one in enumerate(rows) if str(at) != place]
        return await _form(request, form, rows, segment)
    if act == "garder" and form["critere"] in CRITERIA and len(rows) < MOST:
        # Chosen and not added: kept without it, the segment would hold whom nobody meant.
        rows.append(_fresh(form["critere"], is_unwanted=False))
        form.wrong("critere", N_("Ce critère est ajouté : dites ce qu'il demande."))
        return await _form(request, form, rows, segment)
    for one in rows:
        one.check()
    if act != "garder":
        return await _form(request, form, rows, segment)
    title = form.text("nom", most=LONGEST_TITLE)
    if form.ok and not any(one.fault for one in rows):
        keep = the(request, Segments).keep
        actor = caller(request).actor
        try:
            kept = await run(
                request, keep, key, title, filter_of(rows), now=now(request), actor=actor
            )
        except (TitleTaken, TooMany) as error:
            form.wrong("nom", told(error))
        else:
            return go_to(request, f"{SEGMENTS}/{kept.key}", say=_("Le segment est enregistré."))
    return await _form(request, form, rows, segment, is_refused=True)


def _fresh(field: str, *, is_unwanted: bool) -> Row:
    values = ("", "") if CRITERIA[field].kind in (Kind.DAYS, Kind.YEARS) else ()
    return Row(field=field, values=values, is_unwanted=is_unwanted)


async def _form(
    request: web.Request,
    form: Form,
    rows: Sequence[Row],
    segment: Segment | None,
    *,
    is_refused: bool = False,
) -> web.Response:
    """Return the form; the count is that of the rows, where all of them can be asked."""

    def look() -> dict[str, Any]:
        segments = the(request, Segments)
        groups = segments.store.groups()
        asked = [Row(field=one.field, values=one.values) for one in rows]
        for one in asked:
            one.check()
        can = not any(one.fault for one in asked)
        return {
            "count": len(population(request).ids(filter_of(rows))) if can else None,
            "fields": offered(has_dues=segments.has_dues, groups=groups),
            "choices": {one.field: choices_of(one.field, groups) for one in rows},
        }

    return render(
        request,
        "letters/segment_form.html",
        status=422 if is_refused or not form.ok else 200,
        form=form,
        rows=rows,
        segment=segment,
        longest=LONGEST_TITLE,
        is_full=len(rows) >= MOST,
        **await run(request, look),
    )


# --- and away ---


async def ask_delete(request: web.Request) -> web.Response:
    """GET /bureau/segments/<id>/supprimer: asks first."""

    def look() -> dict[str, Any]:
        segment = the(request, Segments).get(request.match_info["key"])
        return {
            "segment": segment,
            "drafts": the(request, Mailings).store.drafts_to(segment.key),
        }

    return render(request, "letters/segment_delete.html", **await run(request, look))


async def delete(request: web.Request) -> web.Response:
    """POST /bureau/segments/<id>/supprimer."""
    await request.post()
    segments = the(request, Segments)

    def forget() -> None:
        segment = segments.get(request.match_info["key"])
        segments.delete(segment, now=now(request), actor=caller(request).actor)

    await run(request, forget)
    return go_to(request, SEGMENTS, say=_("Le segment est supprimé, les fiches restent."))


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(SEGMENTS, segments_page, needs=office),
        get(NEW, new_page, needs=office),
        post(NEW, change, needs=office),
        get(ONE, segment_page, needs=office),
        get(EDIT, edit_page, needs=office),
        post(EDIT, change, needs=office),
        get(DELETE, ask_delete, needs=office),
        post(DELETE, delete, needs=office),
    )
