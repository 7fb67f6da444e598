"""Visits: who was welcomed here, under which rules, and what has to be proven of it."""

from passkoop_node.core.feature import Feature
from passkoop_node.visits.store import migrations

FEATURE = Feature(name="visits", migrations=migrations)
