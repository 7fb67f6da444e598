"""/v in a real browser: what it says of a card, what it keeps, and that nobody else hears of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browsing import ALL_RULES, RULES_OF_LIGHT, axe, left_out, overflow
from filming import films, with_camera
from passkoop_node.till import pages as till_pages
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.qr import qr_png, read_qr
from passkoop_site.building import build_site
from passkoop_site.card_lists import INDEX, MAGIC, card_lists
from passkoop_site.gather import gather
from passkoop_site.language import PSEUDO
from passkoop_site.relay_files import held_documents
from passkoop_site.remarks import Report
from passkoop_site.render import render_site
from passkoop_site.settings import Settings
from passkoop_site.write import write_site
from shop import DAY, Coop, Federation, Shop
from siting import NOW, village
from test_till_browser import READ, keys_of
from webhost import WebHost

HENDAYE, TILLEUL = Coop("Hendaia Koop"), Coop("Le Tilleul", country="BE")
CLOSED = Coop("Le Sureau")  # for its own members alone
FED = Federation(name="Fédération", expires_at=NOW + 300 * DAY)
MADE: dict[str, Any] = {"iat": NOW - 30 * DAY, "exp": NOW + 700 * DAY}
GOOD = HENDAYE.text(index=4, **MADE)
CARDS = {
    "good": GOOD,
    "friend's": TILLEUL.text(index=9, name="Bastien Le Goff", **MADE),
    "revoked": HENDAYE.text(index=5, **MADE),
    "suspended": HENDAYE.text(index=6, **MADE),
    "expired": HENDAYE.text(iat=NOW - 90 * DAY, exp=NOW - 9 * DAY),
    "unknown": Coop("La Coop inconnue").text(**MADE),
    "forged": HENDAYE.text(index=4, **MADE)[:-8] + "AAAAAAAA",
    "damaged": GOOD[:-9],
    "no card": "https://membre.coop/v#BONJOUR",
}
SAYS = {
    "good": "Membre de Hendaia Koop",
    "revoked": "Cette carte a été annulée",
    "suspended": "Cette carte est en pause",
    "expired": "Cette carte n’est plus valable",
    "unknown": "Aucune coop de cet annuaire n’a signé cette carte.",
    "forged": "Rien n’est prouvé",
    "damaged": "Le code n’a pas été lu en entier",
    "no card": "Ce n’est pas une carte",
}
# Words of the till: a picture of this page must not pass for its answer.
TILL = ("Bienvenue", "À noter", "Carte refusée", "Carte non vérifiée")
WITHIN = """() => [location.href, ...navigation.entries().map((one) => one.url),
  ...performance.getEntries().map((one) => one.name), document.referrer].join("\\n")"""


def signed() -> list[bytes]:
    """Return what the federation and two co-ops published."""
    lists = {5: 1, 6: 2}
    coops = (HENDAYE, TILLEUL, CLOSED)
    documents = [FED.root(), FED.directory(coops, at=NOW - 2 * DAY)]
    for coop in coops:
        rules = {"who": 0 if coop is CLOSED else 1}
        documents += [
            coop.descriptor(at=NOW - 3 * DAY, welcome=rules),
            coop.status_list(lists, at=NOW - DAY),
        ]
    return documents


def content_in(folder: Path, settings: str = 'langues = ["fr", "en"]\n') -> Path:
    content = village(folder)
    (content / "documents").mkdir()
    (content / "documents" / "federation.passkoop").write_bytes(write_bundle(signed()))
    (content / "site.toml").write_text(settings, "utf-8")
    return content


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return content_in(tmp_path_factory.mktemp("content"))


@pytest.fixture(scope="module")
def folder(content: Path) -> Path:
    """Return a site, as it lies on its host."""
    build_site(content, content.parent / "site", Report(), now=NOW)
    return content.parent / "site"


@pytest.fixture
def host(folder: Path) -> Iterator[WebHost]:
    with WebHost(folder) as host:
        yield host


def address(host: WebHost) -> str:
    return host.address.replace("127.0.0.1", "localhost")


@contextmanager
def phone(chromium: Browser, host: WebHost, **options: Any) -> Iterator[BrowserContext]:
    """Yield a browser on the day of the cards that may ask nobody but the host."""
    options.setdefault("locale", "fr-FR")
    context = chromium.new_context(**options)
    context.clock.set_fixed_time(datetime.fromtimestamp(NOW, tz=UTC))
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    yield context
    context.close()
    assert [one for one in asked if not one.startswith((address(host), "blob:"))] == []


def show(page: Page, host: WebHost, card: str) -> str:
    """Open a card as a telephone's camera does, and return what the page says."""
    page.goto("about:blank")
    page.goto(f"{address(host)}/v#{card.split('#')[1]}")
    expect(page.locator("#sans + div h1")).to_be_visible()
    return page.locator("main").inner_text()


