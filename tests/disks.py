"""Disks without room."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE = 4_096  # bytes


@contextmanager
def all_but(folder: Path, free: int) -> Iterator[None]:
    """Fill the disk of `folder` up to `free` bytes."""
    ballast = folder.parent / "ballast"
    with ballast.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(64 * PAGE))
        except OSError:
            size = stream.tell()
        stream.truncate(max(0, size // PAGE * PAGE - free))
    try:
        yield
    finally:
        ballast.unlink()
