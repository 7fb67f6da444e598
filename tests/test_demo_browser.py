"""The first five minutes, word for word, in a real browser beside a real terminal."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from browsing import drop_file, faults
from conftest import need
from passkoop_cli.demo.export_file import MEMBERS, VISITOR
from passkoop_cli.pictures import read_codes
from passkoop_node.core import cookies
from passkoop_node.core.language import PSEUDO
from passkoop_protocol.qr import read_qr
from processes import COMMAND, ENVIRONMENT

HOME, HOST, NEWCOMER = "Le Panier", "La Courge voyageuse (démo)", "Le Haricot grimpant (démo)"
# The stage in the language that nobody speaks, for whoever asks for it.
PSEUDO_TOO = """
from functools import partial
import passkoop_cli.demo.showing as m
m.Stage = partial(m.Stage, pseudo=True)
"""


@dataclass
class Demonstration:
    """A `passkoop demo` that runs, and the folder in which it was typed."""

    process: "subprocess.Popen[str]"
    here: Path
    url: str = ""
    said: str = ""

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Type `passkoop WORDS…` in another terminal, in the same folder."""
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *words],
            cwd=self.here,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    def end(self, by: int = signal.SIGINT) -> str:
        """Press Ctrl-C, and return what is said then."""
        self.process.send_signal(by)
        said, wrong = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, wrong
        return said


@contextmanager
def demonstration(here: Path, *, before: str = "") -> Iterator[Demonstration]:
    """Yield a demonstration that is ready; `before` is code that its process runs first."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{before}\n{COMMAND}", "demo", "--no-browser"],
        cwd=here,
        env=ENVIRONMENT | {"TZ": "Europe/Paris"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stderr is not None
    demo = Demonstration(process=process, here=here)
    try:
        for line in process.stdout:
            demo.said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                demo.url = found[0]
            if "Ctrl-C" in line:
                break
        assert demo.url, process.stderr.read()
        yield demo
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    here = tmp_path_factory.mktemp("demo")
    with demonstration(here, before=PSEUDO_TOO) as demo:
        yield demo
        assert "tout est effacé" in demo.end(by=signal.SIGTERM)
        assert list(here.iterdir()) == []


def newcomer(chromium: Browser, **options: object) -> BrowserContext:
    """Return the browser of somebody who was never here."""
    return chromium.new_context(
        locale="fr-FR",
        service_workers="block",  # nothing here goes on without its node
        **{"viewport": {"width": 1280, "height": 900}} | options,  # type: ignore[arg-type]
    )


def press(page: Page, words: str) -> str:
    """Press a button of the stage, and return what the till says, its spaces made plain."""
    page.get_by_role("button", name=words, exact=True).first.click()
    expect(page.locator(".seen")).to_have_count(1)
    return " ".join(page.locator(".seen").inner_text().split())


def through(page: Page, words: str) -> Page:
    """Follow a link of the stage to the tab that it opens."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name=words).click()
    return opened.value


def zone(page: Page) -> str:
    """Return the colour of the till."""
    (found,) = {"ok", "note", "no", "unk", "slate"} & set(
        (page.get_attribute("body", "class") or "").split()
    )
    return found


