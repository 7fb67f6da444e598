"""The cards on disk, and the places in the status lists that were given."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_protocol.keys import KeyId

AFTER_BACKUP = "changée après la sauvegarde"  # why a card is as a fetched list says


class CardState(IntEnum):
    """What the status list says of a card; the numbers are the list's."""

    VALID = 0
    REVOKED = 1
    SUSPENDED = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCard:
    """A card about to be signed."""

    kid: KeyId
    status_index: int
    member_id: int | None  # None: a guest's
    guest_ref: bytes | None = None  # the reference on a guest's card; a member has their own
    holder_name: str
    category: int
    issued_at: int  # seconds, UTC
    expires_at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredCard(NewCard):
    """A card of ours."""

    id: int
    state: CardState
    reason: str
    changed_at: int
    with_principal: int  # 1: suspended because the card of the household's principal is
    held_for: str  # suspended until this is settled: "dues"; "": somebody decided
    data: bytes | None  # None: signed by the next `finish`
    sent_at: int | None = None  # when it went by e-mail, last

    def can_become(self, state: CardState) -> bool:
        """Return whether somebody who decides `state` changes something by it."""
        if self.state is CardState.SUSPENDED and state is CardState.SUSPENDED:
            return bool(self.held_for)  # from now on it does not end by itself
        return self.state not in (CardState.REVOKED, state)


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """Why a card is suspended, as far as that ends by itself."""

    with_principal: bool = False  # with the card of the household's principal
    held_for: str = ""  # see `StoredCard`


BY_HAND = Why()

_SELECT = (
    "select id, kid, status_index, member_id, guest_ref, holder_name, category, issued_at,"
    " expires_at, state, reason, changed_at, with_principal, held_for, data, sent_at from card"
)


