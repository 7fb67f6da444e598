"""What a co-op asks of whoever wants to join: few questions, of the register and its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import BadSetting, NodeError
from passkoop_node.members.text import clean
from passkoop_node.visits.money import check_amount

MOST_OWN = 8
MOST_CHOICES = 12
LONGEST_QUESTION = 200
LONGEST_CHOICE = 80
LONGEST_TEXT = 4_000  # of what is said about consent, or of what comes next
MOST_DAYS = 3_650
MOST_SHARES = 1_000

_FORM: Setting[dict[str, Any]] = Setting(name="joining.form", default={})


class Ask(StrEnum):
    """Whether a question is asked, and has to be answered."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Shape(StrEnum):
    """What answers a question of the co-op's own."""

    TEXT = "text"
    YES_NO = "yes_no"
    CHOICE = "choice"


# What may be asked beside the names, in this order; address: street, postcode, town.
KNOWN: Mapping[str, Ask] = {
    "email": Ask.REQUIRED,
    "phone": Ask.OPTIONAL,
    "address": Ask.OPTIONAL,
    "birth_year": Ask.OFF,
    "gender": Ask.OFF,
    "language": Ask.OFF,
    "heard": Ask.OFF,  # how they heard of the co-op
}
ASKS: Mapping[Ask, Message] = {
    Ask.OFF: N_("pas demandé"),
    Ask.OPTIONAL: N_("facultatif"),
    Ask.REQUIRED: N_("obligatoire"),
}
SHAPES: Mapping[Shape, Message] = {
    Shape.TEXT: N_("Un texte court"),
    Shape.YES_NO: N_("Oui ou non"),
    Shape.CHOICE: N_("Un choix parmi plusieurs"),
}


class BadQuestions(NodeError):
    """What is to be asked cannot be asked so."""

    code = "bad_questions"

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """A question of the co-op's own."""

    name: str  # stable: q1, q2…
    text: str
    shape: Shape = Shape.TEXT
    choices: tuple[str, ...] = ()
    is_required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Questions:
    """What a co-op asks of whoever wants to join, and what it does with the answers."""

    is_open: bool = False  # on its web page; the kiosk has a switch of its own
    known: Mapping[str, Ask] = field(default_factory=lambda: dict(KNOWN))
    own: tuple[Own, ...] = ()
    consent: str = ""  # in the co-op's words; "": `joining.consent` has some
    afterwards: str = ""  # what comes next, in the co-op's words
    is_automatic: bool = False  # whoever is not in the register yet is a member at once
    proves_email: bool = False  # a request counts once a link in an e-mail was opened
    share_cents: int = 0  # what a share costs; 0: the co-op has none, or does not ask here
    least_shares: int = 1
    refused_days: int = 30  # how long what was refused, or accepted, is kept
    waiting_days: int = 365  # how long what nobody answered is kept

    def asks(self, name: str) -> Ask:
        """Return whether something of the register is asked."""
        return self.known.get(name, Ask.OFF)

    def next_name(self) -> str:
        """Return the name of a question more."""
        used = {one.name for one in self.own}
        return next(f"q{n}" for n in range(1, 2 * MOST_OWN + 2) if f"q{n}" not in used)


class QuestionStore:
    """The questions, as the settings keep them."""

    def __init__(self, settings: SettingsStore, audit: AuditStore) -> None:
        self.settings = settings
        self.audit = audit

    def load(self) -> Questions:
        """Return what the co-op asks.

        Raises:
            BadSetting: what is stored are no questions.
        """
        stored = dict(self.settings.get(_FORM))
        try:
            known = {name: Ask(stored.get("known", {}).get(name, KNOWN[name])) for name in KNOWN}
            own = tuple(_own(one) for one in stored.pop("own", ()))
            return Questions(**{**stored, "known": known, "own": own})
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise BadSetting(_FORM.name) from error

    def save(self, questions: Questions, *, now: int, actor: str) -> None:
        """Keep what the co-op asks.

        Raises:
            BadQuestions: nothing was changed.
        """
        questions = _checked(questions)
        stored = {
            "is_open": questions.is_open,
            "known": {name: str(ask) for name, ask in questions.known.items()},
            "own": [
                {
                    "name": one.name,
                    "text": one.text,
                    "shape": str(one.shape),
                    "choices": list(one.choices),
                    "is_required": one.is_required,
                }
                for one in questions.own
            ],
            "consent": questions.consent,
            "afterwards": questions.afterwards,
            "is_automatic": questions.is_automatic,
            "proves_email": questions.proves_email,
            "share_cents": questions.share_cents,
            "least_shares": questions.least_shares,
            "refused_days": questions.refused_days,
            "waiting_days": questions.waiting_days,
        }
        with writing(self.settings.db):
            self.settings.set(_FORM, stored)
            self.audit.add("join.set", now=now, actor=actor)


