"""The rules: whose link it is, who brought whom, and what is given for it, once."""

import calendar
import secrets
from datetime import date, timedelta
from typing import Any

from passkoop_node.channels.sending import Channels
from passkoop_node.channels.words import language_of
from passkoop_node.core import formats
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.devices import CODE_LETTERS
from passkoop_node.core.language import _, ngettext, speaking
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.agreements import grant
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Standing, next_period
from passkoop_node.errors import BadSetting, NodeError
from passkoop_node.members.households import Households
from passkoop_node.members.member import Member
from passkoop_node.members.preferences import Topic
from passkoop_node.members.store import MemberStore
from passkoop_node.members.text import fold
from passkoop_node.referral.reward import MOST_MONTHS, MOST_WORDS, Gift, Reward, When
from passkoop_node.referral.store import How, Referral, ReferralStore
from passkoop_node.visits.money import check_amount

_RULE: Setting[dict[str, Any]] = Setting(name="referral.reward", default={})
_MOST_LINES = 10_000  # of the log about one member
KIND = "referral"  # of letters
CODE_LENGTH = 8  # 36 bits: it is read aloud, and copied from paper


class BadReferral(NodeError):
    """Somebody cannot have brought somebody so."""

    code = "bad_referral"
    hint = "Rien n’a été noté."


class BadReward(NodeError):
    """A rule that gives nothing, or too much."""

    code = "bad_reward"
    hint = "Corrigez la règle."


