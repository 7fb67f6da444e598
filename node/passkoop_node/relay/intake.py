"""Documents that come in, our own among them: from a file, or from whoever relays them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from passkoop_node.cards.lists import Lists
from passkoop_node.coops.live import LiveTrust
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.store import CoopStore
from passkoop_node.coops.trusting import Received, keep, receive
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.settings import SettingsStore
from passkoop_node.relay.feed import take_new_log
from passkoop_node.relay.sieve import sift
from passkoop_protocol.additions import Addition
from passkoop_protocol.holdings import HeldList
from passkoop_protocol.keys import CoopId, KeyId, shown_id
from passkoop_protocol.trust import TrustStore

# In the audit.
TWO_TRUTHS, FEDERATION_LIED = "coop.two_truths", "federation.two_truths"


@dataclass(slots=True)
class Hearsay:
    """What one file or one relay told of ourselves and of others, whatever it was cut into."""

    own_list: bool = False  # one of ours that is held
    later_word: bool = False  # of another co-op, dated after the backup that we come from


class Intake:
    """The one door for documents of others."""

    def __init__(
        self,
        live: LiveTrust,
        coops: CoopStore,
        ourselves: Ourselves,
        lists: Lists,
        settings: SettingsStore,
        audit: AuditStore,
    ) -> None:
        self.live = live
        self.coops = coops
        self.ourselves = ourselves
        self.lists = lists
        self.settings = settings
        self.audit = audit

    def take_in(
        self, documents: Iterable[bytes], hearsay: Hearsay | None = None, *, now: int
    ) -> Received:
        """Take in documents that a person hands in; `hearsay` of a file that comes in parts.

        If there is one of ours that was not signed here, the co-op signs nothing until
        `finish_restore`: this folder is a copy that was put back without `restore`, or somebody
        else has our keys.
        """
        return self._take_in(
            list(documents), hearsay or Hearsay(), Received(), now=now, paced=False
        )

    def take_from_relay(
        self, documents: Iterable[bytes], hearsay: Hearsay, *, now: int
    ) -> Received:
        """Take in a few documents that a relay brought unasked, as above.

        What nobody here could want is put aside before it costs anything.
        """
        worth, settled = sift(documents, self.live.get())
        received = self._take_in(worth, hearsay, settled, now=now, paced=True)
        received.refused += settled.refused
        return received

    def release(self, *, now: int) -> Received:
        """Take in what was parked and whose time has come."""
        if not self.coops.parked():
            return Received()
        with self.live.changing() as trust:
            received = Received()
            for addition in trust.release(now=now):
                received.add(addition)
            keep(trust, self.coops, received, now=now)
            self._notice_ours(trust, received, Hearsay(), now=now)
        return received

    def _take_in(
        self,
        documents: list[bytes],
        hearsay: Hearsay,
        settled: Received,
        *,
        now: int,
        paced: bool,
    ) -> Received:
        # All the checking is done before others have to wait. Whatever they write meanwhile
        # counts: a trust store that does not know it would set the disk back.
        trust = self.live.get()
        try:
            received = receive(trust, documents, now=now, paced=paced)
        except BaseException:
            self.live.forget()
            raise
        if not received.changes and not self.ourselves.is_catching_up:
            received.known += settled.known
            return received
        with self.live.changing() as present:
            if present is not trust:
                trust = present
                received = receive(trust, documents, now=now, paced=paced)
            received.known += settled.known
            keep(trust, self.coops, received, now=now)
            self._notice_ours(trust, received, hearsay, now=now)
        return received

    def _notice_ours(
        self, trust: TrustStore, received: Received, hearsay: Hearsay, *, now: int
    ) -> None:
        ours = self.ourselves.coop
        newer = [
            one for one in (*received.accepted, *received.equivocations) if one.subject == ours
        ]
        if newer:
            if not self.ourselves.is_catching_up:
                self.ourselves.begin_catching_up()
                take_new_log(self.settings)
                self.audit.add("coop.signed_elsewhere", now=now, actor="peer")
            if any(one.kind == "descriptor" for one in newer):
                self.ourselves.absorb_descriptor()
            self.lists.raise_dates(own_lists(trust, ours))
        if self.ourselves.is_catching_up and self._is_back(received, hearsay):
            self.ourselves.note_fetched()
        for one in received.equivocations:
            self._note_two_truths(one, now=now)

    def _note_two_truths(self, told: Addition, *, now: int) -> None:
        """Keep it in the audit, once, that somebody signed two versions of one second."""
        action = FEDERATION_LIED if told.kind in ("root", "directory") else TWO_TRUTHS
        subject = shown_id(CoopId(told.subject))
        details = {"kind": told.kind, "issued_at": told.issued_at}
        if told.kid is not None:
            details["kid"] = told.kid.hex()
        noted = self.audit.entries(subject=subject)
        if not any(one.action == action and one.details == details for one in noted):
            self.audit.add(action, now=now, actor="peer", subject=subject, details=details)

    def _is_back(self, received: Received, hearsay: Hearsay) -> bool:
        """Return whether our own lists came back, as new as anybody has them.

        A list that we hold already will do if whoever told it wrote after the backup, which the
        word of another co-op shows: then nobody has seen a newer one. Our descriptor alone will
        not: it may be years old, and still the newest.
        """
        ours, since = self.ourselves.coop, self.ourselves.catching_up_since
        if any(one.subject == ours and one.kind == "status_list" for one in received.accepted):
            return True
        for one in (*received.accepted, *received.known):
            hearsay.own_list |= one.subject == ours and one.kind == "status_list"
            hearsay.later_word |= one.subject != ours and one.issued_at > since
        return hearsay.own_list and hearsay.later_word


def own_lists(trust: TrustStore, ours: CoopId) -> Mapping[KeyId, HeldList]:
    """Return the newest lists that our keys signed, by the key whose cards they speak of."""
    return {kid: held for coop, kid, held in trust.status_lists() if coop == ours}
