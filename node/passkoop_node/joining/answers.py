"""What somebody answered who wants to join, read from a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from passkoop_node.core.addresses import MAX_ADDRESS, BadEmail, parse_address
from passkoop_node.core.forms import Form
from passkoop_node.core.language import LANGUAGES, N_, Message
from passkoop_node.joining.questions import Ask, Own, Questions, Shape
from passkoop_node.members.cells import BadCell, read_typed
from passkoop_node.members.member import MemberData
from passkoop_node.members.preferences import Channel, Topic
from passkoop_node.members.text import clean

# How long an answer may be, in characters; a field is called so in forms.
MOST: Mapping[str, int] = {
    "given_name": 80,
    "family_name": 80,
    "email": MAX_ADDRESS,
    "phone": 40,
    "address": 200,
    "postcode": 20,
    "town": 80,
    "country": 80,
    "birth_year": 10,
    "heard": 200,
    "referred_by": 100,
}
OWN_ANSWER = 300
GENDERS: Mapping[str, Message] = {
    "f": N_("Femme"),
    "m": N_("Homme"),
    "x": N_("Autre"),
    "": N_("Je préfère ne pas le dire"),
}
YES_NO: Mapping[str, Message] = {"oui": N_("Oui"), "non": N_("Non")}
# Which answer a way of writing to somebody needs, and what is said where it lacks.
WAYS: Mapping[Channel, tuple[str, Message, Message]] = {
    Channel.EMAIL: (
        "email",
        N_("Par e-mail"),
        N_("Écrivez l'adresse e-mail, ou choisissez une autre façon."),
    ),
    Channel.SMS: (
        "phone",
        N_("Par SMS"),
        N_("Écrivez le téléphone, ou choisissez une autre façon."),
    ),
    Channel.POST: (
        "address",
        N_("Par lettre"),
        N_("Écrivez l'adresse, ou choisissez une autre façon."),
    ),
}
# What nobody is sent who has not said yes.
TOPICS: Mapping[Topic, Message] = {
    Topic.NEWS: N_("La vie de la coop"),
    Topic.NETWORK: N_("Les autres coops"),
    Topic.OFFERS: N_("Promotions et jeux"),
}
_ANSWER = N_("Répondez à cette question.")
_AGREE = N_("Cochez cette case : sans votre accord, rien n'est gardé.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What somebody answered. Unsaid is "" or None."""

    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    birth_year: int | None = None
    gender: str = ""
    language: str = ""  # in which the co-op is to write to them
    heard: str = ""
    referred_by: str = ""  # who brought them, in their words
    code: str = ""  # who brought them, by the code of a link
    own: Mapping[str, str] = field(default_factory=dict)  # the question's text: the answer
    channels: Mapping[str, str] = field(default_factory=dict)  # of each topic
    offer: str = ""  # which of the co-op's amounts was chosen, in words
    cents: int = 0  # its amount
    shares: int = 0

    @property
    def full_name(self) -> str:
        """The given name, then the family name."""
        return f"{self.given_name} {self.family_name}".strip()

    def data(self, *, joined: date) -> MemberData:
        """Return what the register would hold of them."""
        return MemberData(
            **{name: getattr(self, name) for name in REGISTER}, joined=joined, notes=self.notes()
        )

    def notes(self) -> str:
        """Return the answers that the register has no field for, a line each."""
        said = [f"{question} {answer}" for question, answer in self.own.items() if answer]
        return "\n".join([*([self.heard] if self.heard else []), *said])


# What of it the register has a field for.
REGISTER = (
    "given_name",
    "family_name",
    "email",
    "phone",
    "address",
    "postcode",
    "town",
    "country",
    "birth_year",
    "gender",
    "language",
    "referred_by",
)


