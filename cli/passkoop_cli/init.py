"""`passkoop init`: a co-op in a folder, and the sheet that brings it back."""

import os
import secrets
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path

import click
from nacl.signing import SigningKey

from passkoop_cli.asking import ask, ask_secret, is_interactive
from passkoop_cli.context import Context, pass_context
from passkoop_cli.files import read_given
from passkoop_cli.output import json_option, print_json, say
from passkoop_cli.usage import Misuse
from passkoop_node.coops.ourselves import Profile
from passkoop_node.core.recovery import WORDS, key_of, letters_of, words_of
from passkoop_node.core.recovery_sheet import recovery_sheet
from passkoop_node.errors import AlreadyANode
from passkoop_node.home import Home, write_private
from passkoop_node.rooms import open_rooms
from passkoop_protocol.keys import CoopId, PublicKey, coop_id_of, pairing_code, shown_id
from passkoop_protocol.welcome import is_country

_MAX_WORDS = 10_000  # bytes of a file with 24 words


@click.command()
@click.option("--name", metavar="NOM", help="Nom de la coop.")
@click.option("--place", metavar="COMMUNE", help="Commune de la coop.")
@click.option(
    "--country",
    metavar="PAYS",
    help="Pays en deux lettres\u202f: FR, BE, PT, CH, CA…\u202f; sinon FR.",
)
@click.option(
    "--contact",
    metavar="ADRESSE",
    default="",
    help="Où envoyer une carte trouvée\u202f; imprimée sur les cartes.",
)
@click.option(
    "--words",
    "words_file",
    type=click.Path(path_type=Path, dir_okay=False, readable=False, allow_dash=True),
    metavar="FICHIER",
    help="Refaire la coop avec les mots de sa fiche de secours («\u00a0-\u00a0»\u202f: tapés).",
)
@json_option
@pass_context
def init(
    context: Context,
    name: str | None,
    place: str | None,
    country: str | None,
    contact: str,
    words_file: Path | None,
    as_json: bool,
) -> None:
    """Créer une coop dans le dossier --home.

    Fait ses clés, et la fiche de secours à imprimer : 24 mots qui permettent de refaire la coop si
    la machine est perdue. Demande ce qui manque, si quelqu’un est là pour répondre.
    """
    _check_is_free(context.home)
    identity = key_of(_words_in(words_file)) if words_file else SigningKey.generate()
    profile = Profile(
        name=(name or _ask("Nom de la coop", "--name")).strip(),
        place=(place or _ask("Commune", "--place")).strip(),
        country=(country or _ask_country()).upper(),
        contact=contact,
    )
    is_back = words_file is not None
    coop = create(context, identity, profile, passphrase=_new_passphrase(), is_back=is_back)
    sheet = context.home.sheet
    if as_json:
        print_json({"coop": shown_id(coop), "code": pairing_code(coop), "sheet": str(sheet)})
    say(f"«\u00a0{profile.name}\u00a0» est prête dans {context.home.path}.")
    say(f"Fiche de secours\u202f: {sheet}")
    say("Imprimez-la, rangez-la en lieu sûr, puis effacez ce fichier.")
    if is_back:
        say("Elle ne signera qu’après «\u00a0peer import\u00a0» et «\u00a0restore --finish\u00a0».")
    elif is_interactive():
        _check_words(words_of(identity))


def create(
    context: Context, identity: SigningKey, profile: Profile, *, passphrase: str, is_back: bool
) -> CoopId:
    """Make the folder and all in it, or leave everything as it was; return the co-op's id.

    Raises:
        AlreadyANode, HomeBusy, BadProfile, DiskFull, …: nothing was made.
    """
    home = context.home
    coop = coop_id_of(PublicKey(bytes(identity.verify_key)))
    sheet = recovery_sheet(words_of(identity), name=profile.name, id=shown_id(coop))
    new_folders = [path for path in (home.keys, home.backups, home.path) if not path.exists()]
    try:
        home.create()
        with home.exclusive():
            _check_is_free(home)  # again, now that nobody else can be at it
            try:
                rooms = open_rooms(home, new=True)
                rooms.keyring.keep_identity_key(identity, passphrase=passphrase)
                # Before there is a co-op: one whose sheet was never written could not come back.
                write_private(home.sheet, sheet)
                if is_back:
                    rooms.ourselves.come_back(identity, profile)
                else:
                    rooms.ourselves.found(identity, profile, now=context.now)
                    rooms.lists.refresh(now=context.now)
                rooms.close()
            except BaseException:
                _unmake(home)
                raise
    except BaseException:
        if home.path in new_folders:
            (home.path / "passkoop.lock").unlink(missing_ok=True)
        for folder in new_folders:
            with suppress(OSError):  # it was not made, or another command has put something in
                folder.rmdir()
        raise
    return coop


def _check_is_free(home: Home) -> None:
    if home.database.exists() or home.sheet.exists():
        raise AlreadyANode(home.path)


def _unmake(home: Home) -> None:
    """Take back a co-op that was just made: nobody has its keys, no card of it exists."""
    for pattern in (home.sheet.name, "keys/*.key", "passkoop.db*"):
        for path in home.path.glob(pattern):
            path.unlink(missing_ok=True)


def _words_in(file: Path) -> str:
    if str(file) != "-":
        return read_given(file, _MAX_WORDS).decode(errors="replace")
    if is_interactive():
        say("Tapez les 24 mots de la fiche, puis Entrée.")
    given: list[str] = []
    while len(given) < WORDS and (line := sys.stdin.readline(_MAX_WORDS)):
        given += line.split()
    return " ".join(given)


def _ask(question: str, option: str, default: str | None = None) -> str:
    if is_interactive():
        return ask(question, default=default)
    if default is not None:
        return default
    raise Misuse(f"il manque {option}", f"Ajoutez-le\u202f: {option} «\u00a0…\u00a0».")


def _ask_country() -> str:
    while True:
        answer = _ask("Pays (deux lettres)", "--country", default="FR")
        if is_country(answer.upper()) or not is_interactive():
            return answer
        say("Deux lettres\u202f: FR, BE, PT, CH, CA…")  # before a passphrase is typed twice


def _new_passphrase() -> str:
    if given := os.environ.get("PASSKOOP_PASSPHRASE"):
        return given
    if not is_interactive():
        return ""
    say("Une phrase de passe protège la clé d’identité, qui ne sert que rarement.")
    return ask_secret(
        "Phrase de passe (Entrée\u202f: aucune)", again="Encore une fois", optional=True
    )


def _check_words(words: tuple[str, ...]) -> None:
    """Show the words, and ask for two of them: a sheet that nobody wrote down saves nobody."""
    shown = [unicodedata.normalize("NFC", word) for word in words]
    for row in range(0, WORDS, 4):  # 61 columns: a terminal has 80
        say("   " + "  ".join(f"{at + 1:2} {shown[at]:<10}" for at in range(row, row + 4)))
    try:
        for place in sorted(secrets.SystemRandom().sample(range(WORDS), 2)):
            wanted = letters_of(words[place])
            while letters_of(ask(f"Mot n°\u00a0{place + 1} de la fiche")) != wanted:
                say("Ce n’est pas ce mot-là. Regardez la fiche, puis recommencez.")
    except click.Abort:
        say("")
        say("Vérification laissée pour plus tard\u202f: la coop est prête, gardez bien la fiche.")
        return
    say("C’est noté.")
