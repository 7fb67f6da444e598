"""Federations and the co-ops that they list, as tests of the node need them. Real keys."""

from typing import Any

from nodes import DAY, NOW
from passkoop_node.rooms import Rooms
from shop import Federation


def federation(name: str = "Fédération", *people: str, threshold: int = 1) -> Federation:
    """Return a federation whose documents last as long as the clocks of tests."""
    people = people or ("one",)
    return Federation(name=name, people=people, threshold=threshold, expires_at=NOW + 300 * DAY)


def row_of(rooms: Rooms, slug: str, **changes: object) -> dict[str, Any]:
    """Return a co-op as a directory lists it."""
    held = rooms.trust().descriptor(rooms.ourselves.coop)
    assert held is not None
    fields = {
        "key": held.descriptor.identity_key,
        "slug": slug,
        "name": held.descriptor.name,
        "country": held.descriptor.country,
    }
    return {name: one for name, one in (fields | changes).items() if one is not None}


def rotations(office: Federation, upto: int) -> list[bytes]:
    """Return the roots from the first on; each hands all keys over to somebody else."""
    roots = [office.root()]
    before = list(office.people)
    for version in range(2, upto + 1):
        after = [f"{person} {version}" for person in office.people]
        roots.append(
            office.root(
                version,
                signers=[*before, *after],
                root=office.role(after, office.threshold),
                directory=office.role(after, office.threshold),
            )
        )
        before = after
    return roots
