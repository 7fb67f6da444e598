"""What the co-op takes out of Pass'Koop: lists for spreadsheets, and all that it keeps."""

from sqlite_utils import Migrations

from passkoop_node.core.feature import Feature, Pages

# Nothing is kept: the other rooms' tables are read.
migrations = Migrations("takeout")


def _pages() -> Pages:
    from passkoop_node.takeout.pages import pages

    return pages()


FEATURE = Feature(name="takeout", migrations=migrations, pages=_pages)
