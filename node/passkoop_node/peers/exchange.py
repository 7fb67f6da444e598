"""Files to and fro, where there is no network: what is known goes out, and another's comes in."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from passkoop_node.coops.live import LiveTrust
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.store import CoopStore
from passkoop_node.coops.trusting import Received, heard_documents
from passkoop_node.core import formats
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.feature import Needs, Route, get
from passkoop_node.core.forms import Form
from passkoop_node.core.frame import render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message
from passkoop_node.peers.listing import COOPS
from passkoop_node.peers.words import KINDS, REFUSALS
from passkoop_node.relay.calling import slices
from passkoop_node.relay.intake import Hearsay
from passkoop_node.relay.room import RelayRoom
from passkoop_protocol.additions import Addition
from passkoop_protocol.bundle import read_bundle, write_bundle
from passkoop_protocol.errors import ProtocolError
from passkoop_protocol.keys import CoopId, shown_id

FILE = f"{COOPS}/fichier"
MAX_BYTES = 20_000_000  # what ten thousand co-ops have to say; `peer import` takes more
SECONDS = 180  # in which the file has to have come
MOST_LINES = 200  # of the report
# What is checked before the tills get their turn again: more than of a relay, for somebody waits.
_PART, _PART_BYTES = 200, 524_288

TAKING = web.AppKey("TAKING_FILES", asyncio.Semaphore)  # one at a time


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of the report."""

    place: int  # in the file, from 1; 0: it was taken, and its place does not matter
    coop: str  # the id as an address has it; "": nobody knows
    name: str
    kind: Message | None
    issued_at: int
    outcome: Message
    is_bad: bool = False
    equivocation: bool = False


@dataclass(kw_only=True)
class Report:
    """What became of a file."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)  # what went wrong first
    left_off: int = 0
    is_ours_elsewhere: bool = False  # from now on nothing is signed


async def file_page(request: web.Request) -> web.Response:
    """GET /bureau/coops/fichier."""
    return await _show(request, Form())


async def give(request: web.Request) -> web.Response:
    """GET /bureau/coops/fichier/coop.passkoop: all that this co-op knows of co-ops."""

    def gather() -> bytes:
        the(request, RelayRoom).keep_current(now=now(request))
        trust = the(request, LiveTrust).get()
        return write_bundle(heard_documents(trust, the(request, CoopStore)))

    day = formats.local_day(now(request)).isoformat()
    return web.Response(
        body=await run(request, gather),
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="coop-{day}.passkoop"'},
    )


async def take(request: web.Request) -> web.Response:
    """POST /bureau/coops/fichier: another's file; a report says what became of each document."""
    sent = (await request.post()).get("fichier")
    form = Form()
    if not isinstance(sent, web.FileField):
        form.wrong("fichier", N_("Choisissez un fichier."))
        return await _show(request, form, status=422)
    with sent.file:
        data = sent.file.read()
    async with request.app[TAKING]:
        try:
            documents = await asyncio.to_thread(read_bundle, data)
        except ProtocolError as error:
            form.wrong("fichier", REFUSALS.get(error.code, REFUSALS["malformed"]))
            return await _show(request, form, status=422)
        if not documents:
            form.wrong("fichier", N_("Ce fichier ne contient aucun document."))
            return await _show(request, form, status=422)
        report = await _take_in(request, documents)
    return await _show(request, form, report=report)


async def _take_in(request: web.Request, documents: Sequence[bytes]) -> Report:
    intake, ourselves = the(request, RelayRoom).intake, the(request, Ourselves)
    was_catching_up = await run(request, lambda: ourselves.is_catching_up)
    parts, first, hearsay = [], 0, Hearsay()
    for part in slices(documents, most=_PART, most_bytes=_PART_BYTES):
        parts.append((first, await run(request, intake.take_in, part, hearsay, now=now(request))))
        first += len(part)

    def finish() -> Report:
        report = _report(request, parts)
        report.is_ours_elsewhere = ourselves.is_catching_up and not was_catching_up
        the(request, AuditStore).add(
            "peer.import",
            now=now(request),
            actor=caller(request).actor,
            details=dict(report.counts),
        )
        return report

    return await run(request, finish)


def _report(request: web.Request, parts: Sequence[tuple[int, Received]]) -> Report:
    trust, own = the(request, LiveTrust).get(), the(request, Ourselves)

    def line(one: Addition, outcome: Message) -> Line:
        coop = CoopId(one.subject) if one.kind in ("descriptor", "status_list") else None
        held = trust.descriptor(coop) if coop else None
        return Line(
            place=0,
            coop=coop.hex() if coop and coop != own.coop else "",
            name=held.descriptor.name if held else shown_id(coop) if coop else "",
            kind=KINDS[one.kind],
            issued_at=one.issued_at if coop else 0,
            outcome=outcome,
            equivocation=one.equivocation,
        )

    report = Report()
    lines: list[Line] = []
    for first, received in parts:
        for error in received.refused:
            report.counts["refused"] += 1
            lines.append(
                Line(
                    place=first + error.place,
                    coop="",
                    name="",
                    kind=None,
                    issued_at=0,
                    outcome=REFUSALS.get(error.error.code, REFUSALS["malformed"]),
                    is_bad=error.error.code != "older",
                )
            )
        for name, additions, outcome in _groups(received):
            report.counts[name] += len(additions)
            lines += [line(one, outcome) for one in additions]
    lines.sort(key=lambda one: not (one.is_bad or one.equivocation))
    report.lines, report.left_off = lines[:MOST_LINES], max(0, len(lines) - MOST_LINES)
    return report


def _groups(received: Received) -> Iterator[tuple[str, Sequence[Addition], Message]]:
    yield "accepted", received.accepted, N_("pris")
    yield "known", received.known, N_("déjà là")
    yield "parked", received.parked, N_("attend son tour")


async def _show(
    request: web.Request, form: Form, *, status: int = 200, report: Report | None = None
) -> web.Response:
    current = await run(request, the(request, Ourselves).descriptor_is_current)
    return render(
        request,
        "peers/file.html",
        status=status,
        form=form,
        report=report,
        is_current=current,
        size=MAX_BYTES // 1_000_000,
    )


def set_up(app: web.Application) -> None:
    """Let one file be taken in at a time."""
    app[TAKING] = asyncio.Semaphore(1)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    decides = Needs.ADMINISTRATOR
    return (
        get(FILE, file_page, needs=decides),
        get(f"{FILE}/coop.passkoop", give, needs=decides),
        Route(
            method="POST",
            path=FILE,
            handler=take,
            needs=decides,
            max_body=MAX_BYTES,
            seconds=SECONDS,
        ),
    )
