"""The till: a card is scanned, judged by our rules, and the visit kept."""

from sqlite_utils import Migrations

from passkoop_node.core.feature import Feature, Pages

# Visits are kept by their own room; what is on a screen is kept in memory alone.
migrations = Migrations("till")


def _pages() -> Pages:
    from passkoop_node.till.pages import pages

    return pages()


FEATURE = Feature(name="till", migrations=migrations, pages=_pages)
