"""An answer as a screen: a colour and a shape, a word, a name, and one sentence of what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from passkoop_node.core.formats import day, hour, moment
from passkoop_node.core.language import N_, Message, _, translate
from passkoop_node.members.member import Member
from passkoop_node.till.shown import Shown, State, last_day_of_card
from passkoop_node.till.standing import DUES
from passkoop_node.till.standing import SENTENCES as DUES_SENTENCES
from passkoop_node.till.words import OUTCOMES, reason_in_a_sentence
from passkoop_node.visits.counting import OFFERS
from passkoop_node.visits.wording import offer_in_a_sentence
from passkoop_protocol.card import Category
from passkoop_protocol.verdict import Outcome
from passkoop_protocol.welcome import Without

ZONES = {
    Outcome.WELCOME: "ok",
    Outcome.REMARK: "note",
    Outcome.REFUSED: "no",
    Outcome.UNVERIFIED: "unk",
}

# Where there is no card, none is refused.
WORDS_WITHOUT: dict[str, Message] = {
    "without_refused": N_("Une carte, s'il vous plaît"),
    "card_asked": N_("Une carte, s'il vous plaît"),
    "trial_over": N_("L'essai est terminé"),
    "member_left": N_("N'est plus membre"),
}

# The words below are also those of a till that is alone: it gets them while the node is there.
FACTS: dict[str, Message] = {
    "without": N_("Sans carte"),
    "trial": N_("À l'essai chez nous"),
    "own": N_("Membre de notre coop"),
    "coop": N_("%(coop)s, à %(place)s"),
    "until": N_("Carte valable jusqu'au %(day)s"),
}
SENTENCES: dict[str, Message] = {
    "noted_anyway": N_("Visite notée, avec sa raison."),
    "instead": N_("Sinon, comme sans carte : %(offer)s"),
    "unproven": N_("Rien n'est prouvé, rien n'est reproché."),
    "badge_elsewhere": N_("Code-barres de coop, qui n'est celui d'aucun de nos membres."),
    "already_today": N_(
        "Carte déjà passée aujourd'hui à %(hour)s. Demandez : « C'était déjà vous ? »"
    ),
    "own": N_("Bonnes courses !"),
    "welcome": N_("Mêmes conditions que pour nos membres."),
    **DUES_SENTENCES,
}
BUTTONS: dict[str, Message] = {
    "next": N_("Suivant"),
    "cancel": N_("Annuler la visite"),
    "welcome": N_("Accueillir"),
    "not_today": N_("Pas aujourd'hui"),
    "write_down": N_("Écrire son nom"),
    "update": N_("Mettre à jour"),
    "again": N_("Repasser la carte"),
    "without": N_("Sans carte"),
    "anyway": N_("Accueillir quand même"),
    "word": N_("Accueillir sur parole"),
    "trial": N_("Proposer l'essai"),
}


class Act(Enum):
    """A button under an answer: where it leads, and its words."""

    NEXT = "suivant"
    CANCEL = "annuler"
    WELCOME = "accueillir"
    OFFER = "essai"
    WITHOUT = "sans-carte"
    UPDATE = "mettre-a-jour"
    AGAIN = "repasser"
    NOT_TODAY = "pas-aujourd-hui"
    ANYWAY = "quand-meme"


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """What stands on the screen."""

    zone: str  # "ok", "note", "no" or "unk": also the shape
    word: str
    name: str
    lines: Sequence[str]  # facts: the home co-op, until when
    say: str  # what to do
    acts: Sequence[tuple[Act, str]]  # the first one is the main one


def screen_of(shown: Shown) -> Screen:
    """Return the screen of an answer, in the language of the request."""
    outcome = shown.answer.outcome
    return Screen(
        zone=ZONES[outcome],
        word=_word(shown),
        name=shown.name,
        lines=_facts(shown),
        say=_say(shown),
        acts=_acts(shown),
    )


def _word(shown: Shown) -> str:
    code = next(iter(shown.answer.codes), "")
    has_card = shown.answer.verdict is not None and shown.answer.verdict.holder is not None
    if code in WORDS_WITHOUT and not has_card:
        return str(WORDS_WITHOUT[code])
    return str(OUTCOMES[shown.answer.outcome])


def _facts(shown: Shown) -> list[str]:
    answer = shown.answer
    if answer.verdict is None or answer.verdict.holder is None:
        if shown.member is not None:
            return [_("Membre n° %(number)s", number=shown.member.number)]
        return [_fact("without")] if answer.verdict is None and answer.codes[0] in OFFERS else []
    holder = answer.verdict.holder
    if answer.own and holder.card.category == Category.VISITOR:
        home = _fact("trial")
    elif answer.own:
        home = _fact("own")
        if shown.member is not None:
            home = _("Membre de notre coop, n° %(number)s", number=shown.member.number)
    else:
        home = _fact("coop", coop=holder.coop_name, place=holder.coop_place)
    lines = [home]
    codes = {"expired", "not_yet_valid", "revoked"}
    if codes.isdisjoint(answer.codes):
        until = last_day_of_card(holder.card.expires_at)
        lines.append(_fact("until", day=day(until)))
    return lines


def _say(shown: Shown) -> str:
    answer = shown.answer
    if shown.state is State.NOTED and answer.outcome is Outcome.REFUSED:
        return _sentence("noted_anyway")
    said = _first_sentence(shown)
    offer = answer.offer
    if answer.verdict is None and answer.codes[0] in OFFERS:
        return said
    if answer.outcome is Outcome.REFUSED and offer is not None and offer.welcomes:
        instead = _lowered(offer_in_a_sentence(offer))
        return f"{said} {_sentence('instead', offer=instead)}"
    if answer.outcome is Outcome.UNVERIFIED:
        return f"{_sentence('unproven')} {said}"
    return said


def _first_sentence(shown: Shown) -> str:
    answer = shown.answer
    code = next(iter(answer.codes), "")
    if code == "member_left":
        return _left(shown.member)
    if code in DUES and shown.owing is not None:
        return _sentence(code, day=day(shown.owing.lapses))
    if code == "badge_elsewhere":
        return _sentence("badge_elsewhere")
    if code == "unknown_issuer" and shown.by_news:
        return _("Sa coop reste inconnue ici : faites comme sans carte.")
    if code == "already_today" and shown.earlier is not None:
        return _sentence("already_today", hour=hour(shown.earlier))
    if code in OFFERS and answer.offer is not None:
        return offer_in_a_sentence(answer.offer)
    if answer.verdict is not None and answer.verdict.reasons:
        reason = next(one for one in answer.verdict.reasons if one.code == code)
        return reason_in_a_sentence(reason, shown_day=day)
    if answer.own:
        return _sentence("own")
    return _sentence("welcome")


def _left(member: Member | None) -> str:
    if member is not None and member.left is not None:
        return _("A quitté la coop le %(day)s : à voir avec le bureau.", day=day(member.left))
    return _("A quitté la coop : à voir avec le bureau.")


def _acts(shown: Shown) -> list[tuple[Act, str]]:
    return [(act, str(BUTTONS[button])) for act, button in _buttons(shown)]


def _buttons(shown: Shown) -> list[tuple[Act, str]]:
    answer, acts = shown.answer, []
    if shown.state is State.NOTED:
        acts = [(Act.NEXT, "next"), (Act.CANCEL, "cancel")]
    elif shown.welcomes:
        acts = [(Act.WELCOME, "welcome"), (Act.NOT_TODAY, "not_today")]
        if answer.offer is not None and answer.offer.needs:
            acts[0] = (Act.WITHOUT, "write_down")
    elif answer.outcome is Outcome.UNVERIFIED:
        again, without = (Act.AGAIN, "again"), (Act.WITHOUT, "without")
        if answer.codes[0] not in ("unknown_issuer", "newer_format"):
            acts = [again, without]
        elif shown.by_news:
            acts = [without, again]
        else:
            acts = [(Act.UPDATE, "update"), again, without]
        acts.append((Act.ANYWAY, "anyway"))
    else:
        offer = answer.offer
        if answer.verdict is not None and offer is not None and offer.welcomes:
            acts.append((Act.OFFER, "word" if offer.kind is Without.WORD else "trial"))
        acts += [(Act.NOT_TODAY, "not_today"), (Act.ANYWAY, "anyway")]
    return acts


def _fact(name: str, **facts: str) -> str:
    return translate(FACTS[name].msgid) % facts


def _sentence(name: str, **facts: str) -> str:
    return translate(SENTENCES[name].msgid) % facts


def strip_of(lists_from: int | None, *, now: int) -> str:
    """Return how old the lists are."""
    if lists_from is None:
        return _("Aucune liste d'une autre coop")
    return _("Listes : %(moment)s", moment=moment(lists_from, now=now))


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
