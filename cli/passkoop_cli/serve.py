"""`passkoop serve`: the till, the office and the settings, as pages."""

import asyncio
import webbrowser
from contextlib import suppress
from pathlib import Path

import click

from passkoop_cli.context import Context, pass_context
from passkoop_cli.output import say
from passkoop_node.core.hosts import Hosts, parse_names
from passkoop_node.core.shelf import keep_backups_in
from passkoop_node.home import Home


@click.command()
@click.option("--port", default=8765, show_default=True, metavar="PORT", help="Port d’écoute.")
@click.option(
    "--host",
    default="",
    metavar="ADRESSE",
    help="N’écouter qu’à cette adresse\u202f; «\u00a0127.0.0.1\u00a0»\u202f: cet ordinateur seul.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NOM",
    help="Un nom sous lequel on ouvre ce Pass’Koop\u202f: caisse.exemple.coop. Répétable.",
)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADRESSE",
    help="Adresse d’un serveur placé devant (Caddy…), dont les en-têtes X-Forwarded sont crus.",
)
@click.option(
    "--no-announce",
    is_flag=True,
    help="Ne pas se faire connaître des autres Pass’Koop du même réseau.",
)
@click.option(
    "--backups",
    metavar="DOSSIER",
    type=click.Path(path_type=Path, readable=False),
    help="Où mettre la sauvegarde de chaque nuit, désormais\u202f: un autre disque, de préférence.",
)
@click.option("--open", "opens", is_flag=True, help="Ouvrir le navigateur.")
@click.option(
    "--new-administrator",
    is_flag=True,
    help="Afficher un lien pour un compte d’administration de plus.",
)
@pass_context
def serve(
    context: Context,
    port: int,
    host: str,
    names: tuple[str, ...],
    proxies: tuple[str, ...],
    no_announce: bool,
    backups: Path | None,
    opens: bool,
    new_administrator: bool,
) -> None:
    """Ouvrir la caisse, le bureau et les réglages dans un navigateur.

    Une seule commande, jusqu’à Ctrl-C. Les tablettes du même réseau ouvrent l’une des adresses
    affichées.
    """
    # A web server takes a while to load; `passkoop --help` goes without.
    from passkoop_node.app import Options
    from passkoop_node.serve import Serving
    from passkoop_node.serve import serve as run

    def ready(serving: Serving) -> None:
        say("Pass’Koop est ouvert\u202f:")
        for address in serving.addresses:
            say(f"   {address}")
        if serving.first_link:
            say("Pour administrer cette coop, ouvrez ce lien\u202f; il ne sert qu’une fois\u202f:")
            say(f"   {serving.first_link}")
        say("Ctrl-C pour arrêter.")
        if opens:
            webbrowser.open(serving.first_link or serving.addresses[0])

    if backups is not None:
        keep_backups_in(backups, context.rooms.settings)
    options = Options(
        hosts=Hosts(names=parse_names(names), proxies=frozenset(proxies)),
        announce=not no_announce,
    )
    work = run(
        Home(context.home.path),
        options,
        host=host,
        port=port,
        ready=ready,
        new_administrator=new_administrator,
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(work)
    say("Pass’Koop est arrêté.")
