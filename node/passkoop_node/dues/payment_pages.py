"""The pages of what one member paid: noted there, looked at, taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from passkoop_node.core import formats
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.dues.amounts import Amount
from passkoop_node.dues.faults import AlreadyCorrected, BadPayment, CountsWithOthers, PaidAlready
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.dues.saying import says
from passkoop_node.dues.schedules import Schedule
from passkoop_node.dues.store import Kind, Method, Payment
from passkoop_node.dues.transfers import Transfers
from passkoop_node.dues.typed import amount, day, member_of
from passkoop_node.dues.wording import KINDS, METHODS
from passkoop_node.members.households import Households
from passkoop_node.members.member import Member
from passkoop_node.visits.money import typed_amount

ONE = "/bureau/membres/{id:[0-9]{1,9}}/cotisation"
CORRECT = f"{ONE}/{{receipt:[0-9]{{4}}-[0-9]{{4,9}}}}/annuler"
_LONGEST_NAME = 200
_TWICE = N_("Un paiement a été noté entre-temps : vérifiez, puis recommencez.")


async def payments_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/cotisation."""
    return await _payments(request, None)


async def _payments(
    request: web.Request, form: Form | None, *, is_second: bool = False
) -> web.Response:
    """Return the page; `is_second`: a year was paid a few days ago."""
    today = formats.local_day(now(request))

    def look() -> dict[str, Any]:
        ledger, member = the(request, Ledger), member_of(request)
        standing, until = ledger.stands(member, on=today)
        plan = ledger.plan
        principal = the(request, Households).principal_of(member)
        amounts = amounts_for(request, ledger, member)
        return {
            "member": member,
            "plan": plan,
            "says": says(standing, until),
            "payments": ledger.payments.of_member(member.id),
            "principal": principal,
            "has_dues": plan.yearly is not Yearly.NONE,
            "amounts": amounts,
            "parts": sum(one.cents for one in ledger.payments.open_parts(member.id)),
            "can_transfer": the(request, Transfers).account is not None,
            **agreed(ledger, member),
        }

    found = await run(request, look)
    is_share = not found["has_dues"] or found["principal"] is not None
    cents = found["plan"].cents
    fresh = {
        "pour": "share" if is_share else "dues",
        "montant": "" if is_share or not cents or found["amounts"] else typed_amount(cents),
        "jour": today.isoformat(),
    }
    return render(
        request,
        "dues/payments.html",
        status=422 if form else 200,
        form=form or Form(fresh),
        is_second=is_second,
        kinds={name: (title, "") for name, title in KINDS.items()},
        methods={name: (title, "") for name, title in METHODS.items()},
        money=formats.money,
        titles=METHODS,
        today=today,
        **found,
    )


def amounts_for(request: web.Request, ledger: Ledger, member: Member) -> Mapping[str, Amount]:
    """Return the amounts that a member may pay, by the word of a form; none if there is one only.

    The plan's own amount is "plein".
    """
    household = the(request, Households).of(member)
    today = formats.local_day(now(request))
    fitting = [
        one
        for one in ledger.amounts.named()
        if not one.is_gift and one.fits(member, has_household=household is not None, on=today)
    ]
    if not fitting:
        return {}
    own = ledger.amounts.all(ledger.plan)[0]
    return {"plein": own, **{f"t-{one.name}": one for one in fitting}}


def agreed(ledger: Ledger, member: Member) -> dict[str, Any]:
    """Return what is agreed with a member, and how much of it is paid."""
    schedules: list[tuple[Schedule, int]] = []
    for kind in Kind:
        found = ledger.schedules.open_of(member.id, kind)
        if found is not None and (left := ledger.left(found)) > 0:
            schedules.append((found, found.cents - left))
    return {
        "schedules": schedules,
        "shares": ledger.schedules.share_plan(member.id),
        "shares_paid": ledger.payments.paid_since(member.id, Kind.SHARE),
        "grants": ledger.grants.of_member(member.id),
    }


async def pay(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/cotisation."""
    form = await read_form(request)
    kind = form.choice("pour", {one.value: one for one in Kind})
    chosen = None
    if form["tarif"] and kind is Kind.DUES:
        chosen = await run(
            request,
            lambda: amounts_for(request, the(request, Ledger), member_of(request)).get(
                form["tarif"]
            ),
        )
        if chosen is None:
            form.wrong("tarif", N_("Choisissez l'une des possibilités."))
    if chosen is not None and chosen.cents and not form["montant"].strip():
        form.typed["montant"] = typed_amount(chosen.cents)
    cents = amount(form, "montant")
    method = form.choice("moyen", {one.value: one for one in Method})
    paid_on = day(form, "jour")
    until = day(form, "jusque") if form["jusque"].strip() else None
    paid_by = form.text("paye_par", most=_LONGEST_NAME, optional=True)

    def keep() -> tuple[Member, Payment] | None:
        ledger, member = the(request, Ledger), member_of(request)
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
            amount=chosen,
            part=form["acompte"] == "oui",
            again=form["encore"] == "oui",
            paid_by=paid_by,
            today=formats.local_day(now(request)),
            now=now(request),
            actor=caller(request).actor,
        )

    is_second = form["encore"] == "oui"
    if form.ok:
        try:
            done = await run(request, keep)
        except PaidAlready as error:
            form.wrong("montant", told(error))
            is_second = True
        except BadPayment as error:
            form.wrong("montant", told(error))
        else:
            if done is not None:
                member, payment = done
                said = _("C'est noté : reçu %(number)s.", number=payment.receipt)
                return go_to(request, f"/bureau/membres/{member.id}/cotisation", say=said)
            form.wrong("montant", _TWICE)
    return await _payments(request, form, is_second=is_second)


# --- taken back ---


def _payment(request: web.Request) -> tuple[Member, Payment]:
    """Return the payment of the address, of the member of the address."""
    member = member_of(request)
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
    except CountsWithOthers as error:
        return go_to(request, page, say=str(told(error)))
    said = _("C'est annulé, par le reçu %(number)s.", number=counter.receipt)
    return go_to(request, page, say=said)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    return (
        get(ONE, payments_page, needs=Needs.OFFICE),
        post(ONE, pay, needs=Needs.OFFICE),
        get(CORRECT, ask_correct, needs=Needs.OFFICE),
        post(CORRECT, correct, needs=Needs.OFFICE),
    )
