"""Ourselves: what the co-op says of itself, its issuing keys, and its signed descriptor."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from nacl.signing import SigningKey

from passkoop_node.coops.profile import (
    Profile as Profile,
)
from passkoop_node.coops.profile import (
    check_profile,
    load_addresses,
    load_page,
    load_policy,
    load_profile,
    save_addresses,
    save_page,
    save_policy,
    save_profile,
)
from passkoop_node.coops.refusals import (
    KeyNotActive as KeyNotActive,
)
from passkoop_node.coops.refusals import (
    KeyNotFound as KeyNotFound,
)
from passkoop_node.coops.refusals import (
    MustCatchUp as MustCatchUp,
)
from passkoop_node.coops.refusals import (
    NoActiveKey as NoActiveKey,
)
from passkoop_node.coops.refusals import (
    OtherIdentity as OtherIdentity,
)
from passkoop_node.coops.refusals import (
    TooManyKeys as TooManyKeys,
)
from passkoop_node.coops.refusals import (
    Unfinished as Unfinished,
)
from passkoop_node.coops.store import CoopStore, StoredDocument
from passkoop_node.core.database import writing
from passkoop_node.core.keyring import Keyring
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.descriptor import (
    MAX_KEYS,
    TYP,
    Descriptor,
    IssuingKey,
    KeyState,
    parse_descriptor,
    prove_possession,
    sign_descriptor,
)
from passkoop_protocol.directory import payload_hash
from passkoop_protocol.keys import CoopId, KeyId, PublicKey, coop_id_of
from passkoop_protocol.page import CoopPage, page_to_map
from passkoop_protocol.welcome import Policy

AskIdentity = Callable[[], SigningKey]  # unlocks the identity key, or raises why it cannot

_IDENTITY = Setting(name="coop.identity_key", default="")  # public, hexadecimal
_CATCHING_UP = Setting(name="coop.catching_up", default=False)
_SINCE = Setting(name="coop.catching_up_since", default=0)  # when the backup was made
_CAUGHT_UP = Setting(name="coop.fetched_since_restore", default=False)


_id_of = lru_cache(maxsize=4)(coop_id_of)  # asked for at each card


class Ourselves:
    """Our identity, and what we sign with it."""

    def __init__(self, store: CoopStore, settings: SettingsStore, keyring: Keyring) -> None:
        self.store = store
        self.settings = settings
        self.keyring = keyring

    @property
    def identity_key(self) -> PublicKey:
        """The public identity key: it is the co-op."""
        if not (stored := self.settings.get(_IDENTITY)):
            raise Unfinished(self.keyring.home.path)
        return PublicKey(bytes.fromhex(stored))

    @property
    def coop(self) -> CoopId:
        """Our id."""
        return _id_of(self.identity_key)

    @property
    def profile(self) -> Profile:
        """What we say of ourselves."""
        return load_profile(self.settings)

    @property
    def policy(self) -> Policy:
        """Whom we welcome."""
        return load_policy(self.settings)

    def found(self, identity: SigningKey, profile: Profile, *, now: int) -> None:
        """Become the co-op of this identity key, with a first issuing key and a descriptor.

        Raises:
            BadProfile: nothing was written.
        """
        check_profile(profile)
        public = PublicKey(bytes(identity.verify_key))
        first = self._issuing_key(SigningKey.generate(), coop_id_of(public))

        def begin() -> None:
            self.settings.set(_IDENTITY, public.hex())
            self.set_profile(profile)
            self.store.add_issuing_key(first, now=now)

        self._publish(identity, begin, now=now)

    def come_back(self, identity: SigningKey, profile: Profile) -> None:
        """Become the co-op of this identity key again, from its recovery sheet alone.

        Its issuing keys, dates and lists have to be fetched from others before it signs anything.
        """
        with writing(self.settings.db):
            self.set_profile(profile)
            self.settings.set(_IDENTITY, bytes(identity.verify_key).hex())
            self.begin_catching_up()

    def set_profile(self, profile: Profile) -> None:
        """Keep what we say of ourselves; it is said with the next descriptor.

        Raises:
            BadProfile: nothing was written.
        """
        check_profile(profile)
        save_profile(self.settings, profile)

    def set_policy(self, policy: Policy) -> None:
        """Keep whom we welcome; it is said with the next descriptor.

        Raises:
            BadShape: SPEC 8 knows no such policy; nothing was written.
        """
        save_policy(self.settings, policy)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where our node answers others."""
        return load_addresses(self.settings)

    @property
    def web_address(self) -> str:
        """Where people outside the shop open our pages: what links in letters begin with.

        The first address under https, else the first; "" where none is given.
        """
        secure = (one for one in self.addresses if one.startswith("https://"))
        return (next(secure, "") or next(iter(self.addresses), "")).rstrip("/")

    def set_addresses(self, addresses: Iterable[str]) -> None:
        """Keep where our node answers others; it is said with the next descriptor.

        Raises:
            TooManyAddresses: a descriptor takes no more; nothing was written.
        """
        save_addresses(self.settings, addresses)

    # --- issuing keys ---

    def active_key(self) -> SigningKey:
        """Return the newest active issuing key: it signs cards, and the lists of all keys.

        Raises:
            NoActiveKey: none is on this machine.
        """
        for one in reversed(self.store.issuing_keys()):
            if one.state is KeyState.ACTIVE and self.keyring.has_issuing_key(one.kid):
                return self.keyring.issuing_key(one.kid)
        raise NoActiveKey

    def rotate(self, ask: AskIdentity, *, now: int) -> KeyId:
        """Make a new issuing key and retire the active ones: their cards stay good.

        Returns:
            The new key's kid.
        """
        self.check_may_sign()
        return self._renew(ask(), self.check_may_sign, now=now)

    def withdraw(self, kid: KeyId, ask: AskIdentity, *, now: int) -> KeyId | None:
        """Withdraw a lost or stolen issuing key: all its cards have to be made anew.

        A co-op that catches up may do so once its own lists came back: a thief may be who signed
        them.

        Returns:
            The kid of the new key, made if no active one was left.
        """
        states = {one.kid: one.state for one in self.store.issuing_keys()}
        if kid not in states:
            raise KeyNotFound(kid.hex())
        if states[kid] is KeyState.WITHDRAWN:
            raise KeyNotActive(kid)
        if self.is_catching_up and not self.has_fetched:
            raise MustCatchUp
        identity = ask()

        def change() -> None:
            self.store.change_issuing_key(kid, KeyState.WITHDRAWN, since=now)

        if self._active_kids() == [kid]:
            return self._renew(identity, change, now=now)
        self._publish(identity, change, now=now)
        return None

    def _active_kids(self) -> list[KeyId]:
        return [one.kid for one in self.store.issuing_keys() if one.state is KeyState.ACTIVE]

    def _renew(self, identity: SigningKey, change: Callable[[], None], *, now: int) -> KeyId:
        """Do `change`, retire the active keys, and list a new one: its kid is returned."""
        if len(self.store.issuing_keys()) >= MAX_KEYS:
            raise TooManyKeys
        new = self._issuing_key(SigningKey.generate(), self.coop)

        def renew() -> None:
            change()
            # Not `now` alone: what a key signed while the clock was ahead, or while somebody
            # typed a passphrase here, was signed before it was retired.
            since = max(now, self.store.newest_date())
            for kid in self._active_kids():
                self.store.change_issuing_key(kid, KeyState.RETIRED, since=since)
            self.store.add_issuing_key(new, now=now)

        self._publish(identity, renew, now=now)
        return new.kid

    def _issuing_key(self, key: SigningKey, coop: CoopId) -> IssuingKey:
        self.keyring.keep_issuing_key(key)
        public = PublicKey(bytes(key.verify_key))
        proof = prove_possession(key, coop)
        return IssuingKey(key=public, state=KeyState.ACTIVE, since=0, proof=proof)

    # --- the descriptor ---

    def descriptor_is_current(self) -> bool:
        """Return whether the descriptor on the disk says what we say now."""
        held = self._held_descriptor()
        return held is not None and held == self._descriptor(held.issued_at)

    def declare(
        self, profile: Profile, addresses: Iterable[str], ask: AskIdentity | None, *, now: int
    ) -> None:
        """Say this of ourselves from now on, and sign it: both are on the disk, or neither.

        Args:
            profile: the co-op in its own words.
            addresses: where our node answers others.
            ask: unlocks the identity key; None: it is away, and signs later.
            now: seconds, UTC.

        Raises:
            BadProfile, TooManyAddresses, MustCatchUp: nothing was changed.
        """
        check_profile(profile)
        given = tuple(addresses)

        def change() -> None:
            self.set_profile(profile)
            self.set_addresses(given)

        self._say(change, ask, now=now)

    def declare_page(self, page: CoopPage, ask: AskIdentity | None, *, now: int) -> None:
        """Say this on our page of the directory from now on; else as `declare`."""
        self._say(lambda: save_page(self.settings, page), ask, now=now)

    def _say(self, say: Callable[[], None], ask: AskIdentity | None, *, now: int) -> None:
        self.check_may_sign()

        def change() -> None:
            self.check_may_sign()
            say()

        if ask is None:
            with writing(self.settings.db):
                change()
        else:
            self._publish(ask(), change, now=now)

    def sign_descriptor(self, ask: AskIdentity, *, now: int) -> None:
        """Sign what we say now, and keep it."""
        self.check_may_sign()
        self._publish(ask(), self.check_may_sign, now=now)

    def _publish(self, identity: SigningKey, change: Callable[[], None], *, now: int) -> None:
        """Do `change`, and sign what we then say: both are on the disk, or neither.

        Were a new key on the disk and not in the descriptor, its cards would be unknown elsewhere.
        """
        coop, is_kept = coop_id_of(PublicKey(bytes(identity.verify_key))), False
        while not is_kept:
            date = self.store.next_date("descriptor", now=now)
            with writing(self.store.db):
                held = self.store.newest("descriptor", coop)
                if held is not None and held.issued_at >= date:
                    # Another process was faster: once more, behind it.
                    self.store.raise_date("descriptor", held.issued_at)
                    continue
                change()
                if coop != self.coop:
                    raise OtherIdentity
                self._keep_descriptor(self._descriptor(date), identity, now=now)
                is_kept = True

    def _keep_descriptor(self, descriptor: Descriptor, identity: SigningKey, *, now: int) -> None:
        data = sign_descriptor(descriptor, key=identity)
        document = StoredDocument(
            kind="descriptor",
            subject=self.coop,
            kid=b"",
            hash=payload_hash(parse_sign1(data, typ=TYP).payload),
            issued_at=descriptor.issued_at,
            data=data,
        )
        self.store.replace_documents([("descriptor", self.coop, b"")], [document], now=now)

    def _held_descriptor(self) -> Descriptor | None:
        held = self.store.newest("descriptor", self.coop)
        return parse_descriptor(parse_sign1(held.data, typ=TYP).payload) if held else None

    def _descriptor(self, issued_at: int) -> Descriptor:
        keys = self.store.issuing_keys()
        return Descriptor(
            issued_at=issued_at,
            identity_key=self.identity_key,
            name=self.profile.name,
            place=self.profile.place,
            country=self.profile.country,
            contact=self.profile.contact,
            form=self.profile.form,
            addresses=self.addresses,
            keys=tuple(keys),
            policy=self.policy,
            page=page_to_map(load_page(self.settings)),
        )

    # --- after a restore ---

    @property
    def is_catching_up(self) -> bool:
        """Whether the register was restored, and signs nothing yet."""
        return self.settings.get(_CATCHING_UP)

    @property
    def has_fetched(self) -> bool:
        """Whether a list of ours came back since the register was restored."""
        return self.settings.get(_CAUGHT_UP)

    def check_may_sign(self) -> None:
        """Return quietly, or raise MustCatchUp."""
        if self.is_catching_up:
            raise MustCatchUp

    @property
    def catching_up_since(self) -> int:
        """When the backup was made that the register comes from; seconds, UTC."""
        return self.settings.get(_SINCE)

    def begin_catching_up(self, *, since: int = 0) -> None:
        """Sign nothing from now on: the register may not know all that was signed with its keys."""
        with writing(self.settings.db):
            self.settings.set(_CATCHING_UP, True)
            self.settings.set(_CAUGHT_UP, False)
            self.settings.set(_SINCE, since)

    def note_fetched(self) -> None:
        """Note that a list of ours came back from somebody."""
        self.settings.set(_CAUGHT_UP, True)

    def absorb_descriptor(self) -> None:
        """Take over what our own descriptor says that somebody brought: it was not signed here.

        Keys only get worse by it; one that the register does not know is listed again, or its
        cards would be refused.
        """
        with writing(self.store.db):
            held = self._held_descriptor()
            if held is None:
                return
            ours = {one.kid: one for one in self.store.issuing_keys()}
            self.store.raise_date("descriptor", held.issued_at)
            for one in held.keys:
                if one.kid not in ours:
                    self.store.add_issuing_key(one, now=held.issued_at)
                elif one.state > ours[one.kid].state:
                    self.store.change_issuing_key(one.kid, one.state, since=one.since)
            held_profile = Profile(
                name=held.name,
                place=held.place,
                country=held.country,
                contact=held.contact,
                form=held.form,
            )
            save_profile(self.settings, held_profile)
            self.set_policy(held.policy)
            self.set_addresses(held.addresses)

    def finish_catching_up(self, ask: AskIdentity, *, now: int) -> KeyId:
        """Sign again, with a new issuing key: nobody knows which places the old ones gave.

        Returns:
            The new key's kid.
        """
        return self._renew(ask(), lambda: self.settings.set(_CATCHING_UP, False), now=now)
