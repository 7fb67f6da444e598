"""What becomes of a request to join: sent, accepted, refused; each once."""

import hashlib
import secrets
from contextlib import suppress
from datetime import date

from passkoop_node.cards.issuing import HasCard, Issuer
from passkoop_node.cards.mailing import CardMail
from passkoop_node.core.addresses import is_address
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.limits import neighbourhood
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import MemberNotFound, NodeError
from passkoop_node.joining import letters
from passkoop_node.joining.answers import Answers
from passkoop_node.joining.outcomes import (
    Accepted,
    AlreadyAnswered,
    InboxFull,
    Sent,
    person_of,
    said_of,
)
from passkoop_node.joining.questions import QuestionStore
from passkoop_node.joining.store import JoinRequest, JoinStore, State
from passkoop_node.joining.welcoming import Welcome
from passkoop_node.members.erasing import naming
from passkoop_node.members.keeping import add_member, correct_member
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.store import MemberStore

MOST_OPEN = 10_000  # requests that nobody answered
MOST_NEAR = 30  # of them from one place within a day
MOST_AT_ONCE = 200  # members a day whom the office did not look at: more, and it does
_DAY = 86_400
LINK_SECONDS = 7 * _DAY
LONGEST_REASON = 500

_SECRET = Setting(name="joining.secret", default="")  # hexadecimal: hides whence requests come


