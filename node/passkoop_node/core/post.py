"""The post office: takes letters in, and keeps what became of them."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from passkoop_node.core.addresses import parse_address
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.fate import Fate, Outcome
from passkoop_node.core.letters import MAX_SUBJECT, MAX_TEXT, Enclosure, Letter
from passkoop_node.core.mail_settings import TROUBLE, MailServer, MailSettings
from passkoop_node.core.outbox import Carrier, Message, OutboxStore, State
from passkoop_node.core.settings import Setting, SettingsStore

_PAUSES = (60, 300, 900, 1_800, 3_600)  # seconds before the server is asked again
LONGEST_PAUSE = 86_400  # for which a server may ask

# Whose troubles are whose: {"code", "answer", "since", "tries", "next_at"}; post has none.
TROUBLES: Mapping[Carrier, Setting[dict[str, Any]]] = {
    Carrier.EMAIL: TROUBLE,
    Carrier.SMS: Setting(name="sms.trouble", default={}),
    Carrier.POST: Setting(name="post.trouble", default={}),
}

Draw = Callable[[], Sequence[Enclosure]]
# Asked before a message goes: in which state it ends instead, and a code of why; None: it may go.
Objection = Callable[[Message], tuple[State, str] | None]


class Overtaken(Exception):
    """What a letter would enclose is not to be sent any more."""


class Refused(Protocol):
    """Who wants to know of addresses that do not exist."""

    def __call__(self, message: "Message", answer: str, *, now: int) -> None:
        """Keep that a server refused the recipient for good, inside the `writing` that says so."""


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


def check_letter(letter: Letter) -> None:
    """Return quietly if the outbox can hold this, whoever carries it."""
    if len(letter.subject) > MAX_SUBJECT or len(letter.subject.splitlines()) != 1:
        raise ValueError("a subject is one short line")
    if len(letter.text) > MAX_TEXT:
        raise ValueError("a letter is shorter")


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
        self.objections: list[Objection] = []
        self.refused: list[Refused] = []  # told of addresses that a server refuses for good

    def put(self, letter: Letter, *, actor: str, now: int) -> int | None:
        """Put a letter into the outbox, inside the `writing` of what causes it; return its id.

        Returns None where one of the same kind about the same thing waits already.

        Raises:
            MailNotSetUp: it would wait for ever; nothing was put in.
            BadEmail: the address is none.
        """
        server = self.mail.ready()
        check_letter(letter)
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
        if not self.mail.is_ready() or not self.is_time(Carrier.EMAIL, now):
            return None
        server = self.mail.ready()
        ids = self.outbox.due(now=now, per_minute=server.per_minute)
        return Round(server=server, password=self.mail.password(), ids=ids) if ids else None

    def prepare(self, id: int, *, now: int) -> tuple[Message, Draw] | None:
        """Return a letter that is still to go, and what draws its enclosures."""
        message = self.outbox.get(id)
        if message.state is not State.WAITING:
            return None
        for ask in self.objections:
            if objection := ask(message):
                self.outbox.close(id, objection[0], why=objection[1], now=now)
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
                    wait = outcome.wait
                    self.outbox.postpone(id, why=why, answer=answer, now=now, wait=wait)
                case Fate.NEVER:
                    self.outbox.close(id, State.FAILED, why=why, answer=answer, now=now)
                    if why == "recipient":
                        for tell in self.refused:
                            tell(message, answer, now=now)
                case Fate.UNCERTAIN:
                    self.outbox.close(id, State.UNCERTAIN, why=why, answer=answer, now=now)
                case Fate.TROUBLE:
                    self.outbox.put_back(id, why=why, answer=answer)
                    self.hold_up(why, answer, now=now, carrier=message.carrier, wait=outcome.wait)

    def hold_up(
        self,
        code: str,
        answer: str,
        *,
        now: int,
        carrier: Carrier = Carrier.EMAIL,
        wait: int = 0,
    ) -> None:
        """Keep that the server takes nothing at present, and when to ask it again.

        Args:
            code: why, one of ours.
            answer: the server's.
            now: seconds, UTC.
            carrier: whose server.
            wait: seconds for which it asks to be left alone.
        """
        with writing(self.outbox.db):
            before = self.settings.get(TROUBLES[carrier])
            tries = int(before.get("tries", 0)) + 1
            pause = max(_PAUSES[min(tries, len(_PAUSES)) - 1], min(wait, LONGEST_PAUSE))
            self.settings.set(
                TROUBLES[carrier],
                {
                    "code": code,
                    "answer": answer,
                    "since": before.get("since", now),
                    "tries": tries,
                    "next_at": now + pause,
                },
            )
            self.outbox.held_up(why=code, answer=answer, now=now, carrier=carrier)

    def recovered(self, carrier: Carrier = Carrier.EMAIL) -> None:
        """Forget what held the post up: a letter went."""
        if self.settings.get(TROUBLES[carrier]):
            self.settings.forget(TROUBLES[carrier])

    def is_time(self, carrier: Carrier, now: int) -> bool:
        """Return whether nothing holds the carrier up at present."""
        trouble = self.settings.get(TROUBLES[carrier])
        next_at = int(trouble.get("next_at", 0))
        # A clock that was ahead must not hold the post up for years.
        return not trouble or next_at <= now or next_at > now + LONGEST_PAUSE

    # --- what people decide ---

    def send_again(self, ids: Sequence[int], *, actor: str, now: int) -> int:
        """Let letters that failed, or are uncertain, go once more; return how many will.

        Raises:
            MailNotSetUp: they would wait for ever; nothing was changed.
        """
        if Carrier.EMAIL in self.outbox.carriers_of(ids):
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

    def done_by_hand(self, ids: Sequence[int], action: str, *, actor: str, now: int) -> int:
        """Believe a person who sent these messages themselves; return how many waited."""
        count = 0
        with writing(self.outbox.db):
            for id in ids:
                message = self.outbox.get(id)
                if message.state is State.WAITING:
                    self.note(message, Outcome(fate=Fate.SENT), now=now)
                    count += 1
            self._note(action, ids, count, actor, now)
        return count

    def _note(self, action: str, ids: Sequence[int], count: int, actor: str, now: int) -> None:
        if count:
            subject = str(ids[0]) if len(ids) == 1 else ""
            self.audit.add(action, now=now, actor=actor, subject=subject, details={"count": count})
