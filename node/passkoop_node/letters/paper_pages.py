"""The office's pages that hand out the people of a segment: a table for a spreadsheet, labels."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.formats import local_day
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message
from passkoop_node.core.sheets import FORMATS, Sheet
from passkoop_node.letters.exporting import (
    Envelopes,
    envelopes,
    sheet_of_people,
)
from passkoop_node.letters.segment_pages import ONE, population
from passkoop_node.letters.segments import Segment, Segments
from passkoop_node.members import listing
from passkoop_node.members.member import Member
from passkoop_node.members.postal import address_lines
from passkoop_node.members.sorting import SortBy
from passkoop_node.members.store import MemberStore

PER_FILE = 1_000  # labels of one PDF
PART = 1_000  # records that are read before a till gets its turn
SHOWN = 100  # of those who have no address
WRITING = web.AppKey("WRITING_LABELS", asyncio.Semaphore)  # of files: one at a time

KINDS: Mapping[str, tuple[Message, Message]] = {
    "L7160": (N_("21 par page, 63,5 × 38,1 mm"), N_("Avery L7160 et semblables.")),
    "L7159": (N_("24 par page, 63,5 × 33,9 mm"), N_("Avery L7159 et semblables.")),
    "L7163": (N_("14 par page, 99,1 × 38,1 mm"), N_("Avery L7163 et semblables.")),
}
PER_PAGE = {"L7160": 21, "L7159": 24, "L7163": 14}
ORDERS: Mapping[SortBy, Message] = {
    SortBy.NAME: N_("des noms"),
    SortBy.TOWN: N_("des communes"),
    SortBy.NUMBER: N_("des numéros"),
}


async def export(request: web.Request) -> web.Response:
    """POST /bureau/segments/<key>/exporter: CSV or XLSX."""
    shape = (await read_form(request))["format"]
    if shape not in FORMATS:
        raise web.HTTPBadRequest
    kind, write = FORMATS[shape]
    async with request.app[WRITING]:
        segment, members = await _people(request, SortBy.NUMBER)

        def look() -> Sheet:
            _note(request, "segment.export", segment, len(members))
            store = the(request, MemberStore)
            return sheet_of_people(store, members, listing.USUAL, title=segment.title)

        sheet = await run(request, look)
        data = await asyncio.to_thread(write, sheet)  # no database in it: tills get their turn
    return file_answer(data, f"segment-{segment.key}-{local_day(now(request))}.{shape}", kind)


# --- labels ---


async def labels_page(request: web.Request) -> web.Response:
    """GET /bureau/segments/<key>/etiquettes."""
    typed = {"feuille": "L7160", "depuis": "1", "ordre": SortBy.NAME.value, "foyers": "oui"}
    return await _show(request, Form(typed))


async def _show(request: web.Request, form: Form) -> web.Response:
    segment, members = await _people(request, SortBy.NAME)

    def look() -> dict[str, Any]:
        found = envelopes(the(request, MemberStore), members, by_household=True)
        every = len(found.addressed) + found.shared
        return {
            "segment": segment,
            "found": found,
            "files": [
                (first + 1, min(first + PER_FILE, every)) for first in range(0, every, PER_FILE)
            ],
        }

    return render(
        request,
        "letters/labels.html",
        status=200 if form.ok else 422,
        form=form,
        kinds=KINDS,
        orders=ORDERS,
        most_shown=SHOWN,
        **await run(request, look),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What somebody wants printed."""

    sheet: str
    start: int
    order: SortBy
    by_household: bool
    first: int  # of the addresses, from 0


async def labels(request: web.Request) -> web.Response:
    """POST /bureau/segments/<key>/etiquettes: the PDF."""
    form = await read_form(request)
    asked = _read(form)
    if asked is None:
        return await _show(request, form)

    segment, members = await _people(request, asked.order)

    def look() -> Sequence[Sequence[str]]:
        store, home = the(request, MemberStore), the(request, Ourselves).profile.country
        found: Envelopes = envelopes(store, members, by_household=asked.by_household)
        part = found.addressed[asked.first : asked.first + PER_FILE]
        if part:
            _note(request, "segment.labels", segment, len(part))
        return [address_lines(one, home=home) for one in part]

    addresses = await run(request, look)
    if not addresses:
        form.wrong("premiere", N_("Personne ici n'a d'adresse postale."))
        return await _show(request, form)

    def draw() -> bytes:
        from passkoop_node.letters.labels import SHEETS, label_sheets  # and the writer of PDF

        sheet = SHEETS[asked.sheet]
        return label_sheets(addresses, sheet, start=asked.start, title=segment.title)

    async with request.app[WRITING]:
        data = await asyncio.to_thread(draw)
    return file_answer(data, f"etiquettes-{segment.key}.pdf", "application/pdf")


def _read(form: Form) -> _Asked | None:
    sheet = form["feuille"]
    form.choice("feuille", KINDS)
    order = form.choice("ordre", {one.value: one for one in ORDERS})
    start = form.whole("depuis", most=PER_PAGE.get(sheet, 1))
    first = _number(form["premiere"] or "1")
    if not form.ok or order is None:
        return None
    return _Asked(
        sheet=sheet,
        start=start,
        order=order,
        by_household=form["foyers"] == "oui",
        first=max(0, first - 1),
    )


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


# --- shared ---


async def _people(request: web.Request, by: SortBy) -> tuple[Segment, list[Member]]:
    """Return a segment with its people, read in parts between which tills get their turn."""
    segments, store = the(request, Segments), the(request, MemberStore)

    def look() -> tuple[Segment, list[int]]:
        segment = segments.get(request.match_info["key"])
        return segment, store.ordered_ids(by=by, among=population(request).ids(segment.filter))

    segment, ids = await run(request, look)
    members: list[Member] = []
    for first in range(0, len(ids), PART):
        members += await run(request, store.of_ids, ids[first : first + PART])
    return segment, members


def _note(request: web.Request, action: str, segment: Segment, count: int) -> None:
    audit = the(request, AuditStore)
    details = {"people": count}
    actor = caller(request).actor
    audit.add(action, now=now(request), actor=actor, subject=segment.title, details=details)


def set_up(app: web.Application) -> None:
    """Let one file be written at a time."""
    app[WRITING] = asyncio.Semaphore(1)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        post(f"{ONE}/exporter", export, needs=office),
        get(f"{ONE}/etiquettes", labels_page, needs=office),
        post(f"{ONE}/etiquettes", labels, needs=office),
    )