class CardStore:
    """All SQL on the tables of this room. Values in, values out."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def add(self, cards: Iterable[NewCard]) -> None:
        """Keep cards whose places were chosen; they are signed once this is on the disk."""
        with writing(self.db):
            self.db.conn.executemany(
                "insert into card (kid, status_index, member_id, guest_ref, holder_name, category,"
                " issued_at, expires_at, changed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        one.kid,
                        one.status_index,
                        one.member_id,
                        one.guest_ref,
                        one.holder_name,
                        one.category,
                        one.issued_at,
                        one.expires_at,
                        one.issued_at,
                    )
                    for one in cards
                ),
            )

    def keep_signed(self, signed: Iterable[tuple[int, bytes]]) -> None:
        """Keep the bytes of cards, given as (id, data); not of those revoked meanwhile."""
        with writing(self.db):
            self.db.conn.executemany(
                "update card set data = ? where id = ? and state <> 1",
                ((data, id) for id, data in signed),
            )

    def unsigned(self) -> list[StoredCard]:
        """Return the cards whose places are chosen and which nobody signed yet."""
        return list(self._cards("where data is null and state <> 1 order by id", []))

    def at(self, kid: KeyId, status_index: int) -> StoredCard:
        """Return the card that has this place of a key."""
        (card,) = self._cards("where kid = ? and status_index = ?", [kid, status_index])
        return card

    def by_id(self, id: int) -> StoredCard | None:
        """Return a card by its number in this table."""
        return next(self._cards("where id = ?", [id]), None)

    def note_sent(self, id: int, *, now: int) -> None:
        """Keep that a card went by e-mail."""
        with writing(self.db):
            self.db.execute("update card set sent_at = ? where id = ?", [now, id])

    def of_member(self, member_id: int) -> list[StoredCard]:
        """Return the cards of a member, newest first."""
        return list(self._cards("where member_id = ? order by id desc", [member_id]))

    def of_guest(self, ref: bytes) -> list[StoredCard]:
        """Return the cards of a guest, newest first."""
        return list(self._cards("where guest_ref = ? order by id desc", [ref]))

    def erase_guest(self, ref: bytes, *, now: int) -> int:
        """Forget whose a guest's cards are; their places stay given, and are revoked.

        Returns:
            How many cards there were.
        """
        with writing(self.db):
            return self.db.execute(
                "update card set guest_ref = null, holder_name = '', data = null, reason = '',"
                " state = 1, changed_at = ? where guest_ref = ?",
                [now, ref],
            ).rowcount

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return a member's cards, for themselves."""
        return [
            {
                "name": one.holder_name,
                "category": one.category,
                "issued_at": one.issued_at,
                "expires_at": one.expires_at,
                "state": one.state.name.lower(),
                "reason": one.reason,
                "changed_at": one.changed_at,
                "sent_at": one.sent_at,
                "card": one.data.hex() if one.data else "",
            }
            for one in self.of_member(member_id)
        ]

    def erase_member(self, member_id: int, *, now: int) -> None:
        """Forget whose a member's cards are; their places stay given, and are revoked."""
        with writing(self.db):
            self.db.execute(
                "update card set member_id = null, holder_name = '', data = null, reason = '',"
                " held_for = '', state = 1, changed_at = ? where member_id = ?",
                [now, member_id],
            )

    def current(self, *, now: int, of: Sequence[int] | None = None) -> dict[int, StoredCard]:
        """Return each member's newest card that is neither revoked nor expired, by member id.

        Args:
            now: seconds, UTC.
            of: the members that are asked for; None: all.
        """
        good = "where state <> 1 and expires_at > ?"
        if of is None:
            cards = list(self._cards(f"{good} order by id", [now]))
        else:
            cards = []
            for first in range(0, len(of), 500):
                some = of[first : first + 500]
                places = ", ".join("?" * len(some))
                cards += self._cards(
                    f"{good} and member_id in ({places}) order by id", [now, *some]
                )
        return {one.member_id: one for one in cards if one.member_id is not None}

    def holders(self, *, now: int, without: Collection[bytes] = (), since: int = 0) -> set[int]:
        """Return who has a card in `current`, by id, the cards themselves unread.

        Args:
            now: seconds, UTC.
            without: keys whose cards do not count.
            since: of whom the card was made then or later.
        """
        good = "state <> 1 and expires_at > ? and member_id is not null"
        if not without and not since:
            rows = self.db.execute(f"select distinct member_id from card where {good}", [now])
            return {id for (id,) in rows}
        rows = self.db.execute(
            f"select member_id, kid, issued_at, max(id) from card where {good} group by member_id",
            [now],
        )
        return {id for id, kid, at, _newest in rows if kid not in without and at >= since}

    def newest_of(self, member_ids: Sequence[int]) -> dict[int, StoredCard]:
        """Return the newest card of each member that has one, the revoked ones last, by id."""
        if not member_ids:
            return {}
        places = ", ".join("?" * len(member_ids))
        cards = self._cards(
            f"where member_id in ({places}) order by state = 1 desc, id", member_ids
        )
        return {one.member_id: one for one in cards if one.member_id is not None}

    def never_sent(self, *, now: int, without: Collection[bytes] = ()) -> dict[int, int]:
        """Return the cards in `current` that are valid and never went by e-mail, by member id.

        Args:
            now: seconds, UTC.
            without: keys whose cards do not count.
        """
        rows = self.db.execute(
            "select member_id, id, kid, state = 0 and data is not null and sent_at is null"
            " from card where state <> 1 and expires_at > ? and member_id is not null order by id",
            [now],
        )
        newest = {row[0]: row for row in rows}
        return {
            member: id
            for member, id, kid, is_open in newest.values()
            if is_open and kid not in without
        }

    def taken_back(self) -> set[int]:
        """Return the members whose newest card was revoked here, by id."""
        rows = self.db.execute(
            "select member_id from card where state = 1 and member_id is not null and reason <> ?"
            " and id = (select max(id) from card newer where newer.member_id = card.member_id)",
            [AFTER_BACKUP],
        )
        return {id for (id,) in rows}

    def suspended(self, member_ids: Sequence[int]) -> dict[int, Why]:
        """Return the members whose newest card that was not revoked is suspended, by id, and why.

        Also when it is past its date, or its key withdrawn.
        """
        rows = self.db.execute(
            "select member_id, with_principal, held_for from card where state = 2"
            " and member_id in (select value from json_each(?)) and id = (select max(id) from"
            " card newer where newer.member_id = card.member_id and newer.state <> 1)",
            [json.dumps(list(member_ids))],
        )
        return {
            id: Why(with_principal=bool(follows), held_for=held_for)
            for id, follows, held_for in rows
        }

    def held(self, held_for: str) -> set[int]:
        """Return the members who have a card that is suspended until this is settled, by id."""
        rows = self.db.execute(
            "select distinct member_id from card where held_for <> '' and held_for = ?"
            " and state = 2 and member_id is not null",
            [held_for],
        )
        return {id for (id,) in rows}

    def valid(self, *, now: int) -> set[int]:
        """Return the members who have a card that is good by our lists and its date, by id."""
        rows = self.db.execute(
            "select distinct member_id from card where state = 0 and expires_at > ?"
            " and member_id is not null",
            [now],
        )
        return {id for (id,) in rows}

    def change(
        self,
        ids: Sequence[int],
        state: CardState,
        *,
        reason: str,
        now: int,
        why: Why = BY_HAND,
    ) -> None:
        """Set the state of cards. What is revoked stays revoked."""
        with writing(self.db):
            self.db.conn.executemany(
                "update card set state = ?, reason = ?, changed_at = ?, with_principal = ?,"
                " held_for = ? where id = ? and state <> 1",
                [
                    (int(state), reason, now, int(why.with_principal), why.held_for, id)
                    for id in ids
                ],
            )

    def blame(self, ids: Sequence[int], why: Why) -> None:
        """Say of suspended cards why they are."""
        with writing(self.db):
            self.db.conn.executemany(
                "update card set with_principal = ?, held_for = ? where id = ? and state = 2",
                [(int(why.with_principal), why.held_for, id) for id in ids],
            )

    def count(self) -> dict[CardState, int]:
        """Return how many cards are in each state."""
        rows = self.db.query("select state, count(*) as n from card group by state")
        return {CardState(row["state"]): row["n"] for row in rows}

    def count_signed_by(self, kid: KeyId) -> int:
        """Return how many cards here bear a place of this key."""
        return int(self.db.execute("select count(*) from card where kid = ?", [kid]).fetchone()[0])

    def places(self, kid: KeyId) -> dict[int, int]:
        """Return the state of every place of a key that was ever given."""
        rows = self.db.execute(
            "select status_index, state from card where kid = :kid"
            " union all select status_index, state from lost_place where kid = :kid",
            {"kid": kid},
        )
        return dict(rows.fetchall())

    def absorb(self, kid: KeyId, states: Iterable[tuple[int, CardState]], *, now: int) -> int:
        """Take over what a list of ours says, and return how many places changed.

        A card only gets worse by it; a place that no card here has is kept from being given.
        """
        changed = 0
        with writing(self.db):
            known = self.places(kid)
            for index, state in states:
                if index not in known:
                    self.db.execute(
                        "insert into lost_place (kid, status_index, state) values (?, ?, ?)",
                        [kid, index, int(state)],
                    )
                elif _severity(state) > _severity(CardState(known[index])):
                    self.db.execute(
                        "update card set state = ?, reason = ?, changed_at = ?"
                        " where kid = ? and status_index = ?",
                        [int(state), AFTER_BACKUP, now, kid, index],
                    )
                    self.db.execute(
                        "update lost_place set state = ? where kid = ? and status_index = ?",
                        [int(state), kid, index],
                    )
                else:
                    continue
                changed += 1
        return changed

    def _cards(self, where: str, values: Sequence[object]) -> Iterator[StoredCard]:
        for row in self.db.query(f"{_SELECT} {where}", values):
            state = CardState(row.pop("state"))
            yield StoredCard(**row, state=state)


def _severity(state: CardState) -> int:
    return (0, 2, 1)[state]
