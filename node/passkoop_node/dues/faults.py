"""Why a payment is not noted, or not taken back."""

from passkoop_node.core.language import _
from passkoop_node.dues.store import Payment
from passkoop_node.errors import NodeError


class BadPayment(NodeError):
    """A payment that cannot be noted so."""

    code = "bad_payment"

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


class PaidAlready(BadPayment):
    """A year was paid a few days ago: this may be the same money, noted twice."""

    code = "paid_already"

    def __init__(self, before: Payment) -> None:
        from passkoop_node.core import formats  # and with it Babel

        day = formats.day(before.paid_on)
        super().__init__(
            _("déjà payé le %(day)s, reçu %(number)s", day=day, number=before.receipt),
            _("Est-ce l'année suivante ? Dites-le ; sinon, ne notez rien."),
        )
        self.before = before


class CountsWithOthers(BadPayment):
    """What a newer payment counts with is not taken back alone."""

    def __init__(self, receipt: str, newer: str) -> None:
        super().__init__(
            _("le reçu %(newer)s compte avec le reçu %(number)s", newer=newer, number=receipt),
            _("Annulez d'abord le plus récent."),
        )


class ReceiptNotFound(NodeError):
    """No receipt bears this number."""

    code = "receipt_not_found"

    def __init__(self, receipt: str) -> None:
        super().__init__(_("aucun reçu ne porte le numéro « %(number)s »", number=receipt))
        self.hint = _("Cherchez-le parmi les paiements de la personne.")


class AlreadyCorrected(NodeError):
    """A payment is taken back once, and a counter-entry never."""

    code = "already_corrected"

    def __init__(self, receipt: str) -> None:
        super().__init__(_("le reçu %(number)s est annulé, ou annule un autre", number=receipt))
        self.hint = _("Rien n'a été changé.")


class TooLittle(BadPayment):
    """Less than a year's dues, and nobody said that it is a part."""

    def __init__(self) -> None:
        super().__init__(
            _("ce montant ne paie pas une année"),
            _("Dites jusqu'à quel jour il vaut, cochez « acompte », ou notez le montant entier."),
        )
