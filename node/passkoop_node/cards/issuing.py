"""Issuing cards, and taking them back."""

import datetime
import random
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass

from passkoop_node.cards.following import Following
from passkoop_node.cards.lists import Lists, list_size
from passkoop_node.cards.store import CardState, CardStore, NewCard, StoredCard
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.errors import BadMember, NodeError
from passkoop_node.members.households import Households
from passkoop_node.members.member import Member, display_name
from passkoop_node.members.store import MemberStore
from passkoop_protocol.card import MAX_LIFETIME, Card, is_display_name, issue_card
from passkoop_protocol.descriptor import KeyState
from passkoop_protocol.keys import KeyId, PublicKey, SigningKey, key_id_of
from passkoop_protocol.status import MAX_ENTRIES

LIFETIME_DAYS = 3 * 365 + 1
LONGEST_DAYS = MAX_LIFETIME // 86_400 - 3  # the day of issue, and the noon after the last day
NEVER_SIGNED = "jamais signée\u202f: sa clé est perdue"
Progress = Callable[[int], None]  # is told how many cards more are signed


class NoCard(NodeError):
    """The member has no card that this could be done to."""

    code = "no_card"
    hint = "Faites-lui une carte avec «\u00a0passkoop card issue\u00a0»."

    def __init__(self, number: str) -> None:
        super().__init__(f"le membre n°\u00a0{number} n’a pas de carte en cours")
        self.number = number


class HasCard(NodeError):
    """The member has a card already."""

    code = "has_card"
    hint = "Pour une carte perdue ou abîmée, prenez «\u00a0passkoop card replace\u00a0»."

    def __init__(self, number: str) -> None:
        super().__init__(f"le membre n°\u00a0{number} a déjà une carte")
        self.number = number


class HasLeft(NodeError):
    """Who left the co-op gets no card."""

    code = "has_left"
    hint = "Corrigez la date de départ du membre si c’est une erreur."

    def __init__(self, number: str) -> None:
        super().__init__(f"le membre n°\u00a0{number} a quitté la coop")
        self.number = number


class NoPlaceLeft(NodeError):
    """The issuing key has given all of its 65,536 places."""

    code = "no_place_left"
    hint = "Faites une nouvelle clé avec «\u00a0passkoop key rotate\u00a0», puis recommencez."

    def __init__(self) -> None:
        super().__init__(f"la clé actuelle ne peut pas signer plus de {MAX_ENTRIES} cartes")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bearer:
    """Whose card is to be made: a member's, or a guest's."""

    name: str
    category: int
    member_id: int | None = None
    guest_ref: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """Who of the co-op has no card."""

    to_issue: Set[int]  # members' ids
    have: int  # how many of the co-op have one
    taken_back: Set[int]  # whose card was revoked: they get another by name, never so


