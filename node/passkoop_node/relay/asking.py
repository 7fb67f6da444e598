"""The newest documents of one co-op or federation, asked for where they may be."""

from collections.abc import Sequence

from passkoop_node.core.fetching import FetchFailed, open_fetcher
from passkoop_node.core.reach import Reach
from passkoop_node.relay.calling import MOST_ANSWER
from passkoop_protocol.bundle import read_bundle
from passkoop_protocol.errors import ProtocolError

_SECONDS = 10.0  # for an answer: many are asked, and the next time is soon
_MOST_OF_A_COOP = 2_097_152  # bytes: its lists; a page is far shorter


async def ask_for(
    address: str, subject: bytes, kinds: Sequence[str], *, reach: Reach, now: int
) -> list[bytes] | None:
    """Return what an address has of a co-op or a federation; None: it did not answer.

    Nothing of it is believed here.

    Args:
        address: of a node or a plain web host.
        subject: the co-op's or the federation's id.
        kinds: of document.
        reach: how far the call may go.
        now: seconds, UTC.
    """
    found: list[bytes] = []
    answered = False
    try:
        async with open_fetcher(reach) as fetcher:
            for kind in kinds:
                try:
                    answer = await fetcher.get(
                        f"{address}/p2p/v1/documents/{kind}/{subject.hex()}",
                        most=MOST_ANSWER if kind == "directory" else _MOST_OF_A_COOP,
                        seconds=_SECONDS,
                        now=now,
                    )
                    found += read_bundle(answer.body)
                    answered = True
                except ProtocolError:
                    continue
    except FetchFailed:
        return found if answered else None
    return found if answered else None
