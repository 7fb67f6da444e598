"""Our status lists: signed anew when a card changes, and every six hours."""

from collections.abc import Mapping

from passkoop_node.cards.store import CardState, CardStore
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.store import CoopStore, StoredDocument
from passkoop_node.core.database import writing
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.descriptor import KeyState
from passkoop_protocol.directory import payload_hash
from passkoop_protocol.holdings import HeldList
from passkoop_protocol.keys import KeyId
from passkoop_protocol.status import (
    BITS,
    MAX_ENTRIES,
    MIN_ENTRIES,
    TTL,
    TYP,
    Status,
    StatusList,
    pack,
    parse_list,
    sign_list,
    status_at,
)


class Lists:
    """The status lists of our issuing keys."""

    def __init__(self, cards: CardStore, coops: CoopStore, ourselves: Ourselves) -> None:
        self.cards = cards
        self.coops = coops
        self.ourselves = ourselves

    def refresh(self, *, now: int) -> int:
        """Sign the lists that no longer say what the register says, or are six hours old.

        A revocation is acknowledged after this has returned. Whatever stopped us in between, the
        next call makes up for it: it compares with the list on the disk, not with a memory.

        Returns:
            How many lists were stale.

        Raises:
            MustCatchUp, NoActiveKey: a list is stale, and cannot be signed.
        """
        stale = [kid for kid in self._kids() if self._is_stale(kid, now=now)]
        for kid in stale:
            self._sign(kid, now=now)
        return len(stale)

    def absorb(self, held: Mapping[KeyId, HeldList], *, now: int) -> int:
        """Take over what our own lists say that came back from others.

        Args:
            held: the newest lists that our keys signed, by the key whose cards they speak of.
            now: seconds, UTC.

        Returns:
            How many places changed.
        """
        changed = 0
        with writing(self.cards.db):
            worse: dict[int, CardState]
            for kid, one in held.items():
                entries = len(one.array) * 4
                every = ((at, _state(status_at(one.array, at, bits=BITS))) for at in range(entries))
                worse = {at: state for at, state in every if state is not CardState.VALID}
                # Nobody here knows which other places were given. The last one stands for them
                # all: a shorter list would make the cards beyond its end unknown.
                worse.setdefault(entries - 1, CardState.VALID)
                changed += self.cards.absorb(kid, worse.items(), now=now)
        return changed

    def raise_dates(self, held: Mapping[KeyId, HeldList]) -> None:
        """Make sure that what we sign next is dated after `held`, whoever signed that."""
        with writing(self.coops.db):
            for kid, one in held.items():
                self.coops.raise_date(kid.hex(), one.issued_at)

    def _kids(self) -> list[KeyId]:
        """Return the keys whose cards somebody may show, and of whose cards we know something."""
        kids = []
        for one in self.coops.issuing_keys():
            if one.state is KeyState.WITHDRAWN:  # all its cards are refused
                continue
            # A key that came back with a fetched descriptor, and no list with it: an empty list
            # of ours would bring revoked cards back to life.
            if self.ourselves.keyring.has_issuing_key(one.kid) or self.cards.places(one.kid):
                kids.append(one.kid)
        return kids

    def _sign(self, kid: KeyId, *, now: int) -> None:
        date = self.coops.next_date(kid.hex(), now=now)
        with writing(self.coops.db):
            self.ourselves.check_may_sign()
            held = self._held(kid)
            if held is not None and held[1].issued_at >= date:
                return  # signed by another process, which read the register after us
            statuses = StatusList(kid=kid, issued_at=date, array=self._array(kid))
            data = sign_list(statuses, key=self.ourselves.active_key())
            document = StoredDocument(
                kind="status_list",
                subject=self.ourselves.coop,
                kid=kid,
                hash=payload_hash(parse_sign1(data, typ=TYP).payload),
                issued_at=date,
                data=data,
            )
            place = ("status_list", self.ourselves.coop, kid)
            self.coops.replace_documents([place], [document], now=now)

    def _is_stale(self, kid: KeyId, *, now: int) -> bool:
        held = self._held(kid)
        if held is None:
            return True
        signer, one = held
        return (
            now - one.issued_at >= TTL
            or one.array != self._array(kid)
            or not self._is_believed(signer, one.issued_at)
        )

    def _is_believed(self, signer: KeyId, issued_at: int) -> bool:
        """Return whether others believe a list that this key signed then (SPEC 7.4, step 4)."""
        return any(
            one.state is KeyState.ACTIVE
            or (one.state is KeyState.RETIRED and issued_at <= one.since)
            for one in self.coops.issuing_keys()
            if one.kid == signer
        )

    def _held(self, kid: KeyId) -> tuple[KeyId, StatusList] | None:
        """Return who signed the list on the disk, and what it says."""
        document = self.coops.newest("status_list", self.ourselves.coop, kid)
        if document is None:
            return None
        signed = parse_sign1(document.data, typ=TYP)
        return signed.kid, parse_list(signed.payload)

    def _array(self, kid: KeyId) -> bytes:
        """Return what the register says of the cards of a key."""
        places = self.cards.places(kid)
        statuses = [0] * list_size(len(places), highest=max(places, default=0))
        for index, state in places.items():
            statuses[index] = state
        return pack(statuses)


def list_size(given: int, *, highest: int) -> int:
    """Return how long a list is: half of it stays free, so that places can be drawn at random."""
    size = MIN_ENTRIES
    while size < MAX_ENTRIES and (size < 2 * given or size <= highest):
        size *= 2
    return size


def _state(status: int) -> CardState:
    return CardState.REVOKED if status == Status.REVOKED_TOO else CardState(status)
