"""`passkoop federation request`, `admit`, `suspend`…: the co-ops of a federation."""

import sys
from dataclasses import replace as replace_in
from pathlib import Path

import click

from passkoop_cli.asking import confirm, is_interactive
from passkoop_cli.context import Context, pass_context
from passkoop_cli.federation_desk import Office, pass_office, yes_option
from passkoop_cli.files import read_given
from passkoop_cli.kinds import FILE
from passkoop_cli.news import sign_news
from passkoop_cli.output import json_option, print_json, say
from passkoop_cli.usage import Misuse
from passkoop_node.home import write_private
from passkoop_protocol.descriptor import Descriptor
from passkoop_protocol.keys import shown_id
from passkoop_site import federation_changes as changes
from passkoop_site.federation_requests import MAX_FILE, read_request, write_request


@click.command()
@click.option(
    "-o", "--output", type=FILE, metavar="FICHIER", help="L’écrire dans un fichier plutôt."
)
@json_option
@pass_context
def request(context: Context, output: Path | None, as_json: bool) -> None:
    """Dans une coop\u202f: montrer la demande à envoyer à une fédération.

    C’est une ligne à coller dans un e-mail, signée avec la clé d’identité. Donnez aussi les seize
    lettres de la coop, de vive voix.
    """
    rooms = context.rooms
    sign_news(rooms, context.ask_identity, now=context.now)
    coop = rooms.ourselves.coop
    held = rooms.trust().descriptor(coop)
    if held is None or rooms.ourselves.is_catching_up:
        raise Misuse(
            "la coop n’a pas de fiche signée à envoyer",
            "Voyez ce qui manque\u202f: «\u00a0passkoop doctor\u00a0».",
        )
    line = write_request(held.data)
    if output is not None:
        write_private(output, line.encode() + b"\n")
    if as_json:
        print_json({"coop": shown_id(coop), "request": line})
    elif output is None:
        click.echo(line)
    say(f"À dire de vive voix à la fédération\u202f: {shown_id(coop)}")


@click.command()
@click.argument("request", metavar="DEMANDE")
@click.option(
    "--code", metavar="LETTRES", help="Les seize lettres, telles que la coop les a dites."
)
@click.option("--slug", default="", metavar="ADRESSE", help="Son nom dans les adresses du site.")
@click.option("--name", default="", metavar="NOM", help="Son nom dans l’annuaire.")
@click.option("--region", default="", metavar="RÉGION", help="Sa région dans l’annuaire.")
@yes_option
@json_option
@pass_office
def admit(
    office: Office,
    request: str,
    code: str | None,
    slug: str,
    name: str,
    region: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Admettre une coop, à partir de sa demande (la ligne, un fichier, ou «\u00a0-\u00a0»)."""
    descriptor, signed = _request(office, request)
    proposal = changes.admit(office.desk, descriptor, slug=slug, name=name, region=region)
    _compare(descriptor, code, yes=yes)
    office.conclude(replace_in(proposal, descriptors=(signed,)), yes=yes, as_json=as_json)


@click.command()
@click.argument("coop", metavar="COOP")
@yes_option
@json_option
@pass_office
def suspend(office: Office, coop: str, yes: bool, as_json: bool) -> None:
    """Suspendre une coop\u202f: ses cartes sont refusées partout, jusqu’à «\u00a0resume\u00a0»."""
    proposal = changes.suspend(office.desk, coop, suspended=True)
    office.conclude(proposal, yes=yes, as_json=as_json)


@click.command()
@click.argument("coop", metavar="COOP")
@yes_option
@json_option
@pass_office
def resume(office: Office, coop: str, yes: bool, as_json: bool) -> None:
    """Reprendre une coop suspendue."""
    proposal = changes.suspend(office.desk, coop, suspended=False)
    office.conclude(proposal, yes=yes, as_json=as_json)


@click.command()
@click.argument("coop", metavar="COOP")
@yes_option
@json_option
@pass_office
def remove(office: Office, coop: str, yes: bool, as_json: bool) -> None:
    """Retirer une coop de l’annuaire\u202f: ses cartes ne sont plus reconnues."""
    office.conclude(changes.remove(office.desk, coop), yes=yes, as_json=as_json)


@click.command()
@click.argument("coop", metavar="COOP")
@click.argument("request", metavar="DEMANDE")
@click.option("--code", metavar="LETTRES", help="Les nouvelles seize lettres, dites par la coop.")
@yes_option
@json_option
@pass_office
def replace(
    office: Office, coop: str, request: str, code: str | None, yes: bool, as_json: bool
) -> None:
    """Donner une nouvelle identité à une coop qui a perdu sa clé."""
    descriptor, signed = _request(office, request)
    proposal = changes.replace_identity(office.desk, coop, descriptor)
    _compare(descriptor, code, yes=yes)
    office.conclude(replace_in(proposal, descriptors=(signed,)), yes=yes, as_json=as_json)


def _request(office: Office, given: str) -> tuple[Descriptor, bytes]:
    """Return who asks, and what they signed: from a line, from a file, or from standard input."""
    if given == "-":
        data = sys.stdin.buffer.read(MAX_FILE + 1)
    elif given.startswith("passkoop-"):
        data = given.encode(errors="replace")
    else:
        data = read_given(Path(given), MAX_FILE)
    return read_request(data[:MAX_FILE], now=office.now)


def _compare(descriptor: Descriptor, code: str | None, *, yes: bool) -> None:
    """Return once the sixteen letters were compared with those that the co-op said."""
    shown = shown_id(descriptor.coop)
    say(f"{descriptor.name}, {descriptor.place} ({descriptor.country})\u202f: {shown}")
    if code is not None:
        letters = "".join(code.split()).replace("-", "").upper()
        if letters != shown.replace("-", ""):
            raise Misuse(
                "ce ne sont pas les lettres de cette demande",
                "Rappelez la coop\u202f: si elle dit les mêmes, la demande n’est pas la sienne.",
            )
    elif not yes:
        if not is_interactive():
            raise Misuse(
                "personne n’est là pour comparer les seize lettres",
                "Ajoutez --code avec celles que la coop a dites.",
            )
        confirm("Sont-ce bien les seize lettres que la coop vous a dites\u202f?")
