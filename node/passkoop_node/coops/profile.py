"""The co-op in its own words, and whom it welcomes: what people here set, and a descriptor says."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from passkoop_node.core.database import writing
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import BadSetting, NodeError
from passkoop_protocol import cbor
from passkoop_protocol.errors import BadShape
from passkoop_protocol.fields import is_hidden_free
from passkoop_protocol.page import CoopPage, page_to_map, parse_page
from passkoop_protocol.welcome import Policy, is_country, parse_policy, policy_to_map

_NAME = Setting(name="coop.name", default="")
_PLACE = Setting(name="coop.place", default="")
_COUNTRY = Setting(name="coop.country", default="FR")
_CONTACT = Setting(name="coop.contact", default="")
_FORM = Setting(name="coop.form", default="")
# Where our node answers others, for the descriptor.
MOST_ADDRESSES = 8  # SPEC 6.1
_ADDRESSES: Setting[list[Any]] = Setting(name="coop.addresses", default=[])
# As SPEC 6.2.1 writes it.
_PAGE: Setting[dict[str, Any]] = Setting(name="coop.page", default={})
_MOST_PAGE = 24_000  # bytes: with 64 keys beside it, a descriptor still has room (SPEC 6.1)
# As SPEC 8 writes it, ids in hexadecimal; empty: the default.
_WELCOME: Setting[dict[str, Any]] = Setting(name="coop.welcome", default={})


class BadProfile(NodeError):
    """What the co-op says of itself cannot be signed."""

    code = "bad_profile"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class TooManyAddresses(NodeError):
    """A descriptor takes no more addresses."""

    code = "too_many_addresses"
    hint = "Retirez-en une d’abord\u202f: «\u00a0passkoop peer address remove\u00a0»."

    def __init__(self) -> None:
        super().__init__(f"la coop a déjà {MOST_ADDRESSES} adresses")


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The co-op in its own words."""

    name: str
    place: str
    country: str  # ISO 3166-1 alpha-2
    contact: str = ""  # where a found card may be sent
    form: str = ""  # legal form, in its own words


def check_profile(profile: Profile) -> None:
    """Return quietly if a descriptor can say this (SPEC 6.2), or raise BadProfile."""
    if not is_country(profile.country):
        raise BadProfile(
            f"«\u00a0{profile.country}\u00a0» n’est pas un pays",
            "Donnez-le en deux lettres majuscules\u202f: FR, BE, PT, CH, CA…",
        )
    for what, text, longest in (
        ("le nom de la coop", profile.name, 100),
        ("le lieu", profile.place, 100),
        ("l’adresse de contact", profile.contact, 300),
        ("la forme juridique", profile.form, 100),
    ):
        try:
            size = len(text.encode())
        except UnicodeEncodeError:  # the terminal sent no UTF-8
            size = 0
        if size > longest:
            raise BadProfile(
                f"{what} est trop long",
                f"Donnez {longest} lettres au plus\u202f; une lettre accentuée compte double.",
            )
        if not is_hidden_free(text) or (text and not (size and text.strip())):
            raise BadProfile(
                f"{what} a des caractères qui ne se voient pas",
                "Donnez-le de nouveau, sur une ligne.",
            )
    if not (profile.name and profile.place):
        raise BadProfile(
            "il manque le nom de la coop ou son lieu", "Donnez l’un et l’autre, même très courts."
        )


def load_profile(settings: SettingsStore) -> Profile:
    """Return what we say of ourselves."""
    get = settings.get
    return Profile(
        name=get(_NAME),
        place=get(_PLACE),
        country=get(_COUNTRY),
        contact=get(_CONTACT),
        form=get(_FORM),
    )


def save_profile(settings: SettingsStore, profile: Profile) -> None:
    """Keep what we say of ourselves."""
    with writing(settings.db):
        settings.set(_NAME, profile.name)
        settings.set(_PLACE, profile.place)
        settings.set(_COUNTRY, profile.country)
        settings.set(_CONTACT, profile.contact)
        settings.set(_FORM, profile.form)


def load_addresses(settings: SettingsStore) -> tuple[str, ...]:
    """Return where our node answers others."""
    stored = settings.get(_ADDRESSES)
    if not all(isinstance(one, str) for one in stored):
        raise BadSetting(_ADDRESSES.name)
    return tuple(stored)


def save_addresses(settings: SettingsStore, addresses: Iterable[str]) -> None:
    """Keep where our node answers others.

    Raises:
        TooManyAddresses: nothing was written.
    """
    once = list(dict.fromkeys(addresses))
    if len(once) > MOST_ADDRESSES:
        raise TooManyAddresses
    settings.set(_ADDRESSES, once)


def load_page(settings: SettingsStore) -> CoopPage:
    """Return what our page of the directory says."""
    return parse_page(settings.get(_PAGE))[0]


def save_page(settings: SettingsStore, page: CoopPage) -> None:
    """Keep what our page of the directory says.

    Raises:
        BadProfile: it is too long for a descriptor; nothing was written.
    """
    value = page_to_map(page)
    if len(cbor.encode(value)) > _MOST_PAGE:
        raise BadProfile(
            "la page de la coop est trop longue",
            f"Raccourcissez-la\u202f: {_MOST_PAGE:,} lettres en tout.".replace(",", "\u202f"),
        )
    settings.set(_PAGE, value)


def load_policy(settings: SettingsStore) -> Policy:
    """Return whom we welcome."""
    stored = settings.get(_WELCOME)
    try:
        return parse_policy(_with_ids(stored, bytes.fromhex)) if stored else Policy()
    except (BadShape, ValueError, TypeError) as error:
        raise BadSetting(_WELCOME.name) from error


def save_policy(settings: SettingsStore, policy: Policy) -> None:
    """Keep whom we welcome.

    Raises:
        BadShape: SPEC 8 knows no such policy; nothing was written.
    """
    value = policy_to_map(policy)
    parse_policy(value)
    settings.set(_WELCOME, _with_ids(value, bytes.hex))


def _with_ids(welcome: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """Return a policy's map with its co-op ids changed: JSON knows no byte strings."""
    ids = {key: list(map(change, welcome[key])) for key in ("accept", "refuse") if key in welcome}
    return welcome | ids
