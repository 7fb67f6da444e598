"""The page of what the co-op asks, and what the room of dues shows."""

from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from passkoop_node.cards.member_pages import ASIDES, Aside
from passkoop_node.core import formats
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.dues import (
    agreement_pages,
    amount_pages,
    going,
    hub_pages,
    inbox_pages,
    intake_pages,
    online_pages,
    payment_pages,
    receipt_pages,
    reminder_pages,
    renewing_pages,
    schedule_pages,
    transfer_pages,
)
from passkoop_node.dues.faults import BadPayment
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.payment_pages import CORRECT as CORRECT
from passkoop_node.dues.plan import MOST_GRACE, Plan, Yearly
from passkoop_node.dues.saying import says
from passkoop_node.dues.typed import amount
from passkoop_node.members.member import Member
from passkoop_node.visits.money import typed_amount

PLAN = "/reglages/cotisations"
YEARS = {
    "none": (N_("Pas de cotisation"), N_("Une part une fois pour toutes, ou rien.")),
    "rolling": (N_("Un an à partir du paiement"), ""),
    "civil": (N_("L'année civile"), N_("Jusqu'au 31 décembre.")),
}


# --- what the co-op asks ---


async def plan_page(request: web.Request) -> web.Response:
    """GET /reglages/cotisations."""
    plan = await run(request, lambda: the(request, Ledger).plan)
    typed = {
        "annee": plan.yearly.value,
        "montant": typed_amount(plan.cents) if plan.cents else "",
        "libre": "oui" if plan.is_free else "",
        "delai": str(plan.grace_days),
    }
    return _plan(request, Form(typed))


def _plan(request: web.Request, form: Form) -> web.Response:
    status = 200 if form.ok else 422
    return render(request, "dues/plan.html", status=status, form=form, years=YEARS)


async def keep_plan(request: web.Request) -> web.Response:
    """POST /reglages/cotisations."""
    form = await read_form(request)
    yearly = form.choice("annee", {one.value: one for one in Yearly})
    cents = amount(form, "montant") if form["montant"].strip() else 0
    days = form["delai"].strip() or "0"
    if not days.isdecimal() or len(days) > 3 or int(days) > MOST_GRACE:
        form.wrong("delai", N_("Un nombre de jours, de 0 à %(most)s.", most=MOST_GRACE))
    if form.ok and yearly is not None:
        is_free = form["libre"] == "oui"
        plan = Plan(yearly=yearly, cents=cents, is_free=is_free, grace_days=int(days))
        set_plan, actor = the(request, Ledger).set_plan, caller(request).actor
        try:
            await run(request, set_plan, plan, now=now(request), actor=actor)
        except BadPayment as error:
            form.wrong("montant", told(error))
    if not form.ok:
        return _plan(request, form)
    return go_to(request, PLAN, say=_("C'est enregistré."))


# --- shared ---


def _aside(request: web.Request, member: Member) -> Aside | None:
    """Return what the page of a member says of the dues; nothing where there are none."""
    ledger = the(request, Ledger)
    if ledger.plan.yearly is Yearly.NONE and not ledger.payments.of_member(member.id):
        return None
    standing, until = ledger.stands(member, on=formats.local_day(now(request)))
    return Aside(
        name="cotisation",
        title=N_("Cotisation"),
        says=says(standing, until),
        path=f"/bureau/membres/{member.id}/cotisation",
        link=N_("Paiements"),
    )


def _set_up(app: web.Application) -> None:
    app[ASIDES] = (*app.get(ASIDES, ()), _aside)
    intake_pages.set_up(app)
    going.set_up(app)
    renewing_pages.set_up(app)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    return (
        *hub_pages.routes(),
        *inbox_pages.routes(),
        *intake_pages.routes(),
        *online_pages.routes(),
        *receipt_pages.routes(),
        *schedule_pages.routes(),
        *transfer_pages.routes(),
        get(PLAN, plan_page, needs=Needs.ADMINISTRATOR),
        post(PLAN, keep_plan, needs=Needs.ADMINISTRATOR),
        *agreement_pages.routes(),
        *amount_pages.routes(),
        *payment_pages.routes(),
    )


def pages() -> Pages:
    """Return what the room shows."""
    menu = MenuEntry(
        group=Group.COOP,
        title=N_("Cotisations"),
        path=PLAN,
        needs=Needs.ADMINISTRATOR,
        says=N_("Ce que la coop demande chaque année, s'il y a lieu."),
        icon="card",
    )
    office = MenuEntry(
        group=Group.MEMBERS,
        title=N_("Cotisations et paiements"),
        path=hub_pages.HUB,
        needs=Needs.OFFICE,
        says=N_("Ce qui est payé, ce qui arrive par la banque."),
        icon="basket",
    )
    here = Path(__file__).parent
    return Pages(
        routes=(*routes(), *renewing_pages.routes(), *reminder_pages.routes()),
        menu=[office, menu],
        jobs=[*going.JOBS, intake_pages.JOB],
        templates=here / "templates",
        set_up=_set_up,
    )
