"""Writing to many: a draft, whom it would reach, and then each of them exactly once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from passkoop_node.channels.sending import Channels
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.core.letters import Letter
from passkoop_node.core.markdown import to_text
from passkoop_node.core.outbox import Message, State
from passkoop_node.core.post import Draw, Overtaken
from passkoop_node.errors import MemberNotFound, NodeError
from passkoop_node.letters.mailing_store import Content, Fate, Mailing, MailingStore, Stage
from passkoop_node.letters.personal import personal_line, personal_subject, personal_text
from passkoop_node.letters.segments import Segments
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.preferences import Channel

KIND, TRIAL = "mailing", "mailing_trial"
PART = 100  # people, between which tills get their turn

_FATES = {
    State.WAITING: Fate.QUEUED,
    State.SENDING: Fate.QUEUED,
    State.UNCERTAIN: Fate.QUEUED,
    State.SENT: Fate.SENT,
    State.FAILED: Fate.FAILED,
    State.CANCELLED: Fate.CANCELLED,
}


class MailingNotFound(NodeError):
    """There is no such message."""

    code = "mailing_not_found"

    def __init__(self) -> None:
        super().__init__(_("ce message n'existe pas, ou n'existe plus"))
        self.hint = _("Regardez la liste des messages.")


class MailingChanged(NodeError):
    """It is not as it was when somebody decided."""

    code = "mailing_changed"

    def __init__(self) -> None:
        super().__init__(_("le message ou ses destinataires ont changé entre-temps"))
        self.hint = _("Regardez où il en est, puis recommencez.")


class NobodyToWriteTo(NodeError):
    """Nobody would be reached."""

    code = "nobody_to_write_to"

    def __init__(self) -> None:
        super().__init__(_("ce message n'atteindrait personne"))
        self.hint = _("Choisissez un autre segment, ou un autre sujet.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Whom a draft would reach today."""

    title: str  # of the segment
    total: int  # in the segment
    reached: Sequence[int]  # by id
    by: Mapping[Channel, int]
    left_out: Mapping[str, int]  # by the codes of channels' WHY
    example: Member | None  # one who would be reached


