"""What a card shows to people, on paper or as a picture."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintableCard:
    """A signed card with the words that stand beside its code."""

    text: str  # what the code holds
    holder_name: str
    coop_name: str
    return_address: str  # where a lost card is sent, in lines; empty if the co-op gave none
    number: str  # the holder's number in the co-op's register, as it is shown
    category: int  # 0 to 23, see `passkoop_protocol.card.Category`
    valid_until: datetime.date  # the last day on which the card is good
