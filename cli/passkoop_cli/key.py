"""`passkoop key`: the keys that sign cards."""

import click

from passkoop_cli.context import ACTOR, Context, is_interactive, pass_context
from passkoop_cli.output import day_of, json_option, print_json, print_table, say
from passkoop_node.coops.ourselves import KeyNotFound
from passkoop_node.core.french import french_date
from passkoop_node.core.keyring import IdentityState
from passkoop_protocol.descriptor import KeyState
from passkoop_protocol.keys import KeyId

_STATES = {
    KeyState.ACTIVE: "active",
    KeyState.RETIRED: "au repos",
    KeyState.WITHDRAWN: "retirée",
}
_IDENTITY = {
    IdentityState.OPEN: "sur cette machine, sans phrase de passe",
    IdentityState.SEALED: "sur cette machine, sous phrase de passe",
    IdentityState.AWAY: "ailleurs",
}


@click.group()
def key() -> None:
    """Les clés qui signent les cartes."""


@key.command("list")
@json_option
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """Montrer les clés."""
    rooms = context.rooms
    keys = rooms.coops.issuing_keys()
    if as_json:
        for one in keys:
            count = len(rooms.cards.places(one.kid))
            print_json(
                {
                    "kid": one.kid.hex(),
                    "state": one.state.name.lower(),
                    "since": one.since or None,
                    "cards": count,
                    "here": rooms.keyring.has_issuing_key(one.kid),
                }
            )
        return
    rows = [
        (
            one.kid.hex(),
            _STATES[one.state],
            french_date(day_of(one.since)) if one.since else "",
            str(len(rooms.cards.places(one.kid))),
        )
        for one in keys
    ]
    print_table(("Clé", "État", "Depuis le", "Cartes"), rows)
    say(f"Clé d’identité : {_IDENTITY[rooms.keyring.identity_state()]}.")


@key.command()
@json_option
@pass_context
def rotate(context: Context, as_json: bool) -> None:
    """Faire une nouvelle clé ; les cartes déjà faites restent bonnes.

    Pour une clé volée ou perdue, prenez « passkoop key withdraw ».
    """
    rooms = context.rooms
    kid = rooms.ourselves.rotate(context.ask_identity, now=context.now)
    rooms.lists.refresh(now=context.now)
    rooms.audit.add("key.rotate", now=context.now, actor=ACTOR, subject=kid.hex())
    if as_json:
        print_json({"kid": kid.hex()})
    say(f"Nouvelle clé : {kid.hex()}. Les cartes déjà faites restent bonnes.")
    say("Pour le dire aux autres coops : « passkoop peer export ».")


@key.command()
@click.argument("kid", metavar="CLÉ")
@click.option("--yes", is_flag=True, help="Ne pas demander confirmation.")
@json_option
@pass_context
def withdraw(context: Context, kid: str, yes: bool, as_json: bool) -> None:
    """Retirer une clé volée ou perdue : toutes ses cartes sont à refaire."""
    rooms = context.rooms
    full = _find(context, kid)
    cards = len(rooms.cards.places(full))
    if not yes and is_interactive():
        click.confirm(
            f"Ses {cards} cartes seront refusées partout. Continuer ?", abort=True, err=True
        )
    new = rooms.ourselves.withdraw(full, context.ask_identity, now=context.now)
    rooms.lists.refresh(now=context.now)
    rooms.audit.add("key.withdraw", now=context.now, actor=ACTOR, subject=full.hex())
    if as_json:
        print_json({"kid": full.hex(), "new": new.hex() if new else None, "cards": cards})
    say(f"La clé {full.hex()} est retirée : {cards} cartes à refaire (« passkoop card replace »).")
    say("Dites-le vite aux autres coops : « passkoop peer export ».")


@key.command()
@pass_context
def seal(context: Context) -> None:
    """Mettre la clé d’identité sous phrase de passe, ou en changer."""
    identity = context.identity
    passphrase = click.prompt(
        "Nouvelle phrase de passe",
        hide_input=True,
        confirmation_prompt="Encore une fois",
        err=True,
    )
    context.rooms.keyring.keep_identity_key(identity, passphrase=passphrase)
    say("La clé d’identité est sous phrase de passe.")


def _find(context: Context, start: str) -> KeyId:
    """Return the one key whose kid begins so."""
    kids = [one.kid for one in context.rooms.coops.issuing_keys()]
    found = [kid for kid in kids if kid.hex().startswith(start.lower())]
    if len(found) != 1 or not start:
        raise KeyNotFound(start)
    return found[0]
