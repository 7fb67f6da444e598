"""What the room answers, to people and to other nodes, and what it does by itself."""

from pathlib import Path

from passkoop_node.core.feature import Group, Job, MenuEntry, Needs, Pages, get, post
from passkoop_node.core.language import N_
from passkoop_node.relay import directories, network, wire
from passkoop_node.relay.directories import DIRECTORIES
from passkoop_node.relay.network import NETWORK

_HERE = Path(__file__).parent
_TICK = 10  # seconds


def pages() -> Pages:
    """Return the page of the network, what other nodes ask for, and the rounds."""
    needs = Needs.ADMINISTRATOR
    return Pages(
        routes=[
            *wire.routes(),
            *directories.routes(),
            get(NETWORK, network.network_page, needs=needs),
            post(NETWORK, network.add, needs=needs),
            post(f"{NETWORK}/retirer", network.remove, needs=needs),
            post(f"{NETWORK}/maintenant", network.fetch, needs=needs),
        ],
        menu=(
            MenuEntry(
                group=Group.OTHERS,
                title=N_("Réseau"),
                path=NETWORK,
                needs=needs,
                says=N_("Les autres coops : qui appeler, et quand elles ont répondu."),
                icon="globe",
            ),
            MenuEntry(
                group=Group.OTHERS,
                title=N_("Annuaires"),
                path=DIRECTORIES,
                needs=needs,
                says=N_("Les fédérations suivies, leurs coops, l'âge de leur annuaire."),
                icon="list",
            ),
        ),
        jobs=(Job(name="relay", every=_TICK, work=wire.tick),),
        templates=_HERE / "templates",
        static=_HERE / "static",
        set_up=wire.set_up,
    )
