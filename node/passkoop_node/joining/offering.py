"""What joining costs: the co-op's amounts and shares, and what somebody chose of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from passkoop_node.core import formats
from passkoop_node.core.forms import Form, told
from passkoop_node.core.language import N_, _
from passkoop_node.dues.amounts import Amount, Whom
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.joining.answers import Answers
from passkoop_node.joining.questions import MOST_SHARES, Questions
from passkoop_node.visits.money import BadAmount, check_amount, parse_amount, typed_amount

OWN = "usuel"  # of the form: the plan's own amount, which has no name


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What joining costs."""

    amounts: Sequence[Amount]  # of a year's dues; none: the co-op asks for no dues
    share_cents: int  # 0: the co-op has no shares
    least_shares: int

    @property
    def typed(self) -> Mapping[str, str]:
        """What the form holds before anybody types."""
        typed = {"shares": str(self.least_shares)} if self.share_cents else {}
        if self.amounts:
            first = self.amounts[0]
            typed["offer"] = first.name or OWN
            typed["amount"] = typed_amount(first.cents) if first.is_open and first.cents else ""
        return typed

    @property
    def has_open(self) -> bool:
        """Whether one of the amounts is as one likes."""
        return any(one.is_open for one in self.amounts)


def offer_of(ledger: Ledger, questions: Questions) -> Offer | None:
    """Return what joining costs; None where it costs nothing."""
    plan = ledger.plan
    asked = () if plan.yearly is Yearly.NONE else ledger.amounts.all(plan)
    # Who joins has no household yet.
    amounts = [one for one in asked if one.whom is not Whom.HOUSEHOLD]
    if not amounts and not questions.share_cents:
        return None
    return Offer(
        amounts=amounts,
        share_cents=questions.share_cents,
        least_shares=questions.least_shares,
    )


def costs(amount: Amount) -> str:
    """Return what an amount costs, in words."""
    if amount.is_open:
        return _("prix libre")
    return _("gratuit") if amount.is_gift else formats.money(amount.cents)


def read_offer(form: Form, offer: Offer | None, answers: Answers, *, today: date) -> Answers:
    """Return the answers with what was chosen; what is wrong is noted in the form."""
    if offer is None:
        return answers
    if offer.share_cents:
        answers = replace(answers, shares=_shares(form, offer))
    if not offer.amounts:
        return answers
    by_name = {one.name or OWN: one for one in offer.amounts}
    if len(by_name) == 1:
        form.typed["offer"] = next(iter(by_name))
    chosen = form.choice("offer", by_name)
    if chosen is None:
        return answers
    age = today.year - answers.birth_year if answers.birth_year is not None else None
    if chosen.most_age is not None and age is not None and age > chosen.most_age:
        form.wrong("offer", N_("Ce montant est pour les moins âgés : choisissez-en un autre."))
    cents = chosen.cents
    if chosen.is_open and form["amount"].strip():
        try:
            cents = parse_amount(form["amount"])
        except BadAmount as error:
            form.wrong("amount", told(error))
    return replace(answers, offer=chosen.name, cents=cents)


def _shares(form: Form, offer: Offer) -> int:
    text = form["shares"].strip() or str(offer.least_shares)
    is_number = text.isascii() and text.isdecimal() and len(text) < 6
    if not is_number or not offer.least_shares <= int(text) <= MOST_SHARES:
        form.wrong(
            "shares",
            N_(
                "Un nombre de parts, de %(least)s à %(most)s.",
                least=offer.least_shares,
                most=MOST_SHARES,
            ),
        )
        return offer.least_shares
    try:
        check_amount(int(text) * offer.share_cents)
    except BadAmount as error:
        form.wrong("shares", told(error))
    return int(text)
