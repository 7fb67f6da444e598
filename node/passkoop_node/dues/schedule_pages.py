"""The page of all that is paid in several times: what is due next, and what is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from passkoop_node.core import formats
from passkoop_node.core.feature import Needs, Route, get
from passkoop_node.core.frame import render
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.paging import page_of
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.schedules import Instalment, Schedule
from passkoop_node.dues.wording import KINDS
from passkoop_node.members.member import Member
from passkoop_node.visits.money import shown_amount

PAGE = "/bureau/cotisations/echeances"
PER_PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """An agreement that is not all paid."""

    schedule: Schedule
    member: Member
    paid: int  # cents
    late: int  # cents
    following: Instalment | None  # what is due next


def running(ledger: Ledger, *, on: date) -> list[Running]:
    """Return the agreements that are not all paid, those that are late first."""
    open_ = [(one, ledger.left(one)) for one in ledger.schedules.all_open()]
    open_ = [(one, left) for one, left in open_ if left > 0]
    ids = list(dict.fromkeys(one.member_id for one, _left in open_))
    people = {one.id: one for one in ledger.members.of_ids(ids)}
    found = [
        Running(
            schedule=one,
            member=people[one.member_id],
            paid=one.cents - left,
            late=one.late(one.cents - left, on=on),
            following=one.following(one.cents - left, on=on),
        )
        for one, left in open_
        if one.member_id in people
    ]
    return sorted(found, key=lambda one: (-one.late, one.schedule.id))


def late(request: web.Request) -> int:
    """Return how many agreements are late; asked in the database's thread."""
    today = formats.local_day(now(request))
    return sum(one.late > 0 for one in running(the(request, Ledger), on=today))


async def page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/echeances."""
    today = formats.local_day(now(request))
    found = await run(request, lambda: running(the(request, Ledger), on=today))
    return render(
        request,
        "dues/schedules.html",
        page=page_of(found, request, size=PER_PAGE),
        kinds=KINDS,
        money=shown_amount,
    )


def routes() -> Sequence[Route]:
    """Return the way to this page."""
    return (get(PAGE, page, needs=Needs.OFFICE),)
