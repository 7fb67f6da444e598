"""`passkoop member`: the register."""

import dataclasses
import datetime
from pathlib import Path
from typing import Any

import click

from passkoop_cli.asking import confirm, is_interactive
from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.files import read_given
from passkoop_cli.household import household
from passkoop_cli.kinds import FILE, Day, Whole
from passkoop_cli.member_data import data, erase
from passkoop_cli.member_export import export
from passkoop_cli.output import json_option, plural, print_json, print_table, progress_bar, say
from passkoop_cli.words import CATEGORIES
from passkoop_node.core.french import french_date
from passkoop_node.members.choices import remembered
from passkoop_node.members.csvfiles import MAX_BYTES
from passkoop_node.members.imports import ImportPlan, apply, preview
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.modes import Mode

_SHOWN_LINES = 20  # lines of an import's report in a terminal; --json has them all
_SHOWN_MEMBERS = 50


@click.group(cls=Group)
def member() -> None:
    """Le registre des membres."""


member.add_command(household)
member.add_command(export)
member.add_command(erase)
member.add_command(data)


@member.command("import")
@click.argument("file", metavar="FICHIER", type=FILE)
@click.option("--dry-run", is_flag=True, help="Montrer l’aperçu, ne rien changer.")
@click.option(
    "--mode",
    type=click.Choice([*Mode]),
    default=Mode.AUTO,
    help="create\u202f: ajouter les nouveaux seulement\u202f; update\u202f: mettre à jour "
    "seulement, par le numéro ou l’adresse\u202f; auto (sinon)\u202f: les deux.",
)
@click.option("--yes", is_flag=True, help="Ne pas demander confirmation.")
@json_option
@pass_context
def import_(
    context: Context, file: Path, mode: str, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Importer les membres d’un fichier CSV, XLSX ou ODS.

    Un export de HelloAsso, de Galette, de Paheko, de gestion-compte, de Tapir, de Foodsoft, de
    FoodCoopShop ou de Dolibarr, ou tout autre tableau qui a une colonne de noms.
    Les colonnes sont reconnues à leur titre. Recommencer l’import ne double rien.
    """
    rooms = context.rooms
    data = read_given(file, MAX_BYTES)
    # What the office said of unknown columns, on its page, holds here too.
    chosen = remembered(rooms.settings)
    plan = preview(data, rooms.members, now=context.now, chosen=chosen, mode=Mode(mode))
    if not as_json:
        _show_plan(plan)
    wanted = bool(plan.people) and not dry_run
    if wanted and not yes and not as_json and is_interactive():
        confirm("Importer\u202f?", default=True)
    if wanted:
        changes = len(plan.additions) + len(plan.updates)
        with progress_bar(changes, "Import") as bar:
            apply(plan, rooms.members, now=context.now, progress=bar.update)
        rooms.audit.add("member.import", now=context.now, actor=ACTOR, details=plan.counts)
    if as_json:
        print_json(_plan_to_json(plan, done=wanted))
    elif dry_run:
        say("Aperçu seulement\u202f: rien n’a été changé.")
    elif not wanted:
        say("Tout y était déjà\u202f: rien n’a été changé.")
    else:
        say("Import terminé.")


@member.command()
@click.option("--given", "given_name", metavar="PRÉNOM", default="", help="Prénom.")
@click.option("--family", "family_name", metavar="NOM", default="", help="Nom de famille.")
@click.option("--number", metavar="N°", default="", help="Numéro\u202f; sinon le suivant.")
@click.option("--email", metavar="ADRESSE", default="", help="Adresse e-mail.")
@click.option("--phone", metavar="TÉL", default="", help="Téléphone.")
@click.option("--address", metavar="RUE", default="", help="Rue et numéro.")
@click.option("--postcode", metavar="CP", default="", help="Code postal.")
@click.option("--town", metavar="COMMUNE", default="", help="Commune.")
@click.option("--affiliated", is_flag=True, help="Personne rattachée au foyer d’un membre.")
@click.option(
    "--joined", type=Day(), metavar="DATE", help="Date d’adhésion\u202f; sinon aujourd’hui."
)
@json_option
@pass_context
def add(
    context: Context,
    /,
    joined: datetime.date | None,
    affiliated: bool,
    as_json: bool,
    **texts: Any,
) -> None:
    """Ajouter un membre."""
    data = MemberData(**texts, category=int(affiliated), joined=joined or context.today)
    added = context.rooms.members.add(data, now=context.now)
    context.rooms.audit.add("member.add", now=context.now, actor=ACTOR, subject=added.number)
    if as_json:
        print_json(member_to_json(added))
    else:
        say(f"{added.full_name} est membre n°\u00a0{added.number}.")


@member.command("list")
@click.option("--search", metavar="TEXTE", help="Nom, numéro, e-mail, commune ou badge.")
@click.option(
    "--limit",
    type=Whole(1),
    metavar="N",
    help=f"Au plus N membres\u202f; sinon {_SHOWN_MEMBERS}, ou tous avec --json.",
)
@click.option("--page", type=Whole(1), metavar="N", default=1, help="La page N de la liste.")
@json_option
@pass_context
def list_(
    context: Context, search: str | None, limit: int | None, page: int, as_json: bool
) -> None:
    """Montrer les membres."""
    store = context.rooms.members
    total = store.count()
    size = limit or (total if as_json else _SHOWN_MEMBERS)
    first = (page - 1) * size
    if search is None:
        members = store.members(limit=size, offset=first)
    else:
        found = store.find(search, limit=total)
        members, total = found[first : first + size], len(found)
    if as_json:
        for one in members:
            print_json(member_to_json(one))
        return
    rows = [(one.number, one.full_name, one.email, one.town) for one in members]
    if rows:
        print_table(("N°", "Nom", "E-mail", "Commune"), rows)
    if total > first + size:
        say(f"{plural(total, 'membre')}\u202f; la suite avec --page {page + 1}.")
    elif not rows:
        say("Personne.")


@member.command()
@click.argument("number", metavar="NUMÉRO")
@json_option
@pass_context
def show(context: Context, number: str, as_json: bool) -> None:
    """Montrer un membre et ses cartes."""
    one = context.rooms.members.by_number(number)
    cards = context.rooms.cards.of_member(one.id)
    if as_json:
        print_json(member_to_json(one) | {"cards": len(cards)})
        return
    for label, value in (
        ("N°", one.number),
        ("Nom", one.full_name),
        ("Catégorie", CATEGORIES.get(one.category, "membre")),
        ("E-mail", one.email),
        ("Téléphone", one.phone),
        ("Adresse", " ".join(filter(None, (one.address, one.postcode, one.town)))),
        ("Adhésion", one.joined and french_date(one.joined)),
        ("Départ", one.left and french_date(one.left)),
        ("Badge", one.badge),
        ("Cartes", str(len(cards))),
    ):
        if value:
            click.echo(f"{label:<10} {value}")


def member_to_json(one: Member) -> dict[str, Any]:
    """Return what is known of a member, for a program."""
    value = dataclasses.asdict(one)
    for internal in ("id", "created_at", "updated_at"):
        value.pop(internal, None)
    return value | {"member_ref": one.member_ref.hex()}


def _show_plan(plan: ImportPlan) -> None:
    say(f"Reconnu\u202f: {plan.title}.")
    for warning in plan.warnings:
        say(f"Attention\u202f: {warning}")
    if plan.ignored:
        say("Colonnes laissées de côté\u202f: " + ", ".join(plan.ignored))
    counts = plan.counts
    skipped = "laissée de côté" if counts["skipped"] == 1 else "laissées de côté"
    said = (
        ("created", "à créer"),
        ("updated", "à mettre à jour"),
        ("unchanged", "sans changement"),
        ("repeated", "en double dans le fichier"),
        ("skipped", skipped),
        ("error", "en erreur"),
    )
    say(", ".join(f"{counts[name]} {words}" for name, words in said if counts[name]) + ".")
    for about, lines in (("À corriger", plan.errors), ("À savoir", plan.remarks)):
        if lines:
            say(f"{about}\u202f:")
        for line in lines[:_SHOWN_LINES]:
            say(f"  {line}")
        if len(lines) > _SHOWN_LINES:
            say(f"  … et {len(lines) - _SHOWN_LINES} autres (toutes avec --json).")


def _plan_to_json(plan: ImportPlan, *, done: bool) -> dict[str, Any]:
    lines = [dataclasses.asdict(line) | {"outcome": line.outcome.value} for line in plan.lines]
    return {
        "format": plan.export,
        "encoding": plan.encoding,
        "columns": list(plan.columns),
        "ignored": list(plan.ignored),
        "warnings": list(plan.warnings),
        "counts": plan.counts,
        "done": done,
        "lines": [line for line in lines if line["message"] or line["outcome"] == "error"],
    }
