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


def _gestion_compte_import(values: Values, notes: Notes) -> str:
    """See who stands on another's account."""
    if principal := values.pop("principal_email", ""):
        values["category"] = 1
        notes.append(_("personne rattachée au compte %(name)s", name=shown(principal)))
    return ""


GENERIC = Export(name="generic", title=N_("tableau"), fingerprint=frozenset())

EXPORTS = (
    Export(
        name="helloasso",
        title=N_("HelloAsso (adhésions)"),
        fingerprint=frozenset(
            {"reference commande", "statut de la commande", "nom adherent", "prenom adherent"}
        ),
        columns={
            "statut de la commande": "order_status",
            "date de la commande": "ordered",
            "nom payeur": "payer_family",
            "prenom payeur": "payer_given",
            "email payeur": "payer_email",
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
        name="gestion_compte_import",
        title=N_("gestion-compte (fichier d'import)"),
        fingerprint=frozenset({"numero existant", "nom", "prenom", "email du compte associe"}),
        columns={"email du compte associe": "principal_email"},
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
    ),
    Export(
        name="paheko",
        title=N_("Paheko"),
        fingerprint=frozenset({"numero de membre", "nom prenom"}),
    ),
    GENERIC,
)
