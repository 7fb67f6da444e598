"""How the co-op reaches a member: e-mail, SMS, a letter on paper, as each of them wants it."""

from passkoop_node.channels.wrong import migrations
from passkoop_node.core.feature import Feature, Pages


def _pages() -> Pages:
    from passkoop_node.channels.pages import pages

    return pages()


FEATURE = Feature(name="channels", migrations=migrations, pages=_pages)
