"""From a file to payments: what is sure is noted, the rest waits to be said whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.dues.agreements import grant
from passkoop_node.dues.amounts import Amount
from passkoop_node.dues.faults import AlreadyCorrected, BadPayment, CountsWithOthers
from passkoop_node.dues.iban import references_in
from passkoop_node.dues.incoming import Incoming, IncomingStore, Line, Marked, Source, State
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.dues.store import Kind, Method, Payment
from passkoop_node.dues.transfers import Transfers
from passkoop_node.dues.whose import Whose, is_other
from passkoop_node.errors import NodeError
from passkoop_node.members.member import Member
from passkoop_node.members.text import fold, words
from passkoop_node.visits.money import BadAmount, shown_amount

KEPT = 60 * 86_400  # seconds: then what was dismissed loses its names
_METHODS = {Source.BANK: Method.TRANSFER, Source.ONLINE: Method.ONLINE}
_SHARE = {"part", "parts", "share", "shares", "aandeel", "aandelen", "acoes", "participacion"}


class Fate(StrEnum):
    """What becomes of a line."""

    KNOWN = "known"  # it came before
    NOTED = "noted"
    ASKED = "asked"  # somebody has to say whose it is
    TAKEN_BACK = "taken_back"  # the shop cancelled what was noted
    SKIPPED = "skipped"  # the shop cancelled it before we heard of it


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a line, or would."""

    line: Line
    fate: Fate
    member: Member | None = None
    note: str = ""  # for people


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """Whose a line may be, and what for."""

    member: Member
    kind: Kind
    part: bool = False
    rate: str = ""  # which of the co-op's amounts it would be, if not its own


class NotWaiting(NodeError):
    """The line is gone, or somebody was quicker."""

    code = "not_waiting"

    def __init__(self) -> None:
        super().__init__(_("ce paiement n'attend plus"))
        self.hint = _("Quelqu'un d'autre s'en est occupé.")


class _Undo(Exception):
    """All was tried; nothing is kept."""


