"""`passkoop verify`: what a card means, here and now."""

import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from passkoop_cli.asking import is_interactive
from passkoop_cli.context import Context
from passkoop_cli.demo.folder import host_of
from passkoop_cli.files import read_given
from passkoop_cli.output import age, day_of, json_option, plural, print_json, say
from passkoop_cli.pictures import read_codes
from passkoop_cli.usage import Misuse
from passkoop_cli.words import CATEGORIES, OUTCOMES, said_reason
from passkoop_node.core.formats import local_day
from passkoop_node.core.french import french_date
from passkoop_node.home import Home
from passkoop_node.rooms import Rooms
from passkoop_node.visits.reception import Answer
from passkoop_protocol.keys import shown_id
from passkoop_protocol.text import MAX_TEXT
from passkoop_protocol.verdict import Outcome

EXIT_CODES = {
    Outcome.WELCOME: 0,
    Outcome.REFUSED: 1,
    Outcome.UNVERIFIED: 3,
    Outcome.REMARK: 4,
}
_NOON = 129_600  # seconds from the last day's beginning to `exp`: see `cards.issuing`
MAX_FILE = 20_000_000  # bytes of a picture or a PDF
# What a text from a card never ends with, so that a mistyped name of a file is no bad card.
_ENDINGS = (".png", ".jpg", ".jpeg", ".pdf", ".svg", ".gif", ".webp", ".heic", ".tif", ".tiff")


_NO_CARD = "not_a_card"
_DUES = {
    "dues_grace": "Cotisation à renouveler\u202f: délai accordé.",
    "dues_lapsed": "Cotisation à renouveler.",
    "dues_suspended": "Carte suspendue, cotisation à renouveler\u202f: un paiement la réveille.",
}


@click.command()
@click.argument("card", metavar="CARTE")
@json_option
@click.pass_context
def verify(ctx: click.Context, card: str, as_json: bool) -> None:
    """Vérifier une carte, sans rien demander à personne.

    CARTE est le texte du code, une image PNG ou JPEG, un PDF, ou « - » pour lire une ligne au
    clavier ou d’un lecteur de codes. Une page de plusieurs cartes donne une réponse pour chacune.

    Code de sortie, celui de la moins bonne des cartes : 0 bienvenue, 4 à noter, 1 refusée,
    3 non vérifiée.
    """
    context = ctx.find_object(Context)
    assert context is not None
    if not context.home.path.exists() and (home := _demonstration(ctx, Path(card))):
        context.home = home
        say("Jugée comme à la caisse de la démonstration qui tourne dans ce dossier.")
    texts = [] if card == "-" else _texts(card)  # in a wrong folder, it is the file that lacks
    rooms = context.rooms
    texts = texts or _texts(card)
    trust = rooms.trust()
    # As the till does, with the visits that it has noted; this one is not noted.
    answers = [
        _with_dues(rooms, rooms.visits.reception.answer(text, trust, now=context.now), context.now)
        for text in texts
    ]
    # A picture may show other codes beside the card: the shop's address, the printer's.
    cards = [one for one in answers if one.codes[:1] != (_NO_CARD,)] or answers[:1]
    for place, one in enumerate(cards):
        if as_json:
            print_json(answer_to_json(one, context.now))
            continue
        if place:
            click.echo()
        _show(one, context.now)
    if others := len(answers) - len(cards):
        say(f"{plural(others, 'autre code')} sans rapport avec une carte.")
    ctx.exit(EXIT_CODES[max(one.outcome for one in cards)])


def _with_dues(rooms: Rooms, answer: Answer, now: int) -> Answer:
    """Return the answer with what the register knows of a member of ours."""
    holder = answer.verdict.holder if answer.verdict else None
    member = rooms.members.by_ref(holder.card.member_ref) if holder and answer.own else None
    if member is None:
        return answer
    from passkoop_node.till.standing import owing_of, with_dues

    return with_dues(answer, owing_of(rooms.lapsing, member), today=local_day(now))


def _demonstration(ctx: click.Context, card: Path) -> Home | None:
    """Return the co-op at whose till a demonstration in the card's folder shows it.

    Only where nobody named a co-op and none is in the usual place: a real one always judges.
    """
    root = ctx.find_root()
    named = root.get_parameter_source("home") is not ParameterSource.DEFAULT
    return None if named or not _is_there(card) else host_of(card.parent)


def _texts(card: str) -> list[str]:
    """Return the texts to judge, at least one."""
    if card == "-":
        return [_typed()]
    if not card.strip():
        raise Misuse("il n’y a rien à vérifier", "Donnez le texte d’une carte ou une image.")
    if card.lower().endswith(_ENDINGS) or _is_there(Path(card)):
        return read_codes(read_given(Path(card), MAX_FILE))
    return [card]


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # no name of a file: too long, or with characters that none has
        return False


def _typed() -> str:
    """Return a line from the keyboard, or from a reader that types."""
    if is_interactive():
        say("Passez la carte devant le lecteur, ou tapez le texte du code.")
    line = sys.stdin.readline(MAX_TEXT + 2) if sys.stdin else ""
    if not line.strip():
        raise Misuse("aucun texte n’est arrivé", "Passez la carte devant le lecteur, puis Entrée.")
    return line


def answer_to_json(answer: Answer, now: int) -> dict[str, Any]:
    """Return an answer for a program; an unproven card shows nothing of itself."""
    verdict = answer.verdict
    assert verdict is not None  # somebody showed something
    reasons = {one.code: dict(one.facts) for one in verdict.reasons}
    value: dict[str, Any] = {
        "outcome": answer.outcome.word,
        # A visitor's card of ours has reasons of its own: where its holder's trial stands.
        "reasons": [{"code": code, **reasons.get(code, {})} for code in answer.codes],
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


def _show(answer: Answer, now: int) -> None:
    verdict = answer.verdict
    assert verdict is not None
    click.echo(click.style(OUTCOMES[answer.outcome], bold=True))
    if holder := verdict.holder:
        category = CATEGORIES.get(holder.card.category, CATEGORIES[0])
        click.echo(f"{holder.card.holder_name} ({category})")
        click.echo(f"{holder.coop_name}, {holder.coop_place}")
        click.echo(f"Jusqu’au {french_date(day_of(holder.card.expires_at - _NOON))}")
    for reason in verdict.reasons:
        click.echo(said_reason(reason))
    for code in answer.codes:
        if code in _DUES:
            click.echo(_DUES[code])
    if answer.own and answer.offer is not None:  # a visitor's card of ours
        from passkoop_node.visits.wording import offer_in_a_sentence  # and names of countries

        click.echo(offer_in_a_sentence(answer.offer))
    if verdict.list_issued_at is not None:
        click.echo(f"Liste de sa coop\u202f: il y a {age(max(0, now - verdict.list_issued_at))}.")
