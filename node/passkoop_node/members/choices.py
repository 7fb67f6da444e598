"""What somebody said once that the columns of their files are."""

from collections.abc import Mapping
from typing import Any

from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.members.member import FIELDS

CHOICES: Setting[dict[str, Any]] = Setting(name="members.columns", default={})
MOST = 300  # the ones chosen last stay


def remembered(settings: SettingsStore) -> Mapping[str, str]:
    """Return what columns are, by their header as `normalised` gives it; "" is nothing."""
    kept = settings.get(CHOICES)
    return {key: field for key, field in kept.items() if field in (*FIELDS, "")}


def remember(settings: SettingsStore, chosen: Mapping[str, str]) -> None:
    """Keep what was chosen, over what was chosen before."""
    before = settings.get(CHOICES)
    kept = {key: field for key, field in before.items() if key not in chosen} | dict(chosen)
    if kept != before:
        settings.set(CHOICES, dict(list(kept.items())[-MOST:]))
