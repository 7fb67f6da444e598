"""Where the identity key is: under a passphrase, off the machine, brought back by its words."""

import secrets
from collections.abc import Mapping

from nacl.signing import SigningKey

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.refusals import OtherIdentity
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.recovery import WORDS, key_of, letters_of, words_of
from passkoop_node.errors import NodeError

_ASKED = 2  # words of the sheet


class WrongWord(NodeError):
    """A word is not the one that stands on the recovery sheet."""

    code = "wrong_word"
    hint = "Regardez la fiche de secours\u202f: rien n’a été changé."

    def __init__(self, place: int) -> None:
        super().__init__(f"ce n’est pas le mot n°\u00a0{place} de la fiche de secours")
        self.place = place


class SheetStillHere(NodeError):
    """The recovery sheet lies on this machine, so it may never have been printed."""

    code = "sheet_still_here"
    hint = "Imprimez-la, rangez-la, effacez le fichier, puis recommencez."

    def __init__(self) -> None:
        super().__init__("la fiche de secours est encore sur cette machine")


class Custody:
    """What is done with the identity key; whoever calls has unlocked it."""

    def __init__(self, ourselves: Ourselves, audit: AuditStore) -> None:
        self.ourselves = ourselves
        self.keyring = ourselves.keyring
        self.audit = audit

    @property
    def is_sheet_here(self) -> bool:
        """Whether the recovery sheet is still on this machine."""
        return self.keyring.home.sheet.exists()

    def take_away(
        self, identity: SigningKey, words: Mapping[int, str], *, now: int, actor: str
    ) -> None:
        """Take the identity key off this machine; what it has to sign, it signs before.

        Args:
            identity: the key.
            words: two words of the recovery sheet, by their places from 1: without the sheet the
                co-op could never sign again.
            now: seconds, UTC.
            actor: who does it.

        Raises:
            OtherIdentity, SheetStillHere, WrongWord, MustCatchUp: nothing was changed.
        """
        self._check_is_ours(identity)
        if self.is_sheet_here:
            raise SheetStillHere
        if len(words) != _ASKED or not words.keys() <= set(range(1, WORDS + 1)):
            raise ValueError("two words of the sheet are asked for")
        written = words_of(identity)
        for place, word in sorted(words.items()):
            if letters_of(word.strip()) != letters_of(written[place - 1]):
                raise WrongWord(place)
        if not self.ourselves.descriptor_is_current():
            self.ourselves.sign_descriptor(lambda: identity, now=now)
        with writing(self.audit.db):
            self.audit.add("key.away", now=now, actor=actor)
            self.keyring.drop_identity_key()

    def identity_from(self, words: str) -> SigningKey:
        """Return the identity key behind the 24 words of its sheet, whatever their accents.

        Raises:
            BadWords, OtherIdentity: they are not those of our sheet.
        """
        identity = key_of(words)
        self._check_is_ours(identity)
        return identity

    def keep(
        self, identity: SigningKey, content: bytes, *, action: str, now: int, actor: str
    ) -> None:
        """Put the identity key on this machine, or under another passphrase; what waited is signed.

        Args:
            identity: the key.
            content: what `identity_file` made of it; that takes a second, and holds up nobody.
            action: what the audit says of it, "key.back" or "key.seal".
            now: seconds, UTC.
            actor: who does it.

        Raises:
            OtherIdentity, DiskFull, …: nothing was changed.
        """
        self._check_is_ours(identity)
        with writing(self.audit.db):
            self.audit.add(action, now=now, actor=actor)
            self.keyring.put_identity_file(content)
        if not self.ourselves.is_catching_up and not self.ourselves.descriptor_is_current():
            self.ourselves.sign_descriptor(lambda: identity, now=now)

    def _check_is_ours(self, identity: SigningKey) -> None:
        if bytes(identity.verify_key) != self.ourselves.identity_key:
            raise OtherIdentity


def two_places() -> tuple[int, int]:
    """Return which two words of the sheet are asked for, from 1."""
    first, second = sorted(secrets.SystemRandom().sample(range(1, WORDS + 1), _ASKED))
    return first, second
