"""What is said of other co-ops, their keys and their documents."""

from collections.abc import Mapping

from passkoop_node.core.language import N_, Message
from passkoop_protocol.claims import Standing
from passkoop_protocol.descriptor import KeyState
from passkoop_protocol.errors import BadPairingCode
from passkoop_protocol.welcome import Policy, Who

# A shape of core/icons.html, in plain ink, and the words beside it.
STANDINGS: Mapping[Standing, tuple[str, Message]] = {
    Standing.PAIRED: ("ok", N_("Jumelée")),
    Standing.LISTED: ("ok", N_("Dans l'annuaire")),
    Standing.DISPUTED: ("note", N_("Contestée : un annuaire la suspend")),
    Standing.SUSPENDED: ("no", N_("Suspendue par l'annuaire")),
    Standing.BLOCKED: ("no", N_("Bloquée ici")),
    Standing.REPLACED: ("none", N_("A changé de code")),
    Standing.UNKNOWN: ("unk", N_("Pas jumelée")),
}

KEY_STATES: Mapping[KeyState, Message] = {
    KeyState.ACTIVE: N_("Signe les cartes"),
    KeyState.RETIRED: N_("Au repos : ses cartes restent bonnes"),
    KeyState.WITHDRAWN: N_("Retirée : ses cartes sont refusées"),
}


def welcome_in_short(policy: Policy) -> Message:
    """Return whom a co-op welcomes, in the few words that a list has room for."""
    if policy.who is Who.NOBODY:
        return N_("ses seuls membres")
    if policy.accepted:
        return N_("quelques coops")
    if policy.countries:
        return N_("les coops de quelques pays")
    if policy.who is Who.ANYONE:
        return N_("qui se dit membre")
    return N_("toutes les coops")


def code_fault(error: BadPairingCode) -> Message:
    """Return which group of a code is wrong."""
    if error.group:
        return N_(
            "Le groupe n° %(group)s ne va pas : comparez ses cinq signes avec ceux de l'autre "
            "coop.",
            group=error.group,
        )
    return N_("Ce n'est pas un code entier : il compte quatre groupes de cinq signes.")


KINDS: Mapping[str, Message] = {
    "descriptor": N_("fiche"),
    "status_list": N_("liste"),
    "root": N_("fédération"),
    "directory": N_("annuaire"),
}

# Why a document was left aside, and what to do.
REFUSALS: Mapping[str, Message] = {
    "malformed": N_(
        "Ce n'est pas un fichier de Pass'Koop, ou il est abîmé : demandez-en une nouvelle copie."
    ),
    "newer_format": N_("vient d'une version plus récente : mettez Pass'Koop à jour"),
    "too_large": N_("trop grand pour être lu : vérifiez que c'est le bon fichier"),
    "bad_shape": N_("ne contient pas ce qu'il devrait : demandez à sa coop de le refaire"),
    "bad_signature": N_("modifié en route : demandez-en une nouvelle copie"),
    "not_listed": N_("d'une coop avec qui la vôtre n'est pas jumelée"),
    "unknown_federation": N_("d'une fédération que votre coop ne suit pas"),
    "from_the_future": N_("daté de l'avenir : vérifiez l'heure des deux ordinateurs"),
    "older": N_("plus ancien que le vôtre : rien à faire"),
    "version_gap": N_("il manque des documents avant lui : demandez le fichier complet"),
    "threshold_not_met": N_("il lui manque des signatures : demandez le fichier complet"),
    "bad_proof": N_("annonce une clé sans prouver qu'elle est à elle : prévenez cette coop"),
    "wrong_key": N_("signé par une clé qui n'en a pas le droit, ou d'une coop inconnue ici"),
}
