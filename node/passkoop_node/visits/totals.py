"""Totals out of the shop's own till: a day or a month, and an amount, one a line."""

import re

from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.visits.money import MOST, BadAmount, parse_amount

_MOST_LINES = 2_000
_PARTS = re.compile(r"[;\t]")
_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](2\d{3})", re.ASCII)
_MONTH = re.compile(r"(\d{1,2})[/.](2\d{3})", re.ASCII)
_ISO = re.compile(r"2\d{3}-\d{2}(-\d{2})?", re.ASCII)


class BadTotals(NodeError):
    """A line of the totals that cannot be read. None was taken."""

    code = "bad_totals"

    def __init__(self, line: int, text: str) -> None:
        super().__init__(
            _("la ligne %(num)s ne se lit pas : « %(text)s »", num=line, text=text[:40])
        )
        self.hint = _("Chaque ligne donne un jour ou un mois, un point-virgule et un montant.")
        self.line = line


def parse_totals(text: str) -> dict[str, int]:
    """Return the cents by period (« 2028-05-14 » or « 2028-05 »), of what was pasted or exported.

    A first line without a digit is a heading; several lines of one period are added up.

    Raises:
        BadTotals: the first line that is none; or there are more than two thousand.
    """
    found: dict[str, int] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not line.strip() or (number == 1 and not any(map(str.isdigit, line))):
            continue
        if number > _MOST_LINES:
            raise BadTotals(number, line)
        parts = [part.strip().strip('"') for part in _PARTS.split(line)]
        period = _period(parts[0])
        if period is None or len(parts) < 2:
            raise BadTotals(number, line)
        try:
            found[period] = found.get(period, 0) + parse_amount(parts[1], limit=MOST)
        except BadAmount as error:
            raise BadTotals(number, line) from error
    return found


def _period(text: str) -> str | None:
    if _ISO.fullmatch(text):
        return text
    if day := _DAY.fullmatch(text):
        return f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
    if month := _MONTH.fullmatch(text):
        return f"{month[2]}-{int(month[1]):02}"
    return None
