"""The register of members: who they are, and how they come in from a file."""

from passkoop_node.core.feature import Feature
from passkoop_node.members.store import migrations

FEATURE = Feature(name="members", migrations=migrations)
