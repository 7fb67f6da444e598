"""`passkoop segment`: the segments, who is in one, and its people for a spreadsheet."""

from collections.abc import Sequence
from pathlib import Path

import click

from passkoop_cli.click_in_french import Group
from passkoop_cli.context import Context, pass_context
from passkoop_cli.output import json_option, plural, print_json, print_table, say
from passkoop_cli.sheets import columns_among, format_of, output_option, write_sheet
from passkoop_node.letters.exporting import sheet_of_people
from passkoop_node.letters.segments import Segment
from passkoop_node.letters.wording import described
from passkoop_node.members import listing
from passkoop_node.members.member import Member

_which = click.argument("segment", metavar="SEGMENT")


@click.group(cls=Group)
def segment() -> None:
    """Les segments\u202f: des listes de membres qui se tiennent à jour."""


@segment.command("list")
@json_option
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """Montrer les segments et les groupes, avec le nombre de personnes."""
    segments = context.rooms.segments
    everybody = segments.population(on=context.today, now=context.now)
    rows = [(one, len(everybody.ids(one.filter))) for one in (*segments.own(), *segments.ready())]
    if as_json:
        for one, count in rows:
            print_json({"key": one.key, "title": one.title, "ready": one.is_ready, "people": count})
        return
    print_table(
        ("Segment", "Nom", "Personnes"), [(one.key, one.title, str(count)) for one, count in rows]
    )
    for group in segments.store.groups():
        people = plural(len(segments.store.people([group.id])), "personne")
        say(f"Groupe «\u00a0{group.title}\u00a0»\u202f: {people}.")


@segment.command()
@_which
@json_option
@pass_context
def show(context: Context, segment: str, as_json: bool) -> None:
    """Montrer qui est dans un segment, par son nom ou sa clé."""
    found, members = _people(context, segment)
    if as_json:
        for one in members:
            print_json({"number": one.number, "name": one.full_name, "town": one.town})
        return
    for line in described(found.filter, context.rooms.segments.store.groups()):
        say(line)
    if members:
        print_table(
            ("N°", "Nom", "Commune"), [(one.number, one.full_name, one.town) for one in members]
        )
    say(f"{plural(len(members), 'personne')}.")


@segment.command()
@_which
@output_option
@click.option(
    "--columns",
    metavar="NOMS",
    help="Les colonnes, séparées par des virgules, telles que number,given_name,email.",
)
@json_option
@pass_context
def export(
    context: Context, segment: str, output: Path | None, columns: str | None, as_json: bool
) -> None:
    """Écrire les personnes d’un segment pour un tableur, en CSV ou en XLSX.

    Ce fichier nomme des personnes\u202f: supprimez-le quand il a servi.
    """
    format_of(output)
    names = columns_among(columns, listing.COLUMNS, listing.USUAL)
    found, members = _people(context, segment)
    sheet = sheet_of_people(context.rooms.members, members, names, title=found.title)
    write_sheet(
        context,
        sheet,
        output,
        count=(len(members), "membre"),
        action="segment.export",
        as_json=as_json,
        subject=found.title,
        people=len(members),
        columns=list(names),
    )


def _people(context: Context, key: str) -> tuple[Segment, Sequence[Member]]:
    rooms = context.rooms
    found = rooms.segments.get(key)
    ids = rooms.segments.population(on=context.today, now=context.now).ids(found.filter)
    return found, rooms.members.of_ids(rooms.members.ordered_ids(among=ids))
