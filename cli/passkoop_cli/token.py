"""`passkoop token`: what programs show to be answered (the API)."""

import click

from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.output import day_of, json_option, print_json, print_table, say
from passkoop_node.api.tokens import Scope
from passkoop_node.core.french import french_date

_SCOPES = {
    Scope.VERIFY: "vérifier",
    Scope.VISITS: "noter des visites",
    Scope.MEMBERS_READ: "lire les membres",
    Scope.MEMBERS_WRITE: "inscrire des membres",
    Scope.CARDS_READ: "lire les cartes",
    Scope.CARDS_WRITE: "faire et annuler des cartes",
}


@click.group(cls=Group)
def token() -> None:
    """Les jetons des logiciels de caisse (Odoo et autres) qui interrogent Pass’Koop."""


@token.command()
@click.argument("name", metavar="NOM")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([one.value for one in Scope]),
    multiple=True,
    required=True,
    help="Ce que le jeton permet\u202f: verify (vérifier), visits (noter des visites), members et "
    "cards (lire avec :read, changer avec :write). Répétable.",
)
@json_option
@pass_context
def add(context: Context, name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Faire un jeton, montré une seule fois.

    NOM dit de quel logiciel il s’agit ; il est au registre des visites. Refait sous le même nom,
    après « token remove », c’est toujours la même caisse : une visite renvoyée compte une fois.
    """
    wanted = [Scope(one) for one in scopes]
    secret = context.rooms.tokens.add(name, wanted, actor=ACTOR, now=context.now)
    if as_json:
        print_json({"name": name, "scopes": sorted(set(wanted)), "token": secret})
    else:
        click.echo(secret)
    say("Gardez-le maintenant\u202f: il ne sera plus montré.")


@token.command("list")
@json_option
@pass_context
def list_tokens(context: Context, as_json: bool) -> None:
    """Montrer les jetons, ce qu’ils permettent, et quand ils ont servi à une heure près."""
    tokens = context.rooms.tokens.all()
    if as_json:
        for one in tokens:
            print_json(
                {
                    "name": one.name,
                    "scopes": sorted(one.scopes),
                    "made_at": one.made_at,
                    "used_at": one.used_at,
                }
            )
        return
    if not tokens:
        say("Aucun pour l’instant\u202f: «\u00a0passkoop token add NOM --scope verify\u00a0».")
        return
    print_table(
        ("Nom", "Permet de", "Fait", "A servi"),
        [
            (
                one.name,
                ", ".join(said for scope, said in _SCOPES.items() if scope in one.scopes),
                french_date(day_of(one.made_at)),
                "jamais" if one.used_at is None else french_date(day_of(one.used_at)),
            )
            for one in tokens
        ],
    )


@token.command()
@click.argument("name", metavar="NOM")
@json_option
@pass_context
def remove(context: Context, name: str, as_json: bool) -> None:
    """Retirer un jeton : il n’ouvre plus rien, tout de suite."""
    context.rooms.tokens.remove(name, actor=ACTOR, now=context.now)
    if as_json:
        print_json({"name": name})
    say(f"Le jeton «\u00a0{name}\u00a0» est retiré.")
