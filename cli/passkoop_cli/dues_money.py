"""`passkoop dues receipt, journal, bank, online, waiting`: receipts, and money from files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from passkoop_cli.asking import confirm, is_interactive
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.files import read_given
from passkoop_cli.kinds import FILE, Whole
from passkoop_cli.output import json_option, plural, print_json, print_table, say
from passkoop_cli.sheets import format_of, output_option, write_sheet
from passkoop_cli.usage import Misuse
from passkoop_node.core.french import french_date
from passkoop_node.dues.bankfiles import read_statement
from passkoop_node.dues.choices import remembered
from passkoop_node.dues.incoming import Line, State
from passkoop_node.dues.intake import Fate, Outcome
from passkoop_node.dues.onlinefiles import read_orders
from passkoop_node.home import write_private
from passkoop_node.members.csvfiles import MAX_BYTES
from passkoop_node.visits.money import shown_amount

_FATES = {
    Fate.NOTED: "à noter",
    Fate.ASKED: "à rattacher",
    Fate.TAKEN_BACK: "à annuler",
    Fate.KNOWN: "déjà connu",
    Fate.SKIPPED: "laissé de côté",
}
_SHOWN = 50  # lines

_file = click.argument("file", type=FILE, metavar="FICHIER")
_yes = click.option("--yes", is_flag=True, help="Sans demander.")
_dry_run = click.option("--dry-run", is_flag=True, help="Montrer seulement.")


@click.command()
@click.argument("receipt", metavar="REÇU")
@click.option(
    "-o", "--output", type=FILE, metavar="FICHIER", required=True, help="Le PDF à écrire."
)
@json_option
@pass_context
def receipt(context: Context, receipt: str, output: Path, as_json: bool) -> None:
    """Écrire un reçu en PDF."""
    from passkoop_node.dues.papers import paper  # and with it the writer of PDF

    write_private(output, paper(context.rooms.receipts.page(receipt)))
    if as_json:
        print_json({"receipt": receipt, "file": str(output)})
    else:
        say(f"Le reçu {receipt} est dans {output}.")


@click.command()
@output_option
@click.option("--year", type=Whole(2000, 2200), metavar="ANNÉE", help="Sinon, toutes.")
@json_option
@pass_context
def journal(context: Context, output: Path | None, year: int | None, as_json: bool) -> None:
    """Écrire le journal des reçus, en CSV ou en XLSX."""
    format_of(output)
    sheet, count = context.rooms.receipts.journal(year)
    write_sheet(
        context,
        sheet,
        output,
        count=(count, "reçu"),
        action="dues.export",
        as_json=as_json,
        payments=count,
    )


@click.command()
@_file
@_dry_run
@_yes
@click.option("--checked", is_flag=True, help="Malgré un total qui n’est pas juste.")
@json_option
@pass_context
def bank(
    context: Context, file: Path, dry_run: bool, yes: bool, checked: bool, as_json: bool
) -> None:
    """Noter les virements du relevé de la banque\u202f: CSV, XLSX ou ODS.

    Ce qui porte sa référence se note\u202f; le reste attend qu’on dise de qui c’est. Le même
    fichier une seconde fois ne change rien.
    """
    rooms = context.rooms
    said = read_statement(read_given(file, MAX_BYTES), remembered(rooms.settings))
    if not said.is_understood:
        headers = ", ".join(one.header for one in said.columns if one.header)
        raise Misuse(
            f"on ne sait pas où sont le jour et le montant ({headers})",
            "Donnez ce fichier à la page Bureau → Cotisations et paiements → Relevé de la banque.",
        )
    for fault in said.faults:
        say(f"Attention\u202f: {fault}.")
    if said.faults and not checked and not dry_run:
        raise Misuse(
            "un total de ce fichier n’est pas juste",
            "Vérifiez auprès de la banque, puis recommencez avec --checked.",
        )
    _take(context, said.lines, said.unreadable, dry_run=dry_run, yes=yes, as_json=as_json)


@click.command()
@_file
@_dry_run
@_yes
@json_option
@pass_context
def online(context: Context, file: Path, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Noter les paiements d’un export de HelloAsso ou d’une boutique."""
    said = read_orders(read_given(file, MAX_BYTES))
    _take(context, said.lines, said.unreadable, dry_run=dry_run, yes=yes, as_json=as_json)


def _take(
    context: Context,
    lines: Sequence[Line],
    unreadable: Sequence[tuple[int, str]],
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    intake, when = context.rooms.intake, {"today": context.today, "now": context.now}
    tried: Sequence[Outcome] = intake.try_out(lines, today=context.today, now=context.now)
    if not as_json:
        for place, why in unreadable[:_SHOWN]:
            say(f"Ligne {place}\u202f: {why}.")
        _show(tried)
    news = any(one.fate in (Fate.NOTED, Fate.ASKED, Fate.TAKEN_BACK) for one in tried)
    wanted = news and not dry_run
    if wanted and not yes and not as_json and is_interactive():
        confirm("Noter\u202f?", default=True)
    done = intake.take(lines, actor=ACTOR, **when) if wanted else tried  # type: ignore[arg-type]
    counts = {fate.value: sum(one.fate is fate for one in done) for fate in Fate}
    if as_json:
        print_json({"done": wanted, "unreadable": len(unreadable), **counts})
    elif dry_run:
        say("Aperçu seulement\u202f: rien n’a été noté.")
    elif not wanted:
        say("Tout y était déjà\u202f: rien n’a été noté.")
    else:
        say(
            f"{plural(counts['noted'], 'paiement noté', 'paiements notés')}, "
            f"{counts['asked']} à rattacher."
        )


def _show(outcomes: Sequence[Outcome]) -> None:
    news = [one for one in outcomes if one.fate is not Fate.KNOWN]
    if news:
        print_table(
            ("Ligne", "Jour", "Montant", "Payé par", "Membre", "Résultat"),
            [
                (
                    str(one.line.place),
                    french_date(one.line.paid_on),
                    shown_amount(one.line.cents),
                    one.line.payer or one.line.person or one.line.words[:40],
                    one.member.full_name if one.member else "",
                    f"{_FATES[one.fate]}{f' ({one.note})' if one.note else ''}",
                )
                for one in news[:_SHOWN]
            ],
        )
    if len(news) > _SHOWN:
        say(f"… et {len(news) - _SHOWN} autres.")


@click.command()
@json_option
@pass_context
def waiting(context: Context, as_json: bool) -> None:
    """Montrer l’argent arrivé dont on ne sait pas de qui il est."""
    found = context.rooms.intake.store.in_state(State.WAITING)
    if as_json:
        for one in found:
            print_json(_to_json(one))
        return
    if found:
        print_table(
            ("Jour", "Montant", "Payé par", "Libellé"),
            [
                (
                    french_date(one.paid_on),
                    shown_amount(one.cents),
                    one.payer or one.person,
                    one.words[:60],
                )
                for one in found
            ],
        )
    say(f"{plural(len(found), 'paiement')} à rattacher.")


def _to_json(one: Any) -> dict[str, Any]:
    return {
        "source": one.source.value,
        "paid_on": one.paid_on,
        "cents": one.cents,
        "payer": one.payer,
        "person": one.person,
        "email": one.email,
        "words": one.words,
        "reference": one.reference,
    }
