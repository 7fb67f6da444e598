"""`passkoop dues export`: payments for a spreadsheet."""

import datetime
from pathlib import Path

import click

from passkoop_cli.context import Context, pass_context
from passkoop_cli.kinds import Day
from passkoop_cli.output import json_option
from passkoop_cli.sheets import format_of, output_option, write_sheet
from passkoop_node.dues import listing


@click.command()
@output_option
@click.option("--since", type=Day(), metavar="DATE", help="Payés à partir de ce jour.")
@click.option("--until", type=Day(), metavar="DATE", help="Payés jusqu’à ce jour.")
@json_option
@pass_context
def export(
    context: Context,
    output: Path | None,
    since: datetime.date | None,
    until: datetime.date | None,
    as_json: bool,
) -> None:
    """Écrire les paiements et leurs reçus pour un tableur, en CSV ou en XLSX."""
    format_of(output)
    rooms = context.rooms
    payments = rooms.dues.payments.noted(since=since, until=until)
    ids = list({one.member_id for one in payments})
    sheet = listing.sheet_of(payments, {one.id: one for one in rooms.members.of_ids(ids)})
    write_sheet(
        context,
        sheet,
        output,
        count=(len(payments), "paiement"),
        action="dues.export",
        as_json=as_json,
        payments=len(payments),
    )
