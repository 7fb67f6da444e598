"""The pages of the co-op's own keys, and of what it says of itself."""

from pathlib import Path

from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages
from passkoop_node.core.language import N_
from passkoop_node.identity import custody_pages, declaring, keys, unlocking

_HERE = Path(__file__).parent


def pages() -> Pages:
    """Return the pages of the co-op's own keys, and of what it says of itself."""
    needs = Needs.ADMINISTRATOR
    return Pages(
        routes=(*keys.routes(), *custody_pages.routes(), *declaring.routes()),
        menu=(
            MenuEntry(
                group=Group.COOP,
                title=N_("La coop"),
                path=declaring.COOP,
                needs=needs,
                says=N_("Son nom, son lieu, où la joindre : ce que les autres en lisent."),
                icon="basket",
            ),
            MenuEntry(
                group=Group.UPKEEP,
                title=N_("Clés"),
                path=keys.KEYS,
                needs=needs,
                says=N_("Ce qui signe les cartes, et où est la clé d'identité."),
                icon="key",
            ),
        ),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=unlocking.set_up,
    )