def read_answers(form: Form, questions: Questions, *, today: date) -> Answers:
    """Return what was answered; what is wrong is noted in the form.

    What is not asked is not read. Characters that cannot be seen, such as those that turn the
    direction of writing, are left out: a telephone puts them there unasked.
    """
    said: dict[str, Any] = {
        "given_name": _text(form, "given_name", Ask.REQUIRED),
        "family_name": _text(form, "family_name", Ask.REQUIRED),
        "email": _email(form, questions.asks("email")),
        "phone": _text(form, "phone", questions.asks("phone")),
        "birth_year": _birth_year(form, questions.asks("birth_year"), today),
        "heard": _text(form, "heard", questions.asks("heard")),
        "referred_by": _text(form, "referred_by", Ask.OPTIONAL),
        "own": {one.text: _own(form, one) for one in questions.own},
    }
    asked = questions.asks("address")
    for name in ("address", "postcode", "town"):
        said[name] = _text(form, name, asked)
    if (asked := questions.asks("gender")) is not Ask.OFF:
        said["gender"] = _chosen(form, "gender", GENDERS, asked, may_be_empty=True)
    if (asked := questions.asks("language")) is not Ask.OFF:
        said["language"] = _chosen(form, "language", LANGUAGES, asked)
    said["channels"] = _channels(form, said)
    if form["consent"] != "oui":
        form.wrong("consent", _AGREE)
    return Answers(**said)


def ways(questions: Questions) -> dict[Channel, Message]:
    """Return in which ways somebody can be written to, by what is asked."""
    return {
        channel: title
        for channel, (needs, title, _lacks) in WAYS.items()
        if questions.asks(needs) is not Ask.OFF
    }


def _channels(form: Form, said: Mapping[str, Any]) -> dict[str, str]:
    """Return by which channel each topic is to be written about.

    Whoever was not asked how is written to by the first way that they gave.
    """
    given = [channel for channel, (needs, *_) in WAYS.items() if said[needs]]
    chosen: Channel | None = given[0] if given else None
    dues: dict[str, str] = {}
    if form["channel"]:
        chosen = form.choice("channel", {str(one): one for one in WAYS})
        lacks = chosen is not None and chosen not in given
        if chosen is not None and lacks and WAYS[chosen][0] not in form.errors:
            form.wrong("channel", WAYS[chosen][2])
        if chosen is not None:
            dues = {Topic.DUES: chosen}
    wanted = {
        topic: chosen if chosen and form[f"topic_{topic}"] == "oui" else Channel.NONE
        for topic in TOPICS
    }
    return {str(topic): str(channel) for topic, channel in (dues | wanted).items()}


def _text(form: Form, name: str, asked: Ask) -> str:
    if asked is Ask.OFF:
        return ""
    form.typed[name] = clean(form[name])
    return form.text(name, most=MOST[name], optional=asked is Ask.OPTIONAL)


def _email(form: Form, asked: Ask) -> str:
    text = _text(form, "email", asked)
    if not text or "email" in form.errors:
        return text
    try:
        parse_address(text)
    except BadEmail:
        form.wrong("email", N_("Vérifiez cette adresse : elle s'écrit nom@exemple.org."))
    return text


def _birth_year(form: Form, asked: Ask, today: date) -> int | None:
    text = _text(form, "birth_year", asked)
    if not text or "birth_year" in form.errors:
        return None
    try:
        year = read_typed("birth_year", text, today=today)
    except BadCell:
        year = None
    if not isinstance(year, int):
        form.wrong("birth_year", N_("Écrivez l'année de votre naissance, comme 1984."))
        return None
    return year


def _chosen(
    form: Form, name: str, choices: Mapping[str, Any], asked: Ask, *, may_be_empty: bool = False
) -> str:
    text = form[name]
    if name not in form.typed or (not text and not may_be_empty):
        if asked is Ask.REQUIRED:
            form.wrong(name, _ANSWER)
        return ""
    form.choice(name, choices)
    return text if text in choices else ""


def _own(form: Form, one: Own) -> str:
    """Return the answer to a question of the co-op's own."""
    text = form.typed[one.name] = clean(form[one.name])
    if not text:
        if one.is_required:
            form.wrong(one.name, _ANSWER)
        return ""
    match one.shape:
        case Shape.TEXT:
            return form.text(one.name, most=OWN_ANSWER)
        case Shape.YES_NO:
            form.choice(one.name, YES_NO)
            return text  # as it is: the office need not speak their language
        case Shape.CHOICE:
            return form.choice(one.name, {choice: choice for choice in one.choices}) or ""
