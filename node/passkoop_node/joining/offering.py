"""What joining costs, as the co-op's dues say it, and what somebody chose of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aiohttp import web

from passkoop_node.core.forms import Form, told
from passkoop_node.core.handling import the
from passkoop_node.core.language import N_, Message
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.joining.answers import Answers
from passkoop_node.visits.money import BadAmount, parse_amount, typed_amount


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What joining costs."""

    title: Message
    cents: int
    is_free: bool  # each gives what they like; `cents` is what is proposed

    @property
    def typed(self) -> Mapping[str, str]:
        """What the form holds before anybody types."""
        return {"amount": typed_amount(self.cents) if self.cents else ""} if self.is_free else {}


def offer_of(request: web.Request) -> Offer | None:
    """Return what joining costs; None where the co-op asks for no dues."""
    plan = the(request, Ledger).plan
    if plan.yearly is Yearly.NONE:
        return None
    return Offer(title=N_("Cotisation d'un an"), cents=plan.cents, is_free=plan.is_free)


def read_offer(form: Form, offer: Offer | None, answers: Answers, *, code: str) -> Answers:
    """Return the answers with what was chosen; what is wrong is noted in the form."""
    answers = replace(answers, code=code)
    if offer is None:
        return answers
    cents = offer.cents
    if offer.is_free and form["amount"].strip():
        try:
            cents = parse_amount(form["amount"])
        except BadAmount as error:
            form.wrong("amount", told(error))
    return replace(answers, offer=offer.title.msgid, cents=cents)
