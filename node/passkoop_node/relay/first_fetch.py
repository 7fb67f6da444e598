"""What a federation signed, fetched from whoever a person says has it."""

from passkoop_node.core.fetching import FetchFailed, open_fetcher
from passkoop_node.core.reach import Reach
from passkoop_node.errors import FederationUnreachable
from passkoop_node.relay.calling import MOST_ANSWER, PATIENCE
from passkoop_protocol.bundle import read_bundle
from passkoop_protocol.directory import FederationId

_MOST_ROOTS = 2_097_152  # bytes of a chain: a hundred of the longest, thousands as roots are


async def fetch_federation(address: str, federation: FederationId, *, now: int) -> list[bytes]:
    """Return the roots and the directory of a federation that a relay has.

    Raises:
        FederationUnreachable: it has none, or does not answer.
        Malformed, TooLarge: it answers something else.
    """
    try:
        async with open_fetcher(Reach.ANYWHERE) as fetcher:
            found = []
            for kind, most in (("root", _MOST_ROOTS), ("directory", MOST_ANSWER)):
                answer = await fetcher.get(
                    f"{address}/p2p/v1/documents/{kind}/{federation.hex()}",
                    most=most,
                    seconds=PATIENCE,
                    now=now,
                )
                found += read_bundle(answer.body)
    except FetchFailed as error:
        raise FederationUnreachable(address) from error
    return found