class Mailings:
    """What the office does to write to many."""

    def __init__(
        self, store: MailingStore, segments: Segments, channels: Channels, audit: AuditStore
    ) -> None:
        self.store = store
        self.segments = segments
        self.channels = channels
        self.audit = audit
        channels.post.kinds[KIND] = self

    def get(self, id: int) -> Mailing:
        """Return a message.

        Raises:
            MailingNotFound: there is none.
        """
        found = self.store.get(id)
        if found is None:
            raise MailingNotFound
        return found

    def plan(self, content: Content, *, on: date, now: int) -> Plan:
        """Return whom a text would reach.

        Raises:
            SegmentNotFound: its segment is gone.
        """
        segment = self.segments.get(content.segment)
        people = self.segments.population(on=on, now=now)
        ids = people.ids(segment.filter)
        # Most members of a large co-op want no news: their records are not read for that.
        unwilling = ids & people.facts.by_channel(content.topic, Channel.NONE)
        members = self.channels.members.of_ids(sorted(ids - unwilling))
        ways = self.channels.look(members, content.topic, sms=content.sms or to_text(content.text))
        reached = [one.id for one in members if ways[one.id].is_queued]
        left_out = Counter(way.why for way in ways.values() if not way.is_queued)
        if unwilling:
            left_out["not_wanted"] += len(unwilling)
        return Plan(
            title=segment.title,
            total=len(ids),
            reached=reached,
            by=Counter(ways[id].channel for id in reached),
            left_out=left_out,
            example=next((one for one in members if ways[one.id].is_queued), None),
        )

    def send(
        self, mailing: Mailing, *, seen: int, version: int, on: date, actor: str, now: int
    ) -> int:
        """Fix whom a draft goes to, all at once; `queue_some` puts them into the outbox.

        Args:
            mailing: the draft.
            seen: how many people somebody said yes to.
            version: of the draft that they saw.
            on: the day it is in the shop.
            actor: who sends it.
            now: seconds, UTC.

        Returns:
            To how many it goes.

        Raises:
            MailingChanged: it is another one by now, or goes to others; nothing was changed.
            NobodyToWriteTo, SegmentNotFound, MailingNotFound: nothing was changed.
        """
        with writing(self.store.db):
            held = self.get(mailing.id)
            if held.stage is not Stage.DRAFT or held.version != version:
                raise MailingChanged
            plan = self.plan(held.content, on=on, now=now)
            if not plan.reached:
                raise NobodyToWriteTo
            if len(plan.reached) != seen:
                raise MailingChanged
            self.store.begin(
                held.id,
                plan.reached,
                title=plan.title,
                left_out=plan.left_out,
                actor=actor,
                now=now,
            )
            self._note("mailing.send", held, len(plan.reached), actor=actor, now=now)
        return len(plan.reached)

    def queue_some(self, *, now: int) -> int:
        """Put some more people's messages into the outbox; return how many were seen to.

        Each part is on the disk whole or not at all: whatever ends the node, nobody is written to
        twice, and nobody is forgotten.
        """
        done = 0
        with writing(self.store.db):
            for mailing in self.store.sending():
                lines = self.store.todo(mailing.id, limit=PART - done)
                for line, member_id in lines:
                    self._queue(mailing, line, member_id, now=now)
                done += len(lines)
                if done >= PART:
                    break
                self.store.end(mailing.id)
        return done

    def _queue(self, mailing: Mailing, line: int, member_id: int | None, *, now: int) -> None:
        content = mailing.content
        try:
            if member_id is None:
                raise MemberNotFound("")
            member = self.channels.members.get(member_id)
        except MemberNotFound:
            self.store.note(line, Fate.SKIPPED, why="gone")
            return
        sent = self.channels.send(
            member,
            topic=content.topic,
            subject=personal_subject(content.subject, member),
            text=personal_text(content.text, member),
            sms=personal_line(content.sms, member),
            is_markdown=True,
            kind=KIND,
            ref=str(mailing.id),
            actor=mailing.sent_by,
            now=now,
        )
        fate = Fate.QUEUED if sent.is_queued else Fate.SKIPPED
        self.store.note(line, fate, channel=sent.channel.value, why=sent.why, outbox_id=sent.id)

    def settle(self, id: int | None = None) -> None:
        """Keep what became of what is in the outbox: its lines go after a month."""
        held = self.store.in_outbox(id)
        states = self.channels.post.outbox.states(held)
        outcomes = {one: _FATES[state] for one, state in states.items()}
        # Whose line is gone before it went was erased.
        erased = {one for one, fate in held.items() if fate is Fate.QUEUED} - set(states)
        self.store.note_outcomes(outcomes | dict.fromkeys(erased, Fate.CANCELLED))

    def cancel(self, mailing: Mailing, *, actor: str, now: int) -> int:
        """Send what has not gone yet to nobody; return how many there were in the outbox."""
        with writing(self.store.db):
            self.store.cancel(mailing.id)
            waiting = self.store.in_outbox(mailing.id)
            states = self.channels.post.outbox.states(waiting)
            ids = [one for one, state in states.items() if state is State.WAITING]
            count = self.channels.post.outbox.cancel(ids, now=now)
            self.settle(mailing.id)
            self._note("mailing.cancel", mailing, count, actor=actor, now=now)
        return count

    def doubt(self) -> None:
        """Stop what was being sent when a backup was made: it may have gone since."""
        self.store.stop_all()

    def delete(self, mailing: Mailing, *, actor: str, now: int) -> None:
        """Forget a message; what is in the outbox goes all the same.

        Raises:
            MailingNotFound: it is gone, or is being sent.
        """
        with writing(self.store.db):
            if not self.store.delete(mailing.id):
                raise MailingNotFound
            self._note("mailing.delete", mailing, None, actor=actor, now=now)

    def try_out(
        self, content: Content, example: MemberData, *, to: str, language: str, actor: str, now: int
    ) -> None:
        """Put a text into the outbox for whoever writes it, as `example` would read it.

        Raises:
            MailNotSetUp, BadEmail: nothing was put in.
        """
        letter = Letter(
            to=to,
            subject=personal_subject(content.subject, example),
            text=personal_text(content.text, example),
            language=language,
            kind=TRIAL,
            footer=_("Un essai, pour vous seulement."),
            is_markdown=True,
        )
        with writing(self.store.db):
            self.channels.post.put(letter, actor=actor, now=now)

    def _note(
        self, action: str, mailing: Mailing, count: int | None, *, actor: str, now: int
    ) -> None:
        details = {} if count is None else {"people": count}
        self.audit.add(action, now=now, actor=actor, subject=str(mailing.id), details=details)

    # --- for the post office ---

    def enclose(self, message: Message, *, now: int) -> Draw:  # noqa: ARG002 - as all kinds
        """Return what draws nothing.

        Raises:
            Overtaken: the message was cancelled, or the person wants none any more.
        """
        id, _colon, mailing_id = message.ref.partition(":")
        mailing = self.store.get(int(mailing_id))
        if mailing is not None and mailing.stage is Stage.CANCELLED:
            raise Overtaken
        try:
            member = self.channels.members.get(int(id))
        except MemberNotFound as error:
            raise Overtaken from error
        if mailing is not None:
            wants = self.channels.preferences.of(member.id).channels[mailing.content.topic]
            if wants is Channel.NONE:
                raise Overtaken
        return tuple

    def went(self, message: Message, *, now: int) -> None:  # noqa: ARG002 - as all kinds
        """Keep that it went."""
        self.store.note_outcomes({message.id: Fate.SENT})
