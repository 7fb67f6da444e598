"""Notices of payment: how to send an amount by transfer, on paper and by e-mail."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.addresses import is_address, parse_address
from passkoop_node.core.language import LANGUAGES, SOURCE, _, speaking
from passkoop_node.core.letters import MAX_SUBJECT, Enclosure, Letter
from passkoop_node.core.outbox import Message
from passkoop_node.core.post import Draw, Overtaken, PostOffice
from passkoop_node.dues.iban import in_fours
from passkoop_node.dues.receipts import NoAddress
from passkoop_node.dues.transfers import Expected, ReferenceNotFound, Transfers
from passkoop_node.dues.wording import KINDS
from passkoop_node.errors import NodeError
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore
from passkoop_node.visits.money import shown_amount

if TYPE_CHECKING:
    from passkoop_node.dues.papers import Paper

KIND = "payment_notice"


class PaymentNotices:
    """How to pay by transfer, told to members."""

    def __init__(
        self, transfers: Transfers, members: MemberStore, ourselves: Ourselves, post: PostOffice
    ) -> None:
        self.transfers = transfers
        self.members = members
        self.ourselves = ourselves
        self.post = post
        post.kinds[KIND] = self

    def get(self, reference: str) -> tuple[Expected, Member]:
        """Return the transfer that is waited for, and from whom.

        Raises:
            ReferenceNotFound: there is none, or from nobody in the register.
        """
        expected = self.transfers.expected(reference)
        if expected is None or expected.member_id is None:
            raise ReferenceNotFound(reference)
        return expected, self.members.get(expected.member_id)

    def page(self, reference: str) -> "Paper":
        """Return the notice as it is printed, in the language of the request.

        Raises:
            ReferenceNotFound, NoAccount: as they say.
        """
        from passkoop_node.dues.papers import Paper  # and with it the writer of PDF

        expected, member = self.get(reference)
        transfer, profile = self.transfers.shown(reference), self.ourselves.profile
        account = transfer.account
        kind = str(KINDS[expected.kind.value])
        number = _("n° %(number)s", number=member.number)
        lines = [
            (_("Membre"), f"{member.full_name}, {number}"),
            (_("Pour"), f"{kind} ({expected.amount})" if expected.amount else kind),
            (_("Bénéficiaire"), account.holder),
            (_("IBAN"), in_fours(account.iban)),
            (_("BIC"), account.bic),
            (_("Référence"), in_fours(reference)),
        ]
        remarks = [_("Écrivez la référence dans le motif du virement : elle nous dit qui paie.")]
        return Paper(
            coop=profile.name,
            address=profile.contact or profile.place,
            title=_("À payer par virement"),
            amount=shown_amount(expected.cents),
            lines=[(label, words) for label, words in lines if words],
            remarks=[*remarks, *account.other.splitlines()],
            code=transfer.qr_text,
            code_says=_(
                "Scannez ce code avec l'application de votre banque : tout est rempli, vous n'avez "
                "qu'à vérifier et valider."
            ),
        )

    def send(self, reference: str, *, actor: str, now: int) -> bool:
        """Put a notice into the outbox; return False where it waits there already.

        Raises:
            ReferenceNotFound, NoAccount, NoAddress, MailNotSetUp: nothing was put.
        """
        expected, member = self.get(reference)
        if not is_address(member.email):
            raise NoAddress(member.number)
        profile = self.ourselves.profile
        language = member.language if member.language in LANGUAGES else SOURCE
        with speaking(language):
            transfer = self.transfers.shown(reference)
            subject = _("À payer par virement – %(coop)s", coop=profile.name)
            paragraphs = [
                _("Bonjour %(name)s,", name=member.given_name or member.full_name),
                _("Voici comment payer par virement :"),
                transfer.text,
                _("Écrivez la référence dans le motif du virement : elle nous dit qui paie."),
                "\n".join(filter(None, (profile.name, profile.contact))),
            ]
        letter = Letter(
            to=member.email,
            subject=subject[:MAX_SUBJECT],
            text="\n\n".join(paragraphs),
            language=language,
            kind=KIND,
            ref=expected.reference,
            about=f"member:{member.id}",
        )
        return self.post.put(letter, actor=actor, now=now) is not None

    # --- for the post office ---

    def enclose(self, message: Message, *, now: int) -> Draw:  # noqa: ARG002 - as all kinds
        """Return what draws the notice of a letter.

        Raises:
            Overtaken: the member has another address by now, or the co-op no account.
        """
        try:
            _expected, member = self.get(message.ref)
            transfer = self.transfers.shown(message.ref)
            with speaking(message.language):
                page = self.page(message.ref)
                says = _("Code à scanner avec l'application de votre banque")
        except NodeError as error:
            raise Overtaken from error
        if not is_address(member.email) or parse_address(member.email) != message.recipient:
            raise Overtaken

        def draw() -> Sequence[Enclosure]:
            from passkoop_node.dues.papers import paper

            name = f"virement-{message.ref}"
            sheet = Enclosure(name=f"{name}.pdf", kind="application/pdf", data=paper(page))
            if not transfer.qr_text:
                return [sheet]
            code = Enclosure(name=f"{name}.png", kind="image/png", data=transfer.png(), shown=says)
            return [code, sheet]

        return draw

    def went(self, message: Message, *, now: int) -> None:
        """Keep that the server has taken a notice."""
        _expected, member = self.get(message.ref)
        self.post.audit.add("dues.asked", now=now, actor=message.actor, subject=member.number)
