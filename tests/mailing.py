"""A real mail server on this machine, which can be told to be as bad as servers are."""

import asyncio
import email
import email.policy
import ssl
import subprocess
import threading
from collections.abc import Callable
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from conftest import need
from passkoop_node.core.letters import Letter
from passkoop_node.core.mail_settings import MailServer, Security
from passkoop_node.core.postman import Postman
from passkoop_node.rooms import Rooms

Result = TypeVar("Result")
Answer = Callable[[Session, Envelope], str]
HANG_UP = "hang up"  # instead of an answer


class Handler:
    """Takes letters, and answers each command as it was told to."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.said: dict[str, Answer] = {}  # by command: what is answered instead of 250

    async def handle_MAIL(  # noqa: N802 - the library's own name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answer("MAIL", server, session, envelope)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._answer("RCPT", server, session, envelope)

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self._answer("DATA", server, session, envelope)
        if answer.startswith("250"):
            self.taken.append(envelope)
        return answer

    def take_and_hang_up(self, session: Session, envelope: Envelope) -> str:
        """Take a letter whose sender never hears of it."""
        self.taken.append(envelope)
        return HANG_UP

    def _answer(self, command: str, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.said[command](session, envelope) if command in self.said else "250 2.0.0 Ok"
        if answer == HANG_UP:
            assert server.transport is not None
            server.transport.close()
        return answer


class MailServerHere:
    """The server, in a thread of its own."""

    def __init__(self, *, tls: bool = False, starttls: bool = False, password: str = "") -> None:
        self.handler = Handler()
        self.password = password
        self.port = 0
        self._over_tls = server_tls() if tls else None
        self._options: dict[str, Any] = {"hostname": "ici.exemple", "enable_SMTPUTF8": False}
        if starttls:
            self._options |= {"tls_context": server_tls(), "require_starttls": True}
        if password:
            self._options |= {"authenticator": self._authenticate, "auth_require_tls": False}
        self._loop: asyncio.AbstractEventLoop
        self._end = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> "MailServerHere":
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await self._loop.create_server(
            lambda: SMTP(self.handler, loop=self._loop, **self._options),
            "127.0.0.1",
            ssl=self._over_tls,
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()

    @property
    def messages(self) -> list[EmailMessage]:
        """What was taken, as its readers see it."""
        return [read(one) for one in self.handler.taken]

    @property
    def recipients(self) -> list[str]:
        """To whom, in the order in which it was taken."""
        return [to for one in self.handler.taken for to in one.rcpt_tos]

    def settings(self, **others: Any) -> MailServer:
        """Return the settings of somebody who uses it."""
        given = {
            "host": "localhost",
            "port": self.port,
            "security": Security.NONE,
            "account": "coop" if self.password else "",
            "sender": "coop@exemple.test",
            "sender_name": "Hendaia Koop",
            "per_minute": 1_000,
        }
        return MailServer(**{**given, **others})

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password.decode() == self.password
        return AuthResult(success=good, handled=False)


def read(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def letter(to: str = "maite@exemple.test", **others: Any) -> Letter:
    given = {
        "subject": "Votre carte",
        "text": "Bonjour Maïté,\n\nVoici.\n\nÀ bientôt.",
        "language": "fr",
        "kind": "test",
    }
    return Letter(to=to, **{**given, **others})


def send_round(rooms: Rooms, *, now: int, tls: ssl.SSLContext | None = None) -> int:
    """Do what the job does at each of its looks; return how many letters went."""

    async def run(function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        return function(*args, **kwargs)

    return asyncio.run(Postman(rooms.post, run, lambda: now, tls=tls).round())


@cache
def certificate() -> Path:
    """Return a certificate for localhost, with its key, that nobody but our tests trusts."""
    file = Path(mkdtemp(prefix="passkoop-tls-")) / "localhost.pem"
    made = subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650"
        f" -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout {file}"
        f" -out {file}.crt",
        shell=True,
        capture_output=True,
    )
    need(made.returncode == 0, "openssl is missing, so mail over TLS is not tested")
    file.write_bytes(file.read_bytes() + Path(f"{file}.crt").read_bytes())
    return file


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate())
    return context


def client_tls() -> ssl.SSLContext:
    """Return what trusts our certificate."""
    return ssl.create_default_context(cafile=str(certificate()))
