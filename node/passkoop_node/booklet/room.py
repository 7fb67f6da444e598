"""The room as the house opens it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from passkoop_node.booklet.data import Data, Holding
from passkoop_node.booklet.documents import DocumentStore
from passkoop_node.booklet.entrance import Entrance
from passkoop_node.booklet.erasing import MemberEraser
from passkoop_node.booklet.keys import KeyStore
from passkoop_node.booklet.notes import NoteStore
from passkoop_node.booklet.wishes import WishStore
from passkoop_node.cards.issuing import Issuer
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.post import PostOffice
from passkoop_node.core.settings import SettingsStore
from passkoop_node.dues.ledger import Ledger
from passkoop_node.members.erasing import RecordEraser
from passkoop_node.members.household_store import HouseholdStore
from passkoop_node.visits.room import VisitRoom


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRoom:
    """What the room offers."""

    keys: KeyStore
    entrance: Entrance
    notes: NoteStore
    documents: DocumentStore
    wishes: WishStore
    data: Data
    eraser: MemberEraser


def open_own(
    db: Database,
    issuer: Issuer,
    ledger: Ledger,
    visits: VisitRoom,
    post: PostOffice,
    settings: SettingsStore,
    audit: AuditStore,
    holdings: Mapping[str, Holding],
) -> OwnRoom:
    """Return the room over an open database.

    Args:
        holdings: of the other rooms that hold something of members, by what it is.
    """
    keys, notes = KeyStore(db), NoteStore(db)
    documents, wishes = DocumentStore(db, audit), WishStore(db)
    everything: dict[str, Holding] = {
        "member": RecordEraser(db),
        "household": HouseholdStore(db),
        "cards": issuer.cards,
        **holdings,
        "notes": notes,
        "documents": documents,
        "wishes": wishes,
        "devices": keys,
    }
    return OwnRoom(
        keys=keys,
        entrance=Entrance(keys, issuer.members, post, audit),
        notes=notes,
        documents=documents,
        wishes=wishes,
        data=Data(everything, documents, ledger, visits, audit, lambda: issuer.ourselves.coop),
        eraser=MemberEraser(everything, keys, issuer, ledger, visits, post.outbox, settings, audit),
    )
