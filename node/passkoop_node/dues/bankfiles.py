"""A bank's statement as CSV: what came in, and whether its totals are right. No I/O."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from passkoop_node.core.language import _
from passkoop_node.dues.banktotals import Sums, faults, hear, hear_total, signed
from passkoop_node.dues.incoming import Line, Source, shortened
from passkoop_node.errors import FileTooLarge, NodeError, NotATable, NothingToImport
from passkoop_node.members.columns import normalised
from passkoop_node.members.csvfiles import DELIMITERS, Row, Table, lines_of, read_table
from passkoop_node.members.text import clean, shown
from passkoop_node.visits.money import BadAmount

FIELDS = ("date", "amount", "credit", "debit", "payer", "words", "balance")
_ABOVE = 60  # lines among which the header is looked for

# The words of banks in France, Belgium, Portugal, Switzerland, as `normalised` gives them; what
# a header begins with. The first column that fits is taken, save for words: all of them.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "date": (
        "date operation", "date de l operation", "date d operation", "date comptable",
        "date de comptabilisation", "date de transaction", "date d execution", "date",
        "data operacao", "data mov", "data lanc", "data", "boekingsdatum", "boeking datum",
        "uitvoeringsdatum", "datum", "buchungsdatum", "buchung", "fecha operacion", "fecha",
        "booking date", "data valor",
    ),
    "credit": (
        "credit", "montant credit", "montant au credit", "credito", "gutschrift", "bijschrijving",
        "haber", "abono",
    ),
    "debit": (
        "debit", "montant debit", "montant au debit", "debito", "lastschrift", "belastung",
        "afschrijving", "debe", "cargo",
    ),
    "amount": (
        "montant", "bedrag", "betrag", "montante", "importancia", "importe", "valor eur", "valor",
        "amount", "movimento",
    ),
    "payer": (
        "nom contrepartie", "nom de la contrepartie", "contrepartie", "naam tegenpartij",
        "tegenpartij", "donneur d ordre", "ordonnateur", "emetteur", "debiteur", "nom", "naam",
        "ordenante", "auftraggeber", "counterparty name", "payer",
    ),
    "words": (
        "libelle", "communication", "mededeling", "omschrijving", "descricao", "descritivo",
        "description", "detail", "informations", "motif", "reference", "references", "texte",
        "text", "avisierungstext", "buchungstext", "concepto", "transaction", "message",
    ),
    "balance": ("solde", "saldo", "balance"),
}  # fmt: skip
_DAY = re.compile(
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[T ].*)?"
    r"|(?P<d2>\d{1,2})[-/.](?P<m2>\d{1,2})[-/.](?P<y2>\d{4}|\d{2})(?:[T ].*)?"
    r"|(?P<y3>20\d{2})(?P<m3>\d{2})(?P<d3>\d{2})",
    re.ASCII,
)


class BadStatement(NodeError):
    """A file in which no statement of a bank can be read."""

    code = "bad_statement"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.hint = _("Exportez les opérations du compte au format CSV, et donnez ce fichier-là.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of the file."""

    header: str
    key: str  # as it is remembered
    field: str  # of FIELDS, "" is none
    examples: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What a file says."""

    columns: Sequence[Column]
    lines: Sequence[Line] = ()  # what came in
    outgoing: int = 0  # lines that are left out: money that went, or none
    faults: Sequence[str] = ()  # a total or a balance that is not what the lines come to
    unreadable: Sequence[tuple[int, str]] = ()  # lines, and why
    is_understood: bool = True  # whether it is known where day and amount are


def read_statement(data: bytes, chosen: Mapping[str, str]) -> Statement:
    """Return what a bank's file says.

    Args:
        data: CSV in any usual encoding, XLSX or ODS.
        chosen: what somebody said that columns are, by their header: of FIELDS, or "".

    Raises:
        FileTooLarge, BadStatement: it is none that can be read.
    """
    above, start, table = _table(data, chosen)
    places = _places(table.headers, chosen)
    columns = _columns(table, places)
    if "date" not in places or not {"amount", "credit"} & places.keys():
        return Statement(columns=columns, is_understood=False)
    sums = Sums()
    for cells in above:
        hear(cells, sums)
    lines: list[Line] = []
    moves: list[tuple[int, int, int | None]] = []  # line, cents, balance after it
    unreadable: list[tuple[int, str]] = []
    outgoing = 0
    for row in table.rows:
        place = row.line + start
        if row.problem:
            unreadable.append((place, row.problem))
            continue
        if hear_total(row.cells, places, place, sums):
            continue
        try:
            cents = _cents(row.cells, places)
            day = _day(row.cells[places["date"][0]])
        except (BadAmount, ValueError) as error:
            unreadable.append((place, str(error)))
            continue
        moves.append((place, cents, _balance(row, places)))
        if cents <= 0:
            outgoing += 1
            continue
        payer, words = (_text(row.cells, places.get(one, ())) for one in ("payer", "words"))
        line = Line(
            source=Source.BANK,
            place=place,
            paid_on=day,
            cents=cents,
            payer=payer,
            words=words,
        )
        lines.append(shortened(line))
    return Statement(
        columns=columns,
        lines=lines,
        outgoing=outgoing,
        faults=faults(moves, sums),
        unreadable=unreadable,
    )


# --- where the table begins, and its columns ---


def _table(data: bytes, chosen: Mapping[str, str]) -> tuple[list[list[str]], int, Table]:
    """Return the cells above the header, how many lines those are, and the table."""
    try:
        lines = lines_of(data)
        start = _header(lines[:_ABOVE], chosen)
        above = [_split(line) for line in lines[:start]]
        return above, start, read_table("".join(lines[start:]).encode("utf-8-sig", "replace"))
    except FileTooLarge:
        raise
    except NothingToImport as error:
        raise BadStatement(_("ce fichier n'a aucune opération")) from error
    except NotATable as error:
        raise BadStatement(str(error)) from error


def _split(line: str) -> list[str]:
    delimiter = max(DELIMITERS, key=line.count)
    return [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(delimiter)]


def _header(lines: Sequence[str], chosen: Mapping[str, str]) -> int:
    """Return the place of the line that has the titles of the columns."""
    for known in (chosen, {}):  # whoever said that no column is a day may say it otherwise
        for place, line in enumerate(lines):
            places = _places(_split(line.lstrip("\ufeff")), known)
            if "date" in places and {"amount", "credit"} & places.keys():
                return place
    widths = [len(_split(line)) for line in lines]
    widest = max(widths, default=0)
    return widths.index(widest) if widest > 1 else 0


def _places(headers: Sequence[str], chosen: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """Return where each field is, the preferred place first."""
    keys = [normalised(header) for header in headers]
    places: dict[str, list[int]] = {}
    taken: set[int] = set()
    for place, key in enumerate(keys):
        if key in chosen:
            taken.add(place)
            if chosen[key] in FIELDS:
                places.setdefault(chosen[key], []).append(place)
    for name, starts in _NAMES.items():
        found = [
            (rank, place)
            for rank, start in enumerate(starts)
            for place, key in enumerate(keys)
            if place not in taken and re.match(rf"{start}s?[0-9]*(?: |$)", key)
        ]
        for _rank, place in sorted(found):
            if place not in taken and (name == "words" or not places.get(name)):
                places.setdefault(name, []).append(place)
                taken.add(place)
    return {name: tuple(found) for name, found in places.items()}


def _columns(table: Table, places: Mapping[str, Sequence[int]]) -> list[Column]:
    fields = {place: name for name, found in places.items() for place in found}
    columns = []
    for place, header in enumerate(table.headers):
        cells = (row.cells[place] for row in table.rows[:20] if not row.problem)
        examples = [shown(cell, 24) for cell in cells if cell.strip()][:2]
        key = normalised(header)
        columns.append(
            Column(header=header, key=key, field=fields.get(place, ""), examples=examples)
        )
    return columns


# --- one line ---


def _text(cells: Sequence[str], places: Sequence[int]) -> str:
    return clean(" ".join(dict.fromkeys(cells[place].strip() for place in places)))


def _cents(cells: Sequence[str], places: Mapping[str, Sequence[int]]) -> int:
    """Return what a line brought; below zero: it went.

    Raises:
        BadAmount: no amount stands there.
    """
    if "credit" in places:
        credit = _typed(cells, places["credit"])
        debit = _typed(cells, places.get("debit", ()))
        if credit or debit:
            return credit - abs(debit)  # a credit below zero is a payment that bounced
        if "amount" not in places:
            raise BadAmount(_("il manque le montant"))
    found = [cells[place] for place in places["amount"] if cells[place].strip()]
    if not found:
        raise BadAmount(_("il manque le montant"))
    return signed(found[0])


def _typed(cells: Sequence[str], places: Sequence[int]) -> int:
    return sum(signed(cells[place]) for place in places if cells[place].strip())


def _day(text: str) -> date:
    """Return a day as banks write it.

    Raises:
        ValueError: it is none; the message is for people.
    """
    found = _DAY.fullmatch(text.strip())
    if found is not None:
        year, month, day = (
            next(part for part in found.group(name, f"{name}2", f"{name}3") if part)
            for name in "ymd"
        )
        try:
            return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
        except ValueError:
            pass
    raise ValueError(_("« %(text)s » n'est pas un jour", text=shown(text, 20)))


def _balance(row: Row, places: Mapping[str, Sequence[int]]) -> int | None:
    found = [row.cells[place] for place in places.get("balance", ()) if row.cells[place].strip()]
    try:
        return signed(found[0]) if found else None
    except BadAmount:
        return None
