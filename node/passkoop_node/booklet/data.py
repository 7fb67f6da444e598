"""All that the co-op holds of one member, from every room, for that member."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from passkoop_node.booklet.documents import Document, DocumentStore
from passkoop_node.cards.history import entries_of
from passkoop_node.core.audit import AuditStore
from passkoop_node.dues.ledger import Ledger
from passkoop_node.members.member import Member
from passkoop_node.visits.room import VisitRoom
from passkoop_protocol.keys import CoopId

FORMAT = "passkoop member data 1"
MOST_LINES = 5_000  # of the log

Lines = list[dict[str, object]]


class Holding(Protocol):
    """A store that holds something of members."""

    def about(self, member_id: int) -> Lines:
        """Return what it holds of a member: JSON, the member's own things alone."""

    def erase_member(self, member_id: int, *, now: int) -> None:
        """Forget it, but for what the law has the co-op keep."""


class Data:
    """Collects what is held of a member."""

    def __init__(
        self,
        holdings: Mapping[str, Holding],
        documents: DocumentStore,
        ledger: Ledger,
        visits: VisitRoom,
        audit: AuditStore,
        own: Callable[[], CoopId],
    ) -> None:
        self.holdings = holdings
        self.documents = documents
        self.ledger = ledger
        self.visits = visits
        self.audit = audit
        self.own = own

    def of(self, member: Member) -> dict[str, Lines]:
        """Return all that is held of a member, by where it lies."""
        told = {name: one.about(member.id) for name, one in self.holdings.items()}
        return told | {
            "payments": self._payments(member),
            "visits": self._visits(member),
            "log": self._log(member),
        }

    def files(self, member: Member) -> Sequence[Document]:
        """Return the documents that go with it."""
        return self.documents.own(member.id)

    def _payments(self, member: Member) -> Lines:
        return [
            {
                "receipt": one.receipt,
                "kind": one.kind.value,
                "cents": one.cents,
                "method": one.method.value,
                "paid_on": one.paid_on.isoformat(),
                "first": one.first.isoformat() if one.first else None,
                "last": one.last.isoformat() if one.last else None,
                "noted_at": one.noted_at,
                "corrects": one.corrects,
            }
            for one in self.ledger.payments.of_member(member.id)
        ]

    def _visits(self, member: Member) -> Lines:
        """Return the visits at our own till that are known to be theirs."""
        store = self.visits.store
        holder = self.visits.pseudonyms.of(self.own(), member.member_ref)
        told: Lines = []
        for seq in store.seqs_of([holder]):
            line = next(store.lines(first=seq, last=seq))
            words = line.words.words if line.words else None
            told.append(
                {
                    "at": line.visit.at,
                    "day": line.visit.day.isoformat(),
                    "till": line.visit.till,
                    "cents": line.visit.amount,
                    "name": words.name if words else "",
                    "email": words.email if words else "",
                    "reason": words.reason if words else "",
                }
            )
        return told

    def _log(self, member: Member) -> Lines:
        return [
            {"at": one.at, "by": one.actor, "action": one.action, "details": dict(one.details)}
            for one in entries_of(self.audit, member, limit=MOST_LINES)
        ]
