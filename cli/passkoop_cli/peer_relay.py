"""`passkoop peer sync`, `peer relay`, `peer address`: how co-ops keep each other up to date."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from passkoop_cli.catching_up import say_catching_up
from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.news import sign_news
from passkoop_cli.output import UNREACHABLE, age, json_option, plural, print_json, print_table, say
from passkoop_cli.usage import Misuse
from passkoop_cli.words import ERRORS
from passkoop_node.core.keyring import IdentityState
from passkoop_node.core.reach import is_inside, parse_web_address
from passkoop_node.relay.planning import Peer

if TYPE_CHECKING:  # what calls others takes a while to load
    from passkoop_node.relay.calling import Called

# What a relay in order hands to nobody; the rest is older, or for others.
_ODD = {"threshold_not_met", "version_gap", "bad_shape", "bad_proof"}
_MOST_ASKED = 8  # relays: more than by itself, because somebody waits for it

Given = ParamSpec("Given")
Result = TypeVar("Result")


@click.command()
@json_option
@click.pass_context
def sync(ctx: click.Context, as_json: bool) -> None:
    """Prendre des nouvelles des autres coops, et donner les vôtres, maintenant.

    Pendant que Pass’Koop est ouvert, il le fait de lui-même toutes les cinq minutes. Code de
    sortie : 5 si personne n’a répondu.
    """
    from passkoop_node.relay.sync import Sync

    context = ctx.find_object(Context)
    assert context is not None
    rooms = context.rooms
    was_catching_up = rooms.ourselves.is_catching_up
    rooms.relay.keep_current(now=context.now)
    called = asyncio.run(
        Sync(rooms.relay, _here, lambda: context.now).round(width=_MOST_ASKED, insist=True)
    )
    if not called:
        raise Misuse(
            "votre coop ne connaît aucune adresse à appeler",
            "Ajoutez-en une\u202f: «\u00a0passkoop peer relay add ADRESSE\u00a0».",
        )
    for one in called:
        if as_json:
            print_json(_to_json(one))
        else:
            say(f"{one.peer.address}\u202f: {_said(one)}.")
    say_catching_up(rooms, was_catching_up=was_catching_up)
    if all(one.code for one in called):
        ctx.exit(UNREACHABLE)


@click.group(cls=Group)
def relay() -> None:
    """Les adresses où votre coop prend des nouvelles des autres."""


@relay.command("add")
@click.argument("address", metavar="ADRESSE")
@json_option
@pass_context
def add_relay(context: Context, address: str, as_json: bool) -> None:
    """Ajouter l’adresse d’un Pass’Koop à appeler, par exemple celui d’une coop amie.

    Celles que publient les coops jumelées sont connues d’elles-mêmes. Une adresse de votre propre
    réseau n’est appelée que si vous l’ajoutez ici.
    """
    usual = parse_web_address(address)
    context.rooms.relay.add_typed(usual, actor=ACTOR, now=context.now)
    if as_json:
        print_json({"address": usual})
    say(f"{usual} sera appelée. Maintenant\u202f: «\u00a0passkoop peer sync\u00a0».")


@relay.command("remove")
@click.argument("address", metavar="ADRESSE")
@json_option
@pass_context
def remove_relay(context: Context, address: str, as_json: bool) -> None:
    """Oublier une adresse ajoutée à la main."""
    usual = parse_web_address(address)
    if not context.rooms.relay.remove_typed(usual, actor=ACTOR, now=context.now):
        raise Misuse(
            f"{usual} n’a pas été ajoutée ici",
            "Voyez les adresses avec «\u00a0passkoop peer relay list\u00a0».",
        )
    if as_json:
        print_json({"address": usual})
    say(f"{usual} ne sera plus appelée.")


@relay.command("list")
@json_option
@pass_context
def list_relays(context: Context, as_json: bool) -> None:
    """Montrer les adresses connues, et quand chacune a répondu."""
    from passkoop_node.relay.words import FAILURES

    room = context.rooms.relay
    situation, typed = room.situation(), set(room.typed)
    federal = set(room.named_by_federations())
    peers = [situation.peers.get(one) or Peer(address=one) for one in sorted(situation.addresses)]
    if as_json:
        for one in peers:
            print_json(
                {
                    "address": one.address,
                    "typed": one.address in typed,
                    "answered_at": one.answered_at or None,
                    "failures": one.failures,
                    "error": one.said or None,
                }
            )
        return
    if not peers:
        say("Aucune pour l’instant\u202f: «\u00a0passkoop peer relay add ADRESSE\u00a0».")
        return
    print_table(
        ("Adresse", "Ajoutée", "A répondu", "Dernier essai"),
        [
            (
                one.address,
                "à la main"
                if one.address in typed
                else "par une fédération"
                if one.address in federal
                else "par une coop",
                f"il y a {age(max(0, context.now - one.answered_at))}" if one.answered_at else "",
                str(FAILURES[one.said]) if one.said else "bon" if one.asked_at else "",
            )
            for one in peers
        ],
    )


@click.group(cls=Group)
def address() -> None:
    """Les adresses où les autres coops appellent la vôtre."""


@address.command("add")
@click.argument("address", metavar="ADRESSE")
@json_option
@pass_context
def add_address(context: Context, address: str, as_json: bool) -> None:
    """Publier une adresse de votre Pass’Koop, pour que les autres coops l’appellent.

    Elle est écrite dans la fiche signée de la coop : la clé d’identité peut être demandée. Sans
    adresse, rien ne manque : c’est alors votre Pass’Koop qui appelle les autres.
    """
    usual = parse_web_address(address)
    if is_inside(usual):
        say("Attention\u202f: cette adresse ne mène nulle part hors de votre réseau.")
    ourselves = context.rooms.ourselves
    _publish(context, (*ourselves.addresses, usual), "address.add", usual)
    if as_json:
        print_json({"address": usual})
    say(f"{usual} est publiée.")


@address.command("remove")
@click.argument("address", metavar="ADRESSE")
@json_option
@pass_context
def remove_address(context: Context, address: str, as_json: bool) -> None:
    """Ne plus publier une adresse."""
    usual, ourselves = parse_web_address(address), context.rooms.ourselves
    if usual not in ourselves.addresses:
        raise Misuse(
            f"{usual} n’est pas publiée",
            "Voyez les adresses avec «\u00a0passkoop peer address list\u00a0».",
        )
    kept = tuple(one for one in ourselves.addresses if one != usual)
    _publish(context, kept, "address.remove", usual)
    if as_json:
        print_json({"address": usual})
    say(f"{usual} n’est plus publiée.")


@address.command("list")
@json_option
@pass_context
def list_addresses(context: Context, as_json: bool) -> None:
    """Montrer les adresses publiées."""
    addresses = context.rooms.ourselves.addresses
    for one in addresses:
        if as_json:
            print_json({"address": one})
        else:
            click.echo(one)
    if not addresses and not as_json:
        say("Aucune\u202f: votre Pass’Koop appelle les autres, et personne ne l’appelle.")


def _publish(context: Context, addresses: tuple[str, ...], action: str, subject: str) -> None:
    """Say in the descriptor where we answer; the passphrase is asked before anything changes."""
    rooms = context.rooms
    rooms.ourselves.check_may_sign()
    is_away = rooms.keyring.identity_state() is IdentityState.AWAY
    if not is_away:
        context.ask_identity()
    rooms.ourselves.set_addresses(addresses)
    rooms.audit.add(action, now=context.now, actor=ACTOR, subject=subject)
    sign_news(rooms, context.ask_identity, now=context.now)
    if is_away:
        say("La fiche de la coop partira quand la clé d’identité sera là.")


async def _here(
    function: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
) -> Result:
    """Call a function: the command has one thread."""
    return function(*args, **kwargs)


def _said(called: "Called") -> str:
    from passkoop_node.relay.words import FAILURES

    if called.code:
        return str(FAILURES[called.code])
    lists, sheets = called.accepted["status_list"], called.accepted["descriptor"]
    came = [plural(lists, "liste")] if lists else []
    came += [plural(sheets, "fiche")] if sheets else []
    directories = called.accepted["directory"]
    came += [plural(directories, "annuaire")] if directories else []
    listed = " et ".join([", ".join(came[:-1]), came[-1]] if came[1:] else came)
    said = f"{listed} en plus" if came else "rien de nouveau"
    for code in sorted(_ODD & called.refused.keys()):
        left = plural(called.refused[code], "document laissé", "documents laissés")
        said += f"\u202f; {left} de côté, car {ERRORS[code][0]}"
    return f"{said}, vos nouvelles sont transmises" if called.pushed else said


def _to_json(called: "Called") -> dict[str, object]:
    return {
        "address": called.peer.address,
        "error": called.code or None,
        "accepted": dict(called.accepted),
        "known": called.known,
        "parked": called.parked,
        "refused": dict(called.refused),
        "pushed": called.pushed,
    }
