"""The words and pages of a till that is alone: made here, filled in there.

No sentence is written twice: each comes from where the node takes it, its places left open.
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from passkoop_node.core import formats
from passkoop_node.core.forms import Form
from passkoop_node.core.frame import PAGES
from passkoop_node.core.handling import now
from passkoop_node.core.language import N_, Message, translate
from passkoop_node.till.room import READY
from passkoop_node.till.saying import (
    BUTTONS,
    FACTS,
    SENTENCES,
    WORDS_WITHOUT,
    ZONES,
    Act,
    Screen,
    strip_of,
)
from passkoop_node.till.shown import CODES, Shown
from passkoop_node.till.words import OUTCOMES as WORDS
from passkoop_node.till.words import REASONS
from passkoop_node.visits.counting import AS_IF_WITHOUT, OFFERS, RULES, Offer
from passkoop_node.visits.guests import TRIALS, needs_of
from passkoop_node.visits.reception import Answer
from passkoop_node.visits.wording import offer_in_a_sentence
from passkoop_protocol.verdict import OUTCOMES, Outcome
from passkoop_protocol.welcome import Without

HERE = f"{READY}/r/{'0' * 16}"  # stands for an answer's address
_DAY = datetime.date(3777, 7, 7)  # stands for a day
_USED, _LEFT = 7_770_000, 1_110_000  # stand for numbers

ALONE: dict[str, Message] = {
    "badge": N_("Sans Pass'Koop, un badge ne dit pas qui c'est : demandez la carte."),
    "not_now": N_("Pas tant que Pass'Koop ne répond pas. La carte, elle, se vérifie ici."),
    "write_down": N_(
        "Pour inscrire quelqu'un, attendez Pass'Koop, ou accueillez quand même et donnez son nom."
    ),
    "noted": N_("Visite notée : elle partira au retour de Pass'Koop."),
    "cancelled": N_("Visite annulée."),
    "empty": N_("Écrivez quelque chose ici."),
    "amount": N_("Vérifiez le montant, puis recommencez : 23,50 par exemple."),
    "to_send": N_("À envoyer."),
    "refused": N_("Pas prise par Pass'Koop. %(why)s"),
}
_CORRECTION = N_("Une correction")
_KINDS = (FACTS["own"], N_("Avec une carte"), FACTS["without"], _CORRECTION, _CORRECTION)


def words(request: web.Request, *, stays: int, asks_name: bool) -> dict[str, Any]:
    """Return what a till alone may have to say and show, in the language of the request.

    Args:
        stays: see `Desk.stays`.
        asks_name: see `Desk.asks_name`.
    """
    return {
        "language": str(formats.locale()).replace("_", "-"),
        "says": {
            **{name: said(message) for name, message in {**SENTENCES, **ALONE}.items()},
            "facts": {name: said(message) for name, message in FACTS.items()},
            "buttons": {name: said(message) for name, message in BUTTONS.items()},
            "words": {int(one): said(message) for one, message in WORDS.items()},
            "words_without": {name: said(message) for name, message in WORDS_WITHOUT.items()},
            "reasons": {name: said(message) for name, message in REASONS.items()},
            "offers": dict(_offers()),
            "kinds": [said(message) for message in _KINDS],  # by Kind, of lines that wait
            "strip": _strip(now(request)),
        },
        "tables": {
            "outcomes": {code: int(one) for code, one in {**OUTCOMES, **OFFERS, **CODES}.items()},
            "zones": {int(one): zone for one, zone in ZONES.items()},
            "rules": {int(one): rule.value for one, rule in RULES.items()},
            "needs": {int(one): needs_of(one) for one in Without},
            "trials": sorted(int(one) for one in TRIALS),
            "as_if_without": sorted(AS_IF_WITHOUT),
        },
        "pages": dict(_pages(request, {"stays": stays, "hides_name": asks_name})),
    }


def said(message: Message) -> str:
    """Return a sentence with its places still open."""
    return translate(message.msgid)


def _offers() -> Iterator[tuple[str, list[str]]]:
    """Yield each sentence about somebody without a card, for one and for many."""
    for code in OFFERS:
        kinds = [Without.WORD]
        if code.startswith("trial"):
            kinds = sorted(TRIALS)
        for kind in kinds:
            for needs in (False, True) if code == "trial_last" else (code == "trial_first",):
                one = _offer(code, kind, needs=needs, used=1, left=1)
                many = _offer(code, kind, needs=needs, used=_USED, left=_LEFT)
                yield f"{code}/{int(kind)}/{int(needs)}", [one, many]


def _offer(code: str, kind: Without, *, needs: bool, used: int, left: int) -> str:
    offer = Offer(
        code=code,
        kind=kind,
        used=used,
        left=left,
        last_day=_DAY,
        card_from=_LEFT,
        needs=needs_of(kind) if needs else (),
    )
    places = {
        str(_USED + _LEFT): "%(all)s",
        str(_USED + 1): "%(next)s",
        str(_USED): "%(used)s",
        str(_LEFT): "%(num)s",
        formats.day(_DAY): "%(day)s",
    }
    return _opened(offer_in_a_sentence(offer), places)


def _strip(moment: int) -> dict[str, Any]:
    """Return how the age of the lists is said, by days ago."""
    none = strip_of(None, now=moment)
    by_days = []
    for days in (0, 1, 2):
        at = moment - days * 86_400
        places = {formats.hour(at): "%(hour)s", formats.day(at): "%(day)s"}
        by_days.append(_opened(strip_of(at, now=moment), places))
    return {"none": none, "by_days": by_days}


def _opened(text: str, places: Mapping[str, str]) -> str:
    text = text.replace("%", "%%")
    for shown, place in places.items():
        text = text.replace(shown, place)
    return text


def _pages(request: web.Request, settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    show = request.app[PAGES].page
    moment = now(request)
    common = {"form": Form(), "here": HERE, "strip": "", "alone": True, **settings}
    yield (
        "ready",
        show(request, "till/ready.html", common | {"recent": [], "zones": ZONES}),
    )
    yield "waiting", show(request, "till/waiting.html", common)
    yield "without", show(request, "till/without.html", common | _WITHOUT)
    nobody = Answer(outcome=Outcome.REMARK, codes=())
    shown = Shown(id="0" * 16, till="", at=moment, answer=nobody, name="…")
    yield "anyway", show(request, "till/anyway.html", common | {"shown": shown})
    for zone in ZONES.values():
        screen = Screen(
            zone=zone, word="…", name="…", lines=["…"], say="…", acts=[(act, "…") for act in Act]
        )
        values = {"shown": shown, "screen": screen, "noted": True, "noted_at": "%(hour)s"}
        yield (
            zone,
            show(request, "till/answer.html", common | values | {"ask_amount": True, "Act": Act}),
        )


_WITHOUT = {
    "sentence": "",
    "welcomes": True,
    "writes_down": False,
    "needs": (),
    "like": [],
    "asked": False,
}
