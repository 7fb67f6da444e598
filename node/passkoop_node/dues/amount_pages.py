"""The page of the amounts beside the plan's own: reduced, supporting, free."""

from collections.abc import Sequence

from aiohttp import web

from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.dues.amounts import LONGEST, OLDEST, Amount, BadAmountRule, Whom
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.typed import amount
from passkoop_node.visits.money import shown_amount

PAGE = "/reglages/cotisations/tarifs"
REMOVE = f"{PAGE}/oter"

WHOM = {
    Whom.ALL.value: (N_("Tout le monde"), ""),
    Whom.HOUSEHOLD.value: (N_("Qui paie pour un foyer"), ""),
    Whom.ALONE.value: (N_("Qui n'est pas en foyer"), ""),
}
KINDS = {
    "fixe": (N_("Montant fixe"), ""),
    "libre": (
        N_("Montant libre"),
        N_("Chacun donne ce qu'il veut ; le montant est une proposition."),
    ),
    "gratuit": (N_("Gratuit"), N_("Une année offerte, sans reçu.")),
}


async def page(request: web.Request) -> web.Response:
    """GET /reglages/cotisations/tarifs."""
    return await _page(request, Form({"genre": "fixe", "qui": "all"}))


async def _page(request: web.Request, form: Form) -> web.Response:
    ledger = the(request, Ledger)
    amounts = await run(request, lambda: ledger.amounts.all(ledger.plan))
    return render(
        request,
        "dues/amounts.html",
        status=200 if form.ok else 422,
        form=form,
        amounts=amounts,
        whom=WHOM,
        kinds=KINDS,
        longest=LONGEST,
        money=shown_amount,
    )


async def keep(request: web.Request) -> web.Response:
    """POST /reglages/cotisations/tarifs: one more, or another of that name."""
    form = await read_form(request)
    name = form.text("nom", most=LONGEST)
    kind = form.choice("genre", {one: one for one in KINDS})
    whom = form.choice("qui", {one.value: one for one in Whom})
    cents = 0
    if kind == "fixe" or (kind == "libre" and form["montant"].strip()):
        cents = amount(form, "montant")
        if form.ok and not cents and kind == "fixe":
            form.wrong("montant", N_("Écrivez un montant, ou choisissez « Gratuit »."))
    age = form.whole("age", least=1, most=OLDEST) if form["age"].strip() else None
    if form.ok:
        assert whom is not None
        made = Amount(name=name, cents=cents, is_open=kind == "libre", whom=whom, most_age=age)
        actor = caller(request).actor
        try:
            await run(request, the(request, Ledger).put_amount, made, now=now(request), actor=actor)
        except BadAmountRule as error:
            form.wrong("nom", told(error))
    if not form.ok:
        return await _page(request, form)
    return go_to(request, PAGE, say=_("C'est enregistré."))


async def remove(request: web.Request) -> web.Response:
    """POST /reglages/cotisations/tarifs/oter: payments that bear its name keep it."""
    form = await read_form(request)
    actor = caller(request).actor
    is_gone = await run(
        request, the(request, Ledger).remove_amount, form["nom"], now=now(request), actor=actor
    )
    return go_to(request, PAGE, say=_("Le tarif est retiré.") if is_gone else _("Rien n'a changé."))


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    return (
        get(PAGE, page, needs=Needs.ADMINISTRATOR),
        post(PAGE, keep, needs=Needs.ADMINISTRATOR),
        post(REMOVE, remove, needs=Needs.ADMINISTRATOR),
    )
