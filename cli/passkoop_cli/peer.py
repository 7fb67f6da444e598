"""`passkoop peer`: the co-ops we know, and the files that go to and fro."""

import sys
from base64 import b32decode
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from passkoop_cli.catching_up import say_catching_up
from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.files import read_given
from passkoop_cli.kinds import FILE
from passkoop_cli.news import gather_news
from passkoop_cli.output import age, json_option, plural, print_json, print_table, say
from passkoop_cli.peer_follow import follow, followed, unfollow
from passkoop_cli.peer_relay import address, relay, sync
from passkoop_cli.usage import Misuse
from passkoop_cli.words import said_error
from passkoop_node.coops.pairing import NotPaired, OwnCode
from passkoop_node.coops.trusting import Received
from passkoop_node.home import write_private
from passkoop_protocol.bundle import MAX_FILE, read_bundle, write_bundle
from passkoop_protocol.directory import FederationId
from passkoop_protocol.errors import BadPairingCode
from passkoop_protocol.keys import CoopId, pairing_code, parse_pairing_code, shown_id
from passkoop_protocol.trust import TrustStore


@click.group(cls=Group)
def peer() -> None:
    """Les autres coops : se jumeler, échanger les listes."""


@peer.command()
@json_option
@pass_context
def code(context: Context, as_json: bool) -> None:
    """Montrer le code de votre coop, à donner de vive voix ou en main propre."""
    coop = context.rooms.ourselves.coop
    if as_json:
        print_json({"coop": shown_id(coop), "code": pairing_code(coop)})
    else:
        click.echo(pairing_code(coop))


@peer.command()
@click.argument("code", metavar="CODE")
@click.option(
    "--replaces",
    multiple=True,
    metavar="CODE",
    help="L’ancien code de cette coop, si elle a perdu sa clé d’identité.",
)
@json_option
@pass_context
def add(context: Context, code: str, replaces: tuple[str, ...], as_json: bool) -> None:
    """Se jumeler avec la coop de ce code, reçu de vive voix ou en main propre."""
    coop = parse_pairing_code(code)
    old = [parse_pairing_code(one) for one in replaces]
    try:
        context.rooms.pairings.add(coop, old, now=context.now, actor=ACTOR)
    except OwnCode as error:
        raise Misuse(str(error), error.hint) from error
    if as_json:
        print_json({"coop": shown_id(coop)})
    say(f"Jumelage noté avec la coop {shown_id(coop)}.")
    if context.rooms.trust().descriptor(coop) is None:
        say("Importez maintenant son fichier\u202f: «\u00a0passkoop peer import FICHIER\u00a0».")
        if context.rooms.relay.situation().addresses:
            say("Ou prenez des nouvelles des autres\u202f: «\u00a0passkoop peer sync\u00a0».")


@peer.command()
@click.argument("code", metavar="CODE")
@json_option
@pass_context
def remove(context: Context, code: str, as_json: bool) -> None:
    """Défaire un jumelage : les cartes de cette coop ne sont plus reconnues ici."""
    coop = parse_pairing_code(code)
    try:
        context.rooms.pairings.remove(coop, now=context.now, actor=ACTOR)
    except NotPaired as error:
        raise Misuse(str(error), error.hint) from error
    if as_json:
        print_json({"coop": shown_id(coop)})
    say(f"Le jumelage avec la coop {shown_id(coop)} est défait.")


@peer.command()
@click.argument("code", metavar="CODE")
@json_option
@pass_context
def block(context: Context, code: str, as_json: bool) -> None:
    """Refuser les cartes d’une coop, même si un annuaire la donne.

    Le code peut être l’identifiant de seize lettres que montre « passkoop peer list ».
    """
    coop = _named(code)
    try:
        context.rooms.pairings.block(coop, now=context.now, actor=ACTOR)
    except OwnCode as error:
        raise Misuse(str(error), error.hint) from error
    if as_json:
        print_json({"coop": shown_id(coop)})
    say(f"Les cartes de la coop {shown_id(coop)} sont refusées ici.")


@peer.command()
@click.argument("code", metavar="CODE")
@json_option
@pass_context
def unblock(context: Context, code: str, as_json: bool) -> None:
    """Ne plus refuser les cartes d’une coop bloquée."""
    coop = _named(code)
    if not context.rooms.pairings.unblock(coop, now=context.now, actor=ACTOR):
        raise Misuse(
            f"la coop {shown_id(coop)} n’est pas bloquée ici",
            "Vérifiez le code\u202f; rien à faire.",
        )
    if as_json:
        print_json({"coop": shown_id(coop)})
    say(f"La coop {shown_id(coop)} n’est plus bloquée.")


