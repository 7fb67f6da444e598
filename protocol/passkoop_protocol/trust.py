"""The trust store: the documents found valid, and whom the people here believe (SPEC 7).

It holds valid documents only: `add` checks everything before it changes anything. It knows no clock
and no disk; the node keeps the accepted bytes and hands them in again at its next start.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from . import cose, status
from .additions import Addition, Outcome, check_date, check_newer
from .claims import Anchor, Home, Signer, Standing, signers_among
from .descriptor import AAD as DESCRIPTOR_AAD
from .descriptor import MAX_DOCUMENT as MAX_DESCRIPTOR
from .descriptor import TYP as DESCRIPTOR_TYP
from .descriptor import IssuingKey, KeyState, parse_descriptor, read_identity_key
from .directory import FederationId, payload_hash
from .errors import BadSignature, NotListed, ProtocolError, TooLarge, WrongKey
from .federations import Federations
from .holdings import HeldDescriptor, HeldList, ListDocument
from .keys import CoopId, KeyId, PublicKey, coop_id_of, key_id_of

# Of a list that speaks for several co-ops, the outcome that is told.
_TOLD = (Outcome.ACCEPTED, Outcome.KNOWN, Outcome.PARKED)

# Seconds between two documents that relays may bring us unasked.
DESCRIPTOR_PACE, LIST_PACE = 600, 60
# Keys of a co-op that it no longer lists: whoever lists new ones for ever is forgotten.
MAX_FORMER = 256


class TrustStore:
    """Whom a co-op believes, and what it knows of them."""

    def __init__(self, *, own: CoopId | None = None) -> None:
        """Make an empty store for the co-op `own`."""
        self.own = own
        self.paired: set[CoopId] = set()
        self.federations = Federations()
        self.newest_from_others = 0  # an `iat`: hints that our clock is slow, expires nothing
        self._blocked: set[CoopId] = set()
        self._replaced: dict[CoopId, CoopId] = {}  # old id to new, by pairing
        # Worked out when first asked, and forgotten at every change.
        self._homes: dict[CoopId, Home] = {}
        self._signers: dict[KeyId, tuple[Signer, ...]] = {}
        self._descriptors: dict[CoopId, HeldDescriptor] = {}
        self._anchors: dict[KeyId, tuple[Anchor, ...]] = {}
        self._lists: dict[tuple[CoopId, KeyId], HeldList] = {}
        self._parked: dict[tuple[CoopId, KeyId | None], tuple[int, bytes]] = {}

    # --- what people decide ---

    def pair(self, coop: CoopId, *, replaces: Iterable[CoopId] = ()) -> None:
        """Believe `coop`, whose whole code somebody typed, and no longer the ids it `replaces`."""
        self._forget()
        self.paired.add(coop)
        self._replaced.pop(coop, None)  # the last word of the people here counts
        for old in replaces:
            if old != coop:
                self._replaced[old] = coop
                self.paired.discard(old)

    def unpair(self, coop: CoopId) -> None:
        """Take a pairing back, with what it replaced."""
        self._forget()
        self.paired.discard(coop)
        self._replaced = {old: new for old, new in self._replaced.items() if new != coop}

    def block(self, coop: CoopId) -> None:
        """Refuse the cards of `coop`, whoever lists it."""
        self._forget()
        self._blocked.add(coop)

    def unblock(self, coop: CoopId) -> None:
        """Take a block back."""
        self._forget()
        self._blocked.discard(coop)

    def follow(self, federation: FederationId) -> None:
        """Believe what this federation says of its co-ops; its documents come by `add`."""
        self._forget()
        self.federations.follow(federation)

    def leave(self, federation: FederationId) -> None:
        """Stop believing this federation, and forget its documents."""
        self._forget()
        self.federations.leave(federation)

    # --- what documents say ---

    def add(self, data: bytes, *, now: int, paced: bool = False) -> Addition:
        """Take a signed document in, or raise why not; then nothing has changed.

        Args:
            data: the bytes as they came.
            now: seconds, UTC.
            paced: a relay brought it unasked: who signs too often has to wait (SPEC 7.6).

        Raises:
            ProtocolError: one of its subclasses.
        """
        self._forget()
        if data.startswith(b"\xd8\x62"):  # tag 98, COSE_Sign
            addition = self.federations.add(data, now=now)
        elif cose.has_typ(data, DESCRIPTOR_TYP):
            addition = self._add_descriptor(data, now=now, paced=paced)
        else:
            addition = self._add_list(data, now=now, paced=paced)
        if (
            addition.outcome is Outcome.ACCEPTED
            and addition.subject != self.own
            and addition.kind != "root"
        ):
            self.newest_from_others = max(self.newest_from_others, addition.issued_at)
        return addition

    def release(self, *, now: int) -> list[Addition]:
        """Take in the parked documents whose time has come, and return what became of them."""
        due = [key for key, (free_at, _) in self._parked.items() if free_at <= now]
        additions = []
        for key in due:
            _, data = self._parked.pop(key)
            try:
                additions.append(self.add(data, now=now))
            except ProtocolError:  # its signer was delisted or its key withdrawn meanwhile
                continue
        return additions

    def parked(self) -> Iterator[tuple[CoopId, KeyId | None, bytes]]:
        """Yield the documents that wait: co-op, the kid of a status list, and the bytes."""
        for (coop, kid), (_, data) in self._parked.items():
            yield coop, kid, data

    def remember_former(self, coop: CoopId, keys: Iterable[PublicKey]) -> None:
        """Say which keys a co-op's older descriptors listed, after `add` of the newest."""
        gone = [IssuingKey(key=key, state=KeyState.WITHDRAWN, since=0, proof=b"") for key in keys]
        self._remember(self._descriptors[coop], gone)

    def remember_dropped(self, coop: CoopId, kid: KeyId, issued_at: int) -> None:
        """Say when a list was dated that was dropped with its signer: no older one comes back."""
        held = self._lists.get((coop, kid))
        if held is None or held.issued_at < issued_at:
            self._lists[coop, kid] = HeldList.of(issued_at, ())

    def _add_descriptor(self, data: bytes, *, now: int, paced: bool) -> Addition:
        if len(data) > MAX_DESCRIPTOR:
            raise TooLarge(f"a descriptor longer than {MAX_DESCRIPTOR} bytes")
        signed = cose.parse_sign1(data, typ=DESCRIPTOR_TYP)
        key = read_identity_key(signed.payload)
        coop = coop_id_of(key)
        # Cheap before dear: a stranger makes us neither verify nor store anything.
        if not self.listens_to(coop) or self._pinned_key(coop) not in (None, key):
            raise NotListed("signed by a co-op that is neither paired nor in a directory")
        if signed.kid != key_id_of(key) or not signed.holds(key, DESCRIPTOR_AAD):
            raise BadSignature("the descriptor's signature does not hold")
        descriptor = parse_descriptor(signed.payload)
        check_date(descriptor.issued_at, now=now)
        name, held = payload_hash(signed.payload), self._descriptors.get(coop)
        addition = Addition(
            kind="descriptor",
            outcome=Outcome.ACCEPTED,
            subject=coop,
            issued_at=descriptor.issued_at,
        )
        if held:
            if name == held.hash:
                return replace(addition, outcome=Outcome.KNOWN)
            check_newer(descriptor.issued_at, held.descriptor.issued_at)
            if descriptor.issued_at == held.descriptor.issued_at:
                addition = replace(addition, equivocation=True)
                if name > held.hash:
                    self._remember(held, descriptor.keys)
                    return replace(addition, outcome=Outcome.KNOWN)
            elif paced and descriptor.issued_at < held.descriptor.issued_at + DESCRIPTOR_PACE:
                free_at = held.descriptor.issued_at + DESCRIPTOR_PACE
                return self._park((coop, None), free_at, data, addition)
        self._parked.pop((coop, None), None)
        newer = HeldDescriptor(descriptor=descriptor, data=data, hash=name, former={})
        self._remember(newer, [*held.former.values(), *held.descriptor.keys] if held else [])
        self._drop_lists_of_keys_gone(coop)
        return addition

    def _add_list(self, data: bytes, *, now: int, paced: bool) -> Addition:
        if len(data) > status.MAX_DOCUMENT:
            raise TooLarge(f"a status list longer than {status.MAX_DOCUMENT} bytes")
        signed = cose.parse_sign1(data, typ=status.TYP)
        anchors = [one for one in self._anchors.get(signed.kid, ()) if self.listens_to(one.coop)]
        if not anchors:
            raise WrongKey("the status list is signed by a key that no co-op we know lists")
        anchors = [one for one in anchors if signed.holds(one.key, status.AAD)]
        if not anchors:
            raise BadSignature("the status list's signature does not hold")
        statuses = status.parse_list(signed.payload)
        # A list speaks for the co-ops that list both its signer, still trusted, and its subject:
        # the cards of a former key are refused whatever its list says.
        coops = [
            (one.coop, one.key)
            for one in anchors
            if one.may_sign(statuses.issued_at)
            and any(
                subject.coop == one.coop and not subject.former
                for subject in self._anchors.get(statuses.kid, ())
            )
        ]
        if not coops:
            raise WrongKey("the signer may not speak for this key's cards")
        check_date(statuses.issued_at, now=now)
        document = ListDocument(
            hash=payload_hash(signed.payload), data=data, signer=coops[0][1], array=statuses.array
        )
        additions: list[Addition] = []
        refused: ProtocolError | None = None
        for coop, _ in coops:
            try:
                additions.append(self._hold_list(coop, statuses, document, paced=paced))
            except ProtocolError as error:
                refused = error
        if refused and not additions:
            raise refused
        told = min(additions, key=lambda one: (_TOLD.index(one.outcome), one.subject == self.own))
        return replace(told, equivocation=any(one.equivocation for one in additions))

    def _hold_list(
        self, coop: CoopId, statuses: status.StatusList, document: ListDocument, *, paced: bool
    ) -> Addition:
        place = (coop, statuses.kid)
        held = self._lists.get(place)
        addition = Addition(
            kind="status_list",
            outcome=Outcome.ACCEPTED,
            subject=coop,
            issued_at=statuses.issued_at,
            kid=statuses.kid,
        )
        documents = [document]
        if held:
            if any(document.hash == one.hash for one in held.documents):
                return replace(addition, outcome=Outcome.KNOWN)
            check_newer(statuses.issued_at, held.issued_at)
            if statuses.issued_at == held.issued_at:
                documents.extend(held.documents)
                addition = replace(addition, equivocation=bool(held.documents))
            elif paced and statuses.issued_at < held.issued_at + LIST_PACE:
                return self._park(place, held.issued_at + LIST_PACE, document.data, addition)
        self._parked.pop(place, None)
        self._lists[place] = newer = HeldList.of(statuses.issued_at, documents)
        if document not in newer.documents:  # a third one: not accepted, or relays would pass it on
            return replace(addition, outcome=Outcome.KNOWN)
        return addition

    def _park(
        self, place: tuple[CoopId, KeyId | None], free_at: int, data: bytes, addition: Addition
    ) -> Addition:
        """Keep the latest document of a co-op in a hurry until `free_at`."""
        self._parked[place] = (free_at, data)
        return replace(addition, outcome=Outcome.PARKED)

    def _remember(self, held: HeldDescriptor, keys: Iterable[IssuingKey]) -> None:
        """Hold this descriptor, and remember those of `keys` as former which it does not list."""
        self._forget()
        listed = {one.key for one in held.descriptor.keys}
        once = {**held.former, **{one.key: one for one in keys if one.key not in listed}}
        former = dict(list(once.items())[-MAX_FORMER:])
        for key in once.keys() - former.keys():
            self._lists.pop((held.descriptor.coop, key_id_of(key)), None)
        self._hold(replace(held, former=former))

    def _hold(self, held: HeldDescriptor) -> None:
        coop = held.descriptor.coop
        if before := self._descriptors.get(coop):
            for key in {*before.former, *(one.key for one in before.descriptor.keys)}:
                kid = key_id_of(key)
                self._anchors[kid] = tuple(one for one in self._anchors[kid] if one.coop != coop)
        self._descriptors[coop] = held
        for listed, former in ((held.descriptor.keys, False), (held.former.values(), True)):
            for one in listed:
                state = KeyState.WITHDRAWN if former else one.state
                anchor = Anchor(coop=coop, key=one.key, state=state, since=one.since, former=former)
                self._anchors[one.kid] = (*self._anchors.get(one.kid, ()), anchor)

    def _drop_lists_of_keys_gone(self, coop: CoopId) -> None:
        """Forget lists signed by a key no longer trusted: whoever stole it may have signed them."""
        speaker = self._descriptors[coop]
        listed = {one.key for one in speaker.descriptor.keys}
        for key in (*listed, *speaker.former):
            place = (coop, key_id_of(key))
            if (held := self._lists.get(place)) is None:
                continue
            kept = [
                one
                for one in held.documents
                if key in listed and self._still_signs(coop, one.signer, held.issued_at)
            ]
            if len(kept) < len(held.documents):
                self._lists[place] = HeldList.of(held.issued_at, kept)

    def _still_signs(self, coop: CoopId, key: PublicKey, issued_at: int) -> bool:
        anchors = self._anchors.get(key_id_of(key), ())
        return any(
            one.coop == coop and one.key == key and one.may_sign(issued_at) for one in anchors
        )

    def _pinned_key(self, coop: CoopId) -> PublicKey | None:
        """Return the whole key behind a co-op's id, if known: the id is only 80 bits of it."""
        if held := self._descriptors.get(coop):
            return held.descriptor.identity_key
        return next((row.identity_key for _, row in self.federations.listings(coop)), None)

    # --- what a verdict asks ---

    def listens_to(self, coop: CoopId) -> bool:
        """Return whether `coop` is heard: ours, paired, or listed (SPEC 7.1)."""
        return coop == self.own or coop in self.paired or any(self.federations.listings(coop))

    def home(self, coop: CoopId) -> Home:
        """Return what a verdict needs to know of a co-op whose descriptor is held."""
        if coop not in self._homes:
            descriptor = self._descriptors[coop].descriptor
            listings = list(self.federations.listings(coop))
            dates = [one.held.directory.issued_at for one, _ in listings if one.held]
            self._homes[coop] = Home(
                coop=coop,
                present_id=self.present_id(coop),
                standing=self.standing(coop),
                name=descriptor.name,
                place=descriptor.place,
                country=listings[0][1].country if listings else descriptor.country,
                listed_at=max(dates) if dates else None,
                listed_until=max([federation.old_from for federation, _ in listings], default=0),
            )
        return self._homes[coop]

    def standing(self, coop: CoopId) -> Standing:
        """Return what we think of `coop`: blocks, then pairings, then federations (SPEC 7.7)."""
        if coop == self.own:
            return Standing.OWN
        if coop in self._blocked:
            return Standing.BLOCKED
        if coop in self._replaced:
            return Standing.REPLACED
        suspended = [row.suspended for _, row in self.federations.listings(coop)]
        if coop in self.paired:
            return Standing.DISPUTED if any(suspended) else Standing.PAIRED
        if self._replacement(coop):
            return Standing.REPLACED
        if not suspended:
            return Standing.UNKNOWN
        if all(suspended):
            return Standing.SUSPENDED
        return Standing.DISPUTED if any(suspended) else Standing.LISTED

    def present_id(self, coop: CoopId) -> CoopId:
        """Return the id that `coop` bears now: visits are counted under it."""
        seen = set()
        while coop not in seen:
            seen.add(coop)
            coop = self._replaced.get(coop) or self._replacement(coop) or coop
        return coop

    def _replacement(self, coop: CoopId) -> CoopId | None:
        """Return what federations say replaces `coop`, unless people here vouch for it."""
        own_word = coop == self.own or coop in self.paired
        return None if own_word else self.federations.replacement(coop)

    def signers(self, kid: KeyId) -> tuple[Signer, ...]:
        """Return the keys with this `kid` that co-ops known here list, and what they mean."""
        if kid not in self._signers:
            claims = [(anchor, self.home(anchor.coop)) for anchor in self.anchors(kid)]
            if not claims:  # not remembered: strangers may ask for kids without end
                return ()
            self._signers[kid] = signers_among(claims)
        return self._signers[kid]

    def _forget(self) -> None:
        """Forget what was worked out: the people, or a document, changed what it rests on."""
        self._homes.clear()
        self._signers.clear()

    def anchors(self, kid: KeyId) -> tuple[Anchor, ...]:
        """Return every key with this `kid` that a co-op claims, or once claimed, as its own."""
        return self._anchors.get(kid, ())

    def descriptor(self, coop: CoopId) -> HeldDescriptor | None:
        """Return a co-op's newest descriptor."""
        return self._descriptors.get(coop)

    def status_list(self, coop: CoopId, kid: KeyId) -> HeldList | None:
        """Return the newest list of the cards that the co-op signed with the key `kid`."""
        held = self._lists.get((coop, kid))
        return held if held and held.documents else None

    def descriptors(self) -> Iterator[HeldDescriptor]:
        """Yield every descriptor held."""
        yield from self._descriptors.values()

    def status_lists(self) -> Iterator[tuple[CoopId, KeyId, HeldList]]:
        """Yield every status list held."""
        for (coop, kid), held in self._lists.items():
            if held.documents:
                yield coop, kid, held

    def dropped_lists(self, coop: CoopId) -> Iterator[tuple[KeyId, int]]:
        """Yield the kid and the date of each list of `coop` that was dropped with its signer."""
        if speaker := self._descriptors.get(coop):
            listed = (one.key for one in speaker.descriptor.keys)
            for kid in {key_id_of(key) for key in (*listed, *speaker.former)}:
                held = self._lists.get((coop, kid))
                if held and not held.documents:
                    yield kid, held.issued_at
