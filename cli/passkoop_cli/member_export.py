"""`passkoop member export`: the register for a spreadsheet."""

from pathlib import Path

import click

from passkoop_cli.context import Context, pass_context
from passkoop_cli.output import json_option
from passkoop_cli.sheets import columns_among, format_of, output_option, write_sheet
from passkoop_node.members import listing
from passkoop_node.members.beside import known_in


@click.command()
@output_option
@click.option(
    "--columns",
    metavar="NOMS",
    help="Les colonnes, séparées par des virgules, telles que number,given_name,email.",
)
@click.option("--all", "everybody", is_flag=True, help="Aussi les membres partis.")
@json_option
@pass_context
def export(
    context: Context, output: Path | None, columns: str | None, everybody: bool, as_json: bool
) -> None:
    """Écrire le registre pour un tableur, en CSV ou en XLSX.

    Ce fichier nomme des personnes\u202f: supprimez-le quand il a servi. Importé de nouveau, il met
    les fiches à jour.
    """
    store = context.rooms.members
    format_of(output)
    names = columns_among(columns, listing.COLUMNS, listing.USUAL)
    members, known = store.members(on=None if everybody else context.today), known_in(store)
    numbers = {one.id: one.number for one in store.of_ids(list(set(known.principals.values())))}
    sheet = listing.sheet_of(members, names, numbers=numbers, known=known)
    write_sheet(
        context,
        sheet,
        output,
        count=(len(members), "membre"),
        action="member.export",
        as_json=as_json,
        members=len(members),
        columns=list(names),
    )
