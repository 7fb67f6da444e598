"""How news goes between the invented co-ops: the files of `passkoop peer export`, carried over."""

from collections.abc import Iterable

from passkoop_cli.demo.coops import identity_of
from passkoop_cli.demo.house import House, now
from passkoop_cli.news import gather_news
from passkoop_node.rooms import Rooms
from passkoop_protocol.bundle import read_bundle, write_bundle


async def carry(here: House, there: House) -> None:
    """Bring each of two co-ops the other's news."""
    for sender, receiver in ((here, there), (there, here)):
        await receiver.run(_take, await sender.run(_gather))


async def news_of(houses: Iterable[House]) -> list[bytes]:
    """Return what several co-ops would hand on."""
    return [one for house in houses for one in read_bundle(await house.run(_gather))]


def _gather(rooms: Rooms) -> bytes:
    return write_bundle(gather_news(rooms, lambda: identity_of(rooms), now=now()))


def _take(rooms: Rooms, data: bytes) -> None:
    rooms.relay.intake.take_in(read_bundle(data), now=now())
