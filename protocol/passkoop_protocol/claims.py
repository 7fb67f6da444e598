"""Whose card a key signs, from all that co-ops say of it (SPEC 9.3, 9.5, 9.7).

None of this depends on the card, so it is worked out once and not at every scan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from .descriptor import KeyState
from .keys import CoopId, PublicKey


class Standing(Enum):
    """What the co-op that holds a trust store thinks of another."""

    UNKNOWN = "unknown"
    BLOCKED = "blocked"  # by the people here
    REPLACED = "replaced"  # it bears a new id now
    OWN = "own"
    PAIRED = "paired"
    LISTED = "listed"
    DISPUTED = "disputed"  # suspended by some of those that list it
    SUSPENDED = "suspended"  # by all that list it


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """A co-op that says: this issuing key is mine."""

    coop: CoopId
    key: PublicKey
    state: KeyState
    since: int
    former: bool = False  # listed by an older descriptor only

    def may_sign(self, issued_at: int) -> bool:
        """Return whether a list of `issued_at` signed by this key is believed."""
        if self.state is KeyState.RETIRED:
            return issued_at <= self.since
        return self.state is KeyState.ACTIVE


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """A co-op as a verdict needs it."""

    coop: CoopId
    present_id: CoopId  # the id that it bears now: visits are counted under it
    standing: Standing
    name: str
    place: str
    country: str  # as a federation lists it, else as it says itself
    listed_at: int | None  # date of the newest directory that lists it; None: none does
    listed_until: int  # from this second on all directories that do are old (9.9.2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """A key that may have signed a card, and what that means here."""

    key: PublicKey
    withdrawn: bool  # 9.5: one of those who list it says that it was stolen, or nobody lists it
    home: Home  # 9.7: the co-op whose card it is
    anchor: Anchor  # what that co-op says of the key
    disputed: bool  # 9.9.3: several co-ops list it


Claim = tuple[Anchor, Home]  # a co-op says that this key is its own, and what we think of the co-op


def signers_among(claims: Sequence[Claim]) -> tuple[Signer, ...]:
    """Return what each of the keys claimed means, without the claims of unknown co-ops (9.3)."""
    known = [claim for claim in claims if claim[1].standing is not Standing.UNKNOWN]
    keys = dict.fromkeys(anchor.key for anchor, _ in known)
    return tuple(_signer(key, [claim for claim in known if claim[0].key == key]) for key in keys)


def _signer(key: PublicKey, claims: Sequence[Claim]) -> Signer:
    listed = [claim for claim in claims if not claim[0].former]
    current = [claim for claim in listed if claim[1].standing is not Standing.REPLACED]
    taken = current or listed
    anchor, home = min(taken or claims, key=_preference)
    return Signer(
        key=key,
        # Whoever lists a key holds it: if one of them says that it was stolen, it was.
        withdrawn=not listed or any(one.state is KeyState.WITHDRAWN for one, _ in taken),
        home=home,
        anchor=anchor,
        disputed=len({one.coop for one, _ in taken}) > 1,
    )


_ORDER = (Standing.OWN, Standing.PAIRED, Standing.LISTED, Standing.DISPUTED)


def _preference(claim: Claim) -> tuple[int, int, bytes]:
    """Return what orders the co-ops that claim one key: the first is the home co-op."""
    anchor, home = claim
    place = _ORDER.index(home.standing) if home.standing in _ORDER else len(_ORDER)
    return place, anchor.state, anchor.coop
