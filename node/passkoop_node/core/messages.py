"""What stands in the outbox: a message, where it stands, and who carries it."""

from dataclasses import dataclass
from enum import StrEnum

from passkoop_node.core.letters import Letter
from passkoop_node.errors import NodeError


class State(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    SENDING = "sending"  # the server is being told; on the disk before it is
    SENT = "sent"  # the server has taken it
    FAILED = "failed"  # it will not be taken
    UNCERTAIN = "uncertain"  # the server may have taken it: a person says whether to send it again
    CANCELLED = "cancelled"


OPEN = (State.WAITING, State.SENDING, State.UNCERTAIN)


class Carrier(StrEnum):
    """Who takes messages away."""

    EMAIL = "email"  # a mail server
    SMS = "sms"  # a gateway, or a person with a file
    POST = "post"  # a person, printed


class MessageNotFound(NodeError):
    """The letter is not in the outbox any more, or never was."""

    code = "message_not_found"
    hint = "Rechargez la liste du courrier."

    def __init__(self) -> None:
        super().__init__("ce message n’existe pas, ou n’existe plus")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A letter in the outbox, or whatever else is carried to somebody."""

    id: int
    message_id: str
    kind: str
    ref: str
    about: str
    actor: str  # who had it sent, as in the audit
    recipient: str  # an e-mail address, a phone number, or the lines of an address on paper
    language: str
    subject: str
    body: str | None  # None: erased
    state: State
    queued_at: int  # seconds, UTC
    next_at: int  # when it is due
    first_tried_at: int | None
    tried_at: int | None
    tries: int
    done_at: int | None  # since when it is in a state that stays
    why: str  # a code of what went wrong last
    answer: str  # the server's, as it said it
    carrier: Carrier
    footer: str  # why one gets it, under the text
    topic: str  # of preferences; "": it goes whatever somebody wants
    unsubscribe: str  # the address that ends it; "" if it is required, or erased
    is_markdown: bool  # its body

    @property
    def letter(self) -> Letter:
        """What is to be read."""
        return Letter(
            to=self.recipient,
            subject=self.subject,
            text=self.body or "",
            language=self.language,
            kind=self.kind,
            ref=self.ref,
            about=self.about,
            footer=self.footer,
            topic=self.topic,
            unsubscribe=self.unsubscribe,
            is_markdown=self.is_markdown,
        )

    @property
    def can_retry(self) -> bool:
        """Whether it can be sent once more."""
        return self.state in (State.FAILED, State.UNCERTAIN) and self.body is not None
