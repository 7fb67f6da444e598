"""`passkoop demo`: six doors in a browser; or the story, told in the terminal."""

import sys
from pathlib import Path

import click

from passkoop_cli.context import Context, pass_context
from passkoop_cli.demo.story import tell
from passkoop_cli.kinds import FOLDER
from passkoop_cli.output import say
from passkoop_cli.usage import Misuse


@click.command()
@click.option(
    "--tell", "told", is_flag=True, help="Raconter l’histoire dans le terminal, et finir."
)
@click.option(
    "--dir",
    "folder",
    type=FOLDER,
    metavar="DOSSIER",
    help="Avec --tell\u202f: où mettre les fichiers (dossier neuf ou vide)\u202f; sinon, un "
    "dossier temporaire.",
)
@click.option("--no-browser", is_flag=True, help="Ne pas ouvrir de navigateur.")
@pass_context
def demo(context: Context, told: bool, folder: Path | None, no_browser: bool) -> None:
    """Essayer tout de suite : trois coops inventées, une visiteuse.

    Ne demande rien, ne parle à aucune autre machine. Ouvre le navigateur sur une page avec six
    portes : caisse, bureau, visiteur, adhésion, réglages, annuaire. Ctrl-C efface tout.

    Avec --tell, raconte l’histoire dans le terminal ; les fichiers restent là après, et le code de
    sortie est 0 si chaque étape a fini comme prévu. De même si personne ne regarde, comme dans un
    script.
    """
    if no_browser and (told or folder):
        raise Misuse("--no-browser ne va pas avec --tell", "Choisissez l’un des deux.")
    watched = no_browser or sys.stdout.isatty()
    if told or folder or not watched:
        if not (told or folder):
            say("Pas de terminal ici\u202f: voici l’histoire, racontée. Dans un terminal,")
            say("«\u00a0passkoop demo\u00a0» ouvre le navigateur\u202f; --no-browser s’en passe.")
        tell(context, folder)
        return
    # A web server takes a while to load; `passkoop --help` goes without.
    from passkoop_cli.demo.showing import show

    show(Path.cwd(), opens=not no_browser)
