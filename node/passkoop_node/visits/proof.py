"""The proof of who bought: the register as CSV and as lines of JSON, and the year as PDF.

The head of the chain stands on each: whoever kept an export can tell later that no line of it was
changed.
"""

import datetime
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal

from passkoop_node.core.formats import day as shown_day
from passkoop_node.core.formats import number
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.sheets import Cell, Sheet
from passkoop_node.visits.chain import Head, facts_of
from passkoop_node.visits.days import local_day
from passkoop_node.visits.money import shown_amount, shown_share
from passkoop_node.visits.paper import Paper
from passkoop_node.visits.statistics import HomeCount
from passkoop_node.visits.store import VisitStore
from passkoop_node.visits.twenty import MonthShare, YearShare, year_in_sentences
from passkoop_node.visits.visit import Kind, Rule
from passkoop_node.visits.wording import NameOf, shown_month
from passkoop_protocol.keys import shown_id

KINDS: dict[Kind, Message] = {
    Kind.OWN: N_("Membre de notre coop"),
    Kind.CARD: N_("Membre d'une autre coop"),
    Kind.WITHOUT: N_("Sans carte"),
    Kind.CANCEL: N_("Annulation"),
    Kind.AMOUNT: N_("Montant corrigé"),
}
RULES: dict[Rule, Message | str] = {
    Rule.NONE: "",
    Rule.OWN: N_("Membre"),
    Rule.NETWORK: N_("Carte"),
    Rule.WORD: N_("Sur parole"),
    Rule.VISITS: N_("Essai, en visites"),
    Rule.DAYS: N_("Essai, en jours"),
    Rule.SPONSOR: N_("Parrainage"),
    Rule.ANYWAY: N_("Accueil quand même"),
}


def register_sheet(
    store: VisitStore,
    *,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    name_of: NameOf,
) -> Sheet:
    """Return the lines of the days from `since` to `until`, for a spreadsheet, without names.

    The head is that of the whole register, and stands below the lines.
    """
    head = store.head()

    def rows() -> Iterator[Sequence[Cell]]:
        numbers: dict[tuple[str, str], int] = {}
        for line in store.lines(last=head.seq):
            visit = line.visit
            numbers[visit.till, visit.line] = visit.seq
            if (since and visit.day < since) or (until and visit.day > until):
                continue
            yield (
                visit.seq,
                visit.day,
                str(KINDS[visit.kind]),
                name_of(visit.home) if visit.home else "",
                shown_id(visit.home) if visit.home else "",
                str(RULES[visit.rule]),
                None if visit.amount is None else Decimal(visit.amount).scaleb(-2),
                numbers.get(visit.corrects) if visit.corrects else None,
                visit.till,
                visit.hash.hex(),
            )
        yield ()
        yield _("Lignes du registre"), head.seq
        yield _("Empreinte du registre"), head.hash.hex()

    return Sheet(
        title=_("Visites"),
        titles=[
            _("Ligne"),
            _("Jour"),
            _("Sorte"),
            _("Coop d'origine"),
            _("Identifiant"),
            _("Règle"),
            _("Montant"),
            _("Corrige la ligne"),
            _("Noté par"),
            _("Empreinte"),
        ],
        rows=rows(),
    )


def register_json(store: VisitStore) -> Iterator[str]:
    """Yield the whole register, a line of JSON each, with all that its hashes cover.

    Anybody can compute the chain from it: see `chain`. Names and pseudonyms are not in it.
    """
    head = store.head()
    for line in store.lines(last=head.seq):
        visit = line.visit
        yield json.dumps(
            {
                "facts": facts_of(visit),
                "holder_mac": visit.holder_mac,
                "words_mac": visit.words_mac,
                "hash": visit.hash,
            },
            default=bytes.hex,
            ensure_ascii=False,
        )
    yield json.dumps({"lines": head.seq, "head": head.hash.hex()})


def year_pdf(
    year: YearShare,
    homes: list[HomeCount],
    *,
    coop_name: str,
    coop_id: str,
    head: Head,
    name_of: NameOf,
    now: int,
) -> bytes:
    """Return the year on paper, A4: the share, its months, where visitors came from, the head."""
    first, last = shown_month(year.months[0].month), shown_month(year.months[-1].month)
    title = _("Ventes aux visiteurs, %(first)s à %(last)s", first=first, last=last)
    paper = Paper(title=title, foot=_head_in_words(head, coop_name))
    paper.paragraph(f"{coop_name} · {coop_id}", size=10)
    paper.heading(title)
    for sentence in year_in_sentences(year):
        paper.paragraph(sentence)
    paper.table(
        [_("Mois"), _("Chiffre d'affaires"), _("Visiteurs"), _("Part"), _("Visites"), _("Source")],
        [*map(_month_row, year.months), _whole_row(year)],
        widths=(17, 15, 15, 7, 8, 38),
        right=(1, 2, 3, 4),
        size=8,
    )
    paper.paragraph(_("≈ : une estimation ; les autres sommes sont exactes."), size=8)
    if homes:
        paper.heading(_("D'où venaient les visiteurs"), size=13)
        paper.table(
            [_("Coop d'origine"), _("Identifiant"), _("Visites"), _("Personnes")],
            [
                [
                    name_of(one.home) if one.home else _("Sans carte"),
                    shown_id(one.home) if one.home else "",
                    number(one.given),
                    number(one.people) if one.people else "",
                ]
                for one in homes
                if one.given
            ],
            widths=(45, 30, 12, 13),
            right=(2, 3),
        )
    paper.heading(_("Ce qui prouve ces chiffres"), size=13)
    for sentence in _explained(head, now):
        paper.paragraph(sentence, size=9)
    paper.paragraph(_grouped(head.hash.hex()), size=9)
    paper.room(60)
    paper.y -= 14
    paper.paragraph(_("Date et signature :"), size=10)
    return paper.finish()


def _month_row(one: MonthShare) -> list[str]:
    return [
        shown_month(one.month),
        shown_amount(one.turnover) if one.turnover is not None else "–",
        _amount(one.sold, one.exact),
        _share(one.sold, one.turnover),
        number(one.visits),
        one.why,
    ]


def _whole_row(year: YearShare) -> list[str]:
    return [
        _("Ensemble"),
        shown_amount(year.turnover),
        _amount(year.sold, year.exact),
        _share(year.sold, year.turnover),
        number(sum(one.visits for one in year.months if one.counts)),
        _("Les mois dont les deux sommes sont connues."),
    ]


def _explained(head: Head, now: int) -> list[str]:
    return [
        ngettext(
            "Au %(day)s, le registre des visites compte une ligne.",
            "Au %(day)s, le registre des visites compte %(lines)s lignes.",
            head.seq,
            day=shown_day(local_day(now)),
            lines=number(head.seq),
        ),
        _(
            "On n'y change et n'y efface aucune ligne ; chacune porte l'empreinte de toutes celles"
            " d'avant. « passkoop visit check » refait le calcul, et doit retrouver celle-ci :"
        ),
    ]


def _head_in_words(head: Head, coop_name: str) -> str:
    return _(
        "%(coop)s · registre : %(lines)s lignes, empreinte %(hash)s",
        coop=coop_name,
        lines=number(head.seq),
        hash=_grouped(head.hash.hex()[:16]),
    )


def _amount(cents: int | None, exact: bool) -> str:
    if cents is None:
        return "–"
    return shown_amount(cents) if exact else f"≈\u00a0{shown_amount(cents)}"


def _share(sold: int | None, turnover: int | None) -> str:
    if sold is None or not turnover:
        return "–"
    return shown_share(sold * 1_000_000 // turnover)


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))
