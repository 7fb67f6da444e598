"""Becoming a member: what the co-op asks, who asked to join, and what the office answers."""

from passkoop_node.core.feature import Feature
from passkoop_node.joining.store import migrations

FEATURE = Feature(name="joining", migrations=migrations)
