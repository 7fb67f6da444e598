"""What became of calls, in sentences."""

from collections.abc import Sequence

from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.relay.calling import Called

# What is said of a relay: « https://exemple.coop ne répond pas ».
FAILURES: dict[str, Message] = {
    "unreachable": N_("ne répond pas"),
    "answer_too_slow": N_("met trop de temps à répondre"),
    "answer_too_large": N_("envoie plus que prévu"),
    "bad_answer": N_("ne répond pas comme un Pass'Koop"),
    "private_address": N_("mène dans un réseau privé"),
    "bad_documents": N_("transmet des documents abîmés ou falsifiés"),
}


def said_came(called: Sequence[Called]) -> str:
    """Return what came of a round, in a sentence for a cashier."""
    lists = sum(one.accepted["status_list"] for one in called)
    if lists:
        return ngettext("%(num)s liste reçue.", "%(num)s listes reçues.", lists)
    if any(one.accepted["directory"] for one in called):
        return _("Annuaire reçu.")
    if not called:
        return _("Aucune autre coop à appeler pour l'instant.")
    if any(one.done and not one.code for one in called):
        return _("Rien de nouveau.")
    return _("Personne n'a répondu.")
