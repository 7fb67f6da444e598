"""At the reception: a card is read, judged by our rules, and becomes a visit."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from passkoop_node.visits.counting import Offer, instead, offer_for
from passkoop_node.visits.days import local_day
from passkoop_node.visits.guests import Guest, GuestStore
from passkoop_node.visits.pseudonyms import Pseudonyms
from passkoop_node.visits.store import VisitStore
from passkoop_node.visits.visit import Kind, NewVisit, Rule, Words
from passkoop_protocol.card import Category
from passkoop_protocol.keys import CoopId
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.verdict import OUTCOMES, Outcome, Verdict, VisitsOf, judge
from passkoop_protocol.welcome import Policy, Visits

DaysOf = Callable[[CoopId, bytes], tuple[datetime.date, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the till shows of a card, or of somebody without one."""

    outcome: Outcome
    codes: tuple[str, ...]  # of the verdict (SPEC 11), or of `counting.OFFERS`; worst first
    verdict: Verdict | None = None  # None: no card was shown
    own: bool = False  # a member of ours; a guest of ours is none
    guest: Guest | None = None
    offer: Offer | None = None  # what the guest gets, or what is offered in place of the card
    came: tuple[datetime.date, ...] = ()  # the days on which this person came, as far as is known

    def visit(
        self,
        *,
        till: str,
        line: str,
        at: int,
        amount: int | None = None,
        anyway: str = "",
        name: str = "",
    ) -> NewVisit:
        """Return the line that notes this visit.

        Args:
            anyway: why somebody is welcomed against the rules; asked for by the register then.
            name: of somebody without a card, on their word.
        """
        new = NewVisit(
            till=till,
            line=line,
            at=at,
            kind=Kind.WITHOUT,
            amount=amount,
            outcome=self.outcome,
            reasons=self.codes,
            rule=self._rule(anyway),
            words=Words(name=name, reason=anyway),
        )
        if self.guest is not None:
            return replace(new, member_ref=self.guest.ref)
        if self.verdict is None or self.verdict.holder is None:
            return new
        holder = self.verdict.holder
        if self.own and holder.card.category == Category.VISITOR:
            return new  # a visitor's card whose holder was erased: nobody in particular
        return replace(
            new,
            kind=Kind.OWN if self.own else Kind.CARD,
            home=holder.coop,
            member_ref=holder.card.member_ref,
            category=holder.card.category,
        )

    def _rule(self, anyway: str) -> Rule:
        if anyway:
            return Rule.ANYWAY
        if self.offer is not None:
            return self.offer.rule
        if self.outcome in (Outcome.REFUSED, Outcome.UNVERIFIED):
            return Rule.ANYWAY
        return Rule.OWN if self.own else Rule.NETWORK


class Reception:
    """The rules of welcome, asked about one person at a time."""

    def __init__(
        self,
        store: VisitStore,
        guests: GuestStore,
        pseudonyms: Pseudonyms,
        *,
        own: Callable[[], CoopId],
        policy: Callable[[], Policy],
    ) -> None:
        self.store = store
        self.guests = guests
        self.pseudonyms = pseudonyms
        self._own = own
        self._policy = policy

    def visits_of(self, trust: TrustStore, *, now: int) -> VisitsOf:
        """Return what tells a verdict how often a holder came within the policy's period."""
        return self._visits_of(self._days_of(trust), self._policy(), local_day(now))

    def _days_of(self, trust: TrustStore) -> DaysOf:
        """Return what says on which days a holder came."""
        return lambda coop, ref: tuple(self.store.days_of(self.pseudonyms.all_of(coop, ref, trust)))

    def _visits_of(self, days_of: DaysOf, policy: Policy, today: datetime.date) -> VisitsOf:
        since = today - datetime.timedelta(days=max(policy.period, 1) - 1)

        def visits(coop: CoopId, member_ref: bytes) -> Visits:
            days = [day for day in days_of(coop, member_ref) if since <= day <= today]
            return Visits(in_period=sum(day < today for day in days), today=today in days)

        return visits

    def answer(self, text: str, trust: TrustStore, *, now: int) -> Answer:
        """Return what a text that was scanned or typed means here, and what is offered instead."""
        policy, today = self._policy(), local_day(now)
        days_of = cache(self._days_of(trust))  # the register is looked into once
        visits_of = self._visits_of(days_of, policy, today)
        verdict = judge(text, trust, now=now, policy=policy, visits_of=visits_of)
        codes = tuple(reason.code for reason in verdict.reasons)
        if verdict.holder is None:
            return Answer(
                outcome=verdict.outcome,
                codes=codes,
                verdict=verdict,
                offer=instead(verdict, policy, day=today),
            )
        holder = verdict.holder
        ref = holder.card.member_ref
        came = days_of(holder.coop, ref)
        own = holder.coop == self._own()
        if own and holder.card.category == Category.VISITOR:
            return self._guest_card(verdict, self.guests.by_ref(ref), came, today)
        return Answer(
            outcome=verdict.outcome,
            codes=codes,
            verdict=verdict,
            own=own,
            offer=None if own else instead(verdict, policy, day=today, came=came),
            came=came,
        )

    def without_card(self, guest: Guest | None = None, *, now: int) -> Answer:
        """Return what somebody without a card gets; `guest` if they are in our files."""
        came = self.came(guest) if guest else ()
        offer = offer_for(self._policy(), day=local_day(now), guest=guest, came=came)
        return Answer(
            outcome=offer.outcome, codes=(offer.code,), guest=guest, offer=offer, came=came
        )

    def came(self, guest: Guest) -> tuple[datetime.date, ...]:
        """Return the days on which a guest came, as far as the register still knows."""
        return tuple(self.store.days_of([self.pseudonyms.of(self._own(), guest.ref)]))

    def _guest_card(
        self,
        verdict: Verdict,
        guest: Guest | None,
        came: tuple[datetime.date, ...],
        today: datetime.date,
    ) -> Answer:
        """Return what a visitor's card of ours means: its holder's trial decides."""
        codes = [(reason.code, OUTCOMES[reason.code]) for reason in verdict.reasons]
        offer: Offer | None = offer_for(self._policy(), day=today, guest=guest, came=came)
        assert offer is not None
        if guest is None:
            codes.append(("guest_unknown", Outcome.REFUSED))
        else:
            codes.append((offer.code, offer.outcome))
        if verdict.outcome is Outcome.REFUSED:
            offer = instead(verdict, self._policy(), day=today, guest=guest, came=came)
        codes.sort(key=lambda one: -one[1])
        return Answer(
            outcome=codes[0][1],
            codes=tuple(code for code, _outcome in codes),
            verdict=verdict,
            own=True,
            guest=guest,
            offer=offer,
            came=came,
        )
