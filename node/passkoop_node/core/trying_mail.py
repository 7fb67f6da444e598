"""A letter that tries the settings out: sent now, its answer shown."""

import asyncio
import ssl
import uuid
from dataclasses import dataclass

from passkoop_node.core.fate import Fate
from passkoop_node.core.language import _, speaking
from passkoop_node.core.letter_bytes import render_letter
from passkoop_node.core.letters import Letter
from passkoop_node.core.mail_settings import MailServer
from passkoop_node.core.smtp import Line, ServerTrouble

_SECONDS = 60  # that somebody waits before a page


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What came of it."""

    code: str  # "" if the server took the letter
    answer: str  # of the server


async def try_mail(
    server: MailServer,
    password: str,
    to: str,
    *,
    language: str,
    now: int,
    tls: ssl.SSLContext | None = None,
) -> Tried:
    """Send a letter to `to` and return what the server answered."""
    with speaking(language):
        letter = Letter(
            to=to,
            subject=_("Essai du courriel de %(coop)s", coop=server.sender_name),
            text=_(
                "Bonjour,\n\nCe message d'essai est bien arrivé : le courriel de %(coop)s est "
                "réglé.\n\nVous n'avez rien à faire.",
                coop=server.sender_name,
            ),
            language=language,
            kind="test",
        )
    domain = server.sender.rpartition("@")[2]
    wire = render_letter(
        letter, sender=server.whose, message_id=f"{uuid.uuid4().hex}@{domain}", at=now
    )
    try:
        async with asyncio.timeout(_SECONDS):
            line = await Line.open(server, password, tls=tls)
            try:
                outcome = await line.send(to, wire)
            finally:
                await line.close()
    except ServerTrouble as trouble:
        return Tried(code=trouble.code, answer=trouble.answer)
    except TimeoutError:
        return Tried(code="timeout", answer="")
    return Tried(code="" if outcome.fate is Fate.SENT else outcome.why, answer=outcome.answer)
