"""Whom a co-op welcomes, and how far it has come, in sentences for visitors."""

from collections.abc import Mapping

from passkoop_protocol.page import Stage
from passkoop_protocol.welcome import Policy, Who, Without
from passkoop_site.language import N_, Speech

KIND_TITLES = {
    "network": N_("Avec une carte du réseau"),
    "word": N_("Sur parole"),
    "trial": N_("Visites d'essai"),
    "members": N_("Membres seulement"),
    "unknown": N_("Règles à demander"),
}
KIND_SLUGS = {
    "network": "reseau",
    "word": "parole",
    "trial": "essai",
    "members": "membres",
    "unknown": "a-demander",
}
KIND_LEADS = {
    "network": N_("Ces coops accueillent des membres d'autres coops, carte en main."),
    "word": N_("Ces coops vous croient : dites que vous êtes membre ailleurs."),
    "trial": N_("Ces coops laissent essayer avant d'adhérer, même sans carte."),
    "members": N_("Ces coops servent leurs propres membres."),
    "unknown": N_("Ces coops n'ont pas encore publié leurs règles : écrivez-leur avant de venir."),
}
STAGE_TITLES = {
    Stage.SUPERMARKET: N_("Supermarchés"),
    Stage.GROCERY: N_("Épiceries"),
    Stage.LAB: N_("Commandes groupées"),
    Stage.GROUP: N_("Groupes en route"),
    Stage.IDEA: N_("Idées"),
}
STAGE_SLUGS = {
    Stage.SUPERMARKET: "supermarche",
    Stage.GROCERY: "epicerie",
    Stage.LAB: "commandes",
    Stage.GROUP: "groupe",
    Stage.IDEA: "idee",
}
STAGE_LEADS = {
    Stage.SUPERMARKET: N_("Un supermarché tenu par ses membres."),
    Stage.GROCERY: N_("Une épicerie tenue par ses membres."),
    Stage.LAB: N_("Les membres commandent ensemble, avant d'ouvrir un magasin."),
    Stage.GROUP: N_("Des groupes de travail préparent la coop."),
    Stage.IDEA: N_("Une coop qui cherche ses premiers membres."),
}


def said_stage(stage: Stage, _: Speech) -> str:
    """Return what a co-op is, in a sentence; "" if nobody told."""
    return _(STAGE_LEADS[stage]) if stage else ""


def said_welcome(policy: Policy | None, _: Speech) -> str:
    """Return whom a co-op welcomes, in one or two short sentences for a list."""
    if policy is None:
        return _("Règles d'accueil à demander.")
    if policy.who is Who.NOBODY and policy.without is Without.REFUSAL:
        return _("Sert ses propres membres.")
    said = [with_card(policy, _)] if policy.who is not Who.NOBODY else []
    if policy.without is not Without.REFUSAL:
        said.append(without_card(policy, _))
    return " ".join(said)


def said_shortly(policy: Policy, _: Speech) -> str:
    """Return what is special about a co-op's welcome, in a few words for a label."""
    limit = policy.without_limit
    match policy.without:
        case Without.WORD:
            return _("Sur parole. On vous croit.")
        case Without.VISITS:
            return _.plural("Une visite d'essai.", "%(num)s visites d'essai.", limit)
        case Without.DAYS:
            return _.plural("Un jour pour essayer.", "%(num)s jours pour essayer.", limit)
        case Without.SPONSOR:
            return _("Avec un membre qui vous parraine.")
    if policy.countries:
        names = sorted(_.country(code) for code in policy.countries)
        return _("Membres des coops de ces pays : %(pays)s.", pays=_.listed(names))
    if policy.accepted:
        return _("Membres de quelques coops amies.")
    return _("Membres de toutes les coops du réseau.")


def with_card(policy: Policy, _: Speech) -> str:
    """Return what somebody with a card of another co-op may do."""
    if policy.who is Who.NOBODY:
        return _("Cette coop sert ses propres membres.")
    if policy.countries:
        names = sorted(_.country(code) for code in policy.countries)
        return _("Bienvenue aux membres des coops de ces pays : %(pays)s.", pays=_.listed(names))
    if policy.accepted:
        return _("Bienvenue aux membres de quelques coops amies.")
    return _("Bienvenue aux membres de toutes les coops du réseau.")


def without_card(policy: Policy, _: Speech) -> str:
    """Return what somebody without a card may do."""
    limit = policy.without_limit
    match policy.without:
        case Without.REFUSAL:
            return _("Sans carte, on n'achète pas ici.")
        case Without.WORD if policy.card_from > 1:
            return _.plural(
                "Sans carte, votre parole suffit la première fois.",
                "Sans carte, votre parole suffit les %(num)s premières fois.",
                policy.card_from - 1,
            )
        case Without.WORD:
            return _("Sans carte, votre parole suffit.")
        case Without.VISITS:
            return _.plural(
                "Sans carte, une visite d'essai.", "Sans carte, %(num)s visites d'essai.", limit
            )
        case Without.DAYS:
            return _.plural(
                "Sans carte, un jour d'essai, sur inscription.",
                "Sans carte, %(num)s jours d'essai, sur inscription.",
                limit,
            )
    return _.plural(
        "Sans carte, un jour sur la parole d'un membre.",
        "Sans carte, %(num)s jours sur la parole d'un membre.",
        limit,
    )


def how_often(policy: Policy, _: Speech) -> str:
    """Return how often somebody with a card may come; "": no limit."""
    if not policy.visits:
        return _("Aussi souvent que vous voulez.") if policy.who is not Who.NOBODY else ""
    return _.plural(
        "Une visite en %(jours)s jours.",
        "%(num)s visites en %(jours)s jours.",
        policy.visits,
        jours=_.number(policy.period),
    )


def exceptions(policy: Policy, names: Mapping[bytes, str], _: Speech) -> list[str]:
    """Return which co-ops the rules name; those that nobody knows here are counted."""
    said = []
    if policy.accepted:
        said.append(_("Ces coops : %(coops)s.", coops=_named(policy.accepted, names, _)))
    if policy.refused:
        said.append(_("Sauf : %(coops)s.", coops=_named(policy.refused, names, _)))
    return said


def _named(coops: frozenset[bytes], names: Mapping[bytes, str], _: Speech) -> str:
    known = sorted(names[coop] for coop in coops if coop in names)
    others = len(coops) - len(known)
    if others:
        known.append(_.plural("une autre", "%(num)s autres", others))
    return _.listed(known)
