"""The exports that we know, and what each needs beyond its columns."""

from passkoop_node.core.language import N_, _
from passkoop_node.members.columns import Export, Notes, Values
from passkoop_node.members.names import any_order
from passkoop_node.members.text import fold, shown

# The states of an order that HelloAsso and its like give to what was paid, or was free.
_TAKEN = ("valid", "pay", "paid", "processed", "authorized", "registered")


def _helloasso(values: Values, notes: Notes) -> str:
    """Take orders that stand, with the address of the member, who may not be who paid."""
    status = values.pop("order_status", "")
    if status and not fold(status).startswith(_TAKEN):
        return _("commande « %(status)s », laissée de côté", status=shown(status))
    email = values.pop("payer_email", "")
    payer = any_order(values.pop("payer_given", ""), values.pop("payer_family", ""))
    if email and "email" not in values:
        if payer in ("", any_order(values.get("given_name", ""), values.get("family_name", ""))):
            values["email"] = email
        else:
            notes.append(_("payé par quelqu'un d'autre : son e-mail n'est pas repris"))
    return ""


def _gestion_compte_import(values: Values, _notes: Notes) -> str:
    """See who stands on another's account."""
    if values.get("household"):
        values["category"] = 1
    return ""


GENERIC = Export(name="generic", title=N_("tableau"), fingerprint=frozenset())

_ORDER = {"statut de la commande": "order_status", "date de la commande": "ordered"}
_PAYER = {
    "nom payeur": "payer_family",
    "prenom payeur": "payer_given",
    "email payeur": "payer_email",
}

EXPORTS = (
    Export(
        name="helloasso",
        title=N_("HelloAsso (adhésions)"),
        fingerprint=frozenset({"nom adherent", "prenom adherent", "email payeur"}),
        columns=_ORDER | _PAYER,
        rule=_helloasso,
        newest_first=True,
    ),
    Export(
        name="helloasso_tickets",
        title=N_("HelloAsso (billets)"),
        fingerprint=frozenset({"nom participant", "prenom participant", "email payeur"}),
        columns=_ORDER
        | _PAYER
        | {"nom participant": "family_name", "prenom participant": "given_name"},
        rule=_helloasso,
        newest_first=True,
    ),
    Export(  # of the shop and of other forms: who pays is who is meant
        name="helloasso_shop",
        title=N_("HelloAsso (boutique, paiements)"),
        fingerprint=frozenset({"reference commande", "nom payeur", "prenom payeur"}),
        columns=_ORDER
        | {
            "nom payeur": "family_name",
            "prenom payeur": "given_name",
            "email payeur": "payer_email",
        },
        rule=_helloasso,
        newest_first=True,
    ),
    Export(
        name="helloasso_old",
        title=N_("HelloAsso (ancien export)"),
        fingerprint=frozenset({"date", "nom", "prenom", "adresse acheteur"}),
        columns={
            "date": "ordered",
            "statut": "order_status",
            "adresse acheteur": "address",
            "code postal acheteur": "postcode",
            "ville acheteur": "town",
            "pays acheteur": "country",
            "email acheteur": "email",
        },
        rule=_helloasso,
        newest_first=True,
    ),
    Export(
        name="gestion_compte",
        title=N_("gestion-compte (membres)"),
        fingerprint=frozenset({"numero de membre", "prenom", "nom", "compteur de temps"}),
        has_households=True,
    ),
    Export(
        name="gestion_compte_late",
        title=N_("gestion-compte (retards)"),
        fingerprint=frozenset({"numero de membre", "nom complet", "compteur de temps"}),
        has_households=True,
    ),
    Export(
        name="gestion_compte_import",
        title=N_("gestion-compte (fichier d'import)"),
        fingerprint=frozenset({"numero existant", "nom", "prenom", "email du compte associe"}),
        columns={"email du compte associe": "household"},
        rule=_gestion_compte_import,
    ),
    Export(
        name="galette",
        title=N_("Galette"),
        fingerprint=frozenset({"id de l adherent", "nom", "prenom", "statut"}),
    ),
    Export(
        name="galette_import",
        title=N_("Galette (modèle d'import)"),
        fingerprint=frozenset({"nom adh", "prenom adh"}),
        columns={"num adh": "number", "info adh": "notes", "pref lang": "language"},
    ),
    Export(
        name="paheko",
        title=N_("Paheko"),
        fingerprint=frozenset({"numero de membre", "nom prenom"}),
    ),
    Export(
        name="tapir",
        title=N_("Tapir"),
        fingerprint=frozenset({"first name", "last name", "num shares", "join date"}),
    ),
    Export(
        name="tapir_till",
        title=N_("Tapir (caisse)"),
        fingerprint=frozenset({"adressid", "nachname", "vorname"}),
        columns={
            "adressid": "number",
            "nachname": "family_name",
            "vorname": "given_name",
            "strasse": "address",
            "plz": "postcode",
            "ort": "town",
        },
    ),
    Export(
        name="foodsoft",
        title=N_("Foodsoft"),
        fingerprint=frozenset({"nick", "first name", "last name", "iban", "ordergroup"}),
    ),
    Export(
        name="foodcoopshop",
        title=N_("FoodCoopShop"),
        fingerprint=frozenset({"id", "name", "register date", "street and number"}),
    ),
    Export(
        name="dolibarr",
        title=N_("Dolibarr"),
        fingerprint=frozenset({"a lastname", "a firstname"}),
        columns={
            "a ref": "number",
            "a lastname": "family_name",
            "a firstname": "given_name",
            "a civility": "gender",
            "a gender": "gender",
            "a address": "address",
            "a zip": "postcode",
            "a town": "town",
            "a country": "country",
            "a email": "email",
            "a phone mobile": "phone",
            "a phone perso": "phone",
            "a phone": "phone",
            "a birth": "birth_year",
            "a datec": "joined",
            "a note public": "notes",
        },
    ),
    GENERIC,
)
