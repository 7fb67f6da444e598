"""`passkoop visit note`: a visit, or the correction of one, from the terminal."""

import datetime
import secrets
from dataclasses import dataclass

import click

from passkoop_cli.context import Context, pass_context
from passkoop_cli.kinds import Day, Whole
from passkoop_cli.output import json_option, print_json, say
from passkoop_cli.usage import Misuse
from passkoop_cli.words import said_reason
from passkoop_node.members.text import words
from passkoop_node.visits.days import noon_of
from passkoop_node.visits.guests import TRIALS, Guest
from passkoop_node.visits.money import parse_amount, shown_amount
from passkoop_node.visits.reception import Answer
from passkoop_node.visits.register import Noted
from passkoop_node.visits.visit import Kind, NewVisit, Rule
from passkoop_protocol.verdict import Outcome

TILL = "terminal"
_EXITS = {Outcome.REFUSED: 1, Outcome.UNVERIFIED: 3}  # as `verify`


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What was typed."""

    card: str | None
    member: str | None
    name: str
    email: str
    sponsor: str | None
    anyway: str
    amount: int | None
    at: int
    line: str


@click.command()
@click.argument("card", metavar="[CARTE]", required=False)
@click.option("--member", metavar="NUMÉRO", help="Un membre de la coop, par son numéro.")
@click.option("--name", metavar="NOM", default="", help="Une personne sans carte.")
@click.option("--email", metavar="ADRESSE", default="", help="Son adresse, si l’essai la demande.")
@click.option("--sponsor", metavar="NUMÉRO", help="Le membre qui la parraine.")
@click.option(
    "--anyway", metavar="RAISON", default="", help="Accueillir quand même\u202f; pourquoi."
)
@click.option("--amount", metavar="MONTANT", help="Le montant de l’achat\u202f: 23,50.")
@click.option("--day", type=Day(), metavar="DATE", help="Un autre jour qu’aujourd’hui.")
@click.option("--cancel", type=Whole(1), metavar="LIGNE", help="Annuler une visite notée.")
@click.option("--correct", type=Whole(1), metavar="LIGNE", help="Corriger le montant d’une visite.")
@click.option(
    "--line",
    metavar="TEXTE",
    help="Numéro de la ligne\u202f: redonné, la visite n’est comptée qu’une fois.",
)
@json_option
@pass_context
def note(
    context: Context,
    card: str | None,
    member: str | None,
    name: str,
    email: str,
    sponsor: str | None,
    anyway: str,
    amount: str | None,
    day: datetime.date | None,
    cancel: int | None,
    correct: int | None,
    line: str | None,
    as_json: bool,
) -> None:
    """Noter une visite : avec une carte, d’un membre, ou sans carte.

    CARTE est le texte du code. Sans CARTE ni --member, c’est une personne sans carte. Ce qui est
    noté ne s’efface pas ; --cancel et --correct ajoutent une ligne.

    Code de sortie 1 ou 3 si nos règles n’accueillent pas : rien n’est alors noté.
    """
    cents = parse_amount(amount) if amount is not None else None
    # An hour that nobody knows is noon; today, it is now.
    at = noon_of(day) if day and day != context.today else context.now
    asked = _Asked(
        card=card,
        member=member,
        name=name,
        email=email,
        sponsor=sponsor,
        anyway=anyway,
        amount=cents,
        at=at,
        line=line or secrets.token_hex(8),
    )
    if (cancel or correct) is not None:
        _correct(context, asked, cancel=cancel, correct=correct, as_json=as_json)
        return
    if card and (member or name):
        raise Misuse("une carte, un membre ou un nom\u202f: un seul à la fois", "Gardez-en un.")
    if member:
        _say_noted(_note_member(context, asked), as_json)
        return
    answer = _answer(context, asked)
    if not (answer.offer.welcomes if answer.offer else _welcomes(answer)) and not anyway:
        _say_refused(answer, as_json)
        raise click.exceptions.Exit(_EXITS.get(answer.outcome, 1))
    new = answer.visit(
        till=TILL,
        line=asked.line,
        at=at,
        amount=cents,
        anyway=anyway,
        name="" if answer.guest else name,
    )
    register = context.rooms.visits.register
    noted = register.note(new, now=context.now, trust=context.rooms.trust())
    _say(answer)
    _say_noted(noted, as_json)


def _correct(
    context: Context, asked: _Asked, *, cancel: int | None, correct: int | None, as_json: bool
) -> None:
    if asked.card or asked.member or asked.name or (cancel and correct):
        raise Misuse("une correction se donne seule", "Gardez --cancel ou --correct.")
    register = context.rooms.visits.register
    more = {"till": TILL, "line": asked.line, "reason": asked.anyway}
    if cancel is not None:
        _say_noted(register.cancel(cancel, now=context.now, **more), as_json)
        return
    if asked.amount is None:
        raise Misuse("il manque le montant corrigé", "Ajoutez --amount 23,50.")
    assert correct is not None
    noted = register.correct_amount(correct, asked.amount, now=context.now, **more)
    _say_noted(noted, as_json)


def _note_member(context: Context, asked: _Asked) -> Noted:
    assert asked.member is not None
    rooms = context.rooms
    one = rooms.members.by_number(asked.member)
    new = NewVisit(
        till=TILL,
        line=asked.line,
        at=asked.at,
        kind=Kind.OWN,
        home=rooms.ourselves.coop,
        member_ref=one.member_ref,
        category=one.category,
        amount=asked.amount,
        outcome=Outcome.WELCOME,
        rule=Rule.OWN,
    )
    return rooms.visits.register.note(new, now=context.now)


def _answer(context: Context, asked: _Asked) -> Answer:
    rooms = context.rooms
    reception = rooms.visits.reception
    if asked.card:
        return reception.answer(asked.card, rooms.trust(), now=context.now)
    answer = reception.without_card(_known(context, asked), now=asked.at)
    new = answer.offer is not None and answer.offer.needs and answer.offer.welcomes
    if not new or asked.anyway:
        return answer
    sponsor = rooms.members.by_number(asked.sponsor).id if asked.sponsor else None
    guest = rooms.visits.guests.add(
        rooms.ourselves.policy,
        name=asked.name,
        email=asked.email,
        sponsor_id=sponsor,
        now=asked.at,
    )
    return reception.without_card(guest, now=asked.at)


def _known(context: Context, asked: _Asked) -> Guest | None:
    """Return the guest of this name or address, if our rules have people try the co-op."""
    if context.rooms.ourselves.policy.without not in TRIALS:
        return None
    found = context.rooms.visits.guests.like(name=asked.name, email=asked.email)
    same = [
        one
        for one in found
        if words(one.name) == words(asked.name)
        or (asked.email and one.email.casefold() == asked.email.casefold())
    ]
    return same[0] if same else None


def _welcomes(answer: Answer) -> bool:
    return answer.outcome in (Outcome.WELCOME, Outcome.REMARK)


def _say(answer: Answer) -> None:
    for sentence in _sentences(answer):
        say(sentence)


def _sentences(answer: Answer) -> list[str]:
    from passkoop_node.visits.wording import offer_in_a_sentence  # loads the names of countries

    reasons = answer.verdict.reasons if answer.verdict else ()
    said = [said_reason(one) for one in reasons]
    if answer.offer is not None:
        said.append(offer_in_a_sentence(answer.offer))
    return said


def _say_refused(answer: Answer, as_json: bool) -> None:
    if as_json:
        print_json({"outcome": answer.outcome.word, "reasons": list(answer.codes), "noted": False})
    _say(answer)
    say("Rien n’est noté\u202f; pour accueillir quand même, ajoutez --anyway RAISON.")


def _say_noted(noted: Noted, as_json: bool) -> None:
    visit = noted.visit
    assert visit is not None
    if as_json:
        print_json(
            {
                "number": visit.seq,
                "till": visit.till,
                "line": visit.line,
                "fate": noted.fate.value,
                "remarks": list(visit.remarks),
                "hash": visit.hash.hex(),
            }
        )
    amount = f", {shown_amount(visit.amount)}" if visit.amount is not None else ""
    said = {
        "noted": f"Noté, ligne {visit.seq}{amount}.",
        "known": f"Cette ligne était déjà notée\u202f: n°\u00a0{visit.seq}.",
        "conflict": f"La ligne n°\u00a0{visit.seq} était notée autrement\u202f: elle reste.",
    }
    say(said[noted.fate.value])
    if "over_quota" in visit.remarks:
        say("À noter\u202f: une visite au-delà de nos règles.")
