"""Lists of members as the programs of co-ops give them: the real headers, and people who are not.

Each is what a program writes of one small world, with that program's habits: its delimiter and
encoding, dates, the same person twice, orders that were cancelled, somebody else who paid.
"""

# ruff: noqa: E501 - the lines are those of files

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import xlsxwriter

from workbooks import ods


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A file of one program, and who is in the register after it came in."""

    name: str  # of the export that is to be recognised
    rows: Sequence[Sequence[str]]
    becomes: Mapping[str, Mapping[str, object]]  # by number: fields of the member
    counts: Mapping[str, int]
    households: Mapping[str, str] = field(default_factory=dict)  # number -> the principal's
    news: Mapping[str, str] = field(default_factory=dict)  # number -> channel
    delimiter: str = ";"
    encoding: str = "utf-8"
    is_quoted: bool = False
    line_end: str = "\r\n"
    has_workbooks: bool = False

    def as_csv(self) -> bytes:
        """Return the file as the program writes it."""
        out = io.StringIO()
        writer = csv.writer(
            out,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_ALL if self.is_quoted else csv.QUOTE_MINIMAL,
            lineterminator=self.line_end,
        )
        writer.writerows(self.rows)
        return out.getvalue().encode(self.encoding)

    def as_ods(self) -> bytes:
        """Return the same as a workbook of LibreOffice."""
        return ods(self.rows)

    def as_xlsx(self) -> bytes:
        """Return the same as a workbook of Excel, in which days are days and numbers numbers."""
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            day = book.add_format({"num_format": "dd/mm/yyyy"})
            sheet = book.add_worksheet()
            for y, row in enumerate(self.rows):
                for x, text in enumerate(row):
                    if found := re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text):
                        sheet.write_datetime(y, x, date(*map(int, found.group(3, 2, 1))), day)
                    elif re.fullmatch(r"[1-9][0-9]{0,5}", text):
                        sheet.write_number(y, x, int(text))
                    else:
                        sheet.write_string(y, x, text)
        return out.getvalue()


def table(text: str) -> list[list[str]]:
    """Return rows that are written with | between their cells."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [[cell.strip(" ") for cell in line.split("|")] for line in lines]


HELLOASSO = Listing(
    name="helloasso",
    encoding="utf-8-sig",
    has_workbooks=True,
    rows=table("""
Référence commande|Date de la commande|Statut de la commande|Nom adhérent|Prénom adhérent|Nom payeur|Prénom payeur|Email payeur|Raison sociale|Moyen de paiement|Tarif|Montant tarif|Code Promo|Montant code promo|Téléphone   |Code Postal|Ville|Date de naissance
905|02/11/2026 19:45|Validé|LEFÈVRE|Maïté|LEFÈVRE|Maïté|maite@exemple.test||Carte bancaire|Plein|12,00|||0622|07220|Viviers|01/01/1970
904|01/11/2026 08:00|Annulé|Petit|Ben|Petit|Ben|ben@exemple.test|||Plein|12,00||||||
903|15/10/2026 10:00|Validé|Durand|Chloé|Durand|Denis|denis@exemple.test|||Gratuit|||||07400|Le Teil|23/05/2009
902|14/10/2026 10:00|Validé|Œuvrard|Élie|Œuvrard|Élie|elie@exemple.test|"Bio; et bon"|Carte bancaire|Plein|12,50||||||12/12/1977
901|03/11/2025 20:10|Validé|Lefèvre|Maïté|Lefèvre|Maïté|maite@exemple.test||Carte bancaire|Plein|12,00|||0611||Le Teil|01/01/1970
"""),
    becomes={
        "1": {"given_name": "Maïté", "town": "Viviers", "phone": "0622", "joined": "2025-11-03"},
        "2": {"full_name": "Élie Œuvrard", "email": "elie@exemple.test", "birth_year": 1977},
        "3": {"full_name": "Chloé Durand", "email": "", "joined": "2026-10-15"},
    },
    counts={"created": 3, "repeated": 1, "skipped": 1},
)  # fmt: skip

