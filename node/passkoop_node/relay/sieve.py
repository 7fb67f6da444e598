"""What a stranger may send is looked at where looking costs nothing, before it is taken apart.

Eight megabytes of empty lists take seconds to be found worthless, and the tills wait behind them.
"""

from collections.abc import Iterable, Mapping, Sequence

from passkoop_node.coops.trusting import Refusal
from passkoop_protocol import cose, descriptor, status
from passkoop_protocol.directory import MAX_DIRECTORY
from passkoop_protocol.errors import (
    BadSignature,
    Malformed,
    NotListed,
    ProtocolError,
    TooLarge,
    UnknownFederation,
)
from passkoop_protocol.keys import PublicKey
from passkoop_protocol.trust import TrustStore

_SEVERAL_SIGNERS = b"\xd8\x62"  # a root or a directory (SPEC 7.2)


def sift(documents: Iterable[bytes], trust: TrustStore) -> tuple[list[bytes], list[Refusal]]:
    """Return those that may be worth checking, and why the others are not."""
    heard = heard_keys(trust)
    worth, refused = [], []
    for place, data in enumerate(documents, 1):
        try:
            check_worth(data, trust, heard)
            worth.append(data)
        except ProtocolError as error:
            refused.append(Refusal(place=place, error=error.with_traceback(None)))
    return worth, refused


def heard_keys(trust: TrustStore) -> dict[bytes, list[PublicKey]]:
    """Return who is heard, by the kid of the identity key, with which an id begins; and the keys.

    Of whom nothing is held yet, the key is not known.
    """
    listed = (
        coop
        for federation in trust.federations.by_id.values()
        if federation.held
        for coop in federation.held.by_coop
    )
    own = () if trust.own is None else (trust.own,)
    heard: dict[bytes, list[PublicKey]] = {coop[:8]: [] for coop in (*own, *trust.paired, *listed)}
    for held in trust.descriptors():
        heard.get(held.descriptor.coop[:8], []).append(held.descriptor.identity_key)
    return heard


def check_worth(data: bytes, trust: TrustStore, heard: Mapping[bytes, Sequence[PublicKey]]) -> None:
    """Return quietly if `data` may be a document that somebody heard here signed.

    Raises:
        ProtocolError: what `TrustStore.add` would say, or `Malformed` where it would tell apart
            more closely what is wrong.
    """
    if data.startswith(_SEVERAL_SIGNERS):
        if not trust.federations.by_id:
            raise UnknownFederation("no federation is followed here")
        if len(data) > MAX_DIRECTORY:
            raise TooLarge(f"longer than {MAX_DIRECTORY} bytes")
    elif cose.has_typ(data, descriptor.TYP):
        _check_descriptor(data, heard)
    else:
        if len(data) > status.MAX_DOCUMENT:
            raise TooLarge(f"a status list longer than {status.MAX_DOCUMENT} bytes")
        if cose.claimed_kid(data, typ=status.TYP) is None:
            raise Malformed("begins like no document")
        # Whether its key is known is the next thing that the trust store asks, and not here: the
        # descriptor that lists it may have come just before.


def _check_descriptor(data: bytes, heard: Mapping[bytes, Sequence[PublicKey]]) -> None:
    if len(data) > descriptor.MAX_DOCUMENT:
        raise TooLarge(f"a descriptor longer than {descriptor.MAX_DOCUMENT} bytes")
    kid = cose.claimed_kid(data, typ=descriptor.TYP)
    if kid is None:
        raise Malformed("begins like no document")
    if kid not in heard:
        raise NotListed("signed by a co-op that is neither paired nor in a directory")
    # A signature costs a tenth of what reading 32 kB of somebody's CBOR does.
    signed = cose.parse_sign1(data, typ=descriptor.TYP)
    known = heard[kid]
    if known and not any(signed.holds(key, descriptor.AAD) for key in known):
        raise BadSignature("the descriptor's signature does not hold")
