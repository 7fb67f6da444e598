"""What a member changes of their own record: at once, or once the office agrees."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from typing import Any

from passkoop_node.booklet.entrance import KIND
from passkoop_node.booklet.erasing import part_all
from passkoop_node.booklet.room import OwnRoom
from passkoop_node.booklet.wishes import Wish
from passkoop_node.cards.issuing import Issuer, NoCard
from passkoop_node.cards.store import CardState
from passkoop_node.core.addresses import is_address
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import LANGUAGES, SOURCE, _, speaking
from passkoop_node.core.letters import MAX_SUBJECT, Letter
from passkoop_node.core.post import PostOffice
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.members.keeping import correct_member, note_left
from passkoop_node.members.member import Member

BY_OFFICE: Setting[bool] = Setting(name="booklet.changes_by_office", default=False)
FIELDS = ("phone", "address", "postcode", "town", "country")  # what members change themselves
EMAIL_SECONDS = 86_400  # in which a new address is confirmed
EMAIL_PATH = "/moi/adresse"
LEFT_REASON = "départ"  # why a card was revoked, as the log keeps it everywhere


class Changing:
    """What members do to their own record."""

    def __init__(
        self,
        room: OwnRoom,
        issuer: Issuer,
        post: PostOffice,
        settings: SettingsStore,
        audit: AuditStore,
    ) -> None:
        self.room = room
        self.issuer = issuer
        self.post = post
        self.settings = settings
        self.audit = audit

    @property
    def waits(self) -> bool:
        """Whether the office agrees first."""
        return self.settings.get(BY_OFFICE)

    def change(self, before: Member, after: Member, *, actor: str, now: int) -> bool:
        """Keep what a member says of themselves; False: it waits for the office."""
        said = {
            name: getattr(after, name)
            for name in (*FIELDS, "email")
            if getattr(after, name) != getattr(before, name)
        }
        with writing(self.audit.db):
            if self.waits:
                waiting = self.room.wishes.of_member(before.id).get(Wish.CHANGE)
                told = {**(waiting.details if waiting else {}), **said}
                self.room.wishes.ask(before.id, Wish.CHANGE, told, now=now)
                self.audit.add("own.ask_change", now=now, actor=actor, subject=before.number)
                return False
            correct_member(self.issuer.members, self.audit, before, after, actor=actor, now=now)
            if "email" in said:
                self._new_email_is_in(before)
        return True

    def agree(self, member: Member, wanted: Mapping[str, Any], *, actor: str, now: int) -> None:
        """Do what a member asked, as the office agrees."""
        said: dict[str, Any] = {
            name: str(wanted[name]) for name in (*FIELDS, "email") if name in wanted
        }
        with writing(self.audit.db):
            after = replace(member, **said)
            if after != member:
                correct_member(self.issuer.members, self.audit, member, after, actor=actor, now=now)
            if "email" in said:
                self._new_email_is_in(member)
            self.room.wishes.forget(member.id, Wish.CHANGE)

    def _new_email_is_in(self, before: Member) -> None:
        """Close what the former address opened."""
        self.room.keys.end_all(before.id)
        self.room.keys.end_links(before.email)
        self.room.wishes.email_done(before.id)

    # --- another e-mail address ---

    def ask_email(
        self, member: Member, email: str, *, outside: str, coop: str, actor: str, now: int
    ) -> None:
        """Write to the new address for a confirmation, and tell the old one.

        Raises:
            MailNotSetUp: nothing was written.
        """
        token = secrets.token_urlsafe(32)
        with writing(self.audit.db):
            self.room.wishes.new_email(member.id, email, token, expires_at=now + EMAIL_SECONDS)
            link = f"{outside}{EMAIL_PATH}/{token}"
            self.post.put(_confirm(member, email, link, coop), actor=actor, now=now)
            if is_address(member.email):
                self.post.put(_tell(member, coop), actor=actor, now=now)
            self.audit.add("own.ask_email", now=now, actor=actor, subject=member.number)

    def confirm_email(self, token: str, *, now: int) -> bool | None:
        """Take a confirmed address into the register; None: the link is over.

        Returns:
            Whether it is in the register; False: the office agrees first.
        """
        with writing(self.audit.db):
            found = self.room.wishes.email_behind(token, now=now)
            if found is None:
                return None
            id, email = found
            member = self.issuer.members.get(id)
            self.room.wishes.email_done(id)
            after = replace(member, email=email)
            return self.change(member, after, actor=f"member:{id}", now=now)

    # --- leaving ---

    def leave(self, member: Member, *, on: date, actor: str, now: int) -> None:
        """Leave the co-op today: the cards are revoked, the rest of the household stays.

        Raises:
            MustCatchUp: no list could tell of it; nothing was changed.
        """
        issuer = self.issuer
        with writing(self.audit.db):
            issuer.check_can_tell()
            note_left(issuer.members, self.audit, member.id, on, actor=actor, now=now)
            part_all(issuer, member, actor=actor, now=now)
            # Not afterwards: a power cut in between would leave a good card to who is gone.
            with suppress(NoCard):
                why = LEFT_REASON
                issuer.keep_state(member, CardState.REVOKED, reason=why, now=now, actor=actor)
            self.room.wishes.ask(member.id, Wish.LEFT, {"day": on.isoformat()}, now=now)
        issuer.lists.refresh(now=now)


def _confirm(member: Member, email: str, link: str, coop: str) -> Letter:
    with _speaking(member) as language:
        subject = _("Confirmez votre adresse – %(coop)s", coop=coop)
        paragraphs = [
            _("Bonjour %(name)s,", name=member.given_name or member.full_name),
            _("Vous voulez que la coop vous écrive à cette adresse. Confirmez-la ici :"),
            link,
            _("Ce lien marche une fois, pendant un jour. Sinon, rien ne change."),
            coop,
        ]
        return _letter(member, email, subject, paragraphs, language)


def _tell(member: Member, coop: str) -> Letter:
    with _speaking(member) as language:
        subject = _("Votre adresse va changer – %(coop)s", coop=coop)
        paragraphs = [
            _("Bonjour %(name)s,", name=member.given_name or member.full_name),
            _("Une autre adresse e-mail vient d'être donnée sur votre page de membre."),
            _("Ce n'était pas vous ? Dites-le tout de suite à la coop : elle fermera votre page."),
            coop,
        ]
        return _letter(member, member.email, subject, paragraphs, language)


@contextmanager
def _speaking(member: Member) -> Iterator[str]:
    language = member.language if member.language in LANGUAGES else SOURCE
    with speaking(language):
        yield language


def _letter(member: Member, to: str, subject: str, paragraphs: list[str], language: str) -> Letter:
    return Letter(
        to=to,
        subject=subject[:MAX_SUBJECT],
        text="\n\n".join(paragraphs),
        language=language,
        kind=KIND,
        about=f"member:{member.id}",
    )
