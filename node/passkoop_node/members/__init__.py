"""The register of members: who they are, and how they come in from a file."""

from passkoop_node.core.feature import Feature, Pages
from passkoop_node.members.figures import migrations  # of the register, and these


def _pages() -> Pages:
    from passkoop_node.members.pages import pages

    return pages()


FEATURE = Feature(name="members", migrations=migrations, pages=_pages)
