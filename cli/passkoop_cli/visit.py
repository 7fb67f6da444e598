"""`passkoop visit`: the register of visits, its proof, and the visitors' sheet."""

import datetime
import sys
from pathlib import Path

import click

from passkoop_cli.click_in_french import Group
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.kinds import FILE, Day, Whole
from passkoop_cli.output import json_option, plural, print_json, print_table, say
from passkoop_cli.usage import Misuse
from passkoop_cli.visit_note import note
from passkoop_cli.visit_words import FAULTS, KINDS, RULES, names_of
from passkoop_node.core.french import french_date
from passkoop_node.core.sheets import FORMATS
from passkoop_node.home import write_private
from passkoop_node.visits.chain import Head, Proof
from passkoop_node.visits.checking import EXPORTED, handed_out
from passkoop_node.visits.days import local_day
from passkoop_node.visits.money import shown_amount
from passkoop_node.visits.register import check_chain
from passkoop_node.visits.store import Entry
from passkoop_protocol.keys import shown_id

BROKEN = 1  # the exit code
_LEAST_HEAD = 16  # hexadecimal digits: as many as stand at the foot of each page of a proof


@click.group(cls=Group)
def visit() -> None:
    """Les visites : le registre, sa preuve, la fiche de papier."""


visit.add_command(note)


