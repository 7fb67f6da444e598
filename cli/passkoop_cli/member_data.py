"""`passkoop member data` and `passkoop member erase`: a member's own data, given and erased."""

from pathlib import Path

import click

from passkoop_cli.asking import confirm, is_interactive
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.kinds import FILE
from passkoop_cli.output import json_option, plural, print_json, say
from passkoop_node.booklet.archive import pieces
from passkoop_node.core.french import french_date
from passkoop_node.errors import NodeError
from passkoop_node.home import private_file


class NotConfirmed(NodeError):
    """Nobody said yes, and nobody can be asked."""

    code = "erase_not_confirmed"
    hint = "Ajoutez --yes pour confirmer\u202f: cela ne se reprend pas."

    def __init__(self) -> None:
        super().__init__("rien n’a été effacé")


@click.command()
@click.argument("number", metavar="NUMÉRO")
@click.argument("file", metavar="FICHIER", type=FILE)
@json_option
@pass_context
def data(context: Context, number: str, file: Path, as_json: bool) -> None:
    """Écrire tout ce que la coop garde d’un membre dans FICHIER, un ZIP.

    Une page à lire, les mêmes données pour les programmes, et ses documents.
    """
    rooms = context.rooms
    one = rooms.members.by_number(number)
    told, documents = rooms.own.data.of(one), rooms.own.data.files(one)
    coop = rooms.ourselves.profile.name
    with private_file(file) as stream:
        for piece in pieces(
            told,
            one,
            documents,
            lambda asked: rooms.own.documents.content(asked.id, member_id=one.id)[1],
            coop=coop,
            now=context.now,
        ):
            stream.write(piece)
    if as_json:
        print_json({"number": one.number, "file": str(file)})
    else:
        say(f"C’est dans {file}.")


@click.command()
@click.argument("number", metavar="NUMÉRO")
@click.option("--yes", is_flag=True, help="Ne pas demander confirmation.")
@json_option
@pass_context
def erase(context: Context, number: str, yes: bool, as_json: bool) -> None:
    """Effacer un membre pour de bon, et annuler ses cartes.

    Il reste ce que la loi fait garder\u202f: les reçus, sans le nom. Les sauvegardes déjà faites ne
    changent pas.
    """
    rooms = context.rooms
    rooms.own.eraser.rewrite()  # where the one before was cut off
    one = rooms.members.by_number(number)
    kept = rooms.own.eraser.keeps(one)
    if not as_json:
        say(f"{one.full_name}, n°\u00a0{one.number}.")
        if kept.is_owed:
            say("Attention\u202f: ses parts ne sont pas rendues.")
    if not yes:
        if as_json or not is_interactive():
            raise NotConfirmed
        confirm("Effacer pour de bon\u202f?", default=False)
    rooms.own.eraser.erase(one, actor=ACTOR, now=context.now)
    if as_json:
        until = kept.until.isoformat() if kept.until else None
        print_json({"erased": True, "receipts_kept": kept.receipts, "until": until})
        return
    say("C’est effacé, et ses cartes sont annulées.")
    if kept.until:
        left = plural(kept.receipts, "reçu")
        say(f"Restent sans nom\u202f: {left}, jusqu’au {french_date(kept.until)}.")
