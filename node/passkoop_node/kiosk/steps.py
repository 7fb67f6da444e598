"""The screens of the kiosk: one question each, of what the co-op asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from passkoop_node.core import formats
from passkoop_node.core.language import LANGUAGES, N_, Message
from passkoop_node.dues.amounts import Amount
from passkoop_node.joining.answers import GENDERS, TOPICS, YES_NO
from passkoop_node.joining.offering import OWN, Offer, costs
from passkoop_node.joining.questions import Ask, Own, Questions, Shape


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """Something to be typed, as a tablet's keyboard is to help with it."""

    name: str
    label: Message
    kind: str = "text"
    mode: str = "text"  # which keyboard
    capitals: str = "off"
    is_optional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One screen: fields to fill in, or answers to touch."""

    name: str
    title: Message | str
    says: Message | None = None
    fields: tuple[Field, ...] = ()
    answers: Mapping[str, Message | str] | None = None  # to touch: value, words
    answer_name: str = ""  # the field that a touched answer fills in
    is_optional: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that this screen answers for."""
        touched = (self.answer_name,) if self.answer_name else ()
        return (*(one.name for one in self.fields), *touched, *_MORE.get(self.name, ()))


CONSENT = "consent"
_TOPICS = tuple(f"topic_{topic}" for topic in TOPICS)
_MORE: Mapping[str, tuple[str, ...]] = {CONSENT: ("consent", "channel", *_TOPICS)}
_WORDS: Mapping[str, Field] = {
    one.name: one
    for one in (
        Field(name="given_name", label=N_("Prénom"), capitals="words"),
        Field(name="family_name", label=N_("Nom de famille"), capitals="words"),
        Field(name="email", label=N_("Adresse e-mail"), kind="email", mode="email"),
        Field(name="phone", label=N_("Téléphone"), kind="tel", mode="tel"),
        Field(name="address", label=N_("Rue et numéro"), capitals="words"),
        Field(name="postcode", label=N_("Code postal")),
        Field(name="town", label=N_("Commune"), capitals="words"),
        Field(name="birth_year", label=N_("Année de naissance"), mode="numeric"),
        Field(name="heard", label=N_("En quelques mots"), capitals="sentences"),
        Field(name="amount", label=N_("Montant, en euros"), mode="decimal"),
        Field(name="shares", label=N_("Nombre de parts"), mode="numeric"),
        Field(name="referred_by", label=N_("Le nom de cette personne"), capitals="words"),
    )
}


def steps_of(questions: Questions, offer: Offer | None = None) -> Sequence[Step]:
    """Return the screens, in order; the last one asks for consent."""
    asked = questions.asks
    found = [
        Step(
            name="name",
            title=N_("Comment vous appelez-vous ?"),
            says=N_("Ce nom sera écrit sur votre carte."),
            fields=_fields(questions, "given_name", "family_name"),
        )
    ]
    if reach := _fields(questions, "email", "phone"):
        found.append(
            Step(
                name="reach",
                title=N_("Comment vous joindre ?"),
                says=N_("Pour vous envoyer votre carte, et ce que vous choisirez de recevoir."),
                fields=reach,
                is_optional=all(one.is_optional for one in reach),
            )
        )
    if asked("address") is not Ask.OFF:
        found.append(
            Step(
                name="address",
                title=N_("Où habitez-vous ?"),
                fields=_fields(questions, "address", "postcode", "town"),
                is_optional=asked("address") is Ask.OPTIONAL,
            )
        )
    if asked("birth_year") is not Ask.OFF:
        found.append(
            Step(
                name="birth_year",
                title=N_("En quelle année êtes-vous né·e ?"),
                fields=_fields(questions, "birth_year"),
                is_optional=asked("birth_year") is Ask.OPTIONAL,
            )
        )
    if asked("gender") is not Ask.OFF:
        found.append(
            Step(
                name="gender",
                title=N_("Vous êtes…"),
                answers=GENDERS,
                answer_name="gender",
                is_optional=asked("gender") is Ask.OPTIONAL,
            )
        )
    if asked("language") is not Ask.OFF:
        found.append(
            Step(
                name="language",
                title=N_("Dans quelle langue vous écrire ?"),
                answers=LANGUAGES,
                answer_name="language",
                is_optional=asked("language") is Ask.OPTIONAL,
            )
        )
    if asked("heard") is not Ask.OFF:
        found.append(
            Step(
                name="heard",
                title=N_("Comment avez-vous connu la coop ?"),
                fields=_fields(questions, "heard"),
                is_optional=asked("heard") is Ask.OPTIONAL,
            )
        )
    found += [_own(one) for one in questions.own]
    found.append(
        Step(
            name="referred",
            title=N_("Quelqu'un vous a parlé de nous ?"),
            fields=(_WORDS["referred_by"],),
            is_optional=True,
        )
    )
    found += _costs(offer) if offer is not None else []
    found.append(Step(name=CONSENT, title=N_("Votre accord")))
    return found


