"""What a suspension reaches: the cards of the household, and the card that comes after."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from passkoop_node.cards.store import BY_HAND, CardState, CardStore, NewCard, StoredCard, Why
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.members.households import Households
from passkoop_node.members.member import Member


class HeldByPrincipal(NodeError):
    """A card cannot be good while the card of the household's principal is suspended."""

    code = "held_by_principal"
    hint = "Levez la suspension de cette carte-là\u202f: les autres du foyer suivent."

    def __init__(self, principal: Member) -> None:
        says = _(
            "la carte de %(name)s, titulaire du foyer, est suspendue", name=principal.full_name
        )
        super().__init__(says)
        self.principal = principal


class Following:
    """What the card of a principal means for those of the household.

    Lapsed dues suspend the principal's card, and with it the others'. A card that was suspended
    for a reason of its own stays so. Where the principal has no card that counts, as after it was
    revoked, the others' are left as they are: whoever takes the principal's place decides.
    """

    def __init__(self, cards: CardStore, households: Households, audit: AuditStore) -> None:
        self.cards = cards
        self.households = households
        self.audit = audit
        # What the cards of these members would be held for if they had any, by id.
        self.holds: Callable[[Sequence[Member], int], Mapping[int, str]] = lambda _who, _now: {}
        # Somebody made a card of this member good again that was held.
        self.lifted: Callable[[Member, int], None] = lambda _who, _now: None

    def let_be_good(self, member: Member, cards: Iterable[StoredCard], *, now: int) -> None:
        """Note that somebody makes these cards of a member good again, or raise HeldByPrincipal."""
        principal = self.households.principal_of(member)
        if principal and self._stands(principal.id, now=now) is CardState.SUSPENDED:
            raise HeldByPrincipal(principal)
        if any(one.held_for for one in cards):
            self.lifted(member, now)

    def settle(self, members: Iterable[Member], *, now: int, actor: str) -> int:
        """Make the cards of these members' households follow, inside `writing`; return how many."""
        ids = [one.id for one in members]
        of = self.households.store.principals_of(ids)
        principals = dict.fromkeys(of.get(id, id) for id in ids)
        if len(principals) > 1:  # most of a whole register lead no household
            leading = self.households.store.sizes_of_all()
            principals = {id: None for id in principals if id in leading}
        return sum(self._settle(id, now=now, actor=actor) for id in principals)

    def go_on(
        self,
        held: Mapping[int, Why],
        members: Sequence[Member],
        chosen: Iterable[NewCard],
        *,
        now: int,
        actor: str,
    ) -> None:
        """Suspend the new cards of those whose last one was, or would be, inside `writing`.

        Args:
            held: what `CardStore.suspended` said of them before.
            members: who get new cards.
            chosen: these cards, in the same order.
            now: seconds, UTC.
            actor: who makes them.
        """
        would_be = self.holds(members, now)
        for member, one in zip(members, chosen, strict=True):
            why = held.get(member.id) or Why(held_for=would_be.get(member.id, ""))
            if member.id in held or why.held_for:
                self.cards.change(
                    [self.cards.at(one.kid, one.status_index).id],
                    CardState.SUSPENDED,
                    reason="",
                    now=now,
                    why=why,
                )
                details = {"for": why.held_for} if why.held_for else {}
                self.audit.add(
                    "card.suspended", now=now, actor=actor, subject=member.number, details=details
                )

    # --- what ends by itself ---

    def hold(self, member: Member, held_for: str, *, now: int, actor: str) -> int:
        """Suspend the good cards of a member until this is settled, inside `writing`.

        Returns:
            How many there were. Whoever calls settles the household, and signs the lists.
        """
        cards = [one for one in self._live(member.id, now=now) if one.state is CardState.VALID]
        why = Why(held_for=held_for)
        return self._set(member, cards, CardState.SUSPENDED, why, now=now, actor=actor)

    def release(self, member: Member, held_for: str, *, now: int, actor: str) -> int:
        """Make good again what was suspended for this alone, inside `writing`: see `hold`."""
        cards = [
            one
            for one in self.cards.of_member(member.id)
            if one.state is CardState.SUSPENDED and one.held_for == held_for
        ]
        details = Why(held_for=held_for)
        return self._set(member, cards, CardState.VALID, details, now=now, actor=actor)

    def _set(
        self,
        member: Member,
        cards: Sequence[StoredCard],
        state: CardState,
        why: Why,
        *,
        now: int,
        actor: str,
    ) -> int:
        if cards:
            kept = why if state is CardState.SUSPENDED else BY_HAND
            self.cards.change([one.id for one in cards], state, reason="", now=now, why=kept)
            self.audit.add(
                f"card.{state.name.lower()}",
                now=now,
                actor=actor,
                subject=member.number,
                details={"for": why.held_for},
            )
        return len(cards)

    def free(self, member: Member, *, now: int, actor: str) -> int:
        """Make good again what was suspended with the principal's: they are in no household."""
        with writing(self.cards.db):
            cards = [one for one in self._live(member.id, now=now) if one.with_principal]
            return self._change(member, cards, CardState.VALID, None, now=now, actor=actor)

    def hand_over(self, member: Member, former: Member, *, now: int) -> None:
        """Let the new principal's suspended card be why the former's is, no more the reverse."""
        with writing(self.cards.db):
            theirs, before = (
                [one for one in self._live(who.id, now=now) if one.state is CardState.SUSPENDED]
                for who in (member, former)
            )
            held_for = next((one.held_for for one in before if one.held_for), "")
            following = [one.id for one in theirs if one.with_principal]
            self.cards.blame(following, Why(held_for=held_for))
            self.cards.blame([one.id for one in before], Why(with_principal=True))

    def _settle(self, principal_id: int, *, now: int, actor: str) -> int:
        affiliated = self.households.store.affiliated_to(principal_id)
        stands = self._stands(principal_id, now=now) if affiliated else None
        if stands is None:
            return 0
        principal = self.households.members.get(principal_id)
        changed = 0
        for id in affiliated:
            cards = [
                one
                for one in self._live(id, now=now)
                if one.state is not stands and (stands is CardState.SUSPENDED or one.with_principal)
            ]
            member = self.households.members.get(id)
            changed += self._change(member, cards, stands, principal, now=now, actor=actor)
        return changed

    def _change(
        self,
        member: Member,
        cards: Sequence[StoredCard],
        state: CardState,
        principal: Member | None,
        *,
        now: int,
        actor: str,
    ) -> int:
        if not cards:
            return 0
        self.cards.change(
            [one.id for one in cards],
            state,
            reason="",
            now=now,
            why=Why(with_principal=state is CardState.SUSPENDED),
        )
        self.audit.add(
            f"card.{state.name.lower()}",
            now=now,
            actor=actor,
            subject=member.number,
            details={"household": (principal or member).number},
        )
        return len(cards)

    def _stands(self, member_id: int, *, now: int) -> CardState | None:
        """Return the state of a member's newest card that counts, None if there is none."""
        return next((one.state for one in self._live(member_id, now=now)), None)

    def _live(self, member_id: int, *, now: int) -> list[StoredCard]:
        cards = self.cards.of_member(member_id)
        return [one for one in cards if one.state is not CardState.REVOKED and one.expires_at > now]
