"""What unpaid dues mean for cards: after the grace they are suspended, a payment wakes them."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from passkoop_node.cards.issuing import Issuer
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.clocks import clock_ahead
from passkoop_node.core.database import writing
from passkoop_node.core.formats import local_day
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.inheriting import inherit
from passkoop_node.dues.lapsing_store import LiftedStore
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Standing
from passkoop_node.errors import NodeError
from passkoop_node.members.member import Member

DUES = "dues"  # what such cards are held for
PART = 100  # members whose cards change between two turns of the tills
FEW = 20  # cards that are suspended in one go without a question, or
SHARE = 20  # one in so many of those who have a good card
ACTOR = "serve"  # of what nobody did by hand

ON = Setting(name="dues.suspends", default=False)
ASKS = Setting(name="dues.suspends_asks", default="")  # why nobody is suspended before a yes
SWEPT = Setting(name="dues.swept_on", default="")  # the day of the shop, as ISO 8601


class Wait(StrEnum):
    """Why no card is suspended now, though dues are not paid."""

    OFF = "off"  # the co-op does not want it
    CLOCK = "clock"  # our clock seems to be ahead
    RESTORED = "restored"  # payments since the backup are lost
    MANY = "many"  # so many at once that somebody has to look first


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """Whose cards would be suspended now."""

    payers: Sequence[Member]  # who owes, by number; a household is there by its principal alone
    people: int  # whose cards these are, those of the households too
    unknown: int = 0  # payers of whom no payment was ever noted: it may be in a former tool


class Lapsing:
    """Lets cards follow the dues. Off until the co-op wants it."""

    def __init__(
        self, ledger: Ledger, issuer: Issuer, settings: SettingsStore, audit: AuditStore
    ) -> None:
        self.ledger = ledger
        self.issuer = issuer
        self.settings = settings
        self.audit = audit
        self.lifted = LiftedStore(issuer.cards.db)
        self._is_stale = False  # the register says what no list says yet
        self._is_many = False
        self._settled_at: tuple[int, int] | None = None  # what the register was like then
        ledger.followers.append(self)
        ledger.households.released.append(self._release)
        issuer.following.holds = self._held_if_new
        issuer.following.lifted = self._note_lifted

    # --- what the co-op wants ---

    @property
    def is_on(self) -> bool:
        """Whether cards are suspended at all."""
        return self.settings.get(ON)

    def switch(self, on: bool, *, now: int, actor: str) -> None:
        """Say whether cards are suspended; `sweep` then does it."""
        with writing(self.lifted.db):
            self.settings.set(ON, on)
            self.settings.set(ASKS, "")
            self.settings.set(SWEPT, "")
            if on:
                self.audit.add("dues.suspends", now=now, actor=actor)
            else:
                self.audit.add("dues.spares", now=now, actor=actor)

    def doubt(self) -> None:
        """Ask before anybody is suspended: payments may be lost, as after a restore."""
        self.settings.set(ASKS, Wait.RESTORED)

    def waits(self) -> Wait | None:
        """Return why nobody is suspended now; None: nothing is against it."""
        if not self.is_on:
            return Wait.OFF
        if clock_ahead(self.settings):
            return Wait.CLOCK
        asks = self.settings.get(ASKS)
        return Wait(asks) if asks else None

    # --- who ---

    def held(self) -> set[int]:
        """Return who has a card that is suspended for dues, by id."""
        return self.issuer.cards.held(DUES)

    def is_held(self, member: Member) -> bool:
        """Return whether a card of a member is suspended for dues, theirs or the principal's."""
        held = self.issuer.cards.suspended([member.id, self.ledger.payer_of(member).id])
        return any(why.held_for == DUES for why in held.values())

    def outlook(self, *, now: int) -> Outlook:
        """Return whose cards would be suspended if nothing were against it."""
        on = local_day(now)
        lapsed = [
            (one, until)
            for one, standing, until in self.ledger.to_renew(on=on)
            if standing is Standing.LAPSED
        ]
        good = self.issuer.cards.valid(now=now) if lapsed else set()
        households = self.ledger.households.store
        leading = households.sizes_of_all() if lapsed else {}
        payers, people, unknown = [], 0, 0
        for one, until in lapsed:
            theirs = [one.id, *(households.affiliated_to(one.id) if one.id in leading else ())]
            held = [id for id in theirs if id in good and not self.lifted.is_lifted(id, until)]
            if one.id in good and one.id not in held:
                continue  # lifted for the principal is lifted for the household
            if held:
                payers.append(one)
                people += len(held)
                unknown += until is None
        return Outlook(payers=payers, people=people, unknown=unknown)

    def settled(self, *, now: int) -> list[Member]:
        """Return who has a card that is suspended for dues, and no longer for a reason."""
        ids = sorted(self.issuer.cards.held(DUES))
        members, on = self.ledger.members.of_ids(ids), local_day(now)
        is_on = self.is_on
        return [
            one
            for one in members
            if not (one.left and one.left <= on)  # the card of who has left is not made good
            and not (is_on and self._owes(one, on))
        ]

    def _owes(self, member: Member, on: date) -> bool:
        return self.ledger.stands(member, on=on)[0] is Standing.LAPSED

    # --- what follows a payment ---

    def follow(self, member: Member, *, now: int, actor: str) -> None:
        """Let the cards follow what a member has paid just now, or a payment taken back.

        What cannot be told to others now, as after a restore, is left to the next `sweep`.
        """
        try:
            self.issuer.check_can_tell()
        except NodeError:
            return
        payer, on = self.ledger.payer_of(member), local_day(now)
        if payer.left and payer.left <= on:
            return
        if not self._owes(payer, on) or not self.is_on:
            self._is_stale |= bool(self._wake(payer, now=now, actor=actor))
        elif self.waits() is None:
            self._is_stale |= bool(self._suspend(payer, on=on, now=now, actor=actor))

    def tell(self, *, now: int) -> None:
        """Sign the lists that a payment made stale, once it is on the disk."""
        if self._is_many or self.lifted.db.conn.in_transaction or not self._is_stale:
            return  # whoever does many at once signs at the end; if not, the next `sweep`
        self._is_stale = False
        self.issuer.lists.refresh(now=now)

    @contextmanager
    def many(self, *, now: int) -> Iterator[None]:
        """Sign the lists once, at the end of many payments: each list bears a second of its own."""
        self._is_many = True
        try:
            yield
        finally:
            self._is_many = False
            self.tell(now=now)

    # --- what follows the days ---

    def wake(self, *, now: int, actor: str) -> int:
        """Make good again what is suspended for no reason any more; return how many people's."""
        settled = self.settled(now=now)
        if settled:
            self.issuer.check_can_tell()
            with writing(self.lifted.db):
                woken = sum(self._wake(one, now=now, actor=actor) for one in settled)
            self.issuer.lists.refresh(now=now)
            return woken
        return 0

    def sweep(
        self, *, now: int, actor: str = ACTOR, agreed: bool = False
    ) -> Generator[int, None, None]:
        """Let all cards follow the dues, part by part, and yield how many people's changed.

        Done twice, or stopped in between and done again, it is done once.

        Args:
            now: seconds, UTC.
            actor: who wants it.
            agreed: somebody has seen how many it is, and said yes.

        Raises:
            MustCatchUp, …: no list can be signed; nothing was changed.
        """
        self.issuer.check_can_tell()
        try:
            for part in _parts(self.settled(now=now)):
                with writing(self.lifted.db):
                    changed = sum(self._wake(one, now=now, actor=actor) for one in part)
                yield changed
            if self._may_sweep(now, agreed=agreed):
                on = local_day(now)
                for part in _parts(self.outlook(now=now).payers):
                    with writing(self.lifted.db):
                        changed = sum(
                            self._suspend(one, on=on, now=now, actor=actor) for one in part
                        )
                    yield changed
                if agreed:
                    self.settings.set(ASKS, "")
            self.settings.set(SWEPT, local_day(now).isoformat())
        finally:
            self._is_stale = False
            self.issuer.lists.refresh(now=now)

    def _may_sweep(self, now: int, *, agreed: bool) -> bool:
        waits = self.waits()
        if waits in (Wait.OFF, Wait.CLOCK):
            return False
        if agreed:
            return True
        people = self.outlook(now=now).people
        good = len(self.issuer.cards.valid(now=now))
        is_many = people > max(FEW, good // SHARE)
        if waits is Wait.MANY and not is_many:  # most have paid meanwhile
            self.settings.set(ASKS, "")
            waits = None
        if waits is None and is_many:
            self.settings.set(ASKS, Wait.MANY)
            return False
        return waits is None

    def is_due(self, *, now: int) -> bool:
        """Return whether the days or something else left `sweep` to do."""
        today = local_day(now).isoformat()
        if not self.is_on and not self.issuer.cards.held(DUES):
            return False
        if self.settings.get(SWEPT) != today:
            return True
        newest = self.audit.entries(limit=1)  # payments, plans, households: all is in the log
        seen = (self.issuer.members.revision(), newest[0].id if newest else 0)
        if seen == self._settled_at:
            return False
        is_due = bool(self.settled(now=now))
        self._settled_at = None if is_due else seen
        return is_due

    # --- one household ---

    def _suspend(self, payer: Member, *, on: date, now: int, actor: str) -> int:
        """Suspend the good cards of who owes, inside `writing`; return of how many people."""
        standing, until = self.ledger.stands(payer, on=on)  # somebody may have paid meanwhile
        if standing is not Standing.LAPSED or self.lifted.is_lifted(payer.id, until):
            return 0
        following = self.issuer.following
        if following.hold(payer, DUES, now=now, actor=actor):
            return 1 + following.settle([payer], now=now, actor=actor)
        people = 0  # whoever has no card of their own may have a household with cards
        for one in self._household(payer):
            if not self.lifted.is_lifted(one.id, until):
                people += bool(following.hold(one, DUES, now=now, actor=actor))
        return people

    def _wake(self, member: Member, *, now: int, actor: str) -> int:
        """Make good again what was suspended for dues, inside `writing`; return of how many."""
        following = self.issuer.following
        payer = self.ledger.payer_of(member)
        woken = sum(
            bool(following.release(one, DUES, now=now, actor=actor))
            for one in (payer, *self._household(payer))
        )
        return woken + (following.settle([payer], now=now, actor=actor) if woken else 0)

    def _household(self, payer: Member) -> list[Member]:
        members = self.ledger.members
        return members.of_ids(self.ledger.households.store.affiliated_to(payer.id))

    # --- for those who make cards ---

    def _held_if_new(self, members: Sequence[Member], now: int) -> Mapping[int, str]:
        if self.waits() is not None:
            return {}
        on, held = local_day(now), {}
        for one in members:
            standing, until = self.ledger.stands(one, on=on)
            payer = self.ledger.payer_of(one)
            if standing is Standing.LAPSED and not any(
                self.lifted.is_lifted(id, until) for id in (one.id, payer.id)
            ):
                held[one.id] = DUES
        return held

    def _release(self, member: Member, former: Member, now: int) -> None:
        inherit(self.ledger, member, former, now=now)

    def _note_lifted(self, member: Member, now: int) -> None:
        _standing, until = self.ledger.stands(member, on=local_day(now))
        self.lifted.keep(member.id, until, now=now)


def _parts(members: Sequence[Member]) -> Iterator[Sequence[Member]]:
    for first in range(0, len(members), PART):
        yield members[first : first + PART]
