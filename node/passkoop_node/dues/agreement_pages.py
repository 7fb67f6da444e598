"""The page of what is agreed with a member: several times, shares, days for nothing."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from aiohttp import web

from passkoop_node.core import formats
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.dues import agreements
from passkoop_node.dues.faults import BadPayment
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.payment_pages import agreed
from passkoop_node.dues.plan import Yearly
from passkoop_node.dues.schedules import MOST_TIMES, SharePlan
from passkoop_node.dues.store import Kind
from passkoop_node.dues.typed import amount, day, member_of
from passkoop_node.dues.wording import KINDS
from passkoop_node.visits.money import BadAmount, shown_amount, typed_amount

PAGE = "/bureau/membres/{id:[0-9]{1,9}}/cotisation/accords"
TAKE_BACK = "/bureau/membres/{id:[0-9]{1,9}}/cotisation/offert/{grant:[0-9]{1,9}}/reprendre"
_SAVED, _SAME = N_("C'est enregistré."), N_("Rien n'a changé.")


async def page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/cotisation/accords."""
    return await _page(request, None)


async def _page(request: web.Request, form: Form | None) -> web.Response:
    today = formats.local_day(now(request))

    def look() -> dict[str, Any]:
        ledger, member = the(request, Ledger), member_of(request)
        plan = ledger.plan
        has_dues = plan.yearly is not Yearly.NONE
        principal = ledger.households.principal_of(member)
        gifts = [one.name for one in ledger.amounts.named() if one.is_gift]
        return {
            "member": member,
            "plan": plan,
            "can_pay": has_dues and principal is None,
            "gifts": gifts,
            **agreed(ledger, member),
        }

    found = await run(request, look)
    shares = found["shares"]
    fresh = {
        "pour": "dues" if found["can_pay"] else "share",
        "montant": typed_amount(found["plan"].cents) if found["can_pay"] else "",
        "fois": "3",
        "premier": today.isoformat(),
        "parts": str(shares.shares) if shares else "",
        "prix": typed_amount(shares.cents) if shares else "",
        "pourquoi": found["gifts"][0] if found["gifts"] else "",
    }
    return render(
        request,
        "dues/agreements.html",
        status=422 if form else 200,
        form=_with(form or Form(), fresh),
        kinds={name: (title, "") for name, title in KINDS.items()},
        money=shown_amount,
        **found,
    )


def _with(form: Form, fresh: dict[str, str]) -> Form:
    """Return what was typed into one form of the page, and what the others hold."""
    form.typed = {**fresh, **form.typed}
    return form


async def keep(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/cotisation/accords: one of the page's forms."""
    form = await read_form(request)
    deed = _DEEDS.get(form["quoi"])
    if deed is None:
        raise web.HTTPBadRequest
    field, do = deed(request, form)
    says = _SAVED
    if form.ok:
        try:
            if await run(request, do) is False:
                says = _SAME
        except (BadAmount, BadPayment) as error:
            form.wrong(field, told(error))
    if not form.ok:
        return await _page(request, form)
    id = request.match_info["id"]
    return go_to(request, f"/bureau/membres/{id}/cotisation", say=str(says))


Deed = tuple[str, Callable[[], object]]  # where its fault is told, and what it does


def _agree(request: web.Request, form: Form) -> Deed:
    kind = form.choice("pour", {one.value: one for one in Kind})
    cents, first = amount(form, "montant"), day(form, "premier")
    times = form.whole("fois", least=2, most=MOST_TIMES)

    def do() -> None:
        assert kind is not None
        assert first is not None
        agreements.agree(
            the(request, Ledger),
            member_of(request),
            kind=kind,
            cents=cents,
            times=times,
            first=first,
            **_by(request),
        )

    return "montant", do


def _give_up(request: web.Request, form: Form) -> Deed:
    kind = form.choice("pour", {one.value: one for one in Kind}) or Kind.DUES
    return "pour", lambda: agreements.give_up(
        the(request, Ledger), member_of(request), kind, **_by(request)
    )


def _shares(request: web.Request, form: Form) -> Deed:
    plan = None
    if form["parts"].strip() not in ("", "0"):
        shares = form.whole("parts", least=1, most=agreements.MOST_SHARES)
        plan = SharePlan(shares=shares, cents=amount(form, "prix"))
    return "prix", lambda: agreements.plan_shares(
        the(request, Ledger), member_of(request), plan, **_by(request)
    )


def _grant(request: web.Request, form: Form) -> Deed:
    why = form.text("pourquoi", most=100)
    last: date | None = day(form, "jusque") if form["jusque"].strip() else None
    today = formats.local_day(now(request))

    def do() -> bool:
        ledger, member = the(request, Ledger), member_of(request)
        if form["vu"] and form["vu"] != str(len(ledger.grants.of_member(member.id))):
            return False  # pressed twice, or somebody was quicker
        agreements.grant(ledger, member, why=why, on=today, last=last, **_by(request))
        return True

    return "jusque", do


_DEEDS: dict[str, Callable[[web.Request, Form], Deed]] = {
    "fois": _agree,
    "plus": _give_up,
    "parts": _shares,
    "offrir": _grant,
}


async def take_back(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/cotisation/offert/<grant>/reprendre."""
    await read_form(request)
    id, grant = request.match_info["id"], int(request.match_info["grant"])
    is_gone = await run(
        request,
        lambda: agreements.take_back_grant(
            the(request, Ledger), member_of(request), grant, **_by(request)
        ),
    )
    says = _("Ces jours sont repris.") if is_gone else str(_SAME)
    return go_to(request, f"/bureau/membres/{id}/cotisation", say=says)


def _by(request: web.Request) -> Any:
    return {"now": now(request), "actor": caller(request).actor}


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    return (
        get(PAGE, page, needs=Needs.OFFICE),
        post(PAGE, keep, needs=Needs.OFFICE),
        post(TAKE_BACK, take_back, needs=Needs.OFFICE),
    )
