"""What a bank's file says that its lines come to, and whether they do. No I/O."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from passkoop_node.core.language import _
from passkoop_node.members.text import clean, fold
from passkoop_node.visits.money import MOST, BadAmount, parse_amount, shown_amount

_MOST_FAULTS = 5
_TOTAL = re.compile(r"(?:sous )?(?:total|totaux|totais|totaal|totale|summe|suma)\b")
# What may follow in the cell: of when, and of which account. Whoever pays « le solde final de
# l'adhésion » writes more, and that is a payment.
_REST = (
    r"(?: (?:au|le|du|de|d|la|les|en|a|periode|mois|releve|compte|crediteur|debiteur|operations?"
    r"|eur|euros?|chf|em|op|per|zum|am|vom|[0-9]+|janvier|fevrier|mars|avril|mai|juin|juillet|aout"
    r"|septembre|octobre|novembre|decembre))*$"
)
_OPENING = re.compile(
    r"(?:solde (?:initial|precedent|anterieur|au debut|d ouverture)|ancien solde"
    r"|saldo (?:inicial|anterior)|beginsaldo|anfangssaldo)\b" + _REST
)
_CLOSING = re.compile(
    r"(?:solde (?:final|en fin|de cloture)|nouveau solde|saldo final|eindsaldo|schlusssaldo)\b"
    + _REST
)


@dataclass(slots=True)
class Sums:
    """What the file says that its lines come to."""

    credit: list[tuple[int, int]] = field(default_factory=list)  # line, cents
    debit: list[tuple[int, int]] = field(default_factory=list)
    amount: list[tuple[int, int]] = field(default_factory=list)
    opening: int | None = None
    closing: int | None = None


def signed(text: str) -> int:
    """Return the cents of « 1 234,56 », « -12,00 », « (12,00) », « 12,00- », « 1'234.50 ».

    Raises:
        BadAmount: it is no amount.
    """
    plain = clean(text).replace("'", "").replace("’", "").replace("−", "-")
    plain = re.sub(r"\b(?:EUR|CHF|€)\b|€", "", plain).strip()
    is_minus = plain.startswith(("-", "(")) or plain.endswith("-")
    bare = plain.strip("+-() ").strip()
    cents = parse_amount(bare, limit=MOST)
    return -cents if is_minus else cents


def hear(cells: Sequence[str], sums: Sums) -> bool:
    """Take the balance before or after all lines, where a line says one."""
    for place, cell in enumerate(cells):
        words = " ".join(re.findall(r"[^\W_]+", fold(cell)))
        is_opening, is_closing = _OPENING.match(words), _CLOSING.match(words)
        if not is_opening and not is_closing:
            continue
        for other in cells[place + 1 :]:
            try:
                cents = signed(other)
            except BadAmount:
                continue
            if is_opening:
                sums.opening = cents
            else:
                sums.closing = cents
            return True
    return False


def hear_total(
    cells: Sequence[str], places: Mapping[str, Sequence[int]], line: int, sums: Sums
) -> bool:
    """Return whether a line is a total or a balance, and take what it says."""
    if hear(cells, sums):
        return True
    folded = [" ".join(re.findall(r"[^\W_]+", fold(cell))) for cell in cells]
    if cells[places["date"][0]].strip()[:1].isdecimal() or not any(map(_TOTAL.match, folded)):
        return False
    for name in ("credit", "debit", "amount"):
        for place in places.get(name, ()):
            if cells[place].strip():
                try:
                    getattr(sums, name).append((line, signed(cells[place])))
                except BadAmount:
                    continue
    return True


def faults(moves: Sequence[tuple[int, int, int | None]], sums: Sums) -> list[str]:
    """Return where what the file says of itself is not what its lines come to."""
    all_ = [cents for _line, cents, _balance in moves]
    came, went = sum(one for one in all_ if one > 0), -sum(one for one in all_ if one < 0)
    found = []
    for told, counted in (
        (sums.credit, (came,)),
        (sums.debit, (went,)),
        (sums.amount, (sum(all_), came)),
    ):
        for line, cents in told:
            if abs(cents) not in map(abs, counted):
                found.append(
                    _(
                        "ligne %(line)s : le total annoncé est %(told)s, les opérations font "
                        "%(counted)s",
                        line=line,
                        told=_money(cents),
                        counted=_money(counted[0]),
                    )
                )
    if sums.opening is not None and sums.closing is not None:
        counted_closing = sums.opening + sum(all_)
        if counted_closing != sums.closing:
            found.append(
                _(
                    "le solde final annoncé est %(told)s, les opérations mènent à %(counted)s",
                    told=_money(sums.closing),
                    counted=_money(counted_closing),
                )
            )
    return [*found, *_broken_balances(moves)][:_MOST_FAULTS]


def _broken_balances(moves: Sequence[tuple[int, int, int | None]]) -> list[str]:
    """Return where the balance after a line does not follow from the one before."""
    if len(moves) < 2 or any(balance is None for _line, _cents, balance in moves):
        return []
    upwards: list[int] = []
    downwards: list[int] = []
    for (line, cents, balance), (next_line, next_cents, next_balance) in pairwise(moves):
        assert balance is not None
        assert next_balance is not None
        if balance + next_cents != next_balance:
            upwards.append(next_line)
        if next_balance + cents != balance:
            downwards.append(line)
    broken = min(upwards, downwards, key=len)
    return [_("ligne %(line)s : le solde ne suit pas celui d'avant", line=one) for one in broken]


def _money(cents: int) -> str:
    return f"-{shown_amount(-cents)}" if cents < 0 else shown_amount(cents)
