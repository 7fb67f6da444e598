"""`passkoop card`: issuing cards, printing them, taking them back."""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from passkoop_cli.card_send import send
from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.kinds import FILE, FOLDER, Whole
from passkoop_cli.news import HOW_NEWS_TRAVEL
from passkoop_cli.output import day_of, json_option, plural, print_json, progress_bar, say
from passkoop_cli.usage import Misuse
from passkoop_node.cards.batches import issue_in_parts
from passkoop_node.cards.issuing import LIFETIME_DAYS, LONGEST_DAYS, NoCard, last_day
from passkoop_node.cards.printing import Pairs, printable_cards, with_cards
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.core.french import french_date
from passkoop_node.home import write_private
from passkoop_node.members.member import Member
from passkoop_protocol.descriptor import KeyState
from passkoop_protocol.keys import KeyId
from passkoop_protocol.text import encode_text

_STATES = {
    CardState.VALID: "valable",
    CardState.REVOKED: "annulée",
    CardState.SUSPENDED: "suspendue",
}

_numbers = click.argument("numbers", metavar="[NUMÉRO]…", nargs=-1)
_number = click.argument("number", metavar="NUMÉRO")
_all = click.option("--all", "everybody", is_flag=True, help="Tous les membres.")
_reason = click.option(
    "--reason", metavar="TEXTE", default="", help="Pourquoi\u202f; gardé au journal."
)
_days = click.option(
    "--days",
    type=Whole(1, LONGEST_DAYS),
    default=LIFETIME_DAYS,
    metavar="N",
    help=f"Durée en jours, {LONGEST_DAYS} au plus\u202f; sinon {LIFETIME_DAYS}, trois ans.",
)
_out = click.option(
    "--out", type=FOLDER, metavar="DOSSIER", help="Y écrire chaque carte en PNG et en SVG."
)


@click.group(cls=Group)
def card() -> None:
    """Les cartes : faire, imprimer, envoyer, suspendre, annuler."""


card.add_command(send)


@card.command()
@_numbers
@_all
@_days
@_out
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
    """Faire une carte aux membres qui n’en ont pas.

    Avec --all, aussi à ceux dont la carte est à refaire parce qu’elle a expiré ou que sa clé a été
    retirée ; pas à ceux dont la carte a été annulée.
    """
    rooms = context.rooms
    members = _chosen(context, numbers, everybody)
    without: Sequence[Member] = members
    taken_back: Sequence[Member] = ()
    if everybody:
        missing = rooms.issuer.missing(on=_today(context), now=context.now)
        without = [one for one in members if one.id in missing.to_issue]
        taken_back = [one for one in members if one.id in missing.taken_back]
    with progress_bar(len(without), "Cartes") as bar:
        if everybody:
            issued = []
            for part in issue_in_parts(
                rooms.issuer, without, now=context.now, actor=ACTOR, days=days
            ):
                issued += part
                bar.update(len(part))
        else:
            issued = rooms.issuer.issue(
                without, now=context.now, actor=ACTOR, days=days, progress=bar.update
            )
    pairs = _with_cards(context, members)
    if out is not None:
        _write_pictures(context, pairs, out)
    if as_json:
        _print_cards(context, pairs)
    if issued:
        say(f"{plural(len(issued), 'nouvelle carte', 'nouvelles cartes')}.")
    if meanwhile := len(without) - len(issued):
        say(f"{plural(meanwhile, 'carte')} déjà là\u202f: une autre commande en faisait aussi.")
    if not without and not taken_back:
        say("Chaque membre a déjà sa carte." if members else "Aucun membre pour l’instant.")
    if taken_back:
        said = plural(len(taken_back), "membre dont", "membres dont")
        numbers_of = ", ".join(one.number for one in taken_back[:10])
        say(f"Laissé de côté : {said} la carte a été annulée (n° {numbers_of}).")
        say("Pour leur en refaire une : « passkoop card issue NUMÉRO ».")
    if out is not None:
        say(f"Images de {plural(len(pairs), 'carte')} dans {out}.")


@card.command()
@_number
@_out
@json_option
@pass_context
def show(context: Context, number: str, out: Path | None, as_json: bool) -> None:
    """Montrer les cartes d’un membre, la plus récente d’abord."""
    one = context.rooms.members.by_number(number)
    cards = context.rooms.cards.of_member(one.id)
    if as_json:
        _print_cards(context, [(one, stored) for stored in cards])
    else:
        for stored in cards:
            _show(context, stored)
        if not cards:
            say(f"{one.full_name} n’a pas de carte.")
    if out is not None:
        pairs = _with_cards(context, [one])
        if not pairs:
            raise NoCard(one.number)
        _write_pictures(context, pairs, out)
        say(f"Images dans {out}.")


