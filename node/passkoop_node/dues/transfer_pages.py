"""The pages of transfers: the co-op's account, and how one member sends one amount."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from markupsafe import Markup

from passkoop_node.core.addresses import is_address
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.files import file_answer
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.core.mail_settings import MailNotSetUp
from passkoop_node.dues.iban import BadAccount, in_fours, parse_bic, parse_iban
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.notices import PaymentNotices
from passkoop_node.dues.receipts import NoAddress
from passkoop_node.dues.store import Kind
from passkoop_node.dues.transfers import (
    MOST_NAME,
    MOST_OTHER,
    Account,
    NoAccount,
    Transfer,
    Transfers,
    sepa_name,
)
from passkoop_node.visits.money import BadAmount, parse_amount, shown_amount

ACCOUNT = "/reglages/cotisations/virement"
ASK = "/bureau/membres/{id:[0-9]{1,9}}/cotisation/virement"
ONE = "/bureau/cotisations/virements/{reference:RF[0-9A-Z]{3,23}}"


# --- the account ---


async def account_page(request: web.Request) -> web.Response:
    """GET /reglages/cotisations/virement."""
    account = await run(request, lambda: the(request, Transfers).account)
    typed = {}
    if account is not None:
        typed = {
            "titulaire": account.holder,
            "iban": in_fours(account.iban),
            "bic": account.bic,
            "autre": account.other,
        }
    return _account(request, Form(typed))


def _account(request: web.Request, form: Form) -> web.Response:
    status = 200 if form.ok else 422
    return render(
        request, "dues/account.html", status=status, form=form, name=MOST_NAME, other=MOST_OTHER
    )


async def keep_account(request: web.Request) -> web.Response:
    """POST /reglages/cotisations/virement; all fields empty: no transfers any more."""
    form = await read_form(request)
    fields = ("titulaire", "iban", "bic", "autre")
    account = None
    if any(form[name].strip() for name in fields):
        account = _read(form)
    if not form.ok:
        return _account(request, form)
    actor = caller(request).actor
    await run(request, the(request, Transfers).set_account, account, now=now(request), actor=actor)
    return go_to(request, ACCOUNT, say=_("C'est enregistré."))


def _read(form: Form) -> Account:
    """Return the account that was typed; what is wrong is noted in the form."""
    holder = form.text("titulaire", most=MOST_NAME)
    other = form["autre"].strip()
    if len(other) > MOST_OTHER:
        form.wrong("autre", N_("C'est trop long : %(most)s caractères au plus.", most=MOST_OTHER))
    if form.ok and not sepa_name(holder):
        form.wrong("titulaire", N_("Écrivez le nom en lettres latines : les banques l'exigent."))
    iban = bic = ""
    if form["iban"].strip():
        try:
            iban = parse_iban(form["iban"])
        except BadAccount as error:
            form.wrong("iban", told(error))
    elif not other:
        form.wrong("iban", N_("Donnez l'IBAN, ou dites comment payer autrement."))
    if form["bic"].strip():
        try:
            bic = parse_bic(form["bic"])
        except BadAccount as error:
            form.wrong("bic", told(error))
    return Account(holder=holder, iban=iban, bic=bic, other=other)


# --- one transfer ---


async def ask(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/cotisation/virement: a transfer is waited for from now on."""
    form = await read_form(request)
    id = int(request.match_info["id"])
    kind = {one.value: one for one in Kind}.get(form["pour"], Kind.DUES)
    page = f"/bureau/membres/{id}/cotisation"
    try:
        cents = parse_amount(form["montant"])
    except BadAmount as error:
        return go_to(request, page, say=str(told(error)))
    if not cents:
        return go_to(request, page, say=_("Dites quel montant virer."))

    def keep() -> Transfer:
        member = the(request, Ledger).members.get(id)
        transfers = the(request, Transfers)
        return transfers.transfer_of(member.id, cents, kind=kind, now=now(request))

    try:
        transfer = await run(request, keep)
    except NoAccount as error:
        return go_to(request, page, say=str(told(error)))
    return go_to(request, f"/bureau/cotisations/virements/{transfer.reference}")


async def transfer_page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/virements/<reference>."""

    def look() -> dict[str, Any]:
        notices, reference = the(request, PaymentNotices), request.match_info["reference"]
        expected, member = notices.get(reference)
        transfer = notices.transfers.shown(reference)
        return {
            "expected": expected,
            "member": member,
            "transfer": transfer,
            "code": Markup(transfer.svg()),  # noqa: S704 - of our own making
            "can_send": is_address(member.email),
        }

    found = await run(request, look)
    return render(request, "dues/transfer.html", money=shown_amount, in_fours=in_fours, **found)


async def transfer_file(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/virements/<reference>.pdf."""
    from passkoop_node.dues.papers import paper  # and with it the writer of PDF

    reference = request.match_info["reference"]
    page = await run(request, the(request, PaymentNotices).page, reference)
    data = await asyncio.to_thread(paper, page)
    return file_answer(data, f"virement-{reference}.pdf", "application/pdf")


async def send(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/virements/<reference>/envoyer."""
    await read_form(request)
    reference = request.match_info["reference"]
    here, actor = f"/bureau/cotisations/virements/{reference}", caller(request).actor
    try:
        put = await run(
            request, the(request, PaymentNotices).send, reference, actor=actor, now=now(request)
        )
    except (NoAddress, MailNotSetUp) as error:
        return go_to(request, here, say=str(told(error)))
    waits = _("Cet avis attend déjà dans le courrier.")
    return go_to(request, here, say=_("L'avis part par e-mail.") if put else waits)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(ACCOUNT, account_page, needs=Needs.ADMINISTRATOR),
        post(ACCOUNT, keep_account, needs=Needs.ADMINISTRATOR),
        post(ASK, ask, needs=office),
        get(f"{ONE}.pdf", transfer_file, needs=office),
        get(ONE, transfer_page, needs=office),
        post(f"{ONE}/envoyer", send, needs=office),
    )
