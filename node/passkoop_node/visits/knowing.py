"""Co-ops by the names that people write."""

from collections.abc import Callable, Mapping

from aiohttp import web

from passkoop_node.coops.live import LiveTrust
from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.handling import the
from passkoop_node.members.text import words
from passkoop_protocol.keys import CoopId, shown_id
from passkoop_protocol.trust import TrustStore


def trust_of(request: web.Request) -> TrustStore:
    """Return what this co-op believes; to be called in the database's thread."""
    return the(request, LiveTrust).get()


def naming(request: web.Request, trust: TrustStore) -> Callable[[CoopId], str]:
    """Return what names a co-op: ours, one we know, or the letters of its id."""
    ourselves = the(request, Ourselves)
    own, name = ourselves.coop, ourselves.profile.name

    def name_of(coop: CoopId) -> str:
        if coop == own:
            return name
        held = trust.descriptor(trust.present_id(coop)) or trust.descriptor(coop)
        return held.descriptor.name if held else shown_id(coop)

    return name_of


def names_of_others(trust: TrustStore) -> Mapping[str, CoopId]:
    """Return the other co-ops that we know, by a name that no other has, in their order."""
    named: dict[str, list[CoopId]] = {}
    for held in trust.descriptors():
        coop = held.descriptor.coop
        if coop != trust.own and trust.present_id(coop) == coop:
            named.setdefault(held.descriptor.name, []).append(coop)
    told = {
        name if len(coops) == 1 else f"{name} ({shown_id(coop)[:4]})": coop
        for name, coops in named.items()
        for coop in coops
    }
    return dict(sorted(told.items(), key=lambda item: words(item[0])))


def coop_called(text: str, names: Mapping[str, CoopId]) -> CoopId | None:
    """Return the co-op of this name, written in any way that is the same to people."""
    wanted = words(text)
    return next((coop for name, coop in names.items() if words(name) == wanted), None)
