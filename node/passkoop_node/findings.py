"""What looking at a node finds: one value for each thing looked at."""

from dataclasses import dataclass
from enum import Enum

from passkoop_node.core.language import Message


class Level(Enum):
    """How pressing a finding is."""

    OK = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at."""

    code: str  # stable, English
    level: Level
    says: Message
    to_do: Message | None = None
