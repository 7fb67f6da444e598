"""A finger at the kiosk, in a real browser: few touches, and nothing of anybody afterwards."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import ALL_RULES, axe, overflow
from conftest import BROWSER_OPTIONS, BROWSERS
from passkoop_node.core.formats import local_day
from passkoop_node.dues.plan import Yearly
from passkoop_node.joining.questions import Own, Shape
from passkoop_node.kiosk.drafts import DRAFTS
from passkoop_node.kiosk.room import IDLE, LAST, REFRESH
from serving import NOON, Client, Served, make_coop

SAID = {
    "given_name": "Youssef",
    "family_name": "Benali",
    "email": "youssef@example.org",
    "phone": "0612345678",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(make_coop(tmp_path_factory.mktemp("kiosk") / "coop")).start()
    questions, ledger = served.rooms.joining.questions, served.rooms.dues
    own = Own(name="q1", text="Un coup de main de temps en temps ?", shape=Shape.YES_NO)

    def ask() -> None:
        questions.save(
            replace(questions.load(), is_automatic=True, own=(own,)), now=NOON, actor="cli"
        )
        plan = replace(ledger.plan, yearly=Yearly.ROLLING, cents=2_000)
        ledger.set_plan(plan, now=NOON, actor="cli")

    served.run(ask)
    yield served
    served.stop()


@pytest.fixture(scope="module")
def keeping(chromium: Browser) -> Iterator[Browser]:
    """Return a browser that also keeps pages aside to go back to, as those of tablets do."""
    program = next(filter(None, map(shutil.which, BROWSERS)))
    browser = chromium.browser_type.launch(
        executable_path=program,
        args=BROWSER_OPTIONS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def kiosk(served: Served) -> Client:
    return served.kiosk()


@contextmanager
def tablet(kiosk: Client, browser: Browser, *, scripts: bool = True) -> Iterator[Page]:
    """Yield the page of the kiosk's tablet."""
    url = f"http://localhost:{kiosk.node.port}"
    context = browser.new_context(
        viewport={"width": 1280, "height": 800},
        has_touch=True,
        java_script_enabled=scripts,
        locale="fr-FR",
        base_url=url,
    )
    context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in kiosk.cookies.items()]
    )
    try:
        yield context.new_page()
    finally:
        context.close()


class Finger:
    """Touches, and counts its touches; what is typed is not one."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.touches = 0

    def touch(self, words: str) -> None:
        """Touch the button with these words."""
        self.page.get_by_role("button", name=words, exact=True).tap()
        self.touches += 1

    def tap(self, x: int, y: int) -> None:
        """Touch the screen anywhere."""
        self.page.touchscreen.tap(x, y)
        self.touches += 1

    def type(self, text: str) -> None:
        """Type into the field that is ready, as the tablet's keyboard does."""
        self.page.keyboard.type(text)


def at_contact(page: Page) -> Finger:
    """Return a finger that has typed a name, and begun to type an address."""
    finger = Finger(page)
    page.goto("/borne")
    finger.tap(300, 120)
    expect(page.locator("#given_name")).to_be_focused()
    finger.type("Youssef\nBenali")
    finger.touch("Continuer")
    expect(page.locator("#email")).to_be_focused()
    finger.type("youssef@example.org\n0612345678")
    return finger


def test_from_the_first_touch_to_the_card_it_takes_eight_touches_and_some_typing(
    served: Served, kiosk: Client, keeping: Browser
) -> None:
    with tablet(kiosk, keeping) as page:
        finger = at_contact(page)
        finger.touch("Continuer")
        expect(page.locator("#address")).to_be_focused()
        finger.type("12 rue des Lilas\n67000\nStrasbourg")
        finger.touch("Continuer")
        finger.touch("Oui")  # the co-op's own question
        expect(page.locator("#referred_by")).to_be_focused()
        finger.type("Maïté")  # who spoke of it
        finger.touch("Continuer")
        expect(page.locator("main")).to_contain_text("20,00 €")
        finger.touch("Je suis d’accord, et je deviens membre")
        expect(page.get_by_role("heading", level=1)).to_have_text("Bienvenue Youssef !")
        expect(page.get_by_role("img", name="Le code de votre carte")).to_be_visible()
        assert finger.touches <= 8
        (member,) = served.run(served.rooms.members.find, "Benali", limit=5)
        assert member.town == "Strasbourg"
        finger.touch("Terminer, et tout effacer ici")
        page.wait_for_url("**/borne")
        assert left_behind(page, served) == []


