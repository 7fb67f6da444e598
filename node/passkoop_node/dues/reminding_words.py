"""What reminders say: the co-op's own text, or ours in the member's language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from passkoop_node.channels.words import language_of
from passkoop_node.core.formats import day
from passkoop_node.core.language import N_, Message, _, ngettext, speaking
from passkoop_node.core.letters import MAX_SUBJECT
from passkoop_node.dues.iban import in_fours
from passkoop_node.dues.plan import Plan
from passkoop_node.dues.transfers import Transfer
from passkoop_node.members.member import Member
from passkoop_node.members.text import fold
from passkoop_node.visits.money import shown_amount

LONGEST = 4_000  # characters of a text
# What may stand in a text: {prénom}, with or without its accents.
FIELDS: Mapping[str, Message] = {
    "prénom": N_("le prénom"),
    "nom": N_("le prénom et le nom"),
    "montant": N_("ce qui reste à payer d'une année"),
    "date": N_("le dernier jour payé"),
    "lien": N_("le lien pour payer en ligne"),
    "référence": N_("la référence du virement"),
    "coop": N_("le nom de la coop"),
}
_PLACE = re.compile(r"\{([^{}\n]{0,40})\}")
_NAMES = {fold(name): name for name in FIELDS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """The co-op's own words; "": ours are used, in each member's language."""

    subject: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A reminder as it goes."""

    subject: str
    text: str
    sms: str


def unknown_fields(text: str) -> list[str]:
    """Return what stands in braces and is no field."""
    return [name for name in _PLACE.findall(text) if fold(name) not in _NAMES]


def write(
    texts: Texts,
    member: Member,
    *,
    plan: Plan,
    until: date | None,
    step: int,
    coop: str,
    cents: int,
    link: str = "",
    transfer: Transfer | None = None,
) -> Written:
    """Return a reminder to one member.

    Args:
        texts: the co-op's own words.
        member: to whom; the default text is in their language.
        plan: what the co-op asks.
        until: the last day that they paid for; None: never.
        step: days since they owe; below zero: before.
        coop: its name.
        cents: what is left to pay of a year; 0: nothing is asked.
        link: to pay on line, "" where there is none.
        transfer: how to send the amount; None: the co-op takes no transfers.
    """
    own = texts.after if step > 0 else texts.before
    with speaking(language_of(member)):
        values = {
            "prenom": member.given_name or member.full_name,
            "nom": member.full_name,
            "montant": shown_amount(cents) if cents else "",
            "date": day(until) if until else "",
            "lien": link,
            "reference": in_fours(transfer.reference) if transfer else "",
            "coop": coop,
        }
        subject = texts.subject or _("Votre cotisation – %(coop)s", coop=coop)
        sms = _sms(values, until=until, step=step)
        text = own or _ours(values, transfer, plan=plan, until=until, step=step)
    return Written(
        subject=" ".join(_filled(subject, values).split())[:MAX_SUBJECT],
        text=_filled(text, values) if own else text,
        sms=_filled(own, values) if own else sms,
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its fields filled in; lines in which all fields are empty are left out."""
    lines = []
    for line in text.splitlines():
        named = [fold(name) for name in _PLACE.findall(line)]
        if named and not any(values.get(name) for name in named):
            continue
        lines.append(_PLACE.sub(lambda found: values.get(fold(found[1]), found[0]), line))
    return "\n".join(lines).strip()


def _ours(
    values: Mapping[str, str],
    transfer: Transfer | None,
    *,
    plan: Plan,
    until: date | None,
    step: int,
) -> str:
    paragraphs = [
        _("Bonjour %(name)s,", name=values["prenom"]),
        _said(values, until=until, step=step),
        _asked(plan) if plan.cents else "",
        _("Vous pouvez la régler au magasin, ou comme d'habitude."),
        values["lien"] and _("En ligne : %(link)s", link=values["lien"]),
        _("Par virement :") + f"\n{transfer.text}" if transfer else "",
        _("Si vous venez de la régler, ne tenez pas compte de ce message. Merci !"),
        values["coop"],
    ]
    return "\n\n".join(filter(None, paragraphs))


def _asked(plan: Plan) -> str:
    amount = shown_amount(plan.cents)
    if plan.is_free:
        return _("Le montant est libre ; nous proposons %(amount)s.", amount=amount)
    return _("Une année, c'est %(amount)s.", amount=amount)


def _said(values: Mapping[str, str], *, until: date | None, step: int) -> str:
    if until is None:
        return _("Nous n'avons pas encore reçu votre cotisation.")
    if step >= 0:  # the first day that is not paid for, or later
        return _(
            "Votre cotisation était payée jusqu'au %(day)s : c'est le moment de la renouveler.",
            day=values["date"],
        )
    return _("Votre cotisation est payée jusqu'au %(day)s.", day=values["date"]) + (
        " " + _("Pensez à la renouveler.")
    )


def _sms(values: Mapping[str, str], *, until: date | None, step: int) -> str:
    said = _said(values, until=until, step=step)
    return " ".join(filter(None, (f"{values['coop']} :", said, values["lien"])))


def said_step(step: int) -> str:
    """Return when a reminder goes, in words."""
    if step < 0:
        return ngettext("%(num)s jour avant", "%(num)s jours avant", -step)
    if step == 0:
        return _("le jour même")
    return ngettext("%(num)s jour après", "%(num)s jours après", step)
