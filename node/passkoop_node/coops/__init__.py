"""Ourselves and the co-ops we know: profile, keys, pairings, signed documents."""

from passkoop_node.coops.store import migrations
from passkoop_node.core.feature import Feature

FEATURE = Feature(name="coops", migrations=migrations)
