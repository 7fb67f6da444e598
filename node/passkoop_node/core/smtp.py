"""One connection to a mail server, and what it says: every failure of it gets one of our words."""

import asyncio
import re
import socket
import ssl

import aiosmtplib
from aiosmtplib import SMTP

from passkoop_node.core.fate import Fate, Outcome
from passkoop_node.core.mail_settings import MailServer, Security

CONNECT_SECONDS = 20.0  # for the connection, and for each command
TAKE_SECONDS = 600.0  # for the answer to a whole letter, RFC 5321, section 4.5.3.2.6
_LONGEST_ANSWER = 300  # characters kept
_GONE = (
    aiosmtplib.SMTPServerDisconnected,
    aiosmtplib.SMTPTimeoutError,
    ConnectionError,
    TimeoutError,
)


class ServerTrouble(Exception):
    """The server cannot be reached, or does not want us."""

    def __init__(self, code: str, answer: str = "") -> None:
        super().__init__(code)  # never the answer: it may name somebody, and errors are logged
        self.code = code
        self.answer = answer


class Line:
    """An open connection to a mail server that knows who we are."""

    def __init__(self, client: SMTP, sender: str) -> None:
        self._client = client
        self._sender = sender

    @classmethod
    async def open(
        cls, server: MailServer, password: str, *, tls: ssl.SSLContext | None = None
    ) -> "Line":
        """Return a connection over which letters can be sent.

        Args:
            server: which.
            password: of its account.
            tls: whom to trust, instead of whom the system trusts.

        Raises:
            ServerTrouble: there is none.
        """
        client = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=tls,
            local_hostname="[127.0.0.1]",  # the name of this machine is nobody's business
            timeout=CONNECT_SECONDS,
        )
        try:
            await client.connect()
            if server.account:
                await client.login(server.account, password)
        except BaseException as error:
            client.close()
            trouble = _trouble(error)
            if trouble is None:
                raise
            raise trouble from None  # the cause may hold the account
        return cls(client, server.sender)

    async def send(self, to: str, message: bytes) -> Outcome:
        """Show the server one letter for one person; return what became of it."""
        client = self._client
        try:
            await client.mail(self._sender)
            await client.rcpt(to)
        except aiosmtplib.SMTPResponseException as error:
            return await self._refused(error, is_sender=_is_about_sender(error))
        except _GONE:
            return Outcome(fate=Fate.LATER, why="hung_up", hung_up=True)
        try:
            reply = await client.data(message, timeout=TAKE_SECONDS)
        except aiosmtplib.SMTPResponseException as error:
            return await self._refused(error, is_sender=False)
        except _GONE:  # the end of the letter may have reached it
            return Outcome(fate=Fate.UNCERTAIN, why="no_answer", hung_up=True)
        return Outcome(fate=Fate.SENT, answer=_said(reply.code, reply.message))

    async def close(self) -> None:
        """Say good-bye, if somebody is there to hear it."""
        try:
            await self._client.quit(timeout=5)
        except (aiosmtplib.SMTPException, OSError):
            pass
        finally:
            self._client.close()

    async def _refused(
        self, error: aiosmtplib.SMTPResponseException, *, is_sender: bool
    ) -> Outcome:
        answer = _said(error.code, error.message)
        hung_up = error.code == 421
        if not hung_up:
            try:
                await self._client.rset()
            except (aiosmtplib.SMTPException, OSError):
                hung_up = True
        if error.code < 500:
            return Outcome(fate=Fate.LATER, why="temporary", answer=answer, hung_up=hung_up)
        if error.code in (530, 535) or re.search("relay", error.message, re.IGNORECASE):
            return Outcome(fate=Fate.TROUBLE, why="relay", answer=answer, hung_up=hung_up)
        if is_sender:
            return Outcome(fate=Fate.TROUBLE, why="sender", answer=answer, hung_up=hung_up)
        why = "content" if isinstance(error, aiosmtplib.SMTPDataError) else "recipient"
        return Outcome(fate=Fate.NEVER, why=why, answer=answer, hung_up=hung_up)


def _is_about_sender(error: aiosmtplib.SMTPResponseException) -> bool:
    return isinstance(error, aiosmtplib.SMTPSenderRefused | aiosmtplib.SMTPHeloError)


def _trouble(error: BaseException) -> ServerTrouble | None:
    """Return why there is no connection, or None: it is no fault of the server's."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return ServerTrouble("login", _said(error.code, error.message))
    if isinstance(error, aiosmtplib.SMTPException) and "STARTTLS extension" in str(error):
        return ServerTrouble("no_starttls")
    if isinstance(error, aiosmtplib.SMTPNotSupported) or "AUTH extension" in str(error):
        return ServerTrouble("no_login")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        code = "temporary" if error.code < 500 else "unwelcome"
        return ServerTrouble(code, _said(error.code, error.message))
    seen: BaseException | None = error
    while seen is not None:  # the library wraps what the system said
        if isinstance(seen, ssl.SSLCertVerificationError):
            return ServerTrouble("certificate", _plain(seen.verify_message))
        if isinstance(seen, ssl.SSLError):
            return ServerTrouble("tls", _plain(seen.reason or ""))
        if isinstance(seen, socket.gaierror):
            return ServerTrouble("unknown_host")
        if isinstance(seen, ConnectionRefusedError):
            return ServerTrouble("refused")
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, aiosmtplib.SMTPTimeoutError | TimeoutError):
        return ServerTrouble("timeout")
    if isinstance(error, aiosmtplib.SMTPServerDisconnected | ConnectionError):
        return ServerTrouble("hung_up")
    if isinstance(error, aiosmtplib.SMTPException | OSError):
        return ServerTrouble("unreachable")
    if isinstance(error, (ValueError, UnicodeError)) and not isinstance(
        error, asyncio.CancelledError
    ):
        return ServerTrouble("unknown_host")
    return None


def _said(code: int, message: str) -> str:
    return _plain(f"{code} {message}")


def _plain(text: str) -> str:
    """Return a stranger's words on one line, nothing hidden in them, and not too many."""
    line = " ".join(text.split())
    return "".join(char if char.isprintable() else "?" for char in line)[:_LONGEST_ANSWER]
