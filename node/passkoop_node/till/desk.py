"""What happens at a till: somebody is shown, and welcomed or not. No HTTP, no words."""

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from passkoop_node.cards.printable import PrintableCard
from passkoop_node.coops.live import LiveTrust
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.lapsing import Lapsing
from passkoop_node.members.member import Member, display_name
from passkoop_node.members.store import MemberStore
from passkoop_node.till.badges import is_coop_badge, possible_badges
from passkoop_node.till.shown import AnswerGone, Shown, State, has_left, left, rank, ref_of
from passkoop_node.till.standing import owing_of, with_dues, without_dues
from passkoop_node.visits.counting import offer_for
from passkoop_node.visits.days import local_day
from passkoop_node.visits.guests import TRIALS, Guest
from passkoop_node.visits.reception import Answer
from passkoop_node.visits.register import VisitNotFound
from passkoop_node.visits.room import VisitRoom
from passkoop_node.visits.visit import Kind, NewVisit, Rule
from passkoop_protocol.card import Category
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.verdict import Outcome
from passkoop_protocol.welcome import Policy, Without

COUNTS_AMOUNTS = Setting(name="till.counts_amounts", default=False)
STAYS = Setting(name="till.welcome_stays", default=5)  # seconds; 0: until somebody touches it
ASKS_NAME = Setting(name="till.asks_name", default=False)

_KEPT = 300  # answers in memory for each till
_MOST_TILLS = 100
_SECONDS_KEPT = 12 * 3600
_DAYS_OF_CARD = 365  # of a visitor's card, where visits are counted and not days
_SAME_SCAN = 5  # seconds in which a card held a little longer is still the same scan


