"""Who asks for a page, and what they may do."""

import hashlib
from dataclasses import dataclass

from passkoop_node.core.accounts import Account, Role
from passkoop_node.core.devices import Till
from passkoop_node.core.feature import Needs

_GIVES = {
    Role.ADMINISTRATOR: {Needs.ADMINISTRATOR, Needs.OFFICE, Needs.ACCOUNT, Needs.TILL},
    Role.OFFICE: {Needs.OFFICE, Needs.ACCOUNT, Needs.TILL},
    Role.CASHIER: {Needs.ACCOUNT, Needs.TILL},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A person who has entered, a till, both (somebody at a till's own device), or nobody.

    A kiosk is a device of its own: what it may, no account and no till may, and the other way.
    """

    account: Account | None = None
    till: Till | None = None
    kiosk: Till | None = None
    session: bytes = b""  # the hash of the session's secret
    form_token: str = ""  # proves that a form came from a page of ours
    till_is_revoked: bool = False  # the device was a till once
    member: int | None = None  # whose own page this is, by internal id; said on such pages alone

    @property
    def is_known(self) -> bool:
        """Whether somebody has entered, or the device was paired."""
        return bool(self.account or self.till or self.kiosk)

    def may(self, needs: Needs) -> bool:
        """Return whether a page with these needs opens."""
        if needs is Needs.NOTHING:
            return True
        if needs is Needs.KIOSK:
            return self.kiosk is not None
        if needs is Needs.MEMBER:
            return self.member is not None
        if self.account is not None and needs in _GIVES[self.account.role]:
            return True
        return self.till is not None and needs is Needs.TILL

    @property
    def actor(self) -> str:
        """What the audit calls them. No name: it outlives the people."""
        if self.member is not None:
            return f"member:{self.member}"
        if self.account is not None:
            return f"account:{self.account.id}"
        device = self.till or self.kiosk
        return device.actor if device is not None else "nobody"


NOBODY = Caller()


def form_token_of(secret: str) -> str:
    """Return the token that forms carry, bound to a session's or a till's secret."""
    return hashlib.blake2b(secret.encode(), person=b"passkoop-form", digest_size=16).hexdigest()
