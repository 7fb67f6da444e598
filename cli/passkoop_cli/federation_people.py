"""`passkoop federation person`, `threshold`, `rotate`, `renew`, `relay`: who signs, until when."""

import click
from nacl.signing import SigningKey

from passkoop_cli.click_in_french import Group
from passkoop_cli.federation_desk import Office, pass_office, yes_option
from passkoop_cli.kinds import Whole
from passkoop_cli.output import json_option, say
from passkoop_node.core.reach import parse_web_address
from passkoop_protocol.keys import PublicKey
from passkoop_site import federation_changes as changes
from passkoop_site.federation_requests import Person, read_person

_threshold_option = click.option(
    "--threshold",
    type=Whole(1, 32),
    metavar="NOMBRE",
    help="Combien de signatures il faudra\u202f; sinon comme avant.",
)


@click.group(cls=Group)
def person() -> None:
    """Les personnes qui signent pour la fédération."""


@person.command()
@click.argument("line", metavar="LIGNE")
@_threshold_option
@yes_option
@json_option
@pass_office
def add(office: Office, line: str, threshold: int | None, yes: bool, as_json: bool) -> None:
    """Ajouter une personne, par la ligne de «\u00a0passkoop federation key\u00a0»."""
    new = read_person(line)
    say(f"À comparer de vive voix avec {new.name}\u202f: {new.code}")
    proposal = changes.add_person(office.desk, new, threshold=threshold)
    office.conclude(proposal, yes=yes, as_json=as_json)


@person.command()
@click.argument("name", metavar="NOM")
@_threshold_option
@yes_option
@json_option
@pass_office
def remove(office: Office, name: str, threshold: int | None, yes: bool, as_json: bool) -> None:
    """Retirer une personne\u202f: sa clé ne signe plus rien."""
    proposal = changes.remove_person(office.desk, name, threshold=threshold)
    office.conclude(proposal, yes=yes, as_json=as_json)


@click.command()
@click.argument("count", metavar="NOMBRE", type=Whole(1, 32))
@yes_option
@json_option
@pass_office
def threshold(office: Office, count: int, yes: bool, as_json: bool) -> None:
    """Changer le nombre de signatures qu’il faut."""
    proposal = changes.change_threshold(office.desk, count)
    office.conclude(proposal, yes=yes, as_json=as_json)


@click.command()
@click.argument("name", metavar="NOM")
@click.argument("line", metavar="[LIGNE]", required=False)
@yes_option
@json_option
@pass_office
def rotate(office: Office, name: str, line: str | None, yes: bool, as_json: bool) -> None:
    """Changer la clé d’une personne.

    Sans LIGNE, la nouvelle clé est faite sur cette machine. Si l’ancienne est perdue, les autres
    signent sans elle.
    """
    desk = office.desk
    old = changes.find_person(desk, name)
    if line is not None:
        proposal = changes.rotate_key(desk, name, read_person(line))
        office.conclude(proposal, yes=yes, as_json=as_json)
        return
    key, whose = SigningKey.generate(), desk.names.get(old, name)
    new = Person(name=whose, key=PublicKey(bytes(key.verify_key)))
    proposal = changes.rotate_key(desk, name, new)
    office.conclude(proposal, yes=yes, as_json=as_json, new_key=(key, whose))


@click.command()
@yes_option
@json_option
@pass_office
def renew(office: Office, yes: bool, as_json: bool) -> None:
    """Signer l’annuaire de nouveau, pour un an, et les clés s’il est temps."""
    office.conclude(changes.renew(office.desk), yes=yes, as_json=as_json)


@click.command()
@click.argument("addresses", metavar="[ADRESSE]…", nargs=-1)
@yes_option
@json_option
@pass_office
def relay(office: Office, addresses: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Dire où l’annuaire est en ligne\u202f: toutes les adresses, à la place d’avant."""
    usual = [parse_web_address(one) for one in addresses]
    office.conclude(changes.change_relays(office.desk, usual), yes=yes, as_json=as_json)
