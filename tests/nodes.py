"""Co-ops with a register each, in folders, as tests of the node need them. Real keys, real disk."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from nacl.signing import SigningKey

from passkoop_node.cards.store import NewCard, StoredCard
from passkoop_node.coops.profile import Profile
from passkoop_node.coops.trusting import Received, heard_documents
from passkoop_node.home import Home, write_private
from passkoop_node.members.member import Member, MemberData
from passkoop_node.rooms import Rooms, open_rooms
from passkoop_protocol.keys import CoopId
from passkoop_protocol.text import encode_text
from passkoop_protocol.verdict import Verdict, judge

NOW = 1_795_000_000  # November 2026
HOUR, DAY = 3_600, 86_400


class Node:
    """A co-op, its register, and a clock that stands still until it is set."""

    def __init__(self, home: Home, rooms: Rooms, *, now: int = NOW) -> None:
        self.home = home
        self.rooms = rooms
        self.now = now

    @property
    def coop(self) -> CoopId:
        return self.rooms.ourselves.coop

    def ask(self) -> SigningKey:
        """Unlock the identity key, which lies open in tests."""
        return self.rooms.keyring.identity_key(lambda: "")

    def later(self, seconds: int = 60) -> None:
        self.now += seconds

    def add(self, *names: str) -> list[Member]:
        """Add members: « Maïté Etcheverry »."""
        return [
            self.rooms.members.add(
                MemberData(given_name=name.split()[0], family_name=name.partition(" ")[2]),
                now=self.now,
            )
            for name in names
        ]

    def issue(self, *names: str) -> list[StoredCard]:
        """Give new members of these names a card each."""
        return self.rooms.issuer.issue(self.add(*names), now=self.now, actor="test")

    def export(self) -> list[bytes]:
        """Return what `peer export` writes."""
        if not self.rooms.ourselves.is_catching_up:
            self.rooms.issuer.finish()
            self.rooms.lists.refresh(now=self.now)
        return heard_documents(self.rooms.trust(), self.rooms.coops)

    def take(self, documents: list[bytes]) -> Received:
        return self.rooms.relay.intake.take_in(documents, now=self.now)

    def pair(self, *others: "Node") -> None:
        for other in others:
            self.rooms.coops.pair(other.coop, [], now=self.now)

    def judge(self, card: StoredCard) -> Verdict:
        assert card.data is not None
        return judge(encode_text(card.data), self.rooms.trust(), now=self.now)

    def codes(self, card: StoredCard) -> list[str]:
        """Return the reasons of the verdict; none: welcome."""
        return [reason.code for reason in self.judge(card).reasons]

    def refused(self, cards: Iterable[StoredCard]) -> list[StoredCard]:
        """Return those of many cards whose verdict is not welcome."""
        trust = self.rooms.trust()
        return [
            card
            for card in cards
            if judge(encode_text(card.data or b""), trust, now=self.now).reasons
        ]

    def member_of(self, card: NewCard) -> Member:
        assert card.member_id is not None
        return self.rooms.members.get(card.member_id)

    def reopen(self) -> None:
        """Do what a restart does."""
        self.rooms.close()
        self.rooms = open_rooms(self.home)


@cache
def empty_database() -> bytes:
    """Return a database with all tables and nobody in it: making one takes longer than a test."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "empty")
        home.create()
        open_rooms(home, new=True).close()
        return home.database.read_bytes()


def found(path: Path, name: str = "La Courge", *, now: int = NOW) -> Node:
    """Return a new co-op in the folder `path`."""
    home = Home(path)
    home.create()
    write_private(home.database, empty_database())
    rooms = open_rooms(home)
    identity = SigningKey.generate()
    rooms.keyring.keep_identity_key(identity)
    rooms.ourselves.found(identity, Profile(name=name, place="Ici", country="FR"), now=now)
    rooms.lists.refresh(now=now)
    return Node(home, rooms, now=now)


@contextmanager
def opened(home: Home, *, now: int = NOW) -> Iterator[Node]:
    """Open the co-op that is in a folder."""
    rooms = open_rooms(home)
    try:
        yield Node(home, rooms, now=now)
    finally:
        rooms.close()
