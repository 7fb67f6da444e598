"""Who is meant by a filter: a set of members for each condition, and what is left of them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from passkoop_node.cards.situations import Situation
from passkoop_node.core.language import LANGUAGES
from passkoop_node.letters.facts import Facts
from passkoop_node.letters.filters import Condition, Filter, count_of, days_of, years_of
from passkoop_node.members.preferences import Channel, Topic
from passkoop_node.members.text import fold


class Population:
    """The members on one day. Each condition is asked once, however many filters have it."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._known: dict[Condition, frozenset[int]] = {}

    def ids(self, filter: Filter) -> set[int]:
        """Return whom a checked filter means, by id."""
        found = set(self.facts.everybody)
        for one in filter.wanted:
            found &= self._of(one)
        for one in filter.unwanted:
            found -= self._of(one)
        return found

    def _of(self, one: Condition) -> frozenset[int]:
        if one not in self._known:
            self._known[one] = frozenset(_ASKED[one.field](self.facts, one))
        return self._known[one]


# --- what the register says ---


def _belongs(facts: Facts, one: Condition) -> set[int]:
    left = facts.chooser.between("left", None, facts.on)
    future = facts.chooser.between("joined", facts.on + timedelta(days=1), None) - left
    found: set[int] = set()
    if "left" in one.values:
        found |= left
    if "future" in one.values:
        found |= future
    if "member" in one.values:
        found |= facts.everybody - left - future
    return found


def _category(facts: Facts, one: Condition) -> set[int]:
    return _one_of(facts, one, [int(value) for value in one.values if value != "other"], [0, 1])


def _language(facts: Facts, one: Condition) -> set[int]:
    values = [value for value in one.values if value != "other"]
    return _one_of(facts, one, values, [*LANGUAGES, ""])


def _one_of(
    facts: Facts, one: Condition, values: Iterable[str | int], named: Iterable[str | int]
) -> set[int]:
    """Return those with one of `values`; where others are meant too, all but those `named`."""
    found = facts.chooser.among(one.field, values)
    if "other" in one.values:
        found |= facts.everybody - facts.chooser.among(one.field, named)
    return found


def _gender(facts: Facts, one: Condition) -> set[int]:
    return facts.chooser.among("gender", one.values)


def _age(facts: Facts, one: Condition) -> set[int]:
    youngest, oldest = years_of(one)
    first = None if oldest is None else facts.on.year - oldest
    last = None if youngest is None else facts.on.year - youngest
    return facts.chooser.between("birth_year", first, last)


def _has(facts: Facts, one: Condition) -> set[int]:
    known = facts.chooser.known(one.field)
    if one.field == "address":  # a letter needs the town, too
        known &= facts.chooser.known("town")
    found: set[int] = set()
    if "yes" in one.values:
        found |= known
    if "no" in one.values:
        found |= facts.everybody - known
    return found


def _days(facts: Facts, one: Condition) -> set[int]:
    return facts.chooser.between(one.field, *days_of(one))


def _joined_within(facts: Facts, one: Condition) -> set[int]:
    return facts.chooser.between("joined", months_before(facts.on, count_of(one)), facts.on)


def _town(facts: Facts, one: Condition) -> set[int]:
    return facts.chooser.among("town_order", map(_folded, one.values))


def _postcode(facts: Facts, one: Condition) -> set[int]:
    begins = tuple(map(_closed, one.values))
    said = facts.chooser.texts("postcode")
    return {id for id, code in said if _closed(code).startswith(begins)}


def _country(facts: Facts, one: Condition) -> set[int]:
    wanted = set(map(_folded, one.values))
    return {id for id, said in facts.chooser.texts("country") if _folded(said) in wanted}


def _number(facts: Facts, one: Condition) -> set[int]:
    return set(facts.chooser.by_numbers([value.strip() for value in one.values]).values())


