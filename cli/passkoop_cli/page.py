"""`passkoop page`: what the co-op says of itself on its page of the directory."""

import tomllib
from pathlib import Path

import click

from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.files import read_given
from passkoop_cli.kinds import FILE
from passkoop_cli.news import sign_news
from passkoop_cli.output import json_option, print_json, say
from passkoop_cli.usage import Misuse
from passkoop_node.coops.profile import load_page, save_page
from passkoop_node.core.keyring import IdentityState
from passkoop_protocol.page import CoopPage, page_to_map, parse_page
from passkoop_site.cleaning import shown_address
from passkoop_site.remarks import Report
from passkoop_site.tables import page_of

MAX_FILE = 64_000  # bytes


@click.group(cls=Group)
def page() -> None:
    """La page de votre coop dans l’annuaire : ce qu’elle dit d’elle-même."""


@page.command("set")
@click.argument("file", metavar="FICHIER", type=FILE)
@json_option
@pass_context
def set_(context: Context, file: Path, as_json: bool) -> None:
    """Publier la page que décrit FICHIER.

    C’est une fiche en TOML, avec les mots de docs/site.md. La coop la signe : la phrase de
    passe de la clé d’identité peut être demandée. Le site de l’annuaire la reprend de lui-même.
    """
    try:
        table = tomllib.loads(read_given(file, MAX_FILE).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misuse(
            f"{file} n’est pas une fiche en TOML",
            "Voyez l’exemple de docs/site.md, et corrigez le fichier.",
        ) from error
    report = Report()
    given, left_out = parse_page(page_of(table, report, file.name))
    for field in left_out:
        report.repaired(
            file.name,
            f"«\u00a0{field}\u00a0» est trop long\u202f: laissé de côté",
            "Voyez docs/site.md.",
        )
    _publish(context, given, "page.set")
    for one in report.remarks:
        say(f"{one.where}\u202f: {one.what}. {one.to_do}")
    if as_json:
        print_json(page_to_map(given))
        return
    say("La page de la coop est signée\u202f; l’annuaire la montrera à sa prochaine mise à jour.")


@page.command()
@json_option
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Montrer ce que la page de votre coop dit."""
    held = load_page(context.rooms.ourselves.settings)
    said = page_to_map(held)
    if as_json:
        print_json(said)
        return
    if not said:
        say("Rien pour l’instant\u202f: «\u00a0passkoop page set FICHIER\u00a0».")
    for address in (held.site, held.join, held.shop, held.facebook, held.give):
        if address:
            click.echo(shown_address(address))
    for line in filter(None, (held.mail, held.phone, held.address)):
        click.echo(line)
    for language, words in held.words.items():
        for line in (words.summary, *words.gains, words.joining, *words.steps, words.gifts):
            if line:
                click.echo(f"[{language}] {line}")


@page.command()
@json_option
@pass_context
def clear(context: Context, as_json: bool) -> None:
    """Retirer tout ce que la page disait, sauf le nom, le lieu et l’accueil."""
    _publish(context, CoopPage(), "page.clear")
    if as_json:
        print_json({})
    say("La page de la coop ne dit plus que son nom, son lieu et comment elle accueille.")


def _publish(context: Context, given: CoopPage, action: str) -> None:
    """Keep the page and sign it; the passphrase is asked before anything changes."""
    rooms = context.rooms
    rooms.ourselves.check_may_sign()
    is_away = rooms.keyring.identity_state() is IdentityState.AWAY
    if not is_away:
        context.ask_identity()
    save_page(rooms.ourselves.settings, given)
    rooms.audit.add(action, now=context.now, actor=ACTOR, subject=rooms.ourselves.profile.name)
    sign_news(rooms, context.ask_identity, now=context.now)
    if is_away:
        say("La fiche de la coop partira quand la clé d’identité sera là.")