class Intake:
    """Takes in what banks and shops say."""

    def __init__(
        self, ledger: Ledger, transfers: Transfers, store: IncomingStore, audit: AuditStore
    ) -> None:
        self.ledger = ledger
        self.transfers = transfers
        self.store = store
        self.audit = audit

    def try_out(self, lines: Sequence[Line], *, today: date, now: int) -> list[Outcome]:
        """Return what `take` would do; nothing is kept."""
        outcomes: list[Outcome] = []
        try:
            with writing(self.store.db):
                outcomes = self._take(lines, today=today, now=now, actor="")
                raise _Undo
        except _Undo:
            return outcomes

    def take(self, lines: Sequence[Line], *, today: date, now: int, actor: str) -> list[Outcome]:
        """Note what is sure and keep the rest; the same lines again change nothing."""
        with writing(self.store.db):
            outcomes = self._take(lines, today=today, now=now, actor=actor)
            self.store.forget_words(seen_before=now - KEPT)
            counts = {fate.value: sum(one.fate is fate for one in outcomes) for fate in Fate}
            self.audit.add("dues.import", now=now, actor=actor, details=counts)
        self.ledger.tell(now=now)
        return outcomes

    def _take(self, lines: Sequence[Line], *, today: date, now: int, actor: str) -> list[Outcome]:
        all_marked = self.store.marked(lines)
        known = self.store.known([one.mark for one in all_marked])
        whose = self.whose(today)
        taking = _Taking(self, whose, today=today, now=now, actor=actor)
        return [taking.one(marked, known.get(marked.mark)) for marked in all_marked]

    def whose(self, today: date) -> Whose:
        """Return everybody whom a payment may come from."""
        return Whose(self.ledger.members.members(on=today))

    # --- what waits ---

    def proposals(self, waiting: Incoming, whose: Whose) -> list[Proposal]:
        """Return whose a line that waits may be, the likeliest first."""
        found = []
        expected = self.transfers.expected(waiting.reference) if waiting.reference else None
        if expected is not None and expected.member_id is not None:
            member = self.ledger.members.get(expected.member_id)
            part = expected.kind is Kind.DUES and waiting.cents < expected.cents
            found.append(Proposal(member=member, kind=expected.kind, part=part))
        plan = self.ledger.plan
        kind = Kind.SHARE if plan.yearly is Yearly.NONE or _is_share(waiting.words) else Kind.DUES
        for one in whose.proposed(
            person=waiting.person, payer=waiting.payer, email=waiting.email, text=waiting.words
        ):
            payer = self.ledger.payer_of(one) if kind is Kind.DUES else one
            amount = self._amount(waiting.words, waiting.cents)
            part = kind is Kind.DUES and 0 < waiting.cents < amount.least
            if all(payer.id != other.member.id for other in found):
                rate = amount.name if kind is Kind.DUES and not part else ""
                found.append(Proposal(member=payer, kind=kind, part=part, rate=rate))
        return found

    def attach(
        self,
        id: int,
        member: Member,
        *,
        kind: Kind,
        amount: Amount | None = None,
        part: bool = False,
        again: bool = False,
        today: date,
        now: int,
        actor: str,
    ) -> Payment | None:
        """Note that a line that waits is a member's; return the payment, None if it was free.

        Raises:
            NotWaiting: somebody was quicker.
            BadPayment, BadAmount: it cannot be noted so; it waits on.
        """
        with writing(self.store.db):
            waiting = self.store.get(id)
            if waiting is None or waiting.state is not State.WAITING:
                raise NotWaiting
            if amount is None and kind is Kind.DUES:
                amount = self._amount(waiting.words, waiting.cents)
            payment = self._note(
                member, waiting, kind, amount, part, again, today=today, now=now, actor=actor
            )
            self.store.close(id, State.NOTED, member_id=member.id, payment=payment)
        self.ledger.tell(now=now)
        return payment

    def dismiss(self, id: int, *, now: int, actor: str) -> None:
        """Keep that a line is no payment of a member.

        Raises:
            NotWaiting: somebody was quicker.
        """
        self._turn(id, State.WAITING, State.DISMISSED, "dues.dismiss", now=now, actor=actor)

    def take_up(self, id: int, *, now: int, actor: str) -> None:
        """Have a line that was dismissed wait again.

        Raises:
            NotWaiting: it was not dismissed.
        """
        self._turn(id, State.DISMISSED, State.WAITING, "dues.take_up", now=now, actor=actor)

    def _turn(
        self, id: int, before: State, after: State, action: str, *, now: int, actor: str
    ) -> None:
        with writing(self.store.db):
            found = self.store.get(id)
            if found is None or found.state is not before:
                raise NotWaiting
            self.store.close(id, after)
            self.audit.add(action, now=now, actor=actor)

    # --- noting ---

    def _note(
        self,
        member: Member,
        said: Line | Incoming,
        kind: Kind,
        amount: Amount | None,
        part: bool,
        again: bool,
        *,
        today: date,
        now: int,
        actor: str,
    ) -> Payment | None:
        if not said.cents:
            why = said.words or _("Gratuit")
            grant(self.ledger, member, why=why, on=said.paid_on, now=now, actor=actor)
            return None
        other = is_other(said.payer, member, is_whole=said.source is Source.ONLINE)
        return self.ledger.pay(
            member,
            kind=kind,
            cents=said.cents,
            method=_METHODS[said.source],
            paid_on=said.paid_on,
            amount=amount if kind is Kind.DUES else None,
            part=part,
            again=again,
            paid_by=said.payer if other else "",
            today=today,
            now=now,
            actor=actor,
        )

    def _amount(self, said: str, cents: int) -> Amount:
        """Return which of the co-op's amounts some words or some cents speak of."""
        own, *named = self.ledger.amounts.all(self.ledger.plan)
        spoken = set(words(said))
        for one in named:
            if set(words(one.name)) <= spoken or (cents and one.cents == cents != own.cents):
                return one
        return own


def _is_share(said: str) -> bool:
    return bool(_SHARE & set(words(fold(said))))


