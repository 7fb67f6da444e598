"""The co-ops that are known here, as people ask for them: all, or one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from passkoop_node.coops.live import LiveTrust
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.store import CoopStore
from passkoop_node.core.audit import AuditEntry, AuditStore
from passkoop_node.errors import NodeError
from passkoop_node.members.text import words
from passkoop_node.relay.intake import TWO_TRUTHS
from passkoop_protocol.claims import Standing
from passkoop_protocol.descriptor import Descriptor, IssuingKey, KeyState
from passkoop_protocol.keys import CoopId, shown_id
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.welcome import NO_VISITS, Policy, welcome_reasons

OLD_LISTS = 10 * 86_400  # seconds: a visitor's verdict turns yellow then


class CoopNotFound(NodeError):
    """Nobody here knows a co-op of this id."""

    code = "coop_not_found"
    hint = "Voyez les coops connues avec «\u00a0passkoop peer list\u00a0»."

    def __init__(self, coop: CoopId) -> None:
        super().__init__(f"la coop {shown_id(coop)} n’est pas connue ici")


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownCoop:
    """What the list says of one."""

    coop: CoopId
    name: str  # "": nothing of it came yet
    place: str
    country: str
    standing: Standing
    policy: Policy | None
    welcomes_us: bool | None  # None: it has not said
    lists_at: int  # when the newest of its lists was signed; 0: none is held
    two_truths: bool  # it signed two versions of one second
    folded: str  # what a search looks at

    @property
    def id(self) -> str:
        """The id as an address has it."""
        return self.coop.hex()

    @property
    def shown(self) -> str:
        """The id as people see it."""
        return shown_id(self.coop)

    def are_lists_old(self, now: int) -> bool:
        """Return whether the till says so of a card of this co-op."""
        return now - self.lists_at > OLD_LISTS


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownKey:
    """A key of a co-op, and what is held of its cards."""

    key: IssuingKey
    lists_at: int  # 0: no list is held

    @property
    def state(self) -> KeyState:
        """What it still does."""
        return self.key.state


@dataclass(frozen=True, kw_only=True, slots=True)
class Portrait:
    """All that is known of one co-op."""

    known: KnownCoop
    descriptor: Descriptor | None
    keys: Sequence[KnownKey]
    paired_at: int  # 0: it is not paired
    blocked_at: int  # 0: it is not blocked
    present: KnownCoop | None  # who bears its place now
    truths: Sequence[AuditEntry]

    @property
    def coop(self) -> CoopId:
        """Its id."""
        return self.known.coop


class KnownCoops:
    """Who is known. Lives in the database's thread; worked out anew when something changed."""

    def __init__(
        self, live: LiveTrust, coops: CoopStore, ourselves: Ourselves, audit: AuditStore
    ) -> None:
        self.live = live
        self.coops = coops
        self.ourselves = ourselves
        self.audit = audit
        self._known: Mapping[CoopId, KnownCoop] = {}
        self._of: tuple[int, str] | None = None

    def all(self) -> Sequence[KnownCoop]:
        """Return all but ourselves, by name."""
        return list(self._all().values())

    def find(self, text: str, *, order: str) -> Sequence[KnownCoop]:
        """Return those in whom all words of `text` are found.

        Args:
            text: words of a name, a place, a country's code or an id.
            order: a key of ORDERS.
        """
        asked = words(text)
        found = [one for one in self.all() if all(f" {word}" in one.folded for word in asked)]
        return sorted(found, key=ORDERS[order]) if order in ORDERS else found

    def portrait(self, coop: CoopId) -> Portrait | None:
        """Return all that is known of a co-op, None if that is nothing."""
        known = self._all()
        if coop not in known:
            return None
        trust = self.live.get()
        held = trust.descriptor(coop)
        pairings = {one.coop: one.paired_at for one in self.coops.pairings()}
        present = trust.present_id(coop)
        entries = self.audit.entries(subject=shown_id(coop))
        return Portrait(
            known=known[coop],
            descriptor=held.descriptor if held else None,
            keys=[
                KnownKey(key=one, lists_at=_list_at(trust, coop, one))
                for one in (held.descriptor.keys if held else ())
            ],
            paired_at=pairings.get(coop, 0),
            blocked_at=self.coops.blocked().get(coop, 0),
            present=known.get(present) if present != coop else None,
            truths=[one for one in entries if one.action == TWO_TRUTHS],
        )

    def _all(self) -> Mapping[CoopId, KnownCoop]:
        trust = self.live.get()
        country = self.ourselves.profile.country
        state = self.coops.revision(), country
        if state != self._of:
            liars = self.audit.subjects_of(TWO_TRUTHS)
            us = self.ourselves.coop
            rows = [_row(trust, coop, us, country, liars) for coop in self._ids(trust) - {us}]
            rows.sort(key=_by_name)
            self._known, self._of = {one.coop: one for one in rows}, state
        return self._known

    def _ids(self, trust: TrustStore) -> set[CoopId]:
        ids = {held.descriptor.coop for held in trust.descriptors()}
        ids |= {one.coop for one in self.coops.pairings()} | self.coops.blocked().keys()
        for federation in trust.federations.by_id.values():
            if federation.held:
                ids |= federation.held.by_coop.keys()
        # What is kept of a co-op whose pairing was undone is nobody's business any more.
        return {one for one in ids if trust.standing(one) is not Standing.UNKNOWN}


def _row(
    trust: TrustStore, coop: CoopId, us: CoopId, our_country: str, liars: set[str]
) -> KnownCoop:
    held = trust.descriptor(coop)
    row = next((row for _, row in trust.federations.listings(coop)), None)
    said = held.descriptor if held else None
    name, place, country = (
        (said.name, said.place, said.country)
        if said
        else (row.name, "", row.country)
        if row
        else ("", "", "")
    )
    shown = shown_id(coop)
    letters = " ".join(words(f"{name} {place} {country} {shown} {shown.replace('-', '')}"))
    return KnownCoop(
        coop=coop,
        name=name,
        place=place,
        country=country,
        standing=trust.standing(coop),
        policy=said.policy if said else None,
        welcomes_us=not welcome_reasons(said.policy, coop=us, country=our_country, visits=NO_VISITS)
        if said
        else None,
        lists_at=max((_list_at(trust, coop, one) for one in said.keys), default=0) if said else 0,
        two_truths=shown in liars,
        folded=f" {letters}",
    )


def _list_at(trust: TrustStore, coop: CoopId, key: IssuingKey) -> int:
    held = trust.status_list(coop, key.kid)
    return held.issued_at if held else 0


def _by_name(one: KnownCoop) -> tuple[bool, list[str], bytes]:
    return not one.name, words(one.name), one.coop


ORDERS: Mapping[str, Callable[[KnownCoop], tuple[Any, ...]]] = {
    "lieu": lambda one: (not one.place, one.country, words(one.place), _by_name(one)),
    "listes": lambda one: (one.lists_at, _by_name(one)),
}
