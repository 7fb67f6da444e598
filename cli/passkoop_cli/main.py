"""The `passkoop` command: its groups, its one place for errors, and who the co-op is."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from passkoop_cli.context import Context
from passkoop_cli.output import exit_code_of, say_error
from passkoop_node.errors import NodeError
from passkoop_protocol.errors import ProtocolError

# Imported when they are asked for: `passkoop --help` need not load a PDF writer.
_COMMANDS = {
    "init": "init:init",
    "member": "member:member",
    "card": "card:card",
    "key": "key:key",
    "peer": "peer:peer",
    "verify": "verify:verify",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "doctor": "doctor:doctor",
    "demo": "demo:demo",
}


class LazyGroup(click.Group):
    """The commands by name; an error of ours becomes two lines, once for all of them."""

    @property
    def commands(self) -> dict[str, click.Command]:
        """Every command, loaded."""
        return {name: self.get_command(None, name) for name in _COMMANDS}  # type: ignore[misc]

    @commands.setter
    def commands(self, value: object) -> None:
        """Click sets an empty one: ours come from the table."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the commands in the order of first use."""
        return list(_COMMANDS)

    def get_command(self, _: click.Context | None, name: str) -> click.Command | None:
        """Return a command, imported now."""
        if name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[name].split(":")
        command = getattr(importlib.import_module(f"passkoop_cli.{module}"), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="PASSKOOP_HOME",
    default=Path("passkoop"),
    metavar="DOSSIER",
    help="Dossier de la coop (ou PASSKOOP_HOME ; sinon ./passkoop).",
)
@click.version_option(package_name="passkoop", message="passkoop %(version)s")
@click.pass_context
def cli(ctx: click.Context, home: Path) -> None:
    """Pass’Koop : les membres d’une coop, bienvenus dans toutes les autres.

    Chaque coop tient son registre et signe ses cartes ; toute autre coop les vérifie sans
    rien demander à personne.
    """
    ctx.obj = ctx.with_resource(Context(home))


def main() -> None:
    """Run the command that was typed."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console that knows no accents
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        sys.exit(run())
    except BrokenPipeError:  # `passkoop member list | head`
        sys.stderr.close()
        sys.exit(0)


def run(words: Sequence[str] | None = None, *, color: bool | None = None) -> int:
    """Run a command and return its exit code; an error is two lines: what happened, what to do.

    Args:
        words: what is typed behind `passkoop`; None: what was typed.
        color: keep bold type where no terminal reads along; None: leave it to the streams.
    """
    try:
        return cli.main(words, "passkoop", standalone_mode=False, color=color) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Abort:
        click.echo("\nInterrompu : rien n’a été fait.", err=True)
        return 130
    except (NodeError, ProtocolError) as error:
        say_error(error)
        return exit_code_of(error)
