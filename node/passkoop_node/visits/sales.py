"""Figures that the office types: turnover, visitors' totals, and what other co-ops tell."""

from collections.abc import Mapping
from datetime import date

from sqlite_utils import Database

from passkoop_node.core.database import database_errors, path_of, writing
from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.visits.days import is_month
from passkoop_node.visits.money import MOST, check_amount
from passkoop_protocol.keys import CoopId

_MOST_VISITS = 100_000  # a month


class BadPeriod(NodeError):
    """A text that names no month, or no day."""

    code = "bad_period"

    def __init__(self, text: str) -> None:
        super().__init__(_("« %(text)s » n'est ni un mois ni un jour", text=text[:20]))
        self.hint = _("Écrivez un mois comme 2028-05, ou un jour comme 2028-05-14.")


class SalesStore:
    """All SQL on the typed figures. Amounts are cents; None takes one back."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def set_turnover(self, month: str, amount: int | None, *, now: int) -> None:
        """Keep what the co-op sold in a month, to everybody."""
        _check_month(month)
        with writing(self.db):
            self.db.execute("delete from turnover where month = ?", [month])
            if amount is not None:
                check_amount(amount, limit=MOST)
                self.db.execute(
                    "insert into turnover (month, amount, entered_at) values (?, ?, ?)",
                    [month, amount, now],
                )

    def turnover(self) -> dict[str, int]:
        """Return what was sold, by month."""
        return self._amounts("select month, amount from turnover order by month")

    def set_visitor_sales(self, period: str, amount: int | None, *, now: int) -> None:
        """Keep what was sold to visitors, as one total of a day or of a month."""
        if not is_month(period):
            _check_day(period)
        with writing(self.db):
            self.db.execute("delete from visitor_sales where period = ?", [period])
            if amount is not None:
                check_amount(amount, limit=MOST)
                self.db.execute(
                    "insert into visitor_sales (period, amount, entered_at) values (?, ?, ?)",
                    [period, amount, now],
                )

    def set_all_visitor_sales(self, totals: Mapping[str, int], *, now: int) -> None:
        """Keep totals that came together (`totals.parse_totals`), all or none."""
        with writing(self.db):
            for period, amount in totals.items():
                self.set_visitor_sales(period, amount, now=now)

    def visitor_sales(self) -> dict[str, int]:
        """Return the visitors' totals, by day (« 2028-05-14 ») or month (« 2028-05 »)."""
        return self._amounts("select period, amount from visitor_sales order by period")

    def set_received(self, home: CoopId, month: str, visits: int, *, now: int) -> None:
        """Keep how often our members were welcomed in another co-op, as it tells us; 0: never."""
        _check_month(month)
        if not 0 <= visits <= _MOST_VISITS:
            raise BadPeriod(str(visits))
        with writing(self.db):
            self.db.execute(
                "delete from received_abroad where home = ? and month = ?", [home, month]
            )
            if visits:
                self.db.execute(
                    "insert into received_abroad (home, month, visits, entered_at)"
                    " values (?, ?, ?, ?)",
                    [home, month, visits, now],
                )

    def received(self) -> dict[tuple[CoopId, str], int]:
        """Return how often our members were welcomed elsewhere, by co-op and month."""
        with database_errors(path_of(self.db)):
            rows = self.db.execute("select home, month, visits from received_abroad").fetchall()
        return {(CoopId(home), month): visits for home, month, visits in rows}

    def _amounts(self, sql: str) -> dict[str, int]:
        with database_errors(path_of(self.db)):
            return dict(self.db.execute(sql).fetchall())


def _check_month(month: str) -> None:
    if not is_month(month):
        raise BadPeriod(month)


def _check_day(day: str) -> None:
    try:
        if date.fromisoformat(day).isoformat() != day:
            raise BadPeriod(day)
    except ValueError as error:
        raise BadPeriod(day) from error
