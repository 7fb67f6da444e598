"""The room as the house opens it."""

from dataclasses import dataclass

from sqlite_utils import Database

from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.visitors import VisitorCards
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.settings import SettingsStore
from passkoop_node.visits.guests import GuestStore
from passkoop_node.visits.pseudonyms import Pseudonyms
from passkoop_node.visits.reception import Reception
from passkoop_node.visits.register import Register
from passkoop_node.visits.retention import Eraser
from passkoop_node.visits.sales import SalesStore
from passkoop_node.visits.store import VisitStore


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitRoom:
    """What the room offers."""

    store: VisitStore
    guests: GuestStore
    sales: SalesStore
    pseudonyms: Pseudonyms
    register: Register
    reception: Reception
    eraser: Eraser
    cards: VisitorCards


def open_visits(
    db: Database,
    settings: SettingsStore,
    ourselves: Ourselves,
    issuer: Issuer,
    audit: AuditStore,
) -> VisitRoom:
    """Return the room over an open database."""
    store, guests, cards = VisitStore(db), GuestStore(db), VisitorCards(issuer)
    pseudonyms = Pseudonyms(store, settings)
    return VisitRoom(
        store=store,
        guests=guests,
        sales=SalesStore(db),
        pseudonyms=pseudonyms,
        register=Register(
            store,
            pseudonyms,
            guests,
            own=lambda: ourselves.coop,
            policy=lambda: ourselves.policy,
        ),
        reception=Reception(
            store,
            guests,
            pseudonyms,
            own=lambda: ourselves.coop,
            policy=lambda: ourselves.policy,
        ),
        eraser=Eraser(store, guests, pseudonyms, cards, settings, audit),
        cards=cards,
    )
