"""`passkoop card`: issuing cards, printing them, taking them back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.output import (
    json_option,
    plural,
    print_json,
    progress_bar,
    say,
)
from passkoop_node.cards.issuing import LIFETIME_DAYS, LONGEST_DAYS, last_day
from passkoop_node.cards.printable import PrintableCard
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.core.french import french_date
from passkoop_node.home import write_private
from passkoop_node.members.member import Member
from passkoop_protocol.text import encode_text

_STATES = {
    CardState.VALID: "valable",
    CardState.REVOKED: "annulée",
    CardState.SUSPENDED: "suspendue",
}

_numbers = click.argument("numbers", metavar="[NUMÉRO]…", nargs=-1)
_number = click.argument("number", metavar="NUMÉRO")
_all = click.option("--all", "everybody", is_flag=True, help="Tous les membres.")
_reason = click.option("--reason", metavar="TEXTE", default="", help="Pourquoi ; gardé au journal.")
_days = click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    default=LIFETIME_DAYS,
    show_default=True,
    help="Durée de la carte, en jours.",
)


@click.group()
def card() -> None:
    """Les cartes : faire, imprimer, suspendre, annuler."""


@card.command()
@_numbers
@_all
@_days
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DOSSIER",
    help="Y écrire chaque carte en PNG et en SVG.",
)
@json_option
@pass_context
def issue(
    context: Context,
    numbers: tuple[str, ...],
    everybody: bool,
    days: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Faire une carte aux membres qui n’en ont pas."""
    rooms = context.rooms
    members = _chosen(context, numbers, everybody)
    current = rooms.cards.current(now=context.now)
    without = [one for one in members if one.id not in current] if everybody else members
    with progress_bar(len(without), "Cartes") as bar:
        rooms.issuer.issue(without, now=context.now, actor=ACTOR, days=days, progress=bar.update)
    current = rooms.cards.current(now=context.now)
    pairs = [(one, current[one.id]) for one in members if one.id in current]
    if out is not None:
        _write_pictures(context, pairs, out)
    if as_json:
        _print_cards(pairs)
    say(f"{plural(len(without), 'nouvelle carte', 'nouvelles cartes')}.")
    if out is not None:
        say(f"Images de {plural(len(pairs), 'carte')} dans {out}.")


@card.command()
@_number
@json_option
@pass_context
def show(context: Context, number: str, as_json: bool) -> None:
    """Montrer les cartes d’un membre ; la plus récente d’abord."""
    one = context.rooms.members.by_number(number)
    cards = context.rooms.cards.of_member(one.id)
    if as_json:
        _print_cards([(one, stored) for stored in cards])
        return
    for stored in cards:
        state = "expirée" if stored.expires_at <= context.now else _STATES[stored.state]
        click.echo(f"{stored.holder_name} · {state} · jusqu’au {french_date(last_day(stored))}")
        if stored.reason:
            click.echo(f"   {stored.reason}")
        click.echo(f"   {_text(stored)}")
    if not cards:
        say(f"{one.full_name} n’a pas de carte.")


@card.command("print")
@_numbers
@_all
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("cartes.pdf"),
    show_default=True,
    metavar="FICHIER",
    help="Le PDF à écrire.",
)
@pass_context
def print_(context: Context, numbers: tuple[str, ...], everybody: bool, output: Path) -> None:
    """Faire le PDF des cartes à découper, dix par page."""
    from passkoop_node.cards.sheet import card_sheet  # a PDF writer takes a while to load
    from passkoop_node.core.lettering import lacks_letters

    members = _chosen(context, numbers, everybody)
    current = context.rooms.cards.current(now=context.now)
    pairs = [(one, current[one.id]) for one in members if one.id in current]
    if not pairs:
        raise click.UsageError("Aucune carte à imprimer : faites-les avec « passkoop card issue ».")
    cards = printable(context, pairs)
    write_private(output, card_sheet(cards))
    missing = len(members) - len(pairs)
    say(f"{plural(len(cards), 'carte')} dans {output}. Imprimez à 100 %, puis coupez.")
    if missing:
        say(f"{plural(missing, 'membre')} sans carte : voyez « passkoop card issue ».")
    for one in cards:
        if lacks_letters(one.holder_name):
            say(f"Le nom de {one.holder_name} a des lettres que l’impression ne connaît pas.")


