"""What the trust store holds: documents found valid, and the bytes they came in (SPEC 7.3, 7.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from . import status
from .descriptor import Descriptor, IssuingKey
from .keys import PublicKey


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldDescriptor:
    """A co-op's newest descriptor, and the bytes it came in."""

    descriptor: Descriptor
    data: bytes
    hash: bytes
    former: Mapping[PublicKey, IssuingKey]  # listed once, no longer


@dataclass(frozen=True, kw_only=True, slots=True)
class ListDocument:
    """One status list as it came."""

    hash: bytes
    data: bytes
    signer: PublicKey
    array: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldList:
    """The newest status list of one issuing key: one document, or two that contradict."""

    issued_at: int
    documents: tuple[ListDocument, ...]  # by hash, the two lowest; none: dropped, its date stays
    array: bytes  # the worst status of each card in them

    @classmethod
    def of(cls, issued_at: int, documents: Iterable[ListDocument]) -> "HeldList":
        """Return what these documents of one second say together."""
        lowest = tuple(sorted(documents, key=lambda document: document.hash)[:2])
        array = b""
        for one in lowest:
            array = status.worst(array, one.array)
        return cls(issued_at=issued_at, documents=lowest, array=array)
