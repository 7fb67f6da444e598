"""What a room hands to the house."""

from dataclasses import dataclass

from sqlite_utils import Migrations


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """A subject of the co-op, as the house sees it."""

    name: str  # stable, English: it is in settings
    migrations: Migrations  # its tables; the set is named like the feature