class Requests:
    """The inbox, with its rules."""

    def __init__(
        self,
        store: JoinStore,
        questions: QuestionStore,
        members: MemberStore,
        issuer: Issuer,
        card_mail: CardMail,
        welcome: Welcome,
        settings: SettingsStore,
        audit: AuditStore,
    ) -> None:
        self.store = store
        self.questions = questions
        self.members = members
        self.issuer = issuer
        self.card_mail = card_mail
        self.welcome = welcome
        self.settings = settings
        self.audit = audit

    # --- who wants to join ---

    def submit(
        self,
        answers: Answers,
        *,
        consent: str,
        source: str,
        spoken: str,
        actor: str,
        now: int,
        today: date,
        address: str = "",
        site: str = "",
    ) -> Sent:
        """Take a request in, and accept it at once where the co-op does so.

        The same person twice is one request: from the same place what came last counts, from
        elsewhere what came first, for a stranger must not rewrite it.

        Args:
            answers: as `read_answers` gives them.
            consent: what they agreed to, as it was shown.
            source: "online" or "kiosk".
            spoken: the language of the page.
            actor: as the log names them.
            now: seconds, UTC.
            today: the day it is in the shop.
            address: whence it came; "": from a device of the co-op's own, which has no limit here.
            site: where our pages are, for links in letters.

        Raises:
            InboxFull: nothing was kept.
        """
        questions = self.questions.load()
        person = person_of(answers)
        neighbour = self._hidden(address)
        with writing(self.store.db):
            consent_id = self.store.consent_id(consent, now=now)
            if source == "kiosk":  # who stands in the shop has no address to prove first
                self.store.drop_unproved(person)
            if known := self.store.open_of(person):
                return self._again(known, answers, neighbour, consent_id, site=site, now=now)
            self._check_room(neighbour, now=now)
            is_ready = self.card_mail.post.mail.is_ready()
            unproved = questions.proves_email and source == "online" and is_ready
            request = self.store.add(
                answers,
                state=State.UNPROVED if unproved else State.WAITING,
                source=source,
                spoken=spoken,
                person=person,
                neighbour=neighbour,
                consent=consent_id,
                now=now,
            )
            self.audit.add("join.ask", now=now, actor=actor, subject=str(request.id))
            token = self.link(request.id, "follow", now=now)
            is_at_once = not unproved and self._joins_at_once(answers, source, now=now)
            if not is_at_once:  # a member at once is sent the card
                self._write(request, token, questions.afterwards, site=site, now=now)
        accepted = (
            self.accept(request.id, actor=actor, now=now, today=today) if is_at_once else None
        )
        return Sent(token=token, is_new=True, request=request, accepted=accepted)

    def prove(self, request: JoinRequest, *, actor: str, now: int, today: date) -> Sent:
        """Take in a request whose address was proved, and accept it at once where that is done."""
        with writing(self.store.db):
            request = self.store.get(request.id)
            if request.state is State.UNPROVED:
                self.audit.add("join.prove", now=now, actor=actor, subject=str(request.id))
                # Anybody can have sent the form: the card is for whoever reads the mailbox.
                self.store.quiet_links(request.id)
                request = self.store.wait(request.id)
            token = self.link(request.id, "follow", now=now)
            is_at_once = request.state is State.WAITING and self._joins_at_once(
                request.answers, request.source, now=now
            )
        accepted = (
            self.accept(request.id, actor=actor, now=now, today=today) if is_at_once else None
        )
        return Sent(token=token, is_new=False, request=request, accepted=accepted)

    def _write(
        self, request: JoinRequest, token: str, afterwards: str, *, site: str, now: int
    ) -> None:
        """Tell somebody that the request arrived, or how to prove the address."""
        email, post = request.answers.email, self.card_mail.post
        if not is_address(email) or not post.mail.is_ready():
            return
        if self.store.count_to(email, since=now - _DAY) > letters.MOST_A_DAY:
            return
        profile = self.issuer.ourselves.profile
        if request.state is State.UNPROVED:
            link = f"{site}/adhesion/confirmer/{self.link(request.id, 'prove', now=now)}"
            letter = letters.prove(request, profile, link=link)
        elif self.members.by_email(email):
            letter = letters.known(request, profile)
        else:
            link = f"{site}/adhesion/suite/{token}" if site else ""
            letter = letters.received(request, profile, afterwards=afterwards, link=link)
        post.put(letter, actor="visitor", now=now)

    def _again(
        self,
        known: tuple[JoinRequest, str],
        answers: Answers,
        neighbour: str,
        consent: int,
        *,
        site: str,
        now: int,
    ) -> Sent:
        request, whence = known  # a device of the co-op's own has no place
        is_same_place = whence == neighbour and bool(neighbour or request.source == "kiosk")
        self.store.count_again(request.id)
        if is_same_place:
            request = self.store.rewrite(request.id, answers, consent=consent, now=now)
        # Wherever they are now: it goes to the address, and proves what was sent first.
        if request.state is State.UNPROVED and request.times < letters.MOST_A_DAY:
            self._write(request, "", "", site=site, now=now)
        # From elsewhere the link shows nothing: whoever knows a name must not see their request.
        token = self.link(request.id if is_same_place else None, "follow", now=now)
        return Sent(token=token, is_new=False, request=request)

    def _joins_at_once(self, answers: Answers, source: str, *, now: int) -> bool:
        """Return whether somebody is a member without the office: a new one, not one of a flood."""
        if not self.questions.load().is_automatic or self.alike(answers):
            return False
        if source != "online":  # they stand in the shop
            return True
        named = letters.is_name(answers.given_name) and letters.is_name(answers.family_name)
        return named and self.store.count_joined(since=now - _DAY) < MOST_AT_ONCE

    def _check_room(self, neighbour: str, *, now: int) -> None:
        if self.store.count_open() >= MOST_OPEN:
            raise InboxFull
        if neighbour and self.store.count_near(neighbour, since=now - _DAY) >= MOST_NEAR:
            raise InboxFull

    # --- what the office answers ---

    def accept(
        self,
        id: int,
        *,
        actor: str,
        now: int,
        today: date,
        into: Member | None = None,
        data: MemberData | None = None,
    ) -> Accepted:
        """Make somebody a member, with a card and, if there is an address, a letter with it.

        Who is in the register already is not added again: `into` is who they were, `data` (a
        `Member`) what the register is to hold now.

        Raises:
            RequestNotFound, BadMember, NumberTaken, …: nothing was changed.
            AlreadyAnswered: somebody was quicker.
        """
        with writing(self.store.db):
            request = self._unanswered(id)
            if into is None:
                wanted = data or request.answers.data(joined=today)
                member = add_member(self.members, self.audit, wanted, actor=actor, now=now)
            elif isinstance(data, Member) and data != into:
                member = correct_member(self.members, self.audit, into, data, actor=actor, now=now)
            else:
                member = into
            if into is not None:  # somebody else may have sent it in their name
                self.store.quiet_links(id)
            cents = self.questions.load().share_cents
            self.welcome.greet(
                request, member, before=into, share_cents=cents, on=today, now=now, actor=actor
            )
            request = self.store.answer(id, State.ACCEPTED, member_id=member.id, now=now)
            self.audit.add("join.accept", now=now, actor=actor, subject=member.number)
        return self.give_card(request, member, actor=actor, now=now)

    def give_card(self, request: JoinRequest, member: Member, *, actor: str, now: int) -> Accepted:
        """Make the card and put it into the outbox; what cannot be done is told, not raised."""
        fault: NodeError | None = None
        mailed = False
        try:
            self.issuer.issue([member], now=now, actor=actor)
        except HasCard:
            pass
        except NodeError as error:
            return Accepted(
                request=request, member=member, has_card=False, is_mailed=False, fault=error
            )
        if is_address(member.email):
            try:
                pairs = self.card_mail.pairs([member.id], now=now)
                mailed = self.card_mail.send(pairs, actor=actor, now=now) > 0
            except NodeError as error:
                fault = error
        return Accepted(
            request=request, member=member, has_card=True, is_mailed=mailed, fault=fault
        )

    def refuse(
        self, id: int, *, reason: str, actor: str, now: int, writes: bool = False
    ) -> JoinRequest:
        """Refuse a request.

        Args:
            id: of the request.
            reason: in the office's words.
            actor: who refuses.
            now: seconds, UTC.
            writes: tell the person by e-mail.

        Raises:
            RequestNotFound, AlreadyAnswered: nothing was changed.
            MailNotSetUp, BadEmail: nothing was changed.
        """
        with writing(self.store.db):
            self._unanswered(id)
            request = self.store.answer(id, State.REFUSED, reason=reason, now=now)
            self.audit.add("join.refuse", now=now, actor=actor, subject=str(id))
            if writes:
                letter = letters.refused(request, self.issuer.ourselves.profile)
                self.card_mail.post.put(letter, actor=actor, now=now)
            return request

    def reopen(self, id: int, *, actor: str, now: int) -> JoinRequest:
        """Put a request that was refused back into the inbox.

        Raises:
            RequestNotFound: there is none.
            AlreadyAnswered: it was not refused, or the same person sent another one since.
        """
        with writing(self.store.db):
            request = self.store.get(id)
            if request.state is not State.REFUSED or self.store.open_of(person_of(request.answers)):
                raise AlreadyAnswered(request)
            self.audit.add("join.reopen", now=now, actor=actor, subject=str(id))
            return self.store.wait(id)

    def correct(self, id: int, answers: Answers, *, actor: str, now: int) -> JoinRequest:
        """Keep what the office corrected before it answers.

        Raises:
            RequestNotFound, AlreadyAnswered: nothing was changed.
        """
        with writing(self.store.db):
            if self._unanswered(id).answers != answers:
                self.audit.add("join.edit", now=now, actor=actor, subject=str(id))
            return self.store.correct(id, answers)

    def _unanswered(self, id: int) -> JoinRequest:
        request = self.store.get(id)
        if request.state not in (State.WAITING, State.UNPROVED):
            raise AlreadyAnswered(request)
        return request

    # --- who is in the register already ---

    def alike(self, answers: Answers) -> list[Member]:
        """Return who of the register may be this person: the same address, or the same name."""
        found = {one.id: one for one in self.members.by_email(answers.email)}
        named = self.members.by_name(answers.given_name, answers.family_name)
        found |= {one.id: one for one in named}
        return list(found.values())[:10]

    # --- private links ---

    def link(self, request_id: int | None, purpose: str, *, now: int) -> str:
        """Return the secret of a new private link; None: it will show nothing of anybody."""
        token = secrets.token_urlsafe(32)
        self.store.add_link(_hash(token), purpose, request_id, expires_at=now + LINK_SECONDS)
        return token

    def by_link(self, token: str, purpose: str, *, now: int) -> tuple[bool, JoinRequest | None]:
        """Return whether a link is good, and whose request it shows."""
        id = self.store.by_link(_hash(token), purpose, now=now)
        return id is not None, self.store.get(id) if id else None

    # --- for the person ---

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what is kept of how a member joined."""
        return [
            {
                "sent_at": one.sent_at,
                "source": one.source,
                "answers": said_of(one.answers),
                "consent": self.store.consent_text(one.consent),
                "accepted_at": one.answered_at,
            }
            for one in self.store.of_member(member_id)
        ]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all rooms have it
        """Forget how a member joined, and whatever else they sent."""
        persons = [person_of(one.answers) for one in self.store.of_member(member_id)]
        with suppress(MemberNotFound):
            member = self.members.get(member_id)
            persons.append(person_of(member))
            self.store.forget_referrer(naming(member))
        self.store.erase_member(member_id, [one for one in persons if one])

    def erase_old(self, *, now: int) -> int:
        """Forget what was kept long enough; return how many requests."""
        questions = self.questions.load()
        with writing(self.store.db):
            count = self.store.erase_old(
                answered_before=now - questions.refused_days * _DAY,
                unproved_before=now - LINK_SECONDS,  # it can be proved no more
                open_before=now - questions.waiting_days * _DAY,
                now=now,
            )
            if count:
                told = {"requests": count}
                self.audit.add("join.erase", now=now, actor="serve", details=told)
        return count

    def _hidden(self, address: str) -> str:
        """Return what tells whether two requests came from one place, and not from which."""
        if not address:
            return ""
        if not (secret := self.settings.get(_SECRET)):
            secret = secrets.token_hex(32)
            self.settings.set(_SECRET, secret)
        where = neighbourhood(address).encode(errors="replace")
        key = bytes.fromhex(secret)
        return hashlib.blake2b(where, key=key, digest_size=16).hexdigest()


def _hash(token: str) -> bytes:
    return hashlib.blake2b(token.encode(), person=b"passkoop-join", digest_size=32).digest()
