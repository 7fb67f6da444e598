"""A visit: what the till says of it, and the line of the register that it becomes."""

import datetime
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.members.text import clean
from passkoop_node.visits.money import check_amount
from passkoop_protocol.keys import CoopId
from passkoop_protocol.verdict import Outcome

LEEWAY = 600  # seconds that a till's clock may be ahead of ours
LONGEST = {"name": 100, "email": 254, "reason": 500}  # characters
LONGEST_ID = 64  # of a till, or of a line


class Kind(IntEnum):
    """What a line of the register says."""

    OWN = 0  # a member of ours came
    CARD = 1  # a member of another co-op came, with a card
    WITHOUT = 2  # somebody came without one, or with a visitor's card of ours
    CANCEL = 3  # an earlier line was a mistake
    AMOUNT = 4  # an earlier line's amount was another one


VISITS = frozenset({Kind.OWN, Kind.CARD, Kind.WITHOUT})


class Rule(StrEnum):
    """Under which rule somebody was welcomed."""

    NONE = ""  # a correction welcomes nobody
    OWN = "own"
    NETWORK = "network"
    WORD = "word"
    VISITS = "visits"
    DAYS = "days"
    SPONSOR = "sponsor"
    ANYWAY = "anyway"  # against the rules, with a reason


class BadVisit(NodeError):
    """What was said of a visit cannot be kept."""

    code = "bad_visit"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.hint = _("Corrigez cette ligne, puis recommencez : rien n'a été noté.")


class FutureVisit(NodeError):
    """The visit is dated ahead of our clock."""

    code = "visit_in_future"

    def __init__(self, at: int) -> None:
        super().__init__(_("cette visite est datée de l'avenir"))
        self.hint = _("Vérifiez la date et l'heure de l'appareil qui l'a notée.")
        self.at = at


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What a line says in words about a person. Erased after a while, or when asked."""

    name: str = ""  # of somebody without a card
    email: str = ""
    reason: str = ""  # of « accueillir quand même »

    def __bool__(self) -> bool:
        return bool(self.name or self.email or self.reason)


NO_WORDS = Words()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewVisit:
    """A line as a till sends it. The same line sent again is the same visit."""

    till: str  # who noted it: a device's id, "bureau", a sheet's number
    line: str  # its own number of the line, never used again
    at: int  # seconds, UTC
    kind: Kind
    home: CoopId | None = None  # the home co-op's present id; ours for OWN; WITHOUT: as they say
    member_ref: bytes | None = None  # of the card, or of the guest; never stored as it is
    category: int | None = None  # the card's
    amount: int | None = None  # cents; None: not counted
    outcome: Outcome | None = None  # what the till showed
    reasons: tuple[str, ...] = ()  # its codes
    rule: Rule = Rule.NONE
    corrects: tuple[str, str] | None = None  # till and line of the line that a correction is about
    words: Words = NO_WORDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A line of the register, as it was written and stays."""

    seq: int  # from 1, without gaps
    till: str
    line: str
    at: int
    received: int  # seconds, UTC
    day: datetime.date  # in the shop
    kind: Kind
    home: CoopId | None
    category: int | None
    amount: int | None
    outcome: Outcome | None
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]  # codes added when it was written down: see `register`
    rule: Rule
    corrects: tuple[str, str] | None
    holder_mac: bytes  # over the salted pseudonym of the person; empty: nobody in particular
    words_mac: bytes  # over the salted words; empty: none were said
    hash: bytes  # of this line and all before it


def check_visit(new: NewVisit, *, now: int) -> None:
    """Return quietly if a line can be kept. A late one always can.

    Raises:
        FutureVisit: dated more than ten minutes ahead.
        BadAmount, BadVisit: as they say.
    """
    for id in (new.till, new.line, *(new.corrects or ())):
        if not 0 < len(id) <= LONGEST_ID or not id.isprintable() or not id.isascii():
            raise BadVisit(_("cette ligne n'a pas de numéro qui convienne"))
    if new.at > now + LEEWAY:
        raise FutureVisit(new.at)
    if new.at < 0:
        raise BadVisit(_("cette visite n'a pas de date qui convienne"))
    if new.amount is not None:
        check_amount(new.amount)
    if new.member_ref is not None and len(new.member_ref) != 8:
        raise BadVisit(_("cette carte n'a pas de référence qui convienne"))
    if new.category is not None and not 0 <= new.category <= 23:
        raise BadVisit(_("cette carte n'a pas de catégorie qui convienne"))
    if not all(code.isascii() and code.replace("_", "").isalnum() for code in new.reasons):
        raise BadVisit(_("cette ligne donne une raison inconnue"))
    if new.rule is Rule.ANYWAY and not new.words.reason:
        raise BadVisit(_("dites pourquoi cette personne est accueillie quand même"))
    _check_kind(new)
    _check_words(new.words)


def _check_kind(new: NewVisit) -> None:
    correction = new.kind not in VISITS
    if correction != (new.corrects is not None) or correction != (new.rule is Rule.NONE):
        raise BadVisit(_("une correction nomme la ligne qu'elle corrige, une visite sa règle"))
    if new.kind is Kind.AMOUNT and new.amount is None:
        raise BadVisit(_("il manque le montant corrigé"))
    if new.corrects == (new.till, new.line):
        raise BadVisit(_("une ligne ne peut pas se corriger elle-même"))
    has_card = new.kind in (Kind.OWN, Kind.CARD)
    if has_card and (new.home is None or new.member_ref is None):
        raise BadVisit(_("cette ligne ne dit pas de qui est la carte"))
    if correction and (new.home or new.member_ref):
        raise BadVisit(_("une correction ne nomme personne"))
    if new.home is not None and len(new.home) != 10:
        raise BadVisit(_("cette ligne ne dit pas de quelle coop est la carte"))


def _check_words(words: Words) -> None:
    for field, longest in LONGEST.items():
        text: str = getattr(words, field)
        if len(text) > longest or clean(text) != text:
            raise BadVisit(_("« %(text)s… » est trop long ou illisible", text=clean(text)[:20]))
