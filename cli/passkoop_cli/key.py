"""`passkoop key`: the keys that sign cards."""

import click

from passkoop_cli.asking import ask_secret, confirm, is_interactive
from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.news import HOW_NEWS_TRAVEL
from passkoop_cli.output import day_of, json_option, plural, print_json, print_table, say
from passkoop_cli.usage import Misuse
from passkoop_node.cards.keys import cards_to_remake, rotate_key, withdraw_key
from passkoop_node.coops.ourselves import KeyNotFound
from passkoop_node.core.french import french_date
from passkoop_node.core.keyring import IdentityState, identity_file
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


@click.group(cls=Group)
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
            count = rooms.cards.count_signed_by(one.kid)
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
            str(rooms.cards.count_signed_by(one.kid)),
        )
        for one in keys
    ]
    print_table(("Clé", "État", "Ne signe plus depuis le", "Cartes"), rows)
    say(f"Clé d’identité\u202f: {_IDENTITY[rooms.keyring.identity_state()]}.")


@key.command()
@json_option
@pass_context
def rotate(context: Context, as_json: bool) -> None:
    """Faire une nouvelle clé ; les cartes déjà faites restent bonnes.

    Pour une clé volée ou perdue, prenez « passkoop key withdraw ».
    """
    rooms = context.rooms
    kid = rotate_key(rooms.issuer, context.ask_identity, now=context.now, actor=ACTOR)
    if as_json:
        print_json({"kid": kid.hex()})
    say(f"Nouvelle clé\u202f: {kid.hex()}. Les cartes déjà faites restent bonnes.")
    say(HOW_NEWS_TRAVEL)


@key.command()
@click.argument("kid", metavar="CLÉ")
@click.option("--yes", is_flag=True, help="Ne pas demander confirmation.")
@json_option
@pass_context
def withdraw(context: Context, kid: str, yes: bool, as_json: bool) -> None:
    """Retirer une clé volée ou perdue : toutes ses cartes sont à refaire."""
    rooms = context.rooms
    full = _find(context, kid)
    cards = cards_to_remake(rooms.issuer, full, now=context.now)
    if not yes and is_interactive():
        confirm(f"Elle a signé {plural(cards, 'carte')}, à refaire ensuite. La retirer\u202f?")
    new = withdraw_key(rooms.issuer, full, context.ask_identity, now=context.now, actor=ACTOR)
    if as_json:
        print_json({"kid": full.hex(), "new": new.hex() if new else None, "cards": cards})
    say(f"La clé {full.hex()} est retirée\u202f: {plural(cards, 'carte')} à refaire.")
    say("Dites-le vite aux autres coops\u202f: «\u00a0passkoop peer export\u00a0».")
    if cards:
        say("Puis refaites les cartes\u202f: «\u00a0passkoop card issue --all\u00a0».")


@key.command()
@json_option
@pass_context
def seal(context: Context, as_json: bool) -> None:
    """Mettre la clé d’identité sous phrase de passe, ou en changer."""
    if not is_interactive():
        raise Misuse("personne n’est là pour choisir la phrase", "Lancez-la dans un terminal.")
    identity = context.identity
    passphrase = ask_secret("Nouvelle phrase de passe", again="Encore une fois")
    content = identity_file(identity, passphrase=passphrase)
    context.rooms.custody.keep(identity, content, action="key.seal", now=context.now, actor=ACTOR)
    if as_json:
        print_json({"identity": context.rooms.keyring.identity_state().value})
    say("La clé d’identité est sous phrase de passe.")


def _find(context: Context, start: str) -> KeyId:
    """Return the one key whose kid begins so."""
    kids = [one.kid for one in context.rooms.coops.issuing_keys()]
    found = [kid for kid in kids if kid.hex().startswith(start.lower())]
    if len(found) != 1 or not start:
        raise KeyNotFound(start)
    return found[0]
