"""Dues and shares: noted, taken back by a counter-entry, and who is up to date."""

from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.plan import (
    MOST_GRACE,
    Period,
    Plan,
    Standing,
    Yearly,
    next_period,
    situation,
)
from passkoop_node.dues.store import Kind, Method, Payment, PaymentStore
from passkoop_node.errors import BadSetting, NodeError
from passkoop_node.members.households import Households
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore
from passkoop_node.visits.money import check_amount

_PLAN: Setting[dict[str, Any]] = Setting(name="dues.plan", default={})
OLDEST = 10  # years: what was paid before that is no longer noted


class BadPayment(NodeError):
    """A payment that cannot be noted so."""

    code = "bad_payment"

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


class ReceiptNotFound(NodeError):
    """No receipt bears this number."""

    code = "receipt_not_found"

    def __init__(self, receipt: str) -> None:
        super().__init__(_("aucun reçu ne porte le numéro « %(number)s »", number=receipt))
        self.hint = _("Cherchez-le parmi les paiements de la personne.")


class AlreadyCorrected(NodeError):
    """A payment is taken back once, and a counter-entry never."""

    code = "already_corrected"

    def __init__(self, receipt: str) -> None:
        super().__init__(_("le reçu %(number)s est annulé, ou annule un autre", number=receipt))
        self.hint = _("Rien n'a été changé.")


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

    def pay(
        self,
        member: Member,
        *,
        kind: Kind = Kind.DUES,
        cents: int,
        method: Method,
        paid_on: date,
        until: date | None = None,
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
            today: the day it is in the shop.
            now: seconds, UTC.
            actor: who notes it.

        Raises:
            BadAmount, BadPayment: as they say; nothing is noted.
        """
        check_amount(cents)
        if not cents:
            raise BadPayment(_("un paiement n'est pas de zéro"), _("Vérifiez le montant."))
        if paid_on > today:
            raise BadPayment(_("ce jour n'est pas encore venu"), _("Vérifiez la date."))
        if paid_on.year < today.year - OLDEST:
            raise BadPayment(_("ce jour est trop ancien"), _("Vérifiez la date."))
        with writing(self.payments.db):
            period = self._period(member, cents, paid_on, until) if kind is Kind.DUES else None
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
            )
            self.payments.add(payment)
            self._note("dues.pay", member, payment, now=now, actor=actor)
        self._tell(now)
        return payment

    def _period(self, member: Member, cents: int, paid_on: date, until: date | None) -> Period:
        plan = self.plan
        if plan.yearly is Yearly.NONE:
            raise BadPayment(
                _("la coop ne demande pas de cotisation"), _("Dites d'abord laquelle.")
            )
        if principal := self.households.principal_of(member):
            raise BadPayment(
                _("la cotisation du foyer est celle de %(name)s", name=principal.full_name),
                _("Notez-la pour cette personne : tout le foyer est à jour."),
            )
        if until is None and cents < plan.cents and not plan.is_free:
            raise BadPayment(
                _("ce montant ne paie pas une année"),
                _("Dites jusqu'à quel jour il vaut, ou notez le montant entier."),
            )
        period = next_period(plan, paid_until=self.payments.paid_until(member.id), paid_on=paid_on)
        if until is None:
            return period
        if not period.first <= until <= period.last:
            raise BadPayment(
                _("une cotisation va jusqu'à un an, et pas avant son premier jour"),
                _("Vérifiez jusqu'à quel jour elle vaut."),
            )
        return replace(period, last=until)

    def correct(self, receipt: str, *, today: date, now: int, actor: str) -> Payment:
        """Take a payment back by a counter-entry with a number of its own, and return that.

        Raises:
            ReceiptNotFound: no receipt bears this number.
            AlreadyCorrected: it was taken back, or takes another back.
        """
        with writing(self.payments.db):
            wrong = self.payments.by_receipt(receipt)
            if wrong is None:
                raise ReceiptNotFound(receipt[:20])
            if wrong.corrects or wrong.corrected_by:
                raise AlreadyCorrected(receipt)
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
        self._tell(now)
        return counter

    def _note(self, action: str, member: Member, payment: Payment, *, now: int, actor: str) -> None:
        self.audit.add(
            action,
            now=now,
            actor=actor,
            subject=member.number,
            details={"receipt": payment.corrects or payment.receipt},
        )
        for one in self.followers:
            one.follow(member, now=now, actor=actor)

    def _tell(self, now: int) -> None:
        for one in self.followers:
            one.tell(now=now)

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
        if self.plan.yearly is Yearly.NONE:
            return []
        paid = self.payments.paid_until_of_all()
        people = self.members.members(on=on)
        affiliated = self.households.store.principals_of([one.id for one in people])
        return [
            (one, standing, paid.get(one.id))
            for one in people
            if one.id not in affiliated
            and (standing := self._stands(one, paid.get(one.id), on))
            in (Standing.GRACE, Standing.LAPSED)
        ]

    def _stands(self, payer: Member, until: date | None, on: date) -> Standing:
        return situation(self.plan, paid_until=until, joined=payer.joined, on=on)
