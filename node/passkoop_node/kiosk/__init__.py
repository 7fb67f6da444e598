"""The kiosk in the shop: where people join, between two of them promotions, and a prize draw."""

from passkoop_node.core.feature import Feature, Pages
from passkoop_node.kiosk.schema import migrations


def _pages() -> Pages:
    from passkoop_node.kiosk.pages import pages

    return pages()


FEATURE = Feature(name="kiosk", migrations=migrations, pages=_pages)
