"""What a newcomer is told to type."""

import shutil
import sys
from pathlib import Path

import click


def command() -> str:
    """Return how this program is called from here."""
    typed = sys.argv[0]
    is_ours = Path(typed).stem == "passkoop" and shutil.which("passkoop") is None
    return typed if is_ours else "passkoop"


def say_for_real(*lines: str) -> None:
    """Say what to type for a co-op that is not invented."""
    click.echo("\nPour de vrai, dans votre coop\u202f:")
    for words in lines:
        click.echo(f"   $ {command()} {words}")
