"""`passkoop backup` and `passkoop restore`."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from passkoop_cli.asking import confirm, is_interactive
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.kinds import FILE
from passkoop_cli.output import day_of, json_option, print_json, say
from passkoop_cli.usage import Misuse
from passkoop_node.core.backup import write_backup
from passkoop_node.core.french import french_date
from passkoop_node.core.shelf import ELSEWHERE, is_on_disk_of
from passkoop_node.errors import NodeError
from passkoop_node.home import disk_errors
from passkoop_node.restoring import finish_restore
from passkoop_node.restoring import restore as restore_home

_PLACE = click.Path(path_type=Path, readable=False)


@click.command()
@click.argument("place", metavar="[FICHIER|DOSSIER]", required=False, type=_PLACE)
@click.option("--replace", is_flag=True, help="Remplacer le fichier s’il existe.")
@json_option
@pass_context
def backup(context: Context, place: Path | None, replace: bool, as_json: bool) -> None:
    """Sauvegarder la coop dans un fichier.

    Dans un dossier, la sauvegarde prend la date pour nom ; sans rien, elle va dans le dossier
    « backups » de la coop. Elle contient les clés : qui l’a peut se faire passer pour la coop.
    """
    context.home.check()
    moment = datetime.fromtimestamp(context.now, UTC)
    target = place or context.home.backups
    with disk_errors(target):
        if place is None or place.is_dir():
            target = target / f"{moment:%Y-%m-%d-%H%M%S}.passkoop-backup"
        is_taken = target.exists()
    if is_taken and not replace:
        _ask_to_replace(target)
    size = write_backup(context.home, target, now=context.now)
    with suppress(NodeError):  # the backup of a co-op that does not open any more is made too
        if not is_on_disk_of(context.home, target.parent):
            context.rooms.settings.set(ELSEWHERE, context.now)
    if as_json:
        print_json({"file": str(target), "size": size})
    say(f"Sauvegarde faite et relue\u202f: {target} ({-(-size // 1000)}\u00a0ko).")
    say("Gardez-en une copie hors de cette machine, en lieu sûr.")


def _ask_to_replace(target: Path) -> None:
    """Return quietly if somebody is there and says that the file may go."""
    if is_interactive():
        confirm(f"{target} existe déjà. Le remplacer\u202f?")
        return
    raise Misuse(
        f"{target} existe déjà", "Donnez un autre nom ou un dossier, ou ajoutez --replace."
    )


@click.command()
@click.argument("file", metavar="[FICHIER]", required=False, type=FILE)
@click.option("--finish", is_flag=True, help="La coop signe de nouveau, avec une nouvelle clé.")
@click.option(
    "--nothing-newer",
    is_flag=True,
    help="Avec --finish\u202f: personne n’a rien de plus récent que la sauvegarde.",
)
@json_option
@pass_context
def restore(
    context: Context, file: Path | None, finish: bool, nothing_newer: bool, as_json: bool
) -> None:
    """Reprendre une sauvegarde, dans un dossier vide.

    La coop reprise ne signe rien avant d’avoir retrouvé chez les autres ce qu’elle a signé depuis :
    sinon des cartes annulées redeviendraient bonnes. Prenez des nouvelles (« passkoop peer sync »),
    ou importez un fichier récent d’une coop amie, puis lancez « passkoop restore --finish ».
    """
    if finish and file is not None:
        raise Misuse(
            "--finish vient après la reprise, sans fichier",
            "Reprenez d’abord la sauvegarde, puis lancez «\u00a0passkoop restore --finish\u00a0».",
        )
    if finish:
        rooms = context.rooms
        kid = finish_restore(
            rooms, context.ask_identity, nothing_newer=nothing_newer, now=context.now
        )
        rooms.audit.add("coop.resume", now=context.now, actor=ACTOR, subject=kid.hex())
        if as_json:
            print_json({"kid": kid.hex()})
        say(f"La coop signe de nouveau, avec la clé {kid.hex()}.")
        return
    if file is None:
        raise Misuse(
            "il manque la sauvegarde à reprendre",
            "Donnez son fichier\u202f; ou --finish, pour signer de nouveau.",
        )
    if nothing_newer:
        raise Misuse(
            "--nothing-newer ne va qu’avec --finish",
            "Reprenez d’abord la sauvegarde, puis relancez avec --finish --nothing-newer.",
        )
    made_at = restore_home(file, context.home, now=context.now)
    if as_json:
        print_json({"made_at": made_at, "home": str(context.home.path)})
    say(f"Sauvegarde du {french_date(day_of(made_at))} reprise dans {context.home.path}.")
    say("Elle ne signe rien pour l’instant.")
    say("Prenez des nouvelles («\u00a0passkoop peer sync\u00a0»),")
    say("ou importez un fichier récent d’une coop amie («\u00a0passkoop peer import\u00a0»),")
    say("puis lancez «\u00a0passkoop restore --finish\u00a0».")
