"""What administrators do to accounts and tills: done and noted in the audit, or neither."""

from passkoop_node.core.accounts import (
    MIN_PASSWORD,
    Account,
    AccountStore,
    Role,
    key_of,
)
from passkoop_node.core.addresses import parse_address
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.devices import Kind, PairingCode, Till, TillStore
from passkoop_node.core.language import N_, Message
from passkoop_node.core.sessions import SessionStore

_FEWEST_LETTERS = 5  # different ones: aaaaaaaaaa and 1212121212 are no passwords


class Administration:
    """Accounts, sessions and tills, with the audit of what is done to them."""

    def __init__(
        self, accounts: AccountStore, sessions: SessionStore, tills: TillStore, audit: AuditStore
    ) -> None:
        self.accounts = accounts
        self.sessions = sessions
        self.tills = tills
        self.audit = audit

    # --- accounts ---

    def add_account(self, name: str, role: Role, *, actor: str, now: int) -> tuple[Account, str]:
        """Return a new account, and the secret of the link that gives it a password.

        Raises:
            NameTaken: nothing was done.
        """
        with writing(self.audit.db):
            account = self.accounts.add(name, role, now=now)
            self._note("account.add", account.id, actor, now, role=role.value)
            return account, self.accounts.invite(account.id, now=now)

    def change_role(self, id: int, role: Role, *, actor: str, now: int) -> None:
        """Give an account another role, from its next page on.

        Raises:
            AccountNotFound, LastAdministrator: nothing was done.
        """
        with writing(self.audit.db):
            self.accounts.set_role(id, role)
            self._note("account.role", id, actor, now, role=role.value)

    def change_email(self, id: int, address: str, *, actor: str, now: int) -> None:
        """Keep where an account is written to; the log says that it changed, not to what.

        Raises:
            AccountNotFound, BadEmail: nothing was done.
        """
        address = parse_address(address) if address else ""
        with writing(self.audit.db):
            self.accounts.set_email(id, address)
            self._note("account.email", id, actor, now)

    def new_link(self, id: int, *, actor: str, now: int) -> str:
        """Return the secret of a new link; the password stays until the link is used.

        Raises:
            AccountNotFound: nothing was done.
        """
        with writing(self.audit.db):
            self.accounts.by_id(id)
            self._note("account.link", id, actor, now)
            return self.accounts.invite(id, now=now)

    def delete_account(self, id: int, *, actor: str, now: int) -> None:
        """Delete an account; what it did stays in the audit, under its number.

        Raises:
            AccountNotFound, LastAdministrator: nothing was done.
        """
        with writing(self.audit.db):
            self.accounts.delete(id)
            self._note("account.delete", id, actor, now)

    def end_sessions(self, id: int, *, actor: str, now: int, but: bytes = b"") -> None:
        """End the sessions of an account, but for one."""
        with writing(self.audit.db):
            self.sessions.end_all(id, but=but)
            self._note("session.end_all", id, actor, now)

    def begin_session(self, id: int, *, now: int, instead_of: bytes = b"") -> str:
        """Return the secret of a new session of somebody who gave their password."""
        with writing(self.audit.db):
            if instead_of:  # whoever was in on this device before is out
                self.sessions.end(instead_of)
            self._note("session.begin", id, f"account:{id}", now)
            return self.sessions.begin(id, now=now)

    def accept_link(
        self, token: str, *, name: str, password: str, now: int
    ) -> tuple[Account, str] | None:
        """Use a link up: return the account and the secret of its only session.

        Raises:
            NameTaken: the link still works.
        """
        with writing(self.audit.db):
            account = self.accounts.accept(token, name=name, password=password, now=now)
            if account is None:
                return None
            self._note("account.password", account.id, f"account:{account.id}", now)
            # Whoever had the former password is out.
            self.sessions.end_all(account.id)
            return account, self.begin_session(account.id, now=now)

    def change_password(self, id: int, password: str, *, session: bytes, now: int) -> None:
        """Keep somebody's own new password (hashed), and end their other sessions."""
        with writing(self.audit.db):
            self.accounts.set_password(id, password)
            self.sessions.end_all(id, but=session)
            self._note("account.password", id, f"account:{id}", now)

    # --- tills and kiosks ---

    def open_code(self, name: str, *, actor: str, now: int, kind: Kind = Kind.TILL) -> PairingCode:
        """Return a code that makes a device a till, or a kiosk.

        Raises:
            TooManyCodes: nothing was done.
        """
        with writing(self.audit.db):
            self._note(f"{kind.value}.code", "", actor, now)
            return self.tills.open_code(name, now=now, kind=kind)

    def pair(self, code: str, *, now: int) -> tuple[Till, str]:
        """Return what a code makes of a device, and the secret that the device keeps.

        Raises:
            BadCode: no such code waits.
        """
        with writing(self.audit.db):
            till, secret = self.tills.pair(code, now=now)
            self._note(f"{till.kind.value}.pair", till.id, till.actor, now)
            return till, secret

    def rename_till(self, id: int, name: str, *, actor: str, now: int) -> None:
        """Call a till or a kiosk otherwise.

        Raises:
            TillNotFound: nothing was done.
        """
        with writing(self.audit.db):
            kind = self.tills.by_id(id).kind
            self.tills.rename(id, name)
            self._note(f"{kind.value}.rename", id, actor, now)

    def revoke_till(self, id: int, *, actor: str, now: int) -> None:
        """Take a till or a kiosk away.

        Raises:
            TillNotFound: nothing was done.
        """
        with writing(self.audit.db):
            kind = self.tills.by_id(id).kind
            self.tills.revoke(id, now=now)
            self._note(f"{kind.value}.revoke", id, actor, now)

    # --- by the clock ---

    def forget_old(self, *, now: int) -> None:
        """Delete links, codes and sessions that no longer work."""
        self.accounts.forget_old_links(now=now)
        self.tills.forget_old_codes(now=now)
        self.sessions.forget_old(now=now)

    def _note(self, action: str, subject: object, actor: str, now: int, **details: str) -> None:
        self.audit.add(action, now=now, actor=actor, subject=str(subject), details=details)


def password_fault(password: str, *, name: str) -> Message | None:
    """Return why a password will not do, or None. Long is good; nothing else is asked."""
    if len(password) < MIN_PASSWORD:
        return N_(
            "%(least)s caractères au moins : trois mots qui n'ont rien à voir entre eux, par "
            "exemple.",
            least=MIN_PASSWORD,
        )
    lowered = key_of(password)
    if len(set(lowered)) < _FEWEST_LETTERS or lowered.strip("0123456789!?.") == key_of(name):
        return N_("Celui-ci se devine. Prenez trois mots qui n'ont rien à voir entre eux.")
    return None
