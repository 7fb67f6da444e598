"""Cards: issuing them, the lists that take them back, and how they look on paper."""

from passkoop_node.cards.schema import migrations
from passkoop_node.core.feature import Feature, Pages


def _pages() -> Pages:
    from passkoop_node.cards.pages import pages

    return pages()


FEATURE = Feature(name="cards", migrations=migrations, pages=_pages)
