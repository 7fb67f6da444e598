"""The file that the demonstration imports: invented people in the shape of a real export."""

import csv
from datetime import date, timedelta
from io import StringIO

MEMBERS = 10  # different people in the file
VISITOR = "Maëlle Quéméneur"
VISITOR_NUMBER = "412"

# The columns of an export of HelloAsso's memberships; the last five are the form's own questions.
_HEADERS = (
    "Référence commande",
    "Date de la commande",
    "Statut de la commande",
    "Nom adhérent",
    "Prénom adhérent",
    "Nom payeur",
    "Prénom payeur",
    "Email payeur",
    "Raison sociale",
    "Moyen de paiement",
    "Tarif",
    "Montant tarif",
    "Code Promo",
    "Montant code promo",
    "Numéro d'adhérent",
    "Téléphone   ",
    "E-mail",
    "Ville",
    "Date de naissance",
)

# Orders, the newest first: days ago, state, member, payer, the payer's e-mail, answers.
_ORDERS = (
    (3, "Validé", ("Quéméneur", "Maëlle"), ("Quéméneur", "Maëlle"), "maelle@exemple.test",
     (VISITOR_NUMBER, "06 39 98 10 01", "maelle@exemple.test", "Valbruyère", "04/02/1988")),
    # A mother pays for her son: her e-mail is not his.
    (9, "Validé", ("Lefèvre", "Noé"), ("Lefèvre", "Zoé"), "zoe@exemple.test",
     ("", "", "", "Valbruyère", "17/09/2007")),
    (9, "Validé", ("Lefèvre", "Zoé"), ("Lefèvre", "Zoé"), "zoe@exemple.test",
     ("87", "06 39 98 10 02", "", "Valbruyère", "30/11/1979")),
    (14, "Validé", ("Mendizabal", "Iñigo"), ("Mendizabal", "Iñigo"), "inigo@exemple.test",
     ("", "", "", "Lauzières-le-Bas", "01/01/1970")),
    # A payment that failed, then the same again.
    (20, "Validé", ("Barthélémy", "Hélène"), ("Barthélémy", "Hélène"), "helene@exemple.test",
     ("203", "", "", "Valbruyère", "")),
    (20, "Annulé", ("Barthélémy", "Hélène"), ("Barthélémy", "Hélène"), "helene@exemple.test",
     ("203", "", "", "Valbruyère", "")),
    # Nobody's name: the bad line.
    (26, "Validé", ("", ""), ("Dupré", "Camille"), "camille@exemple.test",
     ("", "", "", "", "")),
    (31, "Validé", ("Nowak", "Małgorzata"), ("Nowak", "Małgorzata"), "malgorzata@exemple.test",
     ("", "06 39 98 10 03", "", "Valbruyère", "22/05/1993")),
    (48, "Validé", ("Diallo-Prévost", "Ousmane"), ("Diallo-Prévost", "Ousmane"),
     "ousmane@exemple.test", ("318", "", "", "Lauzières-le-Bas", "")),
    (52, "Validé", ("Œuvrard", "Bénédicte"), ("Œuvrard", "Bénédicte"), "benedicte@exemple.test",
     ("", "", "", "Valbruyère", "11/08/1955")),
    (77, "Validé", ("Le Goff", "François-Xavier"), ("Le Goff", "François-Xavier"),
     "fx@exemple.test", ("5", "", "", "Valbruyère", "")),
    (90, "Validé", ("Conceição", "Tiago"), ("Conceição", "Tiago"), "tiago@exemple.test",
     ("", "", "", "Valbruyère", "03/03/2001")),
    # Last year's membership, typed on a phone: the same person again.
    (371, "Validé", ("QUÉMÉNEUR", "maëlle"), ("QUÉMÉNEUR", "maëlle"), "maelle@exemple.test",
     ("", "", "maelle@exemple.test", "Valbruyère", "04/02/1988")),
)  # fmt: skip


def membership_export(today: date) -> bytes:
    """Return the file: UTF-8 with a byte order mark, semicolons, lines that end as on Windows."""
    text = StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(_HEADERS)
    for place, (days, state, member, payer, email, answers) in enumerate(_ORDERS):
        ordered = today - timedelta(days=days)
        payment = ("", "Carte bancaire", "Adhésion annuelle", "20,00", "", "")
        reference = 148_200_000 - 1_000 * days - place
        row = (reference, f"{ordered:%d/%m/%Y} 18:{59 - place:02}", state, *member, *payer, email)
        table.writerow((*row, *payment, *answers))
    return text.getvalue().encode("utf-8-sig")
