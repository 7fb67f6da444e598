"""A member's own page: the card, the booklet, all their data, and how they leave."""

from passkoop_node.booklet.schema import migrations
from passkoop_node.core.feature import Feature, Pages


def _pages() -> Pages:
    from passkoop_node.booklet.pages import pages

    return pages()


FEATURE = Feature(name="booklet", migrations=migrations, pages=_pages)
