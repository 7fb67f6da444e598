"""What a stranger may send is looked at where looking costs nothing, before it is taken apart.

Eight megabytes of empty lists take seconds to be found worthless, and the tills wait behind them.
"""

import re
from collections.abc import Iterable
from itertools import islice

from passkoop_node.coops.trusting import Received, Refusal, known_root
from passkoop_protocol import cose, descriptor, status
from passkoop_protocol.additions import Addition, Outcome
from passkoop_protocol.directory import DIRECTORY_TYP, MAX_DIRECTORY, MAX_ROOT, ROOT_TYP
from passkoop_protocol.errors import (
    BadSignature,
    Malformed,
    NewerFormat,
    NotListed,
    ProtocolError,
    TooLarge,
    UnknownFederation,
)
from passkoop_protocol.keys import PublicKey, coop_id_of
from passkoop_protocol.trust import TrustStore

_ONE_SIGNER = b"\xd2\x84"
_SEVERAL_SIGNERS = b"\xd8\x62"  # a root or a directory (SPEC 7.2)
# `"key": 32 bytes`: every descriptor has it, in just these bytes.
_IDENTITY_KEY = re.compile(rb"\x63key\x58\x20(.{32})", re.DOTALL)
_MOST_KEYS = 8


def sift(documents: Iterable[bytes], trust: TrustStore) -> tuple[list[bytes], Received]:
    """Return those that may be worth checking, and what became of the others."""
    worth, settled = [], Received()
    for place, data in enumerate(documents, 1):
        try:
            known = look_at(data, trust)
        except ProtocolError as error:
            settled.refused.append(Refusal(place=place, error=error.with_traceback(None)))
            continue
        if known:
            settled.add(known)
        else:
            worth.append(data)
    return worth, settled


def look_at(data: bytes, trust: TrustStore) -> Addition | None:
    """Return what becomes of a document that is held byte for byte; None: it has to be checked.

    Raises:
        ProtocolError: what `TrustStore.add` would say, or `Malformed` where it would tell apart
            more closely what is wrong.
    """
    if data.startswith(_SEVERAL_SIGNERS):
        return _look_at_federation(data, trust)
    if cose.has_typ(data, descriptor.TYP):
        return _look_at_descriptor(data, trust)
    return _look_at_list(data, trust)


def _look_at_federation(data: bytes, trust: TrustStore) -> Addition | None:
    if not trust.federations.by_id:
        raise UnknownFederation("no federation is followed here")
    is_root = cose.has_typ(data, ROOT_TYP)
    if len(data) > (MAX_ROOT if is_root else MAX_DIRECTORY):
        raise TooLarge("longer than any root or directory")
    if is_root:
        return known_root(trust, data)
    for federation, one in trust.federations.by_id.items():
        if one.held and one.held.confirmed and one.held.data == data:
            return Addition(
                kind="directory",
                outcome=Outcome.KNOWN,
                subject=federation,
                issued_at=one.held.directory.issued_at,
            )
    # A root that came just before may name its signers: the trust store asks for them before
    # anything else, which costs nothing where the form is right.
    if cose.claimed_kids(data, typ=DIRECTORY_TYP) is None:
        raise _unknown(data)
    return None


def _look_at_descriptor(data: bytes, trust: TrustStore) -> Addition | None:
    if len(data) > descriptor.MAX_DOCUMENT:
        raise TooLarge(f"a descriptor longer than {descriptor.MAX_DOCUMENT} bytes")
    if cose.claimed_kid(data, typ=descriptor.TYP) is None:
        raise _unknown(data)
    signed = None
    # Mostly one; a later version may have fields before it with keys in them.
    for found in islice(_IDENTITY_KEY.finditer(data), _MOST_KEYS):
        coop = coop_id_of(PublicKey(found[1]))
        if not trust.listens_to(coop):
            continue
        held = trust.descriptor(coop)
        if held is None:
            return None
        if held.data == data:
            return Addition(
                kind="descriptor",
                outcome=Outcome.KNOWN,
                subject=coop,
                issued_at=held.descriptor.issued_at,
            )
        # A signature costs a hundredth of what reading 32 kB of somebody's CBOR does.
        signed = signed or cose.parse_sign1(data, typ=descriptor.TYP)
        if signed.holds(held.descriptor.identity_key, descriptor.AAD):
            return None
    if signed is None:
        raise NotListed("signed by a co-op that is neither paired nor in a directory")
    raise BadSignature("the descriptor's signature does not hold")


def _look_at_list(data: bytes, trust: TrustStore) -> Addition | None:
    if len(data) > status.MAX_DOCUMENT:
        raise TooLarge(f"a status list longer than {status.MAX_DOCUMENT} bytes")
    signer = cose.claimed_kid(data, typ=status.TYP)
    if signer is None:
        raise _unknown(data)
    # A signer that is not known is not refused here: the descriptor that lists it may have come
    # just before. The trust store asks for it before anything else.
    for anchor in trust.anchors(signer):
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


def _unknown(data: bytes) -> Malformed | NewerFormat:
    """Return why this is nothing that we know: a later version may hand on other kinds."""
    if data.startswith((_ONE_SIGNER, _SEVERAL_SIGNERS)):
        return NewerFormat("signed in a way that this version does not know")
    return Malformed("begins like no document")
