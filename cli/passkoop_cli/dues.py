"""`passkoop dues`: what the co-op asks each year, what was paid, who has not renewed."""

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.dues_cards import suspend
from passkoop_cli.dues_export import export
from passkoop_cli.dues_money import bank, journal, online, receipt, waiting
from passkoop_cli.dues_remind import remind
from passkoop_cli.kinds import Day, Whole
from passkoop_cli.output import json_option, plural, print_json, print_table, say
from passkoop_cli.usage import Misuse
from passkoop_node.core.french import french_date
from passkoop_node.dues.plan import MOST_GRACE, Plan, Standing, Yearly
from passkoop_node.dues.store import Kind, Method, Payment
from passkoop_node.visits.money import parse_amount

_STANDINGS = {
    Standing.CURRENT: "à jour",
    Standing.GRACE: "délai accordé",
    Standing.LAPSED: "à renouveler",
    Standing.EXEMPT: "sans cotisation",
}
_METHODS = {
    Method.CASH: "espèces",
    Method.CARD: "carte bancaire",
    Method.CHEQUE: "chèque",
    Method.TRANSFER: "virement",
    Method.ONLINE: "en ligne",
}

_number = click.argument("number", metavar="NUMÉRO")


@click.group(cls=Group)
def dues() -> None:
    """Les cotisations et les parts\u202f: ce qui est payé, qui n’a pas renouvelé."""


for command in (bank, export, journal, online, receipt, remind, suspend, waiting):
    dues.add_command(command)


@dues.command()
@click.option(
    "--yearly",
    type=click.Choice([one.value for one in Yearly]),
    help="none, rolling (un an à partir du paiement) ou civil (jusqu’au 31 décembre).",
)
@click.option("--amount", metavar="MONTANT", help="Celui d’une année, en euros.")
@click.option("--free/--fixed", "is_free", default=None, help="Chacun donne ce qu’il veut, ou non.")
@click.option("--grace", type=Whole(0, MOST_GRACE), metavar="JOURS", help="Délai accordé.")
@json_option
@pass_context
def plan(
    context: Context,
    yearly: str | None,
    amount: str | None,
    is_free: bool | None,
    grace: int | None,
    as_json: bool,
) -> None:
    """Montrer ce que la coop demande, ou le changer."""
    ledger = context.rooms.dues
    was = ledger.plan
    wanted = replace(
        was,
        yearly=was.yearly if yearly is None else Yearly(yearly),
        cents=was.cents if amount is None else parse_amount(amount),
        is_free=was.is_free if is_free is None else is_free,
        grace_days=was.grace_days if grace is None else grace,
    )
    if wanted != was:
        ledger.set_plan(wanted, now=context.now, actor=ACTOR)
        say("C’est enregistré.")
        if woken := context.rooms.lapsing.wake(now=context.now, actor=ACTOR):
            say(f"{plural(woken, 'carte')} de nouveau valable{'s' if woken > 1 else ''}.")
    if as_json:
        print_json(_plan_to_json(wanted))
    else:
        click.echo(_plan_in_words(wanted))


@dues.command()
@_number
@click.option("--amount", metavar="MONTANT", help="En euros\u202f; sinon celui d’une année.")
@click.option(
    "--method",
    type=click.Choice([one.value for one in Method]),
    required=True,
    help="cash (espèces), card (carte), cheque, transfer (virement) ou online (en ligne).",
)
@click.option("--day", type=Day(), metavar="DATE", help="Quand\u202f; sinon aujourd’hui.")
@click.option("--until", type=Day(), metavar="DATE", help="Le dernier jour payé.")
@click.option("--share", "is_share", is_flag=True, help="Une part, et non une cotisation.")
@click.option("--part", is_flag=True, help="Un acompte\u202f: le reste viendra plus tard.")
@click.option("--again", is_flag=True, help="L’année suivante, payée peu après l’autre.")
@click.option("--paid-by", metavar="NOM", default="", help="Qui a payé, si ce n’est pas le membre.")
@json_option
@pass_context
def pay(
    context: Context,
    number: str,
    amount: str | None,
    method: str,
    day: datetime.date | None,
    until: datetime.date | None,
    is_share: bool,
    part: bool,
    again: bool,
    paid_by: str,
    as_json: bool,
) -> None:
    """Noter ce qu’un membre a payé."""
    if is_share and amount is None:
        raise Misuse("il manque le montant de la part", "Donnez-le avec --amount.")
    if is_share and until is not None:
        raise Misuse("une part n’a pas de période", "Enlevez --until.")
    ledger, member = context.rooms.dues, context.rooms.members.by_number(number)
    payment = ledger.pay(
        member,
        kind=Kind.SHARE if is_share else Kind.DUES,
        cents=ledger.plan.cents if amount is None else parse_amount(amount),
        method=Method(method),
        paid_on=day or context.today,
        until=until,
        part=part,
        again=again,
        paid_by=paid_by,
        today=context.today,
        now=context.now,
        actor=ACTOR,
    )
    if as_json:
        print_json(_payment_to_json(payment))
        return
    said = f"{member.full_name}\u202f: {_euros(payment.cents)}, reçu {payment.receipt}."
    if payment.last:
        said += f" À jour jusqu’au {french_date(payment.last)}."
    say(said)


