"""What is known of everybody on one day, each thing asked once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from passkoop_node.cards.census import situations_of_all
from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.situations import Situation
from passkoop_node.core.addresses import is_address
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Standing
from passkoop_node.dues.standings import standings_of_all
from passkoop_node.letters.store import SegmentStore
from passkoop_node.members.choosing import Chooser
from passkoop_node.members.preferences import Channel, PreferenceStore, Topic
from passkoop_node.visits.room import VisitRoom


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Where it is known what people are chosen by."""

    segments: SegmentStore
    chooser: Chooser
    issuer: Issuer
    dues: Ledger
    visits: VisitRoom
    preferences: PreferenceStore


class Facts:
    """The members on one day."""

    def __init__(self, sources: Sources, *, on: date, now: int) -> None:
        self.sources = sources
        self.on = on
        self.now = now  # seconds, UTC

    @property
    def chooser(self) -> Chooser:
        """The register."""
        return self.sources.chooser

    @cached_property
    def everybody(self) -> frozenset[int]:
        """All in the register, also those who left."""
        return frozenset(self.chooser.everybody())

    @cached_property
    def principals(self) -> Mapping[int, int]:
        """To whom each one who is affiliated to somebody is."""
        return self.sources.dues.households.store.principals_of_all()

    @cached_property
    def cards(self) -> Mapping[int, Situation]:
        """Where each one stands who ever had a card."""
        issuer = self.sources.issuer
        return situations_of_all(issuer.cards.db, issuer.withdrawn_keys(), now=self.now)

    @cached_property
    def dues(self) -> Mapping[int, tuple[Standing, date | None]]:
        """Where each one stands, and the last day paid for; nobody where no dues are asked."""
        return standings_of_all(self.sources.dues, on=self.on)

    def by_channel(self, topic: Topic, channel: Channel) -> set[int]:
        """Return whom something goes to by a channel; who never said is among them by default."""
        said = self.sources.preferences.said_of(topic)
        found = {id for id, (chosen, _how) in said.items() if chosen is channel}
        if not topic.is_required:
            return found | (self.everybody - set(said) if channel is Channel.NONE else set())
        if channel not in (Channel.EMAIL, Channel.POST):
            return found
        wants = channel is Channel.EMAIL
        emails = dict(self.chooser.texts("email"))
        return found | {
            id for id in self.everybody - set(said) if is_address(emails.get(id, "")) is wants
        }

    @cached_property
    def last_visits(self) -> Mapping[int, date]:
        """When each one came last, as far as it is still known."""
        visits, coop = self.sources.visits, self.sources.issuer.ourselves.coop
        days = visits.store.last_days_of_own()
        if not days:
            return {}
        named = ((id, days.get(visits.pseudonyms.of(coop, ref))) for id, ref in self.chooser.refs())
        return {id: day for id, day in named if day is not None}
