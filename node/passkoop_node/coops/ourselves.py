"""Ourselves: what the co-op says of itself, its issuing keys, and its signed descriptor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nacl.signing import SigningKey

from passkoop_node.coops.store import CoopStore, StoredDocument
from passkoop_node.core.database import writing
from passkoop_node.core.keyring import Keyring
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import BadSetting, NodeError
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
from passkoop_protocol.errors import BadShape
from passkoop_protocol.keys import CoopId, KeyId, PublicKey, coop_id_of
from passkoop_protocol.welcome import Policy, parse_policy, policy_to_map

AskIdentity = Callable[[], SigningKey]  # unlocks the identity key, or raises why it cannot

_IDENTITY = Setting(name="coop.identity_key", default="")  # public, hexadecimal
_NAME = Setting(name="coop.name", default="")
_PLACE = Setting(name="coop.place", default="")
_COUNTRY = Setting(name="coop.country", default="FR")
_CONTACT = Setting(name="coop.contact", default="")
# As SPEC 8 writes it, ids in hexadecimal; empty: the default.
_WELCOME: Setting[dict[str, Any]] = Setting(name="coop.welcome", default={})
_CATCHING_UP = Setting(name="coop.catching_up", default=False)
_CAUGHT_UP = Setting(name="coop.fetched_since_restore", default=False)


class MustCatchUp(NodeError):
    """The register was restored: what was signed since the backup has to come back first."""

    code = "must_catch_up"
    hint = (
        "Importez un fichier récent d’une coop amie (« passkoop peer import »), "
        "puis « passkoop restore --finish »."
    )

    def __init__(self) -> None:
        super().__init__("ce registre vient d’une sauvegarde : il ne signe rien pour l’instant")


class KeyNotFound(NodeError):
    """No issuing key of ours answers to this."""

    code = "key_not_found"
    hint = "Voyez les clés avec « passkoop key list »."

    def __init__(self, wanted: str) -> None:
        super().__init__(f"aucune clé ne commence par « {wanted} »")


class KeyNotActive(NodeError):
    """The key was retired or withdrawn before."""

    code = "key_not_active"
    hint = "Voyez les clés avec « passkoop key list »."

    def __init__(self, kid: KeyId) -> None:
        super().__init__(f"la clé {kid.hex()} a déjà été retirée")


class TooManyKeys(NodeError):
    """A descriptor takes no more keys."""

    code = "too_many_keys"
    hint = "Gardez la clé actuelle, et signalez-le aux auteurs de Pass’Koop."

    def __init__(self) -> None:
        super().__init__(f"la coop a déjà {MAX_KEYS} clés")


class BadProfile(NodeError):
    """The co-op's name, place or country cannot be signed."""

    code = "bad_profile"
    hint = (
        "Donnez un nom et un lieu de 100 caractères au plus, et un pays en deux lettres : "
        "FR, BE, PT, CH, CA…"
    )

    def __init__(self, reason: str) -> None:
        super().__init__(f"ces informations ne conviennent pas ({reason})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The co-op in its own words."""

    name: str
    place: str
    country: str  # ISO 3166-1 alpha-2
    contact: str = ""  # where a found card may be sent


class Ourselves:
    """Our identity, and what we sign with it."""

    def __init__(self, store: CoopStore, settings: SettingsStore, keyring: Keyring) -> None:
        self.store = store
        self.settings = settings
        self.keyring = keyring

    @property
    def identity_key(self) -> PublicKey:
        """The public identity key: it is the co-op."""
        return PublicKey(bytes.fromhex(self.settings.get(_IDENTITY)))

    @property
    def coop(self) -> CoopId:
        """Our id."""
        return coop_id_of(self.identity_key)

    @property
    def profile(self) -> Profile:
        """What we say of ourselves."""
        get = self.settings.get
        return Profile(
            name=get(_NAME), place=get(_PLACE), country=get(_COUNTRY), contact=get(_CONTACT)
        )

    @property
    def policy(self) -> Policy:
        """Whom we welcome."""
        stored = self.settings.get(_WELCOME)
        try:
            return parse_policy(_with_ids(stored, bytes.fromhex)) if stored else Policy()
        except (BadShape, ValueError, TypeError) as error:
            raise BadSetting(_WELCOME.name) from error

    def found(self, identity: SigningKey, profile: Profile, *, now: int) -> None:
        """Become the co-op of this identity key, with a first issuing key and a descriptor.

        Raises:
            BadProfile: nothing was written.
        """
        public = PublicKey(bytes(identity.verify_key))
        _check_profile(profile, identity)
        first = self._issuing_key(SigningKey.generate(), coop_id_of(public))
        with writing(self.settings.db):
            self.settings.set(_IDENTITY, public.hex())
            self.set_profile(profile)
            self.store.add_issuing_key(first, now=now)
        self.sign_descriptor(lambda: identity, now=now)

    def come_back(self, identity: SigningKey, profile: Profile) -> None:
        """Become the co-op of this identity key again, from its recovery sheet alone.

        Its issuing keys, dates and lists have to be fetched from others before it signs anything.
        """
        public = PublicKey(bytes(identity.verify_key))
        _check_profile(profile, identity)
        with writing(self.settings.db):
            self.settings.set(_IDENTITY, public.hex())
            self.set_profile(profile)
            self.begin_catching_up()

    def set_profile(self, profile: Profile) -> None:
        """Keep what we say of ourselves; it is said with the next descriptor."""
        with writing(self.settings.db):
            self.settings.set(_NAME, profile.name)
            self.settings.set(_PLACE, profile.place)
            self.settings.set(_COUNTRY, profile.country)
            self.settings.set(_CONTACT, profile.contact)

    def set_policy(self, policy: Policy) -> None:
        """Keep whom we welcome; it is said with the next descriptor.

        Raises:
            BadShape: SPEC 8 knows no such policy; nothing was written.
        """
        value = policy_to_map(policy)
        parse_policy(value)
        self.settings.set(_WELCOME, _with_ids(value, bytes.hex))

    # --- issuing keys ---

    def active_key(self) -> SigningKey:
        """Return the newest active issuing key: it signs cards, and everybody's lists."""
        for one in reversed(self.store.issuing_keys()):
            if one.state is KeyState.ACTIVE and self.keyring.has_issuing_key(one.kid):
                return self.keyring.issuing_key(one.kid)
        raise KeyNotFound("active")

    def rotate(self, ask: AskIdentity, *, now: int) -> KeyId:
        """Make a new issuing key and retire the active ones: their cards stay good.

        Returns:
            The new key's kid.
        """
        self.check_may_sign()
        return self._replace_keys(ask, KeyState.RETIRED, self._active_kids(), now=now)

    def withdraw(self, kid: KeyId, ask: AskIdentity, *, now: int) -> KeyId | None:
        """Withdraw a lost or stolen issuing key: all its cards have to be made anew.

        Returns:
            The kid of the new key, made if no active one was left.
        """
        self.check_may_sign()
        states = {one.kid: one.state for one in self.store.issuing_keys()}
        if kid not in states:
            raise KeyNotFound(kid.hex())
        if states[kid] is KeyState.WITHDRAWN:
            raise KeyNotActive(kid)
        if self._active_kids() == [kid]:
            return self._replace_keys(ask, KeyState.WITHDRAWN, [kid], now=now)
        identity = ask()
        self.store.change_issuing_key(kid, KeyState.WITHDRAWN, since=now)
        self.sign_descriptor(lambda: identity, now=now)
        return None

    def _active_kids(self) -> list[KeyId]:
        return [one.kid for one in self.store.issuing_keys() if one.state is KeyState.ACTIVE]

    def _replace_keys(
        self, ask: AskIdentity, state: KeyState, gone: list[KeyId], *, now: int
    ) -> KeyId:
        if len(self.store.issuing_keys()) >= MAX_KEYS:
            raise TooManyKeys
        identity = ask()  # before anything changes: the passphrase may be wrong
        new = self._issuing_key(SigningKey.generate(), self.coop)
        with writing(self.store.db):
            for kid in gone:
                self.store.change_issuing_key(kid, state, since=now)
            self.store.add_issuing_key(new, now=now)
        self.sign_descriptor(lambda: identity, now=now)
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

    def sign_descriptor(self, ask: AskIdentity, *, now: int) -> None:
        """Sign what we say now, and keep it."""
        self.check_may_sign()
        identity = ask()
        date = self.store.next_date("descriptor", now=now)
        data = sign_descriptor(self._descriptor(date), key=identity)
        document = StoredDocument(
            kind="descriptor",
            subject=self.coop,
            kid=b"",
            hash=payload_hash(parse_sign1(data, typ=TYP).payload),
            issued_at=date,
            data=data,
        )
        self.store.replace_documents("descriptor", self.coop, b"", [document], now=now)

    def _held_descriptor(self) -> Descriptor | None:
        held = self.store.newest("descriptor", self.coop)
        return parse_descriptor(parse_sign1(held.data, typ=TYP).payload) if held else None

    def _descriptor(self, issued_at: int) -> Descriptor:
        keys = self.store.issuing_keys()
        return _descriptor(self.identity_key, self.profile, self.policy, keys, issued_at)

    # --- after a restore ---

    @property
    def is_catching_up(self) -> bool:
        """Whether the register was restored, and signs nothing yet."""
        return self.settings.get(_CATCHING_UP)

    @property
    def has_fetched(self) -> bool:
        """Whether documents of ours came back since the register was restored."""
        return self.settings.get(_CAUGHT_UP)

    def check_may_sign(self) -> None:
        """Return quietly, or raise MustCatchUp."""
        if self.is_catching_up:
            raise MustCatchUp

    def begin_catching_up(self) -> None:
        """Sign nothing from now on: the register was restored from a backup."""
        with writing(self.settings.db):
            self.settings.set(_CATCHING_UP, True)
            self.settings.set(_CAUGHT_UP, False)

    def note_fetched(self) -> None:
        """Note that our own documents came back from somebody."""
        self.settings.set(_CAUGHT_UP, True)

    def absorb_descriptor(self) -> None:
        """Take over what our newest descriptor says: it may have been signed after the backup.

        Keys only get worse by it; one that the register does not know is listed again, or its
        cards would be refused.
        """
        held = self._held_descriptor()
        if held is None:
            return
        ours = {one.kid: one for one in self.store.issuing_keys()}
        with writing(self.store.db):
            self.store.raise_date("descriptor", held.issued_at)
            for one in held.keys:
                if one.kid not in ours:
                    self.store.add_issuing_key(one, now=held.issued_at)
                elif one.state > ours[one.kid].state:
                    self.store.change_issuing_key(one.kid, one.state, since=one.since)
            self.set_profile(
                Profile(
                    name=held.name, place=held.place, country=held.country, contact=held.contact
                )
            )
            self.set_policy(held.policy)

    def finish_catching_up(self, ask: AskIdentity, *, now: int) -> KeyId:
        """Sign again, with a new issuing key: nobody knows which places the old ones gave."""
        identity = ask()
        self.settings.set(_CATCHING_UP, False)
        try:
            return self.rotate(lambda: identity, now=now)
        except BaseException:
            self.settings.set(_CATCHING_UP, True)
            raise


def _with_ids(welcome: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """Return a policy's map with its co-op ids changed: JSON knows no byte strings."""
    ids = {key: list(map(change, welcome[key])) for key in ("accept", "refuse") if key in welcome}
    return welcome | ids


def _check_profile(profile: Profile, identity: SigningKey) -> None:
    """Sign a trial, so that nothing half-written remains of a name that cannot be signed."""
    public = PublicKey(bytes(identity.verify_key))
    try:
        sign_descriptor(_descriptor(public, profile, Policy(), [], 0), key=identity)
    except BadShape as error:
        raise BadProfile(str(error)) from error


def _descriptor(
    identity: PublicKey, profile: Profile, policy: Policy, keys: list[IssuingKey], issued_at: int
) -> Descriptor:
    return Descriptor(
        issued_at=issued_at,
        identity_key=identity,
        name=profile.name,
        place=profile.place,
        country=profile.country,
        contact=profile.contact,
        keys=tuple(keys),
        policy=policy,
    )