def _costs(offer: Offer) -> Sequence[Step]:
    """Return the screens on what joining costs: as many as there is something to choose."""
    found = []
    has_choice = len(offer.amounts) > 1
    if has_choice:
        found.append(
            Step(
                name="offer",
                title=N_("Quelle cotisation pour un an ?"),
                says=N_("Vous réglez à la caisse."),
                answers={one.name or OWN: _named(one) for one in offer.amounts},
                answer_name="offer",
            )
        )
    if offer.has_open:
        found.append(
            Step(
                name="amount",
                title=N_("Combien donnez-vous pour un an ?"),
                says=N_("Si vous avez touché un prix libre : c'est vous qui choisissez.")
                if has_choice
                else N_("C'est vous qui choisissez. Vous réglez à la caisse."),
                fields=(_WORDS["amount"],),
                is_optional=has_choice,
            )
        )
    if offer.share_cents:
        found.append(
            Step(
                name="shares",
                title=N_("Combien de parts prenez-vous ?"),
                says=N_("Une part coûte %(amount)s.", amount=formats.money(offer.share_cents)),
                fields=(_WORDS["shares"],),
            )
        )
    return found


def _named(amount: Amount) -> str:
    """Return an amount as it is touched."""
    if amount.is_open and amount.name:
        return amount.name
    return f"{amount.name} · {costs(amount)}" if amount.name else costs(amount)


def _fields(questions: Questions, *names: str) -> tuple[Field, ...]:
    """Return those of these fields that are asked."""
    found = []
    for name in names:
        of = "address" if name in ("postcode", "town") else name
        asks = Ask.REQUIRED if name.endswith("_name") else questions.asks(of)
        if asks is not Ask.OFF:
            found.append(replace(_WORDS[name], is_optional=asks is Ask.OPTIONAL))
    return tuple(found)


def _own(one: Own) -> Step:
    """Return the screen of a question of the co-op's own, in its words."""
    name = f"own-{one.name}"
    if one.shape is Shape.TEXT:
        label = N_("Votre réponse")
        return Step(
            name=name,
            title=one.text,
            fields=(
                Field(
                    name=one.name,
                    label=label,
                    capitals="sentences",
                    is_optional=not one.is_required,
                ),
            ),
            is_optional=not one.is_required,
        )
    answers: Mapping[str, Message | str] = (
        YES_NO if one.shape is Shape.YES_NO else {choice: choice for choice in one.choices}
    )
    return Step(
        name=name,
        title=one.text,
        answers=answers,
        answer_name=one.name,
        is_optional=not one.is_required,
    )


def place_of(steps: Sequence[Step], name: str) -> int:
    """Return where a screen stands; an unknown one is the first."""
    return next((at for at, one in enumerate(steps) if one.name == name), 0)


def first_wrong(steps: Sequence[Step], errors: Mapping[str, Message]) -> Step:
    """Return the first screen on which something is wrong."""
    return next((one for one in steps if errors.keys() & set(one.names)), steps[-1])
