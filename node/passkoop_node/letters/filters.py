"""A filter: what people are chosen by. A small strict value, kept as JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.letters.criteria import CRITERIA, Criterion, Kind

MOST = 20  # conditions
MOST_WORDS = 50
LONGEST_WORD = 100  # characters
LONGEST = 40_000  # characters of a filter as JSON
OLDEST = 150  # years
MOST_COUNT = 1_200  # months, or days
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BadFilter(NodeError):
    """People cannot be chosen so."""

    code = "bad_filter"

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint or _("Corrigez ce critère, ou enlevez-le.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One field, and what it has to be. One of `values`; of a span: its two ends, "" is open."""

    field: str  # a key of CRITERIA
    values: tuple[str, ...]

    @property
    def criterion(self) -> Criterion:
        """What is asked."""
        return CRITERIA[self.field]


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Who is meant: those of whom all of `wanted` is true and nothing of `unwanted`."""

    wanted: tuple[Condition, ...] = ()
    unwanted: tuple[Condition, ...] = ()

    @property
    def fields(self) -> set[str]:
        """What it asks about."""
        return {one.field for one in (*self.wanted, *self.unwanted)}

    def groups(self) -> set[int]:
        """Return the ids of the groups that it asks about."""
        asked = [one for one in (*self.wanted, *self.unwanted) if one.field == "group"]
        return {int(value) for one in asked for value in one.values}


def check_filter(filter: Filter) -> Filter:
    """Return a filter that can be asked.

    Raises:
        BadFilter: it cannot.
    """
    conditions = (*filter.wanted, *filter.unwanted)
    if len(conditions) > MOST:
        raise BadFilter(_("un segment a %(most)s critères au plus", most=MOST), _("Enlevez-en."))
    for one in conditions:
        check_condition(one)
    return filter


def check_condition(one: Condition) -> None:
    """Return quietly if a condition can be asked.

    Raises:
        BadFilter: it cannot.
    """
    if one.field not in CRITERIA:
        raise BadFilter(_("ce critère n'existe pas"))
    _CHECKS[one.criterion.kind](one)


def _check_choice(one: Condition) -> None:
    if not one.values:
        raise BadFilter(_("rien n'est coché"), _("Cochez au moins une possibilité."))
    if one.field == "group":  # any number: a group that is gone has nobody in it
        known = all(value.isascii() and value.isdecimal() for value in one.values)
        known = known and all(len(value) < 10 for value in one.values)
    else:
        known = set(one.values) <= set(one.criterion.choices)
    if not known or len(one.values) > MOST_WORDS:
        raise BadFilter(_("cette possibilité n'existe pas"))


def _check_words(one: Condition) -> None:
    if not one.values or not all(value.strip() for value in one.values):
        raise BadFilter(_("il manque ce qui est cherché"), _("Écrivez-le."))
    if len(one.values) > MOST_WORDS:
        raise BadFilter(_("cela fait trop de mots : %(most)s au plus", most=MOST_WORDS))
    if any(len(value) > LONGEST_WORD or not value.isprintable() for value in one.values):
        raise BadFilter(_("un mot est trop long : %(most)s lettres au plus", most=LONGEST_WORD))


def days_of(one: Condition) -> tuple[date | None, date | None]:
    """Return the two ends of a span of days.

    Raises:
        BadFilter: it is none.
    """
    try:
        first, last = (_day(value) for value in one.values)
    except ValueError:
        raise BadFilter(_("ce n'est pas un jour"), _("Écrivez un jour comme 2026-11-30.")) from None
    _check_span(first, last)
    return first, last


def _day(text: str) -> date | None:
    if text and not _DAY.fullmatch(text):  # the library reads weeks, too
        raise ValueError("no day")
    return date.fromisoformat(text) if text else None


def years_of(one: Condition) -> tuple[int | None, int | None]:
    """Return the two ends of a span of ages.

    Raises:
        BadFilter: it is none.
    """
    if len(one.values) != 2:
        raise BadFilter(_("ce n'est pas un âge"))
    first, last = (_whole(text, OLDEST) if text else None for text in one.values)
    _check_span(first, last)
    return first, last


def _check_span(first: Any, last: Any) -> None:
    if first is None and last is None:
        raise BadFilter(_("il manque les deux bouts"), _("Donnez au moins l'un des deux."))
    if first is not None and last is not None and last < first:
        raise BadFilter(_("la fin vient avant le début"), _("Échangez-les."))


def count_of(one: Condition) -> int:
    """Return how many months, or days.

    Raises:
        BadFilter: it is no number.
    """
    if len(one.values) != 1:
        raise BadFilter(_("il manque le nombre"))
    return _whole(one.values[0], MOST_COUNT)


def _whole(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) <= most):
        raise BadFilter(
            _("ce n'est pas un nombre entier"), _("Donnez-en un, de 0 à %(most)s.", most=most)
        )
    return int(text)


_CHECKS = {
    Kind.CHOICE: _check_choice,
    Kind.WORDS: _check_words,
    Kind.DAYS: days_of,
    Kind.YEARS: years_of,
    Kind.COUNT: count_of,
}


def dump_filter(filter: Filter) -> str:
    """Return a filter as it is kept."""

    def shown(conditions: Sequence[Condition]) -> list[dict[str, Any]]:
        return [{"field": one.field, "values": [*one.values]} for one in conditions]

    kept = {"all": shown(filter.wanted), "none": shown(filter.unwanted)}
    return json.dumps(kept, ensure_ascii=False)


def parse_filter(text: str) -> Filter:
    """Return the filter that was kept, or that a program gives.

    Raises:
        BadFilter: it is none.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError("a filter is shorter")
        said = json.loads(text)
        if not isinstance(said, Mapping) or not set(said) <= {"all", "none"}:
            raise ValueError("all, none")
        found = {
            name: tuple(map(_condition, _list(said.get(name, [])))) for name in ("all", "none")
        }
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadFilter(_("ce segment est illisible"), _("Faites-le de nouveau.")) from error
    return check_filter(Filter(wanted=found["all"], unwanted=found["none"]))


def _list(said: object) -> list[Any]:
    if not isinstance(said, list) or len(said) > MOST_WORDS:
        raise ValueError("a short list")
    return said


def _condition(said: object) -> Condition:
    if not isinstance(said, Mapping) or set(said) != {"field", "values"}:
        raise ValueError("field, values")
    values = _list(said["values"])
    if not isinstance(said["field"], str) or not all(isinstance(one, str) for one in values):
        raise ValueError("texts")
    return Condition(field=said["field"], values=tuple(values))
