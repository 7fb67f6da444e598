"""Cards by e-mail: who can be sent theirs, what is said to them, and what went."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from passkoop_node.cards.issuing import HasLeft, Issuer, NoCard, last_day
from passkoop_node.cards.pictures import picture_names
from passkoop_node.cards.printing import Pairs, printable, with_cards
from passkoop_node.cards.situations import Situation, situation_of
from passkoop_node.cards.store import StoredCard
from passkoop_node.core.addresses import is_address, parse_address
from passkoop_node.core.database import writing
from passkoop_node.core.formats import day
from passkoop_node.core.language import LANGUAGES, SOURCE, _, speaking
from passkoop_node.core.letters import MAX_SUBJECT, Enclosure, Letter
from passkoop_node.core.outbox import Message, State
from passkoop_node.core.post import Draw, Overtaken, PostOffice
from passkoop_node.errors import MemberNotFound, NodeError
from passkoop_node.members.member import Member

KIND = "card"


class NoEmail(NodeError):
    """The register has no address for the member, or one that is none."""

    code = "no_email"
    hint = "Corrigez l’adresse e-mail sur la fiche du membre."

    def __init__(self, number: str) -> None:
        super().__init__(f"le membre n°\u00a0{number} n’a pas d’adresse e-mail valable")
        self.number = number


class NotSendable(NodeError):
    """The member's card is suspended: it is not handed out meanwhile."""

    code = "card_not_sendable"
    hint = "Levez la suspension, puis recommencez."

    def __init__(self, number: str) -> None:
        super().__init__(f"la carte du membre n°\u00a0{number} est suspendue")
        self.number = number


# Who knows of addresses to which nothing is sent any more, without their case: those of these
# members by id, of all if none are named.
WrongEmails = Callable[[Sequence[int] | None], Mapping[int, str]]


def _none_is_wrong(_ids: Sequence[int] | None) -> Mapping[int, str]:
    return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsent:
    """Whose card never went by e-mail."""

    to_send: Sequence[int]  # members, by id, the first to come first
    without_address: int  # members who have a card and no address that is one
    waiting: int  # whose card is in the outbox already