def test_the_first_five_minutes_word_for_word(chromium: Browser, tmp_path: Path) -> None:
    with demonstration(tmp_path) as demo, newcomer(chromium) as browser:
        # It asks nothing, and opens on six doors of three invented co-ops, all marked « démo ».
        assert "passkoop verify demo/visiteur.png" in demo.said
        stage = browser.new_page()
        stage.goto(demo.url)
        expect(stage.locator(".ribbon")).to_contain_text("Démo")
        till = through(stage, "Caisse")
        for door, coop in [("Bureau", NEWCOMER), ("Réglages", HOST)]:
            room = through(stage, door)
            expect(room.locator("header")).to_contain_text(coop)
            expect(room.locator(".ribbon")).to_contain_text("Démo")
            room.close()
        joining = through(stage, "Adhérer")
        expect(joining.locator("h1")).to_have_text("Devenir membre")
        joining.close()
        expect(till).to_have_title(re.compile(re.escape(HOST)))
        visitor = through(stage, "Visiteur")
        expect(visitor.locator("h1")).to_have_text(VISITOR)

        # The visitor's card, scanned from the screen.
        (card,) = read_qr(visitor.locator("img.carte").screenshot())

        def scan() -> None:
            till.goto(re.sub(r"/caisse.*", "/caisse", till.url))
            till.locator("body").click(position={"x": 3, "y": 60})
            till.keyboard.type(card)
            till.keyboard.press("Enter")

        # With `passkoop verify demo/visiteur.png`, which notes no visit; and scanned at the till.
        judged = demo.type("verify", "demo/visiteur.png")
        assert (judged.returncode, judged.stdout.splitlines()[0]) == (0, "Bienvenue")
        assert VISITOR in judged.stdout
        scan()
        expect(till.locator("h1")).to_contain_text(f"Bienvenue {VISITOR}")
        assert zone(till) == "ok"

        # « Éteindre la coop d’origine », « Couper Internet »: still welcomed, the strip says so.
        office = through(stage, "Voir la coop d’origine")
        expect(office.locator("main")).to_contain_text(VISITOR)
        assert press(stage, "Éteindre la coop d’origine").startswith(f"Bienvenue {VISITOR}")
        with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
            office.reload()
        seen = press(stage, "Couper Internet")
        assert seen.startswith(f"Bienvenue {VISITOR}")
        assert "Listes : aujourd’hui" in seen
        scan()
        expect(till.locator("h1")).to_contain_text(f"Bienvenue {VISITOR}")
        expect(till.locator(".strip")).to_contain_text("Internet est coupé")
        expect(till.locator(".strip")).to_contain_text(f"{HOME} à deux anses (démo) ne répond pas")

        # « Falsifier le nom »: refused.
        assert "signature n’est pas bonne" in press(stage, "Falsifier le nom")
        answer = through(stage, "Voir cette réponse à la caisse")
        assert zone(answer) == "no"
        assert "Carte non vérifiée" in press(stage, "Une coop inconnue")

        # The home co-op on again, « Révoquer »: red, once the news can come.
        press(stage, "Rallumer la coop d’origine")
        assert "Bienvenue" in press(stage, "Révoquer")
        expect(stage.locator("#perdue")).to_contain_text("la Courge n’en sait rien encore")
        assert "Carte refusée" in press(stage, "Rétablir Internet")
        scan()
        expect(till.locator("h1")).to_contain_text(f"Carte refusée {VISITOR}")
        assert zone(till) == "no"
        assert demo.type("verify", "demo/visiteur.png").returncode == 1

        # The rules of four co-ops, for the same visitor: four verdicts, a sentence each.
        verdicts = {}
        for coop, colour, sentence in [
            ("Les 400 Coop", "no", "Nos règles demandent une carte."),
            ("Coopalim, quatrième achat", "no", "les 3 visites prévues sont faites"),
            ("Le Nid", "note", "notez son nom et son adresse e-mail"),
            ("Dionycoop", "ok", "Sa parole suffit."),
        ]:
            press(stage, coop)
            answer.goto(f"{demo.url}porte/reponse")  # the same link, in the tab that is open
            expect(answer.locator(".say")).to_contain_text(sentence)
            assert zone(answer) == colour
            verdicts[coop] = answer.locator("h1").inner_text(), answer.locator(".say").inner_text()
        assert len(set(verdicts.values())) == 4

        # The federation's site: a dozen co-ops, on the map too; each with the rules of today.
        site = through(stage, "Annuaire")
        expect(site.locator("h1").first).to_be_visible()
        site.goto(f"{site.url}coops/")
        expect(site.locator("main")).to_contain_text("La Betterave masquée (démo)")
        site.get_by_role("link", name=HOST).first.click()
        expect(site.locator("main")).to_contain_text("Sans carte, votre parole suffit.")
        press(stage, "Coopalim, quatrième achat")
        through(stage, "Annuaire").close()  # it is made anew
        site.reload()
        expect(site.locator("main")).to_contain_text("Sans carte, 3 visites d’essai.")
        site.goto(f"{site.url.partition('courge')[0]}vacances/")
        with site.expect_download() as poster:
            site.get_by_role("link", name="affiche").first.evaluate("it => { it.download = '' }")
            site.get_by_role("link", name="affiche").first.click()
        assert poster.value.path().read_bytes().startswith(b"%PDF")

        # A messy export dropped on the import screen, and cards printed.
        with stage.expect_download() as export:
            stage.get_by_role("link", name="Télécharger l’export").click()
        office = through(stage, "Importer un export en désordre")
        office.locator("[data-drop-hint]").wait_for(state="visible")
        text = export.value.path().read_text("utf-8")
        drop_file(office, "[data-drop]", export.value.suggested_filename, text)
        office.get_by_role("button", name=f"Importer {MEMBERS} membres").click()
        expect(office.locator("main")).to_contain_text("Import terminé")
        office = through(stage, "Imprimer des cartes")
        office.get_by_role("button", name=f"Faire {MEMBERS} cartes").click()
        with office.expect_download() as sheet:
            office.get_by_role("button", name="Les nouvelles cartes").click()
        assert len(set(read_codes(sheet.value.path().read_bytes()))) == MEMBERS

        # Ctrl-C: all is wiped, and it says what to type for real.
        said = demo.end()
        assert list(tmp_path.iterdir()) == []
        assert "tout est effacé" in said
        assert "$ passkoop init" in said
        assert "passkoop serve" in said


