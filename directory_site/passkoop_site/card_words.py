"""What the page of cards says. None of it is a word of the till: a picture of it proves nothing."""

import re

from markupsafe import Markup, escape

from passkoop_site.language import N_, PSEUDO, Speech

# By code of a verdict (SPEC 11), and by what else can go wrong: a title and a sentence.
STATES = {
    "not_a_card": (
        N_("Ce n'est pas une carte"),
        N_("Ce code dit autre chose. Une carte Pass'Koop porte le nom d'une personne."),
    ),
    "damaged": (
        N_("Le code n'a pas été lu en entier"),
        N_("Visez de nouveau le code, entier, bien à plat et à la lumière."),
    ),
    "newer_format": (
        N_("Une carte d'un modèle plus récent"),
        N_(
            "Cette page ne sait pas encore la lire. Rouvrez-la avec le réseau : elle se renouvelle."
        ),
    ),
    "unknown_issuer": (
        N_("Rien n'est prouvé"),
        N_(
            "Aucune coop de cet annuaire n'a signé cette carte. Si la coop vient d'y entrer, "
            "rouvrez cette page avec le réseau."
        ),
    ),
    "forged": (
        N_("Rien n'est prouvé"),
        N_("Ce code se dit d'une coop de l'annuaire, mais ce n'est pas elle qui l'a écrit."),
    ),
    "key_withdrawn": (
        N_("Une carte à refaire"),
        N_(
            "La coop qui l'a faite ne reconnaît plus cette série de cartes. Si c'est la vôtre, "
            "demandez-lui la nouvelle."
        ),
    ),
    "key_retired": (
        N_("Une carte à refaire"),
        N_(
            "%(coop)s ne signe plus ses cartes de cette façon. Si c'est la vôtre, demandez-lui "
            "la nouvelle."
        ),
    ),
    "coop_replaced": (
        N_("Une carte à refaire"),
        N_("%(coop)s a changé de signature. Si c'est la vôtre, demandez-lui la nouvelle."),
    ),
    "coop_suspended": (
        N_("Une coop en pause"),
        N_("La fédération a suspendu %(coop)s : ses cartes attendent avec elle."),
    ),
    "not_yet_valid": (
        N_("Cette carte n'est pas encore valable"),
        N_("Elle est datée de plus tard. Regardez d'abord si cet appareil est à l'heure."),
    ),
    "expired": (
        N_("Cette carte n'est plus valable"),
        N_("Elle l'était jusqu'au %(day)s. Si c'est la vôtre, demandez la nouvelle à %(coop)s."),
    ),
    "revoked": (
        N_("Cette carte a été annulée"),
        N_("%(coop)s l'a annulée ou remplacée. Si c'est la vôtre, demandez-lui la nouvelle."),
    ),
    "suspended": (
        N_("Cette carte est en pause"),
        N_(
            "%(coop)s l'a suspendue. Si c'est la vôtre, voyez avec elle : souvent, il reste une "
            "cotisation à régler."
        ),
    ),
    "index_unknown": (
        N_("Une carte inconnue de sa coop"),
        N_("Elle est signée par %(coop)s, dont la liste n'en parle pas. Demandez à cette coop."),
    ),
    "visitor_elsewhere": (
        N_("Une carte d'essai"),
        N_("Elle ne sert que chez %(coop)s, qui l'a faite."),
    ),
    "not_welcome": (
        N_("Pas prévue par vos règles"),
        N_("Votre coop a écrit qu'elle sert ses propres membres."),
    ),
    "coop_not_welcome": (
        N_("Pas prévue par vos règles"),
        N_(
            "Votre coop a écrit de quelles coops elle accueille les membres ; celle-ci n'en est "
            "pas."
        ),
    ),
    "country_not_welcome": (
        N_("Pas prévue par vos règles"),
        N_("Votre coop a écrit de quels pays elle accueille les membres ; celui-ci n'en est pas."),
    ),
    "no_lists": (
        N_("Il manque les listes"),
        N_(
            "Cet appareil n'a pas encore ce qu'il faut pour lire cette carte. Rouvrez la page "
            "avec le réseau."
        ),
    ),
    "old_browser": (
        N_("Ce navigateur est trop ancien"),
        N_(
            "Il ne sait pas vérifier une signature. Mettez-le à jour, ou lisez le code avec un "
            "autre téléphone."
        ),
    ),
}

REMARKS = {
    "clock_slow": N_("Cet appareil n'est pas à l'heure : il retarde."),
    "no_list": N_("%(coop)s n'a pas publié ses cartes annulées : celle-ci l'est peut-être."),
    "index_ahead": N_("Cette carte est plus récente que la liste de %(coop)s."),
    "old_list": N_(
        "La liste de %(coop)s est ancienne : cette carte a pu être annulée depuis. Rouvrez la page "
        "avec le réseau."
    ),
    "suspension_disputed": N_("Une fédération a suspendu %(coop)s, une autre non."),
    "old_directory": N_("L'annuaire est ancien : la fédération ne l'a pas renouvelé à temps."),
    "issuer_disputed": N_("Deux coops disent avoir fait cette carte."),
}

CATEGORIES = {
    0: N_("Membre de %(coop)s"),
    1: N_("Du foyer d'un membre de %(coop)s"),
    2: N_("En visite chez %(coop)s"),
    3: N_("De l'équipe de %(coop)s"),
}

UNTIL = N_("Carte valable jusqu'au %(day)s")
DATED = N_("Liste de %(coop)s du %(listed)s.")
DIRECTORY = N_("Annuaire du %(directory)s.")

_NAMES = ("name", "coop")


def opened(_: Speech, msgid: str) -> Markup:
    """Return a sentence whose places a script fills in."""

    class Places(dict[str, str]):
        def __missing__(self, name: str) -> str:
            return f"\ue000{name}\ue001"

    said = str(escape(_.filled(msgid, Places())))

    # A test of sentences left out looks at texts one by one: the place lies between two.
    end, start = ("⟧", "⟦") if _.language == PSEUDO else ("", "")

    def place(found: re.Match[str]) -> str:
        tag = "b" if found[1] in _NAMES else "span"
        return f'{end}<{tag} data-fact="{found[1]}" translate="no"></{tag}>{start}'

    return Markup(re.sub("\ue000(\\w+)\ue001", place, said))  # noqa: S704 - escaped above
