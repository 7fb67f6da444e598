"""The trust store of this co-op, kept in memory and as new as the disk."""

from collections.abc import Iterator
from contextlib import contextmanager

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.store import CoopStore
from passkoop_node.coops.trusting import load_trust
from passkoop_node.core.database import writing
from passkoop_protocol.trust import TrustStore


class LiveTrust:
    """What the co-op believes. Lives in the database's thread.

    Reading everything again takes a second where there are ten thousand documents, so it is done
    only after somebody else has written.
    """

    def __init__(self, store: CoopStore, ourselves: Ourselves) -> None:
        self._store = store
        self._ourselves = ourselves
        self._trust: TrustStore | None = None
        self._revision = -1

    def get(self) -> TrustStore:
        """Return what the documents and pairings on the disk make. It is not to be changed."""
        revision = self._store.revision()
        if self._trust is None or revision != self._revision:
            self._trust = load_trust(self._store, self._ourselves.coop)
            self._revision = revision
        return self._trust

    @contextmanager
    def changing(self) -> Iterator[TrustStore]:
        """Yield what is believed, to be changed while nobody else writes.

        The block brings its changes to the disk. If it fails, the trust store is forgotten: it may
        be ahead of the disk.
        """
        try:
            with writing(self._store.db):
                yield self.get()
                self._revision = self._store.revision()
        except BaseException:
            self.forget()
            raise

    def forget(self) -> None:
        """Read everything again next time."""
        self._trust = None
