"""The export of an online shop, HelloAsso's first of all, as payments. No I/O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from passkoop_node.core.language import _
from passkoop_node.dues.banktotals import signed
from passkoop_node.dues.incoming import Line, Source, shortened
from passkoop_node.errors import NodeError, NotATable, NothingToImport
from passkoop_node.members.columns import normalised
from passkoop_node.members.csvfiles import read_table
from passkoop_node.members.text import clean, fold, shown
from passkoop_node.visits.money import BadAmount

# What each column is called, as `normalised` gives it; the first that is there is taken.
_NAMES = {
    "order": ("reference commande", "numero de commande", "commande", "order id", "reference"),
    "day": ("date de la commande", "date commande", "date du paiement", "date", "order date"),
    "status": ("statut de la commande", "statut du paiement", "statut", "status"),
    "family": ("nom adherent", "nom participant", "nom beneficiaire"),
    "given": ("prenom adherent", "prenom participant", "prenom beneficiaire"),
    "payer_family": ("nom payeur", "nom acheteur", "nom"),
    "payer_given": ("prenom payeur", "prenom acheteur", "prenom"),
    "payer_email": ("email payeur", "email acheteur", "email facturation"),
    "email": ("email", "email adherent", "adresse email", "courriel"),
    "company": ("raison sociale", "societe"),
    "rate": ("tarif", "formule", "produit", "product"),
    "ticket": ("numero de billet", "billet"),
    "cents": ("montant tarif", "montant", "montant du tarif", "montant paye", "total", "amount"),
    "discount": ("montant code promo",),
    "options": ("options",),
}
# What orders that stand are called; all others were taken back, or never paid.
_TAKEN = ("valid", "pay", "paid", "processed", "authorized", "registered", "complete", "termine")
_BACK = re.compile("rembours|refund|annul|cancel|refus|contest|chargeback")
_FREE = ("gratuit", "free", "offert", "gratis")
_DAY = re.compile(
    r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})(?:[T ,].*)?"
    r"|(?P<y2>\d{4})[-/.](?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2})(?:[T ,].*)?",
    re.ASCII,
)


class BadShopFile(NodeError):
    """A file in which no orders of a shop can be read."""

    code = "bad_shop_file"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.hint = _(
            "Sur HelloAsso : la campagne, Participants ou Adhérents, Exporter, au format CSV."
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Orders:
    """What a file says."""

    lines: Sequence[Line]  # the oldest first
    unreadable: Sequence[tuple[int, str]] = ()  # lines, and why


def read_orders(data: bytes) -> Orders:
    """Return the orders of a shop's export.

    Raises:
        FileTooLarge, BadShopFile: it is none that can be read.
    """
    try:
        table = read_table(data)
    except NothingToImport as error:
        raise BadShopFile(_("ce fichier n'a aucune commande")) from error
    except NotATable as error:
        raise BadShopFile(str(error)) from error
    keys = [normalised(header) for header in table.headers]
    places = {
        name: next((keys.index(one) for one in names if one in keys), None)
        for name, names in _NAMES.items()
    }
    if places["order"] is None or places["day"] is None:
        raise BadShopFile(_("il manque la référence ou la date de la commande"))
    if places["cents"] is None and places["rate"] is None:
        raise BadShopFile(_("il manque le tarif ou le montant"))
    lines: list[Line] = []
    unreadable: list[tuple[int, str]] = []
    for row in table.rows:
        if row.problem:
            unreadable.append((row.line, row.problem))
            continue
        said = {
            name: clean(row.cells[place]) if place is not None else ""
            for name, place in places.items()
        }
        try:
            lines.append(_line(said, row.line))
        except (BadAmount, ValueError) as error:
            unreadable.append((row.line, str(error)))
    lines.reverse()  # the shop's newest order stands first; those of one day come in their order
    return Orders(lines=sorted(lines, key=lambda one: one.paid_on), unreadable=unreadable)


def _line(said: dict[str, str], place: int) -> Line:
    if not said["order"]:
        raise ValueError(_("il manque la référence de la commande"))
    person = f"{said['given']} {said['family']}".strip()
    payer = f"{said['payer_given']} {said['payer_family']}".strip() or said["company"]
    status = fold(said["status"])
    return shortened(
        Line(
            source=Source.ONLINE,
            place=place,
            paid_on=_day(said["day"]),
            cents=_cents(said),
            payer=payer,
            person=person or payer,
            email=said["email"] or (said["payer_email"] if not person or person == payer else ""),
            words=" – ".join(filter(None, (said["rate"], said["options"]))),
            order_ref=said["order"],
            ticket=said["ticket"],
            is_cancelled=bool(status)
            and (not status.startswith(_TAKEN) or bool(_BACK.search(status))),
        )
    )


def _cents(said: dict[str, str]) -> int:
    text = said["cents"] or _amount_in(said["rate"])
    if not text or fold(text).startswith(_FREE):
        return 0
    cents = signed(text)
    if said["discount"]:
        cents -= abs(signed(said["discount"]))
    if cents < 0:
        raise BadAmount(_("un montant ne peut pas être négatif"))
    return cents


def _amount_in(rate: str) -> str:
    """Return the amount that a rate's name ends with: « Adhésion 20,00 € »."""
    found = re.search(r"([0-9][0-9 .,]*)\s*€", rate)
    return found[1].strip() if found else ""


def _day(text: str) -> date:
    if found := _DAY.fullmatch(text):
        year, month, day = (found[name] or found[f"{name}2"] for name in "ymd")
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            pass
    raise ValueError(_("« %(text)s » n'est pas un jour", text=shown(text, 20)))
