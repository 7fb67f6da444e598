"""Amounts: whole cents, as people type and read them."""

import re
from decimal import Decimal

from passkoop_node.core.language import _
from passkoop_node.errors import NodeError

LIMIT = 10_000_000  # cents: no purchase in a food co-op reaches 100,000 euros
MOST = 100_000_000_000_000  # cents: of a month's turnover; keeps sums within what SQLite adds

# Blanks part thousands; a point only where a comma follows, and the other way round in English:
# else nobody knows what 1.234 is.
_TYPED = re.compile(
    r"(?P<euros>[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,](?P<cents>[0-9]{1,2}))?"
    r"|(?P<parted>[0-9]{1,3}(?:(?P<mark>[.,])[0-9]{3})(?:(?P=mark)[0-9]{3})*)"
    r"(?!(?P=mark))[.,](?P<rest>[0-9]{1,2})"
)
_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " "))


class BadAmount(NodeError):
    """An amount that no purchase has."""

    code = "bad_amount"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.hint = _("Vérifiez le montant, puis recommencez : 23,50 par exemple.")


def check_amount(cents: int, *, limit: int = LIMIT) -> None:
    """Return quietly if `cents` can be what a purchase came to.

    Raises:
        BadAmount: below zero, or `limit` and more.
    """
    if cents < 0:
        raise BadAmount(_("un montant ne peut pas être négatif"))
    if cents >= limit:
        raise BadAmount(_("ce montant est trop grand pour être vrai"))


def parse_amount(text: str, *, limit: int = LIMIT) -> int:
    """Return the cents of « 23,50 », « 23.5 €  », « 1 234 », « €1,234.50 ».

    Raises:
        BadAmount: it is no amount, or one that cannot be.
    """
    plain = text.translate(_BLANKS).strip().removeprefix("€").removesuffix("€").strip()
    if plain.startswith(("-", "−")):
        raise BadAmount(_("un montant ne peut pas être négatif"))
    found = _TYPED.fullmatch(plain)
    if found is None or len(plain) > 30:
        raise BadAmount(_("« %(text)s » n'est pas un montant", text=text[:30]))
    euros = re.sub("[ .,]", "", found["euros"] or found["parted"])
    cents = (found["cents"] or found["rest"] or "").ljust(2, "0")
    amount = int(euros) * 100 + int(cents)
    check_amount(amount, limit=limit)
    return amount


def plain_amount(cents: int) -> str:
    """Return « 1234,50 », for spreadsheets."""
    return f"{cents // 100},{cents % 100:02}"


def typed_amount(cents: int) -> str:
    """Return « 1234,50 », in English « 1234.50 »: what somebody would type, to be corrected."""
    from passkoop_node.core.formats import decimal_sign  # and with it Babel

    return plain_amount(cents).replace(",", decimal_sign())


def shown_amount(cents: int) -> str:
    """Return « 1 234,50 € », as the language of the request writes it."""
    from passkoop_node.core.formats import money  # and with it Babel

    return money(cents)


def shown_share(millionths: int) -> str:
    """Return « 18,3 % » for 183,000 millionths, cut, never rounded up to a limit's other side."""
    from passkoop_node.core.formats import percent

    return percent(Decimal(millionths // 1_000) / 1_000, places=1)
