"""The `passkoop` command: its groups, its one place for errors, and who the co-op is."""

import importlib
import os
import sqlite3
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from passkoop_cli.asking import Declined
from passkoop_cli.click_in_french import Group, speak_french
from passkoop_cli.context import Context
from passkoop_cli.kinds import FOLDER
from passkoop_cli.output import exit_code_of, say, say_error, wants_json
from passkoop_cli.usage import said_usage
from passkoop_cli.words import said_error
from passkoop_node.core.database import database_errors
from passkoop_node.errors import NodeError
from passkoop_node.home import disk_errors
from passkoop_protocol.errors import ProtocolError
from passkoop_site.errors import SiteError

speak_french()

BUG = 70  # EX_SOFTWARE of sysexits.h; Python's 1 would be a refused card
INTERRUPTED = 130  # as shells say it: 128 and the number of the signal

# Imported when they are asked for: `passkoop --help` need not load a PDF writer.
_COMMANDS = {
    "init": "init:init",
    "serve": "serve:serve",
    "member": "member:member",
    "join": "join:join",
    "card": "card:card",
    "dues": "dues:dues",
    "segment": "segment:segment",
    "key": "key:key",
    "visit": "visit:visit",
    "peer": "peer:peer",
    "verify": "verify:verify",
    "token": "token:token",
    "mail": "mail:mail",
    "sms": "sms:sms",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "export": "export:export",
    "doctor": "doctor:doctor",
    "page": "page:page",
    "site": "site:site",
    "federation": "federation:federation",
    "demo": "demo.command:demo",
}


class LazyGroup(Group):
    """The commands by name; what the disk and the database answer becomes an error of ours."""

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

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was typed."""
        home: Path = ctx.params["home"]
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # `passkoop member list | head`: whoever reads has seen enough
            _let_go_of(sys.stdout)
            return 0
        except (OSError, sqlite3.Error) as error:
            path = Path(getattr(error, "filename", None) or home)
            with disk_errors(path), database_errors(home / "passkoop.db"):
                raise


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=FOLDER,
    envvar="PASSKOOP_HOME",
    default=Path("passkoop"),
    metavar="DOSSIER",
    help="Dossier de la coop (ou PASSKOOP_HOME\u202f; sinon ./passkoop).",
)
@click.version_option(
    package_name="passkoop", message="passkoop %(version)s", help="Afficher la version."
)
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
    if hasattr(sys.stdin, "reconfigure"):  # a reader whose layout this system does not expect
        sys.stdin.reconfigure(errors="replace")
    try:
        code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of(sys.stdout)
        code = 0
    except Exception:  # noqa: BLE001  # our own mistake: whoever mends it needs all of this
        traceback.print_exc()
        hint = "Envoyez ce qui précède aux auteurs de Pass’Koop\u202f: c’est leur erreur."
        say_error("la commande s’est arrêtée sur un imprévu", hint, code="bug", as_json=False)
        code = BUG
    sys.exit(code)


def run(words: Sequence[str] | None = None, *, color: bool | None = None) -> int:
    """Run a command and return its exit code; an error is two lines: what happened, what to do.

    Args:
        words: what is typed behind `passkoop`; None: what was typed.
        color: keep bold type where no terminal reads along; None: leave it to the streams.
    """
    words = sys.argv[1:] if words is None else words
    try:
        return cli.main(words, "passkoop", standalone_mode=False, color=color) or 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        return say_error(*said_usage(error), code="usage", as_json=wants_json(words))
    except Declined:
        say("Abandonné\u202f: rien n’a été changé.")
        return INTERRUPTED
    except click.exceptions.Abort as interruption:
        if interruption.__cause__ is None:  # in a question: the cursor stands behind it still
            say("")
        say("Interrompu\u202f: rien n’a été fait à moitié.")
        say("À faire\u202f: relancez la commande pour finir.")
        return INTERRUPTED
    except (NodeError, ProtocolError, SiteError) as error:
        say_error(*said_error(error), code=error.code, as_json=wants_json(words))
        return exit_code_of(error)


def _let_go_of(stream: Any) -> None:
    """Send what a stream still holds nowhere: at the end, Python would stumble over it again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