@card.command("print")
@_numbers
@_all
@click.option(
    "-o",
    "--output",
    type=FILE,
    default=Path("cartes.pdf"),
    metavar="FICHIER",
    help="Le PDF à écrire\u202f; sinon cartes.pdf.",
)
@json_option
@pass_context
def print_(
    context: Context, numbers: tuple[str, ...], everybody: bool, output: Path, as_json: bool
) -> None:
    """Faire le PDF des cartes à découper, dix par page."""
    from passkoop_node.cards.sheet import card_sheet  # a PDF writer takes a while to load
    from passkoop_node.core.lettering import lacks_letters

    members = _chosen(context, numbers, everybody)
    pairs = _with_cards(context, members)
    if not pairs:
        raise Misuse(
            "il n’y a aucune carte à imprimer",
            "Faites-les\u202f: «\u00a0passkoop card issue\u00a0».",
        )
    cards = printable_cards(context.rooms.issuer, pairs)
    with progress_bar(len(cards), "Cartes") as bar:
        write_private(output, card_sheet(cards, progress=bar.update))
    if as_json:
        print_json({"file": str(output), "cards": len(cards)})
    say(f"{plural(len(cards), 'carte')} dans {output}. Imprimez à 100\u00a0%, puis coupez.")
    if missing := len(members) - len(pairs):
        without = plural(missing, "membre")
        say(f"{without} sans carte\u202f: voyez «\u00a0passkoop card issue\u00a0».")
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
        _print_cards(context, [(one, new)])
    say(f"{one.full_name} a une nouvelle carte\u202f; l’ancienne est annulée.")
    say(HOW_NEWS_TRAVEL)


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
    rooms = context.rooms
    one = rooms.members.by_number(number)
    try:
        count = rooms.issuer.set_state(one, state, reason=reason, now=context.now, actor=ACTOR)
    except NoCard:
        if not any(stored.state is state for stored in rooms.cards.of_member(one.id)):
            raise
        count = 0
        rooms.lists.refresh(now=context.now)  # the last attempt may have ended before its list
    if as_json:
        print_json({"number": one.number, "state": state.name.lower(), "cards": count})
    if count:
        say(f"{one.full_name}\u202f: {plural(count, 'carte')} {_STATES[state]}{'s' * (count > 1)}.")
        say(HOW_NEWS_TRAVEL)
    else:
        say(f"{one.full_name}\u202f: rien à changer, carte déjà {_STATES[state]}.")


def _chosen(context: Context, numbers: Sequence[str], everybody: bool) -> list[Member]:
    """Return the members named, or all who belong to the co-op today."""
    if bool(numbers) == everybody:
        wrong = "il faut choisir entre des numéros et --all" if numbers else "il manque pour qui"
        raise Misuse(wrong, "Donnez des numéros de membres, ou --all pour tous.")
    members = context.rooms.members
    if everybody:
        return members.members(on=_today(context))
    return [members.by_number(number) for number in dict.fromkeys(numbers)]


def _today(context: Context) -> datetime.date:
    """Return the day: who left today has left, be it the shop's today or that of the cards, UTC."""
    return max(context.today, day_of(context.now))


def _with_cards(context: Context, members: Sequence[Member]) -> Pairs:
    return with_cards(context.rooms.issuer, members, now=context.now)


def _write_pictures(context: Context, pairs: Pairs, folder: Path) -> None:
    from passkoop_node.cards.pictures import write_pictures

    with progress_bar(len(pairs), "Images") as bar:
        done = 0

        def progress(count: int) -> None:
            nonlocal done
            bar.update(count - done)
            done = count

        write_pictures(printable_cards(context.rooms.issuer, pairs), folder, progress)


def _text(stored: StoredCard) -> str | None:
    """Return the text of the code; None for a card that `issue` was kept from signing."""
    return encode_text(stored.data) if stored.data is not None else None


def _show(context: Context, stored: StoredCard) -> None:
    state = _STATES[stored.state]
    if stored.state is CardState.VALID:
        if stored.data is None:
            state = "à finir avec «\u00a0passkoop card issue --all\u00a0»"
        elif stored.expires_at <= context.now:
            state = "expirée"
        elif _key_states(context).get(stored.kid) is KeyState.WITHDRAWN:
            state = "à refaire, sa clé est retirée"
    click.echo(f"{stored.holder_name} · {state} · jusqu’au {french_date(last_day(stored))}")
    if stored.reason:
        click.echo(f"   {stored.reason}")
    if text := _text(stored):
        click.echo(f"   {text}")


def _key_states(context: Context) -> dict[KeyId, KeyState]:
    return {one.kid: one.state for one in context.rooms.coops.issuing_keys()}


def _print_cards(context: Context, pairs: Pairs) -> None:
    keys = _key_states(context)
    for one, stored in pairs:
        value: dict[str, Any] = {
            "number": one.number,
            "name": stored.holder_name,
            "state": stored.state.name.lower(),
            "reason": stored.reason,
            "kid": stored.kid.hex(),
            "key_state": keys[stored.kid].name.lower() if stored.kid in keys else None,
            "index": stored.status_index,
            "valid_until": last_day(stored).isoformat(),
            "text": _text(stored),
        }
        print_json(value)