TICKETS = Listing(
    name="helloasso_tickets",
    encoding="utf-8-sig",
    rows=table("""
Référence commande|Date de la commande|Statut de la commande|Nom participant|Prénom participant|Nom payeur|Prénom payeur|Email payeur|Raison sociale|Moyen de paiement|Billet|Numéro de billet|Tarif|Montant tarif|Code Promo|Montant code promo
12|05/03/2026 09:00|Validé|Roux|Zoé|Roux|Zoé|zoe@exemple.test||Carte bancaire|lien|77001|Adhésion|10,00||
12|05/03/2026 09:00|Validé|Roux|Inès|Roux|Zoé|zoe@exemple.test||Carte bancaire|lien|77002|Adhésion|10,00||
11|04/03/2026 09:00|Annulé|Blanc|Paul|Blanc|Paul|paul@exemple.test||Carte bancaire|lien|77000|Adhésion|10,00||
"""),
    becomes={
        "1": {"full_name": "Inès Roux", "email": ""},
        "2": {"full_name": "Zoé Roux", "email": "zoe@exemple.test", "joined": "2026-03-05"},
    },
    counts={"created": 2, "skipped": 1},
)  # fmt: skip

SHOP = Listing(
    name="helloasso_shop",
    encoding="utf-8-sig",
    rows=table("""
Référence commande|Date de la commande|Statut de la commande|Nom payeur|Prénom payeur|Email payeur|Raison sociale|Moyen de paiement|Tarif|Montant tarif|Code Promo|Montant code promo|Prénom de l'enfant 2   |Vos années ; toutes
31|05/03/2026 09:00|Validé|Roux|Zoé|zoe@exemple.test||Carte bancaire|Cotisation|5,00|||Inès|2020 ; 2019
30|01/03/2026 09:00|Remboursé|Blanc|Paul|paul@exemple.test||Carte bancaire|Cotisation|5,00||||
29|05/03/2025 09:00|Validé|Roux|Zoé|zoe@exemple.test||Carte bancaire|Cotisation|5,00||||
"""),
    becomes={"1": {"full_name": "Zoé Roux", "email": "zoe@exemple.test", "joined": "2025-03-05"}},
    counts={"created": 1, "repeated": 1, "skipped": 1},
)  # fmt: skip

OLD = Listing(
    name="helloasso_old",
    encoding="iso-8859-15",
    rows=table("""
Numéro|Date|Nom|Prénom|Société|Adresse acheteur|Code Postal acheteur|Ville acheteur|Montant|Statut
4001|05/03/2019 09:00|Cœur|Zoé||3 rue du Four|07400|Le Teil|5,00|Validé
"""),
    becomes={"4001": {"family_name": "Cœur", "address": "3 rue du Four", "town": "Le Teil"}},
    counts={"created": 1},
)

GALETTE = Listing(
    name="galette",
    is_quoted=True,
    rows=table("""
ID de l'adhérent\u00a0|Statut\u00a0|Nom\u00a0|Prénom\u00a0|Personne morale\u00a0|Pseudo\u00a0|Titre\u00a0|Date de naissance\u00a0|Genre\u00a0|Adresse\u00a0|Code Postal\u00a0|Ville\u00a0|Région\u00a0|Pays\u00a0|Téléphone\u00a0|GSM\u00a0|Courriel\u00a0|Autres informations (admin)\u00a0|Autres informations\u00a0|Profession\u00a0|Identifiant\u00a0|Date de création\u00a0|Date de modification\u00a0|Compte\u00a0|Administrateur Galette\u00a0|Exempt de cotisation\u00a0|Apparaître sur les pages publiques\u00a0|Date d’échéance\u00a0|Langue\u00a0|Lieu de naissance\u00a0|Id GNUpg (GPG)\u00a0|fingerprint\u00a0
7|Membre actif|LEFÈVRE|Maïté||mai|Mme|12/12/1977|Femme|3 rue du Four|07400|Le Teil|Ardèche|France|0475|0611|maite@exemple.test|à jour|aime le "vrai" pain|boulangère|mlefevre|02/01/2024|05/01/2026|Actif|Non|Non|Oui|01/01/2027|Français|Viviers||
8|Membre actif|PETIT|Ben|||M.||Non défini||||||||ben@exemple.test|||||03/01/2024|05/01/2026|Actif|Non|Oui|Non|||||
"""),
    becomes={
        "7": {
            "family_name": "LEFÈVRE", "phone": "0611", "gender": "f", "birth_year": 1977,
            "language": "fr", "joined": "2024-01-02", "notes": 'aime le "vrai" pain',
        },
        "8": {"full_name": "Ben PETIT", "category": 0, "gender": "m"},
    },
    counts={"created": 2},
)  # fmt: skip

