"""The three invented co-ops, and the people in them."""

from pathlib import Path

from nacl.signing import SigningKey

from passkoop_cli.context import Context
from passkoop_cli.init import create
from passkoop_node.coops.ourselves import Profile
from passkoop_node.rooms import Rooms
from passkoop_protocol.keys import CoopId

HOME = Profile(  # where the visitor is a member
    name="Le Panier à deux anses (démo)",
    place="Valbruyère",
    country="FR",
    contact="3 rue du Lavoir, Valbruyère",
)
HOST = Profile(  # where she shops on holiday
    name="La Courge voyageuse (démo)",
    place="Saint-Potimarron",
    country="BE",
    contact="1 quai des Graines, Saint-Potimarron",
)
NEWCOMER = Profile(  # has just been founded, and knows nobody
    name="Le Haricot grimpant (démo)",
    place="Cosse-sur-Rame",
    country="FR",
    contact="8 place du Marché, Cosse-sur-Rame",
)
ACTOR = "demo"  # in the audit


def found(path: Path, profile: Profile) -> CoopId:
    """Make a co-op in the folder `path`, as `passkoop init` does, and return its id."""
    with Context(path) as context:
        return create(context, SigningKey.generate(), profile, passphrase="", is_back=False)


def identity_of(rooms: Rooms) -> SigningKey:
    """Return the identity key: invented co-ops have no passphrase."""
    return rooms.keyring.identity_key(lambda: "")
