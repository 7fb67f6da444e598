"""Dues and shares: noted, taken back by a counter-entry, and who is up to date."""

from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.amounts import Amount, Amounts
from passkoop_node.dues.faults import (
    AlreadyCorrected,
    BadPayment,
    CountsWithOthers,
    PaidAlready,
    ReceiptNotFound,
    TooLittle,
)
from passkoop_node.dues.grants import GrantStore
from passkoop_node.dues.plan import (
    MOST_GRACE,
    Period,
    Plan,
    Standing,
    Yearly,
    next_period,
    situation,
)
from passkoop_node.dues.schedules import Schedule, ScheduleStore
from passkoop_node.dues.store import Kind, Method, Payment, PaymentStore
from passkoop_node.errors import BadSetting
from passkoop_node.members.households import Households
from passkoop_node.members.member import LONGEST_TEXT, Member
from passkoop_node.members.store import MemberStore
from passkoop_node.members.text import clean
from passkoop_node.visits.money import check_amount, shown_amount

_PLAN: Setting[dict[str, Any]] = Setting(name="dues.plan", default={})
SAME_MONEY = 15  # days between two payments of a year that may be one, noted twice
OLDEST = 10  # years: what was paid before that is no longer noted


class Follower(Protocol):
    """What has to follow as soon as somebody paid, or a payment is taken back."""

    def follow(self, member: Member, *, now: int, actor: str) -> None:
        """Do what follows for a member, in the transaction of the payment."""

    def tell(self, *, now: int) -> None:
        """Tell others of it, once it is on the disk."""


