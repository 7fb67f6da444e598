"""Yearly dues and shares: what was paid, for which time, and who is up to date."""

from passkoop_node.core.feature import Feature, Pages
from passkoop_node.dues.store import migrations


def _pages() -> Pages:
    from passkoop_node.dues.pages import pages

    return pages()


FEATURE = Feature(name="dues", migrations=migrations, pages=_pages)
