"""What people can be chosen by: the fields of a filter, and what each may be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from passkoop_node.cards.situations import SITUATIONS
from passkoop_node.core.language import LANGUAGES, N_, Message
from passkoop_node.dues.plan import Standing
from passkoop_node.members.preferences import Channel, Topic

Choices = Mapping[str, "Message | str"]


class Kind(Enum):
    """How a field is asked."""

    CHOICE = "choice"  # one of those that were ticked
    WORDS = "words"  # one of the words that were typed
    DAYS = "days"  # from a day to a day
    YEARS = "years"  # from an age to an age
    COUNT = "count"  # a number of months, or of days


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """A field of a filter."""

    title: Message
    kind: Kind
    hint: Message | None = None
    choices: Choices = field(default_factory=dict)
    needs_dues: bool = False  # nothing to a co-op that asks for none


TOPICS: Mapping[Topic, Message] = {
    Topic.DUES: N_("adhésion et carte"),
    Topic.NEWS: N_("la vie de la coop"),
    Topic.NETWORK: N_("les autres coops"),
    Topic.OFFERS: N_("promotions et jeux"),
}
CHANNELS: Mapping[Channel, Message] = {
    Channel.EMAIL: N_("par e-mail"),
    Channel.SMS: N_("par SMS"),
    Channel.POST: N_("par lettre"),
    Channel.NONE: N_("pas du tout"),
}
_YES_NO: Choices = {"yes": N_("oui"), "no": N_("non")}

CRITERIA: Mapping[str, Criterion] = {
    "belongs": Criterion(
        title=N_("Appartenance"),
        kind=Kind.CHOICE,
        choices={
            "member": N_("membre aujourd'hui"),
            "left": N_("a quitté la coop"),
            "future": N_("pas encore membre"),
        },
    ),
    "group": Criterion(title=N_("Groupe"), kind=Kind.CHOICE),  # the co-op's own
    "category": Criterion(
        title=N_("Catégorie"),
        kind=Kind.CHOICE,
        choices={"0": N_("membre"), "1": N_("personne rattachée"), "other": N_("autre")},
    ),
    "household": Criterion(
        title=N_("Foyer"),
        kind=Kind.CHOICE,
        choices={
            "principal": N_("titulaire d'un foyer"),
            "affiliated": N_("dans le foyer de quelqu'un"),
            "alone": N_("sans foyer"),
        },
    ),
    "dues": Criterion(
        title=N_("Cotisation"),
        kind=Kind.CHOICE,
        choices={
            Standing.CURRENT.value: N_("à jour"),
            Standing.GRACE.value: N_("délai accordé"),
            Standing.LAPSED.value: N_("à renouveler"),
        },
        needs_dues=True,
    ),
    "paid_until": Criterion(title=N_("Dernier jour payé"), kind=Kind.DAYS, needs_dues=True),
    "paid_ends": Criterion(
        title=N_("Cotisation à terme"),
        kind=Kind.COUNT,
        hint=N_("Dans les jours qui viennent : combien de jours ?"),
        needs_dues=True,
    ),
    "card": Criterion(
        title=N_("Carte"),
        kind=Kind.CHOICE,
        choices={one.value: words for one, (_shape, words) in SITUATIONS.items()},
    ),
    "came": Criterion(
        title=N_("Dernière visite à la caisse"),
        kind=Kind.CHOICE,
        choices={
            "month": N_("depuis moins d'un mois"),
            "quarter": N_("il y a un à trois mois"),
            "year": N_("il y a trois à douze mois"),
            "longer": N_("il y a plus d'un an"),
            "never": N_("jamais, ou oubliée depuis"),
        },
    ),
    "accepts": Criterion(
        title=N_("Accepte qu'on lui écrive"),
        kind=Kind.CHOICE,
        choices={
            f"{topic}:{channel}": Message(
                "%(topic)s – %(channel)s", {"topic": about, "channel": by}
            )
            for topic, about in TOPICS.items()
            for channel, by in CHANNELS.items()
        },
    ),
    "joined": Criterion(title=N_("Date d'adhésion"), kind=Kind.DAYS),
    "joined_within": Criterion(
        title=N_("Membre depuis peu"),
        kind=Kind.COUNT,
        hint=N_("Depuis combien de mois au plus ?"),
    ),
    "left": Criterion(title=N_("Date de départ"), kind=Kind.DAYS),
    "age": Criterion(
        title=N_("Âge"),
        kind=Kind.YEARS,
        hint=N_("Celui que la personne a, ou aura, cette année."),
    ),
    "gender": Criterion(
        title=N_("Genre"),
        kind=Kind.CHOICE,
        choices={"f": N_("femme"), "m": N_("homme"), "x": N_("autre"), "": N_("non dit")},
    ),
    "language": Criterion(
        title=N_("Langue"),
        kind=Kind.CHOICE,
        choices={**LANGUAGES, "other": N_("une autre"), "": N_("non dite")},
    ),
    "town": Criterion(title=N_("Commune"), kind=Kind.WORDS, hint=N_("Plusieurs : entre virgules.")),
    "postcode": Criterion(
        title=N_("Code postal"),
        kind=Kind.WORDS,
        hint=N_("Ou son début, comme 64. Plusieurs : entre virgules."),
    ),
    "country": Criterion(title=N_("Pays"), kind=Kind.WORDS, hint=N_("Plusieurs : entre virgules.")),
    "email": Criterion(title=N_("A une adresse e-mail"), kind=Kind.CHOICE, choices=_YES_NO),
    "phone": Criterion(title=N_("A un numéro de téléphone"), kind=Kind.CHOICE, choices=_YES_NO),
    "address": Criterion(title=N_("A une adresse postale"), kind=Kind.CHOICE, choices=_YES_NO),
    "badge": Criterion(title=N_("A un badge de la coop"), kind=Kind.CHOICE, choices=_YES_NO),
    "name": Criterion(
        title=N_("Nom"), kind=Kind.WORDS, hint=N_("Ce qu'il contient. Plusieurs : entre virgules.")
    ),
    "number": Criterion(
        title=N_("Numéro"), kind=Kind.WORDS, hint=N_("Plusieurs : entre virgules.")
    ),
    "referred_by": Criterion(
        title=N_("Parrain, marraine"),
        kind=Kind.WORDS,
        hint=N_("Ce que la fiche en dit. Plusieurs : entre virgules."),
    ),
    "notes": Criterion(
        title=N_("Notes"),
        kind=Kind.WORDS,
        hint=N_("Ce qu'elles contiennent. Plusieurs : entre virgules."),
    ),
}
