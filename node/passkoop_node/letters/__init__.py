"""Segments of the members, writing to them, labels and letters on paper."""

from passkoop_node.core.feature import Feature, Pages
from passkoop_node.letters.mailing_store import migrations


def _pages() -> Pages:
    from passkoop_node.letters.pages import pages

    return pages()


FEATURE = Feature(name="letters", migrations=migrations, pages=_pages)
