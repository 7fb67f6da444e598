"""Nodes of one network find each other; what they hear there is a hint and no more."""

import asyncio
import gc

import pytest

from passkoop_node.relay.neighbours import Neighbours, address_of
from passkoop_protocol.keys import CoopId
from relaying import elsewhere

HENDAYE, LYON = CoopId(b"\x01" * 10), CoopId(b"\x02" * 10)


def test_two_nodes_of_one_network_find_each_other_and_not_themselves() -> None:
    async def meet() -> None:
        one, other = Neighbours(["127.0.0.1"]), Neighbours(["127.0.0.1"])
        one.start(HENDAYE, 8765, ["192.168.1.20"])
        other.start(LYON, 8766, ["192.168.1.21"])
        try:
            async with asyncio.timeout(30):
                # There may be more of them where this test runs.
                while "http://192.168.1.21:8766" not in one.addresses:
                    await asyncio.sleep(0.05)
                while "http://192.168.1.20:8765" not in other.addresses:
                    await asyncio.sleep(0.05)
            assert "http://192.168.1.20:8765" not in one.addresses
        finally:
            await one.stop()
            await other.stop()

    elsewhere(asyncio.run, meet())


# The library forgets to close a socket on this way.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_network_without_zeroconf_is_done_without() -> None:
    async def alone() -> list[str]:
        one = Neighbours(["192.0.2.77"])  # none of this machine's
        one.start(HENDAYE, 8765, ["192.168.1.20"])
        await asyncio.sleep(0.1)
        await one.stop()
        gc.collect()
        return one.addresses

    assert elsewhere(asyncio.run, alone()) == []


@pytest.mark.parametrize(
    ("addresses", "port", "called"),
    [
        (["192.168.1.20"], 8765, "http://192.168.1.20:8765"),
        (["8.8.8.8", "10.0.0.7"], 8765, "http://10.0.0.7:8765"),
        (["8.8.8.8"], 8765, ""),  # the rest of the world is none of its business
        (["127.0.0.1"], 8765, ""),  # what answers on this very machine, neither
        (["192.168.1.20"], 22, ""),
        ([], 8765, ""),
    ],
)
def test_only_a_node_of_this_network_is_called(
    addresses: list[str], port: int, called: str
) -> None:
    assert address_of(addresses, port) == called