class Referrals:
    """What the office, and whoever joins, does with referrals."""

    def __init__(
        self,
        store: ReferralStore,
        members: MemberStore,
        households: Households,
        ledger: Ledger,
        channels: Channels,
        settings: SettingsStore,
        audit: AuditStore,
    ) -> None:
        self.store = store
        self.members = members
        self.households = households
        self.ledger = ledger
        self.channels = channels
        self.settings = settings
        self.audit = audit

    # --- links ---

    def code_of(self, member: Member, *, now: int) -> str:
        """Return the code in the link of a member; it is made when it is first asked for."""
        with writing(self.store.db):
            if code := self.store.code_of(member.id):
                return code
            code = "".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH))
            self.store.keep_code(member.id, code, now=now)
            return code

    def of_code(self, text: str, *, on: date) -> Member | None:
        """Return the member whose link bears the code that somebody brings, if they belong."""
        code = "".join(letter for letter in text[:40].upper() if letter.isalnum())
        id = self.store.whose(code) if len(code) == CODE_LENGTH else None
        if id is None:
            return None
        found = self.members.of_ids([id])
        return found[0] if found and _belongs(found[0], on) else None

    # --- who brought whom ---

    def note(
        self, referrer: Member, newcomer: Member, *, how: How, on: date, now: int, actor: str
    ) -> Referral:
        """Keep who brought a new member, and return it.

        Args:
            referrer: who brought.
            newcomer: who is new.
            how: how we know.
            on: the day it is in the shop.
            now: seconds, UTC.
            actor: who notes it.

        Raises:
            BadReferral: nobody brings themselves, their household, or somebody who was brought.
        """
        with writing(self.store.db):
            if reason := self._why_not(referrer, newcomer, on):
                raise BadReferral(reason)
            referral = self.store.add(
                member_id=newcomer.id,
                by_member_id=referrer.id,
                how=how,
                doubt=_doubt(referrer, newcomer),
                now=now,
            )
            self._note("referral.note", newcomer, referrer, now=now, actor=actor)
        return referral

    def _why_not(self, referrer: Member, newcomer: Member, on: date) -> str:
        if referrer.id == newcomer.id:
            return _("personne ne se parraine soi-même")
        if not _belongs(referrer, on):
            return _("%(name)s n'est pas membre de la coop", name=referrer.full_name)
        households = [self.households.of(one) for one in (referrer, newcomer)]
        if households[0] and households[1]:
            theirs, ours = (one.principal.id for one in households if one)
            if theirs == ours:
                return _("ces deux personnes sont du même foyer")
        if self.store.who_brought(newcomer.id):
            return _("le parrainage de %(name)s est déjà noté", name=newcomer.full_name)
        before = self.store.who_brought(referrer.id)
        if before and before.by_member_id == newcomer.id:
            return _("cette personne a elle-même amené %(name)s", name=referrer.full_name)
        return ""

    def take_back(self, id: int, *, now: int, actor: str) -> None:
        """Forget a referral; what was given stays given.

        Raises:
            ReferralNotFound: there is none.
        """
        with writing(self.store.db):
            referral = self.store.get(id)
            newcomer, referrer = self._people(referral)
            self.store.delete(id)
            self._note("referral.remove", newcomer, referrer, now=now, actor=actor)

    # --- what is given ---

    @property
    def reward(self) -> Reward:
        """The co-op's rule.

        Raises:
            BadSetting: what is stored is none.
        """
        stored = self.settings.get(_RULE)
        try:
            return Reward(
                **{
                    **stored,
                    "gift": Gift(stored.get("gift", "none")),
                    "when": When(stored.get("when", "joined")),
                }
            )
        except (TypeError, ValueError) as error:
            raise BadSetting(_RULE.name) from error

    def set_reward(self, reward: Reward, *, now: int, actor: str) -> None:
        """Keep the co-op's rule.

        Raises:
            BadAmount, BadReward: no rule can be so; nothing is kept.
        """
        check_amount(reward.cents)
        if reward.gift is Gift.AMOUNT and not reward.cents:
            raise BadReward(_("il manque le montant"))
        if reward.gift is Gift.MONTHS and not 1 <= reward.months <= MOST_MONTHS:
            raise BadReward(_("ce cadeau va de 1 à %(most)s mois", most=MOST_MONTHS))
        if len(reward.words) > MOST_WORDS:
            raise BadReward(_("le mot est trop long"))
        with writing(self.store.db):
            self.settings.set(
                _RULE,
                {
                    "gift": reward.gift.value,
                    "when": reward.when.value,
                    "cents": reward.cents,
                    "months": reward.months,
                    "words": reward.words,
                },
            )
            self.audit.add("referral.rule", now=now, actor=actor)

    def is_due(self, referral: Referral, *, on: date) -> bool:
        """Return whether something is to be given for a referral today."""
        rule = self.reward
        if rule.gift is Gift.NONE or referral.given_at is not None or referral.doubt:
            return False
        ids = [referral.member_id, referral.by_member_id]
        people = {one.id: one for one in self.members.of_ids(ids)}
        newcomer, referrer = people.get(referral.member_id), people.get(referral.by_member_id)
        if newcomer is None or referrer is None or not _belongs(referrer, on):
            return False
        if not _belongs(newcomer, on):
            return False
        if rule.when is When.JOINED:
            return True
        standing, until = self.ledger.stands(newcomer, on=on)
        # Up to date because somebody paid, and not by the days that newcomers are given.
        return standing is Standing.EXEMPT or (until is not None and until >= on)

    def give(self, id: int, *, on: date, now: int, actor: str) -> bool:
        """Give what the rule says for a referral, once; return whether it was given now.

        A word of thanks goes with it, by the way in which the member is written to.

        Raises:
            ReferralNotFound: there is none.
            BadPayment: months of dues, where none are asked; nothing was given.
        """
        with writing(self.store.db):
            referral, rule = self.store.get(id), self.reward
            if not self.is_due(referral, on=on):
                return False
            newcomer, referrer = self._people(referral)
            if self._was_given(newcomer, referrer):
                return False
            self.store.give(id, rule.gift, rule.value, now=now)
            self._note("referral.give", newcomer, referrer, now=now, actor=actor)
            if rule.gift is Gift.MONTHS:
                self._lengthen(referrer, rule.months, on=on, now=now, actor=actor)
            with speaking(language_of(referrer)):
                self.channels.send(
                    referrer,
                    topic=Topic.DUES,
                    subject=_("Merci !"),
                    text=_thanks(rule, referrer),
                    kind=KIND,
                    ref=str(id),
                    actor=actor,
                    now=now,
                )
        return True

    def _was_given(self, newcomer: Member, referrer: Member) -> bool:
        """Return whether it was given for these two before, and the referral was noted anew."""
        told = self.audit.entries(subject=newcomer.number, limit=_MOST_LINES)
        return any(
            one.action == "referral.give" and one.details.get("referrer") == referrer.number
            for one in told
        )

    def _lengthen(self, referrer: Member, months: int, *, on: date, now: int, actor: str) -> None:
        """Let the dues of a member, or of their household, last so many months more."""
        payer = self.households.principal_of(referrer) or referrer
        until = self.ledger.payments.paid_until(payer.id)
        period = next_period(self.ledger.plan, paid_until=until, paid_on=on)
        last = min(period.last, later(period.first, months) - timedelta(days=1))
        why = _("Cadeau de parrainage")
        grant(self.ledger, payer, why=why, on=on, last=last, now=now, actor=actor)

    def _people(self, referral: Referral) -> tuple[Member, Member]:
        return self.members.get(referral.member_id), self.members.get(referral.by_member_id)

    def _note(
        self, action: str, newcomer: Member, referrer: Member, *, now: int, actor: str
    ) -> None:
        self.audit.add(
            action,
            now=now,
            actor=actor,
            subject=newcomer.number,
            details={"referrer": referrer.number},
        )


def later(day: date, months: int) -> date:
    """Return the same day so many months later; the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    longest = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, longest))


def _thanks(rule: Reward, referrer: Member) -> str:
    """Return the words that go with a gift."""
    given = {
        Gift.AMOUNT: _("La coop vous offre %(money)s.", money=formats.money(rule.cents)),
        Gift.MONTHS: ngettext(
            "La coop vous offre %(num)s mois de cotisation.",
            "La coop vous offre %(num)s mois de cotisation.",
            rule.months,
        ),
    }
    paragraphs = (
        _("Bonjour %(name)s,", name=referrer.given_name or referrer.full_name),
        rule.words or _("Merci d'avoir amené quelqu'un à la coop."),
        given.get(rule.gift, ""),
    )
    return "\n\n".join(filter(None, paragraphs))


def _belongs(member: Member, on: date) -> bool:
    return member.left is None or member.left > on


def _doubt(referrer: Member, newcomer: Member) -> str:
    """Return why somebody should look: the two may be one, or live together."""
    if newcomer.email and newcomer.email.casefold() == referrer.email.casefold():
        return "same_email"
    phones = ["".join(filter(str.isdigit, one.phone)) for one in (referrer, newcomer)]
    same_name = fold(referrer.full_name) == fold(newcomer.full_name)
    return "same_phone" if (phones[0] and phones[0] == phones[1]) or same_name else ""
