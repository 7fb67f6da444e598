"""A file of documents, for a stick, an e-mail or a plain web host (SPEC 12)."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from .directory import MAX_DIRECTORY
from .errors import Malformed, TooLarge

MAGIC = b"passkoop/docs/1\n"
MAX_FILE = 64 * 1024 * 1024  # bytes
MAX_DOCUMENTS = 60_000


def write_bundle(documents: Iterable[bytes]) -> bytes:
    """Return one file that holds `documents`, given in the order in which they are to be read."""
    return MAGIC + b"".join(len(one).to_bytes(4) + one for one in documents)


def read_bundle(data: bytes) -> list[bytes]:
    """Return the documents in a file, unread: each is checked as if it came alone.

    Raises:
        Malformed: no such file, or cut short.
        TooLarge: over the limits of SPEC 12.
    """
    if len(data) > MAX_FILE:
        raise TooLarge(f"longer than {MAX_FILE} bytes")
    if not data.startswith(MAGIC):
        raise Malformed("not a file of Pass'Koop documents")
    documents = list(islice(_documents(data), MAX_DOCUMENTS + 1))  # 64 MiB of empty ones are many
    if len(documents) > MAX_DOCUMENTS:
        raise TooLarge(f"more than {MAX_DOCUMENTS} documents")
    return documents


def _documents(data: bytes) -> Iterator[bytes]:
    at = len(MAGIC)
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4])
        if end > len(data) or end - at - 4 > MAX_DIRECTORY:
            raise Malformed("the file of documents is cut short, or its lengths are wrong")
        yield data[at + 4 : end]
        at = end


# --- files on a plain web host: an index, and the parts that it names ---

INDEX_MAGIC = b"passkoop/files/1\n"
MAX_PARTS = 1_024
MAX_PART = MAX_DIRECTORY + 65_536  # bytes
_LINES = re.compile(rb"(?:[0-9a-f]{64} [1-9][0-9]{0,7}\n)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A file of documents that an index names."""

    hash: bytes  # SHA-256 of the file
    size: int  # bytes

    @classmethod
    def of(cls, data: bytes) -> "Part":
        """Return what an index says of the file `data`."""
        return cls(hash=hashlib.sha256(data).digest(), size=len(data))

    @property
    def path(self) -> str:
        """Return where the file is, below the address of the host."""
        return f"p2p/v1/files/{self.hash.hex()}.passkoop"


def write_index(parts: Iterable[Part]) -> bytes:
    """Return an index of `parts`, given in the order in which they are to be read."""
    lines = (f"{part.hash.hex()} {part.size}\n".encode() for part in parts)
    return INDEX_MAGIC + b"".join(lines)


def read_index(data: bytes) -> list[Part]:
    """Return the parts that an index names.

    Raises:
        Malformed: no index, or one of more or longer parts than SPEC 12 allows.
    """
    lines = data.removeprefix(INDEX_MAGIC)
    if not data.startswith(INDEX_MAGIC) or not _LINES.fullmatch(lines):
        raise Malformed("not an index of files of documents")
    rows = [line.split() for line in lines.splitlines()]
    parts = [Part(hash=bytes.fromhex(name.decode()), size=int(size)) for name, size in rows]
    if len(parts) > MAX_PARTS or any(part.size > MAX_PART for part in parts):
        raise Malformed("the index names more, or longer files than there may be")
    return parts
