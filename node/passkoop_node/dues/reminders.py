"""Reminders of dues: who is to get which one today, and each of them once."""

from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from passkoop_node.channels.sending import Channels
from passkoop_node.core.clocks import clock_ahead
from passkoop_node.core.database import writing
from passkoop_node.core.formats import local_day
from passkoop_node.core.language import _
from passkoop_node.core.outbox import Message
from passkoop_node.core.post import Draw, Overtaken
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.online import link_of
from passkoop_node.dues.plan import Standing
from passkoop_node.dues.reminders_store import ReminderStore
from passkoop_node.dues.reminding_words import LONGEST, Texts, Written, unknown_fields, write
from passkoop_node.dues.transfers import Transfer, Transfers
from passkoop_node.errors import BadSetting, MemberNotFound, NodeError
from passkoop_node.members.member import Member
from passkoop_node.members.preferences import Channel, Topic

KIND = "dues_reminder"
LATE = 7  # days after which a reminder that could not go is left out
PART = 50  # messages put between two turns of the tills
MOST_STEPS = 8
FARTHEST = 366  # days
HOUR = 9  # o'clock in the shop: nobody is written to at night
DEFAULT_STEPS = (-30, -7, 0, 15)

_RULES: Setting[dict[str, Any]] = Setting(name="dues.reminders", default={})