class Desk:
    """All tills of the co-op. Lives in the database's thread."""

    def __init__(
        self,
        visits: VisitRoom,
        members: MemberStore,
        ourselves: Ourselves,
        settings: SettingsStore,
        live: LiveTrust,
        lapsing: Lapsing,
    ) -> None:
        self.visits = visits
        self.members = members
        self.ourselves = ourselves
        self.settings = settings
        self.live = live
        self.lapsing = lapsing
        self._shown: OrderedDict[str, OrderedDict[str, Shown]] = OrderedDict()

    @property
    def policy(self) -> Policy:
        """The rules of welcome."""
        return self.ourselves.policy

    @property
    def counts_amounts(self) -> bool:
        """Whether the amount of a purchase is asked for."""
        return self.settings.get(COUNTS_AMOUNTS)

    @property
    def stays(self) -> int:
        """How long a plain welcome stays: seconds; 0: until somebody touches it."""
        return self.settings.get(STAYS)

    @property
    def asks_name(self) -> bool:
        """Whether the name on a card is shown only after it was asked for."""
        return self.settings.get(ASKS_NAME)

    def trust(self) -> TrustStore:
        """Return what the co-op believes."""
        return self.live.get()

    def lists_from(self) -> int | None:
        """Return when the newest list of another co-op was signed; None: there is none."""
        own = self.ourselves.coop
        dates = [one.issued_at for coop, _kid, one in self.trust().status_lists() if coop != own]
        return max(dates, default=None)

    # --- who is there ---

    def scan(self, texts: Sequence[str], *, till: str, now: int, line: str = "") -> Shown:
        """Return what a reader's text means; who is welcome without a remark is noted at once.

        Args:
            texts: what was read; several where a keyboard lies between, or a photo shows more.
            line: the till's own number for this scan; sent again under it, it is the same scan.
        """
        known = self._shown.get(till, OrderedDict()).get(line)
        if known is not None:
            return self._once_more(known, now=now)
        texts = _without_doubles(texts)
        last = next(iter(self.recent(till=till, now=now)), None)
        if last and last.text in texts and 0 <= now - last.at <= _SAME_SCAN:
            return self._once_more(last, now=now)
        return self._show(self.look(texts, till=till, now=now, line=line), now=now)

    def look(self, texts: Sequence[str], *, till: str, now: int, line: str = "") -> Shown:
        """Return what a reader's text means, as above; nothing is kept, and no visit noted."""
        texts = _without_doubles(texts)
        codes = []
        for badge in possible_badges(texts):
            member = self.members.by_badge(badge)
            if member is not None:
                return self._member(member, till=till, now=now, line=line, text=texts[0])
            codes.append(badge)
        if any(map(is_coop_badge, codes)):
            return self._made(
                self._unknown_badge(now), till=till, now=now, line=line, text=texts[0]
            )
        trust, reception = self.trust(), self.visits.reception
        answers = [(reception.answer(text, trust, now=now), text) for text in texts or [""]]
        answer, text = min(answers, key=lambda one: rank(one[0]))
        holder = answer.verdict.holder if answer.verdict else None
        if holder is not None and answer.own and holder.card.category != Category.VISITOR:
            own = self.members.by_ref(holder.card.member_ref)
            return self._made(answer, till=till, now=now, line=line, text=text, member=own)
        return self._made(answer, till=till, now=now, line=line, text=text)

    def again(self, shown: Shown, *, now: int) -> Shown:
        """Return what the same text means now: lists may have come meanwhile."""
        shown.state = State.DISMISSED
        text, shown.text = shown.text, ""
        newer = self.scan([text], till=shown.till, now=now)
        newer.by_news = True
        return newer

    def member(self, id: int, *, till: str, now: int) -> Shown:
        """Return the answer for a member of ours who was found by name.

        Raises:
            MemberNotFound: nobody has this id.
        """
        return self._show(self._member(self.members.get(id), till=till, now=now), now=now)

    def without_card(self, *, till: str, now: int, name: str = "") -> Shown:
        """Return the answer for somebody without a card of whom we keep no file."""
        answer = self.visits.reception.without_card(now=now)
        return self._show(self._made(answer, till=till, now=now, name=name), now=now)

    def guest(self, id: int, *, till: str, now: int) -> Shown:
        """Return the answer for somebody without a card who was here before.

        Raises:
            GuestNotFound: they are no longer in our files.
        """
        return self._guest(self.visits.guests.get(id), till=till, now=now)

    def new_guest(
        self, *, name: str, email: str, sponsor_id: int | None, till: str, now: int
    ) -> Shown:
        """Write somebody without a card down, and return the answer for them.

        Raises:
            BadGuest: something is missing that our rules ask for.
        """
        guest = self.visits.guests.add(
            self.policy, name=name, email=email, sponsor_id=sponsor_id, now=now
        )
        return self._guest(guest, till=till, now=now)

    def guests_like(self, name: str) -> list[tuple[Guest, int]]:
        """Return guests who may be this person, and how often each came."""
        reception = self.visits.reception
        found = self.visits.guests.like(name=name, limit=6)
        return [(one, len(reception.came(one))) for one in found]

    @property
    def writes_guests_down(self) -> bool:
        """Whether somebody without a card has to be known by name, so that visits are counted."""
        policy = self.policy
        return policy.without in TRIALS or (policy.without is Without.WORD and policy.card_from > 1)

    # --- what is done ---

    def find(self, id: str, *, till: str) -> Shown:
        """Return an answer that this till was given.

        Raises:
            AnswerGone: it was not, or too long ago, or the node was started anew.
        """
        found = self._shown.get(till, OrderedDict()).get(id)
        if found is None:
            raise AnswerGone
        return found

    def welcome(
        self, shown: Shown, *, now: int, anyway: str = "", amount: int | None = None
    ) -> None:
        """Note the visit. Done twice, it is one visit.

        Raises:
            BadVisit: somebody against the rules, and no reason why.
            DiskFull, …: nothing was noted.
        """
        if shown.state is State.OPEN:
            new = self.visit_of(shown, anyway=anyway, amount=amount)
            noted = self.visits.register.note(new, now=now, trust=self.trust())
            assert noted.visit is not None
            shown.seq, shown.amount = noted.visit.seq, amount
            shown.state = State.NOTED

    def cancel(self, shown: Shown, *, now: int) -> None:
        """Take the visit back."""
        if shown.state is State.NOTED:
            # The office may have taken it back already: it is gone either way.
            with suppress(VisitNotFound):
                self.visits.register.cancel(
                    shown.seq, till=shown.till, line=f"{shown.id}-x", now=now
                )
            shown.state = State.CANCELLED
            shown.text = ""

    def dismiss(self, shown: Shown) -> None:
        """Let somebody go without a visit: nothing is kept of it."""
        if shown.state is State.OPEN:
            shown.state = State.DISMISSED
            shown.text = ""

    def set_amount(self, shown: Shown, amount: int, *, now: int) -> None:
        """Say what the purchase of a noted visit came to, in cents."""
        if shown.state is State.NOTED and amount != shown.amount:
            line = f"{shown.id}-{secrets.token_hex(4)}"
            self.visits.register.correct_amount(
                shown.seq, amount, till=shown.till, line=line, now=now
            )
            shown.amount = amount

    def visitor_card(self, guest: Guest, *, actor: str, now: int) -> PrintableCard:
        """Return a new visitor's card for a guest; one made before is good no more.

        Raises:
            NoPlaceLeft, MustCatchUp, BadMember: no card was made.
        """
        cards, days = self.visits.cards, _DAYS_OF_CARD
        if guest.last_day is not None:
            days = max(1, (guest.last_day - local_day(now)).days)
        return cards.printable(cards.issue(guest.ref, guest.name, days=days, now=now, actor=actor))

    def recent(self, *, till: str, now: int, noted_only: bool = False) -> list[Shown]:
        """Return this till's answers of today, newest first, as far as memory goes."""
        today = local_day(now)
        return [
            one
            for one in reversed(self._shown.get(till, OrderedDict()).values())
            if local_day(one.at) == today and (one.state is State.NOTED or not noted_only)
        ]

    def visits_today(self, *, now: int) -> int:
        """Return how many visits were noted today, at all tills."""
        today = local_day(now)
        return sum(one.visits for one in self.visits.store.totals(today, today))

    # --- within ---

    def _once_more(self, shown: Shown, *, now: int) -> Shown:
        if shown.answer.outcome is Outcome.WELCOME:
            self.welcome(shown, now=now)  # if the disk was full a moment ago
        return shown

    def _member(
        self, member: Member, *, till: str, now: int, line: str = "", text: str = ""
    ) -> Shown:
        answer = Answer(outcome=Outcome.WELCOME, codes=("member",), own=True)
        return self._made(answer, till=till, now=now, line=line, text=text, member=member)

    def _guest(self, guest: Guest, *, till: str, now: int) -> Shown:
        answer = self.visits.reception.without_card(guest, now=now)
        return self._show(self._made(answer, till=till, now=now, name=guest.name), now=now)

    def _unknown_badge(self, now: int) -> Answer:
        offer = offer_for(self.policy, day=local_day(now))
        return Answer(outcome=Outcome.UNVERIFIED, codes=("badge_elsewhere",), offer=offer)

    def _made(
        self,
        answer: Answer,
        *,
        till: str,
        now: int,
        line: str = "",
        text: str = "",
        name: str = "",
        member: Member | None = None,
    ) -> Shown:
        if answer.verdict and answer.verdict.holder:
            name = answer.verdict.holder.card.holder_name
        elif member:
            name = display_name(member)
        owing = None
        if member and has_left(member, now=now):
            answer = left(answer)
        elif member:
            owing = owing_of(self.lapsing, member)
            answer = with_dues(answer, owing, today=local_day(now))
        return Shown(
            id=line or secrets.token_hex(8),
            till=till,
            at=now,
            answer=answer,
            text=text,
            name=name,
            member=member,
            owing=owing,
        )

    def _show(self, shown: Shown, *, now: int) -> Shown:
        """Keep an answer, and note the visit if nothing is to be said."""
        till, answer = shown.till, shown.answer
        ref = ref_of(shown)
        shown.earlier = next(
            (
                one.at
                for one in self.recent(till=till, now=now, noted_only=True)
                if ref is not None and ref_of(one) == ref
            ),
            None,
        )
        self._keep(shown, now)
        if answer.outcome is Outcome.WELCOME:
            self.welcome(shown, now=now)
        return shown

    def _keep(self, shown: Shown, now: int) -> None:
        answers = self._shown.setdefault(shown.till, OrderedDict())
        self._shown.move_to_end(shown.till)
        answers[shown.id] = shown
        while len(answers) > _KEPT or next(iter(answers.values())).at < now - _SECONDS_KEPT:
            answers.popitem(last=False)
        while len(self._shown) > _MOST_TILLS:
            self._shown.popitem(last=False)

    def visit_of(self, shown: Shown, *, anyway: str = "", amount: int | None = None) -> NewVisit:
        """Return the line that notes this visit."""
        answer = shown.answer
        without_file = answer.verdict is None and answer.guest is None and shown.member is None
        new = answer.visit(
            till=shown.till,
            line=shown.id,
            at=shown.at,
            amount=amount,
            anyway=anyway,
            name=shown.name if without_file else "",
        )
        new = replace(new, reasons=without_dues(new.reasons))
        if shown.member is None or new.kind is Kind.OWN:
            return new
        return replace(
            new,
            kind=Kind.OWN,
            home=self.ourselves.coop,
            member_ref=shown.member.member_ref,
            category=shown.member.category,
            rule=Rule.ANYWAY if anyway else Rule.OWN,
        )


def _without_doubles(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text.strip()))