@card.command()
@_number
@_reason
@_days
@json_option
@pass_context
def replace(context: Context, number: str, reason: str, days: int, as_json: bool) -> None:
    """Refaire la carte d’un membre : l’ancienne est annulée."""
    one = context.rooms.members.by_number(number)
    new = context.rooms.issuer.replace(
        one, reason=reason or "remplacée", now=context.now, actor=ACTOR, days=days
    )
    if as_json:
        _print_cards([(one, new)])
    say(f"{one.full_name} a une nouvelle carte ; l’ancienne est annulée.")
    _say_how_it_travels()


@card.command()
@_number
@_reason
@json_option
@pass_context
def revoke(context: Context, number: str, reason: str, as_json: bool) -> None:
    """Annuler les cartes d’un membre, pour toujours."""
    _change(context, number, CardState.REVOKED, reason, as_json)


@card.command()
@_number
@_reason
@json_option
@pass_context
def suspend(context: Context, number: str, reason: str, as_json: bool) -> None:
    """Suspendre les cartes d’un membre, par exemple pour une cotisation en retard."""
    _change(context, number, CardState.SUSPENDED, reason, as_json)


@card.command()
@_number
@_reason
@json_option
@pass_context
def resume(context: Context, number: str, reason: str, as_json: bool) -> None:
    """Rendre valables les cartes suspendues d’un membre."""
    _change(context, number, CardState.VALID, reason, as_json)


def _change(context: Context, number: str, state: CardState, reason: str, as_json: bool) -> None:
    one = context.rooms.members.by_number(number)
    count = context.rooms.issuer.set_state(one, state, reason=reason, now=context.now, actor=ACTOR)
    if as_json:
        print_json({"number": one.number, "state": state.name.lower(), "cards": count})
    say(f"{one.full_name} : {plural(count, 'carte')} {_STATES[state]}{'s' * (count > 1)}.")
    _say_how_it_travels()


def _say_how_it_travels() -> None:
    say("Pour le dire aux autres coops : « passkoop peer export ».")


def _chosen(context: Context, numbers: Sequence[str], everybody: bool) -> list[Member]:
    """Return the members named, or all who belong to the co-op today."""
    if bool(numbers) == everybody:
        raise click.UsageError("Donnez des numéros de membres, ou --all.")
    members = context.rooms.members
    if everybody:
        return members.members(on=context.today)
    return [members.by_number(number) for number in dict.fromkeys(numbers)]


def printable(context: Context, pairs: Sequence[tuple[Member, StoredCard]]) -> list[PrintableCard]:
    """Return the cards with the words that stand beside the code."""
    profile = context.rooms.ourselves.profile
    return [
        PrintableCard(
            text=_text(stored),
            holder_name=stored.holder_name,
            coop_name=profile.name,
            return_address=profile.contact or f"{profile.name}, {profile.place}",
            number=one.number,
            category=stored.category,
            valid_until=last_day(stored),
        )
        for one, stored in pairs
    ]


def _write_pictures(
    context: Context, pairs: Sequence[tuple[Member, StoredCard]], folder: Path
) -> None:
    from passkoop_node.cards.pictures import write_pictures

    with progress_bar(len(pairs), "Images") as bar:
        done = 0

        def progress(count: int) -> None:
            nonlocal done
            bar.update(count - done)
            done = count

        write_pictures(printable(context, pairs), folder, progress)


def _text(stored: StoredCard) -> str:
    assert stored.data is not None  # `finish` signs before a card is handed out
    return encode_text(stored.data)


def _print_cards(pairs: Sequence[tuple[Member, StoredCard]]) -> None:
    for one, stored in pairs:
        value: dict[str, Any] = {
            "number": one.number,
            "name": stored.holder_name,
            "state": stored.state.name.lower(),
            "reason": stored.reason,
            "kid": stored.kid.hex(),
            "index": stored.status_index,
            "valid_until": last_day(stored).isoformat(),
            "text": _text(stored),
        }
        print_json(value)
