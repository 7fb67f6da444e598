"""`passkoop federation`: the office of a federation, which needs no server."""

import dataclasses
from pathlib import Path

import click
from nacl.signing import SigningKey

from passkoop_cli.asking import ask, confirm, is_interactive
from passkoop_cli.click_in_french import Group
from passkoop_cli.context import Context
from passkoop_cli.federation_coops import admit, remove, replace, request, resume, suspend
from passkoop_cli.federation_desk import (
    Office,
    new_passphrase,
    pass_office,
    said_proposal,
    said_state,
    yes_option,
)
from passkoop_cli.federation_people import person, relay, renew, rotate, threshold
from passkoop_cli.files import read_given
from passkoop_cli.kinds import FILE, FOLDER
from passkoop_cli.output import json_option, plural, print_json, print_table, say
from passkoop_cli.usage import Misuse
from passkoop_node.core.reach import parse_web_address
from passkoop_node.core.recovery import key_of, words_of
from passkoop_node.core.recovery_sheet import recovery_sheet
from passkoop_node.home import write_private
from passkoop_protocol import cose
from passkoop_protocol.bundle import read_bundle
from passkoop_protocol.directory import ROOT_AAD, ROOT_TYP, Directory, encode_root
from passkoop_protocol.keys import CoopId, PublicKey, coop_id_of, pairing_code, shown_id
from passkoop_site import federation as rules
from passkoop_site.errors import SiteError
from passkoop_site.federation import Proposal, State
from passkoop_site.federation_changes import DIRECTORY_LASTS, first_root
from passkoop_site.federation_diff import said_day, said_key
from passkoop_site.federation_errors import AlreadyAFederation
from passkoop_site.federation_folder import Folder
from passkoop_site.federation_folder import publish as publish_into
from passkoop_site.federation_requests import Person, checked_name, write_person

_MAX_WORDS = 10_000  # bytes of a file with 24 words
_ADVICE = (
    (
        "Ces 24 mots sont une clé de la fédération. Avec eux, la personne signe de nouveau sur une "
        "autre machine\u202f: «\u00a0passkoop federation key NOM --words FICHIER\u00a0»."
    ),
    (
        "Qui les lit peut signer à sa place. Rangez cette feuille dans un lieu fermé\u202f; ne la "
        "photographiez pas, ne l’envoyez pas."
    ),
)


@click.group(cls=Group)
@click.option(
    "--folder",
    type=FOLDER,
    envvar="PASSKOOP_FEDERATION",
    default=Path("federation"),
    metavar="DOSSIER",
    help="Dossier de la fédération (ou PASSKOOP_FEDERATION\u202f; sinon ./federation).",
)
@click.pass_context
def federation(ctx: click.Context, folder: Path) -> None:
    """Une fédération\u202f: admettre des coops, publier l’annuaire.

    Tout se fait avec des fichiers, sans serveur. Chaque commande montre ce qui change avant de
    signer, et se défait en publiant de nouveau.
    """
    context = ctx.find_object(Context)
    assert context is not None
    ctx.obj = Office(context, folder)


@federation.command()
@click.option("--name", metavar="NOM", help="Nom de la fédération.")
@click.option("--person", metavar="NOM", help="La personne qui signe, ici.")
@click.option(
    "--relay",
    "relays",
    multiple=True,
    metavar="ADRESSE",
    help="Où l’annuaire sera en ligne, par exemple https://membre.coop.",
)
@json_option
@pass_office
def init(
    office: Office,
    name: str | None,
    person: str | None,
    relays: tuple[str, ...],
    as_json: bool,
) -> None:
    """Créer une fédération\u202f: une clé, une personne, un annuaire vide."""
    office.folder.check_is_free()
    addresses = [parse_web_address(one) for one in relays]
    called = name or _ask("Nom de la fédération", "--name")
    whose = checked_name(person or _ask("Nom de la personne qui signe, ici", "--person"))
    key = SigningKey.generate()
    first = Person(name=whose, key=PublicKey(bytes(key.verify_key)))
    root = first_root(" ".join(called.split()), first, relays=addresses, now=office.now)
    directory = Directory(
        federation=root.federation,
        issued_at=office.now,
        expires_at=office.now + DIRECTORY_LASTS,
        rows=(),
    )
    signed_root = cose.sign(encode_root(root), keys=[key], aad=ROOT_AAD, typ=ROOT_TYP)
    state = rules.begin(signed_root, directory, key, now=office.now)
    passphrase = new_passphrase(whose)
    try:
        kid = office.keep_key(key, whose, passphrase=passphrase)
        office.folder.note_date(directory.issued_at)
        _write_sheet(office.folder, key, whose)
        office.folder.save(state, {kid: whose}, before=None, now=office.now)
    except BaseException:  # nobody has this key yet: nothing is lost with it
        for path in (office.key_file(first.kid), _sheet_of(office.folder, first)):
            path.unlink(missing_ok=True)
        raise
    if as_json:
        print_json(said_state(state))
    say(f"«\u00a0{state.root.name}\u00a0» est prête dans {office.folder.path}.")
    say(f"Son empreinte, à donner aux coops de vive voix\u202f: {pairing_code(CoopId(state.id))}")
    _say_sheet(office.folder, first)


