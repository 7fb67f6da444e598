"""Rules and answers in sentences."""

from collections.abc import Callable, Iterable

from babel.dates import format_date, format_skeleton
from babel.lists import format_list

from passkoop_node.core.formats import day as shown_day
from passkoop_node.core.formats import locale, marked
from passkoop_node.core.language import _, ngettext
from passkoop_node.visits.counting import Offer
from passkoop_node.visits.days import first_day_of
from passkoop_node.visits.presets import FOREVER
from passkoop_protocol.keys import CoopId, shown_id
from passkoop_protocol.welcome import Policy, Who, Without

NameOf = Callable[[CoopId], str]  # a co-op's name, as it is known here


def shown_month(month: str, *, short: bool = False) -> str:
    """Return « septembre 2028 » for « 2028-09 », or « sept. 28 »."""
    first = first_day_of(month)
    if short:
        text = format_date(first, "LLL yy", locale=locale())
    else:
        text = format_skeleton("yMMMM", first, locale=locale())
    return marked(text)


def name_of_month(month: int) -> str:
    """Return « septembre » for 9."""
    return marked(locale().months["stand-alone"]["wide"][month])


def _code(coop: CoopId) -> str:
    return shown_id(coop)


def rules_in_sentences(policy: Policy, *, name_of: NameOf = _code) -> list[str]:
    """Return what a policy means, one sentence a rule; right for any policy, named or not."""
    said = [_who(policy)]
    if policy.who is not Who.NOBODY:
        if policy.accepted:
            said.append(
                _("Parmi elles, seulement : %(coops)s.", coops=_names(policy.accepted, name_of))
                if policy.countries
                else _("Ces coops sont : %(coops)s.", coops=_names(policy.accepted, name_of))
            )
        if policy.refused:
            said.append(_("Sauf ces coops : %(coops)s.", coops=_names(policy.refused, name_of)))
        if policy.visits:
            said.append(_visits(policy))
    said.append(_without(policy))
    return said


def offer_in_a_sentence(offer: Offer) -> str:
    """Return what to do with somebody without a card: one sentence for the cashier."""
    last = shown_day(offer.last_day) if offer.last_day else ""
    match offer.code:
        case "without_refused":
            return _("Nos règles demandent une carte.")
        case "word":
            return _("Sa parole suffit.")
        case "word_last":
            return _("Sa parole suffit cette fois ; la prochaine fois, une carte sera demandée.")
        case "card_asked":
            return _(
                "Une carte est demandée à partir de la visite n° %(num)s.", num=offer.card_from
            )
        case "trial_first":
            return _first(offer, last)
        case "trial" if offer.kind is Without.VISITS:
            return _(
                "À l'essai : visite n° %(num)s sur %(all)s.",
                num=offer.used + 1,
                all=offer.used + (offer.left or 0),
            )
        case "trial":
            return _("À l'essai, jusqu'au %(day)s.", day=last)
        case "trial_today":
            return _("Déjà passée aujourd'hui : ce second achat n'use pas de visite.")
        case "trial_last" if offer.needs:
            only = _("Ce sera la seule fois : dites-le.")
            return f"{_first(offer, last)} {only}"
        case "trial_last" if offer.kind is Without.VISITS:
            return _("C'est la dernière visite d'essai : dites-le.")
        case "trial_last":
            return _("C'est le dernier jour de l'essai : dites-le.")
        case "trial_over" if offer.kind is Without.VISITS:
            return ngettext(
                "L'essai est terminé : la visite prévue est faite. Proposez l'adhésion.",
                "L'essai est terminé : les %(num)s visites prévues sont faites."
                " Proposez l'adhésion.",
                offer.used,
            )
        case "trial_over":
            return _("L'essai s'est terminé le %(day)s. Proposez l'adhésion.", day=last)
    return _("La personne de cette carte n'est plus dans nos fichiers : inscrivez-la de nouveau.")


def _first(offer: Offer, last: str) -> str:
    if offer.kind is Without.VISITS:
        return ngettext(
            "Peut essayer la coop une fois : notez son nom.",
            "Peut essayer la coop %(num)s fois : notez son nom.",
            offer.left or 0,
        )
    if offer.kind is Without.DAYS:
        return _(
            "Peut essayer la coop jusqu'au %(day)s : notez son nom et son adresse e-mail.", day=last
        )
    return _(
        "Peut venir jusqu'au %(day)s sur la parole d'un membre : notez son nom et qui parraine.",
        day=last,
    )


def _who(policy: Policy) -> str:
    if policy.who is Who.NOBODY:
        return _("Seuls nos membres sont accueillis avec leur carte.")
    if policy.countries:
        return _(
            "Les membres des coops de ces pays sont bienvenus avec leur carte : %(countries)s.",
            countries=_listed(_country(one) for one in policy.countries),
        )
    if policy.accepted:
        return _("Les membres de quelques coops sont bienvenus avec leur carte.")
    if policy.who is Who.ANYONE:
        return _("Toute personne qui se dit membre d'une coop, ou de passage, est bienvenue.")
    return _("Les membres de toutes les coops du réseau sont bienvenus avec leur carte.")


def _visits(policy: Policy) -> str:
    if policy.period >= FOREVER:
        return ngettext(
            "Chaque personne peut venir une fois, puis adhérer.",
            "Chaque personne peut venir %(num)s fois, puis adhérer.",
            policy.visits,
        )
    return ngettext(
        "Chaque personne peut venir une fois en %(days)s jours.",
        "Chaque personne peut venir %(num)s fois en %(days)s jours.",
        policy.visits,
        days=policy.period,
    )


def _without(policy: Policy) -> str:
    limit = policy.without_limit
    match policy.without:
        case Without.REFUSAL:
            return _("Sans carte, on n'achète pas ici.")
        case Without.WORD if policy.card_from > 1:
            return ngettext(
                "Sans carte, la parole suffit la première fois ; ensuite une carte est demandée.",
                "Sans carte, la parole suffit les %(num)s premières fois ; ensuite une carte est"
                " demandée.",
                policy.card_from - 1,
            )
        case Without.WORD:
            return _("Sans carte, la parole suffit.")
        case Without.VISITS:
            return ngettext(
                "Sans carte, on peut essayer la coop une fois, en donnant son nom.",
                "Sans carte, on peut essayer la coop %(num)s fois, en donnant son nom.",
                limit,
            )
        case Without.DAYS:
            return _(
                "Sans carte, on peut essayer la coop pendant %(span)s, en donnant son nom et son"
                " adresse e-mail.",
                span=_span(limit),
            )
    return _(
        "Sans carte, on peut venir pendant %(span)s sur la parole d'un membre qui parraine.",
        span=_span(limit),
    )


def _span(days: int) -> str:
    if days in (30, 31):
        return _("un mois")
    return ngettext("%(num)s jour", "%(num)s jours", days)


def _country(code: str) -> str:
    return str(locale().territories.get(code, code))


def _names(coops: Iterable[bytes], name_of: NameOf) -> str:
    return _listed(name_of(CoopId(one)) for one in coops)


def _listed(texts: Iterable[str]) -> str:
    return format_list(sorted(texts), locale=locale())
