"""Erasing a member: everything goes, but for what the law has the co-op keep, and that is named."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from passkoop_node.booklet.data import Holding
from passkoop_node.booklet.keys import KeyStore
from passkoop_node.cards.history import entries_of
from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.saying import day_of
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import database_errors, path_of, writing
from passkoop_node.core.outbox import OutboxStore
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.store import Kind
from passkoop_node.errors import NodeError
from passkoop_node.members.erasing import RecordEraser, erased_number
from passkoop_node.members.member import Member
from passkoop_node.visits.room import VisitRoom

logger = logging.getLogger("passkoop")

ACCOUNTS_YEARS = 10  # Code de commerce, L123-22
MOST_LINES = 100_000  # of the log about one person
MOST_AT_ONCE = 5  # who left long ago; the till waits as long
_KEPT_DETAILS = ("fields", "receipt", "for", "topic", "channel", "state")  # ours alone: no text
_IS_DUE: Setting[bool] = Setting(name="booklet.rewrite", default=False)
YEARS: Setting[int] = Setting(name="booklet.erase_after_years", default=0)  # 0: never by itself


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What stays of a member who is erased: receipts, without the name."""

    receipts: int
    until: date | None  # when they may go, too
    shares: int  # cents of the capital that are still the member's

    @property
    def is_owed(self) -> bool:
        """Whether the co-op owes the member something first."""
        return self.shares > 0


class MemberEraser:
    """Erases members from all rooms."""

    def __init__(
        self,
        holdings: Mapping[str, Holding],
        keys: KeyStore,
        issuer: Issuer,
        ledger: Ledger,
        visits: VisitRoom,
        outbox: OutboxStore,
        settings: SettingsStore,
        audit: AuditStore,
    ) -> None:
        self.holdings = holdings
        self.keys = keys
        self.issuer = issuer
        self.ledger = ledger
        self.visits = visits
        self.outbox = outbox
        self.settings = settings
        self.audit = audit
        self.db = audit.db
        self.records = RecordEraser(audit.db)

    def keeps(self, member: Member) -> Kept:
        """Return what would stay of a member."""
        payments = self.ledger.payments.of_member(member.id)
        last = max((one.paid_on for one in payments), default=None)
        return Kept(
            receipts=len(payments),
            until=date(last.year + ACCOUNTS_YEARS, 12, 31) if last else None,
            shares=sum(one.cents for one in payments if one.kind is Kind.SHARE),
        )

    def erase(self, member: Member, *, actor: str, now: int) -> Kept:
        """Erase a member: their cards are revoked, and nothing says who they were.

        Raises:
            MustCatchUp: no list could tell of the cards; nothing was changed.
        """
        self.issuer.check_can_tell()
        kept = self._erase(member, actor=actor, now=now)
        self.issuer.lists.refresh(now=now)
        self.rewrite()
        return kept

    def _erase(self, member: Member, *, actor: str, now: int) -> Kept:
        kept = self.keeps(member)
        # SQLite writes zeros over what is deleted; without, free pages keep it.
        self.db.execute("pragma secure_delete = on").fetchone()
        with writing(self.db):
            self.settings.set(_IS_DUE, True)
            part_all(self.issuer, member, actor=actor, now=now)
            self._forget_visits(member, actor=actor, now=now)
            self._forget_letters(member)
            self._reword(member)
            for name, one in self.holdings.items():
                if name != "member":  # last: the others may look there whose it is
                    one.erase_member(member.id, now=now)
            self.records.erase_member(member.id, now=now)
            self.audit.add("own.erase", now=now, actor=actor, subject=erased_number(member.id))
        return kept

    def rewrite(self) -> bool:
        """Write the database anew, without what its pages still hold of people who were erased.

        Returns:
            Whether it is done; if not, the disk is full or another process reads or writes: it is
            tried again later.
        """
        if not self.settings.get(_IS_DUE) or self.db.conn.in_transaction:
            return False
        path = path_of(self.db)
        try:
            with database_errors(path):
                self.db.execute("vacuum")
                is_busy, *_pages = self.db.execute("pragma wal_checkpoint(truncate)").fetchone()
            if is_busy:  # somebody reads what was there before: it stays in the file until then
                logger.warning("erased, but the database is not written anew: it is being read")
                return False
            # A copy that only served to go back to the version before.
            path.with_name(f"{path.name}.before-upgrade").unlink(missing_ok=True)
            self.settings.forget(_IS_DUE)
        except (NodeError, OSError) as error:
            logger.warning("erased, but the database is not written anew: %s", error)
            return False
        return True

    def erase_due(self, *, most: int = MOST_AT_ONCE, actor: str, now: int) -> int:
        """Erase those who left longer ago than the co-op keeps them, and return how many.

        Args:
            most: then the till has its turn; whoever calls, calls again, and `rewrite` at the end.
            actor: who erases.
            now: seconds, UTC.
        """
        years = self.settings.get(YEARS)
        if years <= 0:
            return 0
        today = day_of(now)
        before = date(max(1, today.year - years), today.month, min(today.day, 28))
        old = self.issuer.members.of_ids(self.records.left_before(before))
        gone = list(islice((one for one in old if not self.keeps(one).is_owed), most))
        if gone:
            self.issuer.check_can_tell()
            for one in gone:
                self._erase(one, actor=actor, now=now)
            self.issuer.lists.refresh(now=now)
        return len(gone)

    def _forget_visits(self, member: Member, *, actor: str, now: int) -> None:
        own = self.issuer.ourselves.coop
        erase = self.visits.eraser.erase_holder
        erase(own, member.member_ref, trust=None, now=now, actor=actor)
        self.visits.guests.erase_sponsor(member.id)
        if not member.email or len(self.issuer.members.by_email(member.email)) > 1:
            return
        for guest in self.visits.guests.like(email=member.email):  # they tried the co-op first
            self.visits.eraser.erase_guest(guest.id, own=own, now=now, actor=actor)

    def _forget_letters(self, member: Member) -> None:
        self.outbox.erase_about(f"member:{member.id}")
        self.keys.end_links(member.email)
        others = [one for one in self.issuer.members.by_email(member.email) if one.id != member.id]
        if member.email and not others:
            self.outbox.erase_to(member.email)

    def _reword(self, member: Member) -> None:
        """Leave in the log what was done, without the number and without anybody's words."""
        word = erased_number(member.id)
        lines: dict[int, tuple[str, Mapping[str, Any]]] = {}
        found = entries_of(self.audit, member, limit=MOST_LINES)
        numbers = {member.number} | {
            str(one.details["was"]) for one in found if one.details.get("was")
        }
        for number in numbers:
            for one in self.audit.naming(number):
                details = {
                    key: word if value == number else value for key, value in one.details.items()
                }
                if details != dict(one.details):
                    lines[one.id] = (one.subject, details)
        for one in found:
            details = dict(lines[one.id][1]) if one.id in lines else dict(one.details)
            kept = {key: value for key, value in details.items() if key in _KEPT_DETAILS}
            if "household" in details:
                kept["household"] = details["household"]
            lines[one.id] = (word, kept)
        if lines:
            self.audit.reword(lines)


def part_all(issuer: Issuer, member: Member, *, actor: str, now: int) -> None:
    """Take a member out of the household, inside `writing`; the others stay members for themselves.

    The caller lets the lists tell of it afterwards.
    """
    households = issuer.following.households
    household = households.of(member)
    if household is None:
        return
    leads = household.principal.id == member.id
    for one in household.affiliated if leads else [member]:
        households.part(one, now=now, actor=actor)
        issuer.following.free(one, now=now, actor=actor)