@pytest.mark.parametrize(
    "ending",
    [
        "idle",
        pytest.param("button", marks=pytest.mark.slow),
        pytest.param("erase now", marks=pytest.mark.slow),
    ],
)
def test_nothing_that_was_typed_can_be_found_afterwards(
    served: Served, kiosk: Client, keeping: Browser, ending: str
) -> None:
    with tablet(kiosk, keeping) as page:
        page.clock.install()
        at_contact(page)  # and it was not sent yet
        if ending == "button":
            page.get_by_role("button", name="Effacer et recommencer").tap()
        else:
            page.clock.run_for(IDLE * 1000 + 1000)
            asks = page.get_by_role("dialog", name="Vous êtes toujours là ?")
            expect(asks).to_be_visible()
            if ending == "idle":
                # A touch in time, and it goes on; what was typed is there.
                asks.get_by_role("button", name="Oui, je continue").tap()
                expect(asks).to_be_hidden()
                assert page.locator("#email").input_value() == "youssef@example.org"
                page.clock.run_for((IDLE + LAST) * 1000 + 1000)
            else:
                asks.get_by_role("button", name="Effacer maintenant").tap()
        page.wait_for_url("**/borne")
        expect(page.get_by_role("button", name="Toucher l’écran pour commencer")).to_be_visible()
        assert left_behind(page, served) == []


@pytest.mark.slow
def test_without_the_node_the_screen_is_empty_at_once_and_comes_back_by_itself(
    served: Served, kiosk: Client, keeping: Browser
) -> None:
    with tablet(kiosk, keeping) as page:
        page.clock.install()
        at_contact(page)
        page.context.set_offline(True)
        page.clock.set_system_time(NOON - 86_400)  # the tablet was a day ahead
        page.clock.run_for((IDLE + LAST) * 1000 + 2000)
        expect(page.get_by_role("heading", level=1)).to_have_text("Un instant")
        assert page.locator("input:not([type=hidden])").count() == 0
        page.context.set_offline(False)
        page.clock.run_for(10_000)
        page.wait_for_url("**/borne")
        assert left_behind(page, served) == []


@pytest.mark.slow
def test_the_first_screen_is_loaded_anew_now_and_then_also_after_the_node_was_away(
    kiosk: Client, keeping: Browser
) -> None:
    with tablet(kiosk, keeping) as page:
        page.clock.install()
        page.goto("/borne")
        page.evaluate("window.old = true")
        page.clock.run_for(REFRESH * 1000 + 1000)
        page.wait_for_function("window.old === undefined")
        page.context.set_offline(True)
        page.clock.run_for(REFRESH * 1000 + 1000)
        expect(page.get_by_role("heading", level=1)).to_have_text("Un instant")
        page.context.set_offline(False)
        page.clock.run_for(10_000)
        expect(page.get_by_role("button", name="Toucher l’écran pour commencer")).to_be_visible()


