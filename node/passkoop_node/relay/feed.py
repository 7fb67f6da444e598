"""What a node hands on: the documents it holds, in the order in which they came."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from passkoop_node.coops.live import LiveTrust
from passkoop_node.coops.store import CoopStore, StoredDocument
from passkoop_node.coops.trusting import may_hand_on
from passkoop_node.core.settings import Setting, SettingsStore

MOST_BYTES = 1_048_576  # of an answer, unless its first document is longer
MOST_DOCUMENTS = 1_000

_LOG = Setting(name="relay.log", default="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What came since a caller asked last."""

    log: str  # names the numbering: another one says that the caller starts over
    upto: int  # where to go on
    documents: list[bytes]


class Feed:
    """The log of what came. Lives in the database's thread."""

    def __init__(self, live: LiveTrust, coops: CoopStore, settings: SettingsStore) -> None:
        self.live = live
        self.coops = coops
        self.settings = settings
        self.most_bytes = MOST_BYTES

    def changes(self, log: str, since: int) -> Changes | None:
        """Return what came after number `since` of the log `log`; None: nothing.

        Whoever names another log, or a number not reached yet, starts over.
        """
        ours = self._log()
        if log != ours or since > self.coops.revision():
            since = 0
        elif not self.coops.has_after(since):
            return None
        trust, size = self.live.get(), 0
        found: list[bytes] = []
        upto = since
        for number, document in self._after(since):
            if may_hand_on(trust, document):
                size += len(document.data)
                if found and (size > self.most_bytes or len(found) == MOST_DOCUMENTS):
                    break
                found.append(document.data)
            upto = number
        return Changes(log=ours, upto=upto, documents=found)

    def documents(self, kind: str, subject: bytes) -> list[bytes]:
        """Return what is held of one kind of a co-op or a federation."""
        trust = self.live.get()
        found = self.coops.documents_about(kind, subject)
        return [one.data for one in found if may_hand_on(trust, one)]

    def _after(self, since: int) -> Iterator[tuple[int, StoredDocument]]:
        while page := self.coops.documents_after(since, most=100):
            yield from page
            since = page[-1][0]

    def _log(self) -> str:
        if not (log := self.settings.get(_LOG)):
            log = take_new_log(self.settings)
        return log


def take_new_log(settings: SettingsStore) -> str:
    """Begin another log, and return its name: the numbers went back, or are somebody else's."""
    log = secrets.token_hex(8)
    settings.set(_LOG, log)
    return log
