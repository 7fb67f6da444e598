"""By which server the co-op's mail goes out; its password lies in a file of its own."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

from passkoop_node.core.addresses import parse_address
from passkoop_node.core.database import writing
from passkoop_node.core.letters import Sender
from passkoop_node.core.secret_file import SecretFile
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import BadSetting, NodeError
from passkoop_node.home import Home

PER_MINUTE, MOST_PER_MINUTE = 20, 1_000
MAX_PASSWORD = 500  # bytes

_SERVER: Setting[dict[str, Any]] = Setting(name="mail.server", default={})
# Why nothing goes out at present: {"code", "answer", "since", "tries", "next_at"}.
TROUBLE: Setting[dict[str, Any]] = Setting(name="mail.trouble", default={})


class Security(StrEnum):
    """How what goes to the server is kept from others."""

    STARTTLS = "starttls"  # begins in the open, and becomes TLS or ends (RFC 3207)
    TLS = "tls"  # from the first byte (RFC 8314)
    NONE = "none"  # on this machine only


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


class MailNotSetUp(NodeError):
    """No server was named, or its password is not here."""

    code = "mail_not_set_up"
    hint = (
        "Réglez le courriel\u202f: page «\u00a0Courriel\u00a0», ou «\u00a0passkoop mail set\u00a0»."
    )

    def __init__(self) -> None:
        super().__init__("le courriel n’est pas réglé, rien ne peut partir")


class OpenMail(NodeError):
    """Without TLS everybody on the way would read letters and the password."""

    code = "mail_in_the_open"
    hint = (
        "Choisissez STARTTLS ou TLS\u202f; sans protection, seul un serveur de cet ordinateur va."
    )

    def __init__(self) -> None:
        super().__init__("sans protection, le courriel ne quitte pas cet ordinateur")


class PasswordOfAnother(NodeError):
    """The password that is kept was typed for another server or account."""

    code = "mail_password_of_another"
    hint = "Retapez le mot de passe\u202f: celui qui est gardé n’est que pour l’ancien réglage."

    def __init__(self) -> None:
        super().__init__("le serveur ou le compte du courriel a changé")


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """By which server mail goes out, and under what name."""

    host: str
    port: int
    security: Security
    account: str  # "": the server asks for none
    sender: str  # address
    sender_name: str
    per_minute: int = PER_MINUTE

    @property
    def knows_password(self) -> tuple[str, int, str]:
        """Whom a password is for: a kept one is shown to nobody else."""
        return self.host.casefold(), self.port, self.account

    @property
    def whose(self) -> Sender:
        """Who the letters are from."""
        return Sender(name=self.sender_name, address=self.sender)


class MailSettings:
    """What was set for mail."""

    def __init__(self, settings: SettingsStore, home: Home) -> None:
        self.settings = settings
        self._secret = SecretFile(home.mail_password)

    def server(self) -> MailServer | None:
        """Return the server, or None if none was named.

        Raises:
            BadSetting: what is stored is none.
        """
        kept = self.settings.get(_SERVER)
        if not kept:
            return None
        try:
            return MailServer(**{**kept, "security": Security(kept["security"])})
        except (KeyError, TypeError, ValueError) as error:
            raise BadSetting(_SERVER.name) from error

    def has_password(self) -> bool:
        """Return whether a password is kept."""
        return self._secret.is_there()

    def password(self) -> str:
        """Return the password, "" where none is kept.

        Raises:
            OpenPermissions: others may read it.
        """
        return self._secret.read()

    def ready(self) -> MailServer:
        """Return the server by which mail can go out.

        Raises:
            MailNotSetUp: there is none, or its password is not on this machine.
        """
        server = self.server()
        if server is None or (server.account and not self.has_password()):
            raise MailNotSetUp
        return server

    def is_ready(self) -> bool:
        """Return whether mail can go out."""
        try:
            self.ready()
        except MailNotSetUp:
            return False
        return True

    def save(self, server: MailServer, password: str | None = None) -> None:
        """Keep how mail goes out; what held it up before is forgotten.

        Args:
            server: by which.
            password: None: the one that is kept stays.

        Raises:
            BadEmail: the sender's address is none.
            OpenMail: without TLS, to another machine.
            PasswordOfAnother: the one that is kept was typed for another server or
                account, and is shown to no other. Nothing was kept.
        """
        parse_address(server.sender)
        if server.security is Security.NONE and not is_this_machine(server.host):
            raise OpenMail
        if password is None and server.account and self.has_password():
            before = self.server()
            if before is None or before.knows_password != server.knows_password:
                raise PasswordOfAnother
        if password is not None:
            self._secret.keep(password)
        with writing(self.settings.db):
            self.settings.set(_SERVER, asdict(server))
            self.settings.forget(TROUBLE)

    def forget(self) -> None:
        """Send nothing from now on."""
        with writing(self.settings.db):
            self.settings.forget(_SERVER)
            self.settings.forget(TROUBLE)
        self._secret.forget()


def is_this_machine(host: str) -> bool:
    """Return whether `host` can be no other machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
