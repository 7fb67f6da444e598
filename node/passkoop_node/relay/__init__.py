"""How co-ops keep each other up to date: what came is handed on, and asked for, all by itself."""

from passkoop_node.core.feature import Feature, Pages
from passkoop_node.relay.store import migrations


def _pages() -> Pages:
    from passkoop_node.relay.pages import pages

    return pages()


FEATURE = Feature(name="relay", migrations=migrations, pages=_pages)
