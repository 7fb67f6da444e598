"""The pages of payments that nobody said yet whose they are."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.core import formats
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.core.paging import first_of_page, page_with
from passkoop_node.dues.amounts import Amount
from passkoop_node.dues.faults import BadPayment, PaidAlready
from passkoop_node.dues.incoming import Incoming, State
from passkoop_node.dues.intake import Intake, NotWaiting
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.dues.store import Kind, Payment
from passkoop_node.dues.wording import KINDS
from passkoop_node.members.store import MemberStore
from passkoop_node.visits.money import BadAmount, shown_amount

INBOX = "/bureau/cotisations/a-rattacher"
ONE = f"{INBOX}/{{id:[0-9]{{1,9}}}}"
PER_PAGE = 25
FOUND = 10  # members that a search shows
_LONGEST_SEARCH = 100


def waiting(request: web.Request) -> int:
    """Return how many payments wait; asked in the database's thread."""
    return the(request, Intake).store.count(State.WAITING)


async def inbox_page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/a-rattacher?ecartes=oui&page=2."""
    is_dismissed = request.query.get("ecartes") == "oui"
    state = State.DISMISSED if is_dismissed else State.WAITING
    today = formats.local_day(now(request))

    def look() -> dict[str, Any]:
        intake = the(request, Intake)
        total = intake.store.count(state)
        first = first_of_page(request, size=PER_PAGE, total=total)
        found = intake.store.in_state(state, limit=PER_PAGE, offset=first)
        whose = intake.whose(today) if found and not is_dismissed else None
        return {
            "page": page_with(found, request, size=PER_PAGE, total=total),
            "proposals": {one.id: intake.proposals(one, whose) for one in found if whose},
            "dismissed": intake.store.count(State.DISMISSED),
        }

    found = await run(request, look)
    return render(
        request,
        "dues/inbox.html",
        is_dismissed=is_dismissed,
        money=shown_amount,
        kinds=KINDS,
        **found,
    )


async def one_page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/a-rattacher/<id>?cherche=etch."""
    return await _one(request, None)


async def _one(request: web.Request, form: Form | None, *, is_second: bool = False) -> web.Response:
    today = formats.local_day(now(request))
    text = " ".join(request.query.get("cherche", "")[:_LONGEST_SEARCH].split())

    def look() -> dict[str, Any]:
        intake, line = the(request, Intake), _line(request)
        proposals = intake.proposals(line, intake.whose(today))
        ledger = the(request, Ledger)
        people = [one.member for one in proposals]
        people += [
            one
            for one in (the(request, MemberStore).find(text, limit=FOUND) if text else [])
            if all(one.id != other.id for other in people)
        ]
        chosen = form["membre"] if form else ""
        if chosen.isdecimal() and len(chosen) < 10:
            people += [
                one
                for one in the(request, MemberStore).of_ids([int(chosen)])
                if all(one.id != other.id for other in people)
            ]
        return {
            "line": line,
            "people": people,
            "proposals": proposals,
            "has_dues": ledger.plan.yearly is not Yearly.NONE,
            "amounts": [one.name for one in ledger.amounts.named()],
        }

    found = await run(request, look)
    first = next(iter(found["proposals"]), None)
    kind = first.kind if first else Kind.DUES if found["has_dues"] else Kind.SHARE
    fresh = {
        "membre": str(found["people"][0].id) if len(found["people"]) == 1 else "",
        "pour": kind.value,
        "acompte": "oui" if first and first.part else "",
    }
    return render(
        request,
        "dues/inbox_one.html",
        status=422 if form else 200,
        form=form or Form(fresh),
        is_second=is_second,
        text=text,
        choices={
            str(one.id): (one.full_name, _("n° %(number)s", number=one.number))
            for one in found["people"]
        },
        kinds={name: (title, "") for name, title in KINDS.items()},
        money=shown_amount,
        **found,
    )


def _line(request: web.Request) -> Incoming:
    found = the(request, Intake).store.get(int(request.match_info["id"]))
    if found is None or found.state is not State.WAITING:
        raise web.HTTPNotFound
    return found


async def attach(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/a-rattacher/<id>: it is this member's."""
    form = await read_form(request)
    kind = form.choice("pour", {one.value: one for one in Kind})
    if not form["membre"].isdecimal() or len(form["membre"]) > 9:
        form.wrong("membre", N_("Dites de qui est ce paiement."))

    def keep() -> Payment | None:
        assert kind is not None
        member = the(request, MemberStore).get(int(form["membre"]))
        return the(request, Intake).attach(
            int(request.match_info["id"]),
            member,
            kind=kind,
            amount=_amount(the(request, Ledger), form["tarif"]),
            part=form["acompte"] == "oui",
            again=form["encore"] == "oui",
            today=formats.local_day(now(request)),
            now=now(request),
            actor=caller(request).actor,
        )

    is_second = form["encore"] == "oui"
    if form.ok:
        try:
            payment = await run(request, keep)
        except NotWaiting as error:
            return go_to(request, INBOX, say=str(told(error)))
        except PaidAlready as error:
            form.wrong("membre", told(error))
            is_second = True
        except (BadPayment, BadAmount) as error:
            form.wrong("membre", told(error))
        else:
            said = _("C'est noté.")
            if payment is not None:
                said = _("C'est noté : reçu %(number)s.", number=payment.receipt)
            return go_to(request, INBOX, say=said)
    return await _one(request, form, is_second=is_second)


def _amount(ledger: Ledger, name: str) -> Amount | None:
    return next((one for one in ledger.amounts.named() if name and one.name == name), None)


async def dismiss(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/a-rattacher/<id>/ecarter: it is no payment of a member."""
    return await _turn(request, the(request, Intake).dismiss, _("C'est écarté."))


async def take_up(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/a-rattacher/<id>/reprendre: it waits again."""
    return await _turn(request, the(request, Intake).take_up, _("Ce paiement attend de nouveau."))


async def _turn(request: web.Request, turn: Any, says: str) -> web.Response:
    await read_form(request)
    id, actor = int(request.match_info["id"]), caller(request).actor
    try:
        await run(request, turn, id, now=now(request), actor=actor)
    except NotWaiting as error:
        says = str(told(error))
    return go_to(request, INBOX, say=says)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(INBOX, inbox_page, needs=office),
        get(ONE, one_page, needs=office),
        post(ONE, attach, needs=office),
        post(f"{ONE}/ecarter", dismiss, needs=office),
        post(f"{ONE}/reprendre", take_up, needs=office),
    )
