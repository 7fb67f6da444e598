"""What arrives damaged, as strategies of hypothesis, and how much memory it takes to read it."""

import tracemalloc
from collections.abc import Callable

from hypothesis import strategies as st

from passkoop_protocol import cbor
from passkoop_protocol.errors import ProtocolError

MEGABYTE = 1_000_000

_integers = st.integers(-(1 << 64), (1 << 64) - 1)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_keys = st.one_of(_integers, _texts, st.binary(max_size=30))
plain_values = st.recursive(
    st.one_of(_integers, st.binary(max_size=300), _texts, st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(_keys, inner, max_size=5)),
)
_simples = st.one_of(st.integers(0, 19), st.just(23), st.integers(32, 255)).map(cbor.Simple)
values = st.recursive(
    st.one_of(plain_values, _simples),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(_keys, inner, max_size=5),
        st.builds(cbor.Tag, st.integers(4, (1 << 64) - 1), inner),
    ),
)


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Draw `data` with some of its bytes changed, left out, put in or said twice."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(changed)))
        end = min(len(changed), at + draw(st.sampled_from([0, 1, 1, 1, 2, 8, len(changed)])))
        put = st.one_of(st.binary(max_size=3), st.just(bytes(changed[at:end]) * 2))
        if draw(st.booleans()) and at < len(changed):
            changed[at] ^= 1 << draw(st.integers(0, 7))
        else:
            changed[at:end] = draw(put)
    return bytes(changed)


def refused(read: Callable[[], object]) -> bool:
    """Return whether reading raised one of our errors; any other error is let through."""
    try:
        read()
    except ProtocolError:
        return True
    return False


def memory_of(read: Callable[[], object]) -> int:
    """Return how many bytes at most were held at once while reading, refused or not."""
    tracemalloc.start()
    try:
        refused(read)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
