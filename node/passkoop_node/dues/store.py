"""What was paid, on disk: lines are added, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing

migrations = Migrations("dues")


class Kind(Enum):
    """What a payment is for."""

    DUES = "dues"
    SHARE = "share"


class Method(Enum):
    """How it was paid."""

    CASH = "cash"
    CARD = "card"
    CHEQUE = "cheque"
    TRANSFER = "transfer"
    ONLINE = "online"


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """What somebody paid, or the counter-entry that takes a payment back."""

    year: int  # of the receipt
    number: int  # of the receipt, from 1 in each year, without gaps
    member_id: int
    kind: Kind
    cents: int  # below zero: a counter-entry
    method: Method
    paid_on: date
    first: date | None  # the days that are paid for; None: a share
    last: date | None
    noted_at: int  # seconds, UTC
    corrects: str = ""  # the receipt that a counter-entry takes back
    corrected_by: str = ""  # the receipt of the counter-entry that took this one back

    @property
    def receipt(self) -> str:
        """The number that the receipt bears."""
        return receipt_number(self.year, self.number)


def receipt_number(year: int, number: int) -> str:
    """Return the number that a receipt bears: 2026-0042."""
    return f"{year}-{number:04}"


@migrations()
def create_payment(db: Database) -> None:
    """The payments, and the guards that keep their numbers without gaps."""
    db.executescript("""
        create table payment (
            id integer primary key,
            year integer not null, -- of the receipt: that in which it was noted
            number integer not null check (number > 0),
            member_id integer not null references member (id),
            kind text not null, -- dues, share
            cents integer not null check (cents <> 0), -- below zero: a counter-entry
            method text not null,
            paid_on text not null,
            first text, -- the days that are paid for, both included
            last text,
            noted_at integer not null, -- seconds, UTC
            corrects integer unique references payment (id), -- taken back once at most
            unique (year, number),
            check ((cents < 0) = (corrects is not null)),
            check ((first is null) = (last is null) and (first is null or first <= last))
        ) strict;
        create index payment_member on payment (member_id);
        create trigger payment_has_the_next_number before insert on payment
        when new.number <>
            (select coalesce(max(number), 0) + 1 from payment where year = new.year)
        begin select raise(abort, 'receipts have no gaps'); end;
        create trigger payment_is_not_changed before update on payment
        begin select raise(abort, 'payments are append only'); end;
        create trigger payment_is_not_deleted before delete on payment
        begin select raise(abort, 'payments are append only'); end;
    """)


_COLUMNS = (
    "p.year, p.number, p.member_id, p.kind, p.cents, p.method, p.paid_on, p.first, p.last,"
    " p.noted_at, taken.year, taken.number, taker.year, taker.number"
    " from payment p left join payment taken on taken.id = p.corrects"
    " left join payment taker on taker.corrects = p.id"
)


class PaymentStore:
    """All SQL on the table `payment`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def add(self, payment: Payment) -> None:
        """Keep a payment under its number; `next_number` was asked in the same `writing`."""
        with writing(self.db):
            self.db.execute(
                "insert into payment (year, number, member_id, kind, cents, method, paid_on,"
                " first, last, noted_at, corrects) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                " (select id from payment where year || '-' || printf('%04d', number) = ?))",
                [
                    payment.year,
                    payment.number,
                    payment.member_id,
                    payment.kind.value,
                    payment.cents,
                    payment.method.value,
                    payment.paid_on.isoformat(),
                    payment.first.isoformat() if payment.first else None,
                    payment.last.isoformat() if payment.last else None,
                    payment.noted_at,
                    payment.corrects,
                ],
            )

    def next_number(self, year: int) -> int:
        """Return the number that the next receipt of a year bears."""
        sql = "select coalesce(max(number), 0) + 1 from payment where year = ?"
        (number,) = self.db.execute(sql, [year]).fetchone()
        return int(number)

    def of_member(self, member_id: int) -> list[Payment]:
        """Return what a member paid, the newest first."""
        return self._all("where p.member_id = ? order by p.id desc", [member_id])

    def by_receipt(self, receipt: str) -> Payment | None:
        """Return the payment whose receipt bears this number."""
        found = self._all("where p.year || '-' || printf('%04d', p.number) = ?", [receipt])
        return found[0] if found else None

    def paid_until(self, member_id: int) -> date | None:
        """Return the last day for which a member paid dues; None: never, or all taken back."""
        return self.paid_until_of_all(member_id).get(member_id)

    def paid_until_of_all(self, member_id: int | None = None) -> dict[int, date]:
        """Return the last day for which each member paid dues, or one member."""
        rows = self.db.execute(
            "select member_id, max(last) from payment p where kind = 'dues' and cents > 0"
            " and not exists (select 1 from payment taker where taker.corrects = p.id)"
            " and (?1 is null or member_id = ?1) group by member_id",
            [member_id],
        )
        return {id: date.fromisoformat(last) for id, last in rows.fetchall()}

    def _all(self, rest: str, values: Sequence[Any]) -> list[Payment]:
        rows = self.db.execute(f"select {_COLUMNS} {rest}", list(values))
        return [_payment(row) for row in rows.fetchall()]


def _payment(row: tuple[Any, ...]) -> Payment:
    year, number, member_id, kind, cents, method, paid_on, first, last, noted_at, *others = row
    corrects, corrected_by = (
        receipt_number(*pair) if pair[0] is not None else "" for pair in (others[:2], others[2:])
    )
    return Payment(
        year=year,
        number=number,
        member_id=member_id,
        kind=Kind(kind),
        cents=cents,
        method=Method(method),
        paid_on=date.fromisoformat(paid_on),
        first=date.fromisoformat(first) if first else None,
        last=date.fromisoformat(last) if last else None,
        noted_at=noted_at,
        corrects=corrects,
        corrected_by=corrected_by,
    )
