"""Yearly dues and shares: what was paid, for which time, and who is up to date."""

from passkoop_node.core.feature import Feature
from passkoop_node.dues.store import migrations

FEATURE = Feature(name="dues", migrations=migrations)
