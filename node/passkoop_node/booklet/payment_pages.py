"""Dues on one's own page: what is due, how to pay, and the receipts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from markupsafe import Markup

from passkoop_node.booklet.booklet_pages import stands_of
from passkoop_node.booklet.caller import me
from passkoop_node.core import formats
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import render
from passkoop_node.core.guard import OWN_DOOR
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.limits import Limit
from passkoop_node.dues.amounts import Amount
from passkoop_node.dues.faults import ReceiptNotFound
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.dues.receipts import Receipts
from passkoop_node.dues.transfers import NoAccount, Transfer, Transfers
from passkoop_node.members.member import Member
from passkoop_node.visits.money import BadAmount, parse_amount

PAY = f"{OWN_DOOR}/cotisation"
REFERENCES = web.AppKey("OWN_REFERENCES", Limit)  # each amount that is asked for has its own
RECEIPT = f"{OWN_DOOR}/recus/{{receipt:[0-9]{{4}}-[0-9]{{4,9}}}}.pdf"


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What a member may pay, and how."""

    stands: Message | None
    pays: bool  # else the household's principal does
    amounts: Sequence[Amount]  # those that fit
    by_transfer: bool


def _due(request: web.Request, member: Member) -> Due:
    ledger = the(request, Ledger)
    household = ledger.households.of(member)
    pays = household is None or household.principal.id == member.id
    today = formats.local_day(now(request))
    amounts = [
        one
        for one in ledger.amounts.all(ledger.plan)
        if not one.is_gift and one.fits(member, has_household=household is not None, on=today)
    ]
    return Due(
        stands=stands_of(request, member),
        pays=pays,
        amounts=amounts if pays else (),
        by_transfer=the(request, Transfers).account is not None,
    )


async def page(request: web.Request) -> web.Response:
    """GET /moi/cotisation."""
    return await _page(request, None)


async def _page(
    request: web.Request, form: Form | None, *, transfer: Transfer | None = None
) -> web.Response:
    def look() -> Due:
        if the(request, Ledger).plan.yearly is Yearly.NONE:
            raise web.HTTPNotFound
        return _due(request, me(request))

    due = await run(request, look)
    choices = {str(place): (_named(one), "") for place, one in enumerate(due.amounts)}
    return render(
        request,
        "booklet/pay.html",
        status=200 if form is None or form.ok else 422,
        form=form or Form({"tarif": "0"}),
        due=due,
        choices=choices,
        is_open=any(one.is_open for one in due.amounts),
        transfer=transfer,
        code=Markup(transfer.svg()) if transfer else "",  # noqa: S704 - our own drawing
        money=formats.money,
    )


def _named(one: Amount) -> str:
    facts = {"name": one.name or _("Cotisation"), "amount": formats.money(one.cents)}
    if one.is_open:
        return _("%(name)s : libre, %(amount)s par exemple", **facts)
    return _("%(name)s : %(amount)s", **facts)


async def pay(request: web.Request) -> web.Response:
    """POST /moi/cotisation: shows how to send an amount; asked again, the same reference."""
    form = await read_form(request)
    request.app[REFERENCES].take(str(caller(request).member), now=now(request))

    def ask() -> Transfer | None:
        member = me(request)
        due = _due(request, member)
        chosen = form.choice("tarif", {str(n): one for n, one in enumerate(due.amounts)})
        cents = _cents(form, chosen)
        if not form.ok or chosen is None or not due.by_transfer:
            return None
        return the(request, Transfers).transfer_of(
            member.id, cents, amount=chosen.name, now=now(request)
        )

    try:
        transfer = await run(request, ask)
    except (NoAccount, BadAmount):
        transfer = None
    return await _page(request, form, transfer=transfer)


def _cents(form: Form, chosen: Amount | None) -> int:
    if chosen is None or not chosen.is_open or not form["montant"].strip():
        return chosen.cents if chosen else 0
    try:
        cents = parse_amount(form["montant"])
    except BadAmount:
        cents = 0
    if not cents:
        form.wrong("montant", N_("Vérifiez le montant : 23,50 par exemple."))
    return cents


async def receipt(request: web.Request) -> web.Response:
    """GET /moi/recus/<receipt>.pdf: one's own alone."""
    from passkoop_node.dues.papers import paper  # and with it the writer of PDF

    number = request.match_info["receipt"]

    def look() -> Any:
        receipts = the(request, Receipts)
        payment, member = receipts.get(number)
        if member.id != me(request).id:
            raise ReceiptNotFound(number)
        return receipts.page(payment.receipt)

    data = await asyncio.to_thread(paper, await run(request, look))
    return file_answer(data, f"recu-{number}.pdf", "application/pdf")


def set_up(app: web.Application) -> None:
    """Count what is asked from now on."""
    app[REFERENCES] = Limit(20, 60)


def routes() -> Sequence[Route]:
    """Return the ways to dues and receipts."""
    own = Needs.MEMBER
    return (
        get(PAY, page, needs=own),
        post(PAY, pay, needs=own),
        get(RECEIPT, receipt, needs=own),
    )
