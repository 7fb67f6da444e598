"""A disk that fills up under `passkoop serve`: the till says so, and goes on when there is room."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from busy import Shop, kept_in
from disks import PAGE, all_but

if sys.platform != "linux":
    pytest.skip("sets the limits of another process, as Linux can", allow_module_level=True)

import resource


@contextmanager
def no_larger_file(pid: int, folder: Path, more: int) -> Iterator[None]:
    """Let a process write `more` bytes behind the longest file in a folder, and no further."""
    longest = max(path.stat().st_size for path in folder.glob("passkoop.db*"))
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (longest + more, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


def check_goes_on(shop: Shop, full: AbstractContextManager[None]) -> None:
    """See that a till whose disk is full says so, keeps what it noted, and goes on without help."""
    (till,) = shop.tills
    client, card, another = till.client, till.fresh.pop(), till.fresh[0]
    before = len(kept_in(shop.home))
    with full:
        noted = 0
        while client.post("/caisse/sans-carte", {"nom": "Luz"}).status == 303:
            noted += 1
        for path, form in (
            ("/caisse", {"texte": card}),
            ("/caisse/sans-carte", {"nom": "Luz"}),
            ("/caisse", {"texte": another}),
            ("/caisse", {"texte": card}),
        ):
            answer = client.post(path, form)
            assert answer.status == 503, answer.words
            assert "Le disque est plein" in answer.words
            assert "Rien n’a été enregistré à moitié." in answer.words
            assert answer.headers["Retry-After"] == "30"
        assert client.get("/caisse").status == 200
        assert len(kept_in(shop.home)) == before + noted
    page = client.get(client.post("/caisse", {"texte": card}).goes_to)
    assert "Bienvenue Visiteur" in page.words
    assert "Visite notée" in page.words
    assert len(kept_in(shop.home)) == before + noted + 1


def test_a_quota_that_is_used_up_is_told_at_the_till_and_all_is_well_with_a_larger_one(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, tills=1, cards=6)
    with shop.served() as process:
        check_goes_on(shop, no_larger_file(process.pid, shop.home.path, 5 * PAGE))
        check_goes_on(shop, no_larger_file(process.pid, shop.home.path, 0))


def test_a_full_disk_is_told_at_the_till_and_all_is_well_when_there_is_room_again(
    small_disk: Path,
) -> None:
    shop = Shop(small_disk, tills=1, cards=6)
    with shop.served():
        for free in (8, 0):
            check_goes_on(shop, all_but(shop.home.path, free * PAGE))