def test_a_card_is_said_in_words_of_the_page_s_own_and_goes_nowhere(
    chromium: Browser, host: WebHost
) -> None:
    with phone(chromium, host) as context:
        page = context.new_page()
        for name, says in SAYS.items():
            said, within = show(page, host, CARDS[name]), page.evaluate(WITHIN)
            assert says in said, name
            assert not any(word in said for word in TILL), name
            assert CARDS[name].split("#")[1] not in within, name
            assert page.url.rstrip("/") == f"{address(host)}/v"
            has_name = name in ("good", "revoked", "suspended", "expired")
            assert ("Maïté Etcheverry" in said) is has_name, name
            assert page.locator(".qr").count() == (name == "good")
    secrets = [card.split("#")[1][:20] for card in CARDS.values() if "2KC" in card]
    assert host.log
    assert not any(secret in line for secret in secrets for line in host.log)


def test_a_good_card_can_be_read_from_the_screen_and_says_where_it_is_welcome(
    chromium: Browser, host: WebHost
) -> None:
    with phone(chromium, host, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        said = show(page, host, GOOD)
        assert read_qr(page.screenshot()) == [GOOD]
        assert "À présenter à la caisse" in said
        assert "Liste de Hendaia Koop du 17 novembre 2026." in said
        links = page.locator("#ou a")
        expect(links.first).to_be_attached()
        page.eval_on_selector_all(
            "#ou details:not([open]) summary", "(all) => all.forEach((one) => one.click())"
        )
        expect(page.locator("#ou")).to_contain_text("Le Tilleul")
        expect(page.locator("#ou")).to_contain_text("Le Panier percé")
        names = set(links.all_text_contents())
        assert {"La Courge bleue", "Le Panier percé", "La Betterave", "Le Tilleul"} <= names
        assert names.isdisjoint({"Le Navet doré", "Hendaia Koop", "La Tuque", "Le Sureau"})
        page.click("text=La Courge bleue")
        expect(page.locator("h1")).to_have_text("La Courge bleue")
        # La Betterave welcomes members of co-ops in France and Portugal.
        show(page, host, CARDS["friend's"])
        page.click("#ou summary:has-text('France')")
        expect(page.locator("#ou")).to_contain_text("La Courge bleue")
        assert "La Betterave" not in links.all_text_contents()


def test_without_network_cards_are_read_and_one_is_kept_if_somebody_asks(
    chromium: Browser, folder: Path
) -> None:
    host = WebHost(folder)
    with phone(chromium, host) as context:
        with host:
            page = context.new_page()
            show(page, host, GOOD)
            page.evaluate("navigator.serviceWorker.ready")
            page.goto(f"{address(host)}/v/")
            expect(page.locator("h1")).to_have_text("Votre carte, sur votre téléphone")
            show(page, host, GOOD)
            page.click("text=Garder sur cet appareil")
            expect(page.locator("[data-act=retirer]")).to_be_visible()
            page.goto(f"{address(host)}/v/ma-coop/")
        # The host is gone.
        for path in ("/v", "/v/"):
            page.goto(address(host) + path)
            expect(page.locator("article h1")).to_have_text("Maïté Etcheverry")
        expect(page.locator("[data-if=away]")).to_be_visible()
        expect(page.locator("#ou")).to_contain_text("La Courge bleue")
        assert SAYS["revoked"] in show(page, host, CARDS["revoked"])
        expect(page.locator(".cartes")).to_contain_text("Maïté Etcheverry")
        # What the page never had is said, not guessed.
        page.evaluate("caches.delete('passkoop-listes')")
        assert "Il manque les listes" in show(page, host, CARDS["friend's"])
        page.goto(f"{address(host)}/v/")
        page.click("text=Retirer de cet appareil")
        expect(page.locator("#etat")).to_have_text("La carte n’est plus sur cet appareil.")
        page.reload()
        expect(page.locator("h1")).to_have_text("Votre carte, sur votre téléphone")
        # The rest of the site is as far away as its host.
        with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
            page.goto(f"{address(host)}/vacances/")


def test_the_page_speaks_as_its_reader_does_at_one_address(
    chromium: Browser, host: WebHost
) -> None:
    with phone(chromium, host, locale="en-GB") as context:
        page = context.new_page()
        said = show(page, host, GOOD)
        assert "Member of Hendaia Koop" in said
        assert "To be shown at the till" in said
        assert "Card valid until 17 October 2028" in said
        expect(page.locator("html")).to_have_attribute("lang", "en")
        assert page.url.rstrip("/") == f"{address(host)}/v"
        page.click("#langues a[lang=fr]")
        expect(page.locator("h1")).to_have_text("Votre carte, sur votre téléphone")
        assert "Membre de Hendaia Koop" in show(page, host, GOOD)


def test_a_co_op_without_a_node_reads_cards_here_and_prints_a_sheet(
    chromium: Browser, host: WebHost
) -> None:
    with phone(chromium, host) as context:
        page = context.new_page()
        page.goto(f"{address(host)}/v/ma-coop/")
        page.fill("#coop", "betterave")
        page.click("#noms button")
        expect(page.locator("#nom")).to_have_text("La Betterave")
        expect(page.locator("#age")).to_have_text("Annuaire du 16 novembre 2026.")
        answer = page.locator("#reponse")
        for card, says in (
            (GOOD, "Notez la visite sur la fiche."),
            (CARDS["revoked"], "Faites comme pour une personne sans carte."),
            (CARDS["friend's"], "de quels pays elle accueille"),
        ):
            page.evaluate(READ, keys_of(card, "fr"))
            expect(answer).to_contain_text(says)
            assert not any(word in answer.inner_text() for word in TILL)
            page.keyboard.press("Escape")
            expect(answer).to_be_hidden()
        page.reload()
        expect(page.locator("#nom")).to_have_text("La Betterave")
        page.click("text=Imprimer la fiche")
        expect(page.locator("#nom")).to_have_text("La Betterave")
        assert page.locator("tbody tr").count() > 10
        # A co-op with a node, whose node is away: its own members are no visitors.
        page.goto(f"{address(host)}/v/ma-coop/")
        page.click("#changer")
        page.fill("#coop", "sureau")
        page.click("#noms button")
        expect(page.locator("#nom")).to_have_text("Le Sureau")
        page.evaluate(READ, keys_of(CLOSED.text(name="Odile Cartier", **MADE), "us"))
        expect(answer).to_contain_text("Notez la visite")
        page.evaluate(READ, keys_of(GOOD, "us"))
        expect(answer).to_contain_text("sert ses propres membres")


@pytest.mark.parametrize("wide", [False, True], ids=["narrow and dark", "wide and light"])
def test_everybody_can_read_the_page_of_cards(
    chromium: Browser, content: Path, tmp_path: Path, wide: bool
) -> None:
    made = gather(content, Report(), now=NOW)
    strange = [
        replace(page, texts={PSEUDO: replace(text, title=f"⟦{text.title}⟧")})
        for page in made.pages
        for text in [page.texts["fr"]]
    ]
    made = replace(made, settings=Settings(languages=(PSEUDO,)), pages=strange)
    write_site(tmp_path / "site", render_site(made), now=NOW)
    size = {"width": 1280, "height": 800} if wide else {"width": 320, "height": 640}
    rules = RULES_OF_LIGHT if wide else ALL_RULES
    scheme: Any = "light" if wide else "dark"
    with (
        WebHost(tmp_path / "site") as host,
        phone(chromium, host, viewport=size, color_scheme=scheme) as context,
    ):
        page = context.new_page()
        for name in ("good",) if wide else ("good", "expired"):
            show(page, host, CARDS[name])
            if name == "good":
                expect(page.locator("#ou details").first).to_be_visible()
            assert axe(page, rules) + overflow(page) + left_out(page) == [], name
        for path in ("v/ma-coop/",) if wide else ("v/", "v/ma-coop/", "v/fiche/"):
            page.goto(f"{address(host)}/{path}")
            if path == "v/ma-coop/":
                page.fill("#coop", "a")
                expect(page.locator("#noms button").first).to_be_visible()
            assert axe(page, rules) + overflow(page) + left_out(page) == [], path


def test_an_old_browser_says_so_and_names_nobody(chromium: Browser, host: WebHost) -> None:
    with phone(chromium, host) as context:
        context.add_init_script("""crypto.subtle.importKey = async () => {
          throw new DOMException("no such algorithm", "NotSupportedError");
        }""")
        said = show(context.new_page(), host, GOOD)
        assert "Ce navigateur est trop ancien" in said
        assert "Maïté" not in said


def test_without_scripts_the_page_says_what_it_is_for_and_leads_to_the_list(
    chromium: Browser, host: WebHost
) -> None:
    with phone(chromium, host, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address(host)}/v#{GOOD.split('#')[1]}")
        expect(page.locator("main")).to_contain_text("cette page a besoin de JavaScript")
        page.click("text=les coops et leur accueil")
        expect(page.locator(".list h2").first).to_be_visible()
    assert not any("2KC" in line for line in host.log)


@pytest.mark.slow
def test_a_camera_reads_a_card_where_zxing_wasm_is_installed(
    chromium: Browser, content: Path, tmp_path: Path
) -> None:
    if not till_pages.ZXING.is_dir():
        pytest.skip("zxing-wasm is not here: npm brings it when the project is installed")
    build_site(content, tmp_path / "site", Report(), now=NOW, zxing=till_pages.ZXING)
    film = films(tmp_path / "film.mjpeg", qr_png(GOOD))
    with (
        WebHost(tmp_path / "site") as host,
        with_camera(chromium, film) as filming,
        phone(filming, host, permissions=["camera"]) as context,
    ):
        page = context.new_page()
        page.goto(f"{address(host)}/v/")
        page.click("#lire")
        expect(page.locator("article h1")).to_have_text("Maïté Etcheverry", timeout=20_000)
        page.goto(f"{address(host)}/v/ma-coop/")
        page.fill("#coop", "courge")
        page.click("#noms button")
        (tmp_path / "photo.png").write_bytes(qr_png(CARDS["revoked"]))
        page.set_input_files("#photo", tmp_path / "photo.png")
        expect(page.locator("#reponse")).to_contain_text(SAYS["revoked"], timeout=20_000)
    assert not any("2KC" in line for line in host.log)


def test_a_card_s_key_leads_to_the_part_that_holds_its_co_op_and_little_else() -> None:
    coops = [Coop(f"Coop {number}") for number in range(60)]
    shop = Shop().follow(FED, *coops)
    page = {"fr": {"summary": "x" * 600, "joining": "y" * 3000}}
    for coop in coops:
        shop.add(coop.descriptor(at=NOW - DAY, page=page), now=NOW)
    held = held_documents(shop.trust)
    files = card_lists(held)
    assert card_lists(list(reversed(held))) == files
    index = json.loads(files[INDEX])
    parts = [files[f"v/listes/{name}.passkoop"] for name in index["parts"]]
    assert len(parts) == 2
    assert index["size"] == sum(map(len, files.values())) - len(files[INDEX])
    for coop in coops:
        here, other = parts[coop.kid[0] >> 7], parts[1 - (coop.kid[0] >> 7)]
        assert here.startswith(MAGIC)
        at = here.index(coop.kid + b"\0")
        size = int.from_bytes(here[at + 8 : at + 12], "big")
        documents = here[at + 12 : at + 12 + size]
        assert coop.descriptor(at=NOW - DAY, page=page) in documents
        assert coop.status_list() in documents
        assert coop.status_list() not in other