class Issuer:
    """Makes cards for members, and changes what the lists say of them."""

    def __init__(
        self,
        cards: CardStore,
        members: MemberStore,
        lists: Lists,
        ourselves: Ourselves,
        audit: AuditStore,
        households: Households,
    ) -> None:
        self.cards = cards
        self.members = members
        self.lists = lists
        self.ourselves = ourselves
        self.audit = audit
        self.following = Following(cards, households, audit)

    def current(self, *, now: int, of: Sequence[Member] | None = None) -> dict[int, StoredCard]:
        """Return each member's newest card that is good, or suspended, by member id.

        After a key was withdrawn those whom it left without one are issued cards as if new.

        Args:
            now: seconds, UTC.
            of: the members that are asked for; None: all, which takes long where there are many.
        """
        gone = self.withdrawn_keys()
        cards = self.cards.current(now=now, of=None if of is None else [one.id for one in of])
        return {member_id: one for member_id, one in cards.items() if one.kid not in gone}

    def withdrawn_keys(self) -> set[bytes]:
        """Return the keys of ours whose cards nobody takes any more."""
        keys = self.ourselves.store.issuing_keys()
        return {one.kid for one in keys if one.state is KeyState.WITHDRAWN}

    def holders(self, *, now: int, since: int = 0) -> set[int]:
        """Return who has a card in `current`, by id; those made at `since` or later."""
        return self.cards.holders(now=now, without=self.withdrawn_keys(), since=since)

    def missing(self, *, on: datetime.date, now: int) -> Missing:
        """Return who belongs to the co-op `on` that day and has no card, by id."""
        everybody = self.members.ids(on=on)
        without = everybody - self.holders(now=now)
        revoked = self.cards.taken_back()
        return Missing(
            to_issue=without - revoked,
            taken_back=without & revoked,
            have=len(everybody) - len(without),
        )

    def issue(
        self,
        members: Sequence[Member],
        *,
        now: int,
        actor: str,
        days: int = LIFETIME_DAYS,
        pass_over: bool = False,
        make_lists: bool = True,
        progress: Progress = lambda _: None,
    ) -> list[StoredCard]:
        """Return a new card for each of `members`, in their order; each is on the disk.

        It has no `data` if another process revoked it before it was signed. Whose last card was
        suspended gets one that is, too: a key withdrawn or a date past pays no dues.

        Args:
            pass_over: who was given a card by somebody else meanwhile gets no second one.
            make_lists: if not, whoever calls does so after the last of several calls.

        Raises:
            HasCard, HasLeft: of the first member of whom it is true; no card was made.
            NoPlaceLeft, MustCatchUp: no card was made.
        """
        with writing(self.cards.db):
            have = set(self.current(now=now, of=members))
            if pass_over:
                members = [one for one in members if one.id not in have]
            for member in members:
                if member.id in have:
                    raise HasCard(member.number)
                have.add(member.id)
            held = self.cards.suspended([one.id for one in members])
            chosen = self._choose_places(members, now=now, actor=actor, days=days)
            self.following.go_on(held, members, chosen, now=now, actor=actor)
            self.following.settle(members, now=now, actor=actor)
        return self._finish(chosen, now=now, make_lists=make_lists, progress=progress)

    def replace(
        self, member: Member, *, reason: str, now: int, actor: str, days: int = LIFETIME_DAYS
    ) -> StoredCard:
        """Return a new card for `member`; all earlier ones are refused from now on.

        A suspension goes on with the new one.

        Raises:
            NoCard: there is none to replace.
            HasLeft, NoPlaceLeft, MustCatchUp: the earlier ones are as they were.
        """
        with writing(self.cards.db):
            held = self.cards.suspended([member.id])
            earlier = self._changeable(member, CardState.REVOKED)
            self._change(earlier, CardState.REVOKED, member, reason=reason, now=now, actor=actor)
            chosen = self._choose_places([member], now=now, actor=actor, days=days)
            self.following.go_on(held, [member], chosen, now=now, actor=actor)
            self.following.settle([member], now=now, actor=actor)
        (card,) = self._finish(chosen, now=now)
        return card

    def set_state(
        self, member: Member, state: CardState, *, reason: str = "", now: int, actor: str
    ) -> int:
        """Revoke or suspend the cards of `member`, or make suspended ones good again.

        The cards of a household follow their principal's.

        Returns:
            How many cards of `member` changed. The new list is on the disk.

        Raises:
            NoCard: there is none that could change.
            HeldByPrincipal: the principal's card is suspended, and this one with it.
            OpenPermissions, …: the key that signs the lists cannot be used; nothing was changed.
        """
        count = self.keep_state(member, state, reason=reason, now=now, actor=actor)
        self.lists.refresh(now=now)
        return count

    def keep_state(
        self, member: Member, state: CardState, *, reason: str, now: int, actor: str
    ) -> int:
        """Do what `set_state` does, inside a `writing`; the caller then refreshes the lists."""
        with writing(self.cards.db):
            self.check_can_tell()  # a change that no list can tell of is not made
            cards = self._changeable(member, state)
            if state is CardState.VALID:
                self.following.let_be_good(member, cards, now=now)
            self._change(cards, state, member, reason=reason, now=now, actor=actor)
            self.following.settle([member], now=now, actor=actor)
            return len(cards)

    def check_can_tell(self) -> None:
        """Return quietly if a new list can be signed, or raise why not."""
        self.ourselves.check_may_sign()
        self.ourselves.active_key()

    def finish(self, *, progress: Progress = lambda _: None) -> int:
        """Sign the cards whose places were chosen before a power cut; return how many.

        Raises:
            MustCatchUp: none was signed.
        """
        self.ourselves.check_may_sign()
        keyring = self.ourselves.keyring
        keys: dict[KeyId, SigningKey] = {}
        signed = []
        lost = []
        for one in self.cards.unsigned():
            if one.kid not in keys:
                if not keyring.has_issuing_key(one.kid):
                    lost.append(one)
                    continue
                keys[one.kid] = keyring.issuing_key(one.kid)
            ref = one.guest_ref
            if ref is None:
                assert one.member_id is not None  # what is erased is revoked, and not signed
                ref = self.members.get(one.member_id).member_ref
            signed.append((one.id, issue_card(_card_of(one, ref), key=keys[one.kid])))
            progress(1)
        with writing(self.cards.db):
            self.cards.keep_signed(signed)
            for one in lost:  # nobody has ever had it: its member can be given another
                self.cards.change(
                    [one.id], CardState.REVOKED, reason=NEVER_SIGNED, now=one.issued_at
                )
        return len(signed)

    def _finish(
        self,
        chosen: Iterable[NewCard],
        *,
        now: int,
        make_lists: bool = True,
        progress: Progress = lambda _: None,
    ) -> list[StoredCard]:
        self.finish(progress=progress)
        if make_lists:
            self.lists.refresh(now=now)
        return [self.cards.at(one.kid, one.status_index) for one in chosen]

    def _changeable(self, member: Member, state: CardState) -> list[StoredCard]:
        """Return the cards of a member that are not revoked and not already in `state`."""
        cards = [one for one in self.cards.of_member(member.id) if one.can_become(state)]
        if not cards:
            raise NoCard(member.number)
        return cards

    def _change(
        self,
        cards: Iterable[StoredCard],
        state: CardState,
        member: Member,
        *,
        reason: str,
        now: int,
        actor: str,
    ) -> None:
        self.cards.change([one.id for one in cards], state, reason=reason, now=now)
        self.audit.add(
            f"card.{state.name.lower()}",
            now=now,
            actor=actor,
            subject=member.number,
            details={"reason": reason} if reason else {},
        )

    def _choose_places(
        self, members: Sequence[Member], *, now: int, actor: str, days: int
    ) -> list[NewCard]:
        """Give each member a place that was never given, drawn at random, inside `writing`.

        A list then tells nobody who joined when. The choice is on the disk before a card is signed.
        """
        today = datetime.datetime.fromtimestamp(now, datetime.UTC).date()
        for member in members:
            if member.left is not None and member.left <= today:
                raise HasLeft(member.number)
        chosen = self.choose_places(
            [
                Bearer(name=display_name(member), category=member.category, member_id=member.id)
                for member in members
            ],
            now=now,
            days=days,
        )
        for member in members:
            self.audit.add("card.issue", now=now, actor=actor, subject=member.number)
        return chosen

    def choose_places(self, bearers: Sequence[Bearer], *, now: int, days: int) -> list[NewCard]:
        """Give each bearer a place, inside `writing`; `finish` then signs their cards.

        Raises:
            NoPlaceLeft, MustCatchUp, BadMember: no place was given.
        """
        self.ourselves.check_may_sign()
        if not 0 < days <= LONGEST_DAYS:
            raise ValueError(f"a card lives 1 to {LONGEST_DAYS} days")
        key = self.ourselves.active_key()
        kid = key_id_of(PublicKey(bytes(key.verify_key)))
        indices = draw_places(self.cards.places(kid), len(bearers))
        expires_at = _expiry(now, days)
        cards = [
            NewCard(
                kid=kid,
                status_index=index,
                member_id=bearer.member_id,
                guest_ref=bearer.guest_ref,
                holder_name=bearer.name,
                category=bearer.category,
                issued_at=now,
                expires_at=expires_at,
            )
            for bearer, index in zip(bearers, indices, strict=True)
        ]
        for card in cards:
            # Once its place is chosen, a card that cannot be signed would stop all others.
            if not is_display_name(card.holder_name):
                raise BadMember(f"le nom {card.holder_name!r} ne peut pas figurer sur une carte")
        self.cards.add(cards)
        # Whoever retires this key meanwhile does so after these cards.
        self.lists.coops.raise_date(kid.hex(), now)
        return cards


def draw_places(given: dict[int, int], count: int) -> list[int]:
    """Return `count` places that are not among `given`, at random.

    Raises:
        NoPlaceLeft: there are not so many.
    """
    size = list_size(len(given) + count, highest=max(given, default=0))
    free = [index for index in range(size) if index not in given]
    if len(free) < count:
        raise NoPlaceLeft
    return random.SystemRandom().sample(free, count)


def last_day(card: NewCard) -> datetime.date:
    """Return the last day on which a card is good, wherever the shop is."""
    moment = datetime.datetime.fromtimestamp(card.expires_at, datetime.UTC)
    return (moment - datetime.timedelta(days=1)).date()


def _expiry(now: int, days: int) -> int:
    """Return noon UTC after the last day: by then that day is over from Lisbon to Vancouver."""
    return now // 86_400 * 86_400 + (days + 1) * 86_400 + 43_200


def _card_of(card: NewCard, member_ref: bytes) -> Card:
    return Card(
        status_index=card.status_index,
        member_ref=member_ref,
        holder_name=card.holder_name,
        category=card.category,
        issued_at=card.issued_at,
        expires_at=card.expires_at,
    )
