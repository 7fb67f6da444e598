"""What somebody said once that the columns of the bank's files are."""

from collections.abc import Mapping
from typing import Any

from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.bankfiles import FIELDS

_CHOICES: Setting[dict[str, Any]] = Setting(name="dues.columns", default={})
_MOST = 100  # the ones chosen last stay


def remembered(settings: SettingsStore) -> Mapping[str, str]:
    """Return what columns are, by their header as `normalised` gives it; "" is nothing."""
    kept = settings.get(_CHOICES)
    return {key: field for key, field in kept.items() if field in (*FIELDS, "")}


def remember(settings: SettingsStore, chosen: Mapping[str, str]) -> None:
    """Keep what was chosen, over what was chosen before."""
    kept = {key: field for key, field in settings.get(_CHOICES).items() if key not in chosen}
    settings.set(_CHOICES, dict(list((kept | dict(chosen)).items())[-_MOST:]))
