"""Ourselves and the co-ops we know: profile, keys, pairings, signed documents."""

from passkoop_node.coops.schema import migrations
from passkoop_node.core.feature import Feature

FEATURE = Feature(name="coops", migrations=migrations)
