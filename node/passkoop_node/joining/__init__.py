"""Becoming a member: what the co-op asks, who asked to join, and what the office answers."""

from passkoop_node.core.feature import Feature, Pages
from passkoop_node.joining.store import migrations


def _pages() -> Pages:
    from passkoop_node.joining.pages import pages

    return pages()


FEATURE = Feature(name="joining", migrations=migrations, pages=_pages)
