"""The visitors' sheet, for a shop without a screen: its number, and its lines typed in."""

import datetime
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.visits.counting import RULES
from passkoop_node.visits.days import local_day, noon_of
from passkoop_node.visits.money import parse_amount
from passkoop_node.visits.register import Noted, Register
from passkoop_node.visits.visit import Kind, NewVisit, Rule, Words
from passkoop_protocol.keys import CoopId
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.welcome import Policy, Without

LINES = 20
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no letter that a digit could be
_LENGTH = 6


class BadSheet(NodeError):
    """What was typed is no line of a visitors' sheet."""

    code = "bad_sheet"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.hint = _("Vérifiez le numéro en haut de la fiche et celui de la ligne.")


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetRow:
    """A line of the paper, as somebody types it."""

    row: int  # 1 to 20, as printed
    name: str = ""
    home: CoopId | None = None  # the co-op that they wrote, if it is one we know
    amount: str = ""  # as written: « 23,50 »
    note: str = ""


def new_number() -> str:
    """Return a number for a sheet: it makes its lines count once, whoever types them twice."""
    return "".join(secrets.choice(_LETTERS) for _place in range(_LENGTH))


def clean_number(text: str) -> str:
    """Return a sheet's number as it is printed, or raise BadSheet."""
    number = "".join(text.split()).replace("-", "").upper()
    if len(number) != _LENGTH or not set(_LETTERS).issuperset(number):
        raise BadSheet(_("« %(text)s » n'est pas un numéro de fiche", text=text[:20]))
    return number


def entries_from_sheet(
    number: str,
    day: datetime.date,
    rows: Sequence[SheetRow],
    *,
    policy: Policy,
    now: int,
) -> list[NewVisit]:
    """Return the lines of a sheet that was typed in; empty rows are left out.

    The same row of the same sheet is the same visit: typing a sheet twice counts it once.

    Raises:
        BadSheet, BadAmount: of the first row of which it is true.
    """
    till = f"fiche-{clean_number(number)}"
    # Dated at noon; on the day itself, no later than now.
    at = min(noon_of(day), now) if day == local_day(now) else noon_of(day)
    lines, seen = [], set()
    for row in rows:
        if not (row.name or row.home or row.amount or row.note):
            continue
        if not 1 <= row.row <= LINES or row.row in seen:
            raise BadSheet(_("la ligne %(num)s n'est pas sur la fiche, ou deux fois", num=row.row))
        seen.add(row.row)
        refused = policy.without is Without.REFUSAL
        note = row.note or (_("fiche des visiteurs") if refused else "")
        lines.append(
            NewVisit(
                till=till,
                line=str(row.row),
                at=at,
                kind=Kind.WITHOUT,
                home=row.home,
                amount=parse_amount(row.amount) if row.amount else None,
                rule=Rule.ANYWAY if refused else RULES[policy.without],
                words=Words(name=row.name, reason=note),
            )
        )
    return lines


def note_sheet(
    register: Register, lines: Sequence[NewVisit], *, now: int, trust: TrustStore
) -> list[Noted]:
    """Write the lines of a sheet down; those that are there already stay as they are.

    Nobody knows their hour, and the rules may be others by now: on the same day, both are those
    that were written down first.
    """

    def as_known(new: NewVisit) -> NewVisit:
        known = register.store.find(new.till, new.line)
        if known is None or known.visit.day != local_day(new.at):
            return new
        return replace(new, at=known.visit.at, rule=known.visit.rule)

    return register.note_all([as_known(one) for one in lines], now=now, trust=trust)
