"""The other co-ops, for the office: who is known, pairing with one, files to and fro."""

from sqlite_utils import Migrations

from passkoop_node.core.feature import Feature, Pages

# What is known of others is kept by `coops`, what is decided of them too.
migrations = Migrations("peers")


def _pages() -> Pages:
    from passkoop_node.peers.pages import pages

    return pages()


FEATURE = Feature(name="peers", migrations=migrations, pages=_pages)