GALETTE_MODEL = Listing(
    name="galette_import",
    is_quoted=True,
    rows=table("""
nom_adh|prenom_adh|ddn_adh|adresse_adh|cp_adh|ville_adh|pays_adh|tel_adh|gsm_adh|email_adh|prof_adh|pseudo_adh|societe_adh|login_adh|date_crea_adh|id_statut|info_public_adh|info_adh
Lefèvre|Maïté|1977-12-12|3 rue du Four|07400|Le Teil|France|0475|0611|maite@exemple.test|||||2024-01-02|4||vélo
Petit|Ben|||||||||||||2024-01-03|4||
"""),
    becomes={
        "1": {"full_name": "Maïté Lefèvre", "phone": "0611", "notes": "vélo", "birth_year": 1977},
        "2": {"full_name": "Ben Petit", "joined": "2024-01-03"},
    },
    counts={"created": 2},
)  # fmt: skip

PAHEKO = Listing(
    name="paheko",
    delimiter=",",
    line_end="\n",
    has_workbooks=True,
    rows=table("""
Numéro de membre|Nom & prénom|Adresse E-Mail|Adresse postale|Code postal|Ville|Numéro de téléphone|Inscription à la lettre d'information|Date d'inscription|Rattaché à|Membres rattachés|Catégorie
1|LEFÈVRE Maïté|maite@exemple.test|3 rue du Four|07400|Le Teil|0611|Oui|02/01/2024||Ben LEFÈVRE|Membres actifs
2|Ben LEFÈVRE|ben@exemple.test||||06 12|Non|02/01/2024|LEFÈVRE Maïté||Membres actifs
3|Élie Petit|||||||03/01/2024|||Membres actifs
"""),
    becomes={
        "1": {"given_name": "Maïté", "family_name": "LEFÈVRE", "category": 0},
        "2": {"given_name": "Ben", "family_name": "LEFÈVRE", "category": 1},
        "3": {"full_name": "Élie Petit", "joined": "2024-01-03"},
    },
    counts={"created": 3},
    households={"2": "1"},
    news={"1": "email", "2": "none"},
)  # fmt: skip

MEMBERS = Listing(
    name="gestion_compte",
    delimiter=",",
    line_end="\n",
    rows=table("""
Numéro de membre|Prénom|Nom|Email|Téléphone|Compteur de temps|Formations
12|Maïté|Lefèvre|m@exemple.test|0611|3,5|
12|Ben|Lefèvre|m@exemple.test|0612|3,5|caisse
13|Chloé|Durand|c@exemple.test||-1|
12|Élie|Petit|||3,5|
"""),
    becomes={
        "12": {"full_name": "Maïté Lefèvre", "category": 0},
        "12-2": {"full_name": "Ben Lefèvre", "category": 1},
        "12-3": {"full_name": "Élie Petit", "category": 1},
        "13": {"full_name": "Chloé Durand", "category": 0},
    },
    counts={"created": 4},
    households={"12-2": "12", "12-3": "12"},
)

COMING = Listing(
    name="gestion_compte_import",
    delimiter=",",
    rows=table("""
Numero existant|Nom|Prénom|Rue|Complement adresse|Code postale|Ville|Téléphone|Email|Commission (liste id)|Email du compte associé|Date inscription|Montant|Mode de paiement|Membre ayant réalisé l'inscription
7|Lefèvre|Maïté|3 rue du Four|Bât. B|07400|Le Teil|06|a@exemple.test|||02/01/2024|15|1|Ben
8|Petit|Ben||||||b@exemple.test||a@exemple.test|02/01/2024|0|5|
"""),
    becomes={
        "7": {"address": "3 rue du Four, Bât. B", "category": 0, "joined": "2024-01-02"},
        "8": {"full_name": "Ben Petit", "category": 1},
    },
    counts={"created": 2},
    households={"8": "7"},
)  # fmt: skip