def test_the_stage_works_without_scripts_and_begins_again(
    demo: Demonstration, chromium: Browser
) -> None:
    with newcomer(chromium, java_script_enabled=False) as browser:
        page = browser.new_page()
        page.goto(demo.url)
        assert "Carte refusée" in press(page, "Révoquer")
        page.get_by_role("button", name="Recommencer").click()
        expect(page.locator(".seen")).to_have_count(0)
        assert press(page, "Présenter sa carte à la caisse").startswith(f"Bienvenue {VISITOR}")
        # Rules that refuse the card stay, and say so, until somebody takes them back.
        press(page, "Coopalim, quatrième achat")
        refused = press(page, "Présenter sa carte à la caisse")
        assert refused.startswith(f"Carte refusée {VISITOR}")
        assert "Règles : Essai de trois achats" in refused
        press(page, "Comme au début")
        assert press(page, "Présenter sa carte à la caisse").startswith(f"Bienvenue {VISITOR}")


@pytest.mark.parametrize(
    ("language", "options"),
    [
        (PSEUDO, {"viewport": {"width": 1280, "height": 900}}),
        ("nl", {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}),
    ],
)
def test_nothing_on_the_stage_keeps_anybody_out(
    demo: Demonstration, chromium: Browser, language: str, options: dict[str, object]
) -> None:
    with newcomer(chromium, **options) as browser:
        kept = {"name": cookies.LANGUAGE, "value": language, "url": demo.url}
        browser.add_cookies([kept])  # type: ignore[list-item]
        page = browser.new_page()
        page.goto(demo.url)
        # The longest sentences: a verdict with a name, and all that the strip can say.
        for name in ("internet", "coop"):
            page.locator(f"form[action='/{name}'] button").first.click()
        assert faults(page, language=language) == {}
        page.locator("button[value=coopalim]").click()
        assert faults(page, language=language) == {}
        page.goto(f"{demo.url}visiteur")
        assert faults(page, language=language) == {}
        page.goto(f"{demo.url}porte/presenter")
        found = faults(page, language="fr")  # of the node: the ribbon and the strip
        assert found == {}
        page.goto(demo.url)
        for name in ("internet", "coop"):
            page.locator(f"form[action='/{name}'] button").first.click()


def test_in_a_terminal_it_opens_the_browser_and_closing_the_terminal_wipes_it(
    tmp_path: Path,
) -> None:
    need(hasattr(signal, "SIGHUP"), "this system has no terminals that can be closed")
    here, opened = tmp_path / "here", tmp_path / "opened"
    (here / "demo").mkdir(parents=True)
    (here / "demo" / "lettre.txt").write_text("à moi")
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{opened}"\n')
    browser.chmod(0o755)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(here)
        environment = ENVIRONMENT | {"BROWSER": str(browser)}
        os.execve(sys.executable, [sys.executable, "-c", COMMAND, "demo"], environment)
    said = ""
    with os.fdopen(terminal, encoding="utf-8", errors="replace") as lines:
        while "Ctrl-C" not in said:
            said += lines.readline()
    assert "passkoop verify demo-2/visiteur.png" in said  # there is a « demo » that is not ours
    os.waitpid(pid, 0)
    assert opened.read_text().strip() in said
    assert sorted(path.name for path in here.rglob("*")) == ["demo", "lettre.txt"]
