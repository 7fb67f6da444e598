"""`passkoop member household`: who is in whose household."""

from typing import Any

import click

from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.output import json_option, print_json, print_table, say
from passkoop_node.cards import household_acts
from passkoop_node.members.households import Household
from passkoop_node.members.member import Member


@click.group(cls=Group)
def household() -> None:
    """Les foyers\u202f: une personne titulaire, d’autres rattachées."""


_number = click.argument("number", metavar="NUMÉRO")


@household.command()
@_number
@json_option
@pass_context
def show(context: Context, number: str, as_json: bool) -> None:
    """Montrer le foyer d’un membre."""
    one = context.rooms.members.by_number(number)
    _show(context, one, as_json)


@household.command()
@_number
@click.option("--to", metavar="NUMÉRO", required=True, help="Numéro de la personne titulaire.")
@json_option
@pass_context
def add(context: Context, number: str, to: str, as_json: bool) -> None:
    """Rattacher un membre au foyer d’un autre."""
    members = context.rooms.members
    one, principal = members.by_number(number), members.by_number(to)
    household_acts.join(
        context.rooms.issuer, one, principal, on=context.today, now=context.now, actor=ACTOR
    )
    say(f"{one.full_name} est dans le foyer de {principal.full_name}.")
    _show(context, principal, as_json)


@household.command()
@_number
@json_option
@pass_context
def remove(context: Context, number: str, as_json: bool) -> None:
    """Retirer un membre du foyer où il est rattaché."""
    one = context.rooms.members.by_number(number)
    household_acts.part(context.rooms.issuer, one, now=context.now, actor=ACTOR)
    say(f"{one.full_name} n’est plus dans un foyer.")
    _show(context, one, as_json)


@household.command()
@_number
@json_option
@pass_context
def lead(context: Context, number: str, as_json: bool) -> None:
    """Faire d’un membre rattaché la personne titulaire du foyer."""
    one = context.rooms.members.by_number(number)
    household_acts.lead(context.rooms.issuer, one, now=context.now, actor=ACTOR)
    say(f"{one.full_name} est titulaire du foyer.")
    _show(context, one, as_json)


def _show(context: Context, member: Member, as_json: bool) -> None:
    found = context.rooms.households.of(member)
    if as_json:
        print_json(household_to_json(found) if found else {"principal": None, "affiliated": []})
    elif found is None:
        say(f"{member.full_name} n’est dans aucun foyer.")
    else:
        rows = [(found.principal.number, found.principal.full_name, "titulaire")]
        rows += [(one.number, one.full_name, "personne rattachée") for one in found.affiliated]
        print_table(("N°", "Nom", ""), rows)


def household_to_json(found: Household) -> dict[str, Any]:
    """Return a household for a program, by the members’ numbers."""
    return {
        "principal": found.principal.number,
        "affiliated": [one.number for one in found.affiliated],
    }
