"""A segment in a real browser: counted while one chooses, kept, and written to."""

import re

from playwright.sync_api import Browser, expect

from browsing import World, overflow
from passkoop_node.members.member import MemberData
from serving import NOON, Served


def test_the_count_follows_what_is_chosen(served: Served, chromium: Browser) -> None:
    people = [
        MemberData(number="1", given_name="Paul", town="Hendaye", birth_year=2001),
        MemberData(number="2", given_name="Ane", town="Hendaye", birth_year=1950),
        MemberData(number="3", given_name="Lucie", town="Bayonne", birth_year=2003),
    ]
    served.run(lambda: served.rooms.members.write_all(people, now=NOON))
    world = World(served, {"nico": served.administrator()}, chromium)
    with world.page("nico", viewport={"width": 320, "height": 640}) as page:
        page.goto(f"{served.url}/bureau/segments/nouveau")
        count = page.locator("#compte")
        expect(count).to_contain_text("3 personnes")
        page.select_option("#critere", "age")
        page.click("button[value=ajouter]")
        expect(count).to_contain_text("Il manque encore")
        page.fill("[name=a-1]", "29")
        expect(count).to_contain_text("2 personnes")  # nothing was pressed
        page.select_option("#critere", "town")
        page.click("button[value=ajouter]")
        page.fill("[name=valeur-2]", "hendaye")
        expect(count).to_contain_text("1 personne")
        page.check("[name=sens-2][value=sauf]")
        expect(count).to_contain_text("1 personne")
        page.fill("#nom", "Jeunes d'ailleurs")
        page.press("#nom", "Enter")  # counts, and keeps nothing
        expect(page).to_have_url(re.compile("/nouveau$"))
        page.click("button[value=garder]")
        expect(page.locator("h1")).to_contain_text("Jeunes d")
        assert "Lucie" in page.inner_text("main")
        assert not overflow(page)
    world.close()
