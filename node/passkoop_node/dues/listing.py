"""Payments as a table for a spreadsheet."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from passkoop_node.core.language import _
from passkoop_node.core.sheets import Cell, Sheet
from passkoop_node.dues.store import Payment
from passkoop_node.dues.wording import KINDS, METHODS
from passkoop_node.members.member import Member


def sheet_of(payments: Sequence[Payment], people: Mapping[int, Member]) -> Sheet:
    """Return a table of payments, and of the entries that take some back.

    Args:
        payments: in their order.
        people: who paid, by id.
    """
    return Sheet(
        title=_("Paiements"),
        titles=[
            _("Reçu"),
            _("Date"),
            _("Numéro"),
            _("Nom"),
            _("Pour quoi"),
            _("Montant"),
            _("Moyen"),
            _("Du"),
            _("Au"),
            _("Annule le reçu"),
            _("Annulé par le reçu"),
        ],
        rows=(_row(one, people.get(one.member_id)) for one in payments),
    )


def _row(payment: Payment, member: Member | None) -> Sequence[Cell]:
    return (
        payment.receipt,
        payment.paid_on,
        member.number if member else "",
        member.full_name if member else "",
        str(KINDS[payment.kind.value]),
        Decimal(payment.cents).scaleb(-2),
        str(METHODS[payment.method.value]),
        payment.first,
        payment.last,
        payment.corrects,
        payment.corrected_by,
    )
