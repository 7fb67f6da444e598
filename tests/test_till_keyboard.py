"""A morning at the till by keyboard alone: a reader, Tab, Enter, Escape; one sees where one is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import World
from passkoop_node.visits.visit import Kind
from test_till_browser import READ, keys_of
from tilling import Till

# What has the focus is marked by a line around it, and none of it lies out of sight.
SEEN = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const { top, bottom, height } = one.getBoundingClientRect();
  const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return marked && height > 0 && top >= -1 && bottom <= innerHeight + 1;
}"""
SAYS = """() => {
  const one = document.activeElement;
  return one.labels?.[0]?.innerText || one.innerText || one.getAttribute("aria-label") || "";
}"""


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path)
    yield till
    till.close()


@pytest.fixture(params=[(1280, 800), (320, 640)], ids=["wide", "narrow"])
def page(till: Till, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    world = World(till.served, {"till": till.client()}, chromium)
    with world.context("till", viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        page.goto(f"{till.served.url}/caisse")
        yield page


def tab_to(page: Page, says: str) -> None:
    """Press Tab until something that says so has the focus; what has it on the way is seen."""
    passed = []
    for _ in range(30):
        page.keyboard.press("Tab")
        told = page.evaluate(SAYS)
        passed.append(told)
        assert page.evaluate(SEEN), f"one does not see that « {told} » has the focus"
        if says in told:
            return
    raise AssertionError(f"Tab does not come to « {says} »: {passed}")


def reader_types(page: Page, text: str) -> None:
    page.evaluate(READ, keys_of(text, "fr"))


def shows(page: Page, zone: str, text: str) -> None:
    expect(page.locator("h1")).to_contain_text(text)
    expect(page.locator("h1")).to_be_focused()
    assert zone in (page.get_attribute("body", "class") or "").split()


def test_the_main_job_is_done_by_keyboard_alone(page: Page, till: Till) -> None:
    reader_types(page, till.cards["maite"])
    shows(page, "ok", "Maïté Etcheverry")
    tab_to(page, "Suivant")
    page.keyboard.press("Enter")
    shows(page, "slate", "Passez la carte")

    till.served.now += 60
    reader_types(page, till.cards["bastien"])
    shows(page, "ok", "Bastien Le Goff")
    page.keyboard.press("Escape")
    shows(page, "slate", "Passez la carte")

    till.served.now += 60
    reader_types(page, till.cards["lost"])
    shows(page, "no", "Yasmine Haddad")
    page.keyboard.press("Escape")  # a refusal is not passed over by mistake
    shows(page, "no", "Yasmine Haddad")
    tab_to(page, "Pas aujourd’hui")
    page.keyboard.press("Enter")
    shows(page, "slate", "Passez la carte")

    tab_to(page, "Sans carte")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{till.served.url}/caisse/sans-carte")
    tab_to(page, "Son nom et sa coop")
    page.keyboard.type("Luz Pereira", delay=70)  # as a person types: a reader is faster
    tab_to(page, "Accueillir")
    page.keyboard.press("Enter")
    shows(page, "ok", "Luz Pereira")
    tab_to(page, "Annuler la visite")
    page.keyboard.press("Enter")
    shows(page, "slate", "Passez la carte")

    noted = [(one.visit.kind, one.words.name, one.cancelled) for one in reversed(till.visits())]
    card = (Kind.CARD, "", False)
    assert noted == [card, card, (Kind.WITHOUT, "Luz Pereira", True)]
