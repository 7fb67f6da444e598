"""What is erased, and when: nobody's name is kept for longer than the co-op needs it."""

import datetime
from dataclasses import dataclass

from passkoop_node.cards.visitors import VisitorCards
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.visits.days import local_day
from passkoop_node.visits.guests import Guest, GuestStore
from passkoop_node.visits.presets import FOREVER
from passkoop_node.visits.pseudonyms import Pseudonyms
from passkoop_node.visits.store import VisitStore
from passkoop_protocol.keys import CoopId
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.welcome import Policy

KEEP_WORDS = Setting(name="visits.keep_words_days", default=365)  # names, addresses, reasons
KEEP_HOLDERS = Setting(name="visits.keep_holders_days", default=1_095)  # what visits count by
KEEP_GUESTS = Setting(name="visits.keep_guests_days", default=365)  # after the last visit or day


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """What was erased. The lines themselves stay, and the chain with them."""

    words: int  # lines whose names, addresses and reasons are gone
    holders: int  # lines of which nobody can tell any more whose they are
    guests: int

    def __bool__(self) -> bool:
        return bool(self.words or self.holders or self.guests)


class Eraser:
    """Erases people from the register of visits, and leaves it whole."""

    def __init__(
        self,
        store: VisitStore,
        guests: GuestStore,
        pseudonyms: Pseudonyms,
        cards: VisitorCards,
        settings: SettingsStore,
        audit: AuditStore,
    ) -> None:
        self.store = store
        self.guests = guests
        self.pseudonyms = pseudonyms
        self.cards = cards
        self.settings = settings
        self.audit = audit

    def erase_due(self, *, own: CoopId, now: int, actor: str) -> Erased:
        """Erase what is older than the settings say. To be called once a day."""
        today = local_day(now)

        def back(setting: Setting[int]) -> datetime.date:
            return today - datetime.timedelta(days=min(self.settings.get(setting), FOREVER))

        before = back(KEEP_GUESTS)
        self._overwrite_what_is_deleted()
        with writing(self.store.db):
            old = []
            for guest in self.guests.all():
                days = self.store.days_of([self.pseudonyms.of(own, guest.ref)])
                if max([guest.first_day, guest.last_day or guest.first_day, *days]) < before:
                    old.append(guest.id)
                    self.cards.erase(guest.ref, now=now)
            erased = Erased(
                guests=self.guests.erase(old),
                words=self.store.erase_words(before=back(KEEP_WORDS)),
                holders=self.store.erase_holders(before=back(KEEP_HOLDERS)),
            )
            if erased:
                self._say(erased, "visit.erase_due", now=now, actor=actor)
        self._leave_no_journal()
        return erased

    def erase_guest(self, id: int, *, own: CoopId, now: int, actor: str) -> Erased:
        """Erase a guest who asks for it, with all that the register says of them.

        Their visitor's card is forgotten too; the next list says that it is revoked.

        Raises:
            GuestNotFound: there is no such guest.
        """
        guest = self.guests.get(id)
        return self._erase([self.pseudonyms.of(own, guest.ref)], [guest], now=now, actor=actor)

    def erase_holder(
        self, coop: CoopId, member_ref: bytes, *, trust: TrustStore | None, now: int, actor: str
    ) -> Erased:
        """Erase the holder of a card who asks for it; their visits are no longer counted."""
        holders = self.pseudonyms.all_of(coop, member_ref, trust)
        return self._erase(holders, [], now=now, actor=actor)

    def erase_words(self, seq: int, *, now: int, actor: str) -> Erased:
        """Erase what one line says in words: a name, an address, a reason."""
        self._overwrite_what_is_deleted()
        with writing(self.store.db):
            erased = Erased(words=self.store.erase_words(seqs=[seq]), holders=0, guests=0)
            self._say(erased, "visit.erase", now=now, actor=actor)
        self._leave_no_journal()
        return erased

    def _erase(self, holders: list[bytes], guests: list[Guest], *, now: int, actor: str) -> Erased:
        self._overwrite_what_is_deleted()
        with writing(self.store.db):
            seqs = self.store.seqs_of(holders)
            for guest in guests:
                self.cards.erase(guest.ref, now=now)
            erased = Erased(
                guests=self.guests.erase([guest.id for guest in guests]),
                words=self.store.erase_words(seqs=seqs),
                holders=self.store.erase_holders(seqs=seqs),
            )
            self._say(erased, "visit.erase", now=now, actor=actor)
        self._leave_no_journal()
        return erased

    def _say(self, erased: Erased, action: str, *, now: int, actor: str) -> None:
        details = {"words": erased.words, "holders": erased.holders, "guests": erased.guests}
        self.audit.add(action, now=now, actor=actor, details=details)

    def _overwrite_what_is_deleted(self) -> None:
        """Have SQLite write zeros over deleted rows: free pages keep what they held."""
        self.store.db.execute("pragma secure_delete = on").fetchone()

    def _leave_no_journal(self) -> None:
        """Cut the journal back, which still holds the pages as they were; if nobody reads."""
        if not self.store.db.conn.in_transaction:
            self.store.db.execute("pragma wal_checkpoint(truncate)").fetchone()


def retention_doubts(policy: Policy, settings: SettingsStore) -> list[str]:
    """Return a sentence for each setting that forgets visits before the rules have counted them."""
    kept = settings.get(KEEP_HOLDERS)
    if policy.visits and policy.period < FOREVER and kept < policy.period:
        return [
            _(
                "Les visites sont oubliées après %(kept)s jours, et les règles en comptent"
                " %(period)s.",
                kept=kept,
                period=policy.period,
            )
        ]
    return []
