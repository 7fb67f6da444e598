"""What a stranger may send is looked at where looking costs nothing, before it is taken apart.

Eight megabytes of empty lists take seconds to be found worthless, and the tills wait behind them.
"""

from collections.abc import Iterable, Mapping, Sequence

from passkoop_node.coops.trusting import Received, Refusal
from passkoop_protocol import cose, descriptor, status
from passkoop_protocol.additions import Addition, Outcome
from passkoop_protocol.directory import MAX_DIRECTORY
from passkoop_protocol.errors import (
    BadSignature,
    Malformed,
    NotListed,
    ProtocolError,
    TooLarge,
    UnknownFederation,
)
from passkoop_protocol.holdings import HeldDescriptor
from passkoop_protocol.trust import TrustStore

_SEVERAL_SIGNERS = b"\xd8\x62"  # a root or a directory (SPEC 7.2)


def sift(documents: Iterable[bytes], trust: TrustStore) -> tuple[list[bytes], Received]:
    """Return those that may be worth checking, and what became of the others."""
    heard = heard_keys(trust)
    worth, settled = [], Received()
    for place, data in enumerate(documents, 1):
        try:
            check_worth(data, trust, heard)
        except ProtocolError as error:
            settled.refused.append(Refusal(place=place, error=error.with_traceback(None)))
            continue
        if known := held_already(data, trust, heard):
            settled.add(known)
        else:
            worth.append(data)
    return worth, settled


def held_already(
    data: bytes, trust: TrustStore, heard: Mapping[bytes, Sequence[HeldDescriptor]]
) -> Addition | None:
    """Return what becomes of a document that is held byte for byte: most that relays hand on."""
    if cose.has_typ(data, descriptor.TYP):
        kid = cose.claimed_kid(data, typ=descriptor.TYP)
        for held in heard.get(kid or b"", ()):
            if held.data == data:
                return Addition(
                    kind="descriptor",
                    outcome=Outcome.KNOWN,
                    subject=held.descriptor.coop,
                    issued_at=held.descriptor.issued_at,
                )
        return None
    signer = cose.claimed_kid(data, typ=status.TYP)
    for anchor in trust.anchors(signer) if signer else ():
        speaker = trust.descriptor(anchor.coop)
        if speaker is None or not trust.listens_to(anchor.coop):
            continue
        for key in speaker.descriptor.keys:
            lists = trust.status_list(anchor.coop, key.kid)
            if lists and any(one.data == data for one in lists.documents):
                return Addition(
                    kind="status_list",
                    outcome=Outcome.KNOWN,
                    subject=anchor.coop,
                    issued_at=lists.issued_at,
                    kid=key.kid,
                )
    return None


def heard_keys(trust: TrustStore) -> dict[bytes, list[HeldDescriptor]]:
    """Return who is heard, by the kid of the identity key, with which an id begins.

    With each kid stands what is held of whoever bears it; mostly one, or nothing yet.
    """
    listed = (
        coop
        for federation in trust.federations.by_id.values()
        if federation.held
        for coop in federation.held.by_coop
    )
    own = () if trust.own is None else (trust.own,)
    heard: dict[bytes, list[HeldDescriptor]] = {
        coop[:8]: [] for coop in (*own, *trust.paired, *listed)
    }
    for held in trust.descriptors():
        heard.get(held.descriptor.coop[:8], []).append(held)
    return heard


def check_worth(
    data: bytes, trust: TrustStore, heard: Mapping[bytes, Sequence[HeldDescriptor]]
) -> None:
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


def _check_descriptor(data: bytes, heard: Mapping[bytes, Sequence[HeldDescriptor]]) -> None:
    if len(data) > descriptor.MAX_DOCUMENT:
        raise TooLarge(f"a descriptor longer than {descriptor.MAX_DOCUMENT} bytes")
    kid = cose.claimed_kid(data, typ=descriptor.TYP)
    if kid is None:
        raise Malformed("begins like no document")
    if kid not in heard:
        raise NotListed("signed by a co-op that is neither paired nor in a directory")
    # A signature costs a tenth of what reading 32 kB of somebody's CBOR does.
    known = heard[kid]
    if not known or any(held.data == data for held in known):
        return
    signed = cose.parse_sign1(data, typ=descriptor.TYP)
    if not any(signed.holds(held.descriptor.identity_key, descriptor.AAD) for held in known):
        raise BadSignature("the descriptor's signature does not hold")
