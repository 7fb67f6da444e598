"""Tables that commands write for spreadsheets."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from passkoop_cli.context import ACTOR, Context
from passkoop_cli.kinds import FILE
from passkoop_cli.output import plural, print_json, say
from passkoop_cli.usage import Misuse
from passkoop_node.core.sheets import FORMATS, Sheet
from passkoop_node.home import write_private

output_option = click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FICHIER",
    help="Le fichier à écrire, en .csv ou en .xlsx\u202f; sinon, le CSV est affiché.",
)


def format_of(output: Path | None) -> str:
    """Return what a file's name asks for: csv or xlsx.

    Raises:
        Misuse: it asks for something else.
    """
    ending = output.suffix.lower()[1:] if output else "csv"
    if ending not in FORMATS:
        raise Misuse(f"{output} n’est ni un .csv, ni un .xlsx", "Changez la fin du nom.")
    return ending


def write_sheet(
    context: Context,
    sheet: Sheet,
    output: Path | None,
    *,
    count: tuple[int, str],
    action: str,
    subject: str = "",
    as_json: bool = False,
    **details: Any,
) -> None:
    """Write a table where it is wanted, and note that it went out.

    Args:
        context: of the command.
        sheet: the table.
        output: the file; None: on stdout.
        count: how many of what are in it.
        action: for the journal.
        subject: the same: what was written.
        as_json: a program wants to know what was written.
        details: for the journal.

    Raises:
        Misuse: a program wants to know it, of a table that itself goes to stdout.
    """
    if as_json and output is None:
        raise Misuse(
            "avec «\u00a0--json\u00a0», le tableau va dans un fichier",
            "Nommez-le\u202f: -o FICHIER.",
        )
    ending = format_of(output)
    data = FORMATS[ending][1](sheet)
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        write_private(output, data)
        if as_json:
            print_json({"file": str(output), "lines": count[0]})
        else:
            say(f"{plural(*count)}\u202f; {output} est écrit.")
    details = {**details, "format": ending}
    context.rooms.audit.add(action, now=context.now, actor=ACTOR, subject=subject, details=details)


def columns_among(text: str | None, known: Sequence[str], usual: Sequence[str]) -> Sequence[str]:
    """Return the columns that somebody names, parted by commas.

    Raises:
        Misuse: there is no such column.
    """
    names = [name.strip() for name in text.split(",") if name.strip()] if text else list(usual)
    for name in names:
        if name not in known:
            said = ", ".join(known)
            raise Misuse(f"il n’y a pas de colonne «\u00a0{name}\u00a0»", f"Il y a {said}.")
    return names
