"""How a member comes to their own page: a link by e-mail, or one that the office gives."""

from collections.abc import Sequence

from passkoop_node.booklet.keys import (
    BORROWED,
    LINK_SECONDS,
    OWN_DEVICE,
    PRINTED_SECONDS,
    Asked,
    KeyStore,
    Link,
)
from passkoop_node.core.addresses import is_address
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import LANGUAGES, SOURCE, _, speaking
from passkoop_node.core.letters import MAX_SUBJECT, Letter
from passkoop_node.core.post import PostOffice
from passkoop_node.errors import MemberNotFound
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore

KIND = "own page"
ROUND = 20  # links written before the database is given to a till that waits
LINK_PATH = "/moi/lien"


class Entrance:
    """Gives links to members, and opens their page for who holds one."""

    def __init__(
        self,
        keys: KeyStore,
        members: MemberStore,
        post: PostOffice,
        audit: AuditStore,
    ) -> None:
        self.keys = keys
        self.members = members
        self.post = post
        self.audit = audit

    def ask(self, email: str, *, address: str, language: str, now: int) -> None:
        """Keep that somebody asked for a link.

        Nobody is looked up: the answer is the same for all, and takes as long.
        """
        self.keys.ask(email, address=address, language=language, now=now)

    def answer_round(self, *, coop: str, now: int) -> int:
        """Put the links that were asked for into the outbox, some of them; return how many wait."""
        found = self.keys.asked(limit=ROUND)
        for one in found:
            with writing(self.keys.db):
                self._answer(one, coop=coop, now=now)
                self.keys.answered(one.id)
        return len(found)

    def _answer(self, asked: Asked, *, coop: str, now: int) -> None:
        people = self.members.by_email(asked.email)
        if not people or not self.post.mail.is_ready() or asked.asked_at <= now - LINK_SECONDS:
            return
        # As the register has it: what was typed may differ in its case.
        email = people[0].email
        if not is_address(email):
            return
        token = self.keys.link(now=now, email=email, seconds=LINK_SECONDS)
        letter = link_letter(
            people, f"{asked.address}{LINK_PATH}/{token}", coop=coop, language=asked.language
        )
        self.post.put(letter, actor="serve", now=now)

    def give(self, member: Member, *, actor: str, now: int) -> str:
        """Return the secret of a link for one member, which the office hands over."""
        with writing(self.keys.db):
            self.audit.add("own.link", now=now, actor=actor, subject=member.number)
            return self.keys.link(now=now, member_id=member.id, seconds=PRINTED_SECONDS)

    def behind(self, token: str, *, now: int) -> Sequence[Member]:
        """Return whose page a link opens: one, or all who share an address; nobody any more: ()."""
        link = self.keys.find_link(token, now=now)
        return self._people(link) if link else ()

    def _people(self, link: Link) -> Sequence[Member]:
        if link.member_id is None:
            return self.members.by_email(link.email)
        try:
            return [self.members.get(link.member_id)]
        except MemberNotFound:
            return ()

    def open(self, token: str, number: str, *, is_own_device: bool, now: int) -> str | None:
        """Return the secret of a session of the member with this number; None: the link is over.

        A link opens one page once.
        """
        with writing(self.keys.db):
            people = self.behind(token, now=now)
            member = next((one for one in people if one.number == number), None)
            if member is None or not self.keys.use_link(token):
                return None
            self.audit.add("own.enter", now=now, actor=f"member:{member.id}", subject=member.number)
            idle = OWN_DEVICE if is_own_device else BORROWED
            return self.keys.begin(member.id, email=member.email, idle=idle, now=now)

    def whose(self, token: str, *, now: int) -> int | None:
        """Return whose page a session opens; None: it is over, or the address is another since."""
        found = self.keys.whose(token, now=now)
        if found is None:
            return None
        id, email = found
        try:
            return id if self.members.get(id).email == email else None
        except MemberNotFound:
            return None

    def close_all(self, member: Member, *, actor: str, now: int) -> None:
        """End a member's sessions, and the links that they were given or sent."""
        with writing(self.keys.db):
            self.keys.end_all(member.id)
            self.keys.end_links(member.email)
            self.audit.add("own.close", now=now, actor=actor, subject=member.number)


def link_letter(people: Sequence[Member], link: str, *, coop: str, language: str) -> Letter:
    """Return what goes with a link, in the language of whoever asked."""
    spoken = next((one.language for one in people if one.language in LANGUAGES), language)
    with speaking(spoken if spoken in LANGUAGES else SOURCE):
        subject = _("Votre page de membre – %(coop)s", coop=coop)
        paragraphs = [
            _("Bonjour,"),
            _("Voici le lien de votre page de membre :"),
            link,
            _("Il marche une fois, pendant trente minutes."),
            _(
                "Vous n'avez rien demandé ? Ne faites rien : sans ce lien, personne n'ouvre "
                "votre page."
            ),
            coop,
        ]
    only = people[0] if len(people) == 1 else None
    return Letter(
        to=people[0].email,
        subject=subject[:MAX_SUBJECT],
        text="\n\n".join(paragraphs),
        language=spoken if spoken in LANGUAGES else SOURCE,
        kind=KIND,
        about=f"member:{only.id}" if only else "",
    )
