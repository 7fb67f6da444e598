"""One message to one member, by the channel that they chose for what it is about."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from passkoop_node.channels.phones import is_mobile, parse_mobile
from passkoop_node.channels.texting import MOST_PARTS, plain, size_of
from passkoop_node.channels.words import footer, language_of
from passkoop_node.channels.wrong import What, Wrong, WrongStore, value_of
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.addresses import is_address, parse_address
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import speaking
from passkoop_node.core.letters import BY_REPLY, Letter
from passkoop_node.core.markdown import to_text
from passkoop_node.core.outbox import Carrier, Message, State
from passkoop_node.core.post import PostOffice, check_letter
from passkoop_node.members.member import Member
from passkoop_node.members.postal import address_lines, has_address
from passkoop_node.members.preferences import Channel, Preferences, PreferenceStore, Topic
from passkoop_node.members.store import MemberStore

UNSUBSCRIBE = "/desabonnement"

_WRONG = {
    Channel.EMAIL: (What.EMAIL, "wrong_email"),
    Channel.SMS: (What.PHONE, "wrong_phone"),
    Channel.POST: (What.ADDRESS, "wrong_address"),
}
_CARRIED = {
    Carrier.EMAIL: What.EMAIL,
    Carrier.SMS: What.PHONE,
    Carrier.POST: What.ADDRESS,
}
_BY = {Carrier.SMS: Channel.SMS, Carrier.POST: Channel.POST}
# A server's refusals of a person that say nothing of the address: a full mailbox, its policy
# (RFC 3463: the second figure is about the mailbox system, the network, security).
_NOT_THE_ADDRESS = re.compile(r"\b5\.(?:2\.[2-4]|[3467]\.[0-9]{1,3})\b")
# Without such a figure the words decide: a list of unwelcome senders must not make all of the
# register's addresses wrong.
_SAYS_WHY = re.compile(r"\b5\.[0-9]\.[0-9]{1,3}\b")
_IS_ABOUT_US = re.compile(
    r"block|black|spam|polic|denied|reputation|\bdns|listed|\bip\b|sender|quota|full|rate|too many",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """What was done with a message, or would be."""

    channel: Channel  # into whose outbox it was put; NONE: into none
    why: str = ""  # a code of words.WHY, if it was put into none
    id: int | None = None  # in the outbox

    @property
    def is_queued(self) -> bool:
        """Whether it goes."""
        return self.channel is not Channel.NONE


class Channels:
    """Reaches members as they want to be reached."""

    def __init__(
        self,
        post: PostOffice,
        members: MemberStore,
        preferences: PreferenceStore,
        wrong: WrongStore,
        ourselves: Ourselves,
    ) -> None:
        self.post = post
        self.members = members
        self.preferences = preferences
        self.wrong = wrong
        self.ourselves = ourselves
        post.refused.append(self._refused)
        post.objections.append(self._objection)

    @property
    def audit(self) -> AuditStore:
        """The audit."""
        return self.post.audit

    # --- one message to one member ---

    def send(
        self,
        member: Member,
        *,
        topic: Topic,
        subject: str,
        text: str,
        kind: str,
        ref: str = "",
        sms: str = "",
        is_markdown: bool = False,
        actor: str,
        now: int,
    ) -> Sending:
        """Put a message into the outbox of the member's channel, inside the caller's `writing`.

        What the membership needs goes on paper where the chosen channel leads nowhere.

        Args:
            member: to whom.
            topic: what it is about; their channel for that is taken.
            subject: one line, in their language (`words.language_of`); an SMS has none.
            text: paragraphs, parted by empty lines.
            kind: stable, English: of the room that writes, as in `PostOffice.kinds`. Its `enclose`
                is asked before a message goes by whatever channel, and may raise Overtaken.
            ref: what it is about, to that kind; one such message to a member waits at a time. In
                the outbox it is "<member's id>:<ref>".
            sms: what an SMS says instead of `text`.
            is_markdown: `text` is; on paper and in an SMS it is plain.
            actor: who has it sent, as in the audit.
            now: seconds, UTC.
        """
        wants = self.preferences.of(member.id)
        bare = to_text(text) if is_markdown else text
        body = plain(sms or bare)
        found = self._way(member, topic, wants, self.wrong.of(member.id), body)
        if not found.is_queued:
            return found
        channel, language = found.channel, language_of(member)
        with writing(self.post.outbox.db), speaking(language):
            link = "" if topic.is_required else self._link(member, topic)
            why = footer(topic, channel, link, coop=self.ourselves.profile.name)
            is_sms, is_mail = channel is Channel.SMS, channel is Channel.EMAIL
            letter = Letter(
                to=self._envelope(member, channel),
                subject=subject,
                text=f"{body}\n{why}".strip() if is_sms else text if is_mail else bare,
                language=language,
                kind=kind,
                ref=f"{member.id}:{ref}" if ref else "",
                about=f"member:{member.id}",
                footer="" if is_sms else why,
                topic="" if topic.is_required else topic.value,
                unsubscribe=link if is_mail else "",
                is_markdown=is_markdown and is_mail,
            )
            id = self._put(letter, channel, actor=actor, now=now)
        return Sending(channel=channel, id=id) if id else _nothing("waits")

    def look(self, members: Iterable[Member], topic: Topic, *, sms: str = "") -> dict[int, Sending]:
        """Return by which channel each of them would be reached now, or why by none, by id.

        Args:
            members: who.
            topic: about what.
            sms: what an SMS would say, as far as it is known.
        """
        members, body = [*members], plain(sms)
        wants = self.preferences.of_all([one.id for one in members])
        wrong = self.wrong.of_all()
        return {
            one.id: self._way(one, topic, wants[one.id], wrong.get(one.id, {}), body)
            for one in members
        }

    def _way(
        self,
        member: Member,
        topic: Topic,
        wants: Preferences,
        wrong: Mapping[What, Wrong],
        sms: str,
    ) -> Sending:
        chosen = wants.channels[topic]
        if chosen is Channel.NONE:
            return _nothing("not_wanted")
        why = self._hindrance(member, chosen, wrong, sms)
        if not why:
            return Sending(channel=chosen)
        on_paper = topic.is_required and chosen is not Channel.POST and why != "mail_not_set_up"
        if on_paper and not self._hindrance(member, Channel.POST, wrong, sms):
            return Sending(channel=Channel.POST)
        return _nothing(why)

    def _hindrance(
        self, member: Member, channel: Channel, wrong: Mapping[What, Wrong], sms: str
    ) -> str:
        """Return why a channel does not lead to a member; "" if it does."""
        match channel:
            case Channel.EMAIL if not is_address(member.email):
                return "no_email"
            case Channel.SMS if not self.has_mobile(member):
                return "no_phone"
            case Channel.POST if not has_address(member):
                return "no_address"
        what, code = _WRONG[channel]
        if what in wrong and wrong[what].value == value_of(member, what):
            return code
        if channel is Channel.EMAIL and not self.post.mail.is_ready():
            return "mail_not_set_up"
        if channel is Channel.SMS and size_of(sms).parts > MOST_PARTS:
            return "sms_too_long"
        return ""

    def has_mobile(self, member: Member) -> bool:
        """Return whether an SMS can go to a member."""
        return is_mobile(member.phone, self.country_of(member))

    def country_of(self, member: Member) -> str:
        """Return where a member's number is from if it does not say: two letters."""
        given = member.country.strip().upper()
        is_code = len(given) == 2 and given.isascii() and given.isalpha()
        return given if is_code else self.ourselves.profile.country

    def _envelope(self, member: Member, channel: Channel) -> str:
        """Return to what address a message goes."""
        if channel is Channel.EMAIL:
            return parse_address(member.email)
        if channel is Channel.SMS:
            return parse_mobile(member.phone, self.country_of(member))
        return "\n".join(address_lines(member, home=self.ourselves.profile.country))

    def _link(self, member: Member, topic: Topic) -> str:
        """Return where a member says no to a topic."""
        base = self.ourselves.web_address
        if not base:
            return BY_REPLY
        return f"{base}{UNSUBSCRIBE}/{self.preferences.unsubscribe_token(member.id, topic)}"

    def _put(self, letter: Letter, channel: Channel, *, actor: str, now: int) -> int | None:
        if channel is Channel.EMAIL:
            return self.post.put(letter, actor=actor, now=now)
        check_letter(letter)
        carrier = Carrier.SMS if channel is Channel.SMS else Carrier.POST
        id = uuid.uuid4().hex  # the same at each attempt: a gateway may know it again
        outbox = self.post.outbox
        return outbox.put(letter, message_id=id, actor=actor, now=now, carrier=carrier)

    # --- addresses that lead nowhere ---

    def wrong_of(self, member: Member) -> dict[What, Wrong]:
        """Return what of a member is known to lead nowhere, as the register has it today."""
        noted = self.wrong.of(member.id)
        return {what: one for what, one in noted.items() if one.value == value_of(member, what)}

    def all_wrong(self) -> list[tuple[Member, dict[What, Wrong]]]:
        """Return all of whom something leads nowhere today, what was noted last first."""
        noted = self.wrong.of_all()
        found = []
        for member in self.members.of_ids([*noted]):
            still = {
                what: one
                for what, one in noted[member.id].items()
                if one.value == value_of(member, what)
            }
            if still:
                found.append((member, still))
        return sorted(found, key=lambda one: -max(it.noted_at for it in one[1].values()))

    def wrong_emails(self, ids: Sequence[int] | None) -> dict[int, str]:
        """Return which e-mail addresses were noted as wrong, of these members or of all, by id."""
        found = self.wrong.of_all(ids)
        return {id: noted[What.EMAIL].value for id, noted in found.items() if What.EMAIL in noted}

    def note_wrong(
        self,
        member: Member,
        what: What,
        *,
        how: str,
        answer: str = "",
        actor: str,
        now: int,
    ) -> bool:
        """Keep that something of a member leads nowhere; return whether that was news."""
        value = value_of(member, what)
        if not value.strip() or what in self.wrong_of(member):
            return False
        with writing(self.wrong.db):
            self.wrong.note(member.id, what, value, how=how, answer=answer, now=now)
            self._note("contact.wrong", member, what, actor, now)
        return True

    def note_right(self, member: Member, what: What, *, actor: str, now: int) -> bool:
        """Keep that it leads to the member after all; return whether that was news."""
        with writing(self.wrong.db):
            if not self.wrong.forget(member.id, what):
                return False
            self._note("contact.right", member, what, actor, now)
        return True

    def _note(self, action: str, member: Member, what: What, actor: str, now: int) -> None:
        details = {"what": what.value}
        self.audit.add(action, now=now, actor=actor, subject=member.number, details=details)

    def _refused(self, message: Message, answer: str, *, now: int) -> None:
        """Note an address that a mail server refused for good, of all whose it is."""
        is_said = _SAYS_WHY.search(answer)
        otherwise = _NOT_THE_ADDRESS if is_said else _IS_ABOUT_US
        if message.carrier is not Carrier.EMAIL or otherwise.search(answer):
            return
        for member in self.members.by_email(message.recipient) or self._named(message):
            self.note_wrong(member, What.EMAIL, how="server", answer=answer, actor="serve", now=now)

    def _objection(self, message: Message) -> tuple[State, str] | None:
        """Return why a message that waits is not to go any more: much can be said meanwhile."""
        for member in self._members_of(message):
            wants = self.preferences.of(member.id).channels
            if message.topic and wants[Topic(message.topic)] is Channel.NONE:
                return State.CANCELLED, "unsubscribed"
            noted = self.wrong.of(member.id).get(_CARRIED[message.carrier])
            if noted is not None and self._leads_there(message, member, noted):
                return State.FAILED, "known_wrong"
        return None

    def _leads_there(self, message: Message, member: Member, noted: Wrong) -> bool:
        """Return whether a message goes where it is known that nobody is."""
        if message.carrier is Carrier.EMAIL:
            return message.recipient.casefold() == noted.value
        what = _CARRIED[message.carrier]
        return message.recipient == self._envelope(member, _BY[message.carrier]) and (
            noted.value == value_of(member, what)
        )

    def _named(self, message: Message) -> list[Member]:
        """Return whom a message is about, if its address is still theirs, written otherwise."""
        return [
            one
            for one in self._members_of(message)
            if is_address(one.email) and parse_address(one.email) == message.recipient
        ]

    def _members_of(self, message: Message) -> list[Member]:
        """Return whom a message is about: one member, or nobody."""
        kind, _colon, id = message.about.partition(":")
        return self.members.of_ids([int(id)]) if kind == "member" else []

    # --- what is a member's ---

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what is kept of a member: messages of late, and addresses noted as wrong."""
        messages: list[dict[str, object]] = [
            {
                "channel": one.carrier.value,
                "to": one.recipient,
                "subject": one.subject,
                "text": one.body or "",
                "state": one.state.value,
                "queued_at": one.queued_at,
            }
            for one in self.post.outbox.about(f"member:{member_id}", limit=-1)
        ]
        wrong: list[dict[str, object]] = [
            {"wrong": what.value, "value": one.value, "noted_at": one.noted_at, "how": one.how}
            for what, one in self.wrong.of(member_id).items()
        ]
        return messages + wrong

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Forget the messages to a member, also those that wait, and what was noted of them."""
        with writing(self.wrong.db):
            self.post.outbox.erase_about(f"member:{member_id}")
            self.wrong.forget(member_id)


def _nothing(why: str) -> Sending:
    return Sending(channel=Channel.NONE, why=why)
