"""What a verdict's codes say to people. Known to the command too, so nothing heavy is loaded."""

from collections.abc import Callable, Mapping

from passkoop_node.core.language import N_, Message, translate
from passkoop_protocol.verdict import Outcome, Reason

OUTCOMES: Mapping[Outcome, Message] = {
    Outcome.WELCOME: N_("Bienvenue"),
    Outcome.REMARK: N_("À noter"),
    Outcome.REFUSED: N_("Carte refusée"),
    Outcome.UNVERIFIED: N_("Carte non vérifiée"),
}

CATEGORIES: Mapping[int, Message] = {
    0: N_("membre"),
    1: N_("personne rattachée"),
    2: N_("visite"),
    3: N_("équipe"),
}

# One sentence for the cashier: what to do or to say. The places are facts of the reason: days.
REASONS: Mapping[str, Message] = {
    "not_a_card": N_("Ce n'est pas une carte Pass'Koop."),
    "damaged": N_("La carte est mal lue : repassez-la, bien à plat et à la lumière."),
    "newer_format": N_("Carte d'un modèle plus récent : mettez Pass'Koop à jour."),
    "unknown_issuer": N_("Carte d'une coop inconnue ici : mettez les listes à jour."),
    "forged": N_("La signature n'est pas bonne : cette carte a été modifiée ou fabriquée."),
    "key_withdrawn": N_("Carte à refaire : sa coop d'origine a retiré la clé qui l'a signée."),
    "key_retired": N_("Carte à refaire : elle a été signée avec une clé qui ne servait plus."),
    "coop_blocked": N_("Notre coop n'accueille pas les cartes de cette coop."),
    "coop_replaced": N_("Carte à refaire : sa coop d'origine a changé d'identité."),
    "coop_suspended": N_("Coop d'origine suspendue de l'annuaire : à voir avec le bureau."),
    "not_yet_valid": N_("La carte ne sera valable que le %(from)s."),
    "expired": N_("Carte expirée depuis le %(at)s : à refaire dans sa coop d'origine."),
    "revoked": N_("La carte a été annulée ou remplacée : demandez la nouvelle carte."),
    "suspended": N_("La carte est suspendue : à voir avec sa coop d'origine."),
    "index_unknown": N_("Carte inconnue de sa coop d'origine : à voir avec elle."),
    "visitor_elsewhere": N_("Carte de visiteur, valable seulement dans la coop qui l'a faite."),
    "not_welcome": N_("Notre coop n'accueille que ses propres membres."),
    "coop_not_welcome": N_("Notre coop n'accueille pas les membres de cette coop."),
    "country_not_welcome": N_("Notre coop n'accueille pas les membres des coops de ce pays."),
    "limit_reached": N_("Toutes les visites prévues par nos règles ont été faites."),
    "already_today": N_("Déjà passée ce jour : demandez « C'était déjà vous ? »"),
    "last_visit": N_("C'est la dernière visite prévue par nos règles : dites-le."),
    "issuer_disputed": N_("Deux coops disent que cette clé est la leur : prévenez le bureau."),
    "suspension_disputed": N_("Coop d'origine suspendue d'un annuaire : à voir avec le bureau."),
    "index_ahead": N_("Carte plus récente que la liste de sa coop : mettez les listes à jour."),
    "no_list": N_("Aucune liste de sa coop d'origine : impossible de savoir si elle est annulée."),
    "old_list": N_("Liste de sa coop vieille de plus de dix jours : mettez les listes à jour."),
    "old_directory": N_("L'annuaire date du %(listed)s : mettez les listes à jour."),
    "clock_slow": N_("L'horloge de cet ordinateur retarde : mettez-la à l'heure."),
}


def reason_in_a_sentence(reason: Reason, *, shown_day: Callable[[int], str]) -> str:
    """Return the sentence for the cashier; `shown_day` writes a moment's day."""
    days = {name: shown_day(moment) for name, moment in reason.facts.items()}
    return translate(REASONS[reason.code].msgid) % days
