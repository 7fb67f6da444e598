"""The room as the house opens it."""

from sqlite_utils import Database

from passkoop_node.cards.issuing import Issuer
from passkoop_node.core.audit import AuditStore
from passkoop_node.dues.ledger import Ledger
from passkoop_node.letters.facts import Sources
from passkoop_node.letters.segments import Segments
from passkoop_node.letters.store import SegmentStore
from passkoop_node.members.choosing import Chooser
from passkoop_node.members.preferences import PreferenceStore
from passkoop_node.visits.room import VisitRoom


def open_segments(
    db: Database,
    issuer: Issuer,
    dues: Ledger,
    visits: VisitRoom,
    preferences: PreferenceStore,
    audit: AuditStore,
) -> Segments:
    """Return the segments over an open database."""
    sources = Sources(
        segments=SegmentStore(db),
        chooser=Chooser(db),
        issuer=issuer,
        dues=dues,
        visits=visits,
        preferences=preferences,
    )
    return Segments(sources, audit)
