"""`passkoop peer follow`, `unfollow`, `followed`: the federations that a co-op believes."""

import asyncio
from pathlib import Path

import click

from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.files import read_given
from passkoop_cli.kinds import FILE
from passkoop_cli.output import age, day_of, json_option, plural, print_json, print_table, say
from passkoop_cli.usage import Misuse
from passkoop_cli.words import said_error
from passkoop_node.core.french import french_date
from passkoop_node.core.reach import parse_web_address
from passkoop_node.relay import following
from passkoop_node.relay.following import FollowedFederation
from passkoop_protocol.bundle import MAX_FILE, read_bundle
from passkoop_protocol.directory import FederationId
from passkoop_protocol.keys import CoopId, parse_pairing_code, shown_id


@click.command()
@click.argument("fingerprint", metavar="EMPREINTE")
@click.option("--file", type=FILE, metavar="FICHIER", help="Le fichier que donne la fédération.")
@click.option(
    "--from",
    "address",
    metavar="ADRESSE",
    help="Le site de la fédération, ou un Pass’Koop qui la suit\u202f; appelé ensuite aussi.",
)
@json_option
@pass_context
def follow(
    context: Context, fingerprint: str, file: Path | None, address: str | None, as_json: bool
) -> None:
    """Suivre une fédération : les coops de son annuaire sont reconnues ici.

    L’empreinte, quatre groupes de cinq lettres, se reçoit de vive voix ou en main propre. Sans
    fichier ni adresse, l’annuaire arrive par les autres coops.
    """
    federation = FederationId(parse_pairing_code(fingerprint))
    room = context.rooms.relay
    documents: list[bytes] = []
    if file is not None:
        documents = read_bundle(read_given(file, MAX_FILE))
    elif address is not None:
        address = parse_web_address(address)
        from passkoop_node.relay.first_fetch import fetch_federation  # it takes a while to load

        documents = asyncio.run(fetch_federation(address, federation, now=context.now))
    received = following.follow(room, federation, documents, actor=ACTOR, now=context.now)
    if address is not None:
        room.add_typed(address, actor=ACTOR, now=context.now)
    (one,) = [one for one in following.followed(room) if one.id == federation]
    if as_json:
        print_json(_to_json(one))
    if one.root is None:
        say(f"La fédération {shown_id(CoopId(federation))} est suivie.")
        say("Son annuaire arrivera par les autres coops, ou par «\u00a0peer follow --file\u00a0».")
        return
    say(f"«\u00a0{one.root.name}\u00a0» est suivie\u202f: {_listed(one)}.")
    for refusal in received.refused:
        message, hint = said_error(refusal.error)
        say(f"Un document est laissé de côté\u202f: {message}. {hint}")
    if one.is_old(context.now):
        say("Son annuaire a passé sa date\u202f: les cartes de ses coops seront à noter.")
    if address is not None:
        say("Les listes de ses coops\u202f: «\u00a0passkoop peer sync\u00a0».")


@click.command()
@click.argument("fingerprint", metavar="EMPREINTE")
@json_option
@pass_context
def unfollow(context: Context, fingerprint: str, as_json: bool) -> None:
    """Ne plus suivre une fédération : seules ses coops jumelées restent reconnues."""
    federation = FederationId(parse_pairing_code(fingerprint))
    if not following.unfollow(context.rooms.relay, federation, actor=ACTOR, now=context.now):
        raise Misuse(
            f"votre coop ne suit pas la fédération {shown_id(CoopId(federation))}",
            "Voyez celles qu’elle suit avec «\u00a0passkoop peer followed\u00a0».",
        )
    if as_json:
        print_json({"federation": shown_id(CoopId(federation))})
    say(f"La fédération {shown_id(CoopId(federation))} n’est plus suivie.")


@click.command()
@json_option
@pass_context
def followed(context: Context, as_json: bool) -> None:
    """Montrer les fédérations suivies et l’âge de leur annuaire."""
    found = following.followed(context.rooms.relay)
    if as_json:
        for one in found:
            print_json(_to_json(one))
        return
    if not found:
        say("Aucune pour l’instant\u202f: «\u00a0passkoop peer follow EMPREINTE\u00a0».")
        return
    print_table(
        ("Fédération", "Empreinte", "Coops", "Annuaire", "Bon jusqu’au"),
        [
            (
                one.root.name if one.root else "(attendue)",
                one.fingerprint,
                str(len(one.rows)) if one.issued_at else "",
                f"il y a {age(max(0, context.now - one.issued_at))}" if one.issued_at else "aucun",
                _until(one, context.now),
            )
            for one in found
        ],
    )


def _until(one: FollowedFederation, now: int) -> str:
    if not one.issued_at:
        return ""
    if not one.confirmed:
        return "à confirmer par la fédération"
    return french_date(day_of(one.expires_at)) + (" (passé)" if one.is_old(now) else "")


def _listed(one: FollowedFederation) -> str:
    if not one.issued_at:
        return "son annuaire n’est pas encore là"
    suspended = sum(row.suspended for row in one.rows)
    coops = plural(len(one.rows), "coop")
    return f"{coops}, dont {plural(suspended, 'suspendue')}" if suspended else coops


def _to_json(one: FollowedFederation) -> dict[str, object]:
    return {
        "federation": shown_id(CoopId(one.id)),
        "fingerprint": one.fingerprint,
        "name": one.root.name if one.root else None,
        "root": one.root.version if one.root else None,
        "coops": len(one.rows) if one.issued_at else None,
        "suspended": sum(row.suspended for row in one.rows),
        "issued_at": one.issued_at or None,
        "expires_at": one.expires_at or None,
        "confirmed": one.confirmed,
    }
