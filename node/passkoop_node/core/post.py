"""The post office: takes letters in, and keeps what became of them."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from passkoop_node.core.addresses import parse_address
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.fate import Fate, Outcome
from passkoop_node.core.letters import MAX_SUBJECT, MAX_TEXT, Enclosure, Letter
from passkoop_node.core.mail_settings import TROUBLE, MailServer, MailSettings
from passkoop_node.core.outbox import Message, OutboxStore, State
from passkoop_node.core.settings import SettingsStore

_PAUSES = (60, 300, 900, 1_800, 3_600)  # seconds before the server is asked again

Draw = Callable[[], Sequence[Enclosure]]


class Overtaken(Exception):
    """What a letter would enclose is not to be sent any more."""


class Kind(Protocol):
    """What a room knows of its letters."""

    def enclose(self, message: Message, *, now: int) -> Draw:
        """Return what draws the enclosures; asked in the database's thread, drawn in another.

        Raises:
            Overtaken: what the letter is about is so no more.
        """

    def went(self, message: Message, *, now: int) -> None:
        """Keep that the server has taken the letter, inside the `writing` that says so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """Letters to be sent now, and by which server."""

    server: MailServer
    password: str
    ids: Sequence[int]


class PostOffice:
    """The outbox, with the rules of sending."""

    def __init__(
        self,
        outbox: OutboxStore,
        mail: MailSettings,
        settings: SettingsStore,
        audit: AuditStore,
    ) -> None:
        self.outbox = outbox
        self.mail = mail
        self.settings = settings
        self.audit = audit
        self.kinds: dict[str, Kind] = {}  # by name; others enclose nothing

    def put(self, letter: Letter, *, actor: str, now: int) -> int | None:
        """Put a letter into the outbox, inside the `writing` of what causes it; return its id.

        Returns None where one of the same kind about the same thing waits already.

        Raises:
            MailNotSetUp: it would wait for ever; nothing was put in.
            BadEmail: the address is none.
        """
        server = self.mail.ready()
        if len(letter.subject) > MAX_SUBJECT or len(letter.subject.splitlines()) != 1:
            raise ValueError("a subject is one short line")
        if len(letter.text) > MAX_TEXT:
            raise ValueError("a letter is shorter")
        domain = parse_address(server.sender).rpartition("@")[2]
        return self.outbox.put(
            replace(letter, to=parse_address(letter.to)),
            message_id=f"{uuid.uuid4().hex}@{domain}",
            actor=actor,
            now=now,
        )

    def begin_round(self, *, now: int) -> Round | None:
        """Return what can be sent now, if anything can."""
        if not self.outbox.is_busy():
            return None
        self.outbox.settle(now=now)
        if not self.mail.is_ready() or not self._is_time(now):
            return None
        server = self.mail.ready()
        ids = self.outbox.due(now=now, per_minute=server.per_minute)
        return Round(server=server, password=self.mail.password(), ids=ids) if ids else None

    def prepare(self, id: int, *, now: int) -> tuple[Message, Draw] | None:
        """Return a letter that is still to go, and what draws its enclosures."""
        message = self.outbox.get(id)
        if message.state is not State.WAITING:
            return None
        kind = self.kinds.get(message.kind)
        try:
            return message, kind.enclose(message, now=now) if kind else tuple
        except Overtaken:
            self.outbox.close(id, State.FAILED, why="overtaken", now=now)
            return None

    def note(self, message: Message, outcome: Outcome, *, now: int) -> None:
        """Keep what became of a letter, and tell the room whose letter it is."""
        why, answer, id = outcome.why, outcome.answer, message.id
        with writing(self.outbox.db):
            match outcome.fate:
                case Fate.SENT:
                    self.outbox.close(id, State.SENT, answer=answer, now=now)
                    if message.kind in self.kinds:
                        self.kinds[message.kind].went(message, now=now)
                case Fate.LATER:
                    self.outbox.postpone(id, why=why, answer=answer, now=now)
                case Fate.NEVER:
                    self.outbox.close(id, State.FAILED, why=why, answer=answer, now=now)
                case Fate.UNCERTAIN:
                    self.outbox.close(id, State.UNCERTAIN, why=why, answer=answer, now=now)
                case Fate.TROUBLE:
                    self.outbox.put_back(id, why=why, answer=answer)
                    self.hold_up(why, answer, now=now)

    def hold_up(self, code: str, answer: str, *, now: int) -> None:
        """Keep that the server takes nothing at present, and when to ask it again."""
        with writing(self.outbox.db):
            before = self.settings.get(TROUBLE)
            tries = int(before.get("tries", 0)) + 1
            self.settings.set(
                TROUBLE,
                {
                    "code": code,
                    "answer": answer,
                    "since": before.get("since", now),
                    "tries": tries,
                    "next_at": now + _PAUSES[min(tries, len(_PAUSES)) - 1],
                },
            )
            self.outbox.held_up(why=code, answer=answer, now=now)

    def recovered(self) -> None:
        """Forget what held the post up: a letter went."""
        if self.settings.get(TROUBLE):
            self.settings.forget(TROUBLE)

    # --- what people decide ---

    def send_again(self, ids: Sequence[int], *, actor: str, now: int) -> int:
        """Let letters that failed, or are uncertain, go once more; return how many will.

        Raises:
            MailNotSetUp: they would wait for ever; nothing was changed.
        """
        self.mail.ready()
        with writing(self.outbox.db):
            count = self.outbox.send_again(ids, now=now)
            self._note("mail.retry", ids, count, actor, now)
        return count

    def cancel(self, ids: Sequence[int], *, actor: str, now: int) -> int:
        """Send these letters no more; return how many were still open."""
        with writing(self.outbox.db):
            count = self.outbox.cancel(ids, now=now)
            self._note("mail.cancel", ids, count, actor, now)
        return count

    def take_as_sent(self, id: int, *, actor: str, now: int) -> bool:
        """Believe a person who says that an uncertain letter arrived."""
        with writing(self.outbox.db):
            message = self.outbox.get(id)
            if message.state is not State.UNCERTAIN:
                return False
            self.note(message, Outcome(fate=Fate.SENT), now=now)
            self._note("mail.arrived", [id], 1, actor, now)
        return True

    def _note(self, action: str, ids: Sequence[int], count: int, actor: str, now: int) -> None:
        if count:
            subject = str(ids[0]) if len(ids) == 1 else ""
            self.audit.add(action, now=now, actor=actor, subject=subject, details={"count": count})

    def _is_time(self, now: int) -> bool:
        trouble = self.settings.get(TROUBLE)
        next_at = int(trouble.get("next_at", 0))
        # A clock that was ahead must not hold the post up for years.
        return not trouble or next_at <= now or next_at > now + _PAUSES[-1]