def _own(stored: Mapping[str, Any]) -> Own:
    return Own(
        name=str(stored["name"]),
        text=str(stored["text"]),
        shape=Shape(stored["shape"]),
        choices=tuple(str(one) for one in stored["choices"]),
        is_required=bool(stored["is_required"]),
    )


def _checked(questions: Questions) -> Questions:
    """Return the questions with their texts cleaned, or raise BadQuestions."""
    if len(questions.own) > MOST_OWN:
        raise BadQuestions(
            _("il y a plus de %(most)s questions à vous", most=MOST_OWN),
            _("Retirez-en : un formulaire court est rempli jusqu'au bout."),
        )
    if questions.known.keys() - KNOWN.keys():
        raise ValueError("no such question")
    if questions.proves_email and questions.asks("email") is not Ask.REQUIRED:
        raise BadQuestions(
            _("l'adresse e-mail n'est pas obligatoire"),
            _("Rendez-la obligatoire, ou n'en demandez pas la preuve."),
        )
    for text in (questions.consent, questions.afterwards):
        if len(text) > LONGEST_TEXT:
            raise BadQuestions(
                _("ce texte est trop long"),
                _("Gardez %(most)s caractères au plus.", most=LONGEST_TEXT),
            )
    check_amount(questions.share_cents * max(1, questions.least_shares))
    if not 1 <= questions.least_shares <= MOST_SHARES:
        raise BadQuestions(
            _("on demande de 1 à %(most)s parts", most=MOST_SHARES), _("Corrigez leur nombre.")
        )
    for days in (questions.refused_days, questions.waiting_days):
        if not 1 <= days <= MOST_DAYS:
            raise BadQuestions(
                _("une durée va de 1 à %(most)s jours", most=MOST_DAYS), _("Corrigez la durée.")
            )
    return replace(
        questions,
        own=tuple(_checked_own(one) for one in questions.own),
        consent=_lines(questions.consent),
        afterwards=_lines(questions.afterwards),
    )


def _checked_own(one: Own) -> Own:
    text = clean(one.text)
    choices: Sequence[str] = ()
    if one.shape is Shape.CHOICE:
        choices = list(dict.fromkeys(filter(None, map(clean, one.choices))))
        if not 2 <= len(choices) <= MOST_CHOICES:
            raise BadQuestions(
                _(
                    "« %(question)s » : il faut de 2 à %(most)s réponses",
                    question=text[:40],
                    most=MOST_CHOICES,
                ),
                _("Écrivez une réponse par ligne."),
            )
        if any(len(choice) > LONGEST_CHOICE for choice in choices):
            raise BadQuestions(
                _("« %(question)s » : une réponse est trop longue", question=text[:40]),
                _("Gardez %(most)s caractères au plus.", most=LONGEST_CHOICE),
            )
    if not text or len(text) > LONGEST_QUESTION:
        raise BadQuestions(
            _("une question est vide ou trop longue"),
            _("Gardez %(most)s caractères au plus.", most=LONGEST_QUESTION),
        )
    return replace(one, text=text, choices=tuple(choices))


def _lines(text: str) -> str:
    """Return a text of several paragraphs, without what cannot be seen."""
    return "\n".join(clean(line) for line in text.strip().splitlines())
