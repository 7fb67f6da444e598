"""What the office's pages about visits are asked, and what all of them note."""

import datetime

from aiohttp import web

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.handling import caller, now, the
from passkoop_node.visits.checking import EXPORTED
from passkoop_node.visits.days import local_day, month_of, parse_month
from passkoop_node.visits.room import VisitRoom


def asked_month(request: web.Request) -> str:
    """Return the month that is asked for, or this one."""
    asked = request.query.get("mois", "")
    try:
        return parse_month(asked)
    except ValueError:
        return month_of(today(request))


def today(request: web.Request) -> datetime.date:
    """Return the day in the shop."""
    return local_day(now(request))


def note_export(request: web.Request, format: str) -> None:
    """Keep the head that goes out with an export: `passkoop visit check` asks for it later."""
    head = the(request, VisitRoom).store.head()
    the(request, AuditStore).add(
        "visit.export",
        now=now(request),
        actor=caller(request).actor,
        subject=EXPORTED,
        details={"lines": head.seq, "head": head.hash.hex(), "format": format},
    )