class _Taking:
    """One file on its way in."""

    def __init__(self, intake: Intake, whose: Whose, *, today: date, now: int, actor: str) -> None:
        self.intake = intake
        self.store = intake.store
        self.whose = whose
        self.today = today
        self.now = now
        self.actor = actor

    def one(self, marked: Marked, known: State | None) -> Outcome:
        """Return what became of a line."""
        line = marked.line
        if line.is_cancelled:
            return self._cancelled(marked, known)
        if known is not None:
            return Outcome(line=line, fate=Fate.KNOWN)
        if line.source is Source.BANK:
            return self._transfer(marked)
        return self._order(marked)

    def _transfer(self, marked: Marked) -> Outcome:
        line = marked.line
        good, wrong = references_in(f"{line.words} {line.payer}")
        if len(good) > 1:
            return self._ask(marked, _("plusieurs références"))
        if not good:
            note = _("référence mal recopiée : %(reference)s", reference=wrong[0]) if wrong else ""
            return self._ask(marked, note)
        (reference,) = good
        expected = self.intake.transfers.expected(reference)
        if expected is None:
            return self._ask(marked, _("référence inconnue"), reference=reference)
        if expected.member_id is None:
            note = _("demande d'adhésion pas encore acceptée")
            return self._ask(marked, note, reference=reference)
        left = expected.cents - self.store.noted_under(reference)
        if line.cents > left:
            asked = _("plus que les %(amount)s attendus", amount=shown_amount(max(0, left)))
            return self._ask(marked, asked, reference=reference)
        amount = Amount(name=expected.amount, cents=expected.cents)
        member = self.intake.ledger.members.get(expected.member_id)
        return self._note(
            marked, member, expected.kind, amount, part=line.cents < left, reference=reference
        )

    def _order(self, marked: Marked) -> Outcome:
        line = marked.line
        found = self.whose.called(line.person)
        if len(found) > 1:
            found = [one for one in found if one in self.whose.reached(line.email)]
        if len(found) != 1:
            return self._ask(marked, _("personne de ce nom au registre") if not found else "")
        if line.email and found[0].email and found[0] not in self.whose.reached(line.email):
            return self._ask(marked, _("même nom, autre adresse e-mail"))
        kind = Kind.SHARE if _is_share(line.words) else Kind.DUES
        amount = self.intake._amount(line.words, line.cents)
        if not line.cents and not amount.is_gift:
            return self._ask(marked, _("gratuit"))
        member = found[0]
        payer = self.intake.ledger.payer_of(member) if kind is Kind.DUES else member
        if payer.id != member.id:
            # Theirs, from before they joined the household? Nobody's next year by itself.
            until = self.intake.ledger.payments.paid_until(payer.id)
            if until is not None and until >= line.paid_on:
                return self._ask(marked, _("le foyer de %(name)s est à jour", name=payer.full_name))
        return self._note(marked, payer, kind, amount)

    def _note(
        self,
        marked: Marked,
        member: Member,
        kind: Kind,
        amount: Amount,
        *,
        part: bool = False,
        reference: str = "",
    ) -> Outcome:
        try:
            payment = self.intake._note(
                member,
                marked.line,
                kind,
                amount,
                part,
                False,
                today=self.today,
                now=self.now,
                actor=self.actor,
            )
        except (BadPayment, BadAmount) as error:
            return self._ask(marked, str(error), reference=reference)
        self.store.add(
            marked,
            State.NOTED,
            reference=reference,
            member_id=member.id,
            payment=payment,
            now=self.now,
        )
        is_part = payment is not None and payment.is_part and payment.last is None
        note = _("acompte") if is_part else ""
        return Outcome(line=marked.line, fate=Fate.NOTED, member=member, note=note)

    def _ask(self, marked: Marked, note: str, *, reference: str = "") -> Outcome:
        self.store.add(marked, State.WAITING, reference=reference, now=self.now)
        return Outcome(line=marked.line, fate=Fate.ASKED, note=note)

    def _cancelled(self, marked: Marked, known: State | None) -> Outcome:
        line = marked.line
        if known is None:
            return Outcome(line=line, fate=Fate.SKIPPED, note=_("commande annulée"))
        if known in (State.DISMISSED, State.CANCELLED):
            return Outcome(line=line, fate=Fate.KNOWN)
        kept = self.store.by_mark(marked.mark)
        assert kept is not None
        if known is State.NOTED:
            if not kept.receipt:
                note = _("commande annulée : reprenez la cotisation offerte sur la fiche")
                return Outcome(line=line, fate=Fate.ASKED, note=note)
            try:
                self.intake.ledger.correct(
                    kept.receipt, today=self.today, now=self.now, actor=self.actor
                )
            except AlreadyCorrected:
                pass
            except CountsWithOthers as error:
                return Outcome(line=line, fate=Fate.ASKED, note=str(error))
        self.store.close(kept.id, State.CANCELLED)
        return Outcome(line=line, fate=Fate.TAKEN_BACK, note=_("commande annulée"))
