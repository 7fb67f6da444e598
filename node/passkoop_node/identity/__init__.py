"""What the co-op is: its keys, and what it says of itself."""

from sqlite_utils import Migrations

from passkoop_node.core.feature import Feature, Pages

# Keys and settings are kept by `coops`, `core` and `cards`.
migrations = Migrations("identity")


def _pages() -> Pages:
    from passkoop_node.identity.pages import pages

    return pages()


FEATURE = Feature(name="identity", migrations=migrations, pages=_pages)
