"""What was paid, on disk: lines are added, never changed."""

import json
from collections.abc import Collection, Sequence
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
    paid_by: str = ""  # who paid, where it was not the member
    amount: str = ""  # what the co-op calls the amount
    is_part: bool = False  # a part of a year's dues, which alone pays no day

    @property
    def receipt(self) -> str:
        """The number that the receipt bears."""
        return receipt_number(self.year, self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which payments are asked for."""

    text: str = ""  # a receipt's number, or a part of the name of who paid for another
    members: Collection[int] = ()  # with a text: also those of these members, by id
    year: int | None = None  # of the receipts; None: all


def receipt_number(year: int, number: int) -> str:
    """Return the number that a receipt bears: 2026-0042."""
    return f"{year}-{number:04}"


def parsed_receipt(receipt: str) -> tuple[int, int]:
    """Return the year and the number of a receipt; nought, nought: of none."""
    year, _dash, number = receipt.partition("-")
    if not (year + number).isascii() or not (year.isdecimal() and number.isdecimal()):
        return 0, 0
    return (int(year), int(number)) if len(receipt) < 16 else (0, 0)


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
    " p.noted_at, coalesce(d.paid_by, ''), coalesce(d.amount, ''), coalesce(d.is_part, 0),"
    " taken.year, taken.number, taker.year, taker.number"
)
_FROM = (
    " from payment p left join payment taken on taken.id = p.corrects"
    " left join payment taker on taker.corrects = p.id"
    " left join payment_detail d on d.year = p.year and d.number = p.number"
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
                " (select id from payment where year = ? and number = ?))",
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
                    *parsed_receipt(payment.corrects),
                ],
            )
            if payment.paid_by or payment.amount or payment.is_part:
                self.db.execute(
                    "insert into payment_detail (year, number, paid_by, amount, is_part)"
                    " values (?, ?, ?, ?, ?)",
                    [
                        payment.year,
                        payment.number,
                        payment.paid_by,
                        payment.amount,
                        payment.is_part,
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

    def noted(self, *, since: date | None = None, until: date | None = None) -> list[Payment]:
        """Return what was paid on the days from `since` to `until`, by the receipts' numbers."""
        return self._all(
            "where (?1 is null or p.paid_on >= ?1) and (?2 is null or p.paid_on <= ?2)"
            " order by p.year, p.number",
            [one.isoformat() if one else None for one in (since, until)],
        )

    def any_ever(self) -> bool:
        """Return whether anything was ever noted."""
        return bool(self.db.execute("select exists (select 1 from payment)").fetchone()[0])

    def by_month(self, year: int) -> dict[int, dict[str, int]]:
        """Return what was paid in each month of a year, in cents by kind.

        A counter-entry bears the day of the payment that it takes back: both are as if never paid.
        """
        rows = self.db.execute(
            "select cast(substr(paid_on, 6, 2) as integer), kind, sum(cents) from payment"
            " where paid_on >= ? and paid_on <= ? group by 1, 2",
            [date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()],
        )
        months: dict[int, dict[str, int]] = {}
        for month, kind, cents in rows.fetchall():
            months.setdefault(month, {})[kind] = cents
        return months

    def by_receipt(self, receipt: str) -> Payment | None:
        """Return the payment whose receipt bears this number."""
        found = self._all("where p.year = ? and p.number = ?", parsed_receipt(receipt))
        return found[0] if found and found[0].receipt == receipt else None

    def found(self, asked: Asked, *, limit: int = -1, offset: int = 0) -> list[Payment]:
        """Return the payments that are asked for, the newest first."""
        where, values = _found(asked)
        rest = f"where {where} order by p.year desc, p.number desc limit ? offset ?"
        return self._all(rest, [*values, limit, offset])

    def count_found(self, asked: Asked) -> int:
        """Return how many payments `found` has."""
        where, values = _found(asked)
        (count,) = self.db.execute(f"select count(*) {_FROM} where {where}", values).fetchone()
        return int(count)

    def open_parts(self, member_id: int) -> list[Payment]:
        """Return the parts of a year that is not paid yet, the newest first."""
        parts = []
        for one in self.of_member(member_id):
            if one.kind is not Kind.DUES or one.corrects or one.corrected_by:
                continue
            if not one.is_part or one.last is not None:
                break
            parts.append(one)
        return parts

    def last_row(self) -> int:
        """Return what is higher for each payment that is noted; 0 before the first one."""
        (row,) = self.db.execute("select coalesce(max(id), 0) from payment").fetchone()
        return int(row)

    def row_of(self, payment: Payment) -> int:
        """Return what is higher for each payment that is noted."""
        sql = "select id from payment where year = ? and number = ?"
        (row,) = self.db.execute(sql, [payment.year, payment.number]).fetchone()
        return int(row)

    def paid_since(self, member_id: int, kind: Kind, row: int = 0) -> int:
        """Return the cents that a member paid after a row, without what was taken back."""
        sql = (
            "select coalesce(sum(cents), 0) from payment p where member_id = ? and kind = ?"
            " and id > ? and cents > 0"
            " and not exists (select 1 from payment taker where taker.corrects = p.id)"
        )
        (cents,) = self.db.execute(sql, [member_id, kind.value, row]).fetchone()
        return int(cents)

    def years(self) -> list[int]:
        """Return the years that have receipts, the newest first."""
        rows = self.db.execute("select distinct year from payment order by year desc")
        return [year for (year,) in rows.fetchall()]

    def paid_until(self, member_id: int) -> date | None:
        """Return the last day for which a member paid dues; None: never, or all taken back."""
        return self.paid_until_of_all(member_id).get(member_id)

    def paid_until_of_all(self, member_id: int | None = None) -> dict[int, date]:
        """Return the last day for which each member paid dues, or one member."""
        rows = self.db.execute(
            "select member_id, max(last) from ("
            " select member_id, last from payment p where last is not null and cents > 0"
            " and not exists (select 1 from payment taker where taker.corrects = p.id)"
            " union all select member_id, last from granted where taken_back_at is null)"
            " where ?1 is null or member_id = ?1 group by member_id",
            [member_id],
        )
        return {id: date.fromisoformat(last) for id, last in rows.fetchall()}

    def _all(self, rest: str, values: Sequence[Any]) -> list[Payment]:
        rows = self.db.execute(f"select {_COLUMNS} {_FROM} {rest}", list(values))
        return [_payment(row) for row in rows.fetchall()]


def _found(asked: Asked) -> tuple[str, list[Any]]:
    where = ["(? is null or p.year = ?)"]
    values: list[Any] = [asked.year, asked.year]
    if asked.text:
        where.append(
            "(p.year || '-' || printf('%04d', p.number) = ?"
            " or p.member_id in (select value from json_each(?))"
            " or instr(lower(d.paid_by), lower(?)))"
        )
        values += [asked.text, json.dumps([*asked.members]), asked.text]
    return " and ".join(where), values


def _payment(row: tuple[Any, ...]) -> Payment:
    year, number, member_id, kind, cents, method, paid_on, first, last, noted_at, *others = row
    paid_by, amount, is_part, *others = others
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
        paid_by=paid_by,
        amount=amount,
        is_part=bool(is_part),
    )
