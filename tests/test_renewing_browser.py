"""A member renews and leaves, on a telephone, beside the office's own browser; in real Chromium."""

import datetime
import re

from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect

from owning import give_link
from passkoop_node.cards.store import CardState
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.transfers import Account
from passkoop_node.members.member import MemberData
from passkoop_protocol.qr import read_qr
from serving import Served

IBAN = "FR7630006000011234567890189"
PHONE: ViewportSize = {"width": 390, "height": 844}


def open_shop(served: Served) -> None:
    """Ask for 20 euros a year; Maïté, who joined long ago, has a card and owes."""

    def put() -> None:
        rooms, now = served.rooms, served.now
        joined = datetime.date(2020, 5, 14)
        data = MemberData(given_name="Maïté", family_name="Haran", joined=joined)
        rooms.issuer.issue([rooms.members.add(data, now=now)], now=now, actor="test")
        rooms.dues.set_plan(Plan(yearly=Yearly.ROLLING, cents=2_000), now=now, actor="test")
        account = Account(holder="Hendaia Koop", iban=IBAN)
        rooms.transfers.set_account(account, now=now, actor="test")
        rooms.lapsing.switch(True, now=now, actor="test")
        assert sum(rooms.lapsing.sweep(now=now)) == 1

    served.run(put)


def state(served: Served) -> CardState:
    """Return what the register says of her card."""
    return served.run(served.rooms.cards.of_member, 1)[0].state


def enter_office(page: Page, served: Served) -> None:
    """Enter as an administrator."""
    nico = served.administrator()
    page.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in nico.cookies.items()]
    )


def test_a_member_renews_by_transfer_and_leaves_later(served: Served, chromium: Browser) -> None:
    open_shop(served)
    assert state(served) is CardState.SUSPENDED
    phone = chromium.new_context(locale="fr-FR", viewport=PHONE, device_scale_factor=2)
    hers = phone.new_page()
    hers.goto(served.url + give_link(served, "1"))
    hers.click("button[name=personne]")
    hers.goto(served.url + "/moi/carte")
    expect(hers.locator(".qrbox")).to_have_count(0)  # a card that rests is not shown
    hers.locator('main a[href="/moi/cotisation"]').click()
    hers.get_by_role("button", name="Préparer mon virement").click()
    (code,) = read_qr(hers.locator(".qrbox").screenshot())
    lines = code.split("\n")
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert (lines[6], lines[7]) == (IBAN, "EUR20.00")
    reference = lines[9]
    assert re.fullmatch(r"RF\d{2}[A-Z0-9]{1,21}", reference)

    office = chromium.new_context(locale="fr-FR")
    desk = office.new_page()
    enter_office(desk, served)
    desk.goto(served.url + "/bureau/cotisations/banque")
    statement = (
        f"Date;Montant;Nom contrepartie;Communication\n22/11/2026;20,00;M HARAN;{reference}\n"
    )
    file: FilePayload = {
        "name": "relevé.csv",
        "mimeType": "text/csv",
        "buffer": statement.encode(),
    }
    desk.set_input_files("#fichier", file)
    desk.get_by_role("button", name="Voir ce qu’il changerait").click()
    desk.get_by_role("button", name="Noter ce qui est sûr").click()
    expect(desk.locator("main")).to_contain_text("2026-0001")
    assert state(served) is CardState.VALID  # woken by the payment itself

    hers.goto(served.url + "/moi/carte")
    (card,) = read_qr(hers.locator(".qrbox").screenshot())
    assert card.startswith("https://membre.coop/v#")
    hers.goto(served.url + "/moi/partir")
    leave = hers.get_by_role("button", name="Quitter la coop")
    leave.click()
    expect(hers.locator("#certain-faute")).to_be_visible()  # it asks twice
    hers.check("[name=certain]")
    leave.click()
    expect(hers.locator("main")).to_contain_text("Votre départ est noté")
    assert state(served) is CardState.REVOKED
    hers.goto(served.url + "/moi/carte")
    expect(hers.locator(".qrbox")).to_have_count(0)
    for context in (phone, office):
        context.close()
