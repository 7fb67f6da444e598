"""What the co-op gives to whoever brings a new member."""

from dataclasses import dataclass
from enum import StrEnum

MOST_MONTHS = 12
MOST_WORDS = 600  # characters of a word of thanks


class Gift(StrEnum):
    """What is given."""

    NONE = "none"
    THANKS = "thanks"  # a word, by the way in which the member is written to
    AMOUNT = "amount"  # in euros, handed over at the till or taken off
    MONTHS = "months"  # of dues


class When(StrEnum):
    """From when on it is due."""

    JOINED = "joined"  # at once
    PAID = "paid"  # once the new member is up to date; where no dues are asked, at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Reward:
    """The co-op's rule."""

    gift: Gift = Gift.NONE
    when: When = When.JOINED
    cents: int = 0  # of Gift.AMOUNT
    months: int = 0  # of Gift.MONTHS
    words: str = ""  # of thanks, "" for ours; they go with every gift

    @property
    def value(self) -> int:
        """How much of it: cents, or months; 0 for words alone."""
        return {Gift.AMOUNT: self.cents, Gift.MONTHS: self.months}.get(self.gift, 0)
