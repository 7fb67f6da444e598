"""People under pseudonyms that are ours alone: visits are counted, and nobody is followed."""

import hmac
import secrets

from passkoop_node.core.database import writing
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.visits.store import VisitStore
from passkoop_protocol.keys import CoopId
from passkoop_protocol.trust import TrustStore

# In the database and not in a file beside it: a restored register goes on counting, and two
# processes cannot each make one.
_SECRET = Setting(name="visits.secret", default="")  # hexadecimal; in no export
_SIZE = 16  # bytes


class Pseudonyms:
    """The names under which the register knows people."""

    def __init__(self, store: VisitStore, settings: SettingsStore) -> None:
        self.store = store
        self.settings = settings
        self._key = b""

    def of(self, coop: CoopId, member_ref: bytes) -> bytes:
        """Return what stands for a member of `coop`: 16 bytes, the same at each visit."""
        return hmac.digest(self.secret(), b"passkoop/visitor/1" + coop + member_ref, "sha256")[
            :_SIZE
        ]

    def all_of(self, coop: CoopId, member_ref: bytes, trust: TrustStore | None) -> list[bytes]:
        """Return what stands for a member under each id that their co-op has borne (SPEC 4.3)."""
        bearers = [coop]
        if trust is not None:
            bearers += [
                one for one in self.store.homes() if one != coop and trust.present_id(one) == coop
            ]
        return [self.of(one, member_ref) for one in bearers]

    def secret(self) -> bytes:
        """Return what the pseudonyms are made with; a till that is alone counts with it."""
        if not self._key:
            with writing(self.settings.db):
                held = self.settings.get(_SECRET)
                if not held:
                    held = secrets.token_hex(32)
                    self.settings.set(_SECRET, held)
            self._key = bytes.fromhex(held)
        return self._key