@visit.command("list")
@click.option("--since", type=Day(), metavar="DATE", help="À partir de ce jour.")
@click.option("--until", type=Day(), metavar="DATE", help="Jusqu’à ce jour.")
@click.option("--visitors", is_flag=True, help="Sans les membres de la coop.")
@click.option(
    "--limit",
    type=Whole(1),
    default=50,
    show_default=True,
    metavar="NOMBRE",
    help="Au plus tant de visites.",
)
@json_option
@pass_context
def list_(
    context: Context,
    since: datetime.date | None,
    until: datetime.date | None,
    visitors: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Montrer les visites, la dernière notée d’abord."""
    entries = context.rooms.visits.store.entries(
        since=since, until=until, visitors_only=visitors, limit=limit
    )
    if as_json:
        for entry in entries:
            print_json(entry_to_json(entry))
        return
    name_of = names_of(context)
    print_table(
        ("N°", "Jour", "Qui", "Coop d’origine", "Règle", "Montant", "Remarque"),
        [
            (
                str(one.visit.seq),
                one.visit.day.isoformat(),
                KINDS[one.visit.kind],
                name_of(one.visit.home) if one.visit.home else one.words.name,
                RULES[one.visit.rule],
                "" if one.amount is None else shown_amount(one.amount),
                _remark(one),
            )
            for one in entries
        ],
    )
    if not entries:
        say("Aucune visite notée.")


@visit.command()
@click.option(
    "--head",
    metavar="EMPREINTE",
    help="Une empreinte imprimée sur une preuve\u202f: le registre doit l’avoir encore.",
)
@json_option
@pass_context
def check(context: Context, head: str | None, as_json: bool) -> None:
    """Refaire le calcul de tout le registre : aucune ligne n’a été changée ni ôtée.

    Code de sortie 1 si une ligne est fausse ; la première est dite.
    """
    store = context.rooms.visits.store
    proof = check_chain(store, handed_out(context.rooms.audit))
    found = _line_of(context, head) if head else 0
    good = proof.whole and found is not None
    if as_json:
        print_json(
            {
                "whole": good,
                "lines": proof.lines,
                "head": proof.head.hash.hex(),
                "erased": proof.erased,
                "broken_at": proof.broken_at,
                "fault": proof.fault.value if proof.fault else None,
                **({"head_at": found} if head else {}),
            }
        )
    _say_proof(proof)
    if found:
        say(f"L’empreinte donnée est celle de la ligne {found}.")
    elif found is None:
        say("L’empreinte donnée n’est celle d’aucune ligne\u202f: ce registre en est un autre.")
    if not good:
        raise click.exceptions.Exit(BROKEN)


@visit.command()
@click.option("--since", type=Day(), metavar="DATE", help="À partir de ce jour (CSV).")
@click.option("--until", type=Day(), metavar="DATE", help="Jusqu’à ce jour (CSV).")
@click.option(
    "--year",
    type=Day(),
    metavar="DATE",
    help="L’exercice où tombe ce jour (PDF)\u202f; sinon, l’exercice en cours.",
)
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FICHIER",
    help="En .csv, .xlsx ou .jsonl, le registre\u202f; en .pdf, la preuve de l’année.",
)
@json_option
@pass_context
def export(
    context: Context,
    since: datetime.date | None,
    until: datetime.date | None,
    year: datetime.date | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Écrire le registre ou la preuve de l’année, sans aucun nom.

    L’empreinte de tout le registre y figure : gardez ce fichier, et « passkoop visit check » dira
    plus tard si une ligne a été changée.
    """
    ending = output.suffix.lower() if output else (".jsonl" if as_json else ".csv")
    if ending not in (".csv", ".json", ".jsonl", ".pdf", ".xlsx"):
        raise Misuse(
            f"{output} n’est ni un .csv, ni un .xlsx, ni un .jsonl, ni un .pdf",
            "Changez la fin du nom.",
        )
    head = context.rooms.visits.store.head()
    data = _written(context, ending, since, until, year or context.today, head)
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        write_private(output, data)
        say(f"{plural(head.seq, 'ligne')} au registre\u202f; {output} est écrit.")
    context.rooms.audit.add(
        "visit.export",
        now=context.now,
        actor=ACTOR,
        subject=EXPORTED,
        details={"lines": head.seq, "head": head.hash.hex(), "format": ending[1:]},
    )


@visit.command()
@click.option(
    "-o",
    "--output",
    type=FILE,
    default=Path("visiteurs.pdf"),
    show_default=True,
    metavar="FICHIER",
    help="Le PDF à écrire.",
)
@click.option(
    "--copies",
    type=Whole(1, 200),
    default=1,
    show_default=True,
    metavar="NOMBRE",
    help="Tant de fiches, chacune avec son numéro.",
)
@json_option
@pass_context
def sheet(context: Context, output: Path, copies: int, as_json: bool) -> None:
    """Imprimer la fiche des visiteurs : 20 lignes, à recopier ensuite.

    Chaque fiche a son numéro : recopiée deux fois, elle ne compte qu’une fois.
    """
    from passkoop_node.visits.blank_sheet import visitors_sheet  # a PDF writer is slow
    from passkoop_node.visits.sheet import new_number
    from passkoop_node.visits.wording import rules_in_sentences

    ourselves = context.rooms.ourselves
    numbers = [new_number() for _ in range(copies)]
    sentences = rules_in_sentences(ourselves.policy, name_of=names_of(context))
    write_private(
        output, visitors_sheet(numbers, coop_name=ourselves.profile.name, sentences=sentences)
    )
    if as_json:
        print_json({"file": str(output), "numbers": numbers})
    say(f"{plural(copies, 'fiche')} dans {output}.")


def entry_to_json(entry: Entry) -> dict[str, object]:
    """Return a visit for a program, as corrections left it."""
    visit = entry.visit
    return {
        "number": visit.seq,
        "till": visit.till,
        "line": visit.line,
        "at": visit.at,
        "received": visit.received,
        "day": visit.day.isoformat(),
        "kind": visit.kind.name.lower(),
        "home": shown_id(visit.home) if visit.home else None,
        "category": visit.category,
        "amount": entry.amount,
        "outcome": visit.outcome.word if visit.outcome is not None else None,
        "reasons": list(visit.reasons),
        "remarks": list(visit.remarks),
        "rule": str(visit.rule),
        "cancelled": entry.cancelled,
        "conflicts": entry.conflicts,
        "name": entry.words.name,
        "reason": entry.words.reason,
        "hash": visit.hash.hex(),
    }


def _written(
    context: Context,
    ending: str,
    since: datetime.date | None,
    until: datetime.date | None,
    day: datetime.date,
    head: Head,
) -> bytes:
    from passkoop_node.visits import proof, statistics, twenty
    from passkoop_node.visits.days import first_day_of, last_day_of

    rooms, name_of = context.rooms, names_of(context)
    visits = rooms.visits
    if ending in (".csv", ".xlsx"):
        sheet = proof.register_sheet(visits.store, since=since, until=until, name_of=name_of)
        return FORMATS[ending[1:]][1](sheet)
    if ending != ".pdf":
        return "".join(f"{line}\n" for line in proof.register_json(visits.store)).encode()
    months = twenty.year_of(rooms.settings, day)
    year = twenty.share_of_year(
        visits.store, visits.sales, rooms.settings, months=months, today=context.today
    )
    homes = statistics.by_home(
        visits.store,
        visits.sales,
        since=first_day_of(months[0]),
        until=last_day_of(months[-1]),
        trust=rooms.trust(),
    )
    return proof.year_pdf(
        year,
        homes,
        coop_name=rooms.ourselves.profile.name,
        coop_id=shown_id(rooms.ourselves.coop),
        head=head,
        name_of=name_of,
        now=context.now,
    )


def _line_of(context: Context, head: str) -> int | None:
    """Return the line after which the register had this head; None: never."""
    digits = "".join(head.split()).lower()
    if len(digits) < _LEAST_HEAD or not set(digits) <= set("0123456789abcdef"):
        raise Misuse(
            f"«\u00a0{head}\u00a0» n’est pas une empreinte",
            f"Recopiez-en au moins {_LEAST_HEAD} signes, chiffres et lettres de a à f.",
        )
    for line in context.rooms.visits.store.lines():
        if line.visit.hash.hex().startswith(digits):
            return line.visit.seq
    return None


def _say_proof(proof: Proof) -> None:
    if proof.whole:
        say(f"Le registre est entier\u202f: {plural(proof.lines, 'ligne')}.")
        say(f"Empreinte\u202f: {proof.head.hash.hex()}")
        if proof.erased:
            what = plural(proof.erased, "ligne n’a plus", "lignes n’ont plus")
            say(f"{what} de nom\u202f: c’est permis, et le calcul reste juste.")
        return
    assert proof.fault is not None
    say(f"Le registre a été changé à la ligne {proof.broken_at}\u202f: {FAULTS[proof.fault]}.")
    say("À faire\u202f: gardez le dossier tel quel, et comparez-le avec une sauvegarde.")


def _remark(entry: Entry) -> str:
    if entry.cancelled:
        return "annulée"
    if entry.conflicts:
        return "reçue deux fois, avec un autre contenu"
    if "over_quota" in entry.visit.remarks:
        return "au-delà de nos règles"
    if entry.words.reason:
        return entry.words.reason
    late = entry.visit.received - entry.visit.at
    if late > 86_400:
        return f"notée après coup, le {french_date(local_day(entry.visit.received))}"
    return ""