@dues.command()
@click.argument("receipt", metavar="REÇU")
@json_option
@pass_context
def correct(context: Context, receipt: str, as_json: bool) -> None:
    """Annuler un paiement noté par erreur, par une ligne contraire."""
    counter = context.rooms.dues.correct(receipt, today=context.today, now=context.now, actor=ACTOR)
    if as_json:
        print_json(_payment_to_json(counter))
        return
    say(f"Le reçu {counter.corrects} est annulé par le reçu {counter.receipt}.")


@dues.command()
@_number
@json_option
@pass_context
def show(context: Context, number: str, as_json: bool) -> None:
    """Montrer où en est un membre, et ce qu’il a payé."""
    ledger, member = context.rooms.dues, context.rooms.members.by_number(number)
    standing, until = ledger.stands(member, on=context.today)
    payments = ledger.payments.of_member(member.id)
    if as_json:
        paid = [_payment_to_json(one) for one in payments]
        print_json({"situation": standing.value, "paid_until": until, "payments": paid})
        return
    end = f", payé jusqu’au {french_date(until)}" if until else ""
    say(f"{member.full_name}\u202f: {_STANDINGS[standing]}{end}.")
    if payments:
        print_table(("Reçu", "Jour", "Montant", "Moyen", "Pour", ""), _rows(payments))


@dues.command()
@json_option
@pass_context
def late(context: Context, as_json: bool) -> None:
    """Montrer qui n’a pas renouvelé."""
    found = context.rooms.dues.to_renew(on=context.today)
    if as_json:
        for member, standing, until in found:
            shown = {"number": member.number, "name": member.full_name}
            print_json({**shown, "situation": standing.value, "paid_until": until})
        return
    if found:
        print_table(
            ("N°", "Nom", "Cotisation", "Payé jusqu’au"),
            [
                (
                    one.number,
                    one.full_name,
                    _STANDINGS[standing],
                    french_date(until) if until else "",
                )
                for one, standing, until in found
            ],
        )
    say(f"{plural(len(found), 'cotisation')} à renouveler.")


def _rows(payments: Sequence[Payment]) -> list[tuple[str, ...]]:
    return [
        (
            one.receipt,
            french_date(one.paid_on),
            _euros(one.cents),
            _METHODS[one.method],
            f"jusqu’au {french_date(one.last)}"
            if one.last
            else "part"
            if one.kind is Kind.SHARE
            else "acompte",
            (one.corrects and f"annule {one.corrects}")
            or (one.corrected_by and f"annulé par {one.corrected_by}"),
        )
        for one in payments
    ]


def _euros(cents: int) -> str:
    euros, rest = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}{euros},{rest:02}\u00a0€"


def _plan_in_words(plan: Plan) -> str:
    if plan.yearly is Yearly.NONE:
        return "Pas de cotisation."
    year = "pour l’année civile" if plan.yearly is Yearly.CIVIL else "pour un an"
    amount = f"{_euros(plan.cents)} {year}"
    if plan.is_free:
        amount = f"Montant libre {year}" + (f", {_euros(plan.cents)} proposés" * bool(plan.cents))
    days = f"{plural(plan.grace_days, 'jour')} de délai" if plan.grace_days else "sans délai"
    return f"{amount}, {days}."


def _plan_to_json(plan: Plan) -> dict[str, Any]:
    return {
        "yearly": plan.yearly.value,
        "cents": plan.cents,
        "free": plan.is_free,
        "grace_days": plan.grace_days,
    }


def _payment_to_json(payment: Payment) -> dict[str, Any]:
    return {
        "receipt": payment.receipt,
        "kind": payment.kind.value,
        "cents": payment.cents,
        "method": payment.method.value,
        "paid_on": payment.paid_on,
        "first": payment.first,
        "last": payment.last,
        "corrects": payment.corrects,
        "corrected_by": payment.corrected_by,
        "amount": payment.amount,
        "paid_by": payment.paid_by,
    }
