"""What people carry themselves: letters to print, and SMS where no gateway takes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from passkoop_node.channels.gateway import SmsSettings
from passkoop_node.core.files import spreadsheet_cell
from passkoop_node.core.outbox import Carrier, Message, State
from passkoop_node.core.post import PostOffice
from passkoop_node.errors import NodeError

MOST = {Carrier.POST: 200, Carrier.SMS: 1_000}  # at once
ACTIONS = {Carrier.POST: "paper.done", Carrier.SMS: "sms.done"}


class BatchChanged(NodeError):
    """What was downloaded is not what waits by now."""

    code = "batch_changed"
    hint = "Téléchargez de nouveau, puis confirmez."

    def __init__(self) -> None:
        super().__init__("la liste a changé entre-temps")


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Messages that somebody carries at once: those that waited longest."""

    messages: Sequence[Message]
    waiting: int  # in all

    @property
    def ids(self) -> str:
        """Which they are, in a few letters: "12-40-17" is 17 messages from 12 to 40."""
        if not self.messages:
            return ""
        return f"{self.messages[0].id}-{self.messages[-1].id}-{len(self.messages)}"


class ByHand:
    """Hands messages to people, and believes what they say of them."""

    def __init__(self, post: PostOffice, sms: SmsSettings) -> None:
        self.post = post
        self.sms = sms

    def batch(self, carrier: Carrier, *, now: int) -> Batch:
        """Return what can be carried now; what is overtaken by now is left out and told."""
        outbox = self.post.outbox
        kept: list[Message] = []
        by_gateway = carrier is Carrier.SMS and self.sms.is_ready()
        for id in () if by_gateway else outbox.ids(State.WAITING, carrier):
            if len(kept) == MOST[carrier]:
                break
            prepared = self.post.prepare(id, now=now)
            if prepared is not None:
                kept.append(prepared[0])
        return Batch(messages=kept, waiting=outbox.counts(carrier)[State.WAITING])

    def again(self, carrier: Carrier, ids: str, *, now: int) -> Batch:
        """Return the batch that was called `ids`, as far as nothing of it changed.

        Raises:
            BatchChanged: something did.
        """
        batch = self.batch(carrier, now=now)
        first, _dash, rest = ids.partition("-")
        last, _dash, count = rest.partition("-")
        numbers = (first, last, count)
        if not all(one.isascii() and one.isdecimal() and len(one) < 13 for one in numbers):
            raise BatchChanged
        within = [one for one in batch.messages if int(first) <= one.id <= int(last)]
        if len(within) != int(count) or not within:
            raise BatchChanged
        return Batch(messages=within, waiting=batch.waiting)

    def done(self, carrier: Carrier, ids: str, *, actor: str, now: int) -> int:
        """Believe that a batch was sent; return how many messages that were.

        Raises:
            BatchChanged: it is not what waits; nothing was changed.
        """
        batch = self.again(carrier, ids, now=now)
        found = [one.id for one in batch.messages]
        return self.post.done_by_hand(found, ACTIONS[carrier], actor=actor, now=now)


def sms_file(messages: Sequence[Message]) -> bytes:
    """Return SMS as a text file, one a line: number;text."""
    lines = []
    for one in messages:
        text = " ".join((one.body or "").split())
        # The number begins with a plus: it is a number, whoever reads it as a formula.
        lines.append(f"{one.recipient};{_quoted(spreadsheet_cell(text))}\r\n")
    return "".join(lines).encode()


def _quoted(text: str) -> str:
    escaped = text.replace('"', '""')
    return f'"{escaped}"' if ";" in text or '"' in text else text
