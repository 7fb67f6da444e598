"""Receipts: what stands on one, on paper, by e-mail, and in the journal of a year."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.addresses import is_address, parse_address
from passkoop_node.core.language import LANGUAGES, SOURCE, _, speaking
from passkoop_node.core.letters import MAX_SUBJECT, Enclosure, Letter
from passkoop_node.core.outbox import Message
from passkoop_node.core.post import Draw, Overtaken, PostOffice
from passkoop_node.dues.faults import ReceiptNotFound
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.store import Asked, Payment
from passkoop_node.dues.wording import KINDS, METHODS
from passkoop_node.errors import NodeError
from passkoop_node.members.member import Member

if TYPE_CHECKING:
    from passkoop_node.core.sheets import Cell, Sheet
    from passkoop_node.dues.papers import Paper

KIND = "receipt"


class NoAddress(NodeError):
    """The register has no address for who paid, or one that is none."""

    code = "no_email"

    def __init__(self, number: str) -> None:
        super().__init__(
            _("le membre n° %(number)s n'a pas d'adresse e-mail valable", number=number)
        )
        self.hint = _("Corrigez l'adresse e-mail sur la fiche du membre.")


class Receipts:
    """Receipts as they are handed out."""

    def __init__(self, ledger: Ledger, ourselves: Ourselves, post: PostOffice) -> None:
        self.ledger = ledger
        self.ourselves = ourselves
        self.post = post
        post.kinds[KIND] = self

    def get(self, receipt: str) -> tuple[Payment, Member]:
        """Return the payment of a receipt, and whose it is.

        Raises:
            ReceiptNotFound: there is none.
        """
        payment = self.ledger.payments.by_receipt(receipt)
        if payment is None:
            raise ReceiptNotFound(receipt[:20])
        return payment, self.ledger.members.get(payment.member_id)

    def page(self, receipt: str) -> "Paper":
        """Return a receipt as it is printed, in the language of the request.

        Raises:
            ReceiptNotFound: there is none.
        """
        from passkoop_node.core import formats  # and with it Babel
        from passkoop_node.dues.papers import Paper  # and with it the writer of PDF

        payment, member = self.get(receipt)
        profile = self.ourselves.profile
        return Paper(
            coop=profile.name,
            address=profile.contact or profile.place,
            title=_("Reçu n° %(number)s", number=payment.receipt),
            amount=formats.money(payment.cents),
            lines=facts(payment, member),
            remarks=remarks(payment),
        )

    def letter(self, receipt: str) -> Letter:
        """Return what goes with a receipt, in the language of who paid.

        Raises:
            ReceiptNotFound, NoAddress: as they say.
        """
        payment, member = self.get(receipt)
        if not is_address(member.email):
            raise NoAddress(member.number)
        profile = self.ourselves.profile
        language = member.language if member.language in LANGUAGES else SOURCE
        with speaking(language):
            words = {"number": payment.receipt, "coop": profile.name}
            subject = _("Votre reçu n° %(number)s – %(coop)s", **words)
            paragraphs = [
                _("Bonjour %(name)s,", name=member.given_name or member.full_name),
                _("Voici votre reçu, en pièce jointe. Merci !"),
                "\n".join(filter(None, (profile.name, profile.contact))),
            ]
        return Letter(
            to=member.email,
            subject=subject[:MAX_SUBJECT],
            text="\n\n".join(paragraphs),
            language=language,
            kind=KIND,
            ref=payment.receipt,
            about=f"member:{member.id}",
        )

    def send(self, receipt: str, *, actor: str, now: int) -> bool:
        """Put a receipt into the outbox; return False where it waits there already.

        Raises:
            ReceiptNotFound, NoAddress, MailNotSetUp: nothing was put.
        """
        return self.post.put(self.letter(receipt), actor=actor, now=now) is not None

    # --- for the post office ---

    def enclose(self, message: Message, *, now: int) -> Draw:  # noqa: ARG002 - as all kinds
        """Return what draws the receipt of a letter.

        Raises:
            Overtaken: who paid has another address by now.
        """
        try:
            payment, member = self.get(message.ref)
        except NodeError as error:
            raise Overtaken from error
        if not is_address(member.email) or parse_address(member.email) != message.recipient:
            raise Overtaken
        with speaking(message.language):
            page = self.page(payment.receipt)

        def draw() -> Sequence[Enclosure]:
            from passkoop_node.dues.papers import paper

            name = f"recu-{payment.receipt}.pdf"
            return [Enclosure(name=name, kind="application/pdf", data=paper(page))]

        return draw

    def went(self, message: Message, *, now: int) -> None:
        """Keep that the server has taken a receipt."""
        _payment, member = self.get(message.ref)
        self.post.audit.add("dues.sent", now=now, actor=message.actor, subject=member.number)

    # --- the journal ---

    def journal(self, year: int | None) -> tuple["Sheet", int]:
        """Return the receipts of a year as a table, by number, and how many they are."""
        from passkoop_node.core.sheets import Sheet  # and with it the web server

        payments = self.ledger.payments.found(Asked(year=year))[::-1]
        people = people_of(self.ledger, payments)
        rows = (_row(one, people.get(one.member_id)) for one in payments)
        return Sheet(title=_("Reçus"), titles=_headings(), rows=rows), len(payments)


def facts(payment: Payment, member: Member) -> list[tuple[str, str]]:
    """Return what a receipt says of a payment, in the language of the request."""
    from passkoop_node.core import formats  # and with it Babel

    number = _("n° %(number)s", number=member.number)
    kind = str(KINDS[payment.kind.value])
    what = f"{kind} ({payment.amount})" if payment.amount else kind
    if payment.is_part and payment.last is None:
        what = _("%(what)s, acompte", what=what)
    lines = [
        (_("Membre"), f"{member.full_name}, {number}"),
        (_("Payé par"), payment.paid_by),
        (_("Pour"), what),
        (_("Période"), _period(payment)),
        (_("Moyen"), str(METHODS[payment.method.value])),
        (_("Jour du paiement"), formats.day(payment.paid_on)),
        (_("Noté le"), formats.day(formats.local_day(payment.noted_at))),
    ]
    return [(label, words) for label, words in lines if words]


def _period(payment: Payment) -> str:
    from passkoop_node.core import formats  # and with it Babel

    if payment.first is None or payment.last is None:
        return ""
    first, last = formats.day(payment.first), formats.day(payment.last)
    return _("du %(first)s au %(last)s", first=first, last=last)


def remarks(payment: Payment) -> list[str]:
    """Return what is to be known of a receipt beside its payment."""
    said = []
    if payment.corrects:
        said.append(_("Ce reçu annule le reçu n° %(number)s.", number=payment.corrects))
    if payment.corrected_by:
        said.append(_("Ce reçu est annulé par le reçu n° %(number)s.", number=payment.corrected_by))
    return said


def people_of(ledger: Ledger, payments: Sequence[Payment]) -> Mapping[int, Member]:
    """Return the members whose payments these are, by id."""
    ids = sorted({one.member_id for one in payments})
    return {one.id: one for one in ledger.members.of_ids(ids)}


def _headings() -> list[str]:
    return [
        _("Reçu"),
        _("Noté le"),
        _("Payé le"),
        _("N° de membre"),
        _("Membre"),
        _("Payé par"),
        _("Pour"),
        _("Tarif"),
        _("Du"),
        _("Au"),
        _("Moyen"),
        _("Montant"),
        _("Annule"),
        _("Annulé par"),
    ]


def _row(one: Payment, member: Member | None) -> "Sequence[Cell]":
    return (
        one.receipt,
        datetime.datetime.fromtimestamp(one.noted_at).astimezone().date(),
        one.paid_on,
        member.number if member else "",
        member.full_name if member else "",
        one.paid_by,
        str(KINDS[one.kind.value]),
        one.amount,
        one.first,
        one.last,
        str(METHODS[one.method.value]),
        Decimal(one.cents).scaleb(-2),
        one.corrects,
        one.corrected_by,
    )
