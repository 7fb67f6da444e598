"""The room as the house opens it: all that is done in the database's thread."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.lists import Lists
from passkoop_node.coops.live import LiveTrust
from passkoop_node.coops.ourselves import NoActiveKey, Ourselves
from passkoop_node.coops.store import CoopStore
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.clocks import clock_ahead
from passkoop_node.core.database import writing
from passkoop_node.core.reach import BadWebAddress, Reach, parse_web_address
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import BadSetting
from passkoop_node.relay.feed import Feed
from passkoop_node.relay.intake import Intake
from passkoop_node.relay.planning import Peer
from passkoop_node.relay.store import RelayStore

_TYPED: Setting[list[Any]] = Setting(name="relay.typed", default=[])
_PUSHED = Setting(name="relay.pushed", default=0)  # number of our newest document that was pushed


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """What a round begins with."""

    addresses: Mapping[str, Reach]  # of whoever might be called
    peers: Mapping[str, Peer]  # what is remembered of them
    heard: str  # whom we listen to; another text whenever that changes
    news: Sequence[bytes]  # our own documents that nobody was handed yet, in order
    upto: int  # the number of the last of them


class RelayRoom:
    """What the room offers."""

    def __init__(
        self,
        db: Database,
        live: LiveTrust,
        coops: CoopStore,
        ourselves: Ourselves,
        issuer: Issuer,
        lists: Lists,
        settings: SettingsStore,
        audit: AuditStore,
    ) -> None:
        self.store = RelayStore(db)
        self.feed = Feed(live, coops, settings)
        self.intake = Intake(live, coops, ourselves, lists, settings, audit)
        self.live = live
        self.coops = coops
        self.ourselves = ourselves
        self.issuer = issuer
        self.lists = lists
        self.settings = settings
        self.audit = audit

    # --- whom to call ---

    @property
    def typed(self) -> tuple[str, ...]:
        """The addresses of relays that somebody here typed."""
        stored = self.settings.get(_TYPED)
        if not all(isinstance(one, str) for one in stored):
            raise BadSetting(_TYPED.name)
        return tuple(stored)

    def add_typed(self, address: str, *, actor: str, now: int) -> None:
        """Keep one more address of a relay, in the form of `parse_web_address`."""
        with writing(self.settings.db):
            self.settings.set(_TYPED, list(dict.fromkeys((*self.typed, address))))
            self.audit.add("relay.add", now=now, actor=actor, subject=address)

    def remove_typed(self, address: str, *, actor: str, now: int) -> bool:
        """Forget an address that somebody typed; return whether there was such a one."""
        with writing(self.settings.db):
            kept = [one for one in self.typed if one != address]
            if len(kept) == len(self.typed):
                return False
            self.settings.set(_TYPED, kept)
            self.audit.add("relay.remove", now=now, actor=actor, subject=address)
        return True

    def situation(self, near: Iterable[str] = ()) -> Situation:
        """Return what a round needs to know.

        Args:
            near: addresses of nodes that make themselves known on this network.
        """
        published = dict.fromkeys(self._published(), Reach.PUBLIC)
        # What somebody here typed may lead inside: it is their own network.
        asked = dict.fromkeys((*near, *self.typed), Reach.ANYWHERE)
        ours = set(self.ourselves.addresses)
        own = self.coops.documents_of(self.ourselves.coop, after=self.settings.get(_PUSHED))
        addresses = {one: how for one, how in (published | asked).items() if one not in ours}
        peers = self.store.peers()
        return Situation(
            addresses=addresses,
            peers={one: peer for one, peer in peers.items() if one in addresses},
            heard=self._heard(),
            news=[] if self.ourselves.is_catching_up else [one.data for _, one in own],
            upto=own[-1][0] if own else 0,
        )

    def answered_at(self) -> int:
        """Return when anybody answered last, nodes of this network too; 0: never."""
        return max((peer.answered_at for peer in self.store.peers().values()), default=0)

    def has_addresses(self) -> bool:
        """Return whether there is anybody to call, but for nodes of this network."""
        return bool(self.typed) or any(True for _ in self._published())

    def _heard(self) -> str:
        """Return what says how relays are to be read: another text, and it is from the beginning.

        A co-op that comes back from a backup reads everything each time, until its own documents
        are among what it is told.
        """
        asks_for_own = self.ourselves.is_catching_up and not self.ourselves.has_fetched
        return self.heard_digest() + (secrets.token_hex(4) if asks_for_own else "")

    def heard_digest(self) -> str:
        """Return a short text that is another one once others are heard (SPEC 7.1)."""
        trust = self.live.get()
        heard: set[bytes] = {*trust.paired, *trust.federations.by_id}
        for federation in trust.federations.by_id.values():
            heard |= federation.held.by_coop.keys() if federation.held else set()
        return hashlib.sha256(b"".join(sorted(heard))).hexdigest()[:16]

    def newest_news(self) -> int:
        """Return the number of our newest document that nobody was handed yet; 0: there is none."""
        own = self.coops.documents_of(self.ourselves.coop, after=self.settings.get(_PUSHED))
        return own[-1][0] if own and not self.ourselves.is_catching_up else 0

    def note_pushed(self, upto: int) -> None:
        """Remember up to where our own documents were handed on."""
        self.settings.set(_PUSHED, max(upto, self.settings.get(_PUSHED)))

    def _published(self) -> Iterator[str]:
        """Yield the addresses that federations and co-ops name."""
        yield from self.named_by_federations()
        trust = self.live.get()
        for held in trust.descriptors():
            coop = held.descriptor.coop
            if coop != self.ourselves.coop and trust.listens_to(coop):
                yield from _usual(held.descriptor.addresses)

    def named_by_federations(self) -> Iterator[str]:
        """Yield the addresses that the roots of federations name."""
        for one in self.live.get().federations.by_id.values():
            yield from _usual(one.root.relays if one.root else ())

    # --- what a node does by itself ---

    def keep_current(self, *, now: int) -> None:
        """Sign our lists that are due, and take in what was parked."""
        # What is signed by a clock that is ahead is refused by all, and so is all that is signed
        # after it, until its date has come: nothing is signed unless somebody here asks for it.
        if not (self.ourselves.is_catching_up or clock_ahead(self.settings)):
            try:
                self.issuer.finish()
                self.lists.refresh(now=now)
            except NoActiveKey:
                pass  # the page of health says so
        self.intake.release(now=now)


def _usual(addresses: Iterable[str]) -> Iterator[str]:
    """Yield addresses as they are called; what is none is passed over."""
    for address in addresses:
        with suppress(BadWebAddress):
            yield parse_web_address(address)
