"""The pages of dues: what the co-op asks, and what one member paid."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web

from passkoop_node.cards.member_pages import ASIDES, Aside
from passkoop_node.core import formats
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.dues import daily, hub_pages
from passkoop_node.dues.faults import AlreadyCorrected, BadPayment
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import MOST_GRACE, Plan, Standing, Yearly
from passkoop_node.dues.store import Kind, Method, Payment
from passkoop_node.dues.wording import KINDS, METHODS
from passkoop_node.members.households import Households
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore
from passkoop_node.visits.money import BadAmount, parse_amount

PLAN = "/reglages/cotisations"
ONE = "/bureau/membres/{id:[0-9]{1,9}}/cotisation"
CORRECT = f"{ONE}/{{receipt:[0-9]{{4}}-[0-9]{{4,9}}}}/annuler"

YEARS = {
    "none": (N_("Pas de cotisation"), N_("Une part une fois pour toutes, ou rien.")),
    "rolling": (N_("Un an à partir du paiement"), ""),
    "civil": (N_("L'année civile"), N_("Jusqu'au 31 décembre.")),
}
STANDINGS = {
    Standing.CURRENT: N_("À jour"),
    Standing.GRACE: N_("Délai accordé"),
    Standing.LAPSED: N_("À renouveler"),
    Standing.EXEMPT: N_("Sans cotisation"),
}
_TWICE = N_("Un paiement a été noté entre-temps : vérifiez, puis recommencez.")


# --- what the co-op asks ---


async def plan_page(request: web.Request) -> web.Response:
    """GET /reglages/cotisations."""
    plan = await run(request, lambda: the(request, Ledger).plan)
    typed = {
        "annee": plan.yearly.value,
        "montant": _plain(plan.cents) if plan.cents else "",
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
    cents = _amount(form, "montant") if form["montant"].strip() else 0
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


# --- what one member paid ---


async def payments_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/cotisation."""
    return await _payments(request, None)


async def _payments(request: web.Request, form: Form | None) -> web.Response:
    day = formats.local_day(now(request))

    def look() -> dict[str, Any]:
        ledger, member = the(request, Ledger), _member(request)
        standing, until = ledger.stands(member, on=day)
        plan = ledger.plan
        return {
            "member": member,
            "plan": plan,
            "says": _says(standing, until),
            "payments": ledger.payments.of_member(member.id),
            "principal": the(request, Households).principal_of(member),
            "has_dues": plan.yearly is not Yearly.NONE,
        }

    found = await run(request, look)
    is_share = not found["has_dues"] or found["principal"] is not None
    fresh = {
        "pour": "share" if is_share else "dues",
        "montant": "" if is_share or not found["plan"].cents else _plain(found["plan"].cents),
        "jour": day.isoformat(),
    }
    return render(
        request,
        "dues/payments.html",
        status=422 if form else 200,
        form=form or Form(fresh),
        kinds={name: (title, "") for name, title in KINDS.items()},
        methods={name: (title, "") for name, title in METHODS.items()},
        money=formats.money,
        titles=METHODS,
        **found,
    )


async def pay(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/cotisation."""
    form = await read_form(request)
    kind = form.choice("pour", {one.value: one for one in Kind})
    cents = _amount(form, "montant")
    method = form.choice("moyen", {one.value: one for one in Method})
    paid_on = _day(form, "jour")
    until = _day(form, "jusque") if form["jusque"].strip() else None

    def keep() -> tuple[Member, Payment] | None:
        ledger, member = the(request, Ledger), _member(request)
        if form["vu"] != str(len(ledger.payments.of_member(member.id))):
            return None  # pressed twice, or somebody was quicker
        assert kind is not None
        assert method is not None
        assert paid_on is not None
        return member, ledger.pay(
            member,
            kind=kind,
            cents=cents,
            method=method,
            paid_on=paid_on,
            until=until if kind is Kind.DUES else None,
            today=formats.local_day(now(request)),
            now=now(request),
            actor=caller(request).actor,
        )

    if form.ok:
        try:
            done = await run(request, keep)
        except BadPayment as error:
            form.wrong("montant", told(error))
        else:
            if done is not None:
                member, payment = done
                said = _("C'est noté : reçu %(number)s.", number=payment.receipt)
                return go_to(request, f"/bureau/membres/{member.id}/cotisation", say=said)
            form.wrong("montant", _TWICE)
    return await _payments(request, form)


def _payment(request: web.Request) -> tuple[Member, Payment]:
    """Return the payment of the address, of the member of the address."""
    member = _member(request)
    found = the(request, Ledger).payments.by_receipt(request.match_info["receipt"])
    if found is None or found.member_id != member.id:
        raise web.HTTPNotFound
    return member, found


async def ask_correct(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/cotisation/<receipt>/annuler: asks first."""
    member, payment = await run(request, _payment, request)
    return render(request, "dues/correct.html", member=member, payment=payment, money=formats.money)


async def correct(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/cotisation/<receipt>/annuler."""
    await read_form(request)
    page = f"/bureau/membres/{request.match_info['id']}/cotisation"

    def take_back() -> Payment:
        _member_of_it, payment = _payment(request)
        return the(request, Ledger).correct(
            payment.receipt,
            today=formats.local_day(now(request)),
            now=now(request),
            actor=caller(request).actor,
        )

    try:
        counter = await run(request, take_back)
    except AlreadyCorrected:
        return go_to(request, page, say=_("Ce reçu est déjà annulé."))
    said = _("C'est annulé, par le reçu %(number)s.", number=counter.receipt)
    return go_to(request, page, say=said)


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
        says=_says(standing, until),
        path=f"/bureau/membres/{member.id}/cotisation",
        link=N_("Paiements"),
    )


def _says(standing: Standing, until: date | None) -> str:
    if until is None or standing is Standing.EXEMPT:
        return str(STANDINGS[standing])
    return _("%(state)s, payé jusqu'au %(day)s", state=STANDINGS[standing], day=formats.day(until))


def _amount(form: Form, name: str) -> int:
    try:
        return parse_amount(form[name])
    except BadAmount as error:
        form.wrong(name, told(error))
        return 0


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form[name].strip())
    except ValueError:
        form.wrong(name, Message("%(says)s", {"says": _("Écrivez un jour comme 2026-11-30.")}))
        return None


def _plain(cents: int) -> str:
    return f"{cents // 100}{formats.decimal_sign()}{cents % 100:02}"


def _member(request: web.Request) -> Member:
    return the(request, MemberStore).get(int(request.match_info["id"]))


def _set_up(app: web.Application) -> None:
    app[ASIDES] = (*app.get(ASIDES, ()), _aside)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    return (
        *hub_pages.routes(),
        get(PLAN, plan_page, needs=Needs.ADMINISTRATOR),
        post(PLAN, keep_plan, needs=Needs.ADMINISTRATOR),
        get(ONE, payments_page, needs=Needs.OFFICE),
        post(ONE, pay, needs=Needs.OFFICE),
        get(CORRECT, ask_correct, needs=Needs.OFFICE),
        post(CORRECT, correct, needs=Needs.OFFICE),
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
        routes=routes(),
        menu=[office, menu],
        jobs=[daily.JOB],
        templates=here / "templates",
        set_up=_set_up,
    )
