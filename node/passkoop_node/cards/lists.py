"""Our status lists: signed anew when a card changes, and every six hours."""

from passkoop_node.cards.store import CardState, CardStore
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.store import CoopStore, StoredDocument
from passkoop_node.core.database import writing
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.descriptor import IssuingKey, KeyState
from passkoop_protocol.directory import payload_hash
from passkoop_protocol.keys import CoopId, KeyId
from passkoop_protocol.status import (
    MAX_ENTRIES,
    MIN_ENTRIES,
    TTL,
    TYP,
    StatusList,
    pack,
    parse_list,
    sign_list,
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
            How many lists were signed.
        """
        stale = [one for one in self._keys() if self._is_stale(one.kid, now=now)]
        if stale:
            self.ourselves.check_may_sign()
            signer = self.ourselves.active_key()
            for one in stale:
                date = self.coops.next_date(one.kid.hex(), now=now)
                # Read after the date is fixed: a card revoked meanwhile is in this list or a later.
                statuses = StatusList(kid=one.kid, issued_at=date, array=self._array(one.kid))
                self._keep(one.kid, sign_list(statuses, key=signer), date, now=now)
        return len(stale)

    def absorb(self, *, now: int) -> int:
        """Take over what our own lists say that came back from others.

        Returns:
            How many places changed.
        """
        changed = 0
        with writing(self.cards.db):
            for kid in self.coops.listed_kids(self.ourselves.coop):
                held = self._held(kid)
                if held is None:
                    continue
                self.coops.raise_date(kid.hex(), held.issued_at)
                statuses = ((index, _state(held.status(index))) for index in range(held.entries))
                worse = [
                    (index, state) for index, state in statuses if state is not CardState.VALID
                ]
                changed += self.cards.absorb(kid, worse, now=now)
        return changed

    def _keys(self) -> list[IssuingKey]:
        """Return the keys whose cards somebody may show: of a withdrawn one, all are refused."""
        return [one for one in self.coops.issuing_keys() if one.state is not KeyState.WITHDRAWN]

    def _is_stale(self, kid: KeyId, *, now: int) -> bool:
        held = self._held(kid)
        return held is None or now - held.issued_at >= TTL or held.array != self._array(kid)

    def _held(self, kid: KeyId) -> StatusList | None:
        document = self.coops.newest("status_list", self.ourselves.coop, kid)
        return parse_list(parse_sign1(document.data, typ=TYP).payload) if document else None

    def _array(self, kid: KeyId) -> bytes:
        """Return what the register says of the cards of a key."""
        places = self.cards.places(kid)
        statuses = [0] * list_size(len(places), highest=max(places, default=0))
        for index, state in places.items():
            statuses[index] = state
        return pack(statuses)

    def _keep(self, kid: KeyId, data: bytes, date: int, *, now: int) -> None:
        coop: CoopId = self.ourselves.coop
        document = StoredDocument(
            kind="status_list",
            subject=coop,
            kid=kid,
            hash=payload_hash(parse_sign1(data, typ=TYP).payload),
            issued_at=date,
            data=data,
        )
        with writing(self.coops.db):
            held = self.coops.newest("status_list", coop, kid)
            if held is None or held.issued_at < date:  # another process may have signed a later one
                self.coops.replace_documents("status_list", coop, kid, [document], now=now)


def list_size(given: int, *, highest: int) -> int:
    """Return how long a list is: half of it stays free, so that places can be drawn at random."""
    size = MIN_ENTRIES
    while size < MAX_ENTRIES and (size < 2 * given or size <= highest):
        size *= 2
    return size


def _state(status: int) -> CardState:
    return CardState.REVOKED if status == 3 else CardState(status)