@federation.command()
@click.argument("name", metavar="NOM")
@click.option(
    "--words", type=FILE, metavar="FICHIER", help="Refaire la clé avec les 24 mots de sa fiche."
)
@json_option
@pass_office
def key(office: Office, name: str, words: Path | None, as_json: bool) -> None:
    """Faire sur cette machine la clé d’une personne, et montrer la ligne à donner aux autres."""
    whose = checked_name(name)
    new = (
        key_of(read_given(words, _MAX_WORDS).decode(errors="replace"))
        if words
        else SigningKey.generate()
    )
    made = Person(name=whose, key=PublicKey(bytes(new.verify_key)))
    if _sheet_of(office.folder, made).exists():
        raise AlreadyAFederation(office.folder.path)
    kid = office.keep_key(new, whose, passphrase=new_passphrase(whose))
    if not words:
        _write_sheet(office.folder, new, whose)
    line = write_person(whose, new)
    if as_json:
        print_json({"kid": kid.hex(), "code": made.code, "line": line})
    else:
        click.echo(line)
    say(f"À comparer de vive voix\u202f: {made.code}")
    if not words:
        _say_sheet(office.folder, made)


@federation.command()
@json_option
@pass_office
def status(office: Office, as_json: bool) -> None:
    """Montrer la fédération\u202f: qui signe, ses coops, ses dates, ce qui attend."""
    state, names = office.state, office.folder.names()
    role = state.root.root
    if as_json:
        print_json(
            said_state(state)
            | {
                "threshold": role.threshold,
                "people": [
                    {"kid": kid.hex(), "name": names.get(kid), "here": kid in office.kids_here()}
                    for kid in role.keys
                ],
                "root_expires_at": state.root.expires_at,
                "expires_at": state.directory.expires_at,
                "relays": list(state.root.relays),
                "pending": [str(path) for path in office.folder.pending()],
            }
        )
        for row in state.directory.rows:
            print_json(
                {
                    "coop": shown_id(row.coop),
                    "slug": row.slug,
                    "name": row.name,
                    "country": row.country,
                    "suspended": row.suspended,
                }
            )
        return
    say(f"«\u00a0{state.root.name}\u00a0», empreinte {pairing_code(CoopId(state.id))}")
    say(f"Il faut {plural(role.threshold, 'signature')} sur {len(role.keys)}\u202f:")
    for kid in sorted(role.keys, key=lambda kid: names.get(kid, "")):
        here = ", sur cette machine" if kid in office.kids_here() else ""
        say(f"  {said_key(kid, names)}{here}")
    say(f"Annuaire du {said_day(state.directory.issued_at)}, {_until(state, office.now)}.")
    for path in office.folder.pending():
        say(f"Proposition faite ici{_overtaken(office, path)}\u202f: {path}")
    if state.directory.rows:
        print_table(
            ("Coop", "Identifiant", "Adresse", "Pays", "État"),
            [
                (
                    row.name,
                    shown_id(row.coop),
                    row.slug,
                    row.country,
                    "suspendue" if row.suspended else "",
                )
                for row in state.directory.rows
            ],
        )


@federation.command()
@click.argument("file", metavar="FICHIER", type=FILE)
@yes_option
@json_option
@pass_office
def sign(office: Office, file: Path, yes: bool, as_json: bool) -> None:
    """Signer une proposition reçue, dans le même fichier, à renvoyer ensuite."""
    proposal = _read(office, file)
    office.check_can_sign(proposal)
    office.show_and_ask(proposal, "Signer", yes=yes)
    signed = office.signed(proposal)
    write_private(file, rules.encode_proposal(signed))
    if as_json:
        print_json(said_proposal(signed, file))
    if signed.lacking().count:
        office.say_lacking(signed)
    else:
        say("Il ne manque plus rien\u202f: «\u00a0passkoop federation publish FICHIER\u00a0».")


