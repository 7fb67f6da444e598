"""Visits: who was welcomed here, under which rules, and what has to be proven of it."""

from passkoop_node.core.feature import Feature, Pages
from passkoop_node.visits.store import migrations


def _pages() -> Pages:
    from passkoop_node.visits.pages import pages

    return pages()


FEATURE = Feature(name="visits", migrations=migrations, pages=_pages)
