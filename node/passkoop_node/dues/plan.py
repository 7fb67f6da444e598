"""What a co-op asks of its members each year, and what follows from what they paid. No I/O."""

from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from enum import Enum

MOST_GRACE = 366  # days


class Yearly(Enum):
    """For which year dues are paid."""

    NONE = "none"  # no dues: a share once and for all, or nothing
    ROLLING = "rolling"  # a year from the day they are paid
    CIVIL = "civil"  # to 31 December


class Standing(Enum):
    """Where a member stands with the dues."""

    CURRENT = "current"
    GRACE = "grace"  # not paid, within the days that the co-op leaves
    LAPSED = "lapsed"
    EXEMPT = "exempt"  # the co-op asks for no dues


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a co-op asks."""

    yearly: Yearly = Yearly.NONE
    cents: int = 0  # of a year
    is_free: bool = False  # each gives what they like; `cents` is what is proposed
    grace_days: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """Days that are paid for, both of them within it."""

    first: date
    last: date


def situation(plan: Plan, *, paid_until: date | None, joined: date | None, on: date) -> Standing:
    """Return where a member stands on a day.

    Args:
        plan: what the co-op asks.
        paid_until: the last day that is paid for; None: nothing was ever paid.
        joined: the day of joining. Who has not paid yet has the days of grace from then on.
        on: the day.
    """
    if plan.yearly is Yearly.NONE:
        return Standing.EXEMPT
    if paid_until is not None and on <= paid_until:
        return Standing.CURRENT
    since = joined if paid_until is None else _day_after(paid_until)
    if since is not None and (on - since).days < plan.grace_days:
        return Standing.GRACE
    return Standing.LAPSED


def next_period(plan: Plan, *, paid_until: date | None, paid_on: date) -> Period:
    """Return the days that a year's dues paid on a day are for.

    Whoever renews early, or within the days of grace, loses none and gains none: the new year
    starts the day after the old one. After that it starts on the day of the payment.
    """
    start = paid_on
    if paid_until is not None:
        following = _day_after(paid_until)
        if (paid_on - following).days < plan.grace_days or following >= paid_on:
            start = following
    if plan.yearly is Yearly.CIVIL:
        return Period(first=start, last=date(start.year, 12, 31))
    return Period(first=start, last=_a_year(start))


def _a_year(first: date) -> date:
    """Return the last day of the year that starts on `first`."""
    if first.year == MAXYEAR:
        return date.max
    if (first.month, first.day) == (2, 29):
        return date(first.year + 1, 2, 28)
    return first.replace(year=first.year + 1) - timedelta(days=1)


def _day_after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)
