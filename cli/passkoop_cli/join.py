"""`passkoop join`: who wants to become a member, and what is answered."""

import datetime
from typing import Any

import click

from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.output import json_option, plural, print_json, print_table, say
from passkoop_cli.usage import Misuse
from passkoop_node.core.formats import local_day
from passkoop_node.core.french import french_date
from passkoop_node.joining.merging import merged
from passkoop_node.joining.outcomes import Accepted, said_of
from passkoop_node.joining.requests import LONGEST_REASON
from passkoop_node.joining.store import JoinRequest, State

_STATES = {
    State.WAITING: "à lire",
    State.UNPROVED: "adresse à confirmer",
    State.ACCEPTED: "acceptée",
    State.REFUSED: "refusée",
}
_SOURCES = {"online": "en ligne", "kiosk": "à la borne"}

_request = click.argument("id", metavar="DEMANDE", type=click.IntRange(1, 2**53))


@click.group(cls=Group)
def join() -> None:
    """Les demandes d’adhésion\u202f: qui veut devenir membre, et ce qui est répondu."""


@join.command("list")
@click.option(
    "--state",
    type=click.Choice([one.value for one in State]),
    default=State.WAITING.value,
    help="waiting (à lire), unproved (adresse à confirmer), accepted (acceptées) ou refused"
    " (refusées).",
)
@json_option
@pass_context
def list_(context: Context, state: str, as_json: bool) -> None:
    """Montrer les demandes, la plus récente d’abord."""
    found = context.rooms.joining.store.page(State(state))
    if as_json:
        for one in found:
            print_json(_to_json(one))
        return
    if found:
        print_table(
            ("Demande", "Nom", "E-mail", "Reçue le", "D’où"),
            [
                (
                    str(one.id),
                    one.answers.full_name,
                    one.answers.email,
                    french_date(local_day(one.sent_at)),
                    _SOURCES[one.source],
                )
                for one in found
            ],
        )
    say(f"{plural(len(found), 'demande')}.")


@join.command()
@_request
@json_option
@pass_context
def show(context: Context, id: int, as_json: bool) -> None:
    """Montrer une demande, et qui du registre pourrait l’avoir envoyée."""
    inbox = context.rooms.joining
    one = inbox.store.get(id)
    is_open = one.state in (State.WAITING, State.UNPROVED)
    alike = inbox.alike(one.answers) if is_open else []
    if as_json:
        print_json(_to_json(one) | {"alike": [member.number for member in alike]})
        return
    say(f"Demande {one.id}\u202f: {_STATES[one.state]}, {_SOURCES[one.source]}.")
    for name, value in _to_json(one)["answers"].items():
        click.echo(f"{name}: {value}")
    for member in alike:
        say(f"Peut-être déjà membre\u202f: {member.full_name}, n°\u00a0{member.number}.")


@join.command()
@_request
@click.option("--into", metavar="NUMÉRO", help="Le membre que c’est déjà.")
@click.option("--new", "is_new", is_flag=True, help="Un nouveau membre, malgré la ressemblance.")
@json_option
@pass_context
def accept(context: Context, id: int, into: str | None, is_new: bool, as_json: bool) -> None:
    """Accepter une demande\u202f: membre au registre, carte faite et envoyée.

    Si le registre connaît déjà ce nom ou cette adresse, dites qui c’est avec --into, ou --new.
    """
    if into is not None and is_new:
        raise Misuse("--into et --new se contredisent", "Gardez l’un des deux.")
    inbox = context.rooms.joining
    one = inbox.store.get(id)
    member = context.rooms.members.by_number(into) if into is not None else None
    alike = inbox.alike(one.answers)
    if member is None and alike and not is_new:
        names = ", ".join(f"{other.full_name} (n°\u00a0{other.number})" for other in alike)
        raise Misuse(
            f"cette personne est peut-être déjà membre\u202f: {names}",
            "Dites qui c’est avec --into, ou --new si ce n’est personne de ceux-là.",
        )
    data = None if member is None else merged(member, one.answers, ())
    done = inbox.accept(
        id, into=member, data=data, actor=ACTOR, now=context.now, today=context.today
    )
    if as_json:
        print_json(_accepted_to_json(done))
        return
    say(f"{done.member.full_name} est membre n°\u00a0{done.member.number}.")
    if done.is_mailed:
        say("Sa carte part par e-mail avec «\u00a0passkoop serve\u00a0».")
    elif done.fault is not None:
        say(f"{'Sans e-mail' if done.has_card else 'Sans carte'}\u202f: {done.fault}.")


@join.command()
@_request
@click.option("--reason", metavar="TEXTE", default="", help="Pourquoi.")
@click.option("--tell", is_flag=True, help="L’écrire à la personne, par e-mail.")
@json_option
@pass_context
def refuse(context: Context, id: int, reason: str, tell: bool, as_json: bool) -> None:
    """Refuser une demande."""
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Misuse(
            "ce motif est trop long, ou n’est pas sur une ligne",
            f"Gardez {LONGEST_REASON} caractères au plus.",
        )
    one = context.rooms.joining.refuse(id, reason=reason, writes=tell, actor=ACTOR, now=context.now)
    if as_json:
        print_json(_to_json(one))
        return
    say(f"La demande {id} est refusée. «\u00a0passkoop join reopen {id}\u00a0» la rouvre.")


@join.command()
@_request
@json_option
@pass_context
def reopen(context: Context, id: int, as_json: bool) -> None:
    """Rouvrir une demande refusée."""
    one = context.rooms.joining.reopen(id, actor=ACTOR, now=context.now)
    if as_json:
        print_json(_to_json(one))
        return
    say(f"La demande {id} est de nouveau à lire.")


def _to_json(one: JoinRequest) -> dict[str, Any]:
    """Return a request for a program."""
    sent = datetime.datetime.fromtimestamp(one.sent_at, datetime.UTC)
    return {
        "id": one.id,
        "state": one.state.value,
        "source": one.source,
        "sent_at": sent.isoformat(),
        "times": one.times,
        "answers": dict(said_of(one.answers)),
        "reason": one.reason,
    }


def _accepted_to_json(done: Accepted) -> dict[str, Any]:
    return {
        "number": done.member.number,
        "name": done.member.full_name,
        "has_card": done.has_card,
        "is_mailed": done.is_mailed,
        "fault": done.fault.code if done.fault else None,
    }
