"""How commands speak: data on stdout, talk on stderr, an error in two lines."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import click
from click._termui_impl import ProgressBar

from passkoop_node import errors as node_errors
from passkoop_node.errors import NodeError
from passkoop_protocol.errors import ProtocolError
from passkoop_site.errors import SiteError

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Sortie JSON, pour un programme."
)

MISTAKE, UNREACHABLE = 2, 5  # exit codes; `verify` has others

LONG_WORK = 20  # cards, members, pages: fewer are done before a bar could be read

# The folder, its database or whoever was called cannot be had; everything else that is wrong is in
# what was given.
_UNREACHABLE = (
    node_errors.FolderNotFound,
    node_errors.NotANode,
    node_errors.HomeBusy,
    node_errors.AccessDenied,
    node_errors.DiskFull,
    node_errors.DiskFailure,
    node_errors.DatabaseBusy,
    node_errors.NotADatabase,
    node_errors.DatabaseDamaged,
    node_errors.NewerDatabase,
    node_errors.FederationUnreachable,
)


def exit_code_of(error: NodeError | ProtocolError | SiteError) -> int:
    """Return 5 if the node cannot be reached, else 2: 1, 3 and 4 are verdicts (`verify`)."""
    # Not isinstance: the folder of a file that was given is no co-op's.
    return UNREACHABLE if type(error) in _UNREACHABLE else MISTAKE


def wants_json(words: Sequence[str]) -> bool:
    """Return whether a program reads what a command answers, also one that failed early."""
    return "--json" in words


def say(text: str) -> None:
    """Tell the person something."""
    click.echo(text, err=True)


def say_error(message: str, hint: str, *, code: str, as_json: bool) -> int:
    """Say what happened, and what to do; a program is told the code, too.

    Returns:
        The exit code of a mistake in what was given.
    """
    if as_json:
        print_json({"error": code, "message": message, "to_do": hint})
    click.echo(f"{click.style('Erreur', bold=True)}\u202f: {message}.", err=True)
    click.echo(f"À faire\u202f: {hint}", err=True)
    return MISTAKE


def print_json(value: Any) -> None:
    """Print one object on a line of its own."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their headers, columns aligned."""
    lines = [headers, *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(headers))]
    for number, line in enumerate(lines):
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        text = "  ".join(cells).rstrip()
        click.echo(click.style(text, bold=True) if number == 0 and sys.stdout.isatty() else text)


def progress_bar(length: int, label: str) -> "ProgressBar[int]":
    """Return a bar on stderr for long work; where nobody watches it prints nothing."""
    hidden = length < LONG_WORK or not sys.stderr.isatty()
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=hidden)


def day_of(moment: int) -> date:
    """Return the day of a time in seconds, UTC; the last there is for times beyond.

    A card of another co-op may bear any time that its key signs.
    """
    try:
        return date(1970, 1, 1) + timedelta(seconds=moment)
    except OverflowError:
        return date.max


def age(seconds: int) -> str:
    """Return how long ago something was, in words."""
    if seconds < 3600:
        return "moins d’une heure"
    hours, days = seconds // 3600, seconds // 86_400
    if days < 2:
        return f"{hours} h"
    return f"{days} jours"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: « 1 carte », « 12 cartes »."""
    return f"{count} {one if abs(count) < 2 else many or one + 's'}"