@peer.command("list")
@json_option
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """Montrer les coops connues et l’âge de leurs listes."""
    trust = context.rooms.trust()
    listed = {one.descriptor.coop for one in trust.descriptors()} - {trust.own}
    known = trust.paired | {coop for coop in listed if coop and trust.listens_to(coop)}
    rows = [_row(trust, coop, context.now) for coop in sorted(known)]
    if as_json:
        for row in rows:
            print_json(row)
        return
    if not rows:
        say("Aucune pour l’instant\u202f: «\u00a0passkoop peer add CODE\u00a0».")
        return
    print_table(
        ("Coop", "Identifiant", "Lieu", "Listes"),
        [
            (
                str(row["name"] or "(fichier attendu)"),
                str(row["coop"]),
                str(row["place"] or ""),
                f"il y a {age(int(row['list_age']))}" if row["list_age"] is not None else "aucune",
            )
            for row in rows
        ],
    )


@peer.command()
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FICHIER",
    help="Le fichier à écrire, par exemple coop.passkoop.",
)
@json_option
@pass_context
def export(context: Context, output: Path | None, as_json: bool) -> None:
    """Écrire le fichier à donner aux autres coops.

    Il contient tout ce que votre coop sait des coops, signé, et rien sur les membres ; il peut
    aller par clé USB ou par e-mail.
    """
    if output is None and (as_json or sys.stdout.isatty()):
        raise Misuse(
            "il manque le fichier à écrire", "Ajoutez par exemple «\u00a0-o coop.passkoop\u00a0»."
        )
    rooms = context.rooms
    documents = gather_news(rooms, context.ask_identity, now=context.now)
    if not (rooms.ourselves.is_catching_up or rooms.ourselves.descriptor_is_current()):
        say("La fiche de la coop a changé\u202f; elle partira quand la clé d’identité sera là.")
    data = write_bundle(documents)
    if output is None:
        sys.stdout.buffer.write(data)
        return
    write_private(output, data)
    if as_json:
        print_json({"file": str(output), "documents": len(documents)})
    say(f"{plural(len(documents), 'document')} dans {output}.")


@peer.command("import")
@click.argument("file", metavar="FICHIER", type=FILE)
@json_option
@pass_context
def import_(context: Context, file: Path, as_json: bool) -> None:
    """Prendre le fichier d’une autre coop."""
    rooms = context.rooms
    documents = read_bundle(read_given(file, MAX_FILE))
    was_catching_up = rooms.ourselves.is_catching_up
    received = rooms.relay.intake.take_in(documents, now=context.now)
    if received.refused and not received.accepted and not received.known:
        raise received.refused[0].error
    trust = rooms.trust()
    if as_json:
        print_json(_received_to_json(received))
    else:
        _show(received, trust)
    say_catching_up(rooms, was_catching_up=was_catching_up)


for _command in (follow, unfollow, followed, sync, relay, address):
    peer.add_command(_command)


def _named(text: str) -> CoopId:
    """Return the co-op of a pairing code, or of an id as `peer list` shows it."""
    letters = "".join(text.split()).replace("-", "").upper()
    try:
        return CoopId(b32decode(letters)) if len(letters) == 16 else parse_pairing_code(text)
    except ValueError as error:
        raise BadPairingCode(0) from error


def _row(trust: TrustStore, coop: CoopId, now: int) -> dict[str, str | int | bool | None]:
    held = trust.descriptor(coop)
    value: dict[str, str | int | bool | None] = {
        "coop": shown_id(coop),
        "name": None,
        "place": None,
        "country": None,
        "list_age": None,
        "paired": coop in trust.paired,
    }
    if held:
        lists = [trust.status_list(coop, one.kid) for one in held.descriptor.keys]
        dates = [one.issued_at for one in lists if one]
        value |= {
            "name": held.descriptor.name,
            "place": held.descriptor.place,
            "country": held.descriptor.country,
            "list_age": max(0, now - max(dates)) if dates else None,
        }
    return value


def _show(received: Received, trust: TrustStore) -> None:
    federations = trust.federations.by_id
    for coop in dict.fromkeys(one.subject for one in received.accepted):
        held = trust.descriptor(CoopId(coop))
        name = held.descriptor.name if held else shown_id(CoopId(coop))
        if (one := federations.get(FederationId(coop))) and one.root:
            name = one.root.name
        count = sum(one.subject == coop for one in received.accepted)
        say(f"{name}\u202f: {plural(count, 'document pris', 'documents pris')}.")
    if any(one.equivocation for one in received.accepted):
        say("Attention\u202f: l’une a signé deux versions de la même seconde. Prévenez-la.")
    if received.known:
        say(f"{plural(len(received.known), 'document déjà là', 'documents déjà là')}.")
    for (message, hint), count in _counted(said_error(one.error) for one in received.refused):
        left = plural(count, "document laissé", "documents laissés")
        say(f"{left} de côté\u202f: {message}. {hint}")
    if not (received.accepted or received.known):
        say("Ce fichier ne contient aucun document.")


def _counted(errors: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    return list(Counter(errors).items())


def _received_to_json(received: Received) -> dict[str, object]:
    return {
        "accepted": [
            {"kind": one.kind, "subject": one.subject.hex(), "equivocation": one.equivocation}
            for one in received.accepted
        ],
        "known": len(received.known),
        "refused": [{"place": one.place, "code": one.error.code} for one in received.refused],
    }