def _name(facts: Facts, one: Condition) -> set[int]:
    given = dict(facts.chooser.texts("given_name"))
    family = dict(facts.chooser.texts("family_name"))
    whole = ((id, f"{given.get(id, '')} {family.get(id, '')}") for id in {*given, *family})
    return _holding(whole, one)


def _text(facts: Facts, one: Condition) -> set[int]:
    return _holding(facts.chooser.texts(one.field), one)


# --- what other rooms say ---


def _group(facts: Facts, one: Condition) -> set[int]:
    return facts.sources.segments.people(map(int, one.values))


def _household(facts: Facts, one: Condition) -> set[int]:
    affiliated, leading = set(facts.principals), set(facts.principals.values())
    found: set[int] = set()
    if "affiliated" in one.values:
        found |= affiliated
    if "principal" in one.values:
        found |= leading
    if "alone" in one.values:
        found |= facts.everybody - affiliated - leading
    return found


def _card(facts: Facts, one: Condition) -> set[int]:
    found = {id for id, stands in facts.cards.items() if stands.value in one.values}
    return found | (facts.everybody - set(facts.cards) if Situation.NONE in one.values else set())


def _dues(facts: Facts, one: Condition) -> set[int]:
    return {id for id, (stands, _until) in facts.dues.items() if stands.value in one.values}


def _paid_until(facts: Facts, one: Condition) -> set[int]:
    return _paid(facts, *days_of(one))


def _paid_ends(facts: Facts, one: Condition) -> set[int]:
    return _paid(facts, facts.on, facts.on + timedelta(days=count_of(one)))


def _paid(facts: Facts, first: date | None, last: date | None) -> set[int]:
    return {
        id
        for id, (_stands, until) in facts.dues.items()
        if until is not None
        and (first is None or first <= until)
        and (last is None or until <= last)
    }


def _accepts(facts: Facts, one: Condition) -> set[int]:
    found: set[int] = set()
    for value in one.values:
        topic, _colon, channel = value.partition(":")
        found |= facts.by_channel(Topic(topic), Channel(channel))
    return found


def _came(facts: Facts, one: Condition) -> set[int]:
    edges = [(name, months_before(facts.on, months)) for name, months in _EDGES]

    def since(day: date) -> str:
        return next((name for name, edge in edges if day > edge), "longer")

    found = {id for id, day in facts.last_visits.items() if since(day) in one.values}
    return found | (facts.everybody - set(facts.last_visits) if "never" in one.values else set())


_EDGES = (("month", 1), ("quarter", 3), ("year", 12))


# --- shared ---


def months_before(day: date, months: int) -> date:
    """Return the same day so many months before; where that month is shorter, its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    for last in (day.day, 30, 29):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, 28)


def _folded(text: str) -> str:
    return fold(" ".join(text.split()))


def _closed(text: str) -> str:
    """Return a postcode without what some write between its figures."""
    return "".join(fold(text).split())


def _holding(texts: Iterable[tuple[int, str]], one: Condition) -> set[int]:
    """Return those whose text holds one of the words, or parts of them."""
    wanted = list(map(_folded, one.values))
    return {
        id
        for id, folded in ((id, _folded(text)) for id, text in texts)
        if any(word in folded for word in wanted)
    }


_ASKED: Mapping[str, Callable[[Facts, Condition], set[int]]] = {
    "belongs": _belongs,
    "group": _group,
    "category": _category,
    "household": _household,
    "dues": _dues,
    "paid_until": _paid_until,
    "paid_ends": _paid_ends,
    "card": _card,
    "came": _came,
    "accepts": _accepts,
    "joined": _days,
    "joined_within": _joined_within,
    "left": _days,
    "age": _age,
    "gender": _gender,
    "language": _language,
    "town": _town,
    "postcode": _postcode,
    "country": _country,
    "email": _has,
    "phone": _has,
    "address": _has,
    "badge": _has,
    "name": _name,
    "number": _number,
    "referred_by": _text,
    "notes": _text,
}
