"""The register of visits proven whole: by whoever asks, and a little of it each time one looks."""

from passkoop_node.core.audit import AuditStore
from passkoop_node.visits.chain import EMPTY, Head, Proof, check_lines
from passkoop_node.visits.store import VisitStore

EXPORTED = "visits"  # the subject under which heads that were handed out stand in the audit
RECENT = 2_000  # lines that are looked at by the way
_MOST_HEADS = 1_000


def handed_out(audit: AuditStore) -> list[Head]:
    """Return the heads that stand on exports, the newest first."""
    entries = audit.entries(subject=EXPORTED, limit=_MOST_HEADS)
    return [
        Head(seq=int(one.details["lines"]), hash=bytes.fromhex(one.details["head"]))
        for one in entries
        if one.action == "visit.export"
    ]


def check_recent(store: VisitStore, audit: AuditStore, *, most: int = RECENT) -> Proof:
    """Return whether the last lines are whole, and follow the one before them.

    The same work however long the register is; `check_chain` reads all of it.
    """
    before = max(0, store.head().seq - most)
    visit = store.get(before) if before else None
    # Where that line is missing, the next one follows nothing, and the proof says so.
    after = Head(seq=before, hash=visit.hash) if visit else EMPTY
    heads = [one for one in handed_out(audit) if one.seq > before]
    return check_lines(store.lines(first=before + 1), heads, after=after)