@federation.command()
@click.argument("file", metavar="FICHIER", type=FILE)
@json_option
@pass_office
def update(office: Office, file: Path, as_json: bool) -> None:
    """Prendre ici ce que d’autres ont publié\u202f: leur «\u00a0federation.passkoop\u00a0»."""
    before = office.state
    documents = read_bundle(read_given(file, rules.MAX_FILE))
    state = rules.newer_state(before, documents, now=office.now)
    office.folder.save(state, {}, before=before, now=office.now)
    if as_json:
        print_json(said_state(state))
    say(f"La fédération est à jour\u202f: annuaire du {said_day(state.directory.issued_at)}.")


@federation.command()
@click.argument("files", metavar="[FICHIER]…", nargs=-1, type=FILE)
@click.option(
    "--to", "target", type=FOLDER, metavar="DOSSIER", help="Dossier à mettre en ligne tel quel."
)
@yes_option
@json_option
@pass_office
def publish(
    office: Office, files: tuple[Path, ...], target: Path | None, yes: bool, as_json: bool
) -> None:
    """Publier\u202f: ce qu’une proposition signée change, et les fichiers à mettre en ligne.

    Plusieurs copies d’une même proposition, signées chacune de son côté, sont réunies.
    """
    if not files and target is None:
        raise Misuse(
            "il n’y a rien à publier",
            "Donnez une proposition signée, ou «\u00a0--to DOSSIER\u00a0».",
        )
    if files:
        proposal = _read(office, files[0])
        for one in files[1:]:
            proposal = proposal.with_copy(_read(office, one))
        proposal.published(now=office.now)
        office.show_and_ask(proposal, "Publier", yes=yes)
        office.settle(proposal, as_json=as_json and target is None)
        office.__dict__.pop("state", None)
    if target is not None:
        written = publish_into(office.folder, target, now=office.now)
        if as_json:
            print_json(said_state(office.state) | {"files": sorted(written)})
        say(f"{plural(len(written), 'fichier')} dans {target}, à mettre en ligne tel quel.")


def _read(office: Office, file: Path) -> Proposal:
    """Return a proposal that starts from where this folder is, or from something newer."""
    proposal = rules.parse_proposal(read_given(file, rules.MAX_FILE), now=office.now)
    # What was said on this machine of whose key it is counts more than what a file says.
    proposal = dataclasses.replace(proposal, names={**proposal.names, **office.folder.names()})
    held = office.folder.load_if_any(now=office.now)
    rules.check_base(proposal, held, now=office.now)
    if held is None:
        code = pairing_code(CoopId(proposal.base.id))
        say(f"Fédération «\u00a0{proposal.base.root.name}\u00a0», empreinte {code}")
        if is_interactive():
            confirm("Est-ce bien l’empreinte qu’on vous a donnée de vive voix\u202f?")
        office.folder.save(proposal.base, proposal.names, before=None, now=office.now)
    return proposal


def _overtaken(office: Office, path: Path) -> str:
    try:
        proposal = rules.parse_proposal(read_given(path, rules.MAX_FILE), now=office.now)
        rules.check_base(proposal, office.state, now=office.now)
    except SiteError:
        return " (dépassée)"
    return ""


def _until(state: State, now: int) -> str:
    until = min(state.directory.expires_at, state.root.expires_at)
    if now >= until:
        return "date passée\u202f: «\u00a0passkoop federation renew\u00a0»"
    return f"bon jusqu’au {said_day(until)}"


def _ask(question: str, option: str) -> str:
    if is_interactive():
        return ask(question)
    raise Misuse(f"il manque {option}", f"Ajoutez-le\u202f: {option} «\u00a0…\u00a0».")


def _sheet_of(folder: Folder, person: Person) -> Path:
    return folder.path / f"fiche-de-secours-{person.code}.pdf"


def _write_sheet(folder: Folder, key: SigningKey, name: str) -> None:
    code = shown_id(coop_id_of(PublicKey(bytes(key.verify_key))))
    sheet = recovery_sheet(words_of(key), name=name, id=code, what="Clé", advice=_ADVICE)
    write_private(folder.path / f"fiche-de-secours-{code}.pdf", sheet)


def _say_sheet(folder: Folder, person: Person) -> None:
    say(f"Fiche de secours\u202f: {_sheet_of(folder, person)}")
    say("Imprimez-la, rangez-la en lieu sûr, puis effacez ce fichier.")


for _command in (
    *(request, admit, suspend, resume, remove, replace),
    *(person, threshold, rotate, renew, relay),
):
    federation.add_command(_command)
