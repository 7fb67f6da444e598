"""`passkoop verify`: what a card means, here and now."""

import sys
from pathlib import Path
from typing import Any

import click

from passkoop_cli.context import Context
from passkoop_cli.output import age, day_of, json_option, print_json, say
from passkoop_cli.pictures import read_codes
from passkoop_cli.words import CATEGORIES, OUTCOMES, REASONS
from passkoop_node.core.french import french_date
from passkoop_node.home import disk_errors
from passkoop_protocol.keys import shown_id
from passkoop_protocol.text import MAX_TEXT
from passkoop_protocol.verdict import Outcome, Verdict, judge

EXIT_CODES = {
    Outcome.WELCOME: 0,
    Outcome.REFUSED: 1,
    Outcome.UNVERIFIED: 3,
    Outcome.REMARK: 4,
}
_NOON = 129_600  # seconds from the last day's beginning to `exp`: see `cards.issuing`


@click.command()
@click.argument("card", metavar="CARTE")
@json_option
@click.pass_context
def verify(ctx: click.Context, card: str, as_json: bool) -> None:
    """Vérifier une carte, sans rien demander à personne.

    CARTE est le texte du code, une image PNG ou JPEG, un PDF, ou « - » pour lire le texte au
    clavier ou d’un lecteur. Code de sortie : 0 bienvenue, 1 refusée, 3 non vérifiée, 4 à noter.
    """
    context = ctx.find_object(Context)
    assert context is not None
    rooms = context.rooms
    trust = rooms.trust()
    verdicts = [
        judge(text, trust, now=context.now, policy=rooms.ourselves.policy) for text in _texts(card)
    ]
    # A page may show other codes beside the card.
    verdict = min(verdicts, key=lambda one: (one.holder is None, one.outcome))
    if as_json:
        print_json(verdict_to_json(verdict, context.now))
    else:
        _show(verdict, context.now)
    ctx.exit(EXIT_CODES[verdict.outcome])


def _texts(card: str) -> list[str]:
    if card == "-":
        return [sys.stdin.readline(MAX_TEXT + 2)]
    path = Path(card)
    if "#" not in card and (path.suffix or path.exists()):
        with disk_errors(path):
            return read_codes(path.read_bytes())
    return [card]


def verdict_to_json(verdict: Verdict, now: int) -> dict[str, Any]:
    """Return a verdict for a program; an unproven card shows nothing of itself."""
    value: dict[str, Any] = {
        "outcome": verdict.outcome.word,
        "reasons": [{"code": one.code, **one.facts} for one in verdict.reasons],
    }
    if holder := verdict.holder:
        value["holder"] = {
            "name": holder.card.holder_name,
            "category": holder.card.category,
            "coop": holder.coop_name,
            "coop_id": shown_id(holder.coop),
            "place": holder.coop_place,
            "country": holder.country,
            "valid_until": day_of(holder.card.expires_at - _NOON).isoformat(),
        }
    if verdict.list_issued_at is not None:
        value["list_age"] = max(0, now - verdict.list_issued_at)
    return value


def _show(verdict: Verdict, now: int) -> None:
    click.echo(click.style(OUTCOMES[verdict.outcome], bold=True))
    if holder := verdict.holder:
        category = CATEGORIES.get(holder.card.category, CATEGORIES[0])
        click.echo(f"{holder.card.holder_name} ({category})")
        click.echo(f"{holder.coop_name}, {holder.coop_place}")
        click.echo(f"Jusqu’au {french_date(day_of(holder.card.expires_at - _NOON))}")
    for reason in verdict.reasons:
        click.echo(REASONS[reason.code])
    if verdict.list_issued_at is not None:
        say(f"Liste de sa coop : il y a {age(max(0, now - verdict.list_issued_at))}.")
