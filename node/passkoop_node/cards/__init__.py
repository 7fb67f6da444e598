"""Cards: issuing them, the lists that take them back, and how they look on paper."""

from passkoop_node.cards.store import migrations
from passkoop_node.core.feature import Feature

FEATURE = Feature(name="cards", migrations=migrations)
