"""What became of a letter that was shown to a server."""

from dataclasses import dataclass
from enum import Enum


class Fate(Enum):
    """What became of a letter that was shown to a server."""

    SENT = "sent"
    LATER = "later"  # not now
    NEVER = "never"
    UNCERTAIN = "uncertain"  # it has the whole letter, and said nothing
    TROUBLE = "trouble"  # the server does not take what is ours: no letter is at fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a letter, and why."""

    fate: Fate
    why: str = ""  # a code of ours
    answer: str = ""  # of the server
    wait: int = 0  # seconds for which it asks to be left alone
    hung_up: bool = False  # the connection is of no more use
