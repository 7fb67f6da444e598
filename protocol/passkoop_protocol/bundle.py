"""A file of documents, for a stick or an e-mail (SPEC 12)."""

from collections.abc import Iterable, Iterator
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
