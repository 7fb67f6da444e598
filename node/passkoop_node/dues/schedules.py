"""What is paid in several times: what is due when, what is late, and the shares somebody wants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_node.dues.plan import Period
from passkoop_node.dues.store import Kind

MOST_TIMES = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Instalment:
    """What is due on a day."""

    due_on: date
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """What was agreed to be paid in several times."""

    id: int
    member_id: int
    kind: Kind
    cents: int  # of all instalments
    period: Period | None  # the year that is paid for; None: shares
    since: int  # payments after this row count
    instalments: Sequence[Instalment]  # the first due first

    def covered(self, paid: int) -> Period | None:
        """Return the days that `paid` cents are for: up to the day before what is due next.

        None where not even the first instalment is paid, and of shares.
        """
        if self.period is None:
            return None
        sums = accumulate(one.cents for one in self.instalments)
        open_ = [one for one, upto in zip(self.instalments, sums, strict=True) if upto > paid]
        if not open_:
            return self.period
        last = min(open_[0].due_on - timedelta(days=1), self.period.last)
        if open_[0] is self.instalments[0] or last < self.period.first:
            return None
        return Period(first=self.period.first, last=last)

    def following(self, paid: int, *, on: date) -> Instalment | None:
        """Return what is due next, from a day on, and not paid yet."""
        sums = accumulate(one.cents for one in self.instalments)
        pairs = zip(self.instalments, sums, strict=True)
        return next((one for one, upto in pairs if upto > paid and one.due_on >= on), None)

    def late(self, paid: int, *, on: date) -> int:
        """Return the cents that were due before a day and are not paid."""
        due = sum(one.cents for one in self.instalments if one.due_on < on)
        return max(0, due - paid)


def instalments(cents: int, times: int, *, first: date) -> list[Instalment]:
    """Return an amount parted into so many months; the cents that do not divide come first."""
    each, rest = divmod(cents, times)
    return [
        Instalment(due_on=_months_after(first, place), cents=each + (place < rest))
        for place in range(times)
    ]


def _months_after(day: date, months: int) -> date:
    """Return the same day some months on; where the month has no such day, its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("each month has 28 days")


@dataclass(frozen=True, kw_only=True, slots=True)
class SharePlan:
    """The shares that somebody wants."""

    shares: int
    cents: int  # of one

    @property
    def total(self) -> int:
        """Cents of all of them."""
        return self.shares * self.cents


class ScheduleStore:
    """All SQL on the tables `schedule`, `instalment` and `share_plan`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def add(self, schedule: Schedule, *, now: int) -> None:
        """Keep what was agreed, instead of what was agreed before; its id is not looked at."""
        period = schedule.period
        with writing(self.db):
            self.end(schedule.member_id, schedule.kind, now=now)
            done = self.db.execute(
                "insert into schedule (member_id, kind, cents, first, last, agreed_at, since)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                [
                    schedule.member_id,
                    schedule.kind.value,
                    schedule.cents,
                    period.first.isoformat() if period else None,
                    period.last.isoformat() if period else None,
                    now,
                    schedule.since,
                ],
            )
            for one in schedule.instalments:
                self.db.execute(
                    "insert into instalment (schedule_id, due_on, cents) values (?, ?, ?)",
                    [done.lastrowid, one.due_on.isoformat(), one.cents],
                )

    def end(self, member_id: int, kind: Kind, *, now: int) -> bool:
        """Let what was agreed count no more; return whether something was."""
        with writing(self.db):
            done = self.db.execute(
                "update schedule set ended_at = ?"
                " where member_id = ? and kind = ? and ended_at is null",
                [now, member_id, kind.value],
            )
            return done.rowcount > 0

    def open_of(self, member_id: int, kind: Kind) -> Schedule | None:
        """Return what was agreed with a member, and not given up."""
        return next(iter(self._all(member_id, kind.value)), None)

    def all_open(self) -> list[Schedule]:
        """Return what was agreed with everybody, and not given up."""
        return self._all(None, None)

    def _all(self, member_id: int | None, kind: str | None) -> list[Schedule]:
        rows = self.db.execute(
            "select id, member_id, kind, cents, first, last, since from schedule"
            " where ended_at is null and (?1 is null or member_id = ?1)"
            " and (?2 is null or kind = ?2) order by id",
            [member_id, kind],
        ).fetchall()
        return [
            Schedule(
                id=id,
                member_id=member,
                kind=Kind(word),
                cents=cents,
                period=_period(first, last),
                since=since,
                instalments=self._instalments(id),
            )
            for id, member, word, cents, first, last, since in rows
        ]

    def _instalments(self, id: int) -> list[Instalment]:
        sql = "select due_on, cents from instalment where schedule_id = ? order by due_on"
        rows = self.db.execute(sql, [id]).fetchall()
        return [Instalment(due_on=date.fromisoformat(day), cents=cents) for day, cents in rows]

    def share_plan(self, member_id: int) -> SharePlan | None:
        """Return the shares that a member wants."""
        sql = "select shares, cents from share_plan where member_id = ?"
        row = self.db.execute(sql, [member_id]).fetchone()
        return SharePlan(shares=row[0], cents=row[1]) if row else None

    def plan_shares(self, member_id: int, plan: SharePlan | None) -> None:
        """Keep the shares that a member wants; None: none any more."""
        with writing(self.db):
            self.db.execute("delete from share_plan where member_id = ?", [member_id])
            if plan is not None:
                self.db.execute(
                    "insert into share_plan (member_id, shares, cents) values (?, ?, ?)",
                    [member_id, plan.shares, plan.cents],
                )


def _period(first: str | None, last: str | None) -> Period | None:
    if first is None or last is None:
        return None
    return Period(first=date.fromisoformat(first), last=date.fromisoformat(last))
