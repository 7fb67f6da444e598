"""Yearly dues and shares: what was paid, for which time, and who is up to date."""

from passkoop_node.core.feature import Feature, Pages
from passkoop_node.dues import schema
from passkoop_node.dues.store import migrations


def _pages() -> Pages:
    from passkoop_node.dues.pages import pages

    return pages()


# The migrations of `schema` come after those of `store`: importing it adds them.
assert schema.migrations is migrations

FEATURE = Feature(name="dues", migrations=migrations, pages=_pages)
