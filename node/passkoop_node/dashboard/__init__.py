"""The co-op in figures: its members, dues and visits, as plots and tables."""

from sqlite_utils import Migrations

from passkoop_node.core.feature import Feature, Pages

# Nothing is kept: the other rooms' tables are counted.
migrations = Migrations("dashboard")


def _pages() -> Pages:
    from passkoop_node.dashboard.pages import pages

    return pages()


FEATURE = Feature(name="dashboard", migrations=migrations, pages=_pages)