LATE = Listing(
    name="gestion_compte_late",
    delimiter=",",
    line_end="\n",
    rows=table("""
12|Maïté LEFÈVRE & Ben PETIT|02/11/2026|-6
13|Chloé DURAND|03/11/2026|-3.5
"""),
    becomes={
        "12": {"given_name": "Maïté", "family_name": "LEFÈVRE", "joined": None},
        "12-2": {"given_name": "Ben", "family_name": "PETIT", "category": 1},
        "13": {"full_name": "Chloé DURAND"},
    },
    counts={"created": 3},
    households={"12-2": "12"},
)

ADDRESSES = Listing(
    name="generic",
    delimiter=",",
    line_end="\n",
    rows=table("""
Maïté|Lefèvre|m@exemple.test
Ben|Petit|
Chloé|Durand|c@exemple.test
"""),
    becomes={
        "1": {"full_name": "Maïté Lefèvre", "email": "m@exemple.test"},
        "2": {"full_name": "Ben Petit"},
        "3": {"full_name": "Chloé Durand"},
    },
    counts={"created": 3},
)

TAPIR = Listing(
    name="tapir",
    delimiter=",",
    rows=table("""
id|first_name|last_name|street|postcode|city|country|status|attended_welcome_session|ratenzahlung|is_company|email|phone_number|company_name|preferred_language|num_shares|join_date
5|Maïté|Lefèvre|Kastanienallee 1|10435|Berlin|DE|active|True|False|False|m@exemple.test|0301||de|1|2024-01-02
"""),
    becomes={"5": {"full_name": "Maïté Lefèvre", "language": "de", "joined": "2024-01-02"}},
    counts={"created": 1},
)  # fmt: skip

TAPIR_TILL = Listing(
    name="tapir_till",
    rows=table("""
AdressID|Nachname|Vorname|RabattN|Strasse|PLZ|Ort|eMail
5|Lefèvre|Maïté|0|Kastanienallee 1|10435|Berlin|m@exemple.test
"""),
    becomes={"5": {"full_name": "Maïté Lefèvre", "postcode": "10435", "email": "m@exemple.test"}},
    counts={"created": 1},
)

FOODSOFT = Listing(
    name="foodsoft",
    encoding="iso-8859-15",
    rows=table("""
id|name|nick|first_name|last_name|email|phone|last_login|last_activity|iban|ordergroup
5|maité|maité|Maïté|Cœur|m@exemple.test|0301|2026-01-02|2026-01-03||Les cœurs
"""),
    becomes={"5": {"full_name": "Maïté Cœur", "email": "m@exemple.test", "joined": None}},
    counts={"created": 1},
)

FOODCOOPSHOP = Listing(
    name="foodcoopshop",
    encoding="utf-8-sig",
    rows=table("""
Id|Name|Zip|City|Street_and_number|Additional_address_information|Mobile|Phone|Group|Email|Status|Credit|Order_reminder|Check_credit_reminder|Register_date|Last_pickup_day|Comment|Newsletter|Member_fee 2026
5|Maïté Lefèvre|4020|Linz|Hauptplatz 1|Top 3|0699|0732|Mitglied|m@exemple.test|1|12,50|1|1|2024-01-02||nett|1|10,00
"""),
    becomes={"5": {"full_name": "Maïté Lefèvre", "address": "Hauptplatz 1, Top 3", "notes": "nett"}},
    counts={"created": 1},
    news={"5": "email"},
)  # fmt: skip

DOLIBARR = Listing(
    name="dolibarr",
    delimiter=",",
    rows=table("""
a.civility|a.lastname|a.firstname|a.gender|a.login|a.pass|a.fk_adherent_type|a.morphy(mor/phy)|a.societe|a.address|a.zip|a.town|a.state_id|a.country|a.email|a.birth
MME|Lefèvre|Maïté|woman|maite||1|phy||3 rue du Four|07400|Le Teil|||m@exemple.test|1977-12-12
"""),
    becomes={"1": {"full_name": "Maïté Lefèvre", "gender": "f", "birth_year": 1977}},
    counts={"created": 1},
)

LISTINGS = (
    HELLOASSO, TICKETS, SHOP, OLD, GALETTE, GALETTE_MODEL, PAHEKO, MEMBERS, COMING, LATE,
    ADDRESSES, TAPIR, TAPIR_TILL, FOODSOFT, FOODCOOPSHOP, DOLIBARR,
)  # fmt: skip
