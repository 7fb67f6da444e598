"""Payment by bank transfer: the co-op's account, and a reference that finds its member again."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.iban import DIGITS, in_fours, parse_bic, parse_iban, reference
from passkoop_node.dues.store import Kind
from passkoop_node.errors import BadSetting, NodeError
from passkoop_node.members.text import clean
from passkoop_node.visits.money import check_amount, shown_amount
from passkoop_protocol.qr import qr_code, qr_png, qr_svg

_ACCOUNT: Setting[dict[str, Any]] = Setting(name="dues.account", default={})
MOST_NAME = 70  # characters of EPC069-12
MOST_OTHER = 500
_MOST_BYTES = 331  # EPC069-12
_MOST_VERSION = 13
# The letters that every bank of SEPA takes.
_PLAIN = str.maketrans(
    {"’": "'", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l"}
    | {"Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "ı": "i", "&": "+", "–": "-", "—": "-"}
)
_NOT_SEPA = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")


class NoAccount(NodeError):
    """The co-op has not said where transfers go."""

    code = "no_account"

    def __init__(self) -> None:
        super().__init__(_("la coop n'a pas dit sur quel compte virer"))
        self.hint = _("Dites-le dans les réglages : Cotisations, Virement.")


class BadHolder(NodeError):
    """No account is in this name."""

    code = "bad_holder"

    def __init__(self) -> None:
        super().__init__(_("il manque le nom du compte"))
        self.hint = _("Donnez le nom de la coop, comme sur le relevé de la banque.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Where the co-op takes transfers."""

    holder: str
    iban: str = ""  # "": where there is none, as in Québec: `other` says how
    bic: str = ""
    other: str = ""  # another way to send money, in the co-op's words; the reference goes with it


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A transfer that is waited for."""

    reference: str
    member_id: int | None  # None: who asks to join
    subject: str  # whose it is until then: "request:12"
    kind: Kind
    cents: int
    amount: str  # what the co-op calls it
    made_at: int  # seconds, UTC


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """How to send an amount so that it is known whose it is."""

    account: Account
    reference: str
    cents: int

    @property
    def qr_text(self) -> str:
        """What the code says to a bank's app (EPC069-12, version 002); "" where there is no IBAN.

        The name is written without accents: so each encoding of a code is UTF-8 too, and no bank
        refuses a letter.
        """
        if not self.account.iban:
            return ""
        lines = [
            "BCD",
            "002",
            "1",  # UTF-8
            "SCT",
            self.account.bic,
            sepa_name(self.account.holder),
            self.account.iban,
            f"EUR{self.cents // 100}.{self.cents % 100:02}",
            "",  # purpose
            self.reference,
        ]
        text = "\n".join(lines)
        assert len(text.encode()) <= _MOST_BYTES
        return text

    def svg(self) -> str:
        """Return the code as a picture for a page; "" where there is no IBAN."""
        text = self.qr_text
        assert not text or qr_code(text).version <= _MOST_VERSION
        return qr_svg(text) if text else ""

    def png(self) -> bytes:
        """Return the code as a picture for a letter; nothing where there is no IBAN."""
        return qr_png(self.qr_text, module_px=8) if self.qr_text else b""

    @property
    def text(self) -> str:
        """What to write into the form of a bank, a line each."""
        account = self.account
        lines = [
            _("Bénéficiaire : %(name)s", name=account.holder),
            account.iban and _("IBAN : %(iban)s", iban=in_fours(account.iban)),
            account.bic and _("BIC : %(bic)s", bic=account.bic),
            _("Montant : %(amount)s", amount=shown_amount(self.cents)),
            _("Référence : %(reference)s", reference=in_fours(self.reference)),
            account.other,
        ]
        return "\n".join(filter(None, lines))


class Transfers:
    """The account, and all SQL on the table `expected`."""

    def __init__(self, db: Database, settings: SettingsStore, audit: AuditStore) -> None:
        self.db = db
        self._settings = settings
        self._audit = audit

    @property
    def account(self) -> Account | None:
        """Where the co-op takes transfers; None: it does not.

        Raises:
            BadSetting: what is stored is no account.
        """
        stored = self._settings.get(_ACCOUNT)
        try:
            return Account(**stored) if stored else None
        except TypeError as error:
            raise BadSetting(_ACCOUNT.name) from error

    def set_account(self, account: Account | None, *, now: int, actor: str) -> None:
        """Keep where the co-op takes transfers; None: nowhere.

        Raises:
            BadAccount, BadHolder: nothing was kept.
        """
        stored = {}
        if account is not None:
            holder = clean(account.holder)[:MOST_NAME]
            if not sepa_name(holder):
                raise BadHolder
            stored = {
                "holder": holder,
                "iban": parse_iban(account.iban) if account.iban or not account.other else "",
                "bic": parse_bic(account.bic) if account.bic else "",
                "other": "\n".join(map(clean, account.other.splitlines())).strip()[:MOST_OTHER],
            }
        with writing(self.db):
            self._settings.set(_ACCOUNT, stored)
            self._audit.add("dues.account", now=now, actor=actor)

    def transfer_of(
        self,
        member_id: int | None,
        cents: int,
        *,
        kind: Kind = Kind.DUES,
        amount: str = "",
        subject: str = "",
        now: int,
    ) -> Transfer:
        """Return how somebody sends an amount; asked again for the same, the same reference.

        Args:
            member_id: who; None for somebody who is no member yet, whom `subject` names.
            cents: how much.
            kind: what for.
            amount: what the co-op calls it.
            subject: as another room names who is no member yet: "request:12"; see `claim`.
            now: seconds, UTC.

        Raises:
            NoAccount, BadAmount: as they say.
        """
        account = self.account
        if account is None:
            raise NoAccount
        check_amount(cents)
        if not cents:
            raise ValueError("nothing is to be sent")
        if member_id is None and not subject:
            raise ValueError("somebody sends it")
        with writing(self.db):
            row = self.db.execute(
                "select reference from expected where member_id is ? and subject = ?"
                " and kind = ? and cents = ? and amount = ? and not exists (select 1 from incoming"
                " where incoming.reference = expected.reference and incoming.reference <> ''"
                " and state <> 'dismissed')"
                " order by id desc",
                [member_id, subject, kind.value, cents, amount],
            ).fetchone()
            found = row[0] if row else self._new(member_id, subject, kind, cents, amount, now)
        return Transfer(account=account, reference=found, cents=cents)

    def _new(
        self, member_id: int | None, subject: str, kind: Kind, cents: int, amount: str, now: int
    ) -> str:
        # Not counted up: of a database that is put back, no number goes to somebody else.
        while True:
            made = reference(f"{secrets.randbelow(10**DIGITS):0{DIGITS}}")
            if self.expected(made) is None:
                break
        self.db.execute(
            "insert into expected (reference, member_id, subject, kind, cents, amount, made_at)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            [made, member_id, subject, kind.value, cents, amount, now],
        )
        return made

    def expected(self, reference: str) -> Expected | None:
        """Return what is waited for under a reference."""
        row = self.db.execute(
            "select reference, member_id, subject, kind, cents, amount, made_at from expected"
            " where reference = ?",
            [reference],
        ).fetchone()
        if row is None:
            return None
        reference, member_id, subject, kind, cents, amount, made_at = row
        return Expected(
            reference=reference,
            member_id=member_id,
            subject=subject,
            kind=Kind(kind),
            cents=cents,
            amount=amount,
            made_at=made_at,
        )

    def shown(self, reference: str) -> Transfer:
        """Return how to send what is waited for under a reference.

        Raises:
            NoAccount: the co-op takes no transfers any more.
            ReferenceNotFound: nothing is waited for under it.
        """
        expected, account = self.expected(reference), self.account
        if expected is None:
            raise ReferenceNotFound(reference)
        if account is None:
            raise NoAccount
        return Transfer(account=account, reference=reference, cents=expected.cents)

    def claim(self, subject: str, member_id: int) -> None:
        """Keep that who asked to join is a member now: what they sent, or will send, is theirs."""
        with writing(self.db):
            self.db.execute(
                "update expected set member_id = ? where subject = ? and member_id is null",
                [member_id, subject],
            )


class ReferenceNotFound(NodeError):
    """Nothing is waited for under this reference."""

    code = "reference_not_found"

    def __init__(self, reference: str) -> None:
        super().__init__(_("aucun virement n'est attendu sous « %(it)s »", it=reference[:30]))
        self.hint = _("Vérifiez la référence.")


def sepa_name(name: str) -> str:
    """Return a name in the letters that every bank takes."""
    bare = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    return " ".join(_NOT_SEPA.sub(" ", bare).split())[:MOST_NAME]