class BadReminders(NodeError):
    """Reminders cannot be so."""

    code = "bad_reminders"

    def __init__(self, reason: str, hint: str, field: str) -> None:
        super().__init__(reason)
        self.hint = hint
        self.field = field


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """When and how a co-op reminds."""

    is_on: bool = False
    by_itself: bool = False  # else they are prepared, and wait for somebody's word
    steps: tuple[int, ...] = DEFAULT_STEPS  # days from the first day not paid; below zero: before
    texts: Texts = field(default_factory=Texts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """A reminder that is due."""

    member: Member
    due: date  # the first day that is not paid for
    until: date | None  # the last one that is; None: nothing ever was
    step: int

    @property
    def ref(self) -> str:
        """What it is about, to the outbox."""
        return f"{self.due.isoformat()}:{self.step}"


class Reminders:
    """Reminds who pays for a household, and nobody twice of the same."""

    def __init__(
        self, ledger: Ledger, channels: Channels, transfers: Transfers, settings: SettingsStore
    ) -> None:
        self.ledger = ledger
        self.channels = channels
        self.transfers = transfers
        self.settings = settings
        self.store = ReminderStore(settings.db)
        channels.post.kinds[KIND] = self

    # --- what the co-op wants ---

    @property
    def rules(self) -> Rules:
        """When and how the co-op reminds.

        Raises:
            BadSetting: what is stored are no rules.
        """
        stored = dict(self.settings.get(_RULES))
        try:
            texts = Texts(**stored.pop("texts", {}))
            steps = tuple(int(one) for one in stored.pop("steps", DEFAULT_STEPS))
            return Rules(**stored, steps=steps, texts=texts)
        except (TypeError, ValueError) as error:
            raise BadSetting(_RULES.name) from error

    def set_rules(self, rules: Rules, *, now: int, actor: str) -> None:
        """Keep them.

        Raises:
            BadReminders: nothing was changed.
        """
        steps = tuple(sorted(set(rules.steps)))
        if rules.is_on and not steps:
            raise BadReminders(_("il manque les jours"), _("Donnez-en un au moins."), "jours")
        if len(steps) > MOST_STEPS or any(abs(one) > FARTHEST for one in steps):
            raise BadReminders(
                _("%(most)s rappels au plus, à un an au plus", most=MOST_STEPS),
                _("Corrigez les jours."),
                "jours",
            )
        for name, text in (
            ("sujet", rules.texts.subject),
            ("avant", rules.texts.before),
            ("apres", rules.texts.after),
        ):
            if len(text) > LONGEST:
                raise BadReminders(_("ce texte est trop long"), _("Raccourcissez-le."), name)
            if unknown := unknown_fields(text):
                raise BadReminders(
                    _("« {%(name)s} » n'est pas un champ", name=unknown[0]),
                    _("Prenez l'un de ceux de la liste."),
                    name,
                )
        with writing(self.settings.db):
            stored = {
                "is_on": rules.is_on,
                "by_itself": rules.by_itself,
                "steps": list(steps),
                "texts": asdict(rules.texts),
            }
            self.settings.set(_RULES, stored)
            self.ledger.audit.add("dues.reminders", now=now, actor=actor)

    # --- who ---

    def due(self, *, now: int) -> list[Reminder]:
        """Return what is to go today, by the members' numbers; nothing while they are off.

        Of those who missed one, because the node was off or reminders were, only the latest goes,
        and only within a few days: switching them on wakes no old story.
        """
        rules = self.rules
        if not rules.is_on or clock_ahead(self.settings):
            return []
        on, given = local_day(now), self.store.given()
        found = []
        for member, standing, until in self.ledger.standings(on=on):
            first = _first_unpaid(member, until)
            if standing is Standing.EXEMPT or first is None:
                continue
            step = latest_step(rules.steps, (on - first).days)
            if step is None or (until is None and step <= 0):  # who has just joined knows
                continue
            if (member.id, first.isoformat(), step) not in given:
                found.append(Reminder(member=member, due=first, until=until, step=step))
        return found

    def written(self, reminder: Reminder, transfer: Transfer | None = None) -> Written:
        """Return what a reminder says."""
        return write(
            self.rules.texts,
            reminder.member,
            plan=self.ledger.plan,
            until=reminder.until,
            step=reminder.step,
            coop=self.channels.ourselves.profile.name,
            link=link_of(self.settings),
            cents=self.ledger.left_of_year(reminder.member),
            transfer=transfer,
        )

    def sample(self, reminder: Reminder) -> Written:
        """Return the same to look at, with a reference that nobody waits for."""
        account, cents = self.transfers.account, self.ledger.left_of_year(reminder.member)
        transfer = Transfer(account=account, reference="…", cents=cents) if account else None
        return self.written(reminder, transfer if cents else None)

    # --- sending ---

    def send(self, *, now: int, actor: str) -> Generator[int, None, None]:
        """Put what is due into the outbox, part by part, and yield how many went into it.

        Stopped anywhere, and begun again, each goes once: it is noted in the same transaction.
        """
        due = self.due(now=now)
        for first in range(0, len(due), PART):
            with writing(self.settings.db):
                count = self._put(due[first : first + PART], now=now, actor=actor)
                if count:
                    details = {"count": count}
                    self.ledger.audit.add("dues.remind", now=now, actor=actor, details=details)
            yield count

    def _put(self, part: Sequence[Reminder], *, now: int, actor: str) -> int:
        count, takes_transfers = 0, self.transfers.account is not None
        for one in part:
            if not self._is_true(one.member.id, one.due, now=now):
                continue  # somebody paid since the list was made
            transfer = None
            cents = self.ledger.left_of_year(one.member)
            if takes_transfers and cents > 0:
                transfer = self.transfers.transfer_of(one.member.id, cents, now=now)
            written = self.written(one, transfer)
            sending = self.channels.send(
                one.member,
                topic=Topic.DUES,
                subject=written.subject,
                text=written.text,
                sms=written.sms,
                kind=KIND,
                ref=one.ref,
                actor=actor,
                now=now,
            )
            if sending.channel is Channel.NONE:
                continue
            self.store.add(one.member.id, one.due, one.step, channel=sending.channel, now=now)
            count += 1
        return count

    def _is_true(self, member_id: int, due: date, *, now: int) -> bool:
        """Return whether dues are still owed from this day on."""
        try:
            member = self.ledger.members.get(member_id)
        except MemberNotFound:
            return False
        on = local_day(now)
        if member.left is not None and member.left <= on:
            return False
        if self.ledger.payer_of(member).id != member.id:
            return False  # the principal of the household is reminded
        standing, until = self.ledger.stands(member, on=on)
        return standing is not Standing.EXEMPT and _first_unpaid(member, until) == due

    # --- for the post office ---

    def enclose(self, message: Message, *, now: int) -> Draw:
        """Return nothing to enclose.

        Raises:
            Overtaken: somebody paid, left, or joined a household meanwhile.
        """
        member_id, _colon, rest = message.ref.partition(":")
        due, _colon, _step = rest.partition(":")
        if not self._is_true(int(member_id), date.fromisoformat(due), now=now):
            raise Overtaken
        return tuple

    def went(self, message: Message, *, now: int) -> None:
        """Nothing more is to be kept: it was noted when it was put into the outbox."""


def latest_step(steps: Sequence[int], days: int) -> int | None:
    """Return which reminder is due so many days after dues were; None: none is."""
    passed = [one for one in steps if one <= days]
    step = max(passed, default=None)
    return step if step is not None and days - step <= LATE else None


def _first_unpaid(member: Member, until: date | None) -> date | None:
    """Return the first day that a member has not paid for; None: nobody knows."""
    if until is None:
        return member.joined
    return until + timedelta(days=1) if until < date.max else None


def with_steps(rules: Rules, text: str) -> Rules:
    """Return the rules with the days that somebody typed: « -30, -7, 0, 15 ».

    Raises:
        BadReminders: it is no list of days.
    """
    words = text.replace(",", " ").replace(";", " ").replace("\u2212", "-").split()
    try:
        return replace(rules, steps=tuple(int(one[:6]) for one in words[: MOST_STEPS + 1]))
    except ValueError as error:
        raise BadReminders(
            _("ce ne sont pas des jours"), _("Écrivez par exemple : -30, -7, 0, 15."), "jours"
        ) from error
