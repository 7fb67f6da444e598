"""From a co-op's page of the directory to a card in a mailbox, in a real browser."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from browsing import ALL_RULES, axe, overflow
from mailing import MailServerHere
from passkoop_node.core.hosts import Hosts
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.qr import read_qr
from passkoop_protocol.verdict import judge
from passkoop_site.building import build_site
from passkoop_site.remarks import Report
from serving import NOON, Served, make_coop
from shop import DAY, Federation
from webhost import WebHost

NAME = "hendaia.localhost"  # browsers take it for this machine; the site asks for a dot
FED = Federation(name="Fédération des tests", expires_at=NOON + 300 * DAY)


def site_of(served: Served, folder: Path) -> Path:
    """Return the site of a federation that lists the co-op, built of what the co-op signed."""
    rooms = served.rooms
    key = served.run(lambda: bytes(rooms.ourselves.identity_key))
    held = served.run(lambda: rooms.coops.newest("descriptor", rooms.ourselves.coop))
    assert held is not None
    row = {"key": key, "slug": "hendaia-koop", "name": "Hendaia Koop", "country": "FR"}
    signed = [FED.root(), FED.directory([row], at=NOON - DAY), held.data]
    content = folder / "content"
    (content / "documents").mkdir(parents=True)
    (content / "documents" / "tout.passkoop").write_bytes(write_bundle(signed))
    (content / "site.toml").write_text('langues = ["fr"]\n', "utf-8")
    report = Report()
    build_site(content, folder / "site", report, now=NOON)
    assert report.remarks == []
    return folder / "site"


def fill_in(page: Page) -> None:
    """Fill in the form with the keyboard alone, from the first field to the button."""
    page.locator("#given_name").focus()
    for text in ("Maïté", "Etcheverry", "maite@exemple.test"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.locator("[name=consent]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator("form[action='/adhesion'] button")).to_be_focused()  # nothing hidden before
    page.keyboard.press("Enter")


def test_from_the_page_of_the_directory_to_a_card_in_the_mailbox(
    tmp_path: Path, chromium: Browser
) -> None:
    hosts = Hosts(names=frozenset({NAME}))
    served = Served(make_coop(tmp_path / "coop"), hosts=hosts).start()
    address = f"http://{NAME}:{served.port}"
    nico = served.administrator()
    with MailServerHere() as mail:
        served.run(served.rooms.mail.save, mail.settings())
        served.run(served.rooms.ourselves.set_addresses, [address])
        settings = {"ouverte": "oui", "automatique": "oui", "refusees": "30", "attente": "365"}
        asked = ("phone", "address", "birth_year", "gender", "language", "heard")
        settings |= {f"demande_{name}": "off" for name in asked}
        nico.post("/reglages/adhesion", settings | {"demande_email": "required"})
        assert nico.post("/reglages/adhesion/annuaire").status == 303  # one tap
        with WebHost(site_of(served, tmp_path)) as host:
            context = chromium.new_context(locale="fr-FR", viewport={"width": 390, "height": 844})
            page = context.new_page()
            page.goto(f"{host.address}/hendaia-koop/")
            page.click("text=Devenir membre")
            expect(page).to_have_url(f"{address}/adhesion")
            assert axe(page, ALL_RULES) == []
            served.now += 60
            fill_in(page)
            expect(page.locator("h1")).to_have_text("Bienvenue Maïté")
            assert page.locator("html").get_attribute("lang") == "fr"
            assert overflow(page) == []
            (shown,) = read_qr(page.screenshot(full_page=True))
            served.do_job("post")
            context.close()
    assert mail.recipients == ["maite@exemple.test"]
    (letter,) = mail.messages
    pictures = [one for one in letter.walk() if one.get_content_type() == "image/png"]
    for picture in pictures:  # in the text, and to be kept
        payload = picture.get_payload(decode=True)
        assert isinstance(payload, bytes)
        assert read_qr(payload) == [shown]
    assert pictures
    trust = served.run(served.rooms.trust)
    assert judge(shown, trust, now=served.now).reasons == ()
    served.stop()
