"""`passkoop init`: a co-op in a folder, and the sheet that brings it back."""

import secrets
from typing import TextIO

import click
from nacl.signing import SigningKey

from passkoop_cli.context import Context, is_interactive, pass_context
from passkoop_cli.output import json_option, print_json, say
from passkoop_node.coops.ourselves import Profile
from passkoop_node.core.recovery import WORDS, key_of, words_of
from passkoop_node.core.recovery_sheet import recovery_sheet
from passkoop_node.home import write_private
from passkoop_node.rooms import Rooms, open_rooms
from passkoop_protocol.keys import pairing_code, shown_id

SHEET = "fiche-de-secours.pdf"


@click.command()
@click.option("--name", metavar="NOM", help="Nom de la coop.")
@click.option("--place", metavar="COMMUNE", help="Commune de la coop.")
@click.option("--country", metavar="PAYS", help="Pays en deux lettres : FR, BE, PT, CH, CA…")
@click.option(
    "--contact",
    metavar="ADRESSE",
    default="",
    help="Où envoyer une carte trouvée ; imprimée sur les cartes.",
)
@click.option(
    "--words",
    "words_file",
    type=click.File(encoding="utf-8"),
    metavar="FICHIER",
    help="Refaire la coop avec les 24 mots de sa fiche de secours (« - » : au clavier).",
)
@json_option
@pass_context
def init(
    context: Context,
    name: str | None,
    place: str | None,
    country: str | None,
    contact: str,
    words_file: TextIO | None,
    as_json: bool,
) -> None:
    """Créer une coop dans le dossier --home.

    Fait ses clés, et la fiche de secours à imprimer : 24 mots qui permettent de refaire la coop si
    la machine est perdue.
    """
    identity = key_of(words_file.read()) if words_file else SigningKey.generate()
    name = name or _ask("Nom de la coop", "--name")
    place = place or _ask("Commune", "--place")
    country = (country or _ask("Pays (deux lettres)", "--country", default="FR")).upper()
    profile = Profile(name=name, place=place, country=country, contact=contact)
    passphrase = _new_passphrase()
    rooms = _create(context, identity, profile, passphrase, is_back=words_file is not None)
    coop = rooms.ourselves.coop
    sheet = context.home.path / SHEET
    write_private(sheet, recovery_sheet(words_of(identity), name=name, id=shown_id(coop)))
    rooms.close()
    if as_json:
        print_json({"coop": shown_id(coop), "code": pairing_code(coop), "sheet": str(sheet)})
    say(f"« {name} » est prête dans {context.home.path}.")
    say(f"Fiche de secours : {sheet}")
    say("Imprimez-la, rangez-la en lieu sûr, puis effacez ce fichier.")
    if words_file is not None:
        say("Cette coop ne signe rien avant « passkoop peer import » et « restore --finish ».")
    elif is_interactive():
        _check_words(words_of(identity))


def _create(
    context: Context, identity: SigningKey, profile: Profile, passphrase: str, *, is_back: bool
) -> Rooms:
    """Make the folder and all in it, or leave nothing."""
    context.home.create()
    with context.home.exclusive():
        try:
            rooms = open_rooms(context.home, new=True)
            rooms.keyring.keep_identity_key(identity, passphrase=passphrase)
            if is_back:
                rooms.ourselves.come_back(identity, profile)
            else:
                rooms.ourselves.found(identity, profile, now=context.now)
                rooms.lists.refresh(now=context.now)
            return rooms
        except BaseException:
            for path in (*context.home.keys.glob("*.key"), *context.home.path.glob("passkoop.db*")):
                path.unlink(missing_ok=True)
            raise


def _ask(question: str, option: str, default: str | None = None) -> str:
    if not is_interactive():
        if default is not None:
            return default
        raise click.UsageError(f"Il manque {option}.")
    answer: str = click.prompt(question, default=default, err=True)
    return answer


def _new_passphrase() -> str:
    if not is_interactive():
        return ""
    say("Une phrase de passe protège la clé d’identité, qui ne sert que rarement.")
    answer: str = click.prompt(
        "Phrase de passe (Entrée : aucune)",
        default="",
        show_default=False,
        hide_input=True,
        confirmation_prompt="Encore une fois",
        err=True,
    )
    return answer


def _check_words(words: tuple[str, ...]) -> None:
    """Show the words, and ask for two of them: a sheet that nobody wrote down saves nobody."""
    for row in range(0, WORDS, 6):
        say("   " + "  ".join(f"{at + 1:2} {words[at]:<10}" for at in range(row, row + 6)))
    for place in sorted(secrets.SystemRandom().sample(range(WORDS), 2)):
        while click.prompt(f"Mot n° {place + 1} de la fiche", err=True).strip() != words[place]:
            say("Ce n’est pas ce mot-là. Regardez la fiche, puis recommencez.")
    say("C’est noté.")