class Ledger:
    """What the office does with dues."""

    def __init__(
        self,
        payments: PaymentStore,
        members: MemberStore,
        households: Households,
        settings: SettingsStore,
        audit: AuditStore,
    ) -> None:
        self.payments = payments
        self.members = members
        self.households = households
        self.settings = settings
        self.audit = audit
        self.followers: list[Follower] = []
        self.amounts = Amounts(settings)
        self.schedules = ScheduleStore(payments.db)
        self.grants = GrantStore(payments.db)

    @property
    def plan(self) -> Plan:
        """What the co-op asks.

        Raises:
            BadSetting: what is stored is no plan.
        """
        stored = self.settings.get(_PLAN)
        try:
            return Plan(**{**stored, "yearly": Yearly(stored.get("yearly", "none"))})
        except (TypeError, ValueError) as error:
            raise BadSetting(_PLAN.name) from error

    def set_plan(self, plan: Plan, *, now: int, actor: str) -> None:
        """Keep what the co-op asks.

        Raises:
            BadAmount: no year's dues can be so.
        """
        check_amount(plan.cents)
        if plan.yearly is not Yearly.NONE and not plan.cents and not plan.is_free:
            raise BadPayment(_("il manque le montant"), _("Donnez celui d'une année."))
        if not 0 <= plan.grace_days <= MOST_GRACE:
            raise BadPayment(
                _("un délai va de 0 à %(most)s jours", most=MOST_GRACE), _("Corrigez le délai.")
            )
        with writing(self.payments.db):
            stored = {
                "yearly": plan.yearly.value,
                "cents": plan.cents,
                "is_free": plan.is_free,
                "grace_days": plan.grace_days,
            }
            self.settings.set(_PLAN, stored)
            self.audit.add("dues.plan", now=now, actor=actor)

    def put_amount(self, amount: Amount, *, now: int, actor: str) -> None:
        """Keep an amount beside the plan's own, instead of the one that has its name.

        Raises:
            BadAmountRule, BadAmount: nothing was kept.
        """
        with writing(self.payments.db):
            self.amounts.put(amount)
            self.audit.add("dues.amounts", now=now, actor=actor)

    def remove_amount(self, name: str, *, now: int, actor: str) -> bool:
        """Forget an amount; return whether there was one of this name."""
        with writing(self.payments.db):
            is_gone = self.amounts.remove(name)
            if is_gone:
                self.audit.add("dues.amounts", now=now, actor=actor)
        return is_gone

    def pay(
        self,
        member: Member,
        *,
        kind: Kind = Kind.DUES,
        cents: int,
        method: Method,
        paid_on: date,
        until: date | None = None,
        amount: Amount | None = None,
        part: bool = False,
        again: bool = False,
        paid_by: str = "",
        today: date,
        now: int,
        actor: str,
    ) -> Payment:
        """Note what a member paid, under the next number, and return it.

        Args:
            member: who paid.
            kind: what for.
            cents: how much.
            method: how.
            paid_on: when; not after `today`.
            until: the last day that dues are for, where it is another than the plan says.
            amount: which of the co-op's amounts it is; None: the plan's own.
            part: less than a year is kept as a part of one, instead of being refused.
            again: it is the next year indeed, a few days after the last one was paid.
            paid_by: who paid, where it was not the member.
            today: the day it is in the shop.
            now: seconds, UTC.
            actor: who notes it.

        Raises:
            BadAmount, BadPayment, PaidAlready: as they say; nothing is noted.
        """
        check_amount(cents)
        if not cents:
            raise BadPayment(_("un paiement n'est pas de zéro"), _("Vérifiez le montant."))
        if paid_on > today:
            raise BadPayment(_("ce jour n'est pas encore venu"), _("Vérifiez la date."))
        if paid_on.year < today.year - OLDEST:
            raise BadPayment(_("ce jour est trop ancien"), _("Vérifiez la date."))
        with writing(self.payments.db):
            period, is_part = None, False
            if kind is Kind.DUES:
                self.check_asked(member)
                amount = amount or self.amounts.all(self.plan)[0]
                is_part = self._is_part(member, cents, amount) and until is None
                if is_part and not part and self._schedule(member) is None:
                    raise TooLittle
                period = self._period(member, cents, paid_on, until, is_part=is_part)
                if period and not again and until is None and not is_part:
                    self._check_not_paid_already(member, paid_on)
            payment = Payment(
                year=today.year,
                number=self.payments.next_number(today.year),
                member_id=member.id,
                kind=kind,
                cents=cents,
                method=method,
                paid_on=paid_on,
                first=period.first if period else None,
                last=period.last if period else None,
                noted_at=now,
                paid_by=clean(paid_by)[:LONGEST_TEXT],
                amount=amount.name if amount else "",
                is_part=is_part,
            )
            self.payments.add(payment)
            self._note("dues.pay", member, payment, now=now, actor=actor)
        self.tell(now=now)
        return payment

    def check_asked(self, member: Member) -> None:
        """Return quietly if dues are asked of a member."""
        if self.plan.yearly is Yearly.NONE:
            raise BadPayment(
                _("la coop ne demande pas de cotisation"), _("Dites d'abord laquelle.")
            )
        if principal := self.households.principal_of(member):
            raise BadPayment(
                _("la cotisation du foyer est celle de %(name)s", name=principal.full_name),
                _("Notez-la pour cette personne : tout le foyer est à jour."),
            )

    def _is_part(self, member: Member, cents: int, amount: Amount) -> bool:
        """Return whether a payment is but a part of a year, together with the parts before it."""
        if self._schedule(member) is not None:
            return True
        before = sum(one.cents for one in self.payments.open_parts(member.id))
        return cents + before < amount.least

    def _schedule(self, member: Member) -> Schedule | None:
        """Return what was agreed to be paid in several times, and is not all paid."""
        found = self.schedules.open_of(member.id, Kind.DUES)
        return found if found and self.left(found) > 0 else None

    def left(self, schedule: Schedule) -> int:
        """Return the cents that are still to be paid of a schedule."""
        kind, since = schedule.kind, schedule.since
        return schedule.cents - self.payments.paid_since(schedule.member_id, kind, since)

    def _period(
        self, member: Member, cents: int, paid_on: date, until: date | None, *, is_part: bool
    ) -> Period | None:
        """Return the days that a payment is for; None: a part, which alone pays no day."""
        schedule = self._schedule(member) if until is None else None
        if schedule is not None:
            left = self.left(schedule)
            if cents > left:
                raise BadPayment(
                    _("il ne reste que %(left)s à payer", left=shown_amount(left)),
                    _("Notez ce montant ; le reste est pour autre chose."),
                )
            return schedule.covered(schedule.cents - left + cents)
        if is_part:
            return None
        plan = self.plan
        period = next_period(plan, paid_until=self.payments.paid_until(member.id), paid_on=paid_on)
        return period if until is None else ending(period, until)

    def _check_not_paid_already(self, member: Member, paid_on: date) -> None:
        """Return quietly if no whole year was paid within a few days of this one."""
        for one in self.payments.of_member(member.id):
            if one.first is None or one.last is None or one.corrects or one.corrected_by:
                continue
            whole = next_period(self.plan, paid_until=None, paid_on=one.first)
            if one.last >= whole.last and abs((paid_on - one.paid_on).days) <= SAME_MONEY:
                raise PaidAlready(one)

    def correct(self, receipt: str, *, today: date, now: int, actor: str) -> Payment:
        """Take a payment back by a counter-entry with a number of its own, and return that.

        Raises:
            ReceiptNotFound: no receipt bears this number.
            AlreadyCorrected: it was taken back, or takes another back.
            CountsWithOthers: it is a part, and a newer payment counts with it; or a newer one pays
                for days that are to come once those of this one are over.
        """
        with writing(self.payments.db):
            wrong = self.payments.by_receipt(receipt)
            if wrong is None:
                raise ReceiptNotFound(receipt[:20])
            if wrong.corrects or wrong.corrected_by:
                raise AlreadyCorrected(receipt)
            self._check_nothing_counts_with(wrong, today)
            counter = replace(
                wrong,
                year=today.year,
                number=self.payments.next_number(today.year),
                cents=-wrong.cents,
                noted_at=now,
                corrects=wrong.receipt,
            )
            self.payments.add(counter)
            member = self.members.get(wrong.member_id)
            self._note("dues.correct", member, counter, now=now, actor=actor)
        self.tell(now=now)
        return counter

    def _check_nothing_counts_with(self, wrong: Payment, today: date) -> None:
        """Return quietly if a payment can be taken back alone: a year that follows would stay."""
        if wrong.kind is not Kind.DUES:
            return
        for one in self.payments.of_member(wrong.member_id):
            if one.receipt == wrong.receipt:
                return
            if one.kind is not Kind.DUES or one.corrects or one.corrected_by:
                continue
            follows = one.first is not None and wrong.last is not None and one.first > wrong.last
            is_to_come = one.first is not None and one.first > today
            if wrong.is_part or (follows and is_to_come):
                raise CountsWithOthers(wrong.receipt, one.receipt)

    def _note(self, action: str, member: Member, payment: Payment, *, now: int, actor: str) -> None:
        self.audit.add(
            action,
            now=now,
            actor=actor,
            subject=member.number,
            details={"receipt": payment.corrects or payment.receipt},
        )
        self.follow(member, now=now, actor=actor)

    def follow(self, member: Member, *, now: int, actor: str) -> None:
        """Have done what follows from what a member paid or was given, in its transaction."""
        for one in self.followers:
            one.follow(member, now=now, actor=actor)

    def tell(self, *, now: int) -> None:
        """Have others told, once all is on the disk: within a larger transaction, nobody yet."""
        if not self.payments.db.conn.in_transaction:
            for one in self.followers:
                one.tell(now=now)

    def left_of_year(self, member: Member) -> int:
        """Return the cents of a year's dues that are left to pay, after the parts that came."""
        if (schedule := self._schedule(member)) is not None:
            return self.left(schedule)
        before = sum(one.cents for one in self.payments.open_parts(member.id))
        return max(0, self.plan.cents - before)

    def payer_of(self, member: Member) -> Member:
        """Return whose dues count for a member: the principal's of the household, or theirs."""
        return self.households.principal_of(member) or member

    def stands(self, member: Member, *, on: date) -> tuple[Standing, date | None]:
        """Return where a member stands and the last day paid for; a principal pays for all."""
        payer = self.payer_of(member)
        until = self.payments.paid_until(payer.id)
        return self._stands(payer, until, on), until

    def to_renew(self, *, on: date) -> list[tuple[Member, Standing, date | None]]:
        """Return who has not renewed, by number; a household is there by its principal alone."""
        return [one for one in self.standings(on=on) if one[1] in (Standing.GRACE, Standing.LAPSED)]

    def standings(self, *, on: date) -> list[tuple[Member, Standing, date | None]]:
        """Return where all stand who pay, by number; nobody where no dues are asked.

        A household is there by its principal alone.
        """
        plan = self.plan
        if plan.yearly is Yearly.NONE:
            return []
        paid = self.payments.paid_until_of_all()
        people = self.members.members(on=on)
        affiliated = self.households.store.principals_of([one.id for one in people])
        return [
            (one, situation(plan, paid_until=until, joined=one.joined, on=on), until)
            for one in people
            if one.id not in affiliated
            for until in [paid.get(one.id)]
        ]

    def _stands(self, payer: Member, until: date | None, on: date) -> Standing:
        return situation(self.plan, paid_until=until, joined=payer.joined, on=on)


def ending(period: Period, last: date) -> Period:
    """Return the days of a period up to `last`.

    Raises:
        BadPayment: it is none of them.
    """
    if not period.first <= last <= period.last:
        raise BadPayment(
            _("une cotisation va jusqu'à un an, et pas avant son premier jour"),
            _("Vérifiez jusqu'à quel jour elle vaut."),
        )
    return replace(period, last=last)