@pytest.mark.slow
def test_every_screen_of_the_kiosk_keeps_nobody_out(
    served: Served, kiosk: Client, keeping: Browser
) -> None:
    """The screens that no address leads to: each question, a fault, the countdown, the card."""
    day = local_day(served.now)
    served.run(
        lambda: served.rooms.draws.add("Un panier", day, day, keep_days=9, actor="cli", now=NOON)
    )
    with tablet(kiosk, keeping) as page:
        page.set_viewport_size({"width": 320, "height": 640})
        page.clock.install()
        wrong: dict[str, list[str]] = {}

        def look(screen: str) -> None:
            if found := [*axe(page, ALL_RULES), *overflow(page)]:
                wrong[screen] = found

        page.goto("/borne")
        look("first")
        page.get_by_role("button", name="Toucher l’écran").tap()
        page.get_by_role("button", name="Continuer").tap()
        expect(page.locator(".fault").first).to_be_visible()
        look("fault")
        page.fill("#given_name", "Anne-Bénédicte-Marie")
        page.fill("#family_name", "Etcheverry-Larralde")
        for screen, button in (
            ("Comment vous appelez-vous", "Continuer"),
            ("Comment vous joindre", "Continuer"),
            ("Où habitez-vous", "Passer"),
            ("Un coup de main", "Oui"),
            ("Quelqu’un vous a parlé", "Passer"),
            ("Votre accord", "Je suis d’accord"),
        ):
            expect(page.get_by_role("heading", level=1)).to_contain_text(screen)
            if "joindre" in screen:
                page.fill("#email", "anne-benedicte-marie.etcheverry@example.org")
            look(screen)
            page.get_by_role("button", name=button).tap()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Bienvenue")
        look("card")
        page.clock.run_for(IDLE * 1000 + 1000)
        expect(page.get_by_role("dialog")).to_be_visible()
        look("countdown")
        assert wrong == {}


@pytest.mark.slow
def test_without_scripts_it_asks_and_answers_as_well(
    served: Served, kiosk: Client, keeping: Browser
) -> None:
    with tablet(kiosk, keeping, scripts=False) as page:
        page.goto("/borne")
        page.get_by_role("button", name="English").tap()
        page.fill("#given_name", "Zoé")
        page.fill("#family_name", "Lilas")
        page.press("#family_name", "Enter")  # goes on, not back
        page.fill("#email", "zoe@example.org")
        page.get_by_role("button", name="Continue").tap()
        page.get_by_role("button", name="Skip").tap()
        page.get_by_role("button", name="Back").tap()
        page.get_by_role("button", name="Skip").tap()
        page.get_by_role("button", name="Yes").tap()
        page.get_by_role("button", name="Skip").tap()
        page.get_by_role("button", name="I agree, and become a member").tap()
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome Zoé!")


def left_behind(page: Page, served: Served) -> list[str]:
    """Return what can still be found of a person, by whoever has the tablet now."""
    found = [f"draft {one}" for one in range(len(served.app[DRAFTS]))]
    kept = page.evaluate("""async () => ({
      local: JSON.stringify(localStorage), session: JSON.stringify(sessionStorage),
      caches: await caches.keys(),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      databases: (await indexedDB.databases()).map((one) => one.name), state: history.state,
    })""")
    expected = {
        "local": "{}",
        "session": "{}",
        "caches": [],
        "workers": 0,
        "databases": [],
        "state": None,
    }
    found += [f"{name}: {value}" for name, value in kept.items() if value != expected[name]]
    # Back, as far as the history goes: each page is looked at as it stands there, fields included.
    steps = page.evaluate("history.length")
    for _step in range(steps + 1):
        found += [f"{page.url}: {one}" for one in SAID.values() if one in everything(page)]
        if page.go_back(wait_until="load") is None:
            break
    for _step in range(steps + 1):
        found += [f"{page.url}: {one}" for one in SAID.values() if one in everything(page)]
        if page.go_forward(wait_until="load") is None:
            break
    # Fields of the next person offer nothing of the last one's.
    page.goto("/borne")
    page.touchscreen.tap(300, 120)
    page.wait_for_url("**/question")
    found += [f"next: {one}" for one in SAID.values() if one in everything(page)]
    return found


def everything(page: Page) -> str:
    """Return all that a page shows or holds in its fields."""
    text: str = page.evaluate("""() => [
      document.documentElement.outerHTML,
      ...[...document.querySelectorAll("input, textarea, select")].map((one) => one.value),
    ].join("\\n")""")
    return text
