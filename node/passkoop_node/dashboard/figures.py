"""The figures of a year, and what is left of them when small counts are not to be told. No I/O."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from passkoop_node.dues.plan import Plan, Standing, situation
from passkoop_node.members.figures import Kind
from passkoop_node.visits.statistics import MonthCount

LEAST = 5  # fewer than that may tell who they are
GENDERS = ("f", "m", "x", "")
YOUNG = 26  # years: below, somebody counts among the young
MOST_TOWNS = 12
# The first and the last age of each band, by the age that is reached in the year.
BANDS: Sequence[tuple[int, int]] = (
    (0, 17), (18, 25), (26, 35), (36, 50), (51, 65), (66, 75), (76, 200),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class MembersOn:
    """Who belonged to the co-op on a day, as counts."""

    day: date
    kinds: Mapping[Kind, int]
    towns: Sequence[tuple[str, int]]  # most first; "" is where it was not said
    households: int = 0

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(self.kinds.values())

    def by_gender(self) -> dict[str, int]:
        """Return how many of each gender; what the register calls otherwise is other."""
        counts = dict.fromkeys(GENDERS, 0)
        for kind, count in self.kinds.items():
            counts[kind.gender if kind.gender in counts else "x"] += count
        return counts

    def by_age(self) -> dict[tuple[int, int] | None, dict[str, int]]:
        """Return how many of each gender in each band of ages; None: the year is not known."""
        counts: dict[tuple[int, int] | None, dict[str, int]] = {
            band: dict.fromkeys(GENDERS, 0) for band in (*BANDS, None)
        }
        for kind, count in self.kinds.items():
            gender = kind.gender if kind.gender in GENDERS else "x"
            counts[band_of(kind.birth_year, self.day.year)][gender] += count
        return counts

    def young(self) -> int:
        """Return how many are young, as far as the year of birth is known."""
        return sum(
            count
            for kind, count in self.kinds.items()
            if kind.birth_year is not None and self.day.year - kind.birth_year < YOUNG
        )

    def by_category(self) -> dict[int, int]:
        """Return how many of each category of the card."""
        counts: Counter[int] = Counter()
        for kind, count in self.kinds.items():
            counts[kind.category] += count
        return dict(sorted(counts.items()))


def band_of(birth_year: int | None, year: int) -> tuple[int, int] | None:
    """Return the band of the age that somebody reaches in a year; None if it is not known."""
    if birth_year is None:
        return None
    age = max(0, year - birth_year)
    return next((band for band in BANDS if band[0] <= age <= band[1]), BANDS[-1])


@dataclass(frozen=True, kw_only=True, slots=True)
class Dues:
    """The dues of a year."""

    standings: Mapping[Standing, int] | None  # of today; None for a year that is over
    by_month: Mapping[int, Mapping[str, int]]  # month -> kind -> cents, what was taken back apart


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """All figures of a year."""

    year: int
    on: MembersOn  # today, or the last day of a year that is over
    months: Sequence[int]  # those that have begun
    members: Sequence[int]  # at the end of each of these months, or today
    joined: Sequence[int]
    left: Sequence[int]
    dues: Dues | None  # None: the co-op asks for none
    visits: Sequence[MonthCount] = field(default_factory=tuple)
    noted: Mapping[int, int] = field(default_factory=dict)  # visits elsewhere, as members noted


def standings_of(
    plan: Plan,
    people: Sequence[tuple[int, date | None]],
    *,
    principals: Mapping[int, int],
    paid_until: Mapping[int, date],
    on: date,
) -> dict[Standing, int]:
    """Return how many members stand where; who is of a household stands where its principal does.

    Args:
        plan: what the co-op asks.
        people: the ids of those who belong to the co-op, with the days of joining.
        principals: the principal of each who is affiliated.
        paid_until: the last day that was paid for, of those who ever paid.
        on: the day.
    """
    joined = dict(people)
    counts: Counter[tuple[date | None, date | None]] = Counter()
    for id, day in people:
        payer = principals.get(id, id)
        counts[paid_until.get(payer), joined.get(payer, day)] += 1
    stands: Counter[Standing] = Counter()
    for (until, since), count in counts.items():  # few days, many members
        stands[situation(plan, paid_until=until, joined=since, on=on)] += count
    return {one: stands[one] for one in Standing if one is not Standing.EXEMPT or stands[one]}


# --- for those who are told no small counts ---


def without_small(values: Sequence[int | None], *, is_summed: bool = True) -> list[int | None]:
    """Return the counts of one table; None: too small to be told.

    Args:
        values: the counts; one that is None is not told anyhow.
        is_summed: their sum is known. One alone could then be reckoned from it: the next one is
            not told either.
    """
    hidden = {at for at, value in enumerate(values) if value is None or 0 < value < LEAST}
    if len(hidden) == 1 and is_summed:
        others = [at for at, value in enumerate(values) if value and at not in hidden]
        if others:
            hidden.add(min(others, key=lambda at: values[at] or 0))
    return [None if at in hidden else value for at, value in enumerate(values)]


def large_towns(on: MembersOn) -> MembersOn:
    """Return the same with the towns of a few members among the others, under one name."""
    large = [(town, count) for town, count in on.towns if count >= LEAST]
    return replace(on, towns=large)
