"""For till software of others: cards verified and visits noted over HTTP, by a token."""

from passkoop_node.api.tokens import migrations
from passkoop_node.core.feature import Feature, Pages


def _pages() -> Pages:
    from passkoop_node.api.pages import pages

    return pages()


FEATURE = Feature(name="api", migrations=migrations, pages=_pages)
