"""Work that makes many values at once, and no cycles among them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Let Python look for no cycles meanwhile.

    Among a million values that are all kept it would go through them again and again, half of the
    time of an import. What goes on beside it in other threads keeps its cycles until afterwards.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
