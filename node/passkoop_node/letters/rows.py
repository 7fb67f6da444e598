"""A filter as a form shows and takes one: a row for each condition."""

from collections.abc import Iterable
from dataclasses import dataclass

from multidict import MultiMapping

from passkoop_node.core.forms import told
from passkoop_node.core.language import Message
from passkoop_node.letters.criteria import CRITERIA, Criterion, Kind
from passkoop_node.letters.filters import MOST, BadFilter, Condition, Filter, check_condition

ALL, NONE = "tous", "sauf"


@dataclass(kw_only=True, slots=True)
class Row:
    """A condition as it stands in a form."""

    field: str
    values: tuple[str, ...]
    is_unwanted: bool = False
    fault: Message | None = None

    @property
    def criterion(self) -> Criterion:
        """What is asked."""
        return CRITERIA[self.field]

    @property
    def text(self) -> str:
        """What a field for words, or for a number, holds."""
        return ", ".join(self.values)

    @property
    def ends(self) -> tuple[str, str]:
        """What the two fields of a span hold."""
        first, last = (*self.values, "", "")[:2]
        return first, last

    def check(self) -> None:
        """Note what is wrong with it."""
        try:
            check_condition(Condition(field=self.field, values=self.values))
        except BadFilter as error:
            self.fault = told(error)


def rows_of(filter: Filter) -> list[Row]:
    """Return a filter as rows."""
    return [
        Row(field=one.field, values=one.values, is_unwanted=is_unwanted)
        for is_unwanted, some in ((False, filter.wanted), (True, filter.unwanted))
        for one in some
    ]


def filter_of(rows: Iterable[Row]) -> Filter:
    """Return the filter that rows make."""
    sides: tuple[list[Condition], list[Condition]] = ([], [])
    for one in rows:
        sides[one.is_unwanted].append(Condition(field=one.field, values=one.values))
    return Filter(wanted=tuple(sides[False]), unwanted=tuple(sides[True]))


def read_rows(sent: MultiMapping[object]) -> list[Row]:
    """Return the rows of a form that was sent; what is no row of ours is left out."""
    rows = []
    for place in range(MOST):
        field = _text(sent, f"champ-{place}")
        if field in CRITERIA:
            rows.append(
                Row(
                    field=field,
                    values=_values(sent, place, CRITERIA[field].kind),
                    is_unwanted=_text(sent, f"sens-{place}") == NONE,
                )
            )
    return rows


def _values(sent: MultiMapping[object], place: int, kind: Kind) -> tuple[str, ...]:
    name = f"valeur-{place}"
    if kind is Kind.CHOICE:
        return tuple(dict.fromkeys(one for one in sent.getall(name, []) if isinstance(one, str)))
    if kind is Kind.WORDS:
        words = (" ".join(word.split()) for word in _text(sent, name).split(","))
        return tuple(word for word in words if word)
    if kind is Kind.COUNT:
        return (_text(sent, name).strip(),)
    return tuple(_text(sent, f"{end}-{place}").strip() for end in ("de", "a"))


def _text(sent: MultiMapping[object], name: str) -> str:
    value = sent.get(name, "")
    return value if isinstance(value, str) else ""
