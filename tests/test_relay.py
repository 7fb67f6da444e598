"""Nodes that keep each other up to date over HTTP: nobody does anything."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from relaying import Coop

MakeCoop = Callable[[str], Coop]


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[MakeCoop]:
    """Return what serves one more co-op."""
    with ExitStack() as stack:

        def make(name: str) -> Coop:
            coop = Coop(tmp_path / name, name)
            coop.start()
            stack.callback(coop.stop)
            return coop

        yield make


def later(seconds: int, *coops: Coop) -> None:
    for one in coops:
        one.now += seconds


def test_a_card_revoked_at_one_co_op_is_refused_at_the_other_after_one_round(
    coop: MakeCoop,
) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    paris.pair(hendaye)
    paris.call(hendaye.address)
    card = hendaye.issue("Maïté Etcheverry")
    (called,) = paris.round()
    assert (called.code, dict(called.accepted)) == ("", {"descriptor": 1, "status_list": 1})
    assert paris.codes(card) == []
    later(3_600, hendaye, paris)
    hendaye.revoke(card)
    (called,) = paris.round()
    assert dict(called.accepted) == {"status_list": 1}
    assert paris.codes(card) == ["revoked"]
