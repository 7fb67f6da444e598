"""What other rooms hear of a new member: what they want, what they owe, who brought them."""

from collections import Counter
from contextlib import suppress
from datetime import date

from passkoop_node.core.language import N_, Message
from passkoop_node.dues.agreements import plan_shares
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.schedules import SharePlan
from passkoop_node.dues.store import Kind
from passkoop_node.dues.transfers import Transfer, Transfers
from passkoop_node.joining.answers import Answers
from passkoop_node.joining.store import JoinRequest
from passkoop_node.members.member import Member
from passkoop_node.members.preferences import Channel, PreferenceStore, Topic
from passkoop_node.referral.referring import BadReferral, Referrals
from passkoop_node.referral.store import How


class Welcome:
    """The rooms that hear of a new member."""

    def __init__(
        self,
        preferences: PreferenceStore,
        ledger: Ledger,
        transfers: Transfers,
        referrals: Referrals,
    ) -> None:
        self.preferences = preferences
        self.ledger = ledger
        self.transfers = transfers
        self.referrals = referrals

    def greet(
        self,
        request: JoinRequest,
        member: Member,
        *,
        before: Member | None,
        share_cents: int,
        on: date,
        now: int,
        actor: str,
    ) -> None:
        """Keep what a new member said, inside the `writing` that makes them one.

        Args:
            before: who the register had already, and as what. Nobody brings them, and what they
                chose themselves stays: anybody can have sent the form in their name.
        """
        said = request.answers
        wanted = {Topic(topic): Channel(channel) for topic, channel in said.channels.items()}
        how = "kiosk" if request.source == "kiosk" else "online"
        is_here = before is not None and (before.left is None or before.left > on)
        if not is_here or not self.preferences.of(member.id).said:
            self.preferences.keep(member.id, wanted, how=how, now=request.sent_at)
        schedules = self.ledger.schedules
        if said.shares and share_cents and schedules.share_plan(member.id) is None:
            shares = SharePlan(shares=said.shares, cents=share_cents)
            plan_shares(self.ledger, member, shares, now=now, actor=actor)
        referrer = self.brought_by(said, on=on)
        if referrer is not None and before is None:
            with suppress(BadReferral):  # somebody cannot have brought this person
                self.referrals.note(referrer, member, how=How.LINK, on=on, now=now, actor=actor)

    def brought_by(self, answers: Answers, *, on: date) -> Member | None:
        """Return whose link somebody came by."""
        return self.referrals.of_code(answers.code, on=on) if answers.code else None

    def owed(self, answers: Answers, member: Member) -> set[Kind]:
        """Return for what a new member has paid nothing yet; what was taken back is not paid."""
        paid: Counter[Kind] = Counter()
        for one in self.ledger.payments.of_member(member.id):
            paid[one.kind] += one.cents
        has_shares = self.ledger.schedules.share_plan(member.id) is not None
        chosen = {Kind.DUES: answers.cents > 0, Kind.SHARE: has_shares}
        return {kind for kind, is_chosen in chosen.items() if is_chosen and paid[kind] <= 0}

    def to_pay(
        self, answers: Answers, member: Member, *, now: int
    ) -> list[tuple[Message, Transfer]]:
        """Return by what transfers a new member can pay what was chosen and is not paid, named."""
        if self.transfers.account is None:
            return []
        owed = self.owed(answers, member)
        found = []
        if Kind.DUES in owed:
            transfer = self.transfers.transfer_of(
                member.id, answers.cents, amount=answers.offer, now=now
            )
            found.append((N_("Cotisation d'un an"), transfer))
        plan = self.ledger.schedules.share_plan(member.id)
        if plan is not None and Kind.SHARE in owed:
            transfer = self.transfers.transfer_of(member.id, plan.total, kind=Kind.SHARE, now=now)
            found.append((N_("Parts de la coop"), transfer))
        return found
