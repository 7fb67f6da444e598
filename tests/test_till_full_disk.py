"""A cashier at a till whose node's disk is full, in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browsing import World
from passkoop_node.errors import DiskFull
from passkoop_node.visits.store import VisitStore
from test_till_browser import READ, keys_of
from tilling import Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path)
    yield till
    till.close()


def test_a_cashier_is_told_that_the_disk_is_full_and_goes_on_when_there_is_room(
    till: Till, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_visit: object) -> None:
        raise DiskFull(Path("/coop/passkoop.db"))

    world = World(till.served, {"till": till.client()}, chromium)
    with world.context("till", viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{till.served.url}/caisse")
        with monkeypatch.context() as patch:
            patch.setattr(VisitStore, "append", full)
            page.evaluate(READ, keys_of(till.cards["maite"], "fr"))
            expect(page.locator("h1")).to_contain_text("Le disque est plein")
            expect(page.locator("main")).to_contain_text("Rien n’a été enregistré à moitié")
        assert till.visits() == []
        till.served.now += 60
        page.evaluate(READ, keys_of(till.cards["maite"], "fr"))
        expect(page.locator("h1")).to_contain_text("Maïté Etcheverry")
        expect(page.locator("#reponse")).to_contain_text("Visite notée")
        assert len(till.visits()) == 1