class CardMail:
    """Puts cards into the outbox, and draws them when they go."""

    def __init__(self, post: PostOffice, issuer: Issuer) -> None:
        self.post = post
        self.issuer = issuer
        post.kinds[KIND] = self
        # What rooms above know of addresses that lead nowhere: those of members, by id.
        self.wrong_emails: WrongEmails = _none_is_wrong

    def letter(self, member: Member, card: StoredCard) -> Letter:
        """Return what goes with the card of `member`, in their language.

        Raises:
            NoEmail: there is nobody to write to.
        """
        if not self._is_good(member.id, member.email, self.wrong_emails([member.id])):
            raise NoEmail(member.number)
        profile = self.issuer.ourselves.profile
        language = member.language if member.language in LANGUAGES else SOURCE
        with speaking(language):
            subject = _("Votre carte de membre – %(coop)s", coop=profile.name)
            paragraphs = [
                _("Bonjour %(name)s,", name=member.given_name or member.full_name),
                _("Voici votre carte. Elle est valable jusqu'au %(day)s.", day=day(last_day(card))),
                _(
                    "Montrez ce code à la caisse, sur votre téléphone ou sur papier : le PDF joint "
                    "se découpe au format d'une carte bancaire. Les autres coops du réseau la "
                    "lisent aussi, chacune avec ses règles d'accueil."
                ),
                _(
                    "Carte perdue, ou code vu par quelqu'un d'autre ? Dites-le-nous : nous "
                    "annulons cette carte et vous en faisons une autre."
                ),
                "\n".join(filter(None, (profile.name, profile.contact))),
            ]
        return Letter(
            to=member.email,
            subject=subject[:MAX_SUBJECT],
            text="\n\n".join(paragraphs),
            language=language,
            kind=KIND,
            ref=str(card.id),
            about=about(member),
        )

    def sendable(self, member: Member, *, on: datetime.date, now: int) -> StoredCard:
        """Return the card that can be sent to `member`.

        Raises:
            HasLeft, NoCard, NotSendable, NoEmail: there is none.
        """
        if member.left is not None and member.left <= on:
            raise HasLeft(member.number)
        card = self.issuer.cards.newest_of([member.id]).get(member.id)
        stands = situation_of(card, self.issuer.withdrawn_keys(), now=now)
        if stands is Situation.SUSPENDED:
            raise NotSendable(member.number)
        if card is None or stands is not Situation.VALID or card.data is None:
            raise NoCard(member.number)
        if not self._is_good(member.id, member.email, self.wrong_emails([member.id])):
            raise NoEmail(member.number)
        return card

    def unsent(self, *, on: datetime.date, now: int) -> Unsent:
        """Return whose card never went by e-mail, and could."""
        members, cards = self.issuer.members, self.issuer.cards
        emails = members.emails(on=on)
        never = cards.never_sent(now=now, without=self.issuer.withdrawn_keys())
        in_time = {id: str(card) for id, card in never.items() if id in emails}
        refs = self.post.outbox.open_refs(KIND)
        open_ = [id for id, ref in in_time.items() if ref not in refs]
        wrong = self.wrong_emails(None)
        to_send = {id for id in open_ if self._is_good(id, emails[id], wrong)}
        return Unsent(
            to_send=sorted(to_send),
            without_address=len(open_) - len(to_send),
            waiting=len(in_time) - len(open_),
        )

    @staticmethod
    def _is_good(id: int, email: str, wrong: Mapping[int, str]) -> bool:
        return is_address(email) and wrong.get(id) != email.casefold()

    def pairs(self, member_ids: Sequence[int], *, now: int) -> Pairs:
        """Return these members with their cards, as far as they still have one."""
        return with_cards(self.issuer, self.issuer.members.of_ids(member_ids), now=now)

    def send(self, pairs: Pairs, *, actor: str, now: int) -> int:
        """Put these cards into the outbox, but those that wait in it; return how many were put.

        Raises:
            MailNotSetUp: nothing was put.
            NoEmail: of the first member of whom it is true; nothing was put.
        """
        with writing(self.post.outbox.db):
            put = [
                self.post.put(self.letter(member, card), actor=actor, now=now)
                for member, card in pairs
            ]
        return sum(id is not None for id in put)

    def pending(self, member: Member) -> Message | None:
        """Return the latest letter with a card of `member`, if it has not gone."""
        letters: Sequence[Message] = self.post.outbox.about(about(member))
        latest = next((one for one in letters if one.kind == KIND), None)
        gone = latest is None or latest.state in (State.SENT, State.CANCELLED)
        return None if gone else latest

    # --- for the post office ---

    def enclose(self, message: Message, *, now: int) -> Draw:
        """Return what draws the card of a letter.

        Raises:
            Overtaken: the card, the member or their address is another by now.
        """
        card = self.issuer.cards.by_id(int(message.ref))
        if card is None or card.member_id is None:
            raise Overtaken
        today = datetime.datetime.fromtimestamp(now, datetime.UTC).date()
        try:
            member = self.issuer.members.get(card.member_id)
            if self.sendable(member, on=today, now=now).id != card.id:
                raise Overtaken
        except (MemberNotFound, NoCard, HasLeft, NotSendable, NoEmail) as error:
            raise Overtaken from error
        if parse_address(member.email) != message.recipient:  # it was corrected meanwhile
            raise Overtaken
        shown = printable(card, self.issuer.ourselves.profile, number=member.number)
        with speaking(message.language):
            says = _("Le code de votre carte")

        def draw() -> Sequence[Enclosure]:
            from passkoop_node.cards.sheet import card_sheet  # and with it the writer of PDF
            from passkoop_protocol.qr import qr_png

            (name,) = picture_names([shown])
            png = qr_png(shown.text)
            return [
                Enclosure(name=f"{name}.png", kind="image/png", data=png, shown=says),
                Enclosure(name=f"{name}.pdf", kind="application/pdf", data=card_sheet([shown])),
            ]

        return draw

    def went(self, message: Message, *, now: int) -> None:
        """Keep that a card went: on the card, and in the history of the member."""
        card = self.issuer.cards.by_id(int(message.ref))
        if card is None or card.member_id is None:
            return
        self.issuer.cards.note_sent(card.id, now=now)
        number = self.issuer.members.get(card.member_id).number
        self.post.audit.add("card.sent", now=now, actor=message.actor, subject=number)


def about(member: Member) -> str:
    """Return how the outbox names a member: not by the number, which may change."""
    return f"member:{member.id}"
