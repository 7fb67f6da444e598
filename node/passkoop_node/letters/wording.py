"""What people read of a filter."""

from collections.abc import Mapping, Sequence

from passkoop_node.core.formats import day
from passkoop_node.core.language import _
from passkoop_node.letters.criteria import CRITERIA, Choices, Kind
from passkoop_node.letters.filters import Condition, Filter, days_of
from passkoop_node.letters.store import Group

LONGEST_SHOWN = 6  # words of a condition


def choices_of(field: str, groups: Sequence[Group]) -> Choices:
    """Return what can be ticked of a field."""
    if field == "group":
        return {str(one.id): one.title for one in groups}
    return CRITERIA[field].choices


def described(filter: Filter, groups: Sequence[Group]) -> list[str]:
    """Return what a filter asks, a line for each condition."""
    wanted = [_said(one, groups) for one in filter.wanted]
    return wanted + [_("sauf – %(what)s", what=_said(one, groups)) for one in filter.unwanted]


def _said(one: Condition, groups: Sequence[Group]) -> str:
    return _("%(field)s : %(values)s", field=one.criterion.title, values=_values(one, groups))


def _values(one: Condition, groups: Sequence[Group]) -> str:
    kind = one.criterion.kind
    if kind is Kind.CHOICE:
        return _listed([_choice(choices_of(one.field, groups), value) for value in one.values])
    if kind is Kind.WORDS:
        return _listed(one.values)
    if kind is Kind.COUNT:
        return one.values[0]
    if kind is Kind.DAYS:
        first, last = (None if end is None else day(end) for end in days_of(one))
    else:
        first, last = (end or None for end in one.values)
    if first is None:
        return _("jusqu'à %(last)s", last=last)
    if last is None:
        return _("à partir de %(first)s", first=first)
    return _("de %(first)s à %(last)s", first=first, last=last)


def _choice(choices: Choices, value: str) -> str:
    return str(choices[value]) if value in choices else _("un groupe supprimé")


def _listed(words: Sequence[str]) -> str:
    shown = [*words[:LONGEST_SHOWN], *(["…"] if len(words) > LONGEST_SHOWN else [])]
    return ", ".join(shown)


def offered(*, has_dues: bool, groups: Sequence[Group]) -> Mapping[str, str]:
    """Return the fields that can be asked here, with their names."""
    return {
        name: str(one.title)
        for name, one in CRITERIA.items()
        if (has_dues or not one.needs_dues) and (groups or name != "group")
    }
