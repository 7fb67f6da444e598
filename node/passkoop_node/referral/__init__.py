"""Who brought whom, each member's link to pass on, and what the co-op says thank you with."""

from passkoop_node.core.feature import Feature, Pages
from passkoop_node.referral.store import migrations


def _pages() -> Pages:
    from passkoop_node.referral.pages import pages

    return pages()


FEATURE = Feature(name="referral", migrations=migrations, pages=_pages)
